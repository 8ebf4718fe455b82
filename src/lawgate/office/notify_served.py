# SPDX-License-Identifier: Apache-2.0
"""What comes back after a notice: statements of service, answers of a party's own program, reports of mail systems.

A receipt is logged only when it holds; anything that says a notice came back is logged whoever says it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lawgate.authority.notices import FAILED, RECEIPT, Indexed, Met, Missing, Owed, notice_met
from lawgate.law.notice_parties import SMTP
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import Refused
from lawgate.office.alone import alone
from lawgate.office.notify import (
    NOTICE,
    Given,
    NotifyDesk,
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
from lawgate.office.notify_reports import BOUNCED, read_report
from lawgate.office.order_acts import newest_notice, served
from lawgate.office.orders import OrderDesk
from lawgate.office.service import digest_or_none, require_holds, stated
from lawgate.protocol.bars import CLOCK_SECONDS
from lawgate.protocol.notice import BOUNCED as CAME_BACK
from lawgate.protocol.notice import (
    Served,
    bounce_of,
    digest_of,
    parse_receipt,
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
    """One thing that came back: the address (`party/address`), SERVED or why a delivery failed, when, and its leaf."""

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

    Refused as `service.stated`.
    """
    told = _newest(desk, package)
    said = Served(told[1].text("paper"), party, address, how, at, by, digest_or_none(evidence))
    return stated(told, list(desk.log.leaves()), desk.parties(), said, evidence)


def take_receipt(desk: NotifyDesk, package: str, paper: bytes, evidence: bytes = b"") -> Taken:
    """Log a receipt of the newest notice of a package, when it holds.

    Refused `notice_form`, `notice_served` when it is about another notice or address, or another time than can be,
    `notice_again` when the log has it, otherwise as `service.require_holds`.
    """
    receipt = parse_receipt(paper)
    said, (index, leaf) = receipt.served, _newest(desk, package)
    if said.notice != leaf.text("paper"):
        raise Refused("notice_served", "the receipt is about another notice than the newest one")
    now = desk.clock.now().astimezone(UTC)
    if not datetime.fromisoformat(leaf.at) - APART <= said.served_at <= now + APART:
        raise Refused("notice_served", "nobody is served before the notice was logged, or ahead of now")
    require_holds(receipt, (index, leaf), list(desk.log.leaves()), known(desk), evidence)
    with alone(desk.rooms, package):
        digest = keep_paper(desk, package, paper)
        if any(each.kind == RECEIPT and each.text("paper") == digest for _, each in desk.log.leaves()):
            raise Refused("notice_again", "the log has this receipt already")
        if evidence:
            keep_paper(desk, package, evidence)
        body: dict[str, Value] = {"notice_leaf": index, "served": served_as(said.party, said.address)}
        body |= {"served_at": instant(said.served_at), "paper": digest}
        made = desk.log.append(StageLeaf("receipt", instant(desk.clock.now()), body))
        return Taken(made, keep_proof(desk, package, made))


def take_report(desk: NotifyDesk, package: str, report: bytes, person: str) -> Taken | None:
    """Look at a report of a mail system: one that says the notice came back is logged; None for any other.

    One person is enough: it only keeps a clock from starting, or stops it. Refused `notice_person`, `notice_report`
    for what is no report, or is about no address of the newest notice.
    """
    may_notify(desk, person)
    back = _came_back(desk, _newest(desk, package), report)
    with alone(desk.rooms, package):
        if back:
            keep_paper(desk, package, report)
        return _bounced(desk, back)


def take_act_report(desk: NotifyDesk, orders: OrderDesk, act: str, report: bytes, person: str) -> Taken | None:
    """The same about the newest notice of an act on an order. Refused `act_unknown`, `act_untold` as `served` does."""
    may_notify(desk, person)
    back = _came_back(desk, newest_notice(orders, act), report)
    if back:
        orders.keep(f"report-{digest_of(report)}", report)
    return _bounced(desk, back)


def _came_back(desk: NotifyDesk, told: Indexed, report: bytes) -> list[dict[str, Value]]:
    """The bodies of the alarms about a report of this notice; none when it did not come back."""
    found = read_report(report)
    where = [
        (party.id, address.id)
        for party in desk.parties().parties.values()
        for address in party.addresses
        if address.kind == SMTP and address.where.casefold() == found.mailbox.casefold()
    ]
    if found.notice != told[1].text("paper") or not where:
        raise Refused("notice_report", "the report is about another notice, or about nobody's address")
    if found.state != BOUNCED:
        return []
    detail = digest_of(report)
    return [{"code": CAME_BACK, "subject": bounce_of(told[0], *each), "detail": detail} for each in where]


def _bounced(desk: NotifyDesk, back: Sequence[dict[str, Value]]) -> Taken | None:
    made = [desk.log.append(StageLeaf("alarm", instant(desk.clock.now()), body)) for body in back]
    if not made:
        return None
    desk.log.publish()
    return Taken(made[-1], witnessed=True)


def take_answers(desk: NotifyDesk, package: str, given: Given) -> tuple[tuple[str, str], ...]:
    """Take the receipts that parties' own programs answered with: for each the address, and the code of a refusal.

    The code is empty for one that was logged. An answer that does not hold is no receipt, and nothing else.
    """
    return _answers(given, lambda receipt: take_receipt(desk, package, receipt))


def take_act_answers(orders: OrderDesk, act: str, given: Given) -> tuple[tuple[str, str], ...]:
    """The same of the notice of an act on an order."""
    return _answers(given, lambda receipt: served(orders, act, receipt))


def _answers(given: Given, take: Callable[[bytes], object]) -> tuple[tuple[str, str], ...]:
    made = list[tuple[str, str]]()
    for each in given.told:
        if each.receipt:
            try:
                said = parse_receipt(each.receipt).served
                if (said.party, said.address) != (each.party, each.address):
                    raise Refused("notice_served", "the answer is about another address")
                take(each.receipt)
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
        if leaf.kind == "alarm" and leaf.text("code") in FAILED and leaf.text("subject").startswith(f"{notice}/"):
            made.append(Line(leaf.text("subject").partition("/")[2], leaf.text("code"), leaf.at, index))
    return tuple(made)
