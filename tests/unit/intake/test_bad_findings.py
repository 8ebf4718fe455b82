# SPDX-License-Identifier: Apache-2.0
"""B43 to B54: accepted as rows, and the code is among the reasons of the decision, which grants nothing."""

import re
from pathlib import Path

import pytest

from house.tree import ROOT
from lawgate.ports.intake import Limits
from scenarios.bench import Played
from unit.intake.findings import TABLE, Wanting, codes, decided, together
from unit.intake.test_bad_inputs import parsed

NUMBERS = {f"B{n}" for n in range(43, 55)}


SINGLE, MANY = ([bad for bad in TABLE if (len(bad.lines) == 1) is single] for single in (True, False))


@pytest.fixture(scope="module")
def singly(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    """What came of each one-row case. They go in one request: what is found about a row rests on no other row."""
    folder = tmp_path_factory.mktemp("singly")
    found = parsed(together(SINGLE), folder, Limits())
    assert (found.faults, found.rows.accepted, found.cases.accepted) == ((), len(SINGLE), len(SINGLE))
    return dict(zip([bad.name for bad in SINGLE], decided(folder / "room", len(SINGLE)), strict=True))


@pytest.mark.parametrize("bad", SINGLE, ids=[bad.name for bad in SINGLE])
def test_a_row(bad: Wanting, singly: dict[str, Played]) -> None:
    played = singly[bad.name]
    assert bad.code in codes(played), codes(played)
    assert not played.decision.row_outcome.grants


@pytest.mark.parametrize("bad", MANY, ids=[bad.name for bad in MANY])
def test_a_batch(bad: Wanting, tmp_path: Path) -> None:
    found = parsed(bad.sent, tmp_path, Limits())
    assert (found.faults, found.rows.accepted) == ((), len(bad.lines))
    rows = decided(tmp_path / "room", len(bad.lines))
    assert len(rows) == len(bad.lines)
    assert all(bad.code in codes(played) for played in rows), codes(rows[0])
    assert not any(played.decision.outcome.grants for played in rows)


def test_the_table_is_complete() -> None:
    assert {bad.id for bad in TABLE} == NUMBERS
    assert len({bad.name for bad in TABLE}) == len(TABLE)


def test_the_published_table_says_the_same() -> None:
    page = (ROOT / "docs/spec/request-format.md").read_text("utf-8")
    listed = re.findall(r"^\| (B\d\d) \| [^|]* \| ([^|]*) \|", page, re.MULTILINE)
    told = {number: set(re.findall(r"`([a-z_]+)`", cell)) for number, cell in listed if number in NUMBERS}
    made = {number: {bad.code for bad in TABLE if bad.id == number} for number in NUMBERS}
    assert told == made
