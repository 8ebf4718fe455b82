# SPDX-License-Identifier: Apache-2.0
"""Individual review: one named human, in office that day, looks at each row and signs which ones they accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise

from lawgate.authority.people import apart, reviewed_on
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.note import Verify
from lawgate.ledger.schema import Value
from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.form import Ceilings
from lawgate.model.request import Person, Registers
from lawgate.ports.clock import Clock
from lawgate.ports.release import ReleaseLog
from lawgate.protocol.statement import Looked, Statement, parse, render, set_commitment


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """What taking a review needs. `office` is the office that reviews; the registers are read afresh each time."""

    log: ReleaseLog
    registers: Callable[[], Registers]
    office: str
    ceilings: Ceilings
    clock: Clock
    verify: Verify


@dataclass(frozen=True, slots=True)
class ToReview:
    """A decided batch as its reviewer meets it.

    `decision` is the hash (hex) of its decision leaf; `commitments` gives each row's commitment (32 bytes); `granting`
    are the rows whose outcome grants; `asking` the person ids of signer, contact and engaged officials, and whoever
    else asks: none of them may review. `decided_at` is when the decision came into the log.
    """

    batch: str
    decision: str
    commitments: Mapping[int, bytes]
    granting: frozenset[int]
    asking: frozenset[str]
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """A review that was taken: its exact bytes, the signature (64 bytes), and the index of its leaf."""

    paper: bytes
    signature: bytes
    leaf: int

    @property
    def statement(self) -> Statement:
        """What the paper says."""
        return parse(self.paper)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the paper."""
        return sha256(self.paper).hexdigest()


def paper(batch: ToReview, office: str, reviewer: str, looked: Sequence[Looked]) -> bytes:
    """The bytes a reviewer signs for these rows. ValueError for no rows; Faulty comes later, from `take_review`."""
    if not looked:
        raise ValueError("a review is of at least one row")
    rows = tuple(sorted(looked, key=lambda each: each.row))
    kept = [batch.commitments.get(each.row, b"") for each in rows if each.accepted]
    day = max(each.seen_at for each in rows).astimezone(UTC).date()
    return render(Statement(batch.batch, batch.decision, reviewer, office, day, set_commitment(kept), rows))


Keep = Callable[[bytes, bytes], None]


def take_review(
    desk: ReviewDesk, batch: ToReview, signed: bytes, signature: bytes, earlier: Sequence[bytes], keep: Keep
) -> Review:
    """Check a signed review, keep it, log it, and return it with its leaf.

    `earlier` are the papers of every review of this batch so far: the log says how many there are, and no row is
    reviewed twice. `keep(paper, signature)` stores both before the leaf names them, so that a crash in between leaves
    a paper nobody counts and never a leaf without its paper. Faulty with every fault found; Refused (`review_form`)
    when the paper cannot be read. Nothing is kept or logged unless all of it holds.
    """
    statement, now = parse(signed), desk.clock.now()
    person = desk.registers().people.get(statement.reviewer)
    faults = [
        *_about_person(desk, batch, statement, person, signed, signature),
        *_about_rows(batch, statement, now),
        *_about_log(desk, statement, earlier),
    ]
    if faults:
        raise Faulty(tuple(faults))
    keep(signed, signature)
    body: dict[str, Value] = {
        "batch": batch.batch,
        "set": statement.set,
        "reviewer": statement.reviewer,
        "day": statement.day.isoformat(),
        "rows": len(statement.looked),
        "kept": len(statement.accepted),
        "paper": sha256(signed).hexdigest(),
    }
    return Review(signed, signature, desk.log.append(StageLeaf("review", instant(now), body)))


def _fault(code: str, mend: str) -> Fault:
    return Fault(Scope.FILE, "review", 0, "", code, mend)


def _about_person(
    desk: ReviewDesk,
    batch: ToReview,
    statement: Statement,
    person: Person | None,
    signed: bytes,
    signature: bytes,
) -> Iterator[Fault]:
    if statement.office != desk.office:
        yield _fault("review_office", "reviews are signed in the reviewing office")
    if person is None or person.holds_on(desk.office, statement.day) is None:
        yield _fault("review_reviewer", "the reviewer must hold the reviewing office on that day")
    elif not desk.verify(person.key, signed, signature):
        yield _fault("review_signature", "sign the exact bytes with the registered key")
    if not apart(desk.registers(), statement.reviewer, batch.asking):
        yield _fault("reviewer_apart", "nobody of the asking side reviews")


def _about_rows(batch: ToReview, statement: Statement, now: datetime) -> Iterator[Fault]:
    rows = [each.row for each in statement.looked]
    seen = sorted(each.seen_at for each in statement.looked)
    if statement.batch != batch.batch or statement.decision != batch.decision:
        yield _fault("review_batch", "the review must name this batch and this decision")
    if not rows or rows != sorted(set(rows)) or not set(rows) <= set(batch.commitments):
        yield _fault("review_rows", "rows of this batch, each once, in ascending order")
    if not set(statement.accepted) <= batch.granting:
        yield _fault("review_grants", "only rows that the decision grants can be accepted")
    if statement.set != set_commitment(batch.commitments.get(row, b"") for row in statement.accepted):
        yield _fault("review_set", "the set commitment must be over the accepted rows")
    # One second at least for each row: a stamp over a list is not individual review.
    if any(later - sooner < timedelta(seconds=1) for sooner, later in pairwise(seen)):
        yield _fault("review_pace", "each row has its own moment, no two in the same second")
    if seen and seen[0] < batch.decided_at:
        yield _fault("review_early", "a row is looked at after it was decided, not before")
    today = now.astimezone(UTC).date()
    if statement.day != today or any(each.date() != today or each > now for each in seen):
        yield _fault("review_day", "rows are seen and the review is handed in on one and the same UTC day")


def _about_log(desk: ReviewDesk, statement: Statement, earlier: Sequence[bytes]) -> Iterator[Fault]:
    logged = [leaf for _, leaf in desk.log.leaves() if leaf.kind == "review"]
    known = sorted(leaf.text("paper") for leaf in logged if leaf.text("batch") == statement.batch)
    if sorted(sha256(each).hexdigest() for each in earlier) != known:
        yield _fault("review_earlier", "all earlier reviews of this batch are needed, and only those")
    before = {each.row for known_paper in earlier for each in parse(known_paper).looked}
    if before & {each.row for each in statement.looked}:
        yield _fault("review_again", "a row of this batch was reviewed before; the first review stands")
    done = reviewed_on(desk.registers(), logged, statement.reviewer, statement.day.isoformat())
    if done + len(statement.looked) > desk.ceilings.reviewed_a_day:
        yield _fault("review_ceiling", f"at most {desk.ceilings.reviewed_a_day} rows a day; {done} are in the log")
