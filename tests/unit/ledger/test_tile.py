# SPDX-License-Identifier: Apache-2.0
"""tlog-tiles: names, widths, bundles; the vectors are those of the public specification."""

import pytest

from lawgate.ledger import merkle, tile
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.tile import ENTRIES, TileId

PATHS = [
    (TileId(0, 1234067), "tile/0/x001/x234/067"),
    (TileId(0, 0), "tile/0/000"),
    (TileId(3, 999, 5), "tile/3/999.p/5"),
    (TileId(63, 1000, 255), "tile/63/x001/000.p/255"),
    (TileId(ENTRIES, 273, 112), "tile/entries/273.p/112"),
    (TileId(ENTRIES, 1_000_000), "tile/entries/x001/x000/000"),
]
BAD_PATHS = [
    "tile/0/67",
    "tile/0/0067",
    "tile/00/067",
    "tile/64/067",
    "tile/-1/067",
    "tile/0/x000/067",
    "tile/0/001/067",
    "tile/0/x001",
    "tile/0/067.p/0",
    "tile/0/067.p/256",
    "tile/0/067.p/05",
    "tile/0/067.p/",
    "tile/0/067/",
    "/tile/0/067",
    "tile/0/../067",
    "tile/entry/067",
    "tile/0/067.p/999",
    "tile/0/x001/x234/067/.p/3",
    "tile/0/٠٠٠",
    "tile//067",
]


@pytest.mark.parametrize(("name", "path"), PATHS)
def test_paths(name: TileId, path: str) -> None:
    assert name.path == path
    assert tile.parse_path(path) == name


@pytest.mark.parametrize("path", BAD_PATHS)
def test_other_spellings_are_refused(path: str) -> None:
    with pytest.raises(MalformedError):
        tile.parse_path(path)


def test_the_specifications_example_of_70000() -> None:
    tiles = list(tile.tiles_for(70_000))
    assert [(one.level, one.width) for one in tiles if one.width != 256] == [(0, 112), (1, 17), (2, 1)]
    assert len([one for one in tiles if one.level == 0]) == 274
    assert [one.path for one in tile.tiles_for(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert not list(tile.tiles_for(0))


def test_only_changed_tiles_are_named() -> None:
    assert [one.path for one in tile.tiles_between(0, 255, 258)] == ["tile/0/000", "tile/0/001.p/2"]
    assert [one.path for one in tile.tiles_between(0, 256, 257)] == ["tile/0/001.p/1"]
    assert not list(tile.tiles_between(0, 256, 256))


def test_nodes_come_from_tiles() -> None:
    hashes = merkle.leaf_hashes([n.to_bytes(3, "big") for n in range(1000)])
    levels = merkle.subtree_levels(hashes)
    node = tile.node_getter(lambda one: levels[one.level][one.first * 32 : (one.first + one.width) * 32], 1000)
    own = merkle.nodes_of(hashes)
    assert all(node(height, 0) == own(height, 0) for height in range(9))
    assert merkle.frontier_at(1000, node).root() == merkle.root_of(hashes)
    with pytest.raises(ValueError, match="no such place"):
        node(0, 1000)


def test_bundles() -> None:
    entries = [b"", b"a", b"x" * 65535]
    data = tile.encode_bundle(entries)
    assert data[:5].hex() == "0000000161"
    assert tile.decode_bundle(data, 3) == entries
    assert tile.encode_bundle([]) == b""
    with pytest.raises(ValueError, match="65535"):
        tile.encode_bundle([b"x" * 65536])
    for broken, count in ((data[:-1], 3), (data + b"\0", 3), (data, 2), (data, 4), (b"\0", 1), (b"", 1)):
        with pytest.raises(MalformedError):
            tile.decode_bundle(broken, count)


@pytest.mark.parametrize(("level", "index", "width"), [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_impossible_tiles_are_refused(level: int, index: int, width: int) -> None:
    with pytest.raises(ValueError, match="no such tile"):
        TileId(level, index, width)
