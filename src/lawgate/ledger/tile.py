# SPDX-License-Identifier: Apache-2.0
"""tlog-tiles: which files a tree of a given size consists of, what they are called, what is in them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import HASH, TILE_HEIGHT, NodeGetter, root_of

WIDTH = 256
ENTRIES = -1
"""The level of an entry bundle in a `TileId`; its path says `entries` instead of a number."""
MAX_ENTRY = 65535
_MAX_LEVEL = 63
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)((?:/x[0-9]{3})*/[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """One file of a tree: `level` (or ENTRIES), `index` within the level, `width` 1 to 256 (256 is a full tile)."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """ValueError when a number is outside the format."""
        if not (ENTRIES <= self.level <= _MAX_LEVEL and self.index >= 0 and 1 <= self.width <= WIDTH):
            raise ValueError("no such tile")

    @property
    def path(self) -> str:
        """Path below the log's folder, e.g. `tile/0/x001/x234/067.p/5`."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        name = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
        return f"tile/{level}/{name}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def first(self) -> int:
        """Index, at the tile's own level, of its first hash (of its first entry for a bundle)."""
        return self.index * WIDTH


def parse_path(path: str) -> TileId:
    """The tile a path names; MalformedError unless printing it again gives the same path."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise MalformedError("tile_path")
    level, name, width = found.groups()
    index = int(name.replace("/", "").replace("x", ""))
    try:
        tile = TileId(ENTRIES if level == "entries" else int(level), index, int(width or WIDTH))
    except ValueError:
        raise MalformedError("tile_path") from None
    if tile.path != path:
        raise MalformedError("tile_path")
    return tile


def level_sizes(size: int) -> Iterator[tuple[int, int]]:
    """(tile level, number of hashes on it) for each level that a tree of `size` leaves has."""
    level = 0
    while size:
        yield level, size
        level, size = level + 1, size // WIDTH


def tiles_between(level: int, old: int, new: int) -> Iterator[TileId]:
    """Tiles of one level that change when its number of hashes grows from `old` to `new`, at their new width."""
    for index in range(old // WIDTH, -(-new // WIDTH)):
        width = min(WIDTH, new - index * WIDTH)
        if index * WIDTH + width > old:
            yield TileId(level, index, width)


def tiles_for(size: int) -> Iterator[TileId]:
    """Every hash tile of a tree of `size` leaves, lowest level first."""
    for level, count in level_sizes(size):
        yield from tiles_between(level, 0, count)


def bundles_for(size: int) -> Iterator[TileId]:
    """Every entry bundle of a log of `size` entries."""
    yield from tiles_between(ENTRIES, 0, size)


def tile_holding(level: int, place: int, size: int) -> TileId:
    """The tile (or bundle) with position `place` of `level` in a log of `size` entries. ValueError if there is none."""
    count = size if level == ENTRIES else size >> (TILE_HEIGHT * level)
    if not 0 <= place < count:
        raise ValueError("no such place in a tree of this size")
    index = place // WIDTH
    return TileId(level, index, min(WIDTH, count - index * WIDTH))


def node_getter(read: Callable[[TileId], bytes], size: int) -> NodeGetter:
    """Complete subtrees of a tree of `size` leaves from its tiles; `read` gives a tile's bytes."""

    def node(height: int, index: int) -> bytes:
        level, rest = divmod(height, TILE_HEIGHT)
        first = index << rest
        tile = tile_holding(level, first + (1 << rest) - 1, size)
        start = (first - tile.first) * HASH
        return root_of(read(tile)[start : start + (HASH << rest)])

    return node


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Each entry behind its length as two bytes, big end first. ValueError for an entry over 65,535 bytes."""
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise ValueError("an entry is at most 65535 bytes")
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def decode_bundle(data: bytes, count: int) -> list[bytes]:
    """Exactly `count` entries; MalformedError, naming the byte, when there are fewer, more, or one is cut short."""
    entries, at = [], 0
    for _ in range(count):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise MalformedError("bundle_short", f"byte {at}")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data):
        raise MalformedError("bundle_long", f"byte {at}")
    return entries
