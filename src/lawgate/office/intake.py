# SPDX-License-Identifier: Apache-2.0
"""Receive a request: strict parsing in a child process, the request in the log, and an answer about every fault."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import Fault, Refused, Scope
from lawgate.model.layout import Layout
from lawgate.ports.cases import BatchRow, CaseStore
from lawgate.ports.clock import Clock
from lawgate.ports.intake import Parsed, RequestParser
from lawgate.ports.release import ReleaseLog
from lawgate.ports.rooms import Rooms

NO_CLAIMS = hashlib.sha256(b"").hexdigest()
"""What the leaf `parse` of a refused request names its claims by: there are none."""


@dataclass(frozen=True, slots=True)
class IntakeDesk:
    """What receiving needs."""

    parser: RequestParser
    layout: Layout
    log: ReleaseLog
    cases: CaseStore
    clock: Clock
    rooms: Rooms


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier batch that this one repeats in part. `what`: `rows.csv`, `cases.csv`, or `request_id`."""

    batch: str
    what: str


@dataclass(frozen=True, slots=True)
class Received:
    """The batch as stored, what was found in the files, and earlier batches that came with something of the same.

    `earlier` is told by digests and ids alone; no row is compared.
    """

    batch: BatchRow
    parsed: Parsed
    earlier: tuple[Earlier, ...] = ()


def receive(desk: IntakeDesk, request: Path) -> Received:
    """Parse the request in the folder `request`; its batch is in the store and in the log when this returns.

    Any file fault refuses the whole request: the batch is then `refused`, and of it stay the counts, the codes of the
    faults (figures `fault.<code>`), and, where the cover could be read, its two leaves; a cover that nobody can read
    is in the case store alone. Refused E_AGAIN when exactly this cover was received before, `batch_busy` while somebody
    else is receiving it.
    """
    place = desk.rooms.start()
    try:
        parsed = desk.parser.parse(request, place, desk.layout, desk.clock.now().date())
        batch = _identify(parsed)
        _not_again(desk, batch)
        before = earlier(desk, batch, parsed)
        if parsed.refused:
            return Received(_refused(desk, batch, parsed), parsed, before)
        if (left := _left_behind(desk, batch)) is not None:
            return Received(left, parsed, before)
        # From here to the end of `try` nobody else is in the batch's room.
        desk.rooms.keep(place, batch.id)
        desk.rooms.write(batch.id, "cover.toml", parsed.cover_bytes)
        desk.rooms.write(batch.id, "cover.toml.sig", parsed.signature or b"")
        made = _logged(desk, batch, parsed)
        desk.cases.save(made)
    finally:
        desk.rooms.drop(place)
    return Received(made, parsed, before)


def _not_again(desk: IntakeDesk, batch: BatchRow) -> None:
    known = desk.cases.batch(batch.id)
    if known is not None and known.state != "refused":
        raise Refused("E_AGAIN", f"this request was received before, as batch {batch.id}")


def _refused(desk: IntakeDesk, batch: BatchRow, parsed: Parsed) -> BatchRow:
    """The refused batch as saved: its codes counted, and in the log where there is a cover to say whose it is."""
    codes = Counter(f"fault.{fault.code}" for fault in parsed.faults if fault.scope == Scope.FILE)
    made = dataclasses.replace(batch, figures=dict(codes))
    if parsed.cover is not None:
        made = _logged(desk, made, parsed)
    desk.cases.save(made)
    return made


def earlier(desk: IntakeDesk, batch: BatchRow, parsed: Parsed) -> tuple[Earlier, ...]:
    """Batches in the log with the same files under another cover, or with the same request id of the same agency."""
    cover = parsed.cover
    if cover is None:
        return ()
    same = {"rows.csv": ("rows", cover.rows.sha256), "cases.csv": ("cases", cover.cases.sha256)}
    found = []
    for _, leaf in desk.log.leaves():
        if leaf.kind == "request" and leaf.text("batch") != batch.id:
            found += [Earlier(leaf.text("batch"), what) for what, (key, is_) in same.items() if leaf.text(key) == is_]
            if (leaf.text("request"), leaf.text("requester")) == (cover.request_id, cover.agency):
                found.append(Earlier(leaf.text("batch"), "request_id"))
    return tuple(found)


def _left_behind(desk: IntakeDesk, batch: BatchRow) -> BatchRow | None:
    """What a crash left between the room and the case store: the batch as the log has it, or None after clearing.

    Refused as for `receive` when it was no crash, and somebody is, or was, receiving the same request.
    """
    if not desk.rooms.has(batch.id):
        return None
    with desk.rooms.alone(batch.id):
        # Looked at once nobody else is in it: they may have finished in the meantime.
        _not_again(desk, batch)
        logged = [index for index, leaf in desk.log.leaves() if is_parse(leaf, batch.id)]
        if logged:
            left = dataclasses.replace(batch, parse_leaf=logged[-1])
            desk.cases.save(left)
            return left
        desk.rooms.discard(batch.id)
    return None


def is_parse(leaf: StageLeaf, batch: str) -> bool:
    """Whether this leaf says that a batch was parsed and not refused."""
    return leaf.kind == "parse" and leaf.text("batch") == batch and leaf.number("file_faults") == 0


def _identify(parsed: Parsed) -> BatchRow:
    cover = parsed.cover
    # The signature counts: the same cover sent again with the right one is another batch, not the same one again.
    digest = hashlib.sha256(parsed.cover_bytes + (parsed.signature or b"")).hexdigest()
    counts = (parsed.rows.sent, parsed.rows.accepted, parsed.rows.rejected)
    if cover is None:
        # Without a readable cover there is no request id; the batch is named by the bytes alone.
        return BatchRow(f"unread-{digest[:12]}", "", "", "", "", "refused", *counts, -1, -1, "", {})
    state = "refused" if parsed.refused else "received"
    return BatchRow(
        f"{cover.request_id[:40]}-{digest[:8]}",
        cover.request_id,
        cover.provision,
        cover.agency,
        cover.recipient_key,
        state,
        *counts,
        -1,
        -1,
        "",
        {},
    )


def _logged(desk: IntakeDesk, batch: BatchRow, parsed: Parsed) -> BatchRow:
    cover = parsed.cover
    if cover is None:
        raise Refused("E_COVER", "a request whose cover cannot be read is not logged")
    at = instant(desk.clock.now())
    request: dict[str, Value] = {
        "batch": batch.id,
        "request": cover.request_id,
        "requester": cover.agency,
        "recipient": cover.agency,
        "provision": cover.provision,
        "agreement": cover.agreement,
        "recipient_key": cover.recipient_key,
        "cover": cover.digest,
        "signature": hashlib.sha256(parsed.signature or b"").hexdigest(),
        "cases": cover.cases.sha256,
        "rows": cover.rows.sha256,
        "case_count": parsed.cases.sent,
        "row_count": parsed.rows.sent,
    }
    # After a crash between the two leaves the request is in the log already: it arrived once.
    known = [index for index, leaf in desk.log.leaves() if leaf.kind == "request" and leaf.body == request]
    index = known[-1] if known else desk.log.append(StageLeaf("request", at, request))
    faults = [fault for fault in parsed.faults if fault.scope == Scope.FILE]
    parse: dict[str, Value] = {
        "batch": batch.id,
        "request_leaf": index,
        "accepted": parsed.rows.accepted,
        "rejected": parsed.rows.rejected,
        "file_faults": len(faults),
        "faults": refusal_digest(faults) if faults else desk.rooms.digest(batch.id, "faults.parquet"),
        "claims": NO_CLAIMS if faults else claims_digest(desk.rooms, batch.id),
    }
    # A request that was refused and is sent again as it was says nothing new.
    same = [i for i, leaf in desk.log.leaves() if faults and leaf.kind == "parse" and leaf.body == parse]
    leaf = same[-1] if same else desk.log.append(StageLeaf("parse", at, parse))
    return dataclasses.replace(batch, parse_leaf=leaf)


def refusal_digest(faults: Iterable[Fault]) -> str:
    """What the leaf `parse` of a refused request names its faults by (hex): SHA-256 of `file line column code` lines.

    One blank between the parts, a line feed behind each line, in the order of the faults.
    """
    lines = "".join(f"{fault.file} {fault.line} {fault.column} {fault.code}\n" for fault in faults)
    return hashlib.sha256(lines.encode()).hexdigest()


def claims_digest(rooms: Rooms, batch: str) -> str:
    """What the leaf `parse` names the claims by (hex): SHA-256 of what `sha256sum cases.parquet rows.parquet` says."""
    listed = "".join(f"{rooms.digest(batch, name)}  {name}\n" for name in ("cases.parquet", "rows.parquet"))
    return hashlib.sha256(listed.encode()).hexdigest()
