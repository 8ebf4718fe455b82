# SPDX-License-Identifier: Apache-2.0
"""Whom a claim means: the slow scorer and the engine agree on verdict, record and address in crowded little worlds."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from differential.batches import Judged, cases_for, judge, names, plan_of, provision, write_records, write_room
from differential.worlds import Small, exposure, on_file, small, supplied
from lawgate.linkage import reference
from lawgate.linkage.reference import OnFile, Scored, score
from lawgate.model.decision import Verdict

ADDRESS = next(i for i, c in enumerate(provision().clauses) if c.code == "address_not_confirmed")
ON_FILE = {"m": True, "n": False, "u": None}


@pytest.fixture(scope="module")
def worlds(size: str) -> list[Small]:
    return [small(n) for n in range(300 if size == "ci" else 6000)]


@pytest.fixture(scope="module")
def judged(worlds: list[Small], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Judged]:
    folder: Path = tmp_path_factory.mktemp("worlds")
    people, homes, rows = ([x for w in worlds for x in getattr(w, part)] for part in ("people", "homes", "rows"))
    records = write_records(folder / "records", people, homes)
    return judge(write_room(folder / "room", cases_for(rows), rows), records, plan_of())


def said(found: Judged) -> Scored:
    assert found.verdict is not Verdict.NOT_SOUGHT, "every claim of these worlds is complete"
    return Scored(found.verdict, found.record, ON_FILE[found.pattern.clauses[ADDRESS]])


def test_verdict_record_and_address(worlds: list[Small], judged: Mapping[str, Judged]) -> None:
    seen: Counter[tuple[object, ...]] = Counter()
    for world in worlds:
        people = on_file(world)
        for row in world.rows:
            meant = score(supplied(row), people, names())
            assert said(judged[str(row["row_id"])]) == meant, row["row_id"]
            seen[meant.verdict, meant.address_on_file, bool(row["tin"])] += 1
    assert len(seen) == 9 and min(seen.values()) >= len(worlds) // 20, seen


def test_tolerance_only_refuses(worlds: list[Small], monkeypatch: pytest.MonkeyPatch) -> None:
    """A near name may make a match doubtful; it never finds anybody, and never another one."""
    claims = [(supplied(row), on_file(world)) for world in worlds[:100] for row in world.rows]
    tolerant = [score(claim, people, names()) for claim, people in claims]
    monkeypatch.setattr(reference, "near", lambda *_: False)
    exact = [score(claim, people, names()) for claim, people in claims]
    changed = [(a, b) for a, b in zip(exact, tolerant, strict=True) if a != b]
    assert {b.verdict for _, b in changed} == {Verdict.AMBIGUOUS}
    assert sum(a.verdict is Verdict.UNIQUE for a, _ in changed) >= 20


def test_years_and_exposure(worlds: list[Small], judged: Mapping[str, Judged]) -> None:
    crowds: Counter[tuple[int, int]] = Counter()
    for world in worlds:
        people = on_file(world)
        for row in world.rows:
            found = judged[str(row["row_id"])]
            if found.verdict is Verdict.UNIQUE:
                listed = set(map(int, str(row["taxable_periods"]).split(";")))
                assert found.pattern.years == carried(found.record, listed, people)
                counts = exposure(found.record, listed, people) if said(found).address_on_file else (0, 0)
                assert (found.others, found.minors) == counts
                crowds[counts] += 1
    assert any(minors for _, minors in crowds) and any(others > minors for others, minors in crowds)


def carried(record: int, listed: set[int], people: list[OnFile]) -> tuple[int, ...]:
    return tuple(sorted(listed & {y for p in people if p.record == record for _, years in p.places for y in years}))


def test_worlds_do_not_touch(worlds: list[Small]) -> None:
    """Scored against everybody, a claim means what it means in its own town."""
    everybody = [p for w in worlds[:40] for p in on_file(w)]
    for world in worlds[:5]:
        for row in world.rows:
            assert score(supplied(row), everybody, names()) == score(supplied(row), on_file(world), names())
