# SPDX-License-Identifier: Apache-2.0
"""The register as a folder: `NNNN-<order id>.toml`, numbered as entered, never written twice.

Whatever else is found in the folder is handed out as a text too: nobody can read it as an order, so it binds
everything. So does the place of a number that is missing: something was there.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lawgate.docket.reading import entered_as, is_order_id
from lawgate.model.fault import Refused
from lawgate.ports.orders import RegisterBrokenError

RESERVE = 1 << 20
"""Bytes set aside beside the docket, given back when the disk is full: for a text, and for the leaves about it."""
FULL = frozenset((errno.ENOSPC, errno.EDQUOT))


class FolderRegister:
    """An `OrderRegister` (see `ports.orders`) over one folder, with its lock and a reserve in files beside it."""

    def __init__(self, folder: Path) -> None:
        """The folder must exist: a missing one is never taken for an empty docket."""
        self._folder = folder
        self._lock, self._reserve, self._aside = (
            folder.with_name(folder.name + end) for end in (".lock", ".reserve", ".again")
        )

    @classmethod
    def create(cls, folder: Path) -> FolderRegister:
        """Make an empty register. RegisterBrokenError when the folder is there already."""
        try:
            folder.mkdir(mode=0o700, parents=True)
            made = cls(folder)
            with made._writing():
                made._set_aside()
            _sync(folder.parent)
        except OSError as error:
            raise RegisterBrokenError(f"the docket cannot be made: {error.strerror}") from None
        return made

    def enter(self, name: str, text: bytes, *, alone: bool = False) -> str:
        """Keep the text, durably, under the next number; the file's name. ValueError for a name that is no order id.

        With `alone` Refused (`order_id_taken`) when another text has the name, unless the folder cannot be read whole.
        What is there already under this name is written once more: only so does a text last whose syncing failed.
        """
        if not is_order_id(name):
            raise ValueError("an order's id has 3 to 64 of a-z, 0-9 and -")
        try:
            with self._writing():
                self._set_aside()
                known = self._known(name, text)
                if alone and not known:
                    self._require_free(name)
                file = known or f"{self._next():04d}-{name}.toml"
                self._write(file, text, again=bool(known))
        except OSError as error:
            raise RegisterBrokenError(f"the order could not be kept: {error.strerror}") from None
        return file

    def texts(self) -> Mapping[str, bytes]:
        """Everything in the folder, and an empty text for each missing number."""
        try:
            found = {place.name: self._read(place) for place in self._folder.iterdir()}
        except OSError as error:
            raise RegisterBrokenError(f"the docket cannot be read: {error.strerror}") from None
        numbers = {match[0] for file in found if (match := entered_as(file))}
        gaps = set(range(1, max(numbers, default=0))) - numbers
        return {**found, **{f"{gap:04d}.missing": b"" for gap in sorted(gaps)}}

    def _next(self) -> int:
        numbers = [found[0] for place in self._folder.iterdir() if (found := entered_as(place.name))]
        return max(numbers, default=0) + 1

    def _known(self, name: str, text: bytes) -> str:
        for place in sorted(self._folder.iterdir()):
            entered = entered_as(place.name)
            if entered and entered[1] == name and self._is(place, text):
                return place.name
        return ""

    def _require_free(self, name: str) -> None:
        try:
            taken = [file for file in self.texts() if (entered_as(file) or (0, ""))[1] == name]
        except RegisterBrokenError:
            return  # a folder that cannot be read whole still takes a text
        if taken:
            raise Refused("order_id_taken", f"{min(taken)} is another instrument with this id. NOTHING WAS ENTERED")

    def _is(self, place: Path, text: bytes) -> bool:
        try:
            return self._read(place) == text
        except OSError:
            return False  # what cannot be read is entered once more, next to it

    def _write(self, file: str, text: bytes, *, again: bool) -> None:
        try:
            self._put(file, text, again=again)
        except OSError as error:
            if error.errno not in FULL or not self._reserve.exists():
                raise
            # On a full disk the order goes in all the same. What lies there of it is ours: we hold the lock.
            self._reserve.unlink()
            self._put(file, text, again=True)

    def _put(self, file: str, text: bytes, *, again: bool) -> None:
        # Written in place: from the moment the name exists a reader sees a text it cannot read and stops. What is there
        # already is never half of it: another file takes its place.
        target = self._aside if again else self._folder / file
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_TRUNC if again else os.O_EXCL)
        with os.fdopen(os.open(target, flags, 0o600), "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        if again:
            target.replace(self._folder / file)
            _sync(self._folder.parent)
        _sync(self._folder)

    def _set_aside(self) -> None:
        """Set the reserve aside if it is not there. An order never waits for that."""
        if self._reserve.exists():
            return
        try:
            handle = os.open(self._reserve, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return  # tried again with the next order
        try:
            os.posix_fallocate(handle, 0, RESERVE)
        except OSError:
            self._reserve.unlink(missing_ok=True)
        finally:
            os.close(handle)

    def _read(self, place: Path) -> bytes:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as text:
            return text.read()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
