# SPDX-License-Identifier: Apache-2.0
"""The recipient's folders: reading a hand-out from one, writing what was opened into another."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from lawgate.model.fault import Refused
from lawgate.office.receive import Delivered, Fate, Received
from lawgate.protocol.manifest import ENDINGS, keys_name

TAR = "package.tar"
LARGEST = 64 << 20
"""Bytes of a file that are read at all; a whole package and its keys are far below."""
LONGEST_IDENTITY = 1 << 20


def read_delivery(folder: Path) -> Delivered:
    """The hand-out in a folder. Refused `E_HANDOUT` without a tar or any key file, or with two of one keeper."""
    tar = _read(folder / TAR, LARGEST)
    first, second = (_keys(folder, keeper) for keeper in (1, 2))
    if tar is None or (first is None and second is None):
        raise Refused("E_HANDOUT", "the folder lacks package.tar or the file with its keys")
    return Delivered(tar, first, second)


def read_identity(file: Path) -> str:
    """The text of an identity file. Refused `E_IDENTITY` when it is not there, too long, or no text."""
    found = _read(file, LONGEST_IDENTITY)
    try:
        return (found or b"").decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("E_IDENTITY", "the identity file is no text") from None


def write_received(out: Path, received: Received) -> int:
    """Write each opened record as a file of its own (`0001.json`, mode 0600); how many.

    All or none: they are written under another name beside and moved at the end. Refused `E_OUT` when the folder is
    there and holds anything. OSError when the disk refuses; nothing stays then.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise Refused("E_OUT", "the folder to write into holds something already")
    opened = [item for item in received.items if item.fate is Fate.OPENED and item.content is not None]
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".receiving-", dir=out.parent))
    try:
        for item in opened:
            _write(fresh / f"{item.name.partition('.')[0]}.json", item.content or b"")
        _sync(fresh)
        fresh.rename(out)
        _sync(out.parent)
    finally:
        # After the move nothing is under this name; before it, nothing opened may stay behind.
        shutil.rmtree(fresh, ignore_errors=True)
    return len(opened)


def _keys(folder: Path, keeper: int) -> bytes | None:
    found = [data for ending in ENDINGS if (data := _read(folder / keys_name(ending, keeper), LARGEST)) is not None]
    if len(found) > 1:
        raise Refused("E_HANDOUT", "the folder holds two files with keys of one keeper")
    return found[0] if found else None


def _read(path: Path, most: int) -> bytes | None:
    """A plain file's bytes; None when there is none. Never more than `most` and one byte more."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
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
