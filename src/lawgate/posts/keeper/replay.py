# SPDX-License-Identifier: Apache-2.0
"""The keeper's own replay of the log: every leaf read again, held against the largest log it has ever seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lawgate.ledger import leaf as leaves
from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import leaf_hashes, root_of
from lawgate.ledger.proof import LogProof
from lawgate.ports.keeper import Memory
from lawgate.ports.log import LogBrokenError, LogReader


class Replay:
    """Reads a log that somebody else writes. It publishes nothing."""

    def __init__(self, opened: Callable[[], LogReader], memory: Memory) -> None:
        """`opened` opens the log for reading, each time anew."""
        self._opened, self._memory = opened, memory

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        """Every durable leaf. LogBrokenError when one cannot be read, or the log does not go on from the one seen."""
        log = self._opened()
        entries = [log.read(index) for index in range(log.size())]
        size, root = self._memory.read()
        if len(entries) < size or (size and root_of(leaf_hashes(entries[:size])) != root):
            raise LogBrokenError("the log is not the one this keeper has seen, gone on")
        if len(entries) > size:
            self._memory.write(len(entries), root_of(leaf_hashes(entries)))
        try:
            return [(index, leaves.parse(entry)) for index, entry in enumerate(entries)]
        except MalformedError as error:
            raise LogBrokenError(f"a leaf cannot be read: {error}") from None

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
