# SPDX-License-Identifier: Apache-2.0
"""No setting opens an office of this version on real records."""

from pathlib import Path

import pytest

from journeys.office import BOOK
from lawgate.wiring.settings import SETTINGS, SettingsError, read_settings


@pytest.mark.parametrize("profile", ["", "production", "real", "Synthetic", "synthetic "])
def test_i24_no_setting_opens_an_office_on_real_records(tmp_path: Path, profile: str) -> None:
    named = {"profile": profile, "rulebook": BOOK, "origin": "log.example/a"}
    (tmp_path / "settings.toml").write_text(SETTINGS.format(**named))
    with pytest.raises(SettingsError):
        read_settings(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS.format(**{**named, "profile": "synthetic"}))
    assert read_settings(tmp_path).profile == "synthetic"
