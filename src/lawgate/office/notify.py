# SPDX-License-Identifier: Apache-2.0
"""Give notice: of a package that an order wants told beforehand, and of an act that would loosen an order.

The paper is kept and in the log before anybody is sent it. To have sent it is nothing yet: `notify_served` takes the
receipts, and only witnessed time counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lawgate.authority.notices import RECEIPT, Indexed, Known, Owed, Record, Transfer, owed_of
from lawgate.docket.duties import duties
from lawgate.docket.standing import standing
from lawgate.law.notice_parties import PAPER, NoticeParties
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.note import Verify
from lawgate.ledger.proof import LogProof, verify_entry
from lawgate.ledger.proof import parse as parse_proof
from lawgate.ledger.quorum import Policy, Witnessed
from lawgate.ledger.schema import Value
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import Order, Standing
from lawgate.model.request import Registers
from lawgate.model.timerule import TimeRule
from lawgate.office.alone import alone
from lawgate.office.custodian import of_custodian
from lawgate.office.notify_page import ActTold, letter, pdf, subject
from lawgate.office.order_acts import tell
from lawgate.office.orders import OrderDesk
from lawgate.office.packaged import prepared_manifest
from lawgate.ports.accounting import Pdf
from lawgate.ports.clock import Clock
from lawgate.ports.notify import Notifier, NotifyError, Parcel
from lawgate.ports.orders import OrderRegister
from lawgate.ports.release import PackageStore, ReleaseLog
from lawgate.ports.rooms import Rooms
from lawgate.protocol import manifest as manifests
from lawgate.protocol.manifest import Manifest
from lawgate.protocol.notice import (
    UNSENT,
    Addressed,
    Named,
    Notice,
    bounce_of,
    digest_of,
    parse_act_notice,
    parse_notice,
    print_notice,
)

NOTICE = "notice"
UNTRIED = frozenset({"", "by_hand", "no_way"})
"""Codes of an address to which nothing was tried that failed."""


@dataclass(frozen=True, slots=True)
class NotifyDesk:
    """What giving notice needs. Registers, parties and docket are read afresh at every step.

    `rooms` keeps papers and proofs, a room for each package. `rule(day)` is the time rule for notices;
    `citation(provision)` cites what a package is released under; `lifted(leaves)` gives the acts that may loosen.
    """

    log: ReleaseLog
    rooms: Rooms
    packages: PackageStore
    orders: OrderRegister
    registers: Callable[[], Registers]
    parties: Callable[[], NoticeParties]
    rule: Callable[[date], TimeRule | None]
    citation: Callable[[str], str]
    lifted: Callable[[Sequence[Indexed]], Collection[str]]
    notifiers: Mapping[str, Notifier]
    pdf: Pdf
    clock: Clock
    policy: Policy
    verify: Verify
    office: str


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one address: party, address, its kind, and a code: empty when it was handed over.

    `by_hand` for a paper address, `no_way` where the office has no way of that kind, else that of the error.
    `receipt` is what the other side answered, not checked.
    """

    party: str
    address: str
    kind: str
    code: str
    receipt: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """A notice that is in the log: its leaf, its paper, the page to file, and what became of each address."""

    leaf: int
    paper: bytes
    page: bytes
    told: tuple[Told, ...]


def give_notice(desk: NotifyDesk, package: str, person: str, *, anew: bool = False) -> Given:
    """Send notice of a package under every order in force that wants it; the same paper again where nothing changed.

    With `anew`, and wherever set, orders, hours, parties or addresses are others than in the newest notice, a new one
    is made, and its clock starts anew. Refused `notice_person`, `notice_package` when there is no such package,
    `notice_none` when no order wants notice of it, `notice_parties` when an order names somebody nobody knows.
    """
    may_notify(desk, person)
    transfer, manifest = transfer_of(desk, package)
    stands, parties = stands_now(desk), desk.parties()
    wanted = owed(desk, manifest, stands)
    if not wanted:
        raise Refused("notice_none", "no order in force wants notice of this package under terms that can be met")
    addressed = _addressed(desk, parties, [party for each in wanted for party in each.parties])
    orders = {each.id: each for each in stands.in_force}
    made = Notice(
        package=package,
        set=transfer.set,
        people=transfer.rows,
        provision=manifest.provision,
        citation=desk.citation(manifest.provision),
        recipient=transfer.recipient,
        orders=_named(wanted, orders),
        parties=addressed,
        parties_register=parties.digest,
        made_at=_now(desk),
    )
    body: dict[str, Value] = {"package": package, "orders": sorted({each.order for each in wanted})}
    body |= {"set": transfer.set, "recipient": transfer.recipient, "rows": transfer.rows}
    with alone(desk.rooms, package):
        known = None if anew else _same(desk, package, made, max(each.since for each in wanted))
        leaf, paper = known or _log(desk, package, body, print_notice(made))
        return _send(desk, leaf, paper, parse_notice(paper), addressed, parties)


def give_act_notice(desk: NotifyDesk, orders: OrderDesk, act: str, person: str) -> Given:
    """Write the notice of an act that loosens (`order_acts.tell`) and send it to every address of whoever is told.

    Refused `notice_person` as for `give_notice`, and as `tell` does.
    """
    may_notify(desk, person)
    leaf, paper = tell(orders, act)
    notice = parse_act_notice(paper)
    named = [each.partition("/") for each in notice.parties]
    parties = dict.fromkeys(party for party, _, _ in named)
    told = [Addressed(party, tuple(address for name, _, address in named if name == party)) for party in parties]
    return _send(desk, leaf, paper, ActTold(notice, _now(desk)), told, desk.parties())


def may_notify(desk: NotifyDesk, person: str) -> None:
    """Refused `notice_person` for somebody who holds no office of the custodian today (UTC)."""
    if not of_custodian(desk.registers(), desk.office, person, desk.clock.now().astimezone(UTC).date()):
        raise Refused("notice_person", "a named person in an office of the custodian does this; people.toml lists them")


def transfer_of(desk: NotifyDesk, package: str) -> tuple[Transfer, Manifest]:
    """What a package would be if it left now. Refused `notice_package` when there is none, or it is not kept whole."""
    made = [leaf for _, leaf in desk.log.leaves() if leaf.kind == "prepared" and leaf.text("package") == package]
    manifest = prepared_manifest(desk.packages, made[0]) if len(made) == 1 else None
    if manifest is None:
        raise Refused("notice_package", "there is no such package, or it is not the one that was prepared")
    return Transfer(package, manifest.set, manifest.agency, len(manifest.records)), manifest


def owed(desk: NotifyDesk, manifest: Manifest, stands: Standing) -> tuple[Owed, ...]:
    """Every duty of notice that covers the package under any of its names, with terms that can be met."""
    covered = manifests.covered(manifest, desk.registers().humans)
    found = (owed_of(duty) for each in covered for duty in duties(stands, each))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def stands_now(desk: NotifyDesk) -> Standing:
    """The docket as of now, with every act that the log lets loosen."""
    return standing(desk.orders.texts(), desk.clock.now(), desk.lifted(list(desk.log.leaves())))


def known(desk: NotifyDesk) -> Known:
    """Who may say what, as registers have it now."""
    return Known(desk.parties(), desk.registers(), desk.office, desk.policy, desk.verify)


def record(desk: NotifyDesk, package: str) -> Record:
    """The log and the papers kept of a package. What is not kept is left out, and so counts for nothing."""
    leaves = list(desk.log.leaves())
    if not desk.rooms.has(package):
        return Record(leaves, {}, {})
    wanted = {leaf.text("paper") for _, leaf in leaves if leaf.kind in (NOTICE, RECEIPT)}
    papers = {digest: data for digest in wanted if (data := _kept(desk, package, f"paper-{digest}"))}
    receipts = [index for index, leaf in leaves if leaf.kind == RECEIPT and leaf.text("paper") in papers]
    return Record(leaves, papers, {index: _proofs(desk, package, index) for index in receipts})


def witnessed_now(desk: NotifyDesk) -> Witnessed | None:
    """A head published just now with the witnesses' times; None when there is none that counts."""
    leaves = list(desk.log.leaves())
    try:
        desk.log.publish()
        return verify_entry(leaves[0][1].render(), desk.log.proof(0), desk.policy, desk.verify)
    except LawgateError:
        return None


def keep_paper(desk: NotifyDesk, room: str, paper: bytes) -> str:
    """Keep a paper under its SHA-256 (hex), durably, before a leaf names it; that digest."""
    desk.rooms.write(room, f"paper-{digest_of(paper)}", paper)
    return digest_of(paper)


def keep_proof(desk: NotifyDesk, room: str, index: int) -> bool:
    """Publish the log and keep the first proof of a leaf; False when witnesses were away: it can be kept later.

    Kept is the earliest, from which the clock runs. A later one is never put in its place.
    """
    if _proofs(desk, room, index):
        return True
    try:
        desk.log.publish()
        proof = desk.log.proof(index)
    except LawgateError:
        return False
    desk.rooms.write(room, f"proof-{index}", proof.render())
    return True


def _now(desk: NotifyDesk) -> datetime:
    return desk.clock.now().astimezone(UTC).replace(microsecond=0)


def _addressed(desk: NotifyDesk, known: NoticeParties, parties: Sequence[str]) -> tuple[Addressed, ...]:
    """Each party with every address it has today. Refused `notice_parties` for one nobody knows, or without any."""
    day, made = desk.clock.now().astimezone(UTC).date(), list[Addressed]()
    for party in dict.fromkeys(parties):
        found = known.parties.get(party)
        if found is None or not found.on(day):
            raise Refused("notice_parties", "an order names a party that notice_parties.toml has no address for today")
        made.append(Addressed(party, tuple(each.id for each in found.on(day))))
    if not made:
        raise Refused("notice_parties", "nobody is named to be given notice, so nobody can have been")
    return tuple(made)


def _named(wanted: Sequence[Owed], orders: Mapping[str, Order]) -> tuple[Named, ...]:
    pairs = sorted({(each.order, each.hours) for each in wanted})
    return tuple(Named(id, orders[id].court, orders[id].docket_number, hours) for id, hours in pairs)


def _log(desk: NotifyDesk, package: str, body: Mapping[str, Value], paper: bytes) -> tuple[int, bytes]:
    """Keep the paper, then name it in the log."""
    full: dict[str, Value] = {**body, "paper": keep_paper(desk, package, paper)}
    return desk.log.append(StageLeaf("notice", instant(desk.clock.now()), full)), paper


def _same(desk: NotifyDesk, package: str, made: Notice, since: datetime) -> tuple[int, bytes] | None:
    """The newest notice of the package, when it says what would be said now and no order began to bind since."""
    said = [(i, leaf) for i, leaf in desk.log.leaves() if leaf.kind == "notice" and leaf.text("package") == package]
    papers = [
        (i, leaf, _kept(desk, package, f"paper-{leaf.text('paper')}")) for i, leaf in said if leaf.texts("orders")
    ]
    if not papers or not papers[-1][2] or datetime.fromisoformat(papers[-1][1].at) < since:
        return None
    index, leaf, paper = papers[-1]
    try:
        old = parse_notice(paper)
    except Refused:
        return None
    # A kept paper that was damaged or changed is none that the log names: another one is made.
    same = digest_of(paper) == leaf.text("paper") and _but_time(old) == _but_time(made)
    return (index, paper) if same else None


def _but_time(notice: Notice) -> tuple[object, ...]:
    left_out = ("made_at", "parties_register")
    return tuple(getattr(notice, name) for name in notice.__dataclass_fields__ if name not in left_out)


def _send(
    desk: NotifyDesk, leaf: int, paper: bytes, notice: Notice | ActTold, told: Sequence[Addressed], known: NoticeParties
) -> Given:
    """Send the paper to each address. What one of them answers, or does not, keeps no other from being sent it.

    A delivery that was tried and failed is logged: only then may the paper be served there by hand.
    """
    page = pdf(desk.pdf, notice, paper)
    parcel = Parcel(paper, digest_of(paper), subject(notice), letter(notice, paper), page)
    became = tuple(_each(desk, told, known, parcel))
    for each in became:
        if each.code not in UNTRIED:
            body: dict[str, Value] = {"code": UNSENT, "subject": bounce_of(leaf, each.party, each.address)}
            body["detail"] = digest_of(each.code.encode())
            desk.log.append(StageLeaf("alarm", instant(desk.clock.now()), body))
    return Given(leaf, paper, page, became)


def _each(desk: NotifyDesk, told: Sequence[Addressed], known: NoticeParties, parcel: Parcel) -> Iterator[Told]:
    for party in told:
        for each in known.parties[party.party].addresses:
            if each.id not in party.addresses:
                continue
            way = desk.notifiers.get(each.kind)
            if way is None:
                yield Told(party.party, each.id, each.kind, "by_hand" if each.kind == PAPER else "no_way", b"")
                continue
            try:
                handed = way.send(each.where, parcel)
                yield Told(party.party, each.id, each.kind, "", handed.receipt)
            except NotifyError as error:
                yield Told(party.party, each.id, each.kind, error.code, b"")


def _kept(desk: NotifyDesk, room: str, name: str) -> bytes:
    try:
        return desk.rooms.read(room, name)
    except LawgateError:
        return b""


def _proofs(desk: NotifyDesk, room: str, index: int) -> tuple[LogProof, ...]:
    data = _kept(desk, room, f"proof-{index}")
    try:
        return (parse_proof(data),) if data else ()
    except MalformedError:
        return ()
