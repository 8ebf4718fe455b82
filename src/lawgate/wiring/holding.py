# SPDX-License-Identifier: Apache-2.0
"""Before anything is written: the log against what its witnesses remember, the tables against the fold of the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.proof import LogProof
from lawgate.ledger.sequence import FORKED, SET_BACK
from lawgate.office.state import ReadOnlyError
from lawgate.ports.log import ForkError, RollbackError
from lawgate.ports.release import ReleaseLog
from lawgate.wiring.log import Logged, memory

LOOKS, PAUSE = 3, 0.1
"""Between a leaf and its row lies a moment: how often, and how far apart in seconds, a difference is looked at."""


class HeldLog:
    """A `ReleaseLog` (see `ports.release`) to which nothing is appended before the office was held against it.

    `hold` is asked once, before the first leaf; what it raises comes out of `append`, and is asked again at the next.
    """

    def __init__(self, log: ReleaseLog, hold: Callable[[], None]) -> None:
        """`hold` raises a LawgateError when the office is read-only."""
        self._log, self._hold = log, hold
        self._held = False

    def hold(self) -> None:
        """Ask now, as a command that writes does when it begins."""
        self._held = False
        self._hold()
        self._held = True

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        """Store one leaf; its index."""
        if not self._held:
            self.hold()
        return self._log.append(leaf, still)

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        """Every leaf."""
        return list(self._log.leaves())

    def publish(self) -> None:
        """Publish the head."""
        self._log.publish()

    def proof(self, index: int) -> LogProof:
        """Path and published checkpoint."""
        return self._log.proof(index)


def hold(made: Logged, state: Callable[[], None]) -> None:
    """RollbackError or ForkError when a witness remembers another log than this one; what `state` raises otherwise."""
    code = memory(made)
    if code == FORKED:
        raise ForkError("a witness has cosigned other leaves than this log holds; nothing was written")
    if code == SET_BACK:
        raise RollbackError("a witness has cosigned more leaves than this log holds; nothing was written")
    for _ in range(LOOKS - 1):
        try:
            state()
        except ReadOnlyError:
            time.sleep(PAUSE)
        else:
            return
    state()
