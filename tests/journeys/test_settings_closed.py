# SPDX-License-Identifier: Apache-2.0
"""I24: what somebody wrote into the settings is followed, or the office does not open: nothing is quietly less."""

from pathlib import Path

import pytest

from journeys.office import BOOK
from lawgate.wiring.settings import SETTINGS, SettingsError, read_settings

TEXT = SETTINGS.format(profile="synthetic", rulebook=BOOK, origin="log.example/a")


@pytest.mark.parametrize(
    "line",
    [
        'keper = "/run/lawgate/keeper.sock"',
        'Keeper = "/run/lawgate/keeper.sock"',
        "keeper = 5",
        'keeper = ["/run/lawgate/keeper.sock"]',
        "second_keeper = false",
        "sealing = 1",
        'mail = "smtp.example.test"',
        '[keepers]\nfirst = "/run/lawgate/keeper.sock"',
    ],
)
def test_i24_a_setting_nobody_follows_bars(tmp_path: Path, line: str) -> None:
    (tmp_path / "settings.toml").write_text(f"{TEXT}{line}\n")
    with pytest.raises(SettingsError) as refused:
        read_settings(tmp_path)
    assert "keper" not in str(refused.value)


def test_settings_of_another_format_bar(tmp_path: Path) -> None:
    for other in (TEXT.replace("lawgate-office-1", "lawgate-office-2"), TEXT.replace("format =", "# format =")):
        (tmp_path / "settings.toml").write_text(other)
        with pytest.raises(SettingsError):
            read_settings(tmp_path)


def test_the_settings_that_are_known_are_read(tmp_path: Path) -> None:
    more = 'keeper = "/run/k.sock"\nsecond_keeper = "/run/l.sock"\nsealing = "approved"\n[mail]\nhost = "h"\n'
    (tmp_path / "settings.toml").write_text(TEXT + more)
    found = read_settings(tmp_path)
    assert (found.keeper, found.second_keeper, found.sealing) == ("/run/k.sock", "/run/l.sock", "approved")
