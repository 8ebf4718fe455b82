# SPDX-License-Identifier: Apache-2.0
"""The log's disk and the witnesses that remember its heads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.note import NoteKey, SignatureLine
from lawgate.ledger.tile import TileId
from lawgate.model.fault import LawgateError


class LogBrokenError(LawgateError):
    """Stored bytes do not agree with each other, or the store may not be used. Nothing is appended, signed or cut."""

    stop = "E_LOG"


class WitnessRefusalError(LawgateError):
    """A witness does not cosign. `code`: unknown_origin, unsigned, malformed, size_order, inconsistent, clock, memory,
    unavailable."""

    stop = "E_WITNESS"

    def __init__(self, witness: str, code: str) -> None:
        """The witness's name and the reason's code."""
        super().__init__(f"{witness} does not cosign: {code}")
        self.witness = witness
        self.code = code


class WitnessConflictError(WitnessRefusalError):
    """The witness remembers another size than the caller thought; `size` is the one it remembers."""

    def __init__(self, witness: str, size: int) -> None:
        """The witness's name and the size of the latest head it cosigned (0 for none)."""
        super().__init__(witness, "conflict")
        self.size = size


class RollbackError(LawgateError):
    """A witness has cosigned a larger tree than the log holds: the log was set back. Only people decide what now."""

    stop = "E_SET_BACK"


class ForkError(LawgateError):
    """A witness has cosigned another tree of the same size or a smaller one: there are two logs of one name."""

    stop = "E_FORK"


class LogReader(Protocol):
    """A log as anybody may read it.

    Contract: what is returned was durable before it became visible; bytes are returned as stored, so a caller who
    needs certainty checks them against a witnessed checkpoint.
    """

    def head(self) -> Checkpoint:
        """The durable, not yet signed head: origin, size, root."""

    def size(self) -> int:
        """Number of durable leaves."""

    def read(self, index: int) -> bytes:
        """The leaf at an index. IndexError when there is none."""

    def tile(self, tile: TileId) -> bytes:
        """A hash tile or entry bundle as stored. KeyError when there is none."""

    def checkpoint(self) -> bytes | None:
        """The latest published signed checkpoint; None before the first."""

    def prove_inclusion(self, index: int, size: int) -> list[bytes]:
        """Audit path of a leaf in the tree of `size` leaves. ValueError outside the tree."""

    def prove_consistency(self, old: int, new: int) -> list[bytes]:
        """Proof that the tree of `old` leaves begins the tree of `new`. ValueError outside the tree."""

    def subtree_tile(self, name: str, tile: TileId) -> bytes:
        """A hash tile of a batch's subtree. KeyError when there is none."""

    def prove_row(self, name: str, index: int, size: int) -> list[bytes]:
        """Audit path of row `index` in the subtree `name` of `size` rows, read from its tiles."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A whole subtree, durable, that is no part of the log yet: its root, and the folder it lies in."""

    root: bytes
    place: Path


class LogStore(LogReader, Protocol):
    """A log's one writer.

    Contract: single writer, a second one is refused; `append` gives consecutive indexes and returns only when a power
    cut can no longer take the leaves away; an append that did not return may be gone, whole, after a crash, one that
    returned never is; nothing stored is ever changed.
    """

    def append(self, leaves: Sequence[bytes]) -> range:
        """Store leaves durably; their indexes. ValueError for a leaf over 65,535 bytes, before anything is written."""

    def stored_root(self) -> bytes:
        """The head's root once more, computed from bytes read back from the disk. LogBrokenError when they disagree."""

    def publish(self, signed: bytes) -> None:
        """Make a signed checkpoint the published one, durably.

        LogBrokenError when it belongs to another origin, is smaller than the published one, is larger than what is
        stored, or its root is not the stored tree's root at that size. Signatures are the caller's to check.
        """

    def put_subtree(self, hashes: Iterable[bytes], name: Callable[[bytes], str]) -> bytes:
        """Store a batch's subtree as tiles under a prefix of its own; its root.

        `hashes` gives leaf hashes (32 bytes each, concatenated) piece by piece, `name` the name from the root. Durable
        and whole, or absent: what `hashes` raises leaves nothing behind. Storing the same subtree again is allowed,
        another one under the same name is LogBrokenError. ValueError for a name that is not a code.
        """

    def keep_subtree(self, grown: Grown, name: str) -> None:
        """Take a subtree that was grown beside the log in under this name, durably; its folder is moved.

        A large one is grown before the log's turn comes, so that no order waits for it. Raises as `put_subtree` does.
        """


class Witness(Protocol):
    """Somebody outside who remembers the latest head of each log it knows.

    Contract: checks and stores atomically, durably before it answers; cosigns only a note that a known log has signed
    and that continues what it remembers; never cosigns a smaller tree, another root of the same size, or a head whose
    proof does not lead from the remembered one; the time in a cosignature never runs backwards.
    """

    @property
    def key(self) -> NoteKey:
        """Its public key, signature type 0x04."""

    def cosign(self, old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
        """The cosignature line (with newline) for this checkpoint note.

        `proof` leads from the tree of `old_size` leaves to the note's. WitnessConflictError when it remembers another
        size than `old_size`, WitnessRefusalError for anything else it will not sign.
        """

    def latest(self, origin: str) -> bytes | None:
        """The latest checkpoint note it cosigned for an origin, with both signatures; None when there is none."""


class Gather(Protocol):
    """Asks witnesses for cosignatures until a policy is satisfied."""

    def __call__(
        self, note: bytes, size: int, old_size: int, prove: Callable[[int], list[bytes]], /
    ) -> list[SignatureLine]:
        """Lines that satisfy the policy; `prove(old)` gives the proof from a tree of `old` leaves.

        LawgateError when too few witnesses cosign, RollbackError when one has seen more than `size` leaves.
        """
