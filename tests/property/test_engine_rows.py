# SPDX-License-Identifier: Apache-2.0
"""Each row for itself, through the engine on made-up requests: batch mates, order, blanks and NULLs change nothing."""

import csv
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from differential.batches import (
    FACTS,
    SIGNED,
    Judged,
    addresses,
    book_files,
    judge,
    names,
    plan_of,
    provision,
    write_room,
)
from lawgate.decide.canonical import ROW_WIDTH
from lawgate.decide.decide import decide
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.records import ParquetRecords, import_records
from lawgate.drivers.parser.driver import ChildParser
from lawgate.law.evaluate import Facts
from lawgate.law.expression import facts_of
from lawgate.law.read import read_layout
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Provision
from lawgate.model.period import Span
from lawgate.ports.engine import Plan
from lawgate_lab.make import make

Row = dict[str, str | None]
Rows = Sequence[Mapping[str, str | None]]
SEED, PEOPLE, ROUNDS = 7, 15_000, {"ci": 3, "full": 100}


@dataclass(frozen=True, slots=True)
class Lab:
    """A made-up request with its records, and what becomes of every row of it."""

    folder: Path
    cases: list[Row]
    rows: list[Row]
    records: ParquetRecords
    plan: Plan
    base: Mapping[str, Judged]

    @property
    def some(self) -> list[Row]:
        """Some of the rows, for tests that run the engine many times."""
        return self.rows[:: 1 if len(self.rows) > 2_000 else 5]

    def run(self, room: Path, rows: Rows, cases: Rows | None = None) -> Mapping[str, Judged]:
        """The engine over other rows of the same request."""
        return judge(write_room(room, cases or self.cases, rows), self.records, self.plan)


@pytest.fixture(scope="module")
def lab(size: str, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder, claims = tmp_path_factory.mktemp("lab"), {"ci": 2_000, "full": 10_000}[size]
    make(folder, claims, PEOPLE if size == "ci" else 80_000, "honest", SEED)
    import_records(folder / "records", folder / "keyed", addresses(), names())
    cover = tomllib.loads((folder / "honest" / "cover.toml").read_text())
    facts: Facts = {**FACTS, "request.signed_on": cover["signed_at"].date(), "request.purpose": cover["purpose"]}
    cases, rows = (loaded(folder / "honest" / f"{name}.csv") for name in ("cases", "rows"))
    registers = read_registers({p.name: p.read_bytes() for p in (folder / "registers").glob("*.toml")})
    officers = registers.officers(cover["agency"], cover["signed_at"].date())
    records, plan = ParquetRecords(folder / "keyed", SIGNED), plan_of(facts, cover["agency"], officers)
    return Lab(folder, cases, rows, records, plan, judge(write_room(folder / "room", cases, rows), records, plan))


def loaded(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as text:
        return [{**row, "tin": row.get("tin", "").replace("-", "")} for row in csv.DictReader(text)]


def unlike(some: Mapping[str, Judged], base: Mapping[str, Judged]) -> list[str]:
    """Row ids that are not judged as they were."""
    return [row_id for row_id, found in some.items() if found.row != base[row_id].row]


def eased(after: Mapping[str, Judged], before: Mapping[str, Judged]) -> list[str]:
    """Row ids that were refused and now grant something."""
    return [
        r
        for r, found in after.items()
        if found.decision.row_outcome.grants and not before[r].decision.row_outcome.grants
    ]


def test_the_request_is_a_mixed_one(lab: Lab) -> None:
    outcomes = Counter(found.decision.row_outcome for found in lab.base.values())
    assert len(outcomes) == 4 and min(outcomes.values()) > len(lab.rows) / 150, outcomes
    assert len(lab.base) == len(lab.rows)


def test_order_of_rows_and_cases(lab: Lab, size: str, tmp_path: Path) -> None:
    for seed in range(ROUNDS[size]):
        rng = Random(seed)
        rows, cases = rng.sample(lab.rows, len(lab.rows)), rng.sample(lab.cases, len(lab.cases))
        assert unlike(lab.run(tmp_path / str(seed), rows, cases), lab.base) == []


def test_rows_taken_away(lab: Lab, size: str, tmp_path: Path) -> None:
    for seed in range(ROUNDS[size]):
        rng = Random(seed)
        left = rng.sample(lab.rows, rng.choice((1, 2, 10, len(lab.rows) // 2, len(lab.rows) - 1)))
        assert unlike(lab.run(tmp_path / str(seed), left), lab.base) == []


def test_rows_changed_beside_it(lab: Lab, size: str, tmp_path: Path) -> None:
    """Half the rows get columns of other rows, numbers and homes among them; the other half does not notice."""
    columns = ("tin", "first", "last", "addr_line1", "addr_line2", "city", "reason_text", "role", "taxable_periods")
    for seed in range(ROUNDS[size]):
        rng = Random(seed)
        touched = {row["row_id"] for row in rng.sample(lab.rows, len(lab.rows) // 2)}
        rows = [mixed(rng, row, lab.rows, columns) if row["row_id"] in touched else row for row in lab.rows]
        got = lab.run(tmp_path / str(seed), rows)
        assert unlike({r: found for r, found in got.items() if r not in touched}, lab.base) == []
        assert len(unlike(got, lab.base)) > len(touched) / 4, "the changes were no changes"


def mixed(rng: Random, row: Row, rows: Rows, columns: tuple[str, ...]) -> Row:
    return {**row, **{c: rng.choice(rows)[c] for c in rng.sample(columns, 3)}}


def test_a_copy_of_every_row_beside_it(lab: Lab, tmp_path: Path) -> None:
    """Duplicates of all numbers: one decision for each row, and each like its original."""
    copies = [{**row, "row_id": f"{row['row_id']}.copy"} for row in lab.rows]
    got = lab.run(tmp_path, [*lab.rows, *copies])
    assert len(got) == 2 * len(lab.rows)
    assert unlike({row_id: got[row_id] for row_id in lab.base}, lab.base) == []
    table = b"".join(DuckEngine().row_table(tmp_path))
    assert len(table) == ROW_WIDTH * len(got)
    own = slice(0, 4), slice(4, 36), slice(68, 76)
    rows = [table[at : at + ROW_WIDTH] for at in range(0, len(table), ROW_WIDTH)]
    assert [int.from_bytes(r[own[0]]) for r in rows] == list(range(len(got)))
    by_n = {found.n: found for found in got.values()}
    assert all(r[own[1]] == by_n[n].claim_digest for n, r in enumerate(rows))
    assert [int.from_bytes(r[own[2]]) != 0 for r in rows] == [
        by_n[n].decision.row_outcome.grants for n in range(len(rows))
    ]


def test_one_number_for_all(lab: Lab, tmp_path: Path) -> None:
    tin = next(row["tin"] for row in lab.rows if row["tin"])
    got = lab.run(tmp_path, [{**row, "tin": tin} for row in lab.rows])
    assert len(got) == len(lab.rows)
    assert sum(found.decision.row_outcome.grants for found in got.values()) <= 1


BLANKED = ["role", "first", "last", "addr_line1", "city", "state", "zip", "taxable_periods", "reason_text"]
BLANKED += ["final_order_date", "removal_ground", "review_pending", "deferred_action", "event_number", "fingerprint_id"]
OF_CASES = [
    "opened_on",
    "status",
    "statute_cite",
    "kind",
    "agency_a_party",
    "engaged_official",
    "engaged_agency",
    "recipients",
]


@pytest.mark.parametrize("nothing", ["", None], ids=["blank", "null"])
def test_a_column_left_blank_eases_nothing(lab: Lab, tmp_path: Path, nothing: str | None) -> None:
    """Each row once for each column that is left out of it, or of its case, all in one batch."""
    rows = [{**row, column: nothing, "row_id": f"{row['row_id']}.{column}"} for column in BLANKED for row in lab.some]
    cases = [
        {**case, column: nothing, "case_id": f"{case['case_id']}.{column}"} for column in OF_CASES for case in lab.cases
    ]
    for column in OF_CASES:
        rows += [
            {**row, "row_id": f"{row['row_id']}.{column}", "case_id": f"{row['case_id']}.{column}"} for row in lab.some
        ]
    got = lab.run(tmp_path, rows, [*lab.cases, *cases])
    before = {row_id: lab.base[row_id.partition(".")[0]] for row_id in got}
    assert len(got) == len(rows) and eased(got, before) == []
    still = Counter(r.partition(".")[2] for r, found in got.items() if found.decision.row_outcome.grants)
    spare = {"event_number", "fingerprint_id", "agency_a_party", "kind", "removal_ground", "review_pending"}
    assert set(still) == spare | {"deferred_action", "final_order_date"}, "a column was missed that some rows can spare"


def test_null_for_every_blank(lab: Lab, tmp_path: Path) -> None:
    """What a careless reader of CSV makes of an empty field: it may refuse more, and never gives more."""
    rows, cases = ([{k: v or None for k, v in row.items()} for row in part] for part in (lab.rows, lab.cases))
    got = lab.run(tmp_path, rows, cases)
    assert len(got) == len(lab.rows) and eased(got, lab.base) == []


def test_intake_and_a_plain_reader_give_the_same(lab: Lab, tmp_path: Path) -> None:
    """An empty field of the CSV files is the empty text, as it is in the tables the other tests write."""
    parsed = ChildParser().parse(
        lab.folder / "honest", tmp_path, read_layout(book_files()), SIGNED + timedelta(days=900)
    )
    assert not parsed.refused and parsed.rows.accepted == len(lab.rows)
    got = judge(tmp_path, lab.records, lab.plan)
    assert got.keys() == lab.base.keys() and unlike(got, lab.base) == []
    assert [r for r, found in got.items() if found.pattern != lab.base[r].pattern] == []


def test_nothing_beyond_what_is_asked_listed_and_on_file(lab: Lab, tmp_path: Path) -> None:
    listed = {row["row_id"]: set(str(row["taxable_periods"]).split(";")) for row in lab.rows}
    for row_id, found in lab.base.items():
        assert {str(g.year) for g in found.decision.grants} <= listed[row_id]
        assert {g.field for g in found.decision.grants} <= {"mailing_address"}
    room = write_room(tmp_path, lab.cases, lab.rows)
    for asked in ((), ("income",), ("*", "all", "")):
        got = judge(room, lab.records, lab.plan, asked)
        assert not any(found.decision.row_outcome.grants or found.decision.grants for found in got.values())


def test_orders_hold_every_row(lab: Lab, tmp_path: Path) -> None:
    got = judge(write_room(tmp_path, lab.cases, lab.rows), lab.records, lab.plan, orders=("order-1",))
    assert not any(found.decision.outcome.grants for found in got.values())
    assert unlike(got, lab.base) == []


@cache
def nothing_in_force() -> Provision:
    return Provision("", "", "", "may", Span(SIGNED, None), (), (), {})


@pytest.mark.parametrize("under", [None, nothing_in_force(), replace(nothing_in_force(), fields=("mailing_address",))])
def test_an_empty_rulebook_grants_nothing(lab: Lab, tmp_path: Path, under: Provision | None) -> None:
    plan = replace(lab.plan, provision=under or nothing_in_force(), letters={})
    room = write_room(tmp_path, lab.cases, lab.rows)
    got = judge(room, lab.records, plan)
    assert len(got) == len(lab.rows) and {found.verdict for found in got.values()} == {"not_sought"}
    assert not any(found.decision.row_outcome.grants or found.record for found in got.values())
    for found in got.values():
        assert not decide(None, found.pattern, ("mailing_address",)).row_outcome.grants


OF_THE_REQUEST = {f for c in provision().clauses if c.level == "request" for f in facts_of(c.test)}


@pytest.mark.parametrize("fact", sorted(OF_THE_REQUEST))
def test_a_fact_of_the_request_that_is_unknown_opens_no_record(lab: Lab, tmp_path: Path, fact: str) -> None:
    facts = {**lab.plan.facts, fact: None}
    got = judge(
        write_room(tmp_path, lab.cases, lab.some), lab.records, plan_of(facts, lab.plan.agency, lab.plan.officers)
    )
    assert not any(found.decision.row_outcome.grants for found in got.values())
    assert {found.verdict for found in got.values()} == {"not_sought"}
    assert len(provision().clauses) == len(next(iter(got.values())).pattern.clauses)
