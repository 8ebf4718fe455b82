# SPDX-License-Identifier: Apache-2.0
"""Turns at the log: its one writer's place, waited for, so that an order and a batch never lock each other out."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lawgate.drivers.tiles.files import remove_tree
from lawgate.drivers.tiles.store import TileLog
from lawgate.drivers.tiles.subtree import Growing
from lawgate.ports.log import Grown, LogBrokenError

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
    with _held(folder.with_suffix(".turn"), wait):
        yield


@contextmanager
def grown(folder: Path, hashes: Iterable[bytes], wait: float = WAIT_SECONDS) -> Iterator[Grown]:
    """A subtree of these hashes beside the log of `folder`, for `LogStore.keep_subtree`; gone afterwards if not kept.

    Nobody who writes to the log waits for it, only whoever grows another one. LogBrokenError as for `turn`; what
    `hashes` raises leaves nothing behind, and what a killed process left is removed by the next.
    """
    place = folder.with_suffix(".growing")
    with _held(folder.with_suffix(".grower"), wait):
        try:
            with Growing(place) as tree:
                for piece in hashes:
                    tree.add(piece)
                root = tree.finish()
            yield Grown(root, place)
        finally:
            remove_tree(place)


@contextmanager
def _held(lock: Path, wait: float) -> Iterator[None]:
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _take(handle, time.monotonic() + wait)
        yield
    finally:
        os.close(handle)
