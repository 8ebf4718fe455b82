# SPDX-License-Identifier: Apache-2.0
"""Which approvals of a package count, and whether they are enough: told from leaves, papers, registers and rulebook.

Nobody's word is taken for it. What cannot be told counts as not there: an approval is only ever left out by doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256

from lawgate.authority.people import same_house
from lawgate.docket.standing import covers
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import leaf_hash
from lawgate.ledger.note import Verify
from lawgate.model.fault import Faulty
from lawgate.model.form import APPROVALS_AT_LEAST, bulk_threshold
from lawgate.model.order import ApprovalTerms, Standing
from lawgate.model.practice import Agreement
from lawgate.model.request import Person, Registers
from lawgate.protocol.approval import DISCLOSURE, LEGAL, ROLES, Approval, device_of, parse
from lawgate.protocol.manifest import Manifest, covered

THRESHOLD, OFFICES = "bulk_threshold", "approving_offices"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rulebook says of approvals: the threshold in rows, office -> role, and agreements in force by id."""

    threshold: int
    offices: Mapping[str, str]
    agreements: Mapping[str, Agreement]


@dataclass(frozen=True, slots=True)
class Signed:
    """An approval as it was handed in: the exact bytes, and 64 bytes of Ed25519 over them."""

    paper: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Sought:
    """A package for which approvals are looked at, with everything that is looked at.

    `leaves` are all of the log; `approvals` and `objections` the papers that are kept, by SHA-256 (hex); `orders` what
    each order asks that covers the package; `day` the UTC day of looking.
    """

    manifest: Manifest
    leaves: Sequence[StageLeaf]
    approvals: Mapping[str, Signed]
    objections: Mapping[str, bytes]
    registers: Registers
    rules: Rules
    orders: Sequence[ApprovalTerms]
    day: date
    verify: Verify


@dataclass(frozen=True, slots=True)
class Why:
    """One reason why an approval, or all of them together, do not do: a stable code and a plain sentence."""

    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Considered:
    """One approval of the log, and every reason why it does not count; without a reason it counts."""

    person: str
    office: str
    role: str
    at: str
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Approved:
    """What the approvals of a package come to.

    `needed` is how many it takes (0: none), `count` how many count, `legal` whether one of them is from a legal office;
    `lacks` is everything that is short, empty only when they do. `considered` is each approval of it in log order.
    """

    needed: int
    count: int
    legal: bool
    lacks: tuple[Why, ...]
    considered: tuple[Considered, ...]

    @property
    def short(self) -> tuple[str, ...]:
        """The codes of what is short; an empty tuple is the only yes."""
        return tuple(dict.fromkeys(each.code for each in self.lacks))


def rules_of(rulebook: Rulebook) -> Rules:
    """What a rulebook says of approvals. One that lists no approving office lets nobody approve."""
    listed = rulebook.registers.get(OFFICES, {})
    roles = {office: entry.get("role", "") for office, entry in listed.items()}
    known = {office: role for office, role in roles.items() if role in ROLES}
    return Rules(bulk_threshold(rulebook.parameters.get(THRESHOLD)), known, rulebook.agreements)


def approved(sought: Sought) -> Approved:
    """Which approvals of the package count, and everything that is short."""
    sought = replace(sought, leaves=[leaf for leaf in sought.leaves if _concerns(leaf, sought.manifest)])
    considered = tuple(_considered(sought))
    counted = [each for each in considered if not each.why]
    legal, needed = any(each.role == LEGAL for each in counted), approvals_needed(sought)
    return Approved(needed, len(counted), legal, tuple(_lacks(sought, needed, counted)), considered)


def approvals_needed(sought: Sought) -> int:
    """How many approvals the package takes: 0 below the threshold, without an order for it, and without an objection.

    An objection that nobody had to read would be worth nothing: it makes approvals needed whatever the size.
    """
    rows = sought.manifest.batch_rows
    if 0 < rows < sought.rules.threshold and not sought.orders and not objections_to(sought.leaves, sought.manifest):
        return 0
    return max(APPROVALS_AT_LEAST, *(terms.approvals for terms in sought.orders), 0)


def objections_to(leaves: Iterable[StageLeaf], manifest: Manifest) -> tuple[StageLeaf, ...]:
    """Every objection the log holds to a package or to its batch, in log order."""
    meant = (manifest.package, manifest.batch)
    return tuple(leaf for leaf in leaves if leaf.kind == "objection" and leaf.text("subject") in meant)


def objected(leaves: Iterable[StageLeaf], manifest: Manifest) -> tuple[str, ...]:
    """The papers of all objections by SHA-256 (hex), each once, sorted: what an approval has to name."""
    return tuple(sorted({leaf.text("paper") for leaf in objections_to(leaves, manifest)}))


def prepared_hash(leaves: Iterable[StageLeaf], package: str) -> str:
    """The RFC 6962 leaf hash (hex) of the one leaf `prepared` of a package; empty when there is none, or more."""
    found = [leaf for leaf in leaves if leaf.kind == "prepared" and leaf.text("package") == package]
    return leaf_hash(found[0].render()).hex() if len(found) == 1 else ""


def against(sought: Sought, signed: Signed, at: str) -> tuple[Why, ...]:
    """Every reason why this approval would not count by itself when its leaf has the moment `at`; nothing when it does.

    Whether the same human or office has approved already is for `approved`.
    """
    try:
        approval = parse(signed.paper)
    except Faulty as faulty:
        return tuple(Why(fault.code, fault.mend) for fault in faulty.faults)
    person = sought.registers.people.get(approval.person)
    return (*_bound(sought, approval), *_by(sought, approval, person, signed, at), *_apart(sought, approval))


def _concerns(leaf: StageLeaf, manifest: Manifest) -> bool:
    """Whether a leaf can matter to the approvals of a package: each look goes through the log once."""
    match leaf.kind:
        case "approval" | "prepared":
            return leaf.text("package") == manifest.package
        case "request" | "review":
            return leaf.text("batch") == manifest.batch
    return leaf.kind == "objection"


def _why(code: str, says: str) -> Why:
    return Why(code, says)


def _considered(sought: Sought) -> Iterator[Considered]:
    humans, offices = set[str](), set[str]()
    for leaf in sought.leaves:
        if leaf.kind != "approval" or leaf.text("package") != sought.manifest.package:
            continue
        why = _kept(sought, leaf)
        ids = sought.registers.humans({leaf.text("person")})
        if not why and ids & humans:
            why = (_why("E_DUAL", "this human has approved already, under this id or another; one human counts once"),)
        if not why and leaf.text("office") in offices:
            why = (_why("E_DUAL", "this office has approved already; each approval is from another office"),)
        if not why:
            humans |= ids
            offices.add(leaf.text("office"))
        yield Considered(leaf.text("person"), leaf.text("office"), leaf.text("role"), leaf.at, why)


def _kept(sought: Sought, leaf: StageLeaf) -> tuple[Why, ...]:
    """Why a logged approval does not count by itself: its paper is gone, is not what the leaf says, or is no good."""
    signed = sought.approvals.get(leaf.text("paper"))
    if signed is None or sha256(signed.paper).hexdigest() != leaf.text("paper"):
        return (_why("E_APPROVAL_GONE", "the paper of a logged approval is not kept, or is another one"),)
    why = against(sought, signed, leaf.at)
    if why:
        return why
    said, named = parse(signed.paper), ("package", "set", "person", "office", "role")
    if any(getattr(said, name) != leaf.text(name) for name in named):
        return (_why("E_APPROVAL_BIND", "the leaf says something else than the paper it names"),)
    return ()


def _bound(sought: Sought, approval: Approval) -> Iterator[Why]:
    manifest = sought.manifest
    prepared = prepared_hash(sought.leaves, manifest.package)
    if approval.package != manifest.package or approval.set != manifest.set:
        yield _why("E_APPROVAL_BIND", "the approval is over another package or another set of rows")
    if not prepared or approval.prepared != prepared:
        yield _why("E_APPROVAL_BIND", "the approval is over another prepared package; one prepared anew is another")
    if approval.objections != objected(sought.leaves, manifest):
        yield _why("E_APPROVAL_BIND", "it does not name exactly the objections of the log; approve anew over them")


def _by(sought: Sought, approval: Approval, person: Person | None, signed: Signed, at: str) -> Iterator[Why]:
    day = approval.said_at.astimezone(UTC).date()
    if person is None or approval.device != device_of(person.key):
        yield _why("E_APPROVAL_BIND", "it names no person of the register, or another key than that person's")
    elif not sought.verify(person.key, signed.paper, signed.signature):
        yield _why("E_APPROVAL_BIND", "the signature is not over these exact bytes with that person's own key")
    if person is None or person.holds_on(approval.office, day) is None:
        yield _why("E_APPROVAL_OFFICE", "the approver must hold the stated office on the day of approving")
    if _role_of(sought, approval.office) != approval.role:
        yield _why("E_APPROVAL_OFFICE", "the stated office is none that approves, or not in this role")
    logged = datetime.fromisoformat(at)
    if day != logged.astimezone(UTC).date() or approval.said_at > logged:
        yield _why("E_APPROVAL_DAY", "an approval is said and handed in on one and the same UTC day, never ahead")
    if any(approval.said_at < datetime.fromisoformat(leaf.at) for leaf in _prepared(sought)):
        yield _why("E_APPROVAL_DAY", "an approval is of a package that is there: it was said before it was prepared")


def _prepared(sought: Sought) -> Iterator[StageLeaf]:
    package = sought.manifest.package
    yield from (leaf for leaf in sought.leaves if leaf.kind == "prepared" and leaf.text("package") == package)


def _role_of(sought: Sought, office: str) -> str:
    """The role in which an office approves; empty when it does not.

    An office that only an order names never approves as a legal one.
    """
    named = {each for terms in sought.orders for each in terms.offices}
    return sought.rules.offices.get(office, DISCLOSURE if office in named else "")


def _apart(sought: Sought, approval: Approval) -> Iterator[Why]:
    registers, days = sought.registers, {approval.said_at.astimezone(UTC).date(), sought.day}
    ids = registers.humans({approval.person})
    asking = asking_side(sought.manifest, registers, days)
    authors = registers.humans(_authors(sought))
    signers = _signers(sought)
    if ids & asking:
        yield _why("E_DUAL", "who asks for the rows, or is to have them, does not approve")
    if ids & authors:
        yield _why("E_DUAL", "who reviewed rows of this request does not approve")
    if signers is None:
        yield _why(
            "E_DUAL", "it is not known who signed the agreement the request rests on, so nobody can be told apart"
        )
    elif ids & signers:
        yield _why("E_DUAL", "who signed the agreement the request rests on does not approve")
    for day in sorted(days):
        above = registers.superiors(approval.person, day)
        if above is None:
            yield _why("E_CHART", "the chart does not show to whom the approver reports, all the way up")
        elif above & (asking | authors | (signers or frozenset())):
            yield _why("E_DUAL", "who reports, over any number of steps, to somebody of these does not approve")


def asking_side(manifest: Manifest, registers: Registers, days: Iterable[date]) -> frozenset[str]:
    """Every id of those who ask or receive: those named anywhere, and all of the asking agency on these days."""
    named = {*manifest.people, *manifest.recipients}
    for day in days:
        named |= {p.id for p in registers.people.values() if same_house(p.agencies_on(day), manifest.agency)}
        staff = (each for each in registers.staff if day in each.span and same_house({each.agency}, manifest.agency))
        named |= {one for each in staff for one in each.people}
    return registers.humans(named)


def _authors(sought: Sought) -> Iterator[str]:
    """Whoever reviewed rows of the batch: what they accepted is what the package is made of."""
    reviews = (leaf for leaf in sought.leaves if leaf.kind == "review")
    yield from (leaf.text("reviewer") for leaf in reviews if leaf.text("batch") == sought.manifest.batch)


def _requests(sought: Sought) -> list[StageLeaf]:
    requests = (leaf for leaf in sought.leaves if leaf.kind == "request")
    return [leaf for leaf in requests if leaf.text("batch") == sought.manifest.batch]


def _signers(sought: Sought) -> frozenset[str] | None:
    """Every id of those who signed the agreement the request rests on; None when that cannot be told."""
    requests = _requests(sought)
    named = {leaf.text("agreement") for leaf in requests} - {""}
    if not requests or any(not _listed(sought, agreement) for agreement in named):
        return None
    found = {one for agreement in named for one in _listed(sought, agreement)}
    return sought.registers.humans(found)


def _listed(sought: Sought, agreement: str) -> frozenset[str]:
    """Ids of who signed an agreement, and of whoever held a signing office on its first day; empty when not known."""
    known = sought.rules.agreements.get(agreement)
    if known is None or not known.signers:
        return frozenset()
    people = sought.registers.people.values()
    held = {p.id for p in people if any(p.holds_on(office, known.span.start) for office in known.signers)}
    return known.signers | held


def _lacks(sought: Sought, needed: int, counted: Sequence[Considered]) -> Iterator[Why]:
    for paper in objected(sought.leaves, sought.manifest):
        if sha256(sought.objections.get(paper, b"")).hexdigest() != paper:
            yield _why("E_OBJECTION_GONE", "an objection of the log is not kept any more; nobody can read it")
    if not prepared_hash(sought.leaves, sought.manifest.package):
        yield _why("E_UNPREPARED", "the log does not show, just once, that this package was prepared")
    if len(counted) < needed:
        yield _why("E_APPROVALS_FEW", f"{len(counted)} of {needed} approvals count")
    if needed and not any(each.role == LEGAL for each in counted):
        yield _why("E_APPROVALS_LEGAL", "none of the approvals that count is from a legal office")
    for terms in sought.orders:
        if sum(each.office in terms.offices for each in counted) < terms.approvals:
            yield _why("E_APPROVALS_OFFICES", "an order asks for more approvals from the offices it names")


def terms_over(stands: Standing, manifest: Manifest, registers: Registers) -> tuple[ApprovalTerms, ...]:
    """What the orders in force that cover a package ask of its approvals, in the order of the docket."""
    parts = covered(manifest, registers.humans)
    asked = [(effect, effect.approval) for order in stands.in_force for effect in order.effects]
    return tuple(terms for effect, terms in asked if terms and any(covers(effect, part) for part in parts))
