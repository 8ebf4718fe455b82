# SPDX-License-Identifier: Apache-2.0
"""Audit what was sent before: the request it answered is decided anew, and each entry of the list held against it.

Nothing here releases, and no value leaves the room: what comes out are ids, elements and codes. Two people sign the
list's digest first, a leaf says so before the records are asked, and a second one before anything is shown.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import rfc8785

from lawgate.law.read import digest_of
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import MAX_LIST, Value, fits
from lawgate.model.decision import Decision, Finding, Grant
from lawgate.model.fault import Faulty, Refused, Scope
from lawgate.model.layout import Layout
from lawgate.model.outcome import Status
from lawgate.office.adjudicate import find, judge
from lawgate.office.bench import Basis, Bench, DecideDesk, bench_on, keep_pins
from lawgate.office.history_paper import AuditPaper, list_digest, parse, render, require_signed, require_two, today, why
from lawgate.ports.cases import BatchRow
from lawgate.ports.history import SentKind, SentList, SentListParser, Transmission
from lawgate.ports.intake import RequestParser
from lawgate.ports.rooms import Rooms

READ = "history-read"
AUDITED = "history-audit"
TABLE, REPORT, PAPER, SENDINGS = "rows.csv", "report.json", "paper.json", "transmissions.json"
NOT_ACCEPTED = "not_accepted"


@dataclass(frozen=True, slots=True)
class HistoryDesk:
    """What auditing a history needs. `decide` works in `rooms`, which no batch is in; `law` gives a rulebook by name.

    `rulebook` is the office's own; whoever holds `office` says which agency the custodian is.
    """

    decide: DecideDesk
    parser: RequestParser
    layout: Layout
    sent: SentListParser
    listed: SentList
    rooms: Rooms
    law: Callable[[str], Mapping[str, bytes]]
    rulebook: str
    office: str


@dataclass(frozen=True, slots=True)
class Count:
    """Entries of the list by how one element stands: `element`, `level`, `stands`, and the basis they were sent on."""

    element: str
    level: str
    stands: str
    basis: str
    entries: int


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit that is in the log. `table` is CSV, `report` canonical JSON; neither holds a value of anybody.

    `refused` entries would not be sent today by themselves, `held` only because of the batch or an order; `beyond`
    counts entries that grant but were sent with more than is granted. `acts` is one for each entry.
    """

    id: str
    leaf: int
    entries: int
    by_basis: Mapping[str, int]
    refused: int
    held: int
    beyond: int
    counts: tuple[Count, ...]
    table: bytes
    report: bytes

    @property
    def acts(self) -> int:
        """Disclosures as acts: one for each entry of the list, however many fields it had."""
        return self.entries


def audit_paper(
    desk: HistoryDesk, history: Path, as_of: datetime, people: Sequence[str], reason: str, rulebook: str = ""
) -> bytes:
    """The bytes two people sign for this list. LawgateError when a file of it is missing; nothing is decided yet."""
    name = rulebook or desk.rulebook
    now = desk.decide.clock.now()
    return render(
        AuditPaper(
            list=list_digest(desk.sent.digests(history)),
            rulebook=name,
            rulebook_digest=digest_of(desk.law(name)),
            as_of=as_of.replace(microsecond=0),
            day=today(now),
            people=tuple(sorted(people)),
            reason=why(reason),
        )
    )


def audit_history(desk: HistoryDesk, history: Path, signed: bytes, signatures: Sequence[bytes]) -> Audited:
    """Decide the request of a history anew, as the signed paper says, and hold each entry of its list against it.

    Refused: `audit_form`, `audit_list` (another list than was signed), `audit_rulebook`, `audit_day`, `audit_people`,
    `audit_signature`, `audit_again`, `audit_sending`, E_AS_OF. Faulty with every fault when the request is refused as a
    whole, or when any line of the list is not of its form: a list is audited whole or not at all.
    """
    paper = parse(signed)
    id = f"history-{sha256(signed).hexdigest()[:16]}"
    _may_begin(desk, history, paper, id)
    asked, sent = desk.rooms.start(), desk.rooms.start()
    try:
        batch = _received(desk, history, f"{id}-asked", asked, sent)
        bench = _bench(desk, batch, paper)
        sendings = _sendings(desk, sent)
        outside = bench.people() | {p for s in sendings for p in (*s.received_by.split(";"), *s.sent_by.split(";"))}
        people = require_two(bench.registers, desk.office, paper.day, paper.people, frozenset(outside))
        require_signed(people, signed, signatures, desk.decide.verify)
        read = _note(desk, id, paper, signed)
        made = _held_against(desk, bench, sent, id, read, paper)
    finally:
        desk.rooms.drop(asked)
        desk.rooms.drop(sent)
        desk.rooms.discard(f"{id}-asked")
    return _kept(desk, made, bench, paper, signed, signatures, sendings, read)


def _may_begin(desk: HistoryDesk, history: Path, paper: AuditPaper, id: str) -> None:
    if list_digest(desk.sent.digests(history)) != paper.list:
        raise Refused("audit_list", "this is not the list that was signed")
    if digest_of(desk.law(paper.rulebook)) != paper.rulebook_digest:
        raise Refused("audit_rulebook", "the rulebook is not the one that was signed")
    if paper.day != today(desk.decide.clock.now()):
        raise Refused("audit_day", "the paper was written on another day (UTC)")
    if any(leaf.kind == AUDITED and leaf.text("history") == id for _, leaf in desk.decide.log.leaves()):
        raise Refused("audit_again", f"this paper was used already, for {id}")


def _received(desk: HistoryDesk, history: Path, name: str, asked: Path, sent: Path) -> BatchRow:
    """The request of the history as a batch that is in no store, its room under `name`; the list in the room `sent`."""
    day = desk.decide.clock.now().date()
    parsed, listed = desk.parser.parse(history, asked, desk.layout, day), desk.sent.parse(history, sent, day)
    faults = [f for f in parsed.faults if f.scope == Scope.FILE] + list(listed.faults)
    if parsed.cover is None or faults:
        raise Faulty(tuple(faults))
    desk.rooms.discard(name)
    desk.rooms.keep(asked, name)
    desk.rooms.write(name, "cover.toml", parsed.cover_bytes)
    desk.rooms.write(name, "cover.toml.sig", parsed.signature or b"")
    cover, rows = parsed.cover, parsed.rows
    ids = (name, cover.request_id, cover.provision, cover.agency, cover.recipient_key)
    return BatchRow(*ids, "received", rows.sent, rows.accepted, rows.rejected, -1, -1, "", {})


def _bench(desk: HistoryDesk, batch: BatchRow, paper: AuditPaper) -> Bench:
    """Law and orders are those of the stated instant; registers and records are those of now, which hold the days."""
    decide = dataclasses.replace(desk.decide, rooms=desk.rooms)
    basis = Basis(
        law=desk.law(paper.rulebook),
        registers=decide.registers(),
        docket=decide.orders.texts(),
        records=decide.records.current(),
        as_of=paper.as_of,
        known_at=paper.as_of,
        program=decide.program,
    )
    bench = bench_on(decide, batch, basis)
    if not bench.cover.signed_at <= paper.as_of <= decide.clock.now():
        raise Refused("E_AS_OF", "the law applied must be that of an instant between the signature and now")
    return bench


def _sendings(desk: HistoryDesk, sent: Path) -> Sequence[Transmission]:
    found = desk.listed.transmissions(sent)
    now = instant(desk.decide.clock.now())
    if len({each.sent_to for each in found}) > MAX_LIST:
        raise Refused("audit_sending", f"a list is of sendings to {MAX_LIST} agencies at most: make several of it")
    for each in found:
        ids = (each.id, each.sent_to, *each.received_by.split(";"), *each.sent_by.split(";"))
        if not (fits("instant", each.sent_at) and each.sent_at <= now and all(fits("id", one) for one in ids)):
            why_not = "write sent_at as 2030-01-31T13:30:00Z, not ahead of now, and ids that a log can hold"
            raise Refused("audit_sending", f"transmission {found.index(each) + 1} of {len(found)}: {why_not}")
    return found


def _note(desk: HistoryDesk, id: str, paper: AuditPaper, signed: bytes) -> int:
    """Before any record is asked: who looks, at which list, by which paper."""
    body: dict[str, Value] = {
        "history": id,
        "list": paper.list,
        "people": list(paper.people),
        "paper": sha256(signed).hexdigest(),
    }
    index = desk.decide.log.append(StageLeaf(READ, instant(desk.decide.clock.now()), body))
    desk.decide.log.publish()
    return index


def _held_against(desk: HistoryDesk, bench: Bench, sent: Path, id: str, read: int, paper: AuditPaper) -> Audited:
    keep_pins(desk.decide, bench)
    asked = desk.rooms.path(bench.batch.id)
    work = desk.decide.engine.open(asked, bench.plan)
    try:
        judged = judge(bench, work, find(desk.decide, work, bench))
        work.settle(judged.settled)
    finally:
        work.close()
    decisions = {each.number: each.decision for each in judged.settled}
    kinds = desk.listed.kinds(asked, sent)
    table = desk.listed.table(
        asked, sent, {(k.pattern, k.fields, k.years): ",".join(_told(k, decisions)) for k in kinds}
    )
    made = _counted(id, read, kinds, decisions, table)
    return dataclasses.replace(made, report=_report(made, bench, paper))


def _decided(kind: SentKind, decisions: Mapping[int, Decision]) -> Decision | None:
    return None if kind.pattern is None else decisions[kind.pattern]


def _within(kind: SentKind, decision: Decision | None) -> bool:
    """Whether every field of every year that was sent would be granted; without a year that cannot be said."""
    years = [int(year) for year in kind.years.split(";") if year.isascii() and year.isdecimal()]
    what = {Grant(field, year) for field in kind.fields.split(";") for year in years}
    whole = bool(years) and len(years) == len(kind.years.split(";"))
    return decision is not None and whole and what <= set(decision.grants)


def _told(kind: SentKind, decisions: Mapping[int, Decision]) -> tuple[str, ...]:
    """The rest of an entry's line: outcome of the row, outcome with batch and orders, within the grant, what stands."""
    decision = _decided(kind, decisions)
    if decision is None:
        return ("NOT_ACCEPTED", "NOT_ACCEPTED", "no", f"request/row=not_met:{NOT_ACCEPTED}")
    against = [f"{f.element}/{f.level}={_stands(f)}" for f in decision.findings if f.status is not Status.MET]
    against += [f"order/batch=not_met:{order}" for order in decision.orders]
    within = "yes" if _within(kind, decision) else "no"
    return (str(decision.row_outcome), str(decision.outcome), within, ";".join(against))


def _stands(finding: Finding) -> str:
    if finding.status is Status.MET or finding.leads_to is None:
        return "met" if finding.status is Status.MET else finding.because
    return f"{finding.status}:{'+'.join(finding.codes)}"


def _counted(id: str, read: int, kinds: Sequence[SentKind], decisions: Mapping[int, Decision], table: bytes) -> Audited:
    stands: Counter[tuple[str, str, str, str]] = Counter()
    sums: Counter[str] = Counter()
    basis: Counter[str] = Counter()
    for kind in kinds:
        decision = _decided(kind, decisions)
        basis[kind.basis] += kind.entries
        for element, level, how in _elements(decision):
            stands[element, level, how, kind.basis] += kind.entries
        grants = decision is not None and decision.row_outcome.grants
        sums["refused"] += 0 if grants else kind.entries
        sums["held"] += kind.entries if grants and decision is not None and not decision.outcome.grants else 0
        sums["beyond"] += kind.entries if grants and not _within(kind, decision) else 0
    counts = tuple(Count(*key, number) for key, number in sorted(stands.items()))
    entries = sum(basis.values())
    return Audited(
        id,
        read,
        entries,
        dict(sorted(basis.items())),
        sums["refused"],
        sums["held"],
        sums["beyond"],
        counts,
        table,
        b"",
    )


def _elements(decision: Decision | None) -> Iterator[tuple[str, str, str]]:
    if decision is None:
        yield ("request", "row", f"not_met:{NOT_ACCEPTED}")
        return
    yield from ((f.element, f.level, _stands(f)) for f in decision.findings)
    yield from (("order", "batch", f"not_met:{order}") for order in decision.orders)


def _report(made: Audited, bench: Bench, paper: AuditPaper) -> bytes:
    return rfc8785.dumps(
        {
            "format": "lawgate-history-report-1",
            "history": made.id,
            "list": paper.list,
            "as_of": instant(paper.as_of),
            "pins": dataclasses.asdict(bench.pins),
            "asked": bench.batch.sent,
            "accepted": bench.batch.accepted,
            "entries": made.entries,
            "by_basis": dict(made.by_basis),
            "refused": made.refused,
            "held": made.held,
            "beyond": made.beyond,
            "elements": [[c.element, c.level, c.stands, c.basis, c.entries] for c in made.counts],
        }
    )


def _kept(
    desk: HistoryDesk,
    made: Audited,
    bench: Bench,
    paper: AuditPaper,
    signed: bytes,
    signatures: Sequence[bytes],
    sendings: Sequence[Transmission],
    read: int,
) -> Audited:
    """Keep what came out, then log it: only after that may anything be shown."""
    files = {PAPER: signed, TABLE: made.table, REPORT: made.report, SENDINGS: _listed(sendings)}
    files |= {f"signature-{number}": signature for number, signature in enumerate(signatures, 1)}
    desk.rooms.discard(made.id)
    place = desk.rooms.start()
    try:
        desk.rooms.keep(place, made.id)
        for name, data in files.items():
            desk.rooms.write(made.id, name, data)
        body: dict[str, Value] = {
            "history": made.id,
            "read_leaf": read,
            "list": paper.list,
            "provision": bench.cover.provision,
            "agency": bench.cover.agency,
            "sent_to": sorted({each.sent_to for each in sendings})[:MAX_LIST],
            "first_sent": min(each.sent_at for each in sendings),
            "last_sent": max(each.sent_at for each in sendings),
            "as_of": instant(paper.as_of),
            "rulebook": bench.pins.rulebook,
            "registers": bench.pins.registers,
            "docket": bench.pins.docket,
            "records": bench.pins.records,
            "match_plan": bench.pins.plan,
            "program": bench.pins.program,
            "rows": made.entries,
            "refused": made.refused,
            "held": made.held,
            "beyond": made.beyond,
            "sendings": sha256(files[SENDINGS]).hexdigest(),
            "report": sha256(made.report).hexdigest(),
            "table": sha256(made.table).hexdigest(),
        }
        leaf = desk.decide.log.append(StageLeaf(AUDITED, instant(desk.decide.clock.now()), body))
        desk.decide.log.publish()
    finally:
        desk.rooms.drop(place)
    return dataclasses.replace(made, leaf=leaf)


def _listed(sendings: Sequence[Transmission]) -> bytes:
    return rfc8785.dumps([dataclasses.asdict(each) for each in sendings])
