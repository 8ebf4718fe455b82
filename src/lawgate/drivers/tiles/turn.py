# SPDX-License-Identifier: Apache-2.0
"""Turns at the log: its one writer's place, waited for, so that an order and a batch never lock each other out."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lawgate.drivers.tiles.store import TileLog
from lawgate.ports.log import LogBrokenError

WAIT_SECONDS = 30.0
_PAUSE = 0.005


@contextmanager
def turn(folder: Path, origin: str, wait: float = WAIT_SECONDS) -> Iterator[TileLog]:
    """The open log, once everybody before us has finished. LogBrokenError when that takes longer than `wait` seconds.

    The lock file lies beside the log's folder: nothing in the folder itself is there that is not part of the log.
    """
    with alone_at(folder, wait), TileLog.open(folder, origin) as log:
        yield log


def _take(handle: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise LogBrokenError("somebody else has been writing to the log for too long; try again") from None
            time.sleep(_PAUSE)
        else:
            return


@contextmanager
def alone_at(folder: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """The turn without opening the log, to look at its files while nobody writes. LogBrokenError as for `turn`."""
    handle = os.open(folder.with_suffix(".turn"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _take(handle, time.monotonic() + wait)
        yield
    finally:
        os.close(handle)
