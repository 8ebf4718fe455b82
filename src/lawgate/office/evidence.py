# SPDX-License-Identifier: Apache-2.0
"""Make an evidence bundle from the log of an office, and check it as a stranger would before anybody gets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from lawgate.decide.canonical import row_bytes
from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.commit import salts
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.evidence import MAX_BYTES, SYNTHETIC, Bundle, Opened, Shown, Subject, proof_head
from lawgate.ledger.evidence_check import Checked, bars_of, certified_by, check, in_scope
from lawgate.ledger.evidence_links import back_to, check_links, closed, speaking_of
from lawgate.ledger.evidence_scope import read_scopes
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.adjudicate import SUBTREE
from lawgate.office.evidence_papers import not_stored
from lawgate.office.evidence_today import meant_today
from lawgate.office.release import Release
from lawgate.ports.log import LogStore
from lawgate.ports.release import PARTS, PackageError

Leaves = Mapping[int, StageLeaf]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bundle is to be about, the ids of the rows to open in it, and whether an order's text goes in."""

    kind: str
    id: str = ""
    first: int | None = None
    last: int | None = None
    rows: tuple[str, ...] = ()
    with_text: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle's bytes, what checking found, and the papers of its leaves that are not stored as the log has them."""

    data: bytes
    checked: Checked
    missing: tuple[str, ...]


def make(house: Release, wanted: Wanted) -> Made:
    """The bundle, checked against the policy of this log.

    The head is published first, so that its witnesses vouch for the newest leaf. Refused E_SUBJECT when no leaf speaks
    of it, E_RANGE when the log has no such leaves, E_ROW for a row that cannot be opened in it, E_IN_SCOPE when a
    certificate would not be true, E_LARGE when the file would be larger than a verifier reads.
    """
    house.release.log.publish()
    leaves = dict(house.release.log.leaves())
    with house.decide.store() as store:
        note = store.checkpoint() or b""
        size = parse_note(note)[0].size
        leaves = {index: leaf for index, leaf in leaves.items() if index < size}
        subject = _subject(house, wanted, leaves)
        indexes = sorted(_indexes(subject, leaves))
        shown = tuple(_shown(store, index, size) for index in indexes)
        rows = tuple(sorted(_opened(house, store, leaves, indexes, wanted), key=lambda row: (row.leaf, row.row)))
    missing = not_stored(house, {index: leaves[index] for index in indexes})
    mark = SYNTHETIC if leaves[0].text("profile") == SYNTHETIC.lower() else ""
    policy = house.release.policy.render()
    return _checked(house, Bundle(subject, mark, policy, note.decode(), shown, rows), missing)


def _checked(house: Release, bundle: Bundle, missing: tuple[str, ...]) -> Made:
    """The bundle as bytes, after this program's own check of it."""
    try:
        data = bundle.render()
        return Made(data, check(data, bundle.policy.encode(), house.release.verify), missing)
    except MalformedError as error:
        if (error.code, error.place) == ("form", "size"):
            raise Refused(
                "E_LARGE", f"the file would be larger than {MAX_BYTES:,} bytes; ask for fewer leaves"
            ) from None
        raise LawgateError(f"the bundle that was made does not hold ({error}); see `lawgate log verify`") from None


def _subject(house: Release, wanted: Wanted, leaves: Leaves) -> Subject:
    if wanted.kind in ("batch", "package", "order"):
        if not speaking_of(wanted.kind, wanted.id, leaves):
            raise Refused("E_SUBJECT", f"no leaf of the log speaks of that {wanted.kind}")
        return Subject(wanted.kind, wanted.id)
    first = 0 if wanted.first is None else wanted.first
    last = len(leaves) - 1 if wanted.last is None else wanted.last
    if not 0 <= first <= last < len(leaves):
        raise Refused("E_RANGE", f"the log has {len(leaves)} leaves, numbered from 0; name the first and then the last")
    if wanted.kind == "period":
        return Subject("period", first=first, last=last)
    return _certificate(house, wanted, leaves, (first, last))


def _certificate(house: Release, wanted: Wanted, leaves: Leaves, ends: tuple[int, int]) -> Subject:
    """The subject of a certificate of non-release, after a look whether it would be true."""
    try:
        entered = {leaves[index].text("instrument") for index in bars_of(wanted.id, leaves)}
    except MalformedError:
        raise Refused("E_SUBJECT", "no leaf of the log speaks of such an order") from None
    _whole(leaves)
    text = _text(house, wanted.id, entered) if wanted.with_text else b""
    subject = Subject("non-release", wanted.id, *ends, text)
    try:
        found = in_scope(subject, leaves)
        if text and found:
            # Papers about others go out only where the leaves alone do not show enough.
            subject = replace(subject, parts=_parts(house, leaves, found))
            found = in_scope(subject, leaves)
    except MalformedError:
        raise Refused("E_NO_EFFECT", "this order has no effect that keeps anything from leaving") from None
    if found:
        named = ", ".join(str(index) for index in found[:10])
        raise Refused("E_IN_SCOPE", f"the leaves do not show that these hand-outs were outside its scope: {named}")
    _not_meant(house, subject, leaves)
    return subject


def _not_meant(house: Release, subject: Subject, leaves: Leaves) -> None:
    """Refused E_IN_SCOPE when the office knows better than the papers of then, or cannot tell any more."""
    desk = house.release

    def humans(ids: Iterable[str]) -> Iterable[str]:
        return desk.registers().humans(ids)

    if found := meant_today(subject, leaves, desk.packages, humans):
        named = ", ".join(str(index) for index in found[:10])
        why = "the order means these hand-outs by what the registers say today, or nobody can tell any more"
        raise Refused("E_IN_SCOPE", f"{why}: {named}")


def _parts(house: Release, leaves: Leaves, indexes: Sequence[int]) -> tuple[str, ...]:
    """The papers of parts of these hand-outs, as they are kept; one that is not kept as logged is left out."""
    outs = [leaves[back_to("handout", index, leaves)] for index in indexes]
    named = {(out.text("package"), out.text("parts")) for out in outs if "parts" in out.body}
    papers = {(digest, _kept(house, package)) for package, digest in named}
    return tuple(sorted({paper.decode("ascii") for digest, paper in papers if sha256(paper).hexdigest() == digest}))


def _kept(house: Release, package: str) -> bytes:
    """The paper of parts of a package; nothing, which has no such digest, where there is none."""
    try:
        return house.release.packages.beside(package, PARTS)
    except PackageError:
        return b""


def _text(house: Release, order: str, entered: set[str]) -> bytes:
    """The order's text as entered; empty, so that everything is in scope, where it is not one that can be read."""
    texts = {sha256(text).hexdigest(): text for text in house.release.register.texts().values()}
    found = [texts[digest] for digest in entered if digest in texts and read_scopes(texts[digest], order)]
    return found[0] if len(entered) == len(found) == 1 else b""


def _indexes(subject: Subject, leaves: Leaves) -> set[int]:
    """The leaves that go into the bundle: those it is about, all they name, and leaf 0."""
    try:
        if subject.kind in ("batch", "package", "order"):
            return closed(speaking_of(subject.kind, subject.id, leaves), leaves) | {0}
        inside = set(range(subject.first, subject.last + 1)) | {0}
        if subject.kind == "period":
            return inside
        return inside | closed(certified_by(subject, leaves), leaves)
    except MalformedError as error:
        raise _broken(error) from None


def _whole(leaves: Leaves) -> None:
    """LawgateError when a leaf of the log names one that does not fit: from such a one no way leads to a request."""
    try:
        check_links(leaves)
    except MalformedError as error:
        raise _broken(error) from None


def _broken(error: MalformedError) -> LawgateError:
    return LawgateError(
        f"a leaf names another one that is not there or does not fit ({error}); see `lawgate log verify`"
    )


def _shown(store: LogStore, index: int, size: int) -> Shown:
    try:
        text = store.read(index).decode("ascii")
    except UnicodeDecodeError:
        raise LawgateError("a leaf is not text; see `lawgate log verify`") from None
    return Shown(text, proof_head(index, store.prove_inclusion(index, size)))


def _opened(house: Release, store: LogStore, leaves: Leaves, indexes: Sequence[int], wanted: Wanted) -> list[Opened]:
    """The rows that were named, opened in the one decided batch that the bundle is about."""
    decided = [index for index in indexes if leaves[index].kind == "decision-batch"]
    if wanted.rows and (len(decided) != 1 or wanted.kind not in ("batch", "package")):
        raise Refused("E_ROW", "rows are opened in a bundle about one decided batch, or a package of it")
    return [_open(house, store, decided[0], leaves[decided[0]], row) for row in dict.fromkeys(wanted.rows)]


def _open(house: Release, store: LogStore, index: int, decision: StageLeaf, row_id: str) -> Opened:
    batch, desk = decision.text("batch"), house.decide
    view = desk.engine.row(desk.rooms.path(batch), row_id)
    if view is None:
        raise Refused("E_ROW", "that batch has no decided row of that id")
    lines = desk.rooms.read(batch, "patterns.jsonl").split(b"\n")
    pattern = lines[view.pattern].decode() if view.pattern < len(lines) else ""
    data = row_bytes(view.n, view.claim_digest, view.pattern_digest, view.record)
    salt = salts(desk.salt_key(), f"{batch}/{SUBTREE}", view.n, 1)
    path = store.prove_row(decision.text("subtree"), view.n, decision.number("rows"))
    return Opened(index, view.n, salt, data, tuple(path), pattern)
