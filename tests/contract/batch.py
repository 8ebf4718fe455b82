# SPDX-License-Identifier: Apache-2.0
"""One small batch through any Engine, with a record store's answer made by hand, and everything it said on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from differential.batches import cases_for, plan_of, provision, write_room
from lawgate.decide.decide import decide
from lawgate.model.decision import Decision
from lawgate.model.fault import LawgateError
from lawgate.ports.columns import Columns
from lawgate.ports.engine import CaseView, Engine, Measures, PatternCount, RowView, Settled, ValuesByYear, Work
from unit.engine.conftest import ROWS as FEW

# Nobody stands in this batch twice: what it shows as a whole keeps no row from being granted.
ROWS = [{**row, "first": {"witness": "Wim", "future": "Fay"}.get(str(row["row_id"]), row["first"])} for row in FEW]
COUNT = len(ROWS)
GRANTED = {0: 11, 1: 12}
SOUGHT = [0, 1, 2, 3, 4]
STREET = "12 Oak Street"
ANSWER = {
    "n": pa.int32(),
    "record": pa.int64(),
    "files": pa.bool_(),
    "by_tin": pa.bool_(),
    "fit": pa.int8(),
    "contradicts": pa.bool_(),
    "years": pa.int64(),
    "deceased": pa.bool_(),
    "withheld": pa.bool_(),
    "marks": pa.int32(),
    "others": pa.int32(),
    "minors": pa.int32(),
}
HOME = ("line1", "line2", "city", "state", "zip")
MAILING = pa.list_(pa.struct([("span", pa.int64()), *((name, pa.string()) for name in HOME)]))


def years(*listed: int) -> int:
    """A mask of tax years."""
    return sum(1 << (year - 1980) for year in listed)


def candidate(n: int, record: int, **more: object) -> dict[str, object]:
    """One line of a record store's answer."""
    usual = {"files": True, "by_tin": False, "fit": 2, "contradicts": False, "years": years(2023), "deceased": False}
    return {"n": n, "record": record, **usual, "withheld": False, "marks": 0, "others": 0, "minors": 0, **more}


CANDIDATES = [
    candidate(0, 11, by_tin=True, years=years(2022, 2023), others=5, minors=1),
    candidate(1, 12, others=4),
    candidate(2, 13, deceased=True, others=3),
    candidate(3, 17, files=False),
    candidate(4, 15),
    candidate(4, 16),
]


class Stream:
    """Columns and nothing else: no table, no length, read once."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def answer(candidates: Sequence[Mapping[str, object]] = CANDIDATES) -> Stream:
    """What a record store says without any field."""
    return Stream(pa.table({k: pa.array([c[k] for c in candidates], t) for k, t in ANSWER.items()}))


def addresses() -> Stream:
    """What a record store says with the mailing address, a stranger's among them."""
    said = [*CANDIDATES[:2], candidate(0, 99, years=years(2022, 2023)), candidate(1, 99)]
    homes = [[("12 Oak Street", 2022), ("7 Elm Street", 2023)], [("12 Oak Street", 2023)], [("9 Other Street", 2022)]]
    homes.append([("9 Other Street", 2023)])
    rest = {"line2": "", "city": "Hartvale", "state": "AK", "zip": "97303"}
    column = [[{"span": years(year), "line1": line, **rest} for line, year in spans] for spans in homes]
    columns = {k: pa.array([c[k] for c in said], t) for k, t in ANSWER.items()}
    return Stream(pa.table({**columns, "mailing_address": pa.array(column, MAILING)}))


@dataclass(frozen=True)
class Seen:
    """Everything an engine said of the batch, and what it left in the room. All values; nothing is open any more."""

    survivors: int
    measures: Measures
    claims: pa.Table
    patterns: Sequence[PatternCount]
    again: Sequence[PatternCount]
    accepted: Sequence[str]
    after_refusing: set[str]
    after_settling: set[str]
    after_leaving: set[str]
    decided: Mapping[int, Settled]
    chunks: Sequence[bytes]
    chunks_again: bytes
    rows: Sequence[RowView]
    backwards: Sequence[RowView]
    by_id: Mapping[str, RowView | None]
    granted: Mapping[int, Sequence[RowView]]
    cases: Sequence[CaseView]
    released: pa.Table
    stopped: int
    values: Mapping[int, ValuesByYear]
    values_of_strangers: Mapping[int, ValuesByYear]


def settled(patterns: Sequence[PatternCount], orders: Sequence[str] = ()) -> list[Settled]:
    """A decision for each pattern, under a digest that tells them apart."""
    decided: list[Decision] = [decide(provision(), p.pattern, ("mailing_address",), orders) for p in patterns]
    return [Settled(p.number, bytes([p.number + 1]) * 32, d) for p, d in zip(patterns, decided, strict=True)]


WRONG: dict[str, Callable[[list[Settled]], list[Settled]]] = {
    "one left out": lambda made: made[:-1],
    "one twice": lambda made: [*made, made[0]],
    "none": lambda made: [],
    "one for another": lambda made: [*made[1:], made[1]],
    "one of an unknown pattern": lambda made: [*made[:-1], Settled(999, made[0].digest, made[0].decision)],
}


def observe(engine: Engine) -> Seen:
    """The batch through the engine, in three rooms: one settled and looked at, one settled under an order, one left."""
    with tempfile.TemporaryDirectory() as folder:
        rooms = [write_room(Path(folder) / name, cases_for(ROWS), ROWS) for name in ("one", "other", "left")]
        return _observe(engine, *rooms)


def table(columns: Columns) -> pa.Table:
    """Any columns, read."""
    return pa.RecordBatchReader.from_stream(columns).read_all()


def names(room: Path) -> set[str]:
    """What lies in a room."""
    return {path.name for path in room.iterdir()}


def found(work: Work, candidates: Columns) -> list[PatternCount]:
    """All steps of finding."""
    work.find_request()
    work.measure()
    table(work.survivors())
    work.find_record(candidates)
    return list(work.patterns())


def _observe(engine: Engine, room: Path, other: Path, left: Path) -> Seen:
    plan = plan_of()
    work = engine.open(room, plan)
    survivors, measures, claims = work.find_request(), work.measure(), table(work.survivors())
    work.find_record(answer())
    patterns = list(work.patterns())
    decided = settled(patterns)
    accepted = [how for how, spoil in WRONG.items() if _accepted(work, spoil(decided))]
    after_refusing = names(room)
    work.settle(decided)
    chunks = list(work.row_table())
    work.close()
    work = engine.open(other, plan)
    again = found(work, answer(CANDIDATES[::-1]))
    work.settle(settled(again, ("order-1",))[::-1])
    chunks_again = b"".join(work.row_table())
    work.close()
    work = engine.open(left, plan)
    work.find_request()
    work.close()
    return Seen(
        survivors=survivors,
        measures=measures,
        claims=claims,
        patterns=patterns,
        again=again,
        accepted=accepted,
        after_refusing=after_refusing,
        after_settling=names(room),
        after_leaving=names(left),
        decided={each.number: each for each in decided},
        chunks=chunks,
        chunks_again=chunks_again,
        rows=list(engine.rows(room, range(COUNT))),
        backwards=list(engine.rows(room, [5, 0, 3])),
        by_id={row_id: engine.row(room, row_id) for row_id in ("bo", "absent", "BO", "' OR true --")},
        granted={limit: list(engine.granted(room, limit)) for limit in (0, 1, 99)},
        cases=list(engine.cases(room, [5, 0, 1])),
        released=table(engine.claims(room, range(COUNT), plan)),
        stopped=table(engine.claims(other, range(COUNT), plan)).num_rows,
        values=engine.values(addresses(), GRANTED, "mailing_address"),
        values_of_strangers=engine.values(addresses(), {0: 12, 1: 11}, "mailing_address"),
    )


def _accepted(work: Work, decided: list[Settled]) -> bool:
    try:
        work.settle(decided)
    except LawgateError:
        return False
    return True
