# SPDX-License-Identifier: Apache-2.0
"""Load the tiles of one tree, recompute each level from the one below, and find out which side is wrong.

Stored hashes are trusted from the root downwards: a tile is authentic when it leads to its hash one level up, or, at
the tree's right edge, when all edge tiles together lead to a trusted root. Where a stored hash and the one computed
from below differ, an authentic tile puts the blame on what lies below it, any other tile takes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lawgate.drivers.tiles.finding import Finding
from lawgate.drivers.tiles.subtree import level_path
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import HASH, frontier_at, root_of
from lawgate.ledger.tile import (
    ENTRIES,
    WIDTH,
    TileId,
    bundles_for,
    decode_bundle,
    level_sizes,
    node_getter,
    tile_holding,
    tiles_between,
)

OLDER_DIFFERS = "differs_from_later_tile"
_TILE = WIDTH * HASH


@dataclass(slots=True)
class Tree:
    """The tiles of one tree as stored: hashes per level, tiles that could not be read, files it accounts for."""

    prefix: str
    size: int
    levels: list[bytearray] = field(default_factory=list)
    unread: set[TileId] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    def path(self, tile: TileId) -> str:
        """The path, relative to the log folder, of the file that holds a tile; a subtree has one for each level."""
        return f"{self.prefix}/{level_path(tile.level)}" if self.prefix else tile.path

    def spot(self, tile: TileId, at: int) -> str:
        """Where in its file the hash at position `at` of a tile stands."""
        at += tile.first if self.prefix else 0
        return f"hash {at} (bytes {at * HASH} to {at * HASH + HASH - 1})"

    def holding(self, level: int, place: int) -> TileId:
        """The tile of this tree with position `place` of `level`."""
        return tile_holding(level, place, self.size)

    def bytes_of(self, tile: TileId) -> bytes:
        """A tile's hashes, out of its level."""
        start = tile.first * HASH
        return bytes(self.levels[tile.level][start : start + tile.width * HASH])


def load_tree(folder: Path, prefix: str, size: int, findings: list[Finding]) -> Tree:
    """Read every hash tile of a tree of `size` leaves; findings for tiles missing or of a wrong length.

    Such a tile is filled in from the level below, so that one lost file does not hide what else is wrong.
    """
    tree = Tree(prefix, size)
    for level, count in level_sizes(size):
        below = tree.levels[-1] if tree.levels else None
        if prefix:
            tree.levels.append(_read_level(folder, tree, TileId(level, 0), count, findings))
            continue
        stored = bytearray()
        for tile in tiles_between(level, 0, count):
            data = _read(folder, tree, tile, findings)
            if len(data) != tile.width * HASH:
                tree.unread.add(tile)
                data = _from_below(below, tile)
            stored += data
            _older_partials(folder, tree, tile, data, findings)
        tree.levels.append(stored)
    return tree


def _read(folder: Path, tree: Tree, tile: TileId, findings: list[Finding]) -> bytes:
    path = tree.path(tile)
    tree.files.add(path)
    try:
        data = (folder / path).read_bytes()
    except OSError:
        findings.append(Finding(path, "", "missing"))
        return b""
    if tile.level != ENTRIES and len(data) != tile.width * HASH:
        findings.append(Finding(path, f"{len(data)} bytes", "wrong_length"))
    return data


def _read_level(folder: Path, tree: Tree, first: TileId, count: int, findings: list[Finding]) -> bytearray:
    """A whole level of a subtree; computed from the one below when the file is not as long as it must be."""
    path = tree.path(first)
    tree.files.add(path)
    try:
        data = bytearray((folder / path).read_bytes())
    except OSError:
        findings.append(Finding(path, "", "missing"))
        data = bytearray()
    else:
        if len(data) != count * HASH:
            findings.append(Finding(path, f"{len(data)} bytes", "wrong_length"))
    if len(data) == count * HASH:
        return data
    tiles = list(tiles_between(first.level, 0, count))
    tree.unread.update(tiles)
    below = tree.levels[-1] if tree.levels else None
    return bytearray(b"".join(_from_below(below, tile) for tile in tiles))


def _from_below(below: bytearray | None, tile: TileId) -> bytes:
    if below is None:
        return bytes(tile.width * HASH)
    places = range(tile.first, tile.first + tile.width)
    return b"".join([root_of(bytes(below[at * _TILE : (at + 1) * _TILE])) for at in places])


def _older_partials(folder: Path, tree: Tree, tile: TileId, data: bytes, findings: list[Finding]) -> None:
    """Partial tiles of earlier sizes may lie beside the present one; each must be a beginning of it."""
    beside = folder / f"{tree.path(TileId(tile.level, tile.index))}.p"
    widths = [int(child.name) for child in beside.iterdir() if child.name.isdecimal()] if beside.is_dir() else []
    for width in sorted(width for width in widths if 0 < width < tile.width):
        path = tree.path(TileId(tile.level, tile.index, width))
        tree.files.add(path)
        stored = (folder / path).read_bytes()
        whole = len(stored) == width * HASH if tile.level != ENTRIES else _holds(stored, width)
        if not whole or not data.startswith(stored):
            findings.append(Finding(path, _first_difference(stored, data), OLDER_DIFFERS))


def _holds(data: bytes, count: int) -> bool:
    try:
        return len(decode_bundle(data, count)) == count
    except MalformedError:
        return False


def _first_difference(one: bytes, other: bytes) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"byte {at}"


def load_entries(folder: Path, size: int, tree: Tree, findings: list[Finding]) -> list[bytes | None]:
    """Every entry of the log; None for those of a bundle that cannot be read."""
    entries: list[bytes | None] = []
    for tile in bundles_for(size):
        before = len(findings)
        data = _read(folder, tree, tile, findings)
        _older_partials(folder, tree, tile, data, findings)
        try:
            entries += decode_bundle(data, tile.width)
        except MalformedError as error:
            entries += [None] * tile.width
            if not any(each.path == tile.path for each in findings[before:]):
                findings.append(Finding(tile.path, error.place, error.code))
    return entries


def compare(
    tree: Tree, hashed: Sequence[bytes | None] | None, trusted: Sequence[bytes], findings: list[Finding]
) -> bytes | None:
    """Compare each level with the one below it.

    `hashed` is what lies below level 0: leaf hashes of the entries, None for an entry that could not be read, None as
    a whole when there are no entries (a subtree). Adds the findings and gives the leaf hashes that lead to a trusted
    root; None when there are none and the tiles have been blamed for it.
    """
    before = len(findings)
    edge_holds = not trusted or _edge_root(tree) in trusted
    for level in range(0 if hashed is not None else 1, len(tree.levels)):
        _compare_level(tree, level, hashed or (), edge_holds, findings)
    candidates = [bytes(tree.levels[0]) if tree.levels else b""]
    if hashed is not None and None not in hashed:
        candidates.append(b"".join(each for each in hashed if each))
    for each in candidates:
        if root_of(each) in trusted:
            return each
    at_fault = bool(tree.unread) or len(findings) > before
    return None if at_fault else candidates[-1]


def _edge_root(tree: Tree) -> bytes:
    return frontier_at(tree.size, node_getter(tree.bytes_of, tree.size)).root()


def _compare_level(
    tree: Tree, level: int, hashed: Sequence[bytes | None], edge_holds: bool, findings: list[Finding]
) -> None:
    stored = tree.levels[level]
    for place in range(len(stored) // HASH):
        tile = tree.holding(level, place)
        expected = hashed[place] if level == 0 else _computed(tree, level, place)
        if tile in tree.unread or expected is None or stored[place * HASH : (place + 1) * HASH] == expected:
            continue
        if _authentic(tree, tile, edge_holds):
            findings.append(_blame_below(tree, level, place))
        else:
            findings.append(Finding(tree.path(tile), tree.spot(tile, place - tile.first), "hash_differs"))


def _computed(tree: Tree, level: int, place: int) -> bytes | None:
    below = TileId(level - 1, place)
    return None if below in tree.unread else root_of(tree.bytes_of(below))


def _authentic(tree: Tree, tile: TileId, edge_holds: bool) -> bool:
    if tile.width != WIDTH:
        return edge_holds
    above = tree.levels[tile.level + 1][tile.index * HASH : (tile.index + 1) * HASH]
    return above == root_of(tree.bytes_of(tile))


def _blame_below(tree: Tree, level: int, place: int) -> Finding:
    if level:
        tile = TileId(level - 1, place)
        return Finding(
            tree.path(tile), f"hash {tile.first} or one of the next 255" if tree.prefix else "", "hash_differs"
        )
    tile = tree.holding(ENTRIES, place)
    return Finding(tree.path(tile), f"entry {place - tile.first} (leaf {place})", "entry_differs")
