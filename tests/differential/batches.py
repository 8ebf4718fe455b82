# SPDX-License-Identifier: Apache-2.0
"""A batch as intake leaves it, records as a custodian has them, and one run of the engine over both. Made-up people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from lawgate.decide.decide import decide
from lawgate.decide.find import request_letters
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.records import ParquetRecords, import_records
from lawgate.law.evaluate import Facts
from lawgate.law.read import read_layout, read_rulebook
from lawgate.law.rulebook import Provision, Rulebook
from lawgate.linkage.grammar import AddressGrammar, NameGrammar, read_address_grammar, read_name_grammar
from lawgate.model.decision import Decision, Pattern, Verdict
from lawgate.model.request import Officers
from lawgate.ports.engine import Plan, Settled

BOOK = Path(__file__).resolve().parents[2] / "rulebooks" / "us-26-6103"
SIGNED = date(2025, 6, 27)
FACTS: Facts = {
    "request.signed_on": SIGNED,
    "request.written": True,
    "request.signer_in_office": True,
    "request.office_of_agency": True,
    "request.office_kind": "agency_head",
    "request.purpose": "criminal_investigation",
    "request.sole_use": True,
    "request.safeguards_current": True,
    "request.fields_allowed": True,
    "request.office_agency": "agency.a",
    "request.fields_in_class": True,
    "request.within_agreement": True,
    "request.within_practice": True,
}
AGENCY = "agency.a"
OFFICERS = Officers(frozenset(f"person.a.{n}" for n in range(1, 100)), frozenset({"person.b.1"}))
CASE = {
    "opened_on": "2024-03-01",
    "status": "active",
    "statute_cite": "18 USC 641",
    "kind": "investigation",
    "agency_a_party": "",
    "engaged_official": "person.a.1",
    "engaged_agency": AGENCY,
    "recipients": "person.a.1;person.a.2",
}
ROW = {
    "case_id": "c0",
    "role": "subject",
    "first": "Ana",
    "last": "Lopez",
    "addr_line1": "12 Oak Street",
    "city": "Hartvale",
    "state": "AK",
    "zip": "97303",
    "taxable_periods": "2023",
    "reason_text": "made up",
}
PERSON = {"kind": "primary", "middle": "", "suffix": "", "dob": date(1980, 1, 1), "deceased": False, "flags": 0}


@cache
def book_files() -> Mapping[str, bytes]:
    """The rulebook's files by relative name."""
    return {p.relative_to(BOOK).as_posix(): p.read_bytes() for p in BOOK.rglob("*.toml")}


@cache
def rulebook() -> Rulebook:
    """The rulebook on the day the made-up requests are signed."""
    return read_rulebook(book_files(), SIGNED)


@cache
def provision() -> Provision:
    """The one provision the tests decide under."""
    found = rulebook().provision("i2")
    assert found is not None
    return found


@cache
def addresses() -> AddressGrammar:
    """The address grammar of the rulebook."""
    return read_address_grammar(book_files()["match/address.toml"], book_files()["registers/facilities.toml"])


@cache
def names() -> NameGrammar:
    """The name grammar of the rulebook."""
    return read_name_grammar(book_files()["match/names.toml"])


def plan_of(facts: Facts = FACTS, agency: str = AGENCY, officers: Officers = OFFICERS) -> Plan:
    """A plan under the real provision, with every made-up officer in the register of the agency that asks."""
    letters = request_letters(provision(), facts)
    return Plan(provision(), rulebook(), addresses(), names(), facts, agency, letters, officers)


def write_room(
    folder: Path, cases: Sequence[Mapping[str, str | None]], rows: Sequence[Mapping[str, str | None]]
) -> Path:
    """`cases.parquet` and `rows.parquet` as intake leaves them; a column that is left out is the empty text."""
    folder.mkdir(parents=True, exist_ok=True)
    layout = read_layout(book_files())
    at = {case["case_id"]: n for n, case in enumerate(cases)}
    columns = {c.name: [case.get(c.name, "") for case in cases] for c in layout.cases}
    _write(folder / "cases.parquet", len(cases), {}, columns)
    columns = {c.name: [row.get(c.name, "") for row in rows] for c in layout.rows}
    _write(folder / "rows.parquet", len(rows), {"case_n": [at[row["case_id"]] for row in rows]}, columns)
    return folder


def _write(file: Path, count: int, numbers: Mapping[str, list[int]], columns: Mapping[str, list[str | None]]) -> None:
    whole = {"n": list(range(count)), "line": list(range(2, count + 2)), **numbers}
    made = {k: pa.array(v, pa.int32()) for k, v in whole.items()}
    parquet.write_table(pa.table({**made, **{k: pa.array(v, pa.string()) for k, v in columns.items()}}), file)


def cases_for(rows: Iterable[Mapping[str, str | None]]) -> list[dict[str, str | None]]:
    """One proper case for each case id that the rows name."""
    return [{"case_id": c, **CASE} for c in sorted({str(row["case_id"]) for row in rows})]


def write_records(
    folder: Path, people: Sequence[Mapping[str, object]], homes: Sequence[Mapping[str, object]]
) -> ParquetRecords:
    """Import people (`record`, `tin`, `first`, `last` ...) and homes (`record`, `line1` ... `from_year`, `to_year`)."""
    source = folder / "source"
    source.mkdir(parents=True)
    texts = {name: pa.string() for name in ("kind", "tin", "first", "middle", "last", "suffix")}
    other = {"dob": pa.date32(), "deceased": pa.bool_(), "flags": pa.int32()}
    _table([{**PERSON, **p} for p in people], {"record": pa.int64(), **texts, **other}, source / "taxpayers.parquet")
    texts = {name: pa.string() for name in ("line1", "line2", "city", "state", "zip")}
    years = {"from_year": pa.int16(), "to_year": pa.int16()}
    home = {"line2": "", "city": "Hartvale", "state": "AK", "zip": "97303", "from_year": 2019, "to_year": 2024}
    _table([{**home, **h} for h in homes], {"record": pa.int64(), **texts, **years}, source / "addresses.parquet")
    import_records(source, folder / "keyed", addresses(), names())
    return ParquetRecords(folder / "keyed", SIGNED)


def _table(rows: Sequence[Mapping[str, object]], schema: Mapping[str, pa.DataType], file: Path) -> None:
    parquet.write_table(pa.table({k: pa.array([r[k] for r in rows], t) for k, t in schema.items()}), file)


@dataclass(frozen=True, slots=True)
class Judged:
    """One row after the engine: its pattern and decision, and what the record store said of it."""

    pattern: Pattern
    decision: Decision
    n: int
    verdict: Verdict
    record: int
    others: int
    minors: int
    claim_digest: bytes

    @property
    def row(self) -> tuple[object, ...]:
        """Everything that another row of the batch may never change."""
        own = "".join(s for c, s in zip(provision().clauses, self.pattern.clauses, strict=False) if c.level != "batch")
        d = self.decision
        said = (self.record, self.others, self.minors, self.claim_digest)
        return (d.row_outcome, d.grants, own, self.verdict, self.pattern.years, *said)


def judge(
    room: Path,
    records: ParquetRecords,
    plan: Plan,
    asked: Sequence[str] = ("mailing_address",),
    orders: Sequence[str] = (),
    under: Provision | None = None,
) -> dict[str, Judged]:
    """Run the engine over the room: row id -> what became of it. One decision for every row, or it fails."""
    work = DuckEngine().open(room, plan)
    try:
        work.find_request()
        work.measure()
        work.find_record(records.candidates(work.survivors(), ()))
        patterns = {p.number: p.pattern for p in work.patterns()}
        decided = {k: decide(under or plan.provision, p, asked, orders) for k, p in patterns.items()}
        work.settle([Settled(k, bytes(32), d) for k, d in decided.items()])
        # The table before settling also tells the record of rows that are refused.
        found = work._con.execute("SELECT row_id, record, others, minors FROM judged").fetchall()
    finally:
        work.close()
    handles = {row_id: rest for row_id, *rest in found}
    table = parquet.read_table(room / "decisions.parquet").to_pylist()
    assert len(table) == len({r["row_id"] for r in table}) == len(found)
    made = {}
    for r in table:
        pattern = patterns[r["pattern"]]
        made[r["row_id"]] = Judged(
            pattern, decided[r["pattern"]], r["n"], pattern.verdict, *handles[r["row_id"]], r["claim_digest"]
        )
    return made
