# SPDX-License-Identifier: Apache-2.0
"""One batch through the engine, step by step: who is looked for, what is written, and what stops it."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from differential.batches import CASE, ROW, Judged, cases_for, judge, plan_of, provision, write_room
from lawgate.decide.canonical import ROW_WIDTH
from lawgate.decide.decide import decide
from lawgate.drivers.duckdb.connection import connect
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.records import ParquetRecords
from lawgate.drivers.duckdb.work import DuckWork
from lawgate.model.decision import Verdict
from lawgate.model.fault import LawgateError
from lawgate.model.outcome import Outcome, Status
from lawgate.ports.engine import Settled

EXPECTED = {
    "ana": (Outcome.REQUIRE, Verdict.UNIQUE, 11),
    "bo": (Outcome.REQUIRE, Verdict.UNIQUE, 12),
    "cy": (Outcome.HOLD, Verdict.UNIQUE, 13),
    "nobody": (Outcome.RETURN_FOR_CURE, Verdict.NONE, 0),
    "two": (Outcome.RETURN_FOR_CURE, Verdict.AMBIGUOUS, 0),
    "witness": (Outcome.DENY, Verdict.NOT_SOUGHT, 0),
    "future": (Outcome.RETURN_FOR_CURE, Verdict.NOT_SOUGHT, 0),
}


def test_what_becomes_of_each(settled: Mapping[str, Judged]) -> None:
    made = {row_id: (found.decision.row_outcome, found.verdict, found.record) for row_id, found in settled.items()}
    assert made == EXPECTED
    assert settled["ana"].pattern.years == (2022, 2023), "of the years listed, those on file"


def because(found: Judged) -> dict[str, tuple[str, Status]]:
    return {f.element: (f.because, f.status) for f in found.decision.findings if f.leads_to and f.level != "batch"}


def test_why(settled: Mapping[str, Judged]) -> None:
    assert because(settled["bo"]) == {}
    assert because(settled["cy"]) == {"i2.B.i.name": ("person_deceased", Status.NOT_MET)}
    assert because(settled["nobody"])["i2.B.i.name"] == ("no_such_person", Status.NOT_MET)
    assert because(settled["two"])["i2.B.i.name"][0] == "more_than_one_person"
    assert because(settled["witness"]) == {"i2.A.proceeding": ("not_the_subject", Status.NOT_MET)}
    assert because(settled["future"]) == {"i2.B.ii.period": ("period_not_closed", Status.NOT_MET)}


def test_only_complete_claims_of_proper_rows_are_looked_for(room: Path) -> None:
    work = DuckEngine().open(room, plan_of())
    assert work.find_request() == 5
    claims = pa.table(work.survivors())
    work.close()
    assert claims.column_names[0] == "n" and claims["n"].to_pylist() == [0, 1, 2, 3, 4]
    for name in ("name_first", "name_last", "building"):
        assert all(claims[name].to_pylist())


def test_an_improper_request_looks_for_nobody(room: Path) -> None:
    plan = plan_of()
    for letters in ({}, {**plan.letters, "purpose_not_criminal": "u"}, dict.fromkeys(plan.letters, "n")):
        work = DuckEngine().open(room, replace(plan, letters=letters))
        assert work.find_request() == 0
        assert pa.table(work.survivors()).num_rows == 0
        work.close()


def test_measures(room: Path) -> None:
    work = DuckEngine().open(room, plan_of())
    work.find_request()
    found = work.measure()
    work.close()
    assert (found.rows, found.cases, found.officials, found.people_of_top_official, found.distinct_reasons) == (
        7,
        3,
        1,
        7,
        2,
    )
    assert (found.top_reason_permille, found.top_opening_day_permille) == (857, 1000)


def looked_up(room: Path, records: ParquetRecords) -> DuckWork:
    work = DuckEngine().open(room, plan_of())
    work.find_request()
    work.measure()
    work.find_record(records.candidates(work.survivors(), ()))
    return work


def settled_as(work: DuckWork) -> list[Settled]:
    made = work.patterns()
    return [
        Settled(p.number, bytes([p.number]) * 32, decide(provision(), p.pattern, ("mailing_address",))) for p in made
    ]


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: [*s, s[0]], lambda s: [], lambda s: [*s[1:], s[1]]])
def test_one_decision_for_every_row_or_none(tmp_path: Path, records: ParquetRecords, change: object) -> None:
    rows = [{**ROW, "row_id": str(i), "first": first} for i, first in enumerate(("Bo", "Zoe", "Cy"))]
    room = write_room(tmp_path, cases_for(rows), rows)
    work = looked_up(room, records)
    with pytest.raises(LawgateError, match="one decision for every row"):
        work.settle(change(settled_as(work)))
    assert not list(room.glob("decisions*"))
    work.close()


def test_a_row_whose_case_is_lost_is_not_lost_silently(tmp_path: Path, records: ParquetRecords) -> None:
    rows = [{**ROW, "row_id": str(i)} for i in range(3)]
    room = write_room(tmp_path, cases_for(rows), rows)
    table = parquet.read_table(room / "rows.parquet")
    at = table.column_names.index("case_n")
    parquet.write_table(table.set_column(at, "case_n", pa.array([0, 0, 7], pa.int32())), room / "rows.parquet")
    work = looked_up(room, records)
    with pytest.raises(LawgateError, match="3 rows led to 2 decisions"):
        work.settle(settled_as(work))
    work.close()


def test_patterns_add_up_and_come_in_one_order(room: Path, records: ParquetRecords) -> None:
    works = [looked_up(room, records) for _ in range(2)]
    one, two = (work.patterns() for work in works)
    assert list(one) == list(two) and [p.number for p in one] == list(range(len(one)))
    assert sum(p.rows for p in one) == 7
    assert len({p.pattern for p in one}) == len(one)
    for work in works:
        work.close()


def test_candidates_for_rows_that_were_not_looked_for_change_nothing(tmp_path: Path, records: ParquetRecords) -> None:
    """A store that answers more than it was asked cannot get a refused row granted."""
    rows = [{**ROW, "row_id": "w", "first": "Bo", "role": "witness"}, {**ROW, "row_id": "z", "first": "Zoe"}]
    work = DuckEngine().open(write_room(tmp_path, cases_for(rows), rows), plan_of())
    work.find_request()
    work.measure()
    said = {
        "record": 12,
        "files": True,
        "by_tin": False,
        "fit": 2,
        "contradicts": False,
        "years": 1 << 43,
        "deceased": False,
    }
    said |= {"withheld": False, "marks": 0, "others": 0, "minors": 0}
    work.find_record(pa.Table.from_pylist([{"n": n, **said} for n in (0, 99)]))
    patterns = work.patterns()
    assert {p.pattern.verdict for p in patterns} == {Verdict.NOT_SOUGHT, Verdict.NONE}
    assert not any(s.decision.row_outcome.grants for s in settled_as(work))
    work.close()


def test_the_row_table(settled: Mapping[str, Judged], room: Path) -> None:
    table = b"".join(DuckEngine().row_table(room))
    assert len(table) == ROW_WIDTH * len(settled)
    for row_id, found in settled.items():
        row = table[found.n * ROW_WIDTH : (found.n + 1) * ROW_WIDTH]
        granted = found.record if found.decision.row_outcome.grants else 0
        assert row == found.n.to_bytes(4) + found.claim_digest + bytes(32) + granted.to_bytes(8), row_id


def test_views_of_settled_rows(settled: Mapping[str, Judged], room: Path) -> None:
    engine = DuckEngine()
    found = engine.row(room, "bo")
    assert found is not None and (found.n, found.line, found.record, found.others) == (1, 3, 12, 5)
    assert engine.row(room, "nobody").record == 0 and engine.row(room, "absent") is None
    assert engine.row(room, "' OR true --") is None
    assert [v.row_id for v in engine.rows(room, [5, 0, 3])] == ["witness", "ana", "nobody"]
    assert [v.others for v in engine.rows(room, [2])] == [0], "no counts of others for a row that grants nothing"
    assert [(c.case_id, c.recipients) for c in engine.cases(room, [1])] == [("c2", ("person.a.1", "person.a.2"))]


def test_claims_are_only_of_rows_that_grant(records: ParquetRecords, tmp_path: Path) -> None:
    rows = [{**ROW, "row_id": "bo", "first": "Bo"}, {**ROW, "row_id": "zoe", "first": "Zoe"}]
    room, engine = write_room(tmp_path, cases_for(rows), rows), DuckEngine()
    judge(room, records, plan_of())
    claims = engine.claims(room, [0, 1], plan_of())
    assert claims["n"].to_pylist() == [0]
    answer = pa.table(records.candidates(claims, ("mailing_address",)))
    told = engine.values(answer, {0: 12}, "mailing_address")
    assert list(told) == [0] and list(told[0]) == [2023]
    assert engine.values(answer, {0: 11}, "mailing_address") == {}, "only of the record that was decided on"
    assert [v.row_id for v in engine.granted(room, 10)] == ["bo"] and engine.granted(room, 0) == []
    judge(room, records, plan_of(), orders=("order-1",))
    assert engine.claims(room, [0, 1], plan_of())["n"].to_pylist() == [], "an order leaves nothing to be looked up"


def test_the_claim_digest_is_of_row_and_case(room: Path, records: ParquetRecords, tmp_path: Path) -> None:
    made = []
    for i, (row, case) in enumerate(
        [
            ({}, {}),
            ({"event_number": "1"}, {}),
            ({}, {"status": "closed"}),
            ({"first": "AnaL", "last": "opez"}, {}),
            ({"row_id": "b"}, {}),
            ({"reason_text": "another reason"}, {}),
        ]
    ):
        rows, cases = [{**ROW, "row_id": "a", **row}], [{"case_id": "c0", **CASE, **case}]
        (found,) = judge(write_room(tmp_path / str(i), cases, rows), records, plan_of()).values()
        made.append(found.claim_digest)
        assert found.claim_digest == as_specified(tmp_path / str(i))
    assert len(set(made)) == 6


def as_specified(room: Path) -> bytes:
    """The claim digest of the one row of a room, as docs/spec/decision.md says."""
    texts = []
    for name in ("rows", "cases"):
        (fields,) = parquet.read_table(room / f"{name}.parquet").drop_columns(["n", "line"]).to_pylist()
        if name == "rows":
            fields["reason_text"] = sha256(fields["reason_text"].encode()).hexdigest()
        texts.append("\x1f".join(text for column, text in fields.items() if column != "case_n"))
    return sha256("\x1e".join(texts).encode()).digest()


# --- the connection -----------------------------------------------------------------------------------------------

FORBIDDEN = [
    "SELECT * FROM read_csv('{other}/secret.csv')",
    "SELECT * FROM read_text('/etc/hostname')",
    "COPY (SELECT 1) TO '{other}/out.csv'",
    "ATTACH '{other}/other.duckdb' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET memory_limit = '100GB'",
    "SELECT * FROM 'http://127.0.0.1:9/x.parquet'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_connection_reaches_its_own_room_only(tmp_path: Path, statement: str) -> None:
    room, other = tmp_path / "room", tmp_path / "other"
    room.mkdir()
    other.mkdir()
    (other / "secret.csv").write_text("a\n1\n")
    con = connect(room, [])
    with pytest.raises(duckdb.Error):
        con.execute(statement.format(other=other)).fetchall()
    assert con.execute("SELECT 1").fetchall() == [(1,)]
    assert sorted(p.name for p in other.iterdir()) == ["secret.csv"]
    con.close()


def test_a_folder_beside_the_room_with_its_name_in_front_is_outside(tmp_path: Path) -> None:
    room, beside = tmp_path / "room", tmp_path / "room2"
    room.mkdir()
    beside.mkdir()
    (beside / "x.csv").write_text("a\n1\n")
    con = connect(room, [])
    with pytest.raises(duckdb.Error):
        con.execute(f"SELECT * FROM read_csv('{beside}/x.csv')").fetchall()
    with pytest.raises(duckdb.Error):
        con.execute(f"SELECT * FROM read_csv('{room}/../room2/x.csv')").fetchall()
    con.close()
