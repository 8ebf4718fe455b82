# SPDX-License-Identifier: Apache-2.0
"""The keeper's own replay of the log: every leaf read again, held against the largest log it has ever seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lawgate.ledger import leaf as leaves
from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import HASH, Frontier, leaf_hashes
from lawgate.ledger.proof import LogProof
from lawgate.ledger.tile import ENTRIES, WIDTH, decode_bundle, tile_holding
from lawgate.ports.keeper import Memory
from lawgate.ports.log import LogBrokenError, LogReader


class Replay:
    """Reads a log that somebody else writes. It publishes nothing."""

    def __init__(self, opened: Callable[[], LogReader], memory: Memory) -> None:
        """`opened` opens the log for reading, each time anew."""
        self._opened, self._memory = opened, memory
        self._last: Sequence[tuple[int, StageLeaf]] | None = None

    def size(self) -> int:
        """How many leaves there are, and no fewer than were ever seen. LogBrokenError when the log is shorter.

        Only the size is read: what the leaves say is read at the look, which comes after.
        """
        now, (seen, _) = self._opened().size(), self._memory.read()
        if now < seen:
            raise LogBrokenError("the log is not the one this keeper has seen, gone on")
        return now

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        """Every durable leaf. LogBrokenError when one cannot be read, or the log does not go on from the one seen."""
        entries = _entries(self._opened())
        size, root = self._memory.read()
        # Each leaf is hashed once: the tree of now grows from the tree that was seen.
        hashes = leaf_hashes(entries)
        before = Frontier().extend(hashes[: size * HASH])
        if len(entries) < size or (size and before.root() != root):
            raise LogBrokenError("the log is not the one this keeper has seen, gone on")
        if len(entries) > size:
            self._memory.write(len(entries), before.extend(hashes[size * HASH :]).root())
        try:
            self._last = [(index, leaves.parse(entry)) for index, entry in enumerate(entries)]
        except MalformedError as error:
            raise LogBrokenError(f"a leaf cannot be read: {error}") from None
        return self._last

    def last(self) -> Sequence[tuple[int, StageLeaf]]:
        """The leaves as `leaves` gave them last, for what belongs to the same look; read now where it never did."""
        return self.leaves() if self._last is None else self._last

    def proof(self, index: int) -> LogProof:
        """Path and published checkpoint. LogBrokenError when there is none, or it does not reach the leaf."""
        log = self._opened()
        note = log.checkpoint()
        if note is None:
            raise LogBrokenError("the log is not published")
        try:
            path = log.prove_inclusion(index, parse_note(note)[0].size)
        except (ValueError, IndexError, MalformedError):
            raise LogBrokenError("the published log does not reach this leaf") from None
        return LogProof(index, tuple(path), note)


def _entries(log: LogReader) -> list[bytes]:
    """The bytes of every durable leaf; each bundle is opened once."""
    size, entries = log.size(), list[bytes]()
    for place in range(0, size, WIDTH):
        tile = tile_holding(ENTRIES, place, size)
        try:
            entries += decode_bundle(log.tile(tile), tile.width)
        except (KeyError, MalformedError):
            raise LogBrokenError(f"{tile.path} cannot be read") from None
    return entries
