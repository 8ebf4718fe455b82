# SPDX-License-Identifier: Apache-2.0
"""Hold what the rooms and package folders store against the log: one sentence for everything that is not the same.

The log's own bytes are checked elsewhere, and first: here its leaves are taken as they stand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from lawgate.decide.canonical import ROW_WIDTH
from lawgate.ledger.commit import commit, commit_chunks
from lawgate.ledger.fold import fold
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.request import Person
from lawgate.office.adjudicate import SUBTREE
from lawgate.office.house import Check
from lawgate.office.pinned import PinsMissingError, decision_of, pinned_bench
from lawgate.office.reconcile_receipt import KIND as RECEIPT
from lawgate.office.reconcile_receipt import kept_receipt, receipt_stem
from lawgate.office.redecide import KIND, named
from lawgate.office.release import ACCOUNTING, Release
from lawgate.office.shown import KIND as READ
from lawgate.office.shown import read_name
from lawgate.office.state import alone, batch_differences, docket_differences, misplaced, stray_packages
from lawgate.office.stored import file_faults, review_stem
from lawgate.ports.release import PARTS, REVIEW, SIGNATURE
from lawgate.protocol import manifest as manifests
from lawgate.protocol.statement import parse

Indexed = tuple[int, StageLeaf]


@dataclass(frozen=True, slots=True)
class AuditDesk:
    """What comparing needs. `row_table(room)` gives the canonical row table of a settled batch in chunks."""

    release: Release
    row_table: Callable[[Path], Iterator[bytes]]


def audit(desk: AuditDesk) -> list[Check]:
    """Everything stored that is not what the log holds; an empty list when nothing is.

    The tables, all columns of them, are held against the fold of the log (`office.state`). Compared besides, for each
    decided batch: cover, cases, rows, faults, patterns, decisions, re-decisions, the row table under its salts, the
    findings about the cover's signature, every review with its signature, every paper of a reading. For each prepared
    package: its bytes, manifest, review, the paper of its parts, accounting entries, every receipt with its signature.
    A batch that somebody works on is passed over with a remark. LawgateError when the log cannot be read.
    """
    decide = desk.release.decide
    state = fold(decide.log.leaves())
    beside = (*misplaced(state), *docket_differences(decide, state), *stray_packages(decide))
    found = [Check(each.code, each.sentence, True) for each in beside]
    if state.next_origin:
        found.append(Check("shard_closed", f"this log is closed; it goes on as {state.next_origin}", False))
    for batch in dict.fromkeys([*(batch.id for batch in decide.cases.batches()), *state.batches]):
        found += _unless_busy(desk, batch)
    return found


def _unless_busy(desk: AuditDesk, batch: str) -> list[Check]:
    """The faults of one batch, nobody else being at work on it: half a step would look like damage."""
    try:
        with alone(desk.release.decide, batch):
            return list(batch_faults(desk, batch))
    except Refused as refused:
        if refused.code != "batch_busy":
            raise
        return [Check("not_compared", f"batch {batch}: somebody is at work on it; check again later", False)]


def batch_faults(desk: AuditDesk, batch: str) -> Iterator[Check]:
    """Everything stored of one batch that is not what the log holds now."""
    leaves = list(desk.release.decide.log.leaves())
    own = [
        (at, leaf) for at, leaf in leaves if leaf.kind in ("decision-batch", "prepared") and leaf.text("batch") == batch
    ]
    decided = [each for each in own if each[1].kind == "decision-batch"]
    prepared = [each for each in own if each[1].kind == "prepared"]
    for each in batch_differences(desk.release.decide, fold(leaves), batch):
        yield Check(each.code, each.sentence, True)
    for _, leaf in decided:
        yield from _coded("stored_differs", file_faults(desk.release.decide.rooms, dict(leaves), leaf))
        yield from _coded("rows_differ", row_faults(desk, leaf))
        yield from _coded("findings_differ", cover_faults(desk, leaf))
        yield from _coded("stored_differs", redecision_faults(desk, leaves, batch))
        yield from _coded("review_differs", review_faults(desk, leaves, batch))
        yield from _coded("stored_differs", read_faults(desk, leaves, batch))
    for _, leaf in prepared:
        yield from _coded("package_differs", package_faults(desk, leaf))
        yield from _coded("accounting_differs", accounting_faults(desk, leaf))
        yield from _coded("receipt_differs", receipt_faults(desk, leaves, leaf))


def _coded(code: str, sentences: Iterable[str]) -> Iterator[Check]:
    return (Check(code, sentence, True) for sentence in sentences)


def row_faults(desk: AuditDesk, decision: StageLeaf) -> Iterator[str]:
    """Whether the row table, made again under its salts, still leads to the root in the log."""
    batch, decide = decision.text("batch"), desk.release.decide
    if _digest(desk, batch, "decisions.parquet") != decision.text("table"):
        return  # told by `file_faults`; a spoilt container cannot be read
    made = commit_chunks(desk.row_table(decide.rooms.path(batch)), ROW_WIDTH, decide.salt_key(), f"{batch}/{SUBTREE}")
    if (made.root.hex(), made.count) != (decision.text("root"), decision.number("rows")):
        yield f"batch {batch}: rows and salts do not lead to the root in the log"


def cover_faults(desk: AuditDesk, decision: StageLeaf) -> Iterator[str]:
    """Whether cover, signature and the kept law still lead to the findings about the request in every pattern.

    What the office has now is not asked: the decision rests on the copies kept with it, and they have to be there.
    """
    batch, decide = decision.text("batch"), desk.release.decide
    if _digest(desk, batch, "patterns.jsonl") != decision.text("patterns"):
        return  # told elsewhere
    try:
        bench = pinned_bench(decide, decision_of(decide, batch)[0])
    except PinsMissingError as lost:
        yield from (f"batch {batch}: {each}" for each in lost.missing)
        return
    except LawgateError:
        yield f"batch {batch}: cover or law cannot be read any more"
        return
    if bench.provision is None:
        return
    places = [(at, bench.plan.letters[c.code]) for at, c in enumerate(bench.provision.clauses) if c.level == "request"]
    patterns = decide.rooms.read(batch, "patterns.jsonl").splitlines()
    if any(json.loads(line)["clauses"][at] != letter for line in patterns for at, letter in places):
        yield f"batch {batch}: cover and signature do not lead to the findings that were decided on"


def redecision_faults(desk: AuditDesk, leaves: Sequence[Indexed], batch: str) -> Iterator[str]:
    """The re-decisions of a batch whose records are not those in the log."""
    digests = [leaf.text("patterns") for _, leaf in leaves if leaf.kind == KIND and leaf.text("batch") == batch]
    yield from _unlike(desk, batch, digests, named)


def review_faults(desk: AuditDesk, leaves: Sequence[Indexed], batch: str) -> Iterator[str]:
    """The reviews of a batch that are not those in the log, or whose signature does not hold."""
    logged = [leaf for _, leaf in leaves if leaf.kind == "review" and leaf.text("batch") == batch]
    for leaf in logged:
        stem = review_stem(leaf.text("paper"))
        if _digest(desk, batch, f"{stem}.json") != leaf.text("paper"):
            yield f"batch {batch}: {stem}.json is not the review the log names"
            continue
        rooms = desk.release.decide.rooms
        paper = rooms.read(batch, f"{stem}.json")
        by = parse(paper).reviewer
        if not _digest(desk, batch, f"{stem}.sig") or not _signed(desk, by, paper, rooms.read(batch, f"{stem}.sig")):
            yield f"batch {batch}: the signature of {stem}.json does not hold"


def read_faults(desk: AuditDesk, leaves: Sequence[Indexed], batch: str) -> Iterator[str]:
    """The readings of a batch's values whose paper is not the one in the log."""
    digests = [leaf.text("paper") for _, leaf in leaves if leaf.kind == READ and leaf.text("batch") == batch]
    yield from _unlike(desk, batch, digests, read_name)


def _unlike(desk: AuditDesk, batch: str, digests: Sequence[str], name: Callable[[str], str]) -> Iterator[str]:
    """Files, named by the digests that the log has of them, that are not those."""
    for digest in digests:
        if _digest(desk, batch, name(digest)) != digest:
            yield f"batch {batch}: {name(digest)} is not the file the log names"


def package_faults(desk: AuditDesk, prepared: StageLeaf) -> Iterator[str]:
    """Whether a package, and the review kept beside it, are the ones that were prepared."""
    package, packages = prepared.text("package"), desk.release.release.packages
    try:
        tar, paper = packages.tar(package), packages.beside(package, REVIEW)
        signature = packages.beside(package, SIGNATURE)
        parts = packages.beside(package, PARTS) if "parts" in prepared.body else b""
    except LawgateError:
        yield f"package {package}: a file is missing or cannot be read"
        return
    if (sha256(tar).hexdigest(), len(tar)) != (prepared.text("ciphertext"), prepared.number("size")):
        yield f"package {package}: its bytes are not those the log names"
        return
    if "parts" in prepared.body and sha256(parts).hexdigest() != prepared.text("parts"):
        yield f"package {package}: {PARTS} is not the paper the log names"
    manifest = manifests.parse(packages.member(tar, manifests.NAME))
    if sha256(paper).hexdigest() != manifest.review:
        yield f"package {package}: the review beside it is not the one it was prepared with"
    elif not _signed(desk, parse(paper).reviewer, paper, signature):
        yield f"package {package}: the signature of the review beside it does not hold"


def accounting_faults(desk: AuditDesk, prepared: StageLeaf) -> Iterator[str]:
    """Whether the accounting entries of a package still lead to the root in the log."""
    package, batch, decide = prepared.text("package"), prepared.text("batch"), desk.release.decide
    name = f"{prepared.text('subtree')}.bin"
    entries = decide.rooms.read(batch, name) if _digest(desk, batch, name) else b""
    width, count = prepared.number("width"), prepared.number("rows")
    if not entries or len(entries) != width * count:
        yield f"package {package}: accounting entries are missing"
    elif commit(entries, width, decide.salt_key(), f"{package}/{ACCOUNTING}").root.hex() != prepared.text("root"):
        yield f"package {package}: accounting entries and salts do not lead to the root in the log"


def receipt_faults(desk: AuditDesk, leaves: Sequence[Indexed], prepared: StageLeaf) -> Iterator[str]:
    """Receipts for a package that are not those in the log, are for another hand-out, or are not signed."""
    package, batch, rooms = prepared.text("package"), prepared.text("batch"), desk.release.decide.rooms
    for leaf in (each for _, each in leaves if each.kind == RECEIPT and each.text("package") == package):
        stem = receipt_stem(leaf.text("paper"))
        try:
            receipt = kept_receipt(rooms, batch, leaf.text("paper"))
            paper, signature = rooms.read(batch, f"{stem}.json"), rooms.read(batch, f"{stem}.sig")
        except LawgateError:
            yield f"package {package}: {stem} is missing, or is not the receipt the log names"
            continue
        if (receipt.package, receipt.handout) != (package, leaf.number("handout_leaf")):
            yield f"package {package}: {stem}.json is about another hand-out than the log says"
        if not _signed(desk, receipt.by, paper, signature):
            yield f"package {package}: the signature of {stem}.json does not hold"


def _digest(desk: AuditDesk, batch: str, name: str) -> str:
    """SHA-256 (hex) of a stored file; empty, which equals no digest, when it is not there."""
    try:
        return desk.release.decide.rooms.digest(batch, name)
    except LawgateError:
        return ""


def _signed(desk: AuditDesk, by: str, paper: bytes, signature: bytes) -> bool:
    person: Person | None = desk.release.review.registers().people.get(by)
    return person is not None and desk.release.review.verify(person.key, paper, signature)
