# SPDX-License-Identifier: Apache-2.0
"""One look at everything that may bar a package, from what was read a moment ago: the same for office and key keeper.

Nothing is taken from whoever asks. What cannot be read, shown or told becomes `None`, and that bars.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from lawgate.authority.approvals import asking_side, rules_of
from lawgate.authority.gates import Found, Sources, approvals_short, docket_of, key_short, notice_short
from lawgate.authority.people import apart, reviewed_on
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import leaf_hash, leaf_hashes, root_of
from lawgate.ledger.parts_text import print_parts
from lawgate.ledger.proof import LogProof, verify_entry
from lawgate.ledger.quorum import Witnessed
from lawgate.model.fault import LawgateError
from lawgate.model.request import RecipientKey, Registers
from lawgate.protocol import manifest as manifests
from lawgate.protocol.bars import Facts
from lawgate.protocol.manifest import Manifest
from lawgate.protocol.statement import Statement, parse

Indexed = tuple[int, StageLeaf]


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


def look(sources: Sources, found: Evidence, key_asked: str) -> Look:
    """Find out, now and afresh, everything that may bar the package. What cannot be found out is None."""
    manifest, statement = found.manifest, parse(found.paper)
    newest = _publish(sources)
    leaves, registers = list(sources.leaves()), sources.registers()
    head = None if newest is None or not leaves else _verified(sources, leaves[0][1], newest)
    key = _registered(registers, manifest.recipient_key)
    papers = sources.papers(manifest, leaves, key)
    read = Found(sources.moment(), manifest, leaves, registers, papers, sources.rulebook(), head)
    docket = docket_of(sources, read)
    decision = _decision(leaves, statement)
    prepared = _only(leaves, "prepared", lambda leaf: leaf.text("package") == manifest.package)
    shown = {at: prove(sources, *at_leaf) for at, at_leaf in _found(decision, prepared, _review(leaves, found))}
    facts = Facts(
        covering=docket.covering,
        orders_missing=docket.missing,
        published=None if head is None else _replayed(leaves, head),
        clock_apart=None if head is None else sources.moment().timestamp() - head.seconds,
        decision_logged=shown.get("decision") is not None,
        review_logged=shown.get("review") is not None,
        prepared_logged=shown.get("prepared") is not None,
        contents_match=None
        if prepared is None
        else _matches(prepared[1], decision, found, statement) and _asked_for(leaves, decision, manifest),
        review_signed=_signed(sources, registers, found, statement),
        reviewer_apart=_apart(read, statement),
        set_reviewed=statement.set,
        rows_packed=found.rows,
        rows_accepted=len(statement.accepted),
        reviewed_that_day=_reviewed(registers, leaves, statement),
        approvals=approvals_short(sources, read, docket.stands),
        notice=notice_short(sources, read, docket.stands),
        **_of_key(sources, read, key, key_asked),
        **_stated(sources, read),
    )
    at = None if decision is None else decision[0]
    return Look(facts, docket.digest, at, prepared, _parts(manifest, registers))


def _of_key(sources: Sources, read: Found, key: RecipientKey | None, key_asked: str) -> dict[str, Any]:
    """The facts about the recipient key."""
    return {
        "key": key,
        "key_usable": None if key is None else sources.sealable(key.age),
        "key_prepared": read.manifest.recipient_key,
        "key_asked": key_asked,
        "key_text": read.manifest.recipient_text,
        "key_registration": key_short(sources, read, key),
    }


def _stated(sources: Sources, read: Found) -> dict[str, Any]:
    """The facts that manifest, ceilings and registers state as they are."""
    manifest = read.manifest
    return {
        "set_packed": manifest.set,
        "rows_a_package": sources.ceilings.per_package,
        "reviewed_a_day": sources.ceilings.reviewed_a_day,
        "request_holds": sources.holds(manifest.batch),
        "agency": manifest.agency,
        "safeguard": read.registers.safeguards.get(manifest.agency),
        "today": read.day,
        "custody": manifest.custody,
        "bulk": manifest.batch_rows >= rules_of(read.rulebook).threshold,
    }


def _parts(manifest: Manifest, registers: Registers) -> bytes:
    try:
        return print_parts(manifests.parts(manifest, registers.humans))
    except ValueError:
        return b""


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


def _apart(read: Found, statement: Statement) -> bool:
    """Whether the reviewer is nobody of the asking side, on the day of the review or now."""
    asking = asking_side(read.manifest, read.registers, {statement.day, read.day})
    return apart(read.registers, statement.reviewer, asking)


def _asked_for(leaves: Sequence[Indexed], decision: Indexed | None, manifest: Manifest) -> bool:
    """Whether the manifest says of the request what the log says: orders and thresholds are held against the manifest.

    The reviewer signed the decision's leaf, and that leads to the parse's and the request's.
    """
    by = dict(leaves)
    parsed = None if decision is None else by.get(decision[1].number("parse_leaf"))
    asked = by.get(parsed.number("request_leaf")) if parsed is not None and parsed.kind == "parse" else None
    if asked is None or asked.kind != "request":
        return False
    said = tuple(asked.text(name) for name in ("batch", "provision", "requester", "recipient_key"))
    named = (manifest.batch, manifest.provision, manifest.agency, manifest.recipient_key)
    return said == named and asked.number("row_count") == manifest.batch_rows


def _signed(sources: Sources, registers: Registers, found: Evidence, statement: Statement) -> bool | None:
    person = registers.people.get(statement.reviewer)
    if person is None:
        return None
    in_office = statement.office == sources.office and person.holds_on(sources.office, statement.day) is not None
    return in_office and sources.verify(person.key, found.paper, found.signature)


def _registered(registers: Registers, key: str) -> RecipientKey | None:
    """The recipient key of this id with each of its registrars under one name: one human registers once."""
    found = registers.recipients.get(key)
    if found is None:
        return None
    return replace(found, registrars=tuple(min(registers.humans({each}), default="") for each in found.registrars))


def _reviewed(registers: Registers, leaves: Sequence[Indexed], statement: Statement) -> int:
    return reviewed_on(registers, [leaf for _, leaf in leaves], statement.reviewer, statement.day.isoformat())


def _replayed(leaves: Sequence[Indexed], head: Witnessed) -> bool:
    """Whether the leaves read here are those the witnesses cosigned: every count rests on them.

    Leaves behind the head are no part of this. They are counted where they can only hold something back; what would
    free something and no witness has seen is left out (`gates.Found.witnessed`).
    """
    hashes = leaf_hashes(leaf.render() for _, leaf in leaves[: head.checkpoint.size])
    return len(leaves) >= head.checkpoint.size and root_of(hashes) == head.checkpoint.root


def _publish(sources: Sources) -> LogProof | None:
    """A proof of the first leaf under a head published just now; None when there is no such head."""
    try:
        sources.publish()
        return sources.proof(0)
    except LawgateError:
        return None


def _verified(sources: Sources, leaf: StageLeaf, proof: LogProof) -> Witnessed | None:
    try:
        return verify_entry(leaf.render(), proof, sources.policy, sources.verify)
    except MalformedError:
        return None


def prove(sources: Sources, index: int, leaf: StageLeaf) -> Witnessed | None:
    """The witnessed checkpoint under which this very leaf stands at `index`; None when that cannot be shown."""
    try:
        proof = sources.proof(index)
    except LawgateError:
        return None
    return _verified(sources, leaf, proof) if proof.index == index else None
