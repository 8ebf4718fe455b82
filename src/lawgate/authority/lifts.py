# SPDX-License-Identifier: Apache-2.0
"""Which acts that loosen count: each condition is shown here again, and nobody believes the leaf `lift` alone.

Two humans of the custodian signed, none of the asking side; a wait passed between two witnessed times, both after the
act was in the log; everybody who has to be told was served; all of that before the leaf `lift`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lawgate.authority.notices import ACT_RECEIPT, Known, Record, paper_of, receipts, standing_receipt
from lawgate.authority.people import of_the_house, own_agencies
from lawgate.docket.act_text import digest_of, signed_part
from lawgate.docket.acts import Act, Direction, Signature
from lawgate.docket.register import Texts, sort
from lawgate.law.notice_parties import NoticeParties
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.note import Verify
from lawgate.ledger.proof import parse, verify_entry
from lawgate.ledger.quorum import Policy, Witnessed
from lawgate.model.fault import Refused
from lawgate.model.order import LOOSENING_WAIT_HOURS, Order
from lawgate.model.request import Registers
from lawgate.protocol.notice import ActNotice, parse_act_notice

Indexed = tuple[int, StageLeaf]
SIGNERS = 2
COURT = "court"
"""Who is told of an act on an order that names no party to be told: the court that made it."""
BEGUN, ENDED = "begun", "ended"
NOTICE, RECEIPT = "notice-", "receipt-"
"""How a notice of an act and a receipt are kept beside the docket: this, and the SHA-256 (hex) of the paper."""
WAIT = "loosening_wait_hours"
"""The parameter of a rulebook that may lengthen the wait."""
_NEVER = 24 * 366 * 1000


@dataclass(frozen=True, slots=True)
class Lifting:
    """What it takes to tell. `office` is the reviewing office: its agency is the custodian's own.

    `waits` has, under `<SHA-256 of the act's text>.begun` and `.ended`, the tlog-proof files of the act's leaf under an
    early checkpoint and a later one: nobody has to believe them. `parties` is the register of who is told, and where.
    `papers` are notices of acts and receipts by SHA-256 (hex); one under another digest is nothing. `hours` can only
    lengthen the wait.
    """

    registers: Registers
    policy: Policy
    verify: Verify
    office: str
    waits: Mapping[str, bytes]
    parties: NoticeParties
    papers: Mapping[str, bytes]
    hours: int = LOOSENING_WAIT_HOURS

    @property
    def known(self) -> Known:
        """The same as receipts are judged by."""
        return Known(self.parties, self.registers, self.office, self.policy, self.verify)


def lifted(leaves: Sequence[Indexed], texts: Mapping[str, bytes], lifting: Lifting, at: datetime) -> frozenset[str]:
    """SHA-256 (hex) of the text of each act that may loosen at `at`: what `docket.standing` takes as `lifted`."""
    found, sorted_texts = set[str](), sort(texts)
    for index, leaf in leaves:
        if leaf.kind == "lift" and leaf.at <= leaf.text("effective") <= instant(at):
            digest = leaf.text("paper")
            named = (leaf.text("order"), leaf.number("bar_leaf"))
            act = act_of(sorted_texts, digest)
            logged = act_leaf(leaves[:index], digest)
            if act is None or logged is None or named != (act.order, logged[1].number("bar_leaf")):
                continue
            if not lacking(leaves[:index], sorted_texts, digest, lifting, datetime.fromisoformat(leaf.at)):
                found.add(digest)
    return frozenset(found)


def lacking(leaves: Sequence[Indexed], texts: Texts, digest: str, lifting: Lifting, at: datetime) -> tuple[str, ...]:
    """What an act lacks to be lifted at `at` by these leaves: `act`, `signatures`, `service`, `wait`; nothing if it
    may be.
    """
    act, logged = act_of(texts, digest), act_leaf(leaves, digest)
    if act is None or logged is None or act.direction is not Direction.LOOSEN:
        return ("act",)
    asking = frozenset(leaf.text("requester") for _, leaf in leaves if leaf.kind == "request")
    told = parties_of(texts, act.order)
    shown = {
        "signatures": signed(act, lifting, asking, datetime.fromisoformat(logged[1].at)),
        "service": all_served(leaves, logged, told, lifting, at),
        "wait": waited(logged, digest, lifting, len(leaves)),
    }
    return tuple(name for name, holds in shown.items() if not holds)


def act_of(texts: Texts, digest: str) -> Act | None:
    """The readable act whose text has this SHA-256 (hex); None when the docket has none."""
    return next((each.what for each in texts.acts if each.digest == digest and isinstance(each.what, Act)), None)


def act_leaf(leaves: Sequence[Indexed], digest: str) -> Indexed | None:
    """The first leaf `order-act` of the act's text; None when there is none."""
    found = (each for each in leaves if each[1].kind == "order-act" and each[1].text("instrument") == digest)
    return next(found, None)


def parties_of(texts: Texts, order: str) -> frozenset[str]:
    """Every party that an order of this id says is to be told; the court alone when it says nobody."""
    effects = [
        e for each in texts.orders if isinstance(each.what, Order) and each.what.id == order for e in each.what.effects
    ]
    return frozenset(party for e in effects if e.notice for party in e.notice.parties) or frozenset({COURT})


def all_served(
    leaves: Sequence[Indexed], logged: Indexed, parties: frozenset[str], lifting: Lifting, at: datetime
) -> bool:
    """Whether one notice of the act in the leaf `logged` was served on each of these parties by `at`.

    Served is every address that the notice names, and every one the register has for them on the day of the notice or
    of `at`; each by a receipt that holds, as for a notice of a transfer.
    """
    about = [(i, leaf) for i, leaf in leaves if leaf.kind == "act-notice" and leaf.number("act_leaf") == logged[0]]
    return any(_served_all(leaves, each, logged, parties, lifting, at) for each in about)


def _served_all(
    leaves: Sequence[Indexed],
    told: Indexed,
    logged: Indexed,
    parties: frozenset[str],
    lifting: Lifting,
    at: datetime,
) -> bool:
    index, leaf = told
    record, written = Record(leaves, lifting.papers, {}), datetime.fromisoformat(leaf.at)
    paper = _notice(record, leaf, logged)
    if paper is None or not parties <= lifting.parties.parties.keys():
        return False
    named = {(party, address) for party, _, address in (each.partition("/") for each in paper.parties)}
    if not parties or not parties <= {party for party, _ in named}:
        return False
    days = {moment.astimezone(UTC).date() for moment in (written, at)}
    known = {(p, each.id) for p in parties for day in days for each in lifting.parties.parties[p].on(day)}
    # Times of acts are compared to the second: nobody is served before the notice was in the log.
    found = list(receipts(ACT_RECEIPT, index, written, record, lifting.known, timedelta(0)))
    return all(standing_receipt(index, each, found, record) is not None for each in named | known)


def _notice(record: Record, leaf: StageLeaf, logged: Indexed) -> ActNotice | None:
    """The paper of a notice of the act in the leaf `logged`; None when it is not kept, or says another thing."""
    try:
        paper = parse_act_notice(paper_of(record, leaf))
    except Refused:
        return None
    about = (logged[0], logged[1].text("order"), logged[1].text("act"), logged[1].text("instrument"))
    said = (leaf.number("act_leaf"), leaf.text("order"), leaf.texts("parties"))
    same = (paper.act_leaf, paper.order, paper.act, paper.instrument) == about
    return paper if same and (paper.act_leaf, paper.order, paper.parties) == said else None


def signed(act: Act, lifting: Lifting, asking: frozenset[str], logged: datetime) -> bool:
    """Whether two humans of the custodian signed this very text in an office they held on the day of its entry.

    `asking` are the agencies that ever asked: nobody who serves there counts, under any id.
    """
    humans = signers(act, lifting, asking, logged)
    return len(humans) >= SIGNERS


def signers(act: Act, lifting: Lifting, asking: frozenset[str], logged: datetime) -> frozenset[str]:
    """One id for each human whose signature holds as `signed` says it."""
    good = [each.person for each in act.signatures if _good(each, act, lifting, asking, logged)]
    humans = {lifting.registers.humans({person}) for person in good}
    # A human of several ids is named by the first of them, whichever of them signed.
    return frozenset(min(ids) for ids in humans)


def _good(found: Signature, act: Act, lifting: Lifting, asking: frozenset[str], logged: datetime) -> bool:
    person = lifting.registers.people.get(found.person)
    # The day of entry is the text's own word; that of the leaf is the log's. The office is held on both.
    for day in {moment.astimezone(UTC).date() for moment in (act.entered_at, logged)}:
        held = person.holds_on(found.office, day) if person else None
        if person is None or held is None or held.agency not in own_agencies(lifting.registers, lifting.office, day):
            return False
        if not of_the_house(lifting.registers, lifting.office, person.id, day, asking):
            return False
    value = base64.b64decode(found.value, validate=True)
    return person is not None and lifting.verify(person.key, signed_part(act), value)


def waited(logged: Indexed, digest: str, lifting: Lifting, size: int) -> bool:
    """Whether the wait passed between two witnessed times, in both of which the act's leaf was in the log.

    Neither head has more than `size` leaves: it is older than the leaf `lift` that rests on it.
    """
    begun, ended = (_witnessed(logged, lifting.waits.get(f"{digest}.{which}"), lifting) for which in (BEGUN, ENDED))
    if begun is None or ended is None or max(begun.checkpoint.size, ended.checkpoint.size) > size:
        return False
    # The act was in the log at the latest when the last witness of the first head said so.
    since = max(each.seconds for each in begun.cosignatures if each.seconds is not None)
    hours = max(lifting.hours, LOOSENING_WAIT_HOURS)
    return ended.seconds - since >= timedelta(hours=hours).total_seconds()


def loosening_hours(stated: object) -> int:
    """Hours of the wait: what a rulebook states, never less than the floor; without end for what is no number."""
    if stated is None:
        return LOOSENING_WAIT_HOURS
    return max(stated, LOOSENING_WAIT_HOURS) if type(stated) is int else _NEVER


def _witnessed(logged: Indexed, proof: bytes | None, lifting: Lifting) -> Witnessed | None:
    if proof is None:
        return None
    try:
        found = parse(proof)
        shown = verify_entry(logged[1].render(), found, lifting.policy, lifting.verify)
    except MalformedError:
        return None
    return shown if found.index == logged[0] else None


def missing(leaves: Sequence[Indexed], texts: Mapping[str, bytes]) -> tuple[str, ...]:
    """Ids of the orders of which the log names a text, of the order or of an act on it, that the docket lacks."""
    kept = {digest_of(text) for text in texts.values()}
    named = [leaf for _, leaf in leaves if leaf.kind in ("order-bar", "order-act")]
    gone = [leaf.text("order") for leaf in named if leaf.text("instrument") not in kept]
    return tuple(dict.fromkeys((*gone, *_displaced(leaves, texts))))


def _displaced(leaves: Sequence[Indexed], texts: Mapping[str, bytes]) -> Iterator[str]:
    """Orders with an act that stands in the register behind one which the log has later: the order of entry decides."""
    logged: dict[str, int] = {}
    for index, leaf in leaves:
        if leaf.kind == "order-act":
            logged.setdefault(leaf.text("instrument"), index)
    last = dict[str, int]()
    # A tightening text may be there twice; its first place is the one that was logged.
    for digest, act in ((each.digest, each.what) for each in sort(texts).acts):
        at = logged.pop(digest, None)
        if at is not None and isinstance(act, Act):
            if at < last.get(act.order, -1):
                yield act.order
            last[act.order] = max(at, last.get(act.order, -1))
