# SPDX-License-Identifier: Apache-2.0
"""Play one scenario through the real record store, engine, docket and decision, and say what came out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lawgate.decide.decide import decide
from lawgate.decide.find import request_letters
from lawgate.decide.request import facts_of_request
from lawgate.docket.duties import conflicts
from lawgate.docket.printing import print_order
from lawgate.docket.standing import covering, standing
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.records import ParquetRecords, import_records
from lawgate.law.evaluate import Facts
from lawgate.law.read import read_layout, read_rulebook
from lawgate.law.rulebook import Provision, Rulebook
from lawgate.linkage.grammar import read_address_grammar, read_name_grammar
from lawgate.model.decision import Decision, Finding, Pattern
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Order, Standing
from lawgate.model.period import Span
from lawgate.model.request import CourtOrder, Cover, FileStated, Person, Registers, Staff, Tenure
from lawgate.office.bench import NOTHING_IN_FORCE
from lawgate.ports.engine import Measures, Plan, Settled
from scenarios.book import BOOK, Book, Scenario, Table

FILES = {p.relative_to(BOOK).as_posix(): p.read_bytes() for p in sorted(BOOK.rglob("*.toml"))}
ADDRESSES = read_address_grammar(FILES["match/address.toml"], FILES["registers/facilities.toml"])
NAMES = read_name_grammar(FILES["match/names.toml"])
LAYOUT = read_layout(FILES)
HOME = ("line1", "line2", "city", "state", "zip")
FLAGS = {"withheld": 1, "informant": 2, "impairs": 4, "marked": 64}
EVER = Span(date(2020, 1, 1), None)


@dataclass(frozen=True)
class Played:
    """One row of a scenario as it came out; `values` is year -> address, only for a decision that grants."""

    pattern: Pattern
    decision: Decision
    looked: bool
    record: int
    others: int
    minors: int
    values: dict[int, str]


@dataclass(frozen=True)
class Result:
    """All rows of a scenario, the measures of its batch, the provision it was decided under, and what was given.

    Without a provision in force (None) every row is refused.
    """

    rows: list[Played]
    measures: Measures
    provision: Provision | None
    facts: Facts
    asked: tuple[str, ...]
    conflict: bool = False


@lru_cache
def rulebook(day: date) -> Rulebook:
    """The rulebook in force on a day."""
    return read_rulebook(FILES, day)


def play(book: Book, scenario: Scenario, folder: Path, law: Rulebook | None = None) -> Result:
    """Everything of one scenario, from its tables. `folder` is new; people nobody had before are kept beside it.

    `law` is decided by instead of the rulebook of the day of signing.
    """
    given = scenario.given
    cover = book.cover(given)
    keyed = keep_records(book.people(given), folder.parent)
    room = keep_claims(book.cases(given), book.rows(given), folder)
    law = law or rulebook(cover["signed_on"])
    if extra := practice_files(book.practices(given)):
        law = read_rulebook(FILES | extra, cover["signed_on"])
    provision = law.provision(cover["provision"])
    known, asked = registers(book, given, law), stated_cover(cover, len(book.rows(given)))
    facts = facts_of_request(asked, known, law, cover["signature_holds"])
    letters = request_letters(provision, facts) if provision else {}
    officers, order = known.officers(asked.agency, asked.signed_on), known.order_of(asked.request_id)
    under = provision or NOTHING_IN_FORCE
    plan = Plan(under, law, ADDRESSES, NAMES, facts, cover["agency"], letters, officers, order)
    return run(plan, room, keyed, tuple(cover["fields"]), given.get("orders", []))


ONCE: dict[str, Result] = {}


def play_once(book: Book, scenario: Scenario, folder: Path) -> Result:
    """A scenario of the rulebook, played the first time it is asked for; what it gives never changes in a run."""
    if scenario.id not in ONCE:
        ONCE[scenario.id] = play(book, scenario, folder)
    return ONCE[scenario.id]


def run(plan: Plan, room: Path, keyed: Path, fields: tuple[str, ...], orders: list[Table]) -> Result:
    """The batch in `room` against the records in `keyed`, row by row in the order sent."""
    engine, records = DuckEngine(), ParquetRecords(keyed, plan.rulebook.day)
    provision = None if plan.provision is NOTHING_IN_FORCE else plan.provision
    work = engine.open(room, plan)
    try:
        work.find_request()
        measures = work.measure()
        survivors = pa.table(work.survivors())
        # A reader is spent once read, so it is taken again for the record store.
        work.find_record(records.candidates(work.survivors(), ()))
        patterns = {p.number: p.pattern for p in work.patterns()}
        decided = {
            n: decide(provision, p, fields, over_it(plan, p.years, fields, measures, orders))
            for n, p in patterns.items()
        }
        work.settle([Settled(n, bytes(32), d) for n, d in decided.items()])
    finally:
        work.close()
    looked = set(survivors["n"].to_pylist())
    views = engine.rows(room, range(measures.rows))
    given = values(engine, records, room, plan, [v.n for v in views if decided[v.pattern].outcome.grants])
    rows = [
        Played(patterns[v.pattern], decided[v.pattern], v.n in looked, v.record, v.others, v.minors, made)
        for v in views
        for made in (given.get((v.n, v.record), {}),)
    ]
    conflict = any(in_conflict(plan, p.years, fields, measures, orders) for p in patterns.values())
    return Result(rows, measures, provision, plan.facts, fields, conflict)


def values(
    engine: DuckEngine, records: ParquetRecords, room: Path, plan: Plan, numbers: list[int]
) -> dict[tuple[int, int], dict[int, str]]:
    """What would be released for each granted row and record: tax year -> the address in one line."""
    if not numbers:
        return {}
    answer = pa.table(records.candidates(engine.claims(room, numbers, plan), ("mailing_address",))).to_pylist()
    made: dict[tuple[int, int], dict[int, str]] = {}
    for one in answer:
        spans = one["mailing_address"] or []
        assert all(set(s) == {"span", *HOME} for s in spans)
        lines = [(s["span"], ", ".join(s[k] for k in HOME if s[k])) for s in spans]
        made[one["n"], one["record"]] = {1980 + k: line for span, line in lines for k in range(62) if span >> k & 1}
    return made


def stated_cover(cover: Table, rows: int) -> Cover:
    """The cover of a scenario as the office reads it; what no scenario states is invented."""
    signed_at = datetime.combine(cover["signed_on"], time(14), UTC)
    texts = {k: cover[k] for k in ("provision", "agency", "office", "purpose", "sole_use", "agreement")}
    return Cover(
        request_id="req-2025-0048",
        signer="person.signer.1",
        signed_at=signed_at,
        contact="person.doj.9",
        recipient_key="rk-1",
        fields=tuple(cover["fields"]),
        cases=FileStated("0" * 64, rows),
        rows=FileStated("0" * 64, rows),
        digest="0" * 64,
        **texts,
    )


def registers(book: Book, given: Table, law: Rulebook) -> Registers:
    """The custodian's registers as a scenario finds them."""
    cover, order = book.cover(given), book.court_order(given)
    agency = law.registers["offices"].get(cover["office"], {}).get("agency", cover["agency"])
    held = (Tenure(cover["office"], agency, EVER),) if cover["signer_in_office"] else ()
    orders = {}
    if order:
        orders["req-2025-0048"] = CourtOrder(
            "co-1",
            "req-2025-0048",
            order["provision"],
            frozenset(order["agencies"]),
            order["states"],
            frozenset(order["rows"]),
            frozenset(order["years"]),
            Span(order["from"], order["to"]),
        )
    return Registers(
        people={"person.signer.1": Person("person.signer.1", "Somebody Invented", bytes(32), held)},
        recipients={},
        safeguards={cover["agency"]: EVER} if cover["safeguards_current"] else {},
        digest="0" * 64,
        staff=tuple(Staff(a, frozenset(ids), EVER) for a, ids in book.usual["staff"].items()),
        orders=orders,
    )


def practice_files(practices: list[Table]) -> dict[str, bytes]:
    """Each practice of a scenario as a file of the rulebook, with invented reasons."""
    made = {}
    for n, p in enumerate(practices, 1):
        text = (
            f'id = "given-{n}"\nrequester = "{p["requester"]}"\nprovision = "{p["provision"]}"\nchannel = "folder"\n'
            f"rows_a_request = {p['rows_a_request']}\nrows_a_year = {p['rows_a_request']}\n"
            f'matching_standard = "matches_on_file"\nexplanation = "{"0" * 64}"\ncitation = "invented"\n'
            'reason = "invented"\nin_force = { start = 2020-01-01, end = "until further notice" }\n'
        )
        made[f"practices/given-{n}.toml"] = text.encode()
    return made


KEPT: dict[str, Path] = {}


def keep_records(people: list[Table], folder: Path) -> Path:
    """Where these people are kept: written and imported the first time a run asks for them, only read after that."""
    name = hashlib.sha256(repr(people).encode()).hexdigest()
    if name not in KEPT:
        KEPT[name] = imported(people, folder / name)
    return KEPT[name]


def imported(people: list[Table], place: Path) -> Path:
    """Write the people as the custodian's two files and import them; their handles count from 1."""
    source, keyed = place / "records", place / "keyed"
    source.mkdir(parents=True)
    texts = ("first", "middle", "last", "suffix", "kind")
    taxpayers: Table = {k: [p.get(k, "primary" if k == "kind" else "") for p in people] for k in texts}
    taxpayers |= {
        "record": pa.array(range(1, len(people) + 1), pa.int64()),
        "tin": [p["tin"].replace("-", "") for p in people],
        "dob": pa.array([p["dob"] for p in people], pa.date32()),
        "deceased": pa.array([p.get("deceased", False) for p in people], pa.bool_()),
        "flags": pa.array([marks(p) for p in people], pa.int32()),
    }
    pq.write_table(pa.table(taxpayers), source / "taxpayers.parquet")
    homes = [(n, h) for n, p in enumerate(people, 1) for h in p["homes"]]
    addresses: Table = {k: pa.array([h.get(k, "") for _, h in homes], pa.string()) for k in HOME}
    addresses |= {"record": pa.array([n for n, _ in homes], pa.int64())}
    addresses |= {f"{k}_year": pa.array([h[k] for _, h in homes], pa.int16()) for k in ("from", "to")}
    pq.write_table(pa.table(addresses), source / "addresses.parquet")
    import_records(source, keyed, ADDRESSES, NAMES)
    return keyed


def marks(person: Table) -> int:
    """The marks of a person's record: those named, and `bits` as they stand."""
    return int(person.get("bits", 0)) | sum(bit for name, bit in FLAGS.items() if person.get(name))


def keep_claims(cases: list[Table], rows: list[Table], folder: Path) -> Path:
    """Write the claims as intake leaves them; a row belongs to the case of its `case_id`."""
    room = folder / "room"
    room.mkdir(parents=True)
    at = {c["case_id"]: n for n, c in enumerate(cases)}
    pq.write_table(pa.table(numbered(cases, [c.name for c in LAYOUT.cases])), room / "cases.parquet")
    table = numbered([r | {"tin": r["tin"].replace("-", "")} for r in rows], [c.name for c in LAYOUT.rows])
    table["case_n"] = pa.array([at[r["case_id"]] for r in rows], pa.int32())
    pq.write_table(pa.table(table), room / "rows.parquet")
    return room


def numbered(tables: list[Table], columns: list[str]) -> Table:
    """Tables as columns of text, in the order of the layout, with `n` and `line`."""
    count = len(tables)
    made: Table = {"n": pa.array(range(count), pa.int32()), "line": pa.array(range(2, count + 2), pa.int32())}
    return made | {c: pa.array([t[c] for t in tables], pa.string()) for c in columns}


def over_it(
    plan: Plan, years: tuple[int, ...], fields: tuple[str, ...], measures: Measures, orders: list[Table]
) -> tuple[str, ...]:
    """Ids of the orders that cover rows with these years, as the docket says it at the latest instant stated."""
    return covering(*looked_at(plan, years, fields, measures, orders)) if orders else ()


def in_conflict(
    plan: Plan, years: tuple[int, ...], fields: tuple[str, ...], measures: Measures, orders: list[Table]
) -> bool:
    """Whether one order compels what another forbids, about rows with these years."""
    return bool(orders and conflicts(*looked_at(plan, years, fields, measures, orders)))


def looked_at(
    plan: Plan, years: tuple[int, ...], fields: tuple[str, ...], measures: Measures, orders: list[Table]
) -> tuple[Standing, Covered]:
    """The docket at the latest instant stated, and what of the request orders can name."""
    texts = {f"{n:04d}-{o['id']}.toml": print_order(order(o)) for n, o in enumerate(orders, 1)}
    at = max(o["looked_at"] for o in orders)
    what = Covered(plan.provision.id, plan.agency, plan.agency, fields, years, measures.rows)
    return standing(texts, at), what


def order(table: Table) -> Order:
    """The instrument of a scenario; every part of its scope that is not stated is `every`."""
    learned = table["learned_at"]
    effect = Effect(
        kind=EffectKind(table["effect"]),
        provisions=EVERY,
        requesters=EVERY,
        recipients=tuple(table["recipients"]) if "recipients" in table else EVERY,
        fields=EVERY,
        years=EVERY,
        rows_at_least=table.get("rows_at_least", 0),
    )
    effective = datetime.combine(table["effective_on"], time(), UTC) if "effective_on" in table else learned
    ends = table.get("ends_at")
    return Order(
        id=table["id"],
        court="an invented court",
        docket_number="0:00-sc-00000",
        kind=table.get("kind", "injunction"),
        document="0" * 64,
        entered_at=learned,
        learned_at=learned,
        effective_at=effective,
        ends=ends,
        effects=(effect,),
        note="",
    )


def decisive(played: Played) -> Finding | None:
    """The first finding, in rulebook order, that led to the outcome; a batch finding only where no row finding did."""
    row = [f for f in played.decision.findings if f.level != "batch" and f.leads_to is not None]
    found = [f for f in row if f.leads_to is played.decision.row_outcome]
    batch = [f for f in played.decision.findings if f.level == "batch" and f.leads_to is played.decision.outcome]
    return next(iter(found or batch), None)
