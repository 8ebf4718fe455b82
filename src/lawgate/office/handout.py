# SPDX-License-Identifier: Apache-2.0
"""Hand out a package's keys: gate, last look, leaf, witnesses, once more every bar, and only then a key byte.

Recovery sends nothing by itself. Whoever asks again goes through all of it again and leaves another leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from lawgate.docket.standing import covering, digest, standing
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.merkle import leaf_hash, leaf_hashes, root_of
from lawgate.ledger.note import Verify
from lawgate.ledger.parts_text import print_parts
from lawgate.ledger.proof import LogProof, verify_entry
from lawgate.ledger.quorum import Policy, Witnessed
from lawgate.ledger.schema import MAX_LIST, Value, fits
from lawgate.model.fault import LawgateError
from lawgate.model.form import Ceilings
from lawgate.model.request import RecipientKey, Registers
from lawgate.office.orders import UNREADABLE, instruments
from lawgate.office.review import apart, reviewed_on
from lawgate.ports.clock import Clock
from lawgate.ports.orders import OrderRegister
from lawgate.ports.release import Courier, Gate, KeyRoom, PackageStore, ReleaseLog
from lawgate.ports.seal import Sealer
from lawgate.protocol import manifest as manifests
from lawgate.protocol.bars import Bar, Barred, Facts, Last, bars, last_bars
from lawgate.protocol.manifest import Manifest
from lawgate.protocol.statement import Statement, parse

TAR, KEYS = "package.tar", "keys.age"
REVIEW, SIGNATURE, PARTS = "review.json", "review.sig", "parts.json"


@dataclass(frozen=True, slots=True)
class ReleaseDesk:
    """What releasing needs. `office` is the reviewing office; registers are read afresh at every look.

    `holds(batch)` says whether a decided request still holds under what the office has now; None when it cannot tell.
    """

    gate: Gate
    register: OrderRegister
    log: ReleaseLog
    policy: Policy
    verify: Verify
    packages: PackageStore
    keys: KeyRoom
    sealer: Sealer
    registers: Callable[[], Registers]
    holds: Callable[[str], bool | None]
    office: str
    ceilings: Ceilings
    clock: Clock


@dataclass(frozen=True, slots=True)
class Evidence:
    """A package as found: its manifest, the signed review, the tar (None before there is one), and its rows."""

    manifest: Manifest
    paper: bytes
    signature: bytes
    tar: bytes | None
    rows: int


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything: the facts, the docket's digest, and the leaves they rest on (None when not found).

    `parts` is the paper with every name by which an order was held against the package; empty when it has no such form.
    """

    facts: Facts
    docket: str | None
    decision: int | None
    prepared: tuple[int, StageLeaf] | None
    parts: bytes


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What happened: the index of the leaf `handout`, of the leaf `sent`, and the name under which it was delivered."""

    handout: int
    sent: int
    name: str


def pull(desk: ReleaseDesk, package: str, key_asked: str, courier: Courier) -> HandedOut:
    """Hand the package and its sealed keys to the recipient who asks with the registered key `key_asked`.

    Barred with every reason when it may not happen now; Refused (`gate_busy`) when another hand-out is under way;
    another LawgateError when something is broken. Once the leaf `handout` is written the rows count as disclosed,
    whatever happens after.
    """
    try:
        return _pull(desk, package, key_asked, courier)
    except Barred as barred:
        _note(desk, package, key_asked, barred)
        raise


def _pull(desk: ReleaseDesk, package: str, key_asked: str, courier: Courier) -> HandedOut:
    with desk.gate.lease() as lease:
        found = _open(desk, package)
        first = look(desk, found, key_asked)
        _stop(bars(first.facts))
        leaf = _handout_leaf(desk, found.manifest, first)
        # Waiting for the log's turn can outlast the lease, and an order be in force by then: asked inside the turn.
        index = desk.log.append(leaf, lambda: _stop(last_bars(first.facts, Last(True, lease.left()))))
        second = look(desk, found, key_asked)
        logged = prove(desk, index, _as_logged(desk, index, leaf)) is not None
        _stop(last_bars(second.facts, Last(logged, lease.left())), "logged")
        envelope = desk.sealer.seal(desk.keys.read(package), _recipient(second.facts))
        name = f"{package}-{index}"

        def parcels() -> Iterator[tuple[str, bytes]]:
            # Sealing and writing take time: the lease is looked at before each thing that cannot be taken back.
            _stop(last_bars(second.facts, Last(logged, lease.left())), "logged")
            yield TAR, _tar(found)
            _stop(last_bars(second.facts, Last(logged, lease.left())), "begun")
            yield KEYS, envelope

        courier.deliver(name, parcels())
        sent = desk.log.append(_sent_leaf(desk, package, index, envelope))
    return HandedOut(index, sent, name)


def _stop(found: tuple[Bar, ...], step: str = "looked") -> None:
    if found:
        raise Barred(found, step)


def _note(desk: ReleaseDesk, package: str, key_asked: str, barred: Barred) -> None:
    """The leaf about a hand-out that did not happen; Barred is what the caller sees, also when this cannot be logged.

    What asked is named by digest only: it may be any text. An order nobody can read is named as that.
    """
    orders = {each if fits("id", each) else UNREADABLE for bar in barred.bars for each in bar.orders}
    body: dict[str, Value] = {
        "package": package,
        "asked": manifests.text_digest(key_asked),
        "step": barred.step,
        "bars": [bar.code for bar in barred.bars],
        "orders": sorted(orders)[:MAX_LIST],
    }
    try:
        desk.log.append(StageLeaf("barred", instant(desk.clock.now()), body))
    except (LawgateError, MalformedError, OSError) as error:
        raise barred from error


def _recipient(facts: Facts) -> str:
    if facts.key is None:
        raise LawgateError("no recipient key after all bars were passed")
    return facts.key.age


def _tar(found: Evidence) -> bytes:
    if found.tar is None:
        raise LawgateError("no package after all bars were passed")
    return found.tar


def _open(desk: ReleaseDesk, package: str) -> Evidence:
    tar = desk.packages.tar(package)
    manifest = manifests.parse(desk.packages.member(tar, manifests.NAME))
    if manifest.package != package:
        raise LawgateError("a package lies under another one's id")
    paper, signature = desk.packages.beside(package, REVIEW), desk.packages.beside(package, SIGNATURE)
    return Evidence(manifest, paper, signature, tar, len(manifest.records))


def _handout_leaf(desk: ReleaseDesk, manifest: Manifest, seen: Look) -> StageLeaf:
    if seen.prepared is None or seen.docket is None:
        raise LawgateError("no prepared leaf or docket after all bars were passed")
    before = [leaf for _, leaf in desk.log.leaves() if leaf.kind == "handout"]
    body: dict[str, Value] = {
        "package": manifest.package,
        "prepared_leaf": seen.prepared[0],
        "root": seen.prepared[1].text("root"),
        "rows": len(manifest.records),
        "recipient": manifest.agency,
        "recipient_key": manifest.recipient_key,
        "recipient_text": manifest.recipient_text,
        "standing": seen.docket,
        "attempt": 1 + sum(leaf.text("package") == manifest.package for leaf in before),
    }
    # Only what was kept at preparing can be shown later: after somebody's new id the hand-out names no paper.
    if seen.parts and sha256(seen.parts).hexdigest() == seen.prepared[1].body.get("parts"):
        body["parts"] = seen.prepared[1].text("parts")
    return StageLeaf("handout", instant(desk.clock.now()), body)


def _parts(manifest: Manifest, registers: Registers) -> bytes:
    try:
        return print_parts(manifests.parts(manifest, registers.humans))
    except ValueError:
        return b""


def _as_logged(desk: ReleaseDesk, index: int, leaf: StageLeaf) -> StageLeaf:
    """The leaf as the log took it: where another leaf is a moment ahead, the log states that moment for this one too.

    Anything but the moment has to be what was written; otherwise the leaf as written, which is then not found.
    """
    found = dict(desk.log.leaves()).get(index)
    same = found is not None and (found.kind, found.body) == (leaf.kind, leaf.body)
    return found if found is not None and same else leaf


def _sent_leaf(desk: ReleaseDesk, package: str, index: int, envelope: bytes) -> StageLeaf:
    body: dict[str, Value] = {
        "package": package,
        "handout_leaf": index,
        "envelope": sha256(envelope).hexdigest(),
        "size": len(envelope),
    }
    return StageLeaf("sent", instant(desk.clock.now()), body)


def look(desk: ReleaseDesk, found: Evidence, key_asked: str) -> Look:
    """Find out, now and afresh, everything that may bar the package. What cannot be found out is None."""
    manifest, statement, now = found.manifest, parse(found.paper), desk.clock.now()
    newest = _publish(desk)
    leaves = list(desk.log.leaves())
    head = None if newest is None or not leaves else _verified(desk, leaves[0][1], newest)
    registers, day = desk.registers(), now.astimezone(UTC).date()
    docket = _docket(desk, manifest, leaves, registers, now)
    decision = _decision(leaves, statement)
    prepared = _only(leaves, "prepared", lambda leaf: leaf.text("package") == manifest.package)
    shown = {at: prove(desk, *at_leaf) for at, at_leaf in _found(decision, prepared, _review(leaves, found))}
    key = _registered(registers, manifest.recipient_key)
    facts = Facts(
        covering=docket.covering,
        orders_missing=docket.missing,
        published=None if head is None else _replayed(leaves, head),
        clock_apart=None if head is None else desk.clock.now().timestamp() - head.seconds,
        decision_logged=shown.get("decision") is not None,
        review_logged=shown.get("review") is not None,
        prepared_logged=shown.get("prepared") is not None,
        contents_match=None if prepared is None else _matches(prepared[1], decision, found, statement),
        review_signed=_signed(desk, registers, found, statement),
        reviewer_apart=apart(registers, statement.reviewer, frozenset(manifest.people)),
        set_packed=manifest.set,
        set_reviewed=statement.set,
        rows_packed=found.rows,
        rows_accepted=len(statement.accepted),
        rows_a_package=desk.ceilings.per_package,
        reviewed_that_day=_reviewed(registers, leaves, statement),
        reviewed_a_day=desk.ceilings.reviewed_a_day,
        key=key,
        key_usable=None if key is None else desk.sealer.is_recipient(key.age),
        key_prepared=manifest.recipient_key,
        key_asked=key_asked,
        key_text=manifest.recipient_text,
        request_holds=desk.holds(manifest.batch),
        agency=manifest.agency,
        safeguard=registers.safeguards.get(manifest.agency),
        today=day,
    )
    at = None if decision is None else decision[0]
    return Look(facts, docket.digest, at, prepared, _parts(manifest, registers))


Indexed = tuple[int, StageLeaf]


def _found(decision: Indexed | None, prepared: Indexed | None, review: Indexed | None) -> list[tuple[str, Indexed]]:
    named = (("decision", decision), ("prepared", prepared), ("review", review))
    return [(name, found) for name, found in named if found is not None]


def _only(leaves: Sequence[Indexed], kind: str, test: Callable[[StageLeaf], bool]) -> Indexed | None:
    """The one leaf of a kind that passes the test; None when there is none or more than one."""
    found = [(index, leaf) for index, leaf in leaves if leaf.kind == kind and test(leaf)]
    return found[0] if len(found) == 1 else None


def _decision(leaves: Sequence[Indexed], statement: Statement) -> Indexed | None:
    def test(leaf: StageLeaf) -> bool:
        return leaf.text("batch") == statement.batch and leaf_hash(leaf.render()).hex() == statement.decision

    return _only(leaves, "decision-batch", test)


def _review(leaves: Sequence[Indexed], found: Evidence) -> Indexed | None:
    statement, paper = parse(found.paper), sha256(found.paper).hexdigest()

    def test(leaf: StageLeaf) -> bool:
        return leaf.text("paper") == paper == found.manifest.review and leaf.text("set") == statement.set

    return _only(leaves, "review", test)


def _matches(leaf: StageLeaf, decision: Indexed | None, found: Evidence, statement: Statement) -> bool:
    """Whether tar, manifest and review are those the leaf `prepared` was written about."""
    tar, manifest = found.tar or b"", found.manifest
    said = (leaf.text("ciphertext"), leaf.number("size"), leaf.text("set"), leaf.number("rows"))
    named = tuple(leaf.text(name) for name in ("batch", "recipient", "recipient_key", "recipient_text"))
    return (
        said == (sha256(tar).hexdigest(), len(tar), manifest.set, found.rows)
        and named == (manifest.batch, manifest.agency, manifest.recipient_key, manifest.recipient_text)
        and statement.batch == manifest.batch
        and decision is not None
        and leaf.number("decision_leaf") == decision[0]
    )


def _signed(desk: ReleaseDesk, registers: Registers, found: Evidence, statement: Statement) -> bool | None:
    person = registers.people.get(statement.reviewer)
    if person is None:
        return None
    in_office = statement.office == desk.office and person.holds_on(desk.office, statement.day) is not None
    return in_office and desk.verify(person.key, found.paper, found.signature)


def _registered(registers: Registers, key: str) -> RecipientKey | None:
    """The recipient key of this id with each of its registrars under one name: one human registers once."""
    found = registers.recipients.get(key)
    if found is None:
        return None
    return replace(found, registrars=tuple(min(registers.humans({each}), default="") for each in found.registrars))


def _reviewed(registers: Registers, leaves: Sequence[Indexed], statement: Statement) -> int:
    return reviewed_on(registers, [leaf for _, leaf in leaves], statement.reviewer, statement.day.isoformat())


@dataclass(frozen=True, slots=True)
class _Docket:
    covering: tuple[str, ...] | None
    missing: tuple[str, ...] | None
    digest: str | None


def _docket(
    desk: ReleaseDesk, manifest: Manifest, leaves: Sequence[Indexed], registers: Registers, now: datetime
) -> _Docket:
    """The register read afresh: which orders cover the package, and which orders of the log it lacks."""
    try:
        texts: Mapping[str, bytes] = desk.register.texts()
    except LawgateError:
        return _Docket(None, None, None)
    stands = standing(texts, now)
    parts = manifests.covered(manifest, registers.humans)
    ids = dict.fromkeys(each for part in parts for each in covering(stands, part))
    kept = {(one.id, one.digest) for one in instruments(texts)}
    logged = [(leaf.text("order"), leaf.text("instrument")) for _, leaf in leaves if leaf.kind == "order-bar"]
    return _Docket(tuple(ids), tuple(order for order, text in logged if (order, text) not in kept), digest(texts))


def _replayed(leaves: Sequence[Indexed], head: Witnessed) -> bool:
    """Whether the leaves read here are those the witnesses cosigned: every count rests on them.

    Leaves behind the head are counted too: they can only add orders and reviewed rows.
    """
    hashes = leaf_hashes(leaf.render() for _, leaf in leaves[: head.checkpoint.size])
    return len(leaves) >= head.checkpoint.size and root_of(hashes) == head.checkpoint.root


def _publish(desk: ReleaseDesk) -> LogProof | None:
    """A proof of the first leaf under a head published just now; None when there is no such head."""
    try:
        desk.log.publish()
        return desk.log.proof(0)
    except LawgateError:
        return None


def _verified(desk: ReleaseDesk, leaf: StageLeaf, proof: LogProof) -> Witnessed | None:
    try:
        return verify_entry(leaf.render(), proof, desk.policy, desk.verify)
    except MalformedError:
        return None


def prove(desk: ReleaseDesk, index: int, leaf: StageLeaf) -> Witnessed | None:
    """The witnessed checkpoint under which this very leaf stands at `index`; None when that cannot be shown."""
    try:
        proof = desk.log.proof(index)
    except LawgateError:
        return None
    return _verified(desk, leaf, proof) if proof.index == index else None
