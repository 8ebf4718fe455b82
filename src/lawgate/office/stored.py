# SPDX-License-Identifier: Apache-2.0
"""The stored files of a decided batch, held against the log before anything rests on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.intake import claims_digest
from lawgate.ports.rooms import Rooms

CLAIMS = "cases.parquet or rows.parquet"


def file_faults(rooms: Rooms, leaves: Mapping[int, StageLeaf], decision: StageLeaf) -> Iterator[str]:
    """The files of a decided batch whose SHA-256 is not the one its leaves name, each as a sentence."""
    batch = decision.text("batch")
    yield from (
        f"batch {batch}: {name} is not the file the log names" for name in changed_files(rooms, leaves, decision)
    )


def changed_files(rooms: Rooms, leaves: Mapping[int, StageLeaf], decision: StageLeaf) -> Iterator[str]:
    """Names of the files of a decided batch that are not those its leaves name; the two of the claims as one."""
    batch = decision.text("batch")
    parsed = leaves[decision.number("parse_leaf")]
    request = leaves[parsed.number("request_leaf")]
    named = {
        "cover.toml": request.text("cover"),
        "cover.toml.sig": request.text("signature"),
        "faults.parquet": parsed.text("faults"),
        "patterns.jsonl": decision.text("patterns"),
        "decisions.parquet": decision.text("table"),
        "figures.json": decision.text("figures"),
    }
    for name, digest in named.items():
        if _digest(rooms, batch, name) != digest:
            yield name
    try:
        claims = claims_digest(rooms, batch)
    except LawgateError:
        claims = ""
    if claims != parsed.text("claims"):
        yield CLAIMS


def review_stem(paper: str) -> str:
    """The name, without its ending, under which a review and its signature are kept: by the paper's SHA-256 (hex)."""
    return f"review-{paper}"


def require_unchanged(rooms: Rooms, leaves: Mapping[int, StageLeaf], decision: StageLeaf) -> None:
    """Refused E_MOVED when a stored file of the batch is not the one that was decided."""
    if found := list(file_faults(rooms, leaves, decision)):
        raise Refused("E_MOVED", f"{found[0]}; nothing can be reviewed or released from it")


def _digest(rooms: Rooms, batch: str, name: str) -> str:
    try:
        return rooms.digest(batch, name)
    except LawgateError:
        return ""
