# SPDX-License-Identifier: Apache-2.0
"""The release side's view of the log, over any log store and any way of publishing its head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from lawgate.ledger import leaf as leaves
from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.fold import CLOSE
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.proof import LogProof
from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.log import LogBrokenError, LogStore

Store = Callable[[], AbstractContextManager[LogStore]]


class StoreLog:
    """A `ReleaseLog` (see `ports.release`).

    `store` opens the log for one piece of work, so that no process keeps its one writer's place; `publish` signs the
    head, has it cosigned and publishes it, or raises a LawgateError.
    """

    def __init__(self, store: Store, publish: Callable[[LogStore], object]) -> None:
        """Leaves once read are kept: the log never changes them."""
        self._store, self._publish = store, publish
        self._read: list[StageLeaf] = []

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        """Store one leaf; its index. `still` is asked when nobody else can write any more."""
        with self._store() as log:
            # Whoever comes second in the turn may have looked at the clock first: time in the log never runs back.
            last = leaves.parse(log.read(log.size() - 1)) if log.size() else None
            if last is not None and last.kind == CLOSE:
                raise Refused("E_CLOSED", f"this log is closed for good; it goes on as {last.text('next_origin')}")
            entry = replace(leaf, at=max(leaf.at, last.at if last else "")).render()
            if still is not None:
                still()
            return log.append([entry])[0]

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        """Every leaf. LogBrokenError when one of them is not a stage leaf, or the log has become shorter."""
        with self._store() as log:
            size = log.size()
            if size < len(self._read):
                raise LogBrokenError("the log is shorter than it was")
            try:
                self._read += [leaves.parse(log.read(index)) for index in range(len(self._read), size)]
            except MalformedError as error:
                raise LogBrokenError(f"a leaf cannot be read: {error}") from None
        return list(enumerate(self._read))

    def publish(self) -> None:
        """Publish the head."""
        with self._store() as log:
            self._publish(log)

    def proof(self, index: int) -> LogProof:
        """Path and published checkpoint. LawgateError when there is none, or it does not reach the leaf."""
        with self._store() as log:
            note = log.checkpoint()
            if note is None:
                raise LawgateError("the log is not published")
            try:
                path = log.prove_inclusion(index, parse_note(note)[0].size)
            except (ValueError, IndexError):
                raise LawgateError("the published log does not reach this leaf") from None
        return LogProof(index, tuple(path), note)
