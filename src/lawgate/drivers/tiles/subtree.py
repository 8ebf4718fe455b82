# SPDX-License-Identifier: Apache-2.0
"""A batch's subtree, written as it grows: tiles go to the disk on one thread while the next hashes are computed."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from lawgate.drivers.tiles.files import make_folder, names_below, remove_tree, sync_folders, write_synced
from lawgate.ledger.merkle import HASH, Frontier, grow
from lawgate.ledger.tile import WIDTH, TileId
from lawgate.ports.log import LogBrokenError

_TILE = WIDTH * HASH


class Growing:
    """Tiles of one tree in a folder of its own. Use as a context manager; leaving it waits for the disk."""

    def __init__(self, folder: Path) -> None:
        """Whatever was left in `folder` is removed."""
        remove_tree(folder)
        self._folder = folder
        self._frontier = Frontier()
        self._held: list[bytes] = []  # by level: hashes that do not fill a tile yet
        self._full: list[int] = []  # by level: tiles written
        self._changed = make_folder(folder)
        # More threads than one only wait for each other at the disk.
        self._disk = ThreadPoolExecutor(1)
        self._written: list[Future[None]] = []

    def __enter__(self) -> "Growing":
        """The tree itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait for the disk, whatever happened."""
        self._disk.shutdown(cancel_futures=error is not None)

    def add(self, hashes: bytes) -> None:
        """Append leaf hashes (concatenated, 32 bytes each). ValueError when they are not whole."""
        self._frontier, fresh = grow(self._frontier, hashes)
        for level, new in enumerate(fresh):
            if level == len(self._held):
                self._held.append(b"")
                self._full.append(0)
            held = self._held[level] + new
            count = len(held) // _TILE
            first = self._full[level]
            self._write({TileId(level, first + n).path: held[n * _TILE : (n + 1) * _TILE] for n in range(count)})
            self._held[level], self._full[level] = held[count * _TILE :], first + count

    def finish(self) -> bytes:
        """The root, once all tiles are on the disk as they were written. LogBrokenError when they are not."""
        edge = {
            TileId(level, self._full[level], len(held) // HASH).path: held
            for level, held in enumerate(self._held)
            if held
        }
        self._write(edge)
        for each in self._written:
            each.result()
        tiles = sum(self._full) + len(edge)
        if len(list(names_below(self._folder))) != tiles:
            raise LogBrokenError("the disk holds other files than were written")
        sync_folders(self._changed)
        return self._frontier.root()

    def _write(self, files: Mapping[str, bytes]) -> None:
        if files:
            self._written.append(self._disk.submit(self._place, files))

    def _place(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            path = self._folder / name
            if not path.parent.is_dir():
                self._changed |= make_folder(path.parent)
            write_synced(path, data)
            if path.read_bytes() != data:
                raise LogBrokenError("the disk gives back other bytes than were written")


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    names = list(names_below(one))
    if names != list(names_below(other)):
        return False
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)
