# SPDX-License-Identifier: Apache-2.0
"""Receive a request: strict parsing in a child process, the request in the log, and an answer about every fault."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path

from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import Refused
from lawgate.model.layout import Layout
from lawgate.ports.cases import BatchRow, CaseStore
from lawgate.ports.clock import Clock
from lawgate.ports.intake import Parsed, RequestParser
from lawgate.ports.release import ReleaseLog
from lawgate.ports.rooms import Rooms


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

    Any file fault refuses the whole request: the batch is then `refused` and nothing of it is kept but the counts and
    the fault codes. Refused E_AGAIN when exactly this cover was received before.
    """
    place = desk.rooms.start()
    try:
        parsed = desk.parser.parse(request, place, desk.layout, desk.clock.now().date())
        batch = _identify(parsed)
        known = desk.cases.batch(batch.id)
        if known is not None and known.state != "refused":
            raise Refused("E_AGAIN", f"this request was received before, as batch {batch.id}")
        if parsed.refused:
            desk.cases.save(batch)
            return Received(batch, parsed)
        before = earlier(desk, batch, parsed)
        if (left := _left_behind(desk, batch)) is not None:
            desk.cases.save(left)
            return Received(left, parsed, before)
        desk.rooms.keep(place, batch.id)
    finally:
        desk.rooms.drop(place)
    desk.rooms.write(batch.id, "cover.toml", parsed.cover_bytes)
    desk.rooms.write(batch.id, "cover.toml.sig", parsed.signature or b"")
    made = _logged(desk, batch, parsed)
    desk.cases.save(made)
    return Received(made, parsed, before)


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
    """What a crash left between the room and the case store: the batch as the log has it, or None after clearing."""
    logged = [index for index, leaf in desk.log.leaves() if leaf.kind == "parse" and leaf.text("batch") == batch.id]
    if logged:
        return dataclasses.replace(batch, parse_leaf=logged[-1])
    desk.rooms.discard(batch.id)
    return None


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
        raise Refused("E_COVER", "a request without a cover is not logged as received")
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
    parse: dict[str, Value] = {
        "batch": batch.id,
        "request_leaf": index,
        "accepted": parsed.rows.accepted,
        "rejected": parsed.rows.rejected,
        "file_faults": 0,
        "faults": desk.rooms.digest(batch.id, "faults.parquet"),
        "claims": claims_digest(desk.rooms, batch.id),
    }
    leaf = desk.log.append(StageLeaf("parse", at, parse))
    return dataclasses.replace(batch, parse_leaf=leaf)


def claims_digest(rooms: Rooms, batch: str) -> str:
    """What the leaf `parse` names the claims by (hex): SHA-256 of what `sha256sum cases.parquet rows.parquet` says."""
    listed = "".join(f"{rooms.digest(batch, name)}  {name}\n" for name in ("cases.parquet", "rows.parquet"))
    return hashlib.sha256(listed.encode()).hexdigest()
