# SPDX-License-Identifier: Apache-2.0
"""Whether a duty to give notice is met: out of leaves, papers that leaves name, and proofs that are checked here.

Nothing else is believed. Key keeper and office ask the same function. Time is that of witnesses: a clock starts when a
head that holds the last receipt was cosigned, and it is now what the newest head says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lawgate.authority.people import of_the_house
from lawgate.docket.clock import Counted, run_hours
from lawgate.docket.duties import Duty
from lawgate.law.notice_parties import PAPER, SMTP, WEBHOOK, NoticeParties
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.note import Verify
from lawgate.ledger.proof import LogProof, verify_entry
from lawgate.ledger.quorum import Policy, Witnessed
from lawgate.model.fault import Refused
from lawgate.model.order import EffectKind
from lawgate.model.request import Registers
from lawgate.model.timerule import TimeRule
from lawgate.protocol.bars import CLOCK_SECONDS
from lawgate.protocol.notice import (
    BOUNCED,
    FILED,
    HAND,
    UNSENT,
    Notice,
    Receipt,
    Served,
    bounce_of,
    digest_of,
    parse_notice,
    parse_receipt,
    print_served,
    served_as,
)

Indexed = tuple[int, StageLeaf]
AHEAD = timedelta(seconds=CLOCK_SECONDS)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RECEIPT, ACT_RECEIPT = "receipt", "act-receipt"
"""Kinds of leaves that name a receipt: of a notice of a transfer, of one of an act on an order."""
FAILED = frozenset({BOUNCED, UNSENT})
"""Codes of alarms that say the office's own delivery to an address failed."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty to give notice as an order states it: to whom, how many hours before, for how many hours it is good.

    `window_hours` 0 means the order names no end. `since`: the duty binds from then on, without a break; a notice of
    before is no notice under it.
    """

    order: str
    hours: int
    parties: tuple[str, ...]
    window_hours: int
    since: datetime


def owed_of(duty: Duty) -> Owed | None:
    """What a duty of the docket asks; None for another kind, and for one without terms, which nothing can meet."""
    if duty.kind is not EffectKind.NOTICE or duty.notice is None or duty.since is None:
        return None
    return Owed(duty.order, duty.notice.hours, duty.notice.parties, duty.notice.window_hours, duty.since)


@dataclass(frozen=True, slots=True)
class Transfer:
    """The package that is to leave: its id, set commitment (hex), the agency that receives it, how many rows."""

    package: str
    set: str
    recipient: str
    rows: int


@dataclass(frozen=True, slots=True)
class Record:
    """What the log and the papers beside it hold.

    `leaves`: every leaf with its index, as the newest head has them (the caller has held their root against it).
    `papers`: bytes by SHA-256 (hex); one under another digest is nothing. `proofs`: for a leaf's index, proofs of it
    under heads published since, in any order.
    """

    leaves: Sequence[Indexed]
    papers: Mapping[str, bytes]
    proofs: Mapping[int, Sequence[LogProof]]


@dataclass(frozen=True, slots=True)
class Known:
    """Who may say what: notice parties, people, and the reviewing office, whose holders' agency is the custodian.

    `policy` and `verify` are what heads and signatures are checked by.
    """

    parties: NoticeParties
    registers: Registers
    office: str
    policy: Policy
    verify: Verify


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a notice does not count yet: a stable code, what it is about (ids, or a moment), and how it was counted.

    `who` are the addresses that lack a receipt (`party/address`) or the parties nobody knows.
    """

    code: str
    who: tuple[str, ...] = ()
    counted: Counted | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """A notice that counts: its leaf, when the clock started, how it ran, and until when it is good (None: no end)."""

    notice_leaf: int
    started: datetime
    counted: Counted
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Complete:
    """Service on every address: the leaf of the paper, the last receipt's leaf, and the witnessed start."""

    notice_leaf: int
    last_leaf: int
    started: datetime


def notice_met(
    owed: Owed, transfer: Transfer, record: Record, known: Known, rule: TimeRule | None, now: Witnessed | None
) -> Met | Missing:
    """Whether notice of exactly this transfer was served on everybody, and the clock has run, and not run out.

    Codes of `Missing`: notice_parties (the order names nobody, or somebody nobody knows), notice_not_sent, notice_void
    (it was of another set, or lacks a party, or is over), clock_not_started (service is not complete),
    notice_unwitnessed (nobody outside has seen the last receipt), clock_running, clock_unknown (no time rule, no
    witnessed time). Only the newest notice counts: whoever gives notice again starts anew.
    """
    if rule is None or now is None or owed.hours < 0 or owed.window_hours < 0:
        return Missing("clock_unknown")
    if strange := _strangers(owed.parties, known.parties):
        return Missing("notice_parties", strange)
    found = _newest(owed, transfer, record)
    if isinstance(found, Missing):
        return found
    index, notice = found
    done = _service(index, notice, owed.parties, record, known, _at(now))
    if isinstance(done, Missing):
        return done
    try:
        counted = run_hours(rule, done.started, owed.hours)
    except ValueError:
        return Missing("clock_unknown")
    ends = counted.acts.ends
    if _at(now) < ends:
        return Missing("clock_running", (), counted)
    until = ends + timedelta(hours=owed.window_hours) if owed.window_hours else None
    if until is not None and _latest(now) >= until:
        return Missing("notice_void", (), counted)
    return Met(index, done.started, counted, until)


def notices_met(
    found: Iterable[Duty],
    transfer: Transfer,
    record: Record,
    known: Known,
    rule: TimeRule | None,
    now: Witnessed | None,
) -> frozenset[tuple[str, int]]:
    """Order id and place of the effect of each duty of notice that is met: what `docket.standing.covering` takes."""
    asked = [((duty.order, duty.effect), owed_of(duty)) for duty in found]
    open_ = {
        place
        for place, owed in asked
        if owed is None or not isinstance(notice_met(owed, transfer, record, known, rule, now), Met)
    }
    # Two instruments may have one id: a place is met when every duty that goes by it is.
    return frozenset(place for place, _ in asked) - open_


def _service(
    notice_leaf: int, notice: Notice, parties: Sequence[str], record: Record, known: Known, now: datetime
) -> Complete | Missing:
    """Whether every address of these parties has a receipt for the paper of this leaf, and since when.

    An address counts when the paper names it, and when the register has it today: leaving one out of either does not
    help. A notice that came back takes an address's receipts away until a later one.
    """
    by_party = {each.party: each.addresses for each in notice.parties}
    if lost := tuple(party for party in parties if party not in by_party):
        return Missing("notice_void", lost)
    wanted = {
        (party, address)
        for party in parties
        for address in (*by_party[party], *(each.id for each in known.parties.parties[party].on(now.date())))
    }
    found = list(receipts(RECEIPT, notice_leaf, notice.made_at, record, known))
    served = {each: standing_receipt(notice_leaf, each, found, record) for each in sorted(wanted)}
    if open_ := tuple(served_as(*each) for each, found in served.items() if found is None):
        return Missing("clock_not_started", open_)
    last = max(index for index, _ in filter(None, served.values()))
    seen = _seen(last, record, known)
    if seen is None:
        return Missing("notice_unwitnessed")
    # Whoever was served later than the log learned it, by their own paper, is waited for.
    return Complete(notice_leaf, last, max(seen, *(at for _, at in filter(None, served.values()))))


def _strangers(parties: Sequence[str], known: NoticeParties) -> tuple[str, ...]:
    """The parties nobody knows; one without a name when none is named, so that nobody never means everybody served."""
    return tuple(each for each in parties or ("",) if each not in known.parties)


def _newest(owed: Owed, transfer: Transfer, record: Record) -> tuple[int, Notice] | Missing:
    """The newest notice of the package under this order, when it is of exactly this transfer."""
    said = [
        (index, leaf)
        for index, leaf in record.leaves
        if leaf.kind == "notice" and leaf.text("package") == transfer.package and owed.order in leaf.texts("orders")
    ]
    if not said or datetime.fromisoformat(said[-1][1].at) < owed.since:
        return Missing("notice_not_sent")
    index, leaf = said[-1]
    try:
        paper = parse_notice(paper_of(record, leaf))
    except Refused:
        return Missing("notice_void")
    leaf_says = (leaf.text("package"), leaf.text("set"), leaf.text("recipient"), leaf.number("rows"))
    told = (paper.package, paper.set, paper.recipient, paper.people)
    wanted = (transfer.package, transfer.set, transfer.recipient, transfer.rows)
    named = {(each.order, each.hours) for each in paper.orders}
    # Who was told of other hours than the order states now was told of another clock.
    same = (owed.order, owed.hours) in named and {order for order, _ in named} == set(leaf.texts("orders"))
    if not (leaf_says == told == wanted and same):
        return Missing("notice_void")
    return index, paper


def paper_of(record: Record, leaf: StageLeaf) -> bytes:
    """The paper a leaf names. Refused `notice_paper` when it is not there, or is another one."""
    data = record.papers.get(leaf.text("paper"))
    if data is None or digest_of(data) != leaf.text("paper"):
        raise Refused("notice_paper", "a paper that the log names is not kept, or is another one")
    return data


def receipts(
    kind: str, notice_leaf: int, made_at: datetime, record: Record, known: Known, ahead: timedelta = AHEAD
) -> Iterator[tuple[int, Receipt]]:
    """Every receipt of a notice that holds, by leaves of this kind: leaf, paper, signature and way of service agree.

    `ahead` is how far the clock of whoever served may be from the log's.
    """
    notice = next(leaf for index, leaf in record.leaves if index == notice_leaf)
    for index, leaf in record.leaves:
        if leaf.kind == kind and leaf.number("notice_leaf") == notice_leaf:
            try:
                receipt = parse_receipt(paper_of(record, leaf))
            except Refused:
                receipt = None
            if receipt is None or not _agree(leaf, receipt, notice, made_at, ahead):
                continue
            before = [each for each in record.leaves if each[0] < index]
            if signed(receipt, before, known) and way_open(receipt.served, notice_leaf, before, known.parties):
                yield index, receipt


def _agree(leaf: StageLeaf, receipt: Receipt, notice: StageLeaf, made_at: datetime, ahead: timedelta) -> bool:
    said = receipt.served
    same = leaf.text("served") == served_as(said.party, said.address) and said.notice == notice.text("paper")
    at = datetime.fromisoformat(leaf.text("served_at"))
    # Nobody is served before the paper was written, and nobody knows of it before it happened; clocks differ a little.
    return same and at == said.served_at and made_at - ahead <= at <= datetime.fromisoformat(leaf.at) + ahead


def signed(receipt: Receipt, before: Sequence[Indexed], known: Known) -> bool:
    """Whether whoever the receipt names may say so, has signed it, and names what it rests on.

    The party itself where its webhook has a key; else somebody who serves the custodian on the day of service, and
    under no id an agency that may receive, or that asked in the leaves before.
    """
    said = receipt.served
    if not _rests(said, known.parties):
        return False
    if said.how == WEBHOOK:
        key = _webhook_key(receipt, known)
    else:
        person, day = known.registers.people.get(said.by), said.served_at.date()
        asking = frozenset(leaf.text("requester") for _, leaf in before if leaf.kind == "request")
        serves = of_the_house(known.registers, known.office, said.by, day, asking)
        key = person.key if person is not None and serves else b""
    return bool(key) and known.verify(key, print_served(said), receipt.signature)


def _rests(said: Served, parties: NoticeParties) -> bool:
    """Whether the way of service fits the address, and what it needs is named.

    A mail server that took a mail has delivered nothing: a report of the delivery is needed. So is a stamped copy of
    what was filed, and what counsel signed who took by hand what a machine should have taken.
    """
    kind = kind_of(said.party, said.address, parties)
    if said.how in (SMTP, WEBHOOK):
        return kind == said.how and (bool(said.evidence) or said.how == WEBHOOK)
    if said.how == FILED:
        return kind == PAPER and bool(said.evidence)
    return kind == PAPER or (bool(kind) and bool(said.evidence))


def kind_of(party: str, address: str, parties: NoticeParties) -> str:
    """What kind of address this is; empty when the register has no one address of this id."""
    found = parties.parties.get(party)
    kinds = [] if found is None else [each.kind for each in found.addresses if each.id == address]
    return kinds[0] if len(kinds) == 1 else ""


def way_open(said: Served, notice_leaf: int, before: Sequence[Indexed], parties: NoticeParties) -> bool:
    """Whether service went the way the address asks for, as far as the leaves before it show.

    What a machine takes is served by hand only after the office's own delivery of this very notice to this very address
    failed, and the log said so.
    """
    if said.how != HAND or kind_of(said.party, said.address, parties) == PAPER:
        return True
    subject = bounce_of(notice_leaf, said.party, said.address)
    tried = (leaf for index, leaf in before if index > notice_leaf and _is_alarm(leaf, subject, FAILED))
    return any(datetime.fromisoformat(leaf.at) <= said.served_at + AHEAD for leaf in tried)


def _webhook_key(receipt: Receipt, known: Known) -> bytes:
    said = receipt.served
    party = known.parties.parties.get(said.party)
    found = () if party is None or said.by != said.party else party.on(said.served_at.date())
    return next((each.key for each in found if each.id == said.address and each.kind == WEBHOOK), b"")


def standing_receipt(
    notice_leaf: int, address: tuple[str, str], found: Sequence[tuple[int, Receipt]], record: Record
) -> tuple[int, datetime] | None:
    """The first receipt of an address after the last time something came back from it: its leaf, when it was served."""
    subject = bounce_of(notice_leaf, *address)
    bounced = max((i for i, leaf in record.leaves if _is_alarm(leaf, subject, frozenset({BOUNCED}))), default=-1)
    for index, receipt in found:
        if (receipt.served.party, receipt.served.address) == address and index > bounced:
            return index, receipt.served.served_at
    return None


def _is_alarm(leaf: StageLeaf, subject: str, codes: frozenset[str]) -> bool:
    return leaf.kind == "alarm" and leaf.text("code") in codes and leaf.text("subject") == subject


def _seen(index: int, record: Record, known: Known) -> datetime | None:
    """When witnesses had seen the leaf, by the proof that shows it earliest; None when none does.

    Of one head the latest cosignature counts: each of them is a time at which the leaf was there.
    """
    leaf = next(leaf for at, leaf in record.leaves if at == index)
    heads = [_head(leaf, proof, known) for proof in record.proofs.get(index, ()) if proof.index == index]
    return min((_latest(each) for each in heads if each is not None), default=None)


def _head(leaf: StageLeaf, proof: LogProof, known: Known) -> Witnessed | None:
    try:
        return verify_entry(leaf.render(), proof, known.policy, known.verify)
    except MalformedError:
        return None


def _at(head: Witnessed) -> datetime:
    return EPOCH + timedelta(seconds=head.seconds)


def _latest(head: Witnessed) -> datetime:
    stated = [each.seconds for each in head.cosignatures if each.seconds is not None]
    return EPOCH + timedelta(seconds=max(stated))
