# SPDX-License-Identifier: Apache-2.0
"""One look at everything that may bar a package, from what was read a moment ago: the same for office and key keeper.

Nothing is taken from whoever asks. What cannot be read, shown or told becomes `None`, and that bars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from lawgate.authority.approvals import Sought, approved, rules_of, terms_over
from lawgate.authority.keys import key_rules_of, key_usable
from lawgate.authority.lifts import Lifting, lifted, missing
from lawgate.authority.notices import Known, Record, Transfer, notices_met
from lawgate.authority.papers import Papers
from lawgate.authority.people import apart, reviewed_on
from lawgate.docket.duties import duties
from lawgate.docket.standing import covering, digest, standing
from lawgate.law.notice_parties import NoticeParties
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import leaf_hash, leaf_hashes, root_of
from lawgate.ledger.note import Verify
from lawgate.ledger.parts_text import print_parts
from lawgate.ledger.proof import LogProof, verify_entry
from lawgate.ledger.quorum import Policy, Witnessed
from lawgate.model.fault import LawgateError
from lawgate.model.form import Ceilings
from lawgate.model.order import EffectKind, Standing
from lawgate.model.request import RecipientKey, Registers
from lawgate.model.timerule import TimeRule
from lawgate.protocol import manifest as manifests
from lawgate.protocol.bars import CLOCK_SECONDS, Facts
from lawgate.protocol.manifest import Manifest
from lawgate.protocol.statement import Statement, parse

Indexed = tuple[int, StageLeaf]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a look finds things out, each afresh. A call that cannot answer raises a LawgateError, which bars.

    `publish` signs the head and has it cosigned; `proof(index)` is that of a leaf under the published checkpoint.
    `texts` are the docket's by file name. `holds(batch)` says whether a decided request still holds under what there is
    now; None when it cannot be told. `sealable` says whether a recipient text can be sealed to. `office` is the
    reviewing office; `time_rule(day)` how hours of notice are counted; `papers` what is kept beside a package.
    """

    publish: Callable[[], None]
    leaves: Callable[[], Sequence[Indexed]]
    proof: Callable[[int], LogProof]
    texts: Callable[[], Mapping[str, bytes]]
    registers: Callable[[], Registers]
    holds: Callable[[str], bool | None]
    sealable: Callable[[str], bool]
    now: Callable[[], datetime]
    policy: Policy
    verify: Verify
    office: str
    ceilings: Ceilings
    rulebook: Callable[[], Rulebook]
    time_rule: Callable[[date], TimeRule | None]
    parties: Callable[[], NoticeParties]
    lifting: Callable[[], Lifting]
    papers: Callable[[Manifest, Sequence[Indexed], RecipientKey | None], Papers]


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
    manifest, statement, now = found.manifest, parse(found.paper), sources.now()
    newest = _publish(sources)
    leaves = list(sources.leaves())
    head = None if newest is None or not leaves else _verified(sources, leaves[0][1], newest)
    registers, day = sources.registers(), now.astimezone(UTC).date()
    key = _registered(registers, manifest.recipient_key)
    beside = _Beside(sources.papers(manifest, leaves, key), sources.rulebook(), head)
    docket = _docket(sources, manifest, leaves, registers, now)
    decision = _decision(leaves, statement)
    prepared = _only(leaves, "prepared", lambda leaf: leaf.text("package") == manifest.package)
    shown = {at: prove(sources, *at_leaf) for at, at_leaf in _found(decision, prepared, _review(leaves, found))}
    facts = Facts(
        covering=docket.covering,
        orders_missing=docket.missing,
        published=None if head is None else _replayed(leaves, head),
        clock_apart=None if head is None else sources.now().timestamp() - head.seconds,
        decision_logged=shown.get("decision") is not None,
        review_logged=shown.get("review") is not None,
        prepared_logged=shown.get("prepared") is not None,
        contents_match=None if prepared is None else _matches(prepared[1], decision, found, statement),
        review_signed=_signed(sources, registers, found, statement),
        reviewer_apart=apart(registers, statement.reviewer, frozenset(manifest.people)),
        set_packed=manifest.set,
        set_reviewed=statement.set,
        rows_packed=found.rows,
        rows_accepted=len(statement.accepted),
        rows_a_package=sources.ceilings.per_package,
        reviewed_that_day=_reviewed(registers, leaves, statement),
        reviewed_a_day=sources.ceilings.reviewed_a_day,
        key=key,
        key_usable=None if key is None else sources.sealable(key.age),
        key_prepared=manifest.recipient_key,
        key_asked=key_asked,
        key_text=manifest.recipient_text,
        request_holds=sources.holds(manifest.batch),
        agency=manifest.agency,
        safeguard=registers.safeguards.get(manifest.agency),
        today=day,
        custody=manifest.custody,
        bulk=manifest.batch_rows >= rules_of(beside.rulebook).threshold,
        approvals=_approvals(sources, manifest, leaves, registers, docket.stands, beside, day),
        notice=_notice(sources, manifest, leaves, registers, docket.stands, beside),
        key_registration=None if key is None else _key(sources, key, leaves, registers, beside),
    )
    at = None if decision is None else decision[0]
    return Look(facts, docket.digest, at, prepared, _parts(manifest, registers))


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


@dataclass(frozen=True, slots=True)
class _Beside:
    """Papers, rulebook, and the newest head (None when there is none that counts)."""

    papers: Papers
    rulebook: Rulebook
    head: Witnessed | None


@dataclass(frozen=True, slots=True)
class _Docket:
    covering: tuple[str, ...] | None
    missing: tuple[str, ...] | None
    digest: str | None
    stands: tuple[Standing, ...]


def _docket(
    sources: Sources, manifest: Manifest, leaves: Sequence[Indexed], registers: Registers, now: datetime
) -> _Docket:
    """The register read afresh: which orders cover the package, and which texts of the log it lacks.

    Duties with terms are not among them: notice and approvals are bars of their own.
    """
    try:
        texts: Mapping[str, bytes] = sources.texts()
        loosened = lifted(leaves, texts, sources.lifting(), now)
    except LawgateError:
        return _Docket(None, None, None, ())
    # What begins while a lease runs counts already, and so does what a clerk dated a little ahead of our clock:
    # whatever is in the docket binds at once.
    stands = tuple(standing(texts, at, loosened) for at in (now, now + timedelta(seconds=CLOCK_SECONDS)))
    parts = manifests.covered(manifest, registers.humans)
    ids = dict.fromkeys(
        each
        for one in stands
        for part in parts
        for each in covering(one, part, frozenset((duty.order, duty.effect) for duty in duties(one, part)))
    )
    return _Docket(tuple(ids), missing(leaves, texts), digest(texts), stands)


def _approvals(
    sources: Sources,
    manifest: Manifest,
    leaves: Sequence[Indexed],
    registers: Registers,
    stands: Sequence[Standing],
    beside: _Beside,
    day: date,
) -> tuple[str, ...] | None:
    """Codes of what the package's approvals lack, under the law and every order; None when the docket is not known."""
    if not stands:
        return None
    sought = Sought(
        manifest=manifest,
        leaves=[leaf for _, leaf in leaves],
        approvals=beside.papers.approvals,
        objections=beside.papers.objections,
        registers=registers,
        rules=rules_of(beside.rulebook),
        orders=tuple(dict.fromkeys(terms for one in stands for terms in terms_over(one, manifest, registers))),
        day=day,
        verify=sources.verify,
    )
    return approved(sought).short


def _notice(
    sources: Sources,
    manifest: Manifest,
    leaves: Sequence[Indexed],
    registers: Registers,
    stands: Sequence[Standing],
    beside: _Beside,
) -> tuple[str, ...] | None:
    """Ids of the orders whose notice of this very package is not served, or whose clock has not run, or has run out."""
    if not stands:
        return None
    transfer = Transfer(manifest.package, manifest.set, manifest.agency, max(len(manifest.records), 1))
    record = Record(leaves, beside.papers.notices, beside.papers.proofs)
    known = Known(sources.parties(), registers, sources.office, sources.policy, sources.verify)
    day = sources.now().astimezone(UTC).date()
    parts = manifests.covered(manifest, registers.humans)
    wanted = dict.fromkeys(
        duty for one in stands for part in parts for duty in duties(one, part) if duty.kind is EffectKind.NOTICE
    )
    met = notices_met(wanted, transfer, record, known, sources.time_rule(day), beside.head)
    return tuple(dict.fromkeys(duty.order for duty in wanted if (duty.order, duty.effect) not in met))


def _key(
    sources: Sources, key: RecipientKey, leaves: Sequence[Indexed], registers: Registers, beside: _Beside
) -> tuple[str, ...]:
    """Codes of what the registration of the key lacks. The register's own text of its registrars is what counts."""
    as_written = registers.recipients.get(key.id, key)
    now = None if beside.head is None else datetime.fromtimestamp(beside.head.seconds, UTC)
    rules = key_rules_of(beside.rulebook)
    state = key_usable(as_written, leaves, beside.papers.registrations, registers, rules, now, sources.verify)
    return state.short


def _replayed(leaves: Sequence[Indexed], head: Witnessed) -> bool:
    """Whether the leaves read here are those the witnesses cosigned: every count rests on them.

    Leaves behind the head are counted too: they can only add orders and reviewed rows.
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
