# SPDX-License-Identifier: Apache-2.0
"""Each kind of name and number by itself: the slow scorer and the engine say what the table says, and no more."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from differential import kinds
from differential.batches import Judged, cases_for, judge, names, plan_of, write_records, write_room
from differential.kinds import TABLE
from differential.test_match import said
from lawgate.linkage import reference
from lawgate.linkage.reference import Scored, score
from lawgate.model.decision import Verdict

# As the issue lists them.
NAMED = (
    "two surnames", "order swaps", "hyphens", "diacritics", "transliteration", "prior names", "suffixes", "truncation",
    "joint filers", "namesakes in one building", "the deceased", "moved ex-spouses", "duplicate and shared numbers",
)  # fmt: skip
EACH = pytest.mark.parametrize("k", range(len(TABLE)), ids=[f"{t.named}: {t.why}" for t in TABLE])


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Judged]:
    folder: Path = tmp_path_factory.mktemp("kinds")
    towns = range(len(TABLE))
    people, homes = ([x for k in towns for x in of(k)] for of in (kinds.people_of, kinds.homes_of))
    rows = [kinds.row_of(k) for k in towns]
    records = write_records(folder / "records", people, homes)
    return judge(write_room(folder / "room", cases_for(rows), rows), records, plan_of())


def test_every_kind_is_in_the_table_with_more_than_one_answer() -> None:
    assert tuple(dict.fromkeys(t.named for t in TABLE)) == NAMED
    for named in NAMED:
        assert len({t.expected.verdict for t in TABLE if t.named == named}) > 1, named


@EACH
def test_by_the_slow_scorer(k: int) -> None:
    assert score(kinds.supplied_of(k), kinds.on_file_of(k), names()) == kinds.expected_of(k)


@EACH
def test_by_the_engine(k: int, judged: Mapping[str, Judged]) -> None:
    found = judged[f"k{k}"]
    if not TABLE[k].sought:
        assert found.verdict is Verdict.NOT_SOUGHT
    else:
        assert said(found) == kinds.expected_of(k)


@EACH
def test_a_yes_is_only_for_one_person_at_an_address_on_file(k: int, judged: Mapping[str, Judged]) -> None:
    expected, found = TABLE[k].expected, judged[f"k{k}"]
    alive = not any(w.more.get("deceased") for w in TABLE[k].on_file[:1])
    granted = expected.verdict is Verdict.UNIQUE and bool(expected.address_on_file) and alive
    assert found.decision.row_outcome.grants is granted


@EACH
def test_tolerance_asks_and_nothing_else(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without near names a verdict is the same, or certain where it was doubtful: nearness finds nobody."""
    claim, people = kinds.supplied_of(k), kinds.on_file_of(k)
    tolerant = score(claim, people, names())
    monkeypatch.setattr(reference, "near", lambda *_: False)
    exact = score(claim, people, names())
    assert tolerant in (exact, Scored(Verdict.AMBIGUOUS, 0, None))


def test_one_number_on_two_records() -> None:
    """Records with one number twice are not imported; were they, the name would decide or ask."""
    ana, bo = kinds.on_file_of(next(k for k, t in enumerate(TABLE) if t.on_file == (kinds.ANA, kinds.BO)))
    claim = replace(kinds.supplied_of(0), tin=bo.tin)
    shared = replace(ana, tin=bo.tin)
    at_home = replace(claim, place=ana.places[0][0])
    assert score(at_home, [shared, bo], names()) == Scored(Verdict.UNIQUE, ana.record, True)
    twice = replace(shared, record=7)
    assert score(at_home, [shared, twice], names()).verdict is Verdict.AMBIGUOUS
