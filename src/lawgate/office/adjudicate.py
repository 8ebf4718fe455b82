# SPDX-License-Identifier: Apache-2.0
"""Decide a batch: request facts, findings in columns, one decision per pattern, every row into the log."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lawgate.decide.canonical import ROW_WIDTH, pattern_digest, pattern_record
from lawgate.decide.decide import decide
from lawgate.decide.find import request_letters
from lawgate.docket.standing import covering, standing
from lawgate.law.evaluate import Facts
from lawgate.law.read import read_rulebook
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Provision, Rulebook
from lawgate.ledger.commit import commit_pieces
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.merkle import HASH
from lawgate.ledger.schema import Value
from lawgate.linkage.grammar import read_address_grammar, read_name_grammar
from lawgate.model.decision import Decision, Pattern, Pins
from lawgate.model.fault import Refused
from lawgate.model.order import Covered, Standing
from lawgate.model.period import Span
from lawgate.model.request import Cover, Registers
from lawgate.ports.cases import BatchRow, CaseStore
from lawgate.ports.clock import Clock
from lawgate.ports.engine import Engine, Plan, Settled, Work
from lawgate.ports.log import LogStore
from lawgate.ports.orders import OrderRegister
from lawgate.ports.records import RecordStore
from lawgate.ports.release import ReleaseLog
from lawgate.ports.rooms import Rooms
from lawgate.ports.signing import Verifier

SUBTREE = "decisions"
WIDEST_ZONE, CLOCKS_APART = timedelta(hours=14), timedelta(seconds=120)
# With no provision in force there is nothing to show, so no row gets as far as the records, and every row is refused.
NOTHING_IN_FORCE = Provision("", "", "", "may", Span(date.min, None), (), (), {})
Lap = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DecideDesk:
    """What deciding needs. `law`, `registers`: file name -> bytes, read afresh; `program`: the code's digest."""

    engine: Engine
    records: Callable[[date], RecordStore]
    log: ReleaseLog
    store: Callable[[], AbstractContextManager[LogStore]]
    cases: CaseStore
    rooms: Rooms
    orders: OrderRegister
    clock: Clock
    verify: Verifier
    read_cover: Callable[[bytes], Cover]
    law: Callable[[], Mapping[str, bytes]]
    registers: Callable[[], Mapping[str, bytes]]
    salt_key: Callable[[], bytes]
    program: str


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything of one batch that is the same for all its rows."""

    batch: BatchRow
    cover: Cover
    rulebook: Rulebook
    registers: Registers
    standing: Standing
    provision: Provision | None
    plan: Plan
    pins: Pins


def decide_batch(desk: DecideDesk, batch_id: str, as_of: datetime | None = None, lap: Lap = lambda _: None) -> BatchRow:
    """Decide every row of a received batch and root the decisions in the log.

    `as_of` is the instant whose law applies (now, unless said); orders are always those known now. `lap` is called
    with the name of each step when it ends. Refused E_BATCH when the batch cannot be decided (again).
    """
    _waiting(desk, batch_id)
    with desk.rooms.alone(batch_id):
        return _decide_alone(desk, batch_id, as_of, lap)


def _waiting(desk: DecideDesk, batch_id: str) -> BatchRow:
    batch = desk.cases.batch(batch_id)
    if batch is None or batch.state != "received":
        raise Refused("E_BATCH", "no batch of that id waits to be decided; `lawgate status` lists them")
    return batch


def _decide_alone(desk: DecideDesk, batch_id: str, as_of: datetime | None, lap: Lap) -> BatchRow:
    batch = _waiting(desk, batch_id)
    bench = bench_at(desk, batch, as_of or desk.clock.now())
    if as_of is not None and not bench.cover.signed_at <= as_of <= desk.clock.now():
        raise Refused("E_AS_OF", "the law applied must be that of an instant between the signature and now")
    work = desk.engine.open(desk.rooms.path(batch.id), bench.plan)
    try:
        figures = _find(desk, work, lap, bench)
        outcomes = _decide(desk, work, bench)
        lap("decide")
        root = _commit(desk, work, batch)
        lap("commit")
    finally:
        work.close()
    leaf = _log(desk, bench, root)
    lap("log")
    made = dataclasses.replace(
        batch, state="decided", decision_leaf=leaf, as_of=bench.pins.as_of, figures={**figures, **outcomes}
    )
    desk.cases.save(made)
    return made


def read_bench(desk: DecideDesk, batch: BatchRow) -> Bench:
    """The same for a batch that was decided: its law as of the instant its pins name, registers and orders as now."""
    return bench_at(desk, batch, datetime.fromisoformat(batch.as_of))


def bench_at(desk: DecideDesk, batch: BatchRow, as_of: datetime) -> Bench:
    """Everything of a batch that is the same for all its rows, under the law as of an instant."""
    files = desk.law()
    rulebook = read_rulebook(files, as_of.astimezone(UTC).date())
    registers = read_registers(desk.registers())
    raw = desk.rooms.read(batch.id, "cover.toml")
    cover = desk.read_cover(raw)
    provision = rulebook.provision(cover.provision)
    facts = request_facts(
        desk.verify, raw, desk.rooms.read(batch.id, "cover.toml.sig"), cover, registers, rulebook, desk.clock.now()
    )
    plan = Plan(
        provision or NOTHING_IN_FORCE,
        rulebook,
        read_address_grammar(files["match/address.toml"]),
        read_name_grammar(files["match/names.toml"]),
        facts,
        cover.agency,
        request_letters(provision, facts) if provision else {},
    )
    stands = standing(desk.orders.texts(), desk.clock.now())
    pins = Pins(
        as_of=instant(as_of),
        request=cover.digest,
        cases=cover.cases.sha256,
        rows=cover.rows.sha256,
        rulebook=rulebook.digest,
        registers=registers.digest,
        docket=stands.digest,
        records=desk.records(cover.signed_on).manifest,
        plan=_plan_digest(files),
        program=desk.program,
    )
    return Bench(batch, cover, rulebook, registers, stands, provision, plan, pins)


def request_facts(
    verify: Verifier,
    raw: bytes,
    signature: bytes,
    cover: Cover,
    registers: Registers,
    rulebook: Rulebook,
    now: datetime,
) -> Facts:
    """The facts of the request as a whole. A signer who is not in the register leaves what rests on them false."""
    person = registers.people.get(cover.signer)
    tenure = person.holds_on(cover.office, cover.signed_on) if person else None
    office = rulebook.registers.get("offices", {}).get(cover.office, {})
    safeguard = registers.safeguards.get(cover.agency)
    provision = rulebook.provision(cover.provision)
    allowed = provision is not None and bool(cover.fields) and set(cover.fields) <= set(provision.fields)
    return {
        "request.signed_on": cover.signed_on,
        "request.written": person is not None and verify(person.key, raw, signature) and _in_time(cover, now),
        "request.signer_in_office": tenure is not None,
        "request.office_of_agency": tenure is not None and tenure.agency == cover.agency == office.get("agency"),
        "request.office_kind": office.get("kind", ""),
        "request.purpose": cover.purpose,
        "request.sole_use": cover.sole_use,
        "request.safeguards_current": safeguard is not None and cover.signed_on in safeguard,
        "request.fields_allowed": allowed,
    }


def _in_time(cover: Cover, now: datetime) -> bool:
    """Whether the day of signing can be believed: not ahead of now, and in a zone that exists."""
    offset = cover.signed_at.utcoffset()
    return offset is not None and abs(offset) <= WIDEST_ZONE and cover.signed_at <= now + CLOCKS_APART


def _plan_digest(files: Mapping[str, bytes]) -> str:
    h = hashlib.sha256(b"lawgate-match-v1\0")
    for name in sorted(n for n in files if n.startswith("match/")):
        h.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return h.hexdigest()


def _find(desk: DecideDesk, work: Work, lap: Lap, bench: Bench) -> dict[str, int]:
    survived = work.find_request()
    lap("find (1)")
    measures = work.measure()
    lap("measure")
    # Decide before you look: only complete claims of rows that met every request-only element reach the records.
    store = desk.records(bench.cover.signed_on)
    work.find_record(store.candidates(work.survivors(), ()) if survived else None)
    lap("match, find (2)")
    return {"survived": survived, **{f"measure.{k}": v for k, v in dataclasses.asdict(measures).items()}}


def _decide(desk: DecideDesk, work: Work, bench: Bench) -> dict[str, int]:
    settled: list[Settled] = []
    records: list[bytes] = []
    figures: Counter[str] = Counter()
    for count in work.patterns():
        decision = decide(bench.provision, count.pattern, bench.cover.fields, orders_over(bench, count.pattern))
        record = pattern_record(count.pattern, decision, bench.pins)
        records.append(record)
        settled.append(Settled(count.number, pattern_digest(record), decision))
        _count(figures, decision, count.rows)
    figures["patterns"] = len(settled)
    work.settle(settled)
    desk.rooms.write(bench.batch.id, "patterns.jsonl", b"".join(r + b"\n" for r in records))
    return dict(figures)


def orders_over(bench: Bench, pattern: Pattern) -> tuple[str, ...]:
    """Ids of the orders in force that cover rows of this pattern, whoever of the asking side they name."""
    cover, found = bench.cover, {}
    for who in (cover.agency, cover.signer, cover.contact):
        for to in (cover.agency, cover.recipient_key):
            what = Covered(cover.provision, who, to, cover.fields, pattern.years, bench.batch.sent)
            found.update(dict.fromkeys(covering(bench.standing, what)))
    return tuple(found)


def _count(figures: Counter[str], decision: Decision, rows: int) -> None:
    figures[f"row_outcome.{decision.row_outcome}"] += rows
    figures[f"outcome.{decision.outcome}"] += rows
    figures[f"match.{decision.verdict}"] += rows
    against = [f for f in decision.findings if f.leads_to is not None]
    for finding in against:
        for code in finding.codes:
            figures[f"because.{finding.element}.{code}"] += rows
    first = next((f for f in against if f.level != "batch" and f.leads_to is decision.row_outcome), None)
    if first is not None:
        figures[f"first.{first.element}.{first.because}"] += rows
    if decision.orders:
        figures["under_orders"] += rows


def _commit(desk: DecideDesk, work: Work, batch: BatchRow) -> bytes:
    """The root over every row's commitment, stored. Refused E_COUNT, with nothing stored, when a row is missing."""

    def hashes() -> Iterator[bytes]:
        count = 0
        for piece in commit_pieces(work.row_table(), ROW_WIDTH, desk.salt_key(), f"{batch.id}/{SUBTREE}"):
            count += len(piece) // HASH
            yield piece
        if count != batch.accepted:
            raise Refused("E_COUNT", "rows accepted and rows decided differ; nothing is logged")

    with desk.store() as store:
        return store.put_subtree(hashes(), lambda root: subtree_name(batch.id, root))


def subtree_name(batch_id: str, root: bytes) -> str:
    """The name under which the commitments of a batch's decisions are stored.

    It carries the root's beginning, so that deciding again after a crash does not meet the tiles of the first try.
    """
    return f"{batch_id}.d{root.hex()[:12]}"


def _log(desk: DecideDesk, bench: Bench, root: bytes) -> int:
    batch, pins = bench.batch, bench.pins
    body: dict[str, Value] = {
        "batch": batch.id,
        "parse_leaf": batch.parse_leaf,
        "subtree": subtree_name(batch.id, root),
        "root": root.hex(),
        "rows": batch.accepted,
        "width": ROW_WIDTH,
        "patterns": desk.rooms.digest(batch.id, "patterns.jsonl"),
        "table": desk.rooms.digest(batch.id, "decisions.parquet"),
        "as_of": pins.as_of,
        "rulebook": pins.rulebook,
        "agreements": pins.rulebook,
        "practices": pins.rulebook,
        "registers": pins.registers,
        "docket": pins.docket,
        "records": pins.records,
        "match_plan": pins.plan,
        "history": batch.parse_leaf,
        "program": pins.program,
    }
    index = desk.log.append(StageLeaf("decision-batch", instant(desk.clock.now()), body))
    desk.log.publish()
    return index
