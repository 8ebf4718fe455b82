# SPDX-License-Identifier: Apache-2.0
"""The stored files of a decided batch, held against the log before anything rests on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.intake import claims_digest
from lawgate.ports.rooms import Rooms


def file_faults(rooms: Rooms, leaves: Mapping[int, StageLeaf], decision: StageLeaf) -> Iterator[str]:
    """The files of a decided batch whose SHA-256 is not the one its leaves name, each as a sentence."""
    batch = decision.text("batch")
    parsed = leaves[decision.number("parse_leaf")]
    request = leaves[parsed.number("request_leaf")]
    named = {
        "cover.toml": request.text("cover"),
        "cover.toml.sig": request.text("signature"),
        "faults.parquet": parsed.text("faults"),
        "patterns.jsonl": decision.text("patterns"),
        "decisions.parquet": decision.text("table"),
    }
    for name, digest in named.items():
        if _digest(rooms, batch, name) != digest:
            yield f"batch {batch}: {name} is not the file the log names"
    try:
        claims = claims_digest(rooms, batch)
    except LawgateError:
        claims = ""
    if claims != parsed.text("claims"):
        yield f"batch {batch}: cases.parquet or rows.parquet is not the file the log names"


def require_unchanged(rooms: Rooms, leaves: Mapping[int, StageLeaf], decision: StageLeaf) -> None:
    """Refused E_MOVED when a stored file of the batch is not the one that was decided."""
    if found := list(file_faults(rooms, leaves, decision)):
        raise Refused("E_MOVED", f"{found[0]}; nothing can be reviewed or released from it")


def _digest(rooms: Rooms, batch: str, name: str) -> str:
    try:
        return rooms.digest(batch, name)
    except LawgateError:
        return ""
