# SPDX-License-Identifier: Apache-2.0
"""The yearly reports from the command line: of a year that is over, of one that is not, and from spoilt entries."""

from __future__ import annotations

import csv
import dataclasses
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from journeys.office import KEY, Office, Still
from lawgate.office.handout import pull
from lawgate.office.house import House
from lawgate.surfaces.cli.app import build
from lawgate.surfaces.cli.doors import Doors

NINE = re.compile(rb"(?<![0-9a-f])9[0-9]{2}-?[0-9]{2}-?[0-9]{4}(?![0-9a-f])")


@pytest.fixture(scope="module")
def given(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str, int]:
    """An office that handed out three records this year, twice; its batch and the year."""
    top = tmp_path_factory.mktemp("statutory")
    office = opened.copy(top / "office")
    year = datetime.now(UTC).year
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1, 2]).manifest.package
    for _ in range(2):
        house = office.house
        pull(house.release.release, package, KEY, house.courier(top / "out"))
    return office, batch, year


def next_year(office: Office, *words: str | Path) -> Result:
    """A command of the office, run next year."""
    from lawgate.wiring.folder import open_house

    def opened(folder: Path) -> House:
        house = open_house(folder)
        later = Still(datetime(datetime.now(UTC).year + 1, 2, 3, tzinfo=UTC))
        return dataclasses.replace(house, decide=dataclasses.replace(house.decide, clock=later))

    def never(*_: object) -> NoReturn:
        raise AssertionError("a door that this test does not open")

    app = build(Doors(never, opened, never))
    return CliRunner().invoke(app, [*map(str, words), "--office", str(office.folder)])


def test_the_reports_of_a_year_that_is_over(given: tuple[Office, str, int], tmp_path: Path) -> None:
    office, _, year = given
    out = tmp_path / "reports"
    done = next_year(office, "report-statutory", str(year), "--out", out)
    assert done.exit_code == 0, done.output
    files = {"report.csv", "report.parquet", "report.html", "report.pdf", "trace.csv"}
    assert {place.name for place in out.rglob("*") if place.is_file()} == files
    full = list(csv.DictReader((out / "committee" / "report.csv").open(newline="")))
    doj = next(row for row in full if (row["agency"], row["provision"]) == ("us.doj", "i2"))
    assert (doj["requests"], doj["instances"], doj["taxpayers"]) == ("1", "6", "3")
    # Three people in all: the public report cannot show any number of them.
    public = list(csv.DictReader((out / "public" / "report.csv").open(newline="")))
    assert {row["shown"] for row in public} == {"no"}
    for kind, rows in (("committee", full), ("public", public)):
        table = pq.read_table(out / kind / "report.parquet").to_pylist()
        assert [str(row["taxpayers"] if row["shown"] else "") for row in table] == [row["taxpayers"] for row in rows]
        page = (out / kind / "report.html").read_text("utf-8")
        assert "SYNTHETIC" in page
        assert ("CONFIDENTIAL" in page) == (kind == "committee")
        assert (out / kind / "report.pdf").read_bytes().startswith(b"%PDF")
    assert not [place for place in out.rglob("*") if place.is_file() and NINE.search(place.read_bytes())]


def test_the_same_log_gives_the_same_bytes(given: tuple[Office, str, int], tmp_path: Path) -> None:
    office, _, year = given
    for name in ("one", "two"):
        assert next_year(office, "report-statutory", str(year), "--out", tmp_path / name).exit_code == 0
    one, two = (
        {place.relative_to(tmp_path / name): place.read_bytes() for place in (tmp_path / name).rglob("*.*")}
        for name in ("one", "two")
    )
    assert one == two


def test_a_year_that_is_not_over_has_a_draft_of_the_confidential_report_alone(
    given: tuple[Office, str, int], tmp_path: Path
) -> None:
    office, _, year = given
    done = office.call("report-statutory", str(year), "--out", tmp_path / "no")
    assert (done.exit_code, "E_YEAR" in done.stderr, (tmp_path / "no").exists()) == (1, True, False)
    done = office.call("report-statutory", str(year), "--out", tmp_path / "draft", "--draft")
    assert done.exit_code == 0, done.output
    assert [place.name for place in (tmp_path / "draft").iterdir()] == ["committee"]
    assert "DRAFT" in (tmp_path / "draft" / "committee" / "report.html").read_text("utf-8")


def test_spoilt_entries_are_not_counted(given: tuple[Office, str, int], tmp_path: Path) -> None:
    office, batch, year = given
    mine = office.copy(tmp_path / "office")
    (entries,) = mine.room(batch).glob("*.acc.bin")
    data = bytearray(entries.read_bytes())
    data[-1] ^= 1
    entries.write_bytes(bytes(data))
    done = next_year(mine, "report-statutory", str(year), "--out", tmp_path / "out")
    assert (done.exit_code, "E_ENTRIES" in done.stderr, (tmp_path / "out").exists()) == (1, True, False)


def test_a_folder_with_something_in_it_is_left_alone(given: tuple[Office, str, int], tmp_path: Path) -> None:
    office, _, year = given
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    done = next_year(office, "report-statutory", str(year), "--out", tmp_path / "full")
    assert (done.exit_code, "E_OUT" in done.stderr) == (1, True)
    assert [place.name for place in (tmp_path / "full").iterdir()] == ["mine.txt"]
