# SPDX-License-Identifier: Apache-2.0
"""Shards: a log that is closed for good, the one in which it goes on, and the check of the seam between them.

The last leaf of a closed log is `shard-close`; leaf 0 of the next one is a `start` with three more fields, which name
the closed log's origin, its size with the close leaf, and its root. Both sides name each other, so neither a second
successor nor a successor that was never announced fits.
"""

from dataclasses import dataclass

from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.fold import CLOSE, START
from lawgate.ledger.leaf import StageLeaf, parse
from lawgate.ledger.note import Verify
from lawgate.ledger.proof import LogProof, verify_entry
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import Value


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of a seam: the bytes of a leaf, its proof, and the policy by which that log's heads count."""

    leaf: bytes
    proof: LogProof
    policy: Policy


def previous_fields(closed: Checkpoint) -> dict[str, Value]:
    """What the first leaf of the next log says of the closed one; `closed` is its head with the close leaf."""
    return {"previous": closed.origin, "previous_size": closed.size, "previous_root": closed.root.hex()}


def verify_seam(close: Shown, start: Shown, verify: Verify) -> tuple[Checkpoint, Checkpoint]:
    """The witnessed heads of both logs, when the second one continues the first.

    MalformedError `seam`, naming the part, when a leaf is of another kind or place or names another log, size or root;
    as for `verify_entry` when a proof does not hold. The head of the closed log has to end with the close leaf.
    """
    old = verify_entry(close.leaf, close.proof, close.policy, verify).checkpoint
    new = verify_entry(start.leaf, start.proof, start.policy, verify).checkpoint
    if (close.proof.index, start.proof.index) != (old.size - 1, 0):
        raise MalformedError("seam", "not the last leaf and the first one")
    require_seam(old, parse(close.leaf), new, parse(start.leaf))
    return old, new


def require_seam(old: Checkpoint, closing: StageLeaf | None, new: Checkpoint, starting: StageLeaf) -> None:
    """MalformedError `seam` unless the last leaf under the old head and the first under the new one name each other."""
    if closing is None or closing.kind != CLOSE or closing.number("size") != old.size - 1:
        raise MalformedError("seam", "the last leaf is not shown, or closes nothing")
    if starting.kind != START or "previous" not in starting.body:
        raise MalformedError("seam", "the start leaf continues nothing")
    if closing.text("next_origin") != new.origin:
        raise MalformedError("seam", "next_origin")
    if {name: starting.body[name] for name in previous_fields(old)} != previous_fields(old):
        raise MalformedError("seam", "previous")
