# SPDX-License-Identifier: Apache-2.0
"""Read a log folder. Any number of readers, in any process, beside the one writer.

head                         origin, size, root of all durable leaves (not signed)
checkpoint                   the latest signed and cosigned head
tile/<level>/…, tile/entries/…    the main tree, as tlog-tiles serves it
subtree/<name>/<level>            the tree of one batch stage, a file a level: commitments only, no rows
lock                         held by the writer, always empty
.new                         files on their way; emptied when the log is opened
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from lawgate.drivers.tiles.subtree import read_tile
from lawgate.ledger.checkpoint import Checkpoint, parse_text
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import NodeGetter, consistency_proof, inclusion_proof
from lawgate.ledger.schema import is_code
from lawgate.ledger.tile import ENTRIES, WIDTH, TileId, decode_bundle, node_getter, tile_holding
from lawgate.ports.log import LogBrokenError

HEAD = "head"
CHECKPOINT = "checkpoint"
SUBTREE = "subtree"
LOCK = "lock"


def subtree_prefix(name: str) -> str:
    """Folder of a subtree, relative to the log. ValueError for a name that is not a code."""
    if not is_code(name):
        raise ValueError("a subtree's name is a code")
    return f"{SUBTREE}/{name}"


class TileReader:
    """A log folder as a `ports.log.LogReader`. Nothing is cached: each call reads what is durable now."""

    def __init__(self, folder: Path) -> None:
        """The folder of the log. LogBrokenError when it has no readable head."""
        self._folder = folder
        self.head()

    def head(self) -> Checkpoint:
        """The durable head. LogBrokenError when the file is missing or malformed."""
        try:
            return parse_text((self._folder / HEAD).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, MalformedError):
            raise LogBrokenError("the log has no readable head") from None

    def size(self) -> int:
        """Number of durable leaves."""
        return self.head().size

    def checkpoint(self) -> bytes | None:
        """The published checkpoint's bytes; None before the first."""
        return _read(self._folder / CHECKPOINT)

    def tile(self, tile: TileId) -> bytes:
        """A tile's bytes, cut from the full tile when the partial one is gone. KeyError when there is neither."""
        return self._tile(tile)

    def subtree_tile(self, name: str, tile: TileId) -> bytes:
        """A hash tile of a subtree. KeyError when there is none, ValueError for a name that is not a code."""
        return read_tile(self._folder / subtree_prefix(name), tile)

    def read(self, index: int) -> bytes:
        """The leaf at `index`. IndexError when there is none, LogBrokenError when its bundle cannot be read."""
        size = self.size()
        if not 0 <= index < size:
            raise IndexError("no such leaf")
        return self.bundle(tile_holding(ENTRIES, index, size))[index % WIDTH]

    def bundle(self, tile: TileId) -> list[bytes]:
        """The entries of a bundle. LogBrokenError when it is missing or malformed."""
        try:
            return decode_bundle(self.tile(tile), tile.width)
        except (KeyError, MalformedError):
            raise LogBrokenError(f"{tile.path} cannot be read") from None

    def prove_inclusion(self, index: int, size: int) -> list[bytes]:
        """Audit path of leaf `index` in the tree of `size` leaves."""
        return inclusion_proof(index, size, self._nodes(size))

    def prove_consistency(self, old: int, new: int) -> list[bytes]:
        """Proof that the tree of `old` leaves begins the tree of `new`."""
        return consistency_proof(old, new, self._nodes(new))

    def prove_row(self, name: str, index: int, size: int) -> list[bytes]:
        """Audit path of row `index` in a subtree of `size` rows."""
        return inclusion_proof(index, size, node_getter(_sure(partial(self.subtree_tile, name)), size))

    def _nodes(self, size: int) -> NodeGetter:
        # Tiles are looked up at the width they have now: a partial tile of an older size may never have been stored.
        stored = self.size()
        if size > stored:
            raise ValueError("the log is smaller")
        return node_getter(self._tiles(), stored)

    def _tiles(self) -> Callable[[TileId], bytes]:
        return _sure(self.tile)

    def _tile(self, tile: TileId) -> bytes:
        widths = (tile.width, WIDTH) if tile.width != WIDTH else (WIDTH,)
        for width in widths:
            data = _read(self._folder / TileId(tile.level, tile.index, width).path)
            if data is not None:
                return _cut(data, tile, width)
        raise KeyError(tile.path)


def _sure(read: Callable[[TileId], bytes]) -> Callable[[TileId], bytes]:
    """The same reader, for which a tile that is not there is a broken log."""

    def surely(tile: TileId) -> bytes:
        try:
            return read(tile)
        except KeyError:
            raise LogBrokenError(f"{tile.path} is missing or has a wrong length") from None

    return surely


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _cut(data: bytes, tile: TileId, width: int) -> bytes:
    """The first `tile.width` places of a tile or bundle stored `width` wide. KeyError when its length is wrong."""
    if tile.level != ENTRIES:
        if len(data) != 32 * width:
            raise KeyError(tile.path)
        return data[: 32 * tile.width]
    if tile.width == width:
        return data
    at = 0
    for _ in range(tile.width):
        at += 2 + int.from_bytes(data[at : at + 2], "big")
    return data[:at]
