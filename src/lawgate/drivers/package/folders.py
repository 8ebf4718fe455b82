# SPDX-License-Identifier: Apache-2.0
"""Packages, identities and hand-outs as folders and files, each written once, whole and synced.

`packages/<id>/package.tar` with what is kept beside it; `keys/<id>.txt` (0600 in a folder 0700); one folder for each
hand-out where a recipient collects it.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lawgate.drivers.package.archive import read_member, write_tar
from lawgate.ports.release import PackageError
from lawgate.protocol.manifest import TAR

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{2,127}")


class PackageFolders:
    """A `PackageStore` (see `ports.release`): one folder for each package."""

    def __init__(self, room: Path) -> None:
        """`room` is made when it is missing (0700)."""
        self._room = _private(room)

    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        """Write everything under another name, sync, then rename."""
        tar = write_tar(members)
        _place(self._room, package, [(TAR, tar), *sorted(beside.items())])
        return tar

    def tar(self, package: str) -> bytes:
        """The stored tar."""
        return self.beside(package, TAR)

    def member(self, tar: bytes, name: str) -> bytes:
        """One file of the tar."""
        return read_member(tar, name)

    def beside(self, package: str, name: str) -> bytes:
        """One file of the package's folder."""
        return _read(self._room / _named(package) / _named(name))


class KeyFolder:
    """A `KeyRoom` (see `ports.release`): one file for each package, for its owner's eyes only."""

    def __init__(self, room: Path) -> None:
        """`room` is made when it is missing (0700). PackageError when others may look into it."""
        self._room = _private(room)

    def put(self, package: str, identities: bytes) -> None:
        """A new file, mode 0600, synced with its folder."""
        try:
            _write(self._room / f"{_named(package)}.txt", identities)
            _sync(self._room)
        except OSError as error:
            raise _broken("keys", error) from None

    def read(self, package: str) -> bytes:
        """The file's bytes, if nobody but its owner could read it."""
        return _read(self._room / f"{_named(package)}.txt", private=True)

    def has(self, package: str) -> bool:
        """Whether a file of this name is there."""
        return os.path.lexists(self._room / f"{_named(package)}.txt")

    def spend(self, package: str, handout: int) -> None:
        """An empty file with the leaf's number in its name, synced with its folder."""
        try:
            _write(self._room / f"{_named(package)}.used-{handout}", b"")
            _sync(self._room)
        except OSError as error:
            raise _broken("a leaf that is used, or keys", error) from None


class FolderCourier:
    """A `Courier` (see `ports.release`): a new folder for each hand-out, where its recipient collects it."""

    def __init__(self, room: Path) -> None:
        """`room` is made when it is missing (0700)."""
        self._room = _private(room)

    @property
    def room(self) -> Path:
        """The folder of all hand-outs."""
        return self._room

    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        """A new folder, or the one that is there, then file after file, each synced before the next one is begun."""
        target = self._room / _named(name)
        if beside and not target.is_dir():
            raise PackageError("hand-out: there is nothing yet to put this beside")
        with _reporting("hand-out"):
            if not beside:
                target.mkdir(mode=0o700)
            _sync(self._room)
        # An error of `files` itself is the caller's and comes through: only the disk's errors are ours.
        for file, data in files:
            with _reporting("hand-out"):
                _write(target / _named(file), data)
                _sync(target)


@contextmanager
def _reporting(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _broken(what, error) from None


def _place(room: Path, name: str, files: Sequence[tuple[str, bytes]]) -> None:
    target = room / _named(name)
    try:
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=room))
        try:
            for file, data in files:
                _write(fresh / _named(file), data)
            _sync(fresh)
            fresh.rename(target)  # fails when the target is a folder with anything in it
        finally:
            # After the rename there is nothing under this name; before it, nothing may stay.
            shutil.rmtree(fresh, ignore_errors=True)
        _sync(room)
    except OSError as error:
        raise _broken("package", error) from None


def _named(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise PackageError("a name that is not allowed")
    return name


def _private(room: Path) -> Path:
    try:
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        rights = stat.S_IMODE(room.stat().st_mode)
    except OSError as error:
        raise _broken("a folder of packages or keys", error) from None
    if rights & 0o077:
        raise PackageError("a folder of packages or keys is open to others")
    return room


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _read(path: Path, *, private: bool = False) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            if private and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise PackageError("keys that others could read")
            return file.read()
    except OSError as error:
        raise _broken("package or keys", error) from None


def _broken(what: str, error: OSError) -> PackageError:
    return PackageError(f"{what}: {error.strerror}")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
