# SPDX-License-Identifier: Apache-2.0
"""What comes back after a notice: statements of service, answers of a party's own program, reports of mail systems.

A receipt is logged only when it holds; anything that says a notice came back is logged whoever says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lawgate.authority.notices import Indexed, Met, Missing, Owed, notice_met, signed
from lawgate.law.notice_parties import SMTP
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import Refused
from lawgate.office.notify import (
    NOTICE,
    RECEIPT,
    Given,
    NotifyDesk,
    alone,
    keep_paper,
    keep_proof,
    known,
    may_notify,
    owed,
    record,
    stands_now,
    transfer_of,
    witnessed_now,
)
from lawgate.office.notify_reports import BOUNCED, DELIVERED, read_report
from lawgate.office.order_acts import served
from lawgate.office.orders import OrderDesk
from lawgate.protocol.bars import CLOCK_SECONDS
from lawgate.protocol.notice import BOUNCED as CAME_BACK
from lawgate.protocol.notice import (
    FILED,
    HOWS,
    Served,
    bounce_of,
    digest_of,
    parse_receipt,
    print_served,
    served_as,
)

SERVED = "served"
APART = timedelta(seconds=CLOCK_SECONDS)
"""How far the clock of whoever states a service may be from ours. No wait becomes shorter by it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was logged: the leaf, and whether witnesses have seen it; until they have, no clock starts."""

    leaf: int
    witnessed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that came back: the address (`party/address`), SERVED or CAME_BACK, when, and its leaf."""

    served: str
    what: str
    at: str
    leaf: int


@dataclass(frozen=True, slots=True)
class Clock:
    """How one duty stands: the order, its hours, and what the log and the papers come to."""

    owed: Owed
    found: Met | Missing


@dataclass(frozen=True, slots=True)
class Status:
    """Everything about the notices of a package: each leaf `notice` with its lines, and the clock of each duty."""

    notices: tuple[tuple[int, tuple[Line, ...]], ...]
    clocks: tuple[Clock, ...]


def statement(
    desk: NotifyDesk, package: str, party: str, address: str, how: str, at: datetime, by: str, evidence: bytes
) -> bytes:
    """The statement of service to be signed, about the newest notice of a package.

    `evidence` is the report or the stamped copy; empty when there is none. Refused `notice_served` when the notice did
    not go to that address, or it is said to have been served before it was made or ahead of now; `notice_evidence`
    when what it has to rest on is missing or says otherwise.
    """
    _, leaf = _newest(desk, package)
    if how not in HOWS or how == "webhook":
        raise Refused("notice_served", "a person states service by mail (smtp), by hand or by filing (filed)")
    _require_evidence(desk, leaf.text("paper"), party, address, how, evidence)
    said = Served(leaf.text("paper"), party, address, how, at, by, digest_of(evidence) if evidence else "")
    return print_served(said)


def take_receipt(desk: NotifyDesk, package: str, paper: bytes, evidence: bytes = b"") -> Taken:
    """Log a receipt of the newest notice of a package, when it holds.

    Refused `notice_form`, `notice_served` when it is about another notice or address, or another time than can be,
    `notice_signature` when whoever it names may not say so or has not signed it, `notice_evidence`, `notice_again`
    when the log has it.
    """
    receipt = parse_receipt(paper)
    said, (index, leaf) = receipt.served, _newest(desk, package)
    if said.notice != leaf.text("paper"):
        raise Refused("notice_served", "the receipt is about another notice than the newest one")
    now = desk.clock.now().astimezone(UTC)
    if not datetime.fromisoformat(leaf.at) - APART <= said.served_at <= now + APART:
        raise Refused("notice_served", "nobody is served before the notice was logged, or ahead of now")
    _require_holds(desk, paper, evidence)
    with alone(desk, package):
        digest = keep_paper(desk, package, paper)
        if any(each.kind == RECEIPT and each.text("paper") == digest for _, each in desk.log.leaves()):
            raise Refused("notice_again", "the log has this receipt already")
        if evidence:
            keep_paper(desk, package, evidence)
        body: dict[str, Value] = {"notice_leaf": index, "served": served_as(said.party, said.address)}
        body |= {"served_at": instant(said.served_at), "paper": digest}
        made = desk.log.append(StageLeaf("receipt", instant(desk.clock.now()), body))
        return Taken(made, keep_proof(desk, package, made))


def take_act_receipt(desk: NotifyDesk, orders: OrderDesk, act: str, paper: bytes, evidence: bytes = b"") -> int:
    """Log a receipt of the newest notice of an act on an order, when it holds; the index of its leaf.

    Refused as for `take_receipt`, and as `order_acts.served` does.
    """
    said = parse_receipt(paper).served
    notices = [leaf.text("paper") for _, leaf in desk.log.leaves() if leaf.kind == "act-notice"]
    if said.notice not in notices:
        raise Refused("notice_served", "the receipt is about another notice than one of an act")
    _require_holds(desk, paper, evidence)
    return served(orders, act, served_as(said.party, said.address), said.served_at, paper)


def take_report(desk: NotifyDesk, package: str, report: bytes, person: str) -> Taken | None:
    """Look at a report of a mail system: one that says the notice came back is logged; None for any other.

    One person is enough: it only keeps a clock from starting, or stops it. Refused `notice_person`, `notice_report`
    for what is no report, or is about no address of the newest notice.
    """
    may_notify(desk, person)
    index, leaf = _newest(desk, package)
    found = read_report(report)
    where = [
        (party.id, address.id)
        for party in desk.parties().parties.values()
        for address in party.addresses
        if address.kind == SMTP and address.where.casefold() == found.mailbox.casefold()
    ]
    if found.notice != leaf.text("paper") or not where:
        raise Refused("notice_report", "the report is about another notice, or about nobody's address")
    if found.state != BOUNCED:
        return None
    with alone(desk, package):
        keep_paper(desk, package, report)
        made = -1
        for party, address in where:
            body: dict[str, Value] = {"code": CAME_BACK, "subject": bounce_of(index, party, address)}
            made = desk.log.append(StageLeaf("alarm", instant(desk.clock.now()), {**body, "detail": digest_of(report)}))
    desk.log.publish()
    return Taken(made, witnessed=True)


def take_answers(desk: NotifyDesk, package: str, given: Given) -> tuple[tuple[str, str], ...]:
    """Take the receipts that parties' own programs answered with: for each the address, and the code of a refusal.

    The code is empty for one that was logged. An answer that does not hold is no receipt, and nothing else.
    """
    made = list[tuple[str, str]]()
    for each in given.told:
        if each.receipt:
            try:
                said = parse_receipt(each.receipt).served
                if (said.party, said.address) != (each.party, each.address):
                    raise Refused("notice_served", "the answer is about another address")
                take_receipt(desk, package, each.receipt)
                code = ""
            except Refused as refused:
                code = refused.code
            made.append((served_as(each.party, each.address), code))
    return tuple(made)


def notices_of(desk: NotifyDesk, package: str) -> Status:
    """Who was served when, and how each clock stands at a head published just now. Refused `notice_package`."""
    transfer, manifest = transfer_of(desk, package)
    stands = stands_now(desk)
    head = witnessed_now(desk)
    _keep_missing_proofs(desk, package)
    held, who = record(desk, package), known(desk)
    rule = desk.rule(desk.clock.now().date())
    clocks = [Clock(each, notice_met(each, transfer, held, who, rule, head)) for each in owed(desk, manifest, stands)]
    said = [(i, leaf) for i, leaf in held.leaves if _of(leaf, package)]
    return Status(tuple((i, _lines(i, held.leaves)) for i, _ in said), tuple(clocks))


def _of(leaf: StageLeaf, package: str) -> bool:
    """Whether a leaf is a notice of this package under orders; one to a person concerned is another matter."""
    return leaf.kind == NOTICE and leaf.text("package") == package and bool(leaf.texts("orders"))


def _newest(desk: NotifyDesk, package: str) -> Indexed:
    said = [(i, leaf) for i, leaf in desk.log.leaves() if _of(leaf, package)]
    if not said:
        raise Refused("notice_not_sent", "no notice of that package was sent yet")
    return said[-1]


def _require_holds(desk: NotifyDesk, paper: bytes, evidence: bytes) -> None:
    """That a receipt is signed by whoever may state it, and rests on what was handed in."""
    receipt = parse_receipt(paper)
    said = receipt.served
    if not signed(receipt, known(desk)):
        raise Refused("notice_signature", "whoever it names may not state this service, or has not signed it")
    if said.how != "webhook":
        _require_evidence(desk, said.notice, said.party, said.address, said.how, evidence)
    if said.evidence != (digest_of(evidence) if evidence else ""):
        raise Refused("notice_evidence", "what was handed in is not what the receipt names")


def _require_evidence(desk: NotifyDesk, notice: str, party: str, address: str, how: str, evidence: bytes) -> None:
    """That a statement about mail rests on a report of this delivery, and one about filing on a copy."""
    found = desk.parties().parties.get(party)
    places = [each for each in (() if found is None else found.addresses) if each.id == address]
    if not places or (how == SMTP and places[0].kind != SMTP):
        raise Refused("notice_served", "the notice did not go to that address in that way")
    if how == SMTP:
        report = read_report(evidence)
        same = report.notice == notice and report.mailbox.casefold() == places[0].where.casefold()
        if report.state != DELIVERED or not same:
            raise Refused("notice_evidence", "the report does not say that this notice reached this mailbox")
    if how == FILED and not evidence:
        raise Refused("notice_evidence", "filing is shown by the stamped copy")


def _keep_missing_proofs(desk: NotifyDesk, package: str) -> None:
    """Proofs that could not be kept when the receipt came, because witnesses were away."""
    if desk.rooms.has(package):
        notices = {i for i, leaf in desk.log.leaves() if _of(leaf, package)}
        for index, leaf in list(desk.log.leaves()):
            if leaf.kind == RECEIPT and leaf.number("notice_leaf") in notices:
                keep_proof(desk, package, index)


def _lines(notice: int, leaves: Sequence[Indexed]) -> tuple[Line, ...]:
    """What came back for one notice, in the order of the log."""
    made = list[Line]()
    for index, leaf in leaves:
        if leaf.kind == RECEIPT and leaf.number("notice_leaf") == notice:
            made.append(Line(leaf.text("served"), SERVED, leaf.text("served_at"), index))
        if leaf.kind == "alarm" and leaf.text("code") == CAME_BACK and leaf.text("subject").startswith(f"{notice}/"):
            made.append(Line(leaf.text("subject").partition("/")[2], CAME_BACK, leaf.at, index))
    return tuple(made)
