# SPDX-License-Identifier: Apache-2.0
"""Decide a batch again from what its decision names, and hold every byte of it against the log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from lawgate.decide.canonical import ROW_WIDTH
from lawgate.ledger.commit import commit_chunks
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.office.adjudicate import FIGURES, PATTERNS, SUBTREE, Judged, find, judge
from lawgate.office.bench import Bench, DecideDesk
from lawgate.office.pinned import PinsMissingError, decision_of, pinned_bench, unlike
from lawgate.office.redecide import KIND, decided_again, under
from lawgate.office.stored import changed_files

CLAIMS = ("cases.parquet", "rows.parquet")
CONTAINER = "decisions.parquet"
MADE = frozenset({PATTERNS, FIGURES, CONTAINER})


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that was made again: what it is, whether it is the one the log names, and how it differs."""

    what: str
    same: bool
    how: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found. Nothing was compared when anything is `missing`; `notes` change no answer."""

    batch: str
    leaf: int
    rows: int
    patterns: int
    compared: tuple[Compared, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """True when everything was there and every byte came out again."""
        return bool(self.compared) and not self.missing and all(each.same for each in self.compared)


def replay(desk: DecideDesk, batch_id: str) -> Replayed:
    """Decide the batch again from its pins; nothing the office has now is used, and nothing is written to it.

    Refused E_BATCH when the log has no decision on such a batch.
    """
    index, decision = decision_of(desk, batch_id)
    leaves = dict(desk.log.leaves())
    notes = tuple(_notes(desk, leaves, decision))
    if missing := tuple(_missing(desk, leaves, decision)):
        return Replayed(batch_id, index, decision.number("rows"), 0, (), missing, notes)
    try:
        bench = pinned_bench(desk, index)
    except PinsMissingError as lost:
        return Replayed(batch_id, index, decision.number("rows"), 0, (), lost.missing, notes)
    room = desk.rooms.again(batch_id, CLAIMS)
    try:
        judged, compared = _again(desk, room, bench, decision)
    finally:
        desk.rooms.drop(room)
    return Replayed(batch_id, index, decision.number("rows"), len(judged.settled), compared, (), notes)


def _missing(desk: DecideDesk, leaves: Mapping[int, StageLeaf], decision: StageLeaf) -> Iterator[str]:
    """Everything the decision was made of that is not there as it was; copies of texts are looked for later."""
    yield from (f"{name} is not the file the log names" for name in _changed(desk, leaves, decision) - MADE)
    try:
        desk.records.check(decision.text("records"))
    except LawgateError as lost:
        yield str(lost)
    try:
        desk.salt_key()
    except OSError:
        yield "the key of the salts cannot be read, so no root can be made again"


def _notes(desk: DecideDesk, leaves: Mapping[int, StageLeaf], decision: StageLeaf) -> Iterator[str]:
    if decision.text("program") != desk.program:
        yield f"decided by program {decision.text('program')}, replayed by program {desk.program}"
    yield from (f"the stored {name} is not the one the log names" for name in _changed(desk, leaves, decision) & MADE)


def _changed(desk: DecideDesk, leaves: Mapping[int, StageLeaf], decision: StageLeaf) -> frozenset[str]:
    return frozenset(changed_files(desk.rooms, leaves, decision))


def _again(desk: DecideDesk, room: Path, bench: Bench, decision: StageLeaf) -> tuple[Judged, tuple[Compared, ...]]:
    work = desk.engine.open(room, bench.plan)
    try:
        judged = judge(bench, work, find(desk, work, bench))
        work.settle(judged.settled)
        seed = f"{bench.batch.id}/{SUBTREE}"
        made = commit_chunks(work.row_table(), ROW_WIDTH, desk.salt_key(), seed)
        pins = tuple(unlike(bench, decision))
        compared = (
            Compared("digests of what it rests on", not pins, ", ".join(pins)),
            _patterns(desk, bench.batch.id, judged.patterns, decision),
            *_redecisions(desk, bench, judged.patterns),
            Compared("figures", _sha256(judged.figures) == decision.text("figures")),
            _table(desk, bench.batch.id, work.row_table(), decision),
            Compared(
                "root of the decisions under their salts",
                (made.root.hex(), made.count) == (decision.text("root"), decision.number("rows")),
            ),
        )
    finally:
        work.close()
    return judged, compared


def _patterns(desk: DecideDesk, batch: str, made: bytes, decision: StageLeaf) -> Compared:
    what, logged = "pattern records", decision.text("patterns")
    if _sha256(made) == logged:
        return Compared(what, True)
    stored = _stored(desk, batch, logged)
    if stored is None:
        return Compared(what, False, "the stored ones are not those of the log either")
    pairs = list(zip_longest(made.splitlines(), stored.splitlines()))
    other = [str(k) for k, (one, two) in enumerate(pairs) if one != two]
    return Compared(what, False, f"{len(other):,} of {len(pairs):,} differ, the first of them number {other[0]}")


def _redecisions(desk: DecideDesk, bench: Bench, patterns: bytes) -> Iterator[Compared]:
    """Every re-decision of the batch, made again from these records and the docket it names."""
    lines = patterns.splitlines()
    for index, leaf in desk.log.leaves():
        if leaf.kind != KIND or leaf.text("batch") != bench.batch.id:
            continue
        what = f"re-decision in leaf {index}"
        try:
            docket = desk.pins.files(leaf.text("docket"))
        except LawgateError:
            yield Compared(what, False, "its docket is not kept")
            continue
        known_at = datetime.fromisoformat(leaf.text("known_at"))
        lifted = desk.lifted(docket, bench.registers, known_at)
        now = under(bench, docket, known_at, leaf.text("program"), lifted)
        made = b"".join(record + b"\n" for record in decided_again(now, lines))
        yield Compared(what, _sha256(made) == leaf.text("patterns"))


def _stored(desk: DecideDesk, batch: str, logged: str) -> bytes | None:
    try:
        found = desk.rooms.read(batch, PATTERNS)
    except LawgateError:
        return None
    return found if _sha256(found) == logged else None


def _table(desk: DecideDesk, batch: str, made: Iterable[bytes], decision: StageLeaf) -> Compared:
    """Row by row against the stored table, where its container is the one the log names."""
    what = "row table"
    try:
        if desk.rooms.digest(batch, CONTAINER) != decision.text("table"):
            return Compared(what, False, f"the stored {CONTAINER} is not the one the log names")
    except LawgateError:
        return Compared(what, False, f"the stored {CONTAINER} is gone")
    stored = desk.engine.row_table(desk.rooms.path(batch))
    other = [n for n, (one, two) in enumerate(zip_longest(_rows(made), _rows(stored))) if one != two]
    return Compared(what, not other, f"{len(other):,} rows differ, the first of them row {other[0]}" if other else "")


def _rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield from (chunk[at : at + ROW_WIDTH] for at in range(0, len(chunk), ROW_WIDTH))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
