# SPDX-License-Identifier: Apache-2.0
"""A batch's subtree on the disk: one file a level, its tiles behind each other, written as the tree grows."""

import hashlib
import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from lawgate.drivers.tiles.files import make_folder, names_below, remove_tree, sync_folders
from lawgate.ledger.merkle import HASH, Frontier, grow
from lawgate.ledger.tile import TileId
from lawgate.ports.log import LogBrokenError


def level_path(level: int) -> str:
    """The file of one level, relative to the subtree's folder."""
    return str(level)


def read_tile(folder: Path, tile: TileId) -> bytes:
    """A tile's hashes, out of its level. KeyError when there are not so many."""
    try:
        with (folder / level_path(tile.level)).open("rb") as file:
            data = os.pread(file.fileno(), tile.width * HASH, tile.first * HASH)
    except FileNotFoundError:
        data = b""
    if len(data) != tile.width * HASH:
        raise KeyError(tile.path)
    return data


@dataclass(slots=True)
class _Level:
    file: BinaryIO
    written: "hashlib._Hash" = field(default_factory=hashlib.sha256)


class Growing:
    """The levels of one tree in a folder of its own. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Whatever was left in `folder` is removed."""
        remove_tree(folder)
        self._folder = folder
        self._changed = make_folder(folder)
        self._frontier = Frontier()
        self._levels: list[_Level] = []
        self._open = ExitStack()

    def __enter__(self) -> "Growing":
        """The tree itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the files."""
        self._open.close()

    def add(self, hashes: bytes) -> None:
        """Append leaf hashes (concatenated, 32 bytes each). ValueError when they are not whole."""
        self._frontier, fresh = grow(self._frontier, hashes)
        for level, new in enumerate(fresh):
            if level == len(self._levels):
                file = self._open.enter_context((self._folder / level_path(level)).open("xb"))
                self._levels.append(_Level(file))
            self._levels[level].file.write(new)
            self._levels[level].written.update(new)

    def finish(self) -> bytes:
        """The root, once everything is on the disk as it was written. LogBrokenError when it is not."""
        for level, each in enumerate(self._levels):
            each.file.flush()
            os.fsync(each.file.fileno())
            with (self._folder / level_path(level)).open("rb") as stored:
                if hashlib.file_digest(stored, "sha256").digest() != each.written.digest():
                    raise LogBrokenError("the disk gives back other bytes than were written")
        sync_folders(self._changed)
        return self._frontier.root()


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    names = list(names_below(one))
    if names != list(names_below(other)):
        return False
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)
