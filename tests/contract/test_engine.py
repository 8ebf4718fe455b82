# SPDX-License-Identifier: Apache-2.0
"""What every Engine and its Work promise, held over one small batch whose answer from the records is made by hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from contract import batch
from contract.batch import COUNT, GRANTED, ROWS, SOUGHT, STREET, WRONG, Seen, years
from contract.promises import Driver, Place, Suite
from differential.batches import plan_of, provision, write_room
from lawgate.decide.canonical import ROW_WIDTH
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.work import DuckWork
from lawgate.model.confidential import Confidential
from lawgate.model.decision import Verdict
from lawgate.model.fault import LawgateError
from lawgate.ports.columns import Columns
from lawgate.ports.engine import Engine, Measures, PatternCount, Plan, RowView, Settled, ValuesByYear, Work

INTAKE = {"rows.parquet", "cases.parquet"}
CLAIM = {"n": pa.int32(), "years": pa.int64()} | dict.fromkeys(
    ("tin", "name_first", "name_last", "name_middle", "name_suffix", "dob", "building", "unit"), pa.string()
)


def duckdb(_: Path) -> Engine:
    """The engine on DuckDB keeps nothing outside the rooms."""
    return DuckEngine()


ENGINES: Suite[Engine] = Suite(duckdb)


@lru_cache(maxsize=1)
def _seen(driver: Driver[Engine], root: Path) -> Seen:
    return batch.observe(driver(root))


def seen(place: Place[Engine]) -> Seen:
    """What the engine made of the batch; looked at once for all promises."""
    return _seen(place.driver, Path())


@ENGINES.promise
def survivors_are_counted_and_are_those_of_proper_rows(place: Place[Engine]) -> None:
    said = seen(place)
    assert said.survivors == len(SOUGHT) and said.claims["n"].to_pylist() == SOUGHT


@ENGINES.promise
def survivors_are_complete_claims(place: Place[Engine]) -> None:
    claims = seen(place).claims
    assert {field.name: field.type for field in claims.schema} == CLAIM
    assert all(all(claims[name].to_pylist()) for name in ("name_first", "name_last", "building"))
    assert [claims[name].null_count for name in CLAIM] == [0] * len(CLAIM)
    first = claims.to_pylist()[0]
    assert (first["tin"], first["name_last"], first["years"]) == ("900010001", "LOPEZ", years(2018, 2022, 2023))


@ENGINES.promise
def the_batch_is_measured_whole(place: Place[Engine]) -> None:
    assert seen(place).measures == Measures(
        rows=COUNT,
        cases=3,
        officials=1,
        people_of_top_official=COUNT,
        distinct_reasons=2,
        top_reason_permille=857,
        top_opening_day_permille=1000,
    )


@ENGINES.promise
def patterns_are_distinct_numbered_and_cover_every_row(place: Place[Engine]) -> None:
    patterns = seen(place).patterns
    assert [p.number for p in patterns] == list(range(len(patterns)))
    assert len({p.pattern for p in patterns}) == len(patterns)
    assert sum(p.rows for p in patterns) == COUNT and all(p.rows > 0 for p in patterns)
    for each in patterns:
        assert len(each.pattern.clauses) == len(provision().clauses) and set(each.pattern.clauses) <= set("mnu-")


@ENGINES.promise
def patterns_come_in_one_order_whatever_the_order_of_the_answer(place: Place[Engine]) -> None:
    assert list(seen(place).patterns) == list(seen(place).again)


@ENGINES.promise
def verdicts_follow_the_candidates(place: Place[Engine]) -> None:
    verdicts: dict[Verdict, int] = {}
    for each in seen(place).patterns:
        verdict, unseen = each.pattern.verdict, "-" in each.pattern.clauses
        verdicts[verdict] = verdicts.get(verdict, 0) + each.rows
        assert unseen is (verdict is Verdict.NOT_SOUGHT)
        assert verdict is Verdict.UNIQUE or each.pattern.years == ()
    assert verdicts == {Verdict.UNIQUE: 3, Verdict.NONE: 1, Verdict.AMBIGUOUS: 1, Verdict.NOT_SOUGHT: 2}
    assert {p.pattern.years for p in seen(place).patterns} == {(2022, 2023), (2023,), ()}


@ENGINES.promise
def one_decision_for_every_row_or_none(place: Place[Engine]) -> None:
    assert list(seen(place).accepted) == [] and set(WRONG)
    assert seen(place).after_refusing - {"spill"} == INTAKE


@ENGINES.promise
def what_is_not_durable_goes_when_the_work_is_closed(place: Place[Engine]) -> None:
    assert seen(place).after_leaving == INTAKE
    assert seen(place).after_settling - {"patterns"} == INTAKE | {"decisions.parquet"}


@ENGINES.promise
def the_row_table_is_canonical(place: Place[Engine]) -> None:
    said = seen(place)
    assert said.chunks and all(chunk and len(chunk) % ROW_WIDTH == 0 for chunk in said.chunks)
    table = b"".join(said.chunks)
    rows = [table[at : at + ROW_WIDTH] for at in range(0, len(table), ROW_WIDTH)]
    assert len(rows) == COUNT
    for n, row in enumerate(rows):
        view = said.rows[n]
        record = view.record.to_bytes(8)
        assert row == n.to_bytes(4) + view.claim_digest + said.decided[view.pattern].digest + record
    assert said.chunks_again == table, "the same in another room, settled in another order and under an order"


@ENGINES.promise
def settled_rows_are_seen_by_number_and_by_id(place: Place[Engine]) -> None:
    said = seen(place)
    assert [v.n for v in said.rows] == list(range(COUNT)) == [v.line - 2 for v in said.rows]
    assert [v.row_id for v in said.rows] == [row["row_id"] for row in ROWS]
    assert [v.n for v in said.backwards] == [5, 0, 3] and all(v == said.rows[v.n] for v in said.backwards)
    assert said.by_id == dict.fromkeys(said.by_id) | {"bo": said.rows[1]}
    assert len({v.claim_digest for v in said.rows}) == COUNT and {len(v.claim_digest) for v in said.rows} == {32}


@ENGINES.promise
def each_row_points_to_its_pattern(place: Place[Engine]) -> None:
    said = seen(place)
    counts = [sum(v.pattern == p.number for v in said.rows) for p in said.patterns]
    assert counts == [p.rows for p in said.patterns]
    assert all(v.pattern_digest == said.decided[v.pattern].digest for v in said.rows)
    outcomes = {v.row_id: said.decided[v.pattern].decision.row_outcome.name for v in said.rows}
    assert outcomes == {
        "ana": "REQUIRE",
        "bo": "REQUIRE",
        "cy": "HOLD",
        "nobody": "RETURN_FOR_CURE",
        "two": "RETURN_FOR_CURE",
        "witness": "DENY",
        "future": "RETURN_FOR_CURE",
    }


@ENGINES.promise
def a_record_is_told_only_of_rows_that_grant(place: Place[Engine]) -> None:
    told = {v.n: (v.record, v.others, v.minors) for v in seen(place).rows}
    assert told == dict.fromkeys(range(COUNT), (0, 0, 0)) | {0: (11, 5, 1), 1: (12, 4, 0)}


@ENGINES.promise
def granted_rows_come_first_numbers_first_and_no_more_than_asked(place: Place[Engine]) -> None:
    said = seen(place)
    rows = [said.rows[n] for n in GRANTED]
    assert said.granted == {0: [], 1: rows[:1], 99: rows}


@ENGINES.promise
def cases_come_in_the_order_asked(place: Place[Engine]) -> None:
    cases = [(c.n, c.case_id, c.official, c.recipients) for c in seen(place).cases]
    said = "person.a.1", ("person.a.1", "person.a.2")
    assert cases == [(5, "c0", *said), (0, "c1", *said), (1, "c2", *said)]


@ENGINES.promise
def only_claims_of_rows_that_grant_are_looked_up_again(place: Place[Engine]) -> None:
    said = seen(place)
    first = [claim for claim in said.claims.to_pylist() if claim["n"] in GRANTED]
    assert [{k: claim[k] for k in CLAIM} for claim in said.released.to_pylist()] == first, "and as they were before"
    assert said.stopped == 0, "an order leaves nothing to look up"


@ENGINES.promise
def values_are_those_of_the_candidate_decided_on_and_confidential(place: Place[Engine]) -> None:
    said = seen(place)
    lines = {n: {y: v.reveal()["line1"] for y, v in by.items()} for n, by in said.values.items()}
    assert lines == {0: {2022: STREET, 2023: "7 Elm Street"}, 1: {2023: STREET}}
    assert STREET not in repr(said.values) and dict(said.values_of_strangers) == {}
    assert set(said.values[1][2023].reveal()) == set(batch.HOME), "nothing beside the field itself"


class DroppingARow(DuckWork):
    breaks = ("the_row_table_is_canonical",)

    def row_table(self) -> Iterator[bytes]:
        for chunk in super().row_table():
            yield chunk[:-ROW_WIDTH]


class CuttingRows(DuckWork):
    breaks = ("the_row_table_is_canonical",)

    def row_table(self) -> Iterator[bytes]:
        whole = b"".join(super().row_table())
        yield from (whole[at : at + 100] for at in range(0, len(whole), 100))


class DroppingASurvivor(DuckWork):
    breaks = ("survivors_are_counted_and_are_those_of_proper_rows",)

    def survivors(self) -> Columns:
        return pa.table(super().survivors()).slice(0, 4)


class Incomplete(DuckWork):
    breaks = (
        "survivors_are_complete_claims",
        "only_claims_of_rows_that_grant_are_looked_up_again",
    )

    def survivors(self) -> Columns:
        claims = pa.table(super().survivors())
        at = claims.column_names.index("building")
        return claims.set_column(at, "building", pa.array([""] * claims.num_rows, pa.string()))


class MeasuringSurvivors(DuckWork):
    breaks = ("the_batch_is_measured_whole",)

    def measure(self) -> Measures:
        return replace(super().measure(), rows=len(SOUGHT))


class LosingCount(DuckWork):
    breaks = (
        "patterns_are_distinct_numbered_and_cover_every_row",
        "each_row_points_to_its_pattern",
        "verdicts_follow_the_candidates",
    )

    def patterns(self) -> Sequence[PatternCount]:
        first, *rest = super().patterns()
        return [replace(first, rows=first.rows + 1), *rest]


class SettlingAnything(DuckWork):
    breaks = ("one_decision_for_every_row_or_none",)

    def settle(self, decided: Sequence[Settled]) -> None:
        try:
            super().settle(decided)
        except LawgateError:
            (self._room / "decisions.part").write_bytes(b"some rows")


class Leaving(DuckWork):
    breaks = ("what_is_not_durable_goes_when_the_work_is_closed",)

    def close(self) -> None:
        super().close()
        (self._room / "found.tmp").write_bytes(b"claims")


class Unordered(DuckEngine):
    breaks = ("settled_rows_are_seen_by_number_and_by_id",)

    def rows(self, room: Path, numbers: Sequence[int]) -> Sequence[RowView]:
        return super().rows(room, sorted(numbers))


class GrantingAll(DuckEngine):
    breaks = ("granted_rows_come_first_numbers_first_and_no_more_than_asked",)

    def granted(self, room: Path, limit: int) -> Sequence[RowView]:
        return self.rows(room, range(min(limit, COUNT)))


class LookingUpAll(DuckEngine):
    breaks = ("only_claims_of_rows_that_grant_are_looked_up_again",)

    def claims(self, room: Path, numbers: Sequence[int], plan: Plan) -> Columns:
        work = self.open(room, plan)
        work.find_request()
        claims = pa.table(work.survivors())
        work.close()
        return claims


class TellingStrangers(DuckEngine):
    breaks = ("values_are_those_of_the_candidate_decided_on_and_confidential",)

    def values(self, answer: Columns, records: Mapping[int, int], field: str) -> Mapping[int, ValuesByYear]:
        rows = pa.table(answer)
        told = dict(zip(rows["n"].to_pylist(), rows["record"].to_pylist(), strict=True))
        return super().values(rows, told, field)


class TellingMore(DuckEngine):
    breaks = ("values_are_those_of_the_candidate_decided_on_and_confidential",)

    def values(self, answer: Columns, records: Mapping[int, int], field: str) -> Mapping[int, ValuesByYear]:
        made = super().values(answer, records, field)
        return {n: {y: Confidential({**v.reveal(), "record": "11"}) for y, v in by.items()} for n, by in made.items()}


def planted(works: Sequence[type[DuckWork]], engines: Sequence[type[DuckEngine]]) -> None:
    """One engine with all these faults at once; no two of them break the same promise, so each is seen."""
    work = type("Work", tuple(works) or (DuckWork,), {})
    name = "+".join(part.__name__ for part in (*works, *engines))
    made = type(name, tuple(engines) or (DuckEngine,), {"open": lambda self, room, plan: work(room, plan)})
    broken = [promise for part in (*works, *engines) for promise in vars(part)["breaks"]]
    assert len(broken) == len(set(broken))

    def driver(_: Path) -> Engine:
        return made()

    driver.__name__ = name
    ENGINES.breaks(*broken)(driver)


planted([DroppingARow, DroppingASurvivor, MeasuringSurvivors, SettlingAnything], [Unordered, GrantingAll])
planted([CuttingRows, Incomplete, LosingCount, Leaving], [TellingStrangers])
planted([], [LookingUpAll, TellingMore])


def test_the_driver_is_the_port(tmp_path: Path) -> None:
    """A type check as much as a test."""
    engine: Engine = DuckEngine()
    work: Work = engine.open(write_room(tmp_path, [], []), plan_of())
    assert work.find_request() == 0
    work.close()


test_engine, test_a_planted_engine_is_seen = ENGINES.tests()
