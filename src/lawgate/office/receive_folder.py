# SPDX-License-Identifier: Apache-2.0
"""The recipient's folders: reading a hand-out from one, writing what was opened into another."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lawgate.model.fault import Refused
from lawgate.office.receive import Delivered, Fate, Received
from lawgate.protocol.manifest import ENDINGS, TAR, keys_name

LARGEST = 64 << 20
"""Bytes of a file that are read at all; a whole package and its keys are far below."""
LONGEST_IDENTITY = 1 << 20
UNFINISHED = ".receiving-"


def read_delivery(folder: Path) -> Delivered:
    """The hand-out in a folder. Refused `E_HANDOUT` without a tar or any key file, or with two of one keeper."""
    tar = _read(folder / TAR)
    first, second = (_keys(folder, keeper) for keeper in (1, 2))
    if tar is None or (first is None and second is None):
        raise Refused("E_HANDOUT", "the folder lacks package.tar or the file with its keys")
    return Delivered(tar, first, second)


def read_identity(file: Path) -> str:
    """The text of an identity file. Refused `E_IDENTITY` when it is not there, too long, or no text."""
    if not file.is_file():
        raise Refused("E_IDENTITY", "there is no identity file of that name")
    with file.open("rb") as opened:
        found = opened.read(LONGEST_IDENTITY + 1)
    if len(found) > LONGEST_IDENTITY:
        raise Refused("E_IDENTITY", "the identity file is longer than any identity")
    try:
        return found.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("E_IDENTITY", "the identity file is no text") from None


def write_received(out: Path, received: Received) -> int:
    """Write each opened record as a file of its own (`0001.json`, mode 0600); how many.

    All or none: they are written under another name beside and moved at the end. Refused `E_OUT` when the folder is
    there and holds anything. OSError when the disk refuses; nothing stays then. What a process that was killed left
    beside is removed by the next one that writes there.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise Refused("E_OUT", "the folder to write into holds something already")
    opened = [item for item in received.items if item.fate is Fate.OPENED and item.content is not None]
    out.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(out.parent) as fresh:
        for item in opened:
            _write(fresh / f"{item.name.partition('.')[0]}.json", item.content or b"")
        _sync(fresh)
        fresh.rename(out)
        _sync(out.parent)
    return len(opened)


@contextmanager
def _unfinished(beside: Path) -> Iterator[Path]:
    """A folder under a name of its own, held as long as it is written; those that nobody holds any more are removed."""
    handles = [os.open(beside, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    fresh = None
    try:
        # One at a time: what somebody has just made and not taken hold of yet is no leftover.
        alone = _held(handles[0], fcntl.LOCK_EX)
        for left in beside.glob(f"{UNFINISHED}*") if alone else ():
            _remove(left)
        fresh = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=beside))
        handles.append(os.open(fresh, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC))
        _held(handles[1], fcntl.LOCK_EX)
        os.close(handles.pop(0))
        yield fresh
    finally:
        # After the move nothing is under this name; before it, nothing opened may stay behind.
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
        for handle in handles:
            os.close(handle)


def _remove(left: Path) -> None:
    """What a process that was killed left: a folder of ours that nobody holds."""
    try:
        handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return  # somebody else's, or gone meanwhile
    try:
        if os.fstat(handle).st_uid == os.geteuid() and _held(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(handle)


def _held(handle: int, how: int) -> bool:
    """Whether the lock was had. On a disk that knows no locks nothing is taken for a leftover."""
    try:
        fcntl.flock(handle, how)
    except OSError:
        return False
    return True


def _keys(folder: Path, keeper: int) -> bytes | None:
    found = [data for ending in ENDINGS if (data := _read(folder / keys_name(ending, keeper))) is not None]
    if len(found) > 1:
        raise Refused("E_HANDOUT", "the folder holds two files with keys of one keeper")
    return found[0] if found else None


def _read(path: Path) -> bytes | None:
    """A plain file's bytes; None when there is none. Never more than `LARGEST` and one byte more."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Refused("E_TAR_SIZE", "a file of the hand-out is larger than any package")
    return data


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
