# SPDX-License-Identifier: Apache-2.0
"""The gate as one locked file: the kernel lets go of it when the process dies."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.clock import running
from lawgate.protocol.lease import DRAIN_SECONDS, left

LOCKED_BY_ALL = 0o644
_STEP = 0.01


class _FileLease:
    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic, self._taken = monotonic, monotonic()

    def left(self) -> float:
        return left(self._taken, self._monotonic())


class FileGate:
    """A `Gate` (see `ports.release`): whoever has the exclusive lock of the file holds the lease."""

    def __init__(self, file: Path, monotonic: Callable[[], float] = running, also: Sequence[Path] = ()) -> None:
        """The file is made when it is missing, and whoever may enter its folder may lock it. It stays empty.

        `also` are others' gates, drained and not held.
        """
        self._file, self._monotonic, self._also = file, monotonic, also

    def lease(self) -> AbstractContextManager[_FileLease]:
        """Hold the gate, without waiting. Refused (`gate_busy`) when it is held."""
        return _Held(self)

    def drain(self) -> bool:
        """Wait for the leases that are held now, at most until they have run out. True when all were given back."""
        until, handles = self._monotonic() + DRAIN_SECONDS, [self._open()]
        try:
            handles += [_opened(file) for file in self._also if os.path.lexists(file)]
            held = set(handles)
            while held := {each for each in held if each < 0 or not _locked(each, fcntl.LOCK_EX)}:
                if self._monotonic() >= until:
                    return False
                time.sleep(_STEP)
        finally:
            for handle in handles:
                if handle >= 0:
                    os.close(handle)
        return True

    def _open(self) -> int:
        try:
            handle = os.open(self._file, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, LOCKED_BY_ALL)
        except OSError as error:
            raise LawgateError(f"the gate cannot be opened: {error.strerror}") from None
        _let_others_lock(handle)
        return handle


def _let_others_lock(handle: int) -> None:
    """Let others open it whatever the umask: an order must not wait for good because root was the first to be here.

    Nothing can be read in it, a lock needs no right to write, and who may come near it is the folder's to say.
    """
    found = os.fstat(handle)
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != LOCKED_BY_ALL:
        os.fchmod(handle, LOCKED_BY_ALL)


def _opened(file: Path) -> int:
    """Another's gate. -1 when it may not be looked at: then it counts as held, and its lease has to run out."""
    try:
        return os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return -1


def _locked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _Held:
    """The gate held from `with` to its end. A class and not a generator: nothing of it runs when a process ends."""

    def __init__(self, gate: FileGate) -> None:
        self._gate, self._handle = gate, -1

    def __enter__(self) -> _FileLease:
        self._handle = self._gate._open()
        if not _locked(self._handle, fcntl.LOCK_EX):
            os.close(self._handle)
            raise Refused("gate_busy", "another hand-out holds the gate; ask again in a moment")
        return _FileLease(self._gate._monotonic)

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)
