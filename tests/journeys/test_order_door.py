# SPDX-License-Identifier: Apache-2.0
"""A stop is entered whatever else of the office is broken; what fails afterwards is told, and made up later."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, Office, an_order


def _not_a_database(office: Office) -> None:
    (office.folder / "cases.sqlite").write_bytes(b"not a database at all, but long enough to be looked at" * 40)


def _no_rulebook(office: Office) -> None:
    shutil.rmtree(office.folder / "rulebooks")


def _no_log_key(office: Office) -> None:
    (office.folder / "keys" / "log.key").rename(office.folder / "keys" / "elsewhere")


def _no_settings(office: Office) -> None:
    (office.folder / "settings.toml").write_text("(")


def _no_log(office: Office) -> None:
    (office.folder / "log" / "head").write_text("nothing")


def entered(office: Office, place: Path) -> tuple[int, str, str]:
    text = place / "order.toml"
    if not text.exists():
        text.write_bytes(an_order("order-door", AGENCY))
    done = office.call("order", "enter", text, "--by", CLERK)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("broken", [_not_a_database, _no_rulebook])
def test_it_is_in_force_although_the_house_cannot_be_opened(
    office: Office, tmp_path: Path, broken: Callable[[Office], None]
) -> None:
    broken(office)
    status, out, err = entered(office, tmp_path)
    assert (status, "order-door.toml is in force" in out) == (0, True)
    assert "THE ORDER BINDS, but names and stored decisions were not looked at" in err
    assert "order-door" in office.call("order", "list").stdout


@pytest.mark.parametrize("broken", [_no_log_key, _no_settings, _no_log])
def test_it_binds_although_nothing_can_be_logged(
    office: Office, tmp_path: Path, broken: Callable[[Office], None]
) -> None:
    whole = shutil.copytree(office.folder, tmp_path / "whole")
    broken(office)
    status, _, err = entered(office, tmp_path)
    assert (status, "order-door.toml is in the docket and binds" in err) == (2, True)
    assert "order-door" in office.call("order", "list").stdout
    for name in ("keys/log.key", "settings.toml", "log/head"):
        shutil.copy(whole / name, office.folder / name)
    status, out, _ = entered(office, tmp_path)
    assert (status, "is in force" in out) == (0, True)
    assert [p.name for p in (office.folder / "docket").iterdir()] == ["0001-order-door.toml"]
    leaves = [leaf.kind for _, leaf in office.house.decide.log.leaves()]
    assert leaves[-2:] == ["order-bar", "in-force"]


def test_it_goes_in_although_the_docket_cannot_be_read(office: Office, tmp_path: Path) -> None:
    (office.folder / "docket" / "0001-lost.toml").symlink_to("/nowhere")
    status, _, err = entered(office, tmp_path)
    assert (status, "0002-order-door.toml is in the docket and binds" in err) == (2, True)


def test_a_folder_without_a_docket_is_told(tmp_path: Path, office: Office) -> None:
    shutil.rmtree(office.folder / "docket")
    status, _, err = entered(office, tmp_path)
    assert (status, "could not be kept" in err) == (2, True)
