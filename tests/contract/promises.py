# SPDX-License-Identifier: Apache-2.0
"""How a contract suite is made: promises of a port, drivers that keep them, planted drivers that break one of them.

A suite's module registers promises (one sentence of the port each), and ends with two tests: every driver keeps every
promise, and every planted driver breaks the promises named with it and no other. The next driver is one line.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import Generic, TypeVar

import pytest

from lawgate.model.fault import LawgateError

T = TypeVar("T")
Driver = Callable[[Path], T]
BROKEN = (AssertionError, pytest.fail.Exception, LawgateError, LookupError, OSError, TypeError, ValueError)


@dataclass(frozen=True)
class Place(Generic[T]):
    """Where a driver keeps its things. `open` again gives another object over the same place, as a new process has."""

    driver: Driver[T]
    root: Path

    def open(self) -> T:
        """The driver, opened here."""
        return self.driver(self.root)


Promise = Callable[[Place[T]], None]
Test = Callable[..., None]


class Suite(Generic[T]):
    """The promises of one port, its drivers (functions of a folder), and the planted drivers with what they break."""

    def __init__(self, *drivers: Driver[T]) -> None:
        """Each driver takes the folder of its place, which may not exist yet."""
        self._drivers = drivers
        self._promises: list[Promise[T]] = []
        self._planted: list[tuple[Driver[T], frozenset[str]]] = []

    def promise(self, check: Promise[T]) -> Promise[T]:
        """Register a promise; its name is the name of the function."""
        self._promises.append(check)
        return check

    def breaks(self, *names: str) -> Callable[[Driver[T]], Driver[T]]:
        """Register a planted driver that breaks exactly the promises of these names."""

        def register(driver: Driver[T]) -> Driver[T]:
            self._planted.append((driver, frozenset(names)))
            return driver

        return register

    def tests(self) -> tuple[Test, Test]:
        """Two tests for the end of the module: drivers keep all promises; planted ones break those named with them."""
        pairs = [(p, d) for d in self._drivers for p in self._promises]

        @pytest.mark.parametrize(("promise", "driver"), pairs, ids=_name)
        def keeps(promise: Promise[T], driver: Driver[T], tmp_path: Path) -> None:
            promise(Place(driver, tmp_path / "place"))

        @pytest.mark.parametrize(("driver", "broken"), self._planted, ids=_name)
        def is_seen(driver: Driver[T], broken: frozenset[str], tmp_path: Path) -> None:
            assert self.broken(driver, tmp_path) == broken

        return keeps, is_seen

    def broken(self, driver: Driver[T], folder: Path) -> frozenset[str]:
        """Names of the promises that a driver breaks, each tried in a folder of its own."""
        return frozenset(p.__name__ for p in self._promises if not _kept(p, driver, folder))


def _kept(promise: Promise[T], driver: Driver[T], folder: Path) -> bool:
    try:
        promise(Place(driver, Path(tempfile.mkdtemp(dir=folder)) / "place"))
    except BROKEN:
        return False
    return True


def _name(value: object) -> str:
    return getattr(value, "__name__", "") or "-"


class Disk:
    """What this process synced while it is watched; at the sync with the number `fails` (from 1) it fails instead."""

    def __init__(self, fails: int = 0, failing: Callable[[], object] | None = None) -> None:
        """`failing` is what happens then; without it the disk says that no space is left."""
        self.count = 0
        self._fails, self._failing = fails, failing or _full
        self._synced: dict[tuple[int, int], object] = {}

    def sync(self, handle: int) -> None:
        """Stands for os.fsync: notes the state of file or folder, or fails."""
        self.count += 1
        if self.count == self._fails:
            self._failing()
        self._synced[_inode(os.fstat(handle))] = _state(handle)

    def lost(self, *roots: Path) -> list[str]:
        """Files and folders from `roots` down that a power cut could take or set back: not synced as they are now."""
        return [path.name for root in roots for path in [root, *root.rglob("*")] if not self._safe(path)]

    def _safe(self, path: Path) -> bool:
        now = {entry.name for entry in path.iterdir()} if path.is_dir() else _written(path.stat())
        then = self._synced.get(_inode(path.stat()))
        if then is None:
            return not now  # a new folder without anything in it is safe with its name
        return now <= then if isinstance(then, set) else now == then


def _full() -> None:
    raise OSError(ENOSPC, "no space left")


def _inode(info: os.stat_result) -> tuple[int, int]:
    return info.st_dev, info.st_ino


def _written(info: os.stat_result) -> tuple[int, int]:
    return info.st_size, info.st_mtime_ns


def _state(handle: int) -> object:
    info = os.fstat(handle)
    return set(os.listdir(handle)) if stat.S_ISDIR(info.st_mode) else _written(info)


@contextmanager
def watched(disk: Disk) -> Iterator[Disk]:
    """All syncs of this process go to `disk` meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", disk.sync)
        yield disk


def dies_at(number: int, work: Callable[[], object]) -> bool:
    """Do `work` in a process that dies at its sync with this number, or after it. True when the work was done."""
    child = os.fork()
    if child == 0:
        # The child never returns into the tests, and nothing of the driver cleans up after it.
        try:
            with watched(Disk(number, lambda: os._exit(9))):
                work()
            os._exit(0)
        finally:
            os._exit(8)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def open_to_others(root: Path) -> list[str]:
    """Files and folders from `root` down that somebody other than their owner may read, change or enter."""
    found = [root, *root.rglob("*")]
    return [path.name for path in found if stat.S_IMODE(path.lstat().st_mode) & 0o077]
