# SPDX-License-Identifier: Apache-2.0
"""The small custodian of the release side under an order for notice, with its own clock and a way out that keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from lawgate.authority.notices import Met, Missing, Owed, Transfer, notice_met
from lawgate.docket.printing import print_order
from lawgate.drivers.keys import KeySigner, verify
from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.law.notice_parties import NoticeAddress, NoticeParties, NoticeParty
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.model.order import EVERY, Effect, EffectKind, NoticeTerms
from lawgate.model.period import Span
from lawgate.model.request import Registers, Tenure
from lawgate.office.notify import NotifyDesk, give_notice, known, owed, record, stands_now, transfer_of, witnessed_now
from lawgate.office.notify_served import Taken, statement, take_receipt
from lawgate.office.orders import enter_order
from lawgate.office.prepare import prepare
from lawgate.office.review import ToReview
from lawgate.ports.notify import Handed, NotifyError, Parcel
from lawgate.protocol.notice import BOUNCED, Receipt, Served, digest_of, parse_served, print_receipt, print_served
from unit.docket.test_clock import RULE
from unit.release.desk import (
    AGENCY,
    OFFICE,
    PACKAGE,
    POLICY,
    REVIEWER,
    ROWS,
    SIGNER,
    HandClock,
    Office,
    an_order,
    digest,
    fetched,
    granted,
    outgoing,
)

BY, BOTH = "person.r.1", "person.r.8"
ORDER = "order-notice"
COURT, ORG = "court", "org"
EVER = Span(date(2020, 1, 1), None)
HOOK_KEY = KeySigner("hook", 1, b"\x31" * 32)
EVERYWHERE = ("court/clerk", "org/hook", "org/mail")

MAILBOX = "counsel@organisation.example"
REPORT = """From: postmaster@organisation.example
To: notices@custodian.example
Subject: Delivery report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

As follows.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.organisation.example
{envelope}
Final-Recipient: rfc822; {mailbox}
Action: {action}
Status: 2.0.0

--b
Content-Type: text/rfc822-headers

Message-ID: {message}
Subject: Notice

--b--
"""


class Pages:
    """Stands for the maker of pages."""

    def make(self, template: str, data: Mapping[str, object], second: int) -> bytes:
        return f"%PDF {template} {second} {data['facts']}".encode()


@dataclass
class Way:
    """A way out that keeps what it is given, answers what it is told to, or does not answer at all."""

    answer: bytes = b""
    fails: str = ""
    parcels: list[tuple[str, Parcel]] = field(default_factory=list)

    def send(self, where: str, parcel: Parcel) -> Handed:
        self.parcels.append((where, parcel))
        if self.fails:
            raise NotifyError(self.fails)
        return Handed("ref", self.answer)


def report(notice: str, action: str = "delivered", mailbox: str = MAILBOX, **other: str) -> bytes:
    envelope, message = f"Original-Envelope-Id: {notice}\n", f"<{notice}.1@custodian.example>"
    said = {"envelope": envelope, "message": message, **other}
    return REPORT.format(action=action, mailbox=mailbox, **said).encode()


def address(name: str, kind: str, where: str, key: bytes = b"", span: Span = EVER) -> NoticeAddress:
    return NoticeAddress(name, kind, where, key, span)


def register(**changed: NoticeParty) -> NoticeParties:
    court = NoticeParty(COURT, "A Court", "court", "", ("a", "b"), (address("clerk", "paper", "the counter"),))
    places = (
        address("mail", "smtp", "counsel@organisation.example"),
        address("hook", "webhook", "https://organisation.example/n", HOOK_KEY.public_key),
    )
    org = NoticeParty(ORG, "An Organisation", "organisation", "Counsel", ("a", "b"), places)
    return NoticeParties({COURT: court, ORG: org, **changed}, "c" * 64)


def apart(registers: Registers) -> Registers:
    """The same registers with the asking side in an agency of its own, and one human who serves on both sides."""
    asking = (Tenure("us.agency-a.head", AGENCY, EVER),)
    signer, reviewer = registers.people["person.a.1"], registers.people[BY]
    both = replace(reviewer, id=BOTH, key=SIGNER.public_key)
    people = {**registers.people, "person.a.1": replace(signer, holds=asking), BOTH: both}
    return replace(registers, people=people)


class Noticed:
    """An office whose package an order wants notice of. `at` is local time with its offset."""

    def __init__(self, root: Path, at: str, hours: int = 24, window: int = 72, changed: str = "") -> None:
        """`changed` is the name of a second package of the same batch: other rows, and one less."""
        self.clock = HandClock(datetime.fromisoformat(at).astimezone(UTC))
        self.office = Office(root, self.clock)
        self.office.registers = apart(self.office.registers)
        self.parties, self.rule = register(), RULE
        self.mail, self.hook = Way(), Way()
        self.rooms = FolderRooms(root / "notices")
        batch = self.office.decide(2 * ROWS - 1)
        first = self.package(PACKAGE, batch, range(ROWS))
        if changed:
            self.package(changed, batch, range(ROWS, 2 * ROWS - 1), first)
        self.order(ORDER, hours, window)

    def package(self, name: str, batch: ToReview, rows: range, *earlier: bytes) -> bytes:
        """Review and prepare these rows; the reviewer's paper. `earlier` are those of before."""
        office = self.office
        review = office.review(batch, office.looked(rows), earlier)
        kept = [row for row in granted(2 * ROWS - 1) if row.number in rows]
        prepare(office.release(), outgoing(name, 2 * ROWS - 1), kept, review, fetched, office.account)
        return review.paper

    def order(self, name: str, hours: int = 24, window: int = 72, parties: tuple[str, ...] = (COURT, ORG)) -> None:
        effect = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0, NoticeTerms(hours, parties, window))
        now = self.clock.at
        order = an_order(name, effects=(effect,), entered_at=now, learned_at=now, effective_at=now)
        enter_order(self.office.orders(), print_order(order), BY)

    @property
    def desk(self) -> NotifyDesk:
        return NotifyDesk(
            log=self.office.log,
            rooms=self.rooms,
            packages=self.office.packages,
            orders=self.office.register,
            registers=lambda: self.office.registers,
            parties=lambda: self.parties,
            rule=lambda day: self.rule,
            citation=lambda provision: "1 Example Code 2",
            lifted=lambda leaves: frozenset(),
            notifiers={"smtp": self.mail, "webhook": self.hook},
            pdf=Pages(),
            clock=self.clock,
            policy=POLICY,
            verify=verify,
            office=OFFICE,
        )

    def later(self, **span: float) -> None:
        self.clock.at += timedelta(**span)
        self.clock.seconds += timedelta(**span).total_seconds()

    def give(self, *, anew: bool = False) -> int:
        return give_notice(self.desk, PACKAGE, BY, anew=anew).leaf

    def receipt(self, where: str, how: str = "", **changed: object) -> bytes:
        """A signed receipt for an address of the newest notice, by its own way unless said; anything may be changed."""
        if where == "org/hook" and not how:
            return self.hooked(**changed)
        party, _, name = where.partition("/")
        notice = self.office.kinds("notice")[-1].text("paper")
        rests = digest_of(self.evidence(where)) if not how and where == "org/mail" else ""
        way = how or ("smtp" if where == "org/mail" else "hand")
        said = replace(Served(notice, party, name, way, self.clock.at, BY, rests), **changed)
        signer = REVIEWER if said.by == BY else SIGNER
        return print_receipt(Receipt(said, signer.sign(print_served(said))))

    def evidence(self, where: str) -> bytes:
        """What a receipt for an address rests on: a report of the delivery, for the mailbox."""
        return report(self.office.kinds("notice")[-1].text("paper")) if where == "org/mail" else b""

    def hooked(self, **changed: object) -> bytes:
        """The receipt that the organisation's own program signs."""
        notice = self.office.kinds("notice")[-1].text("paper")
        said = replace(Served(notice, ORG, "hook", "webhook", self.clock.at, ORG, ""), **changed)
        return print_receipt(Receipt(said, HOOK_KEY.sign(print_served(said))))

    def serve(self, *where: str) -> list[Taken]:
        """Hand in a receipt for each of these addresses, by its own way: the page, a report, the party's program."""
        return [self.take(self.receipt(each), self.evidence(each)) for each in where or EVERYWHERE]

    def take(self, receipt: bytes, evidence: bytes = b"") -> Taken:
        """Hand in a receipt."""
        return take_receipt(self.desk, PACKAGE, receipt, evidence)

    def state(self, where: str, how: str, evidence: bytes = b"") -> Taken:
        """Have a statement of service written, sign it, hand it in."""
        party, _, name = where.partition("/")
        said = statement(self.desk, PACKAGE, party, name, how, self.clock.at, BY, evidence)
        return self.take(print_receipt(Receipt(parse_served(said), REVIEWER.sign(said))), evidence)

    def bounced(self, notice: int, where: str) -> None:
        """The notice came back from an address."""
        body = {"code": BOUNCED, "subject": f"{notice}/{where}", "detail": digest("a report")}
        self.office.log.append(StageLeaf("alarm", instant(self.clock.at), body))

    def owed(self) -> Owed:
        manifest = transfer_of(self.desk, PACKAGE)[1]
        return owed(self.desk, manifest, stands_now(self.desk))[0]

    def met(self, **changed: object) -> Met | Missing:
        """What the pure function says now; any of its arguments may be another one."""
        desk = self.desk
        given = {
            "owed": changed.get("owed") or self.owed(),
            "transfer": transfer_of(desk, PACKAGE)[0],
            "now": witnessed_now(desk),
            "record": record(desk, PACKAGE),
            "known": known(desk),
            "rule": self.rule,
        }
        return notice_met(**{**given, **changed})

    def of(self, package: str) -> Transfer:
        """What a package would be if it left now."""
        return transfer_of(self.desk, package)[0]

    def code(self, **changed: object) -> str:
        """The code of what is missing; `met` when nothing is."""
        found = self.met(**changed)
        return found.code if isinstance(found, Missing) else "met"
