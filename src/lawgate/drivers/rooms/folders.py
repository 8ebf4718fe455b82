# SPDX-License-Identifier: Apache-2.0
"""`ports.rooms.Rooms` as folders, mode 0700, written by temporary file, fsync and rename."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lawgate.drivers.rooms.writing import sync, write_whole
from lawgate.model.fault import LawgateError, Refused

# No batch can have a name that begins with a dot, so an unnamed room is never taken for one.
UNNAMED = ".unnamed-"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class FolderRooms:
    """One folder for all rooms. Whoever starts one clears away what a process that died left without a name."""

    def __init__(self, base: Path) -> None:
        """Makes `base` when it is not there."""
        self._base = base
        # Rooms started by this process, under the name they began with, each with the lock of whoever is in it.
        self._inside: dict[Path, int] = {}
        base.mkdir(mode=0o700, parents=True, exist_ok=True)

    def start(self) -> Path:
        """See `ports.rooms.Rooms`."""
        with self._alone():
            self._sweep()
            room = Path(tempfile.mkdtemp(prefix=UNNAMED, dir=self._base))
            if (handle := _hold(room)) is not None:
                self._inside[room] = handle
        return room

    def keep(self, room: Path, batch: str) -> Path:
        """See `ports.rooms.Rooms`."""
        place = self._place(batch)
        # One at a time: a rename would quietly take the place of an empty folder.
        with self._alone():
            if place.exists():
                raise Refused("batch_busy", f"batch {batch} has a room already; see `lawgate status`, or try again")
            # The lock moves along with the folder: until `drop` nobody else is alone in the batch.
            room.rename(place)
            sync(self._base)
        return place

    def again(self, batch: str, names: Sequence[str]) -> Path:
        """See `ports.rooms.Rooms`. Links, not copies: a stored claim is never written in place."""
        sources = [self.path(batch) / _named(name) for name in names]
        room = self.start()
        try:
            for source in sources:
                os.link(source, room / source.name)
        except OSError:
            self.drop(room)
            raise LawgateError(f"batch {batch} lacks one of {', '.join(names)}") from None
        return room

    def drop(self, room: Path) -> None:
        """See `ports.rooms.Rooms`."""
        if room.exists() and room.name.startswith(UNNAMED):
            shutil.rmtree(room)
        self._leave(room)

    @contextmanager
    def alone(self, batch: str) -> Iterator[None]:
        """See `ports.rooms.Rooms`."""
        handle = os.open(self.path(batch), os.O_RDONLY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                why = f"somebody else is at work on batch {batch}; try again in a moment"
                raise Refused("batch_busy", why) from None
            yield
        finally:
            os.close(handle)

    def has(self, batch: str) -> bool:
        """See `ports.rooms.Rooms`."""
        return self._place(batch).is_dir()

    def discard(self, batch: str) -> None:
        """See `ports.rooms.Rooms`."""
        place = self._place(batch)
        if place.exists():
            shutil.rmtree(place)

    def path(self, batch: str) -> Path:
        """See `ports.rooms.Rooms`."""
        place = self._place(batch)
        if not place.is_dir():
            raise LawgateError(f"there is no batch {batch}")
        return place

    def write(self, batch: str, name: str, data: bytes) -> None:
        """See `ports.rooms.Rooms`."""
        write_whole(self.path(batch) / _named(name), data)

    def read(self, batch: str, name: str) -> bytes:
        """See `ports.rooms.Rooms`."""
        try:
            return (self.path(batch) / _named(name)).read_bytes()
        except OSError:
            raise LawgateError(f"batch {batch} has no {name}") from None

    def digest(self, batch: str, name: str) -> str:
        """See `ports.rooms.Rooms`."""
        try:
            with (self.path(batch) / _named(name)).open("rb") as f:
                return hashlib.file_digest(f, "sha256").hexdigest()
        except OSError:
            raise LawgateError(f"batch {batch} has no {name}") from None

    def _sweep(self) -> None:
        """Remove the unnamed rooms whose process is gone: request values lie in them, and nobody will come back."""
        for room in self._base.glob(f"{UNNAMED}*"):
            if (handle := _hold(room)) is not None:
                shutil.rmtree(room)
                os.close(handle)

    def _leave(self, room: Path) -> None:
        if (handle := self._inside.pop(room, None)) is not None:
            os.close(handle)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        handle = os.open(self._base, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _place(self, batch: str) -> Path:
        return self._base / _named(batch)


def _hold(room: Path) -> int | None:
    """A handle that holds the room, or None when somebody does. The kernel lets go of it when its process dies."""
    handle = os.open(room, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise LawgateError("a room or file name has letters, digits, dots and hyphens only")
    return name
