# SPDX-License-Identifier: Apache-2.0
"""RFC 6962 Merkle trees over SHA-256: hashes, an incremental frontier, proofs and their verification.

Many hashes travel as one `bytes` of 32-byte pieces: at a million leaves a list of objects costs more than the hashing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import iter_unpack

HASH = 32
EMPTY_ROOT = sha256(b"").digest()
TILE_HEIGHT = 8

NodeGetter = Callable[[int, int], bytes]
"""`node(height, index)`: hash of the complete subtree over leaves `[index * 2**height, (index + 1) * 2**height)`."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 of 0x00 and the entry: 32 bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and both children: 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def leaf_hashes(entries: Iterable[bytes]) -> bytes:
    """The leaf hashes of all entries, in order, as one byte string."""
    return b"".join([sha256(b"\x00" + entry).digest() for entry in entries])


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: enough to grow it and to know its root.

    `nodes` holds one hash for each set bit of `size`, lowest bit first; each is the root of a complete subtree.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """ValueError when the number of nodes does not fit the size."""
        if self.size < 0 or self.size.bit_count() != len(self.nodes):
            raise ValueError("a frontier needs one node for each set bit of its size")

    def append(self, hashed: bytes) -> "Frontier":
        """The frontier after one more leaf hash."""
        return grow(self, hashed)[0]

    def extend(self, hashes: bytes) -> "Frontier":
        """The frontier after all of these leaf hashes (concatenated)."""
        return grow(self, hashes)[0]

    def root(self) -> bytes:
        """The tree's root: 32 bytes; the empty tree's root is SHA-256 of nothing."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[0]
        for left in self.nodes[1:]:
            root = node_hash(left, root)
        return root


def heights(size: int) -> list[int]:
    """Heights of the complete subtrees that make up a tree of `size` leaves, lowest first."""
    return [bit for bit in range(size.bit_length()) if size >> bit & 1]


def grow(frontier: Frontier, hashes: bytes) -> tuple[Frontier, tuple[bytes, ...]]:
    """Append leaf hashes and keep what tiles need.

    Returns the new frontier and, for tile levels 0, 1, 2…, the newly completed hashes of heights 0, 8, 16…,
    concatenated. ValueError unless `hashes` is a whole number of 32-byte pieces.
    """
    if len(hashes) % HASH:
        raise ValueError("leaf hashes are 32 bytes each")
    nodes = dict(zip(heights(frontier.size), frontier.nodes, strict=True))
    fresh: list[bytes] = []
    level, height = hashes, 0
    while level:
        if height % TILE_HEIGHT == 0:
            fresh.append(level)
        row = nodes.pop(height, b"") + level
        even = len(row) // (2 * HASH) * (2 * HASH)
        if even != len(row):
            nodes[height] = row[even:]
        level = _parents(row, even)
        height += 1
    size = frontier.size + len(hashes) // HASH
    return Frontier(size, tuple(nodes[bit] for bit in sorted(nodes))), tuple(fresh)


def _parents(row: bytes, end: int) -> bytes:
    # One list of digests and one join: half the time of writing into a buffer.
    pairs = iter_unpack("64s", memoryview(row)[:end])
    return b"".join([sha256(b"\x01" + pair).digest() for (pair,) in pairs])


def subtree_levels(hashes: bytes) -> tuple[bytes, ...]:
    """Tile levels of a tree over these leaf hashes: level `n` has `leaves // 256**n` hashes; no empty levels."""
    return grow(Frontier(), hashes)[1]


def root_of(hashes: bytes) -> bytes:
    """Root of the tree over concatenated leaf hashes."""
    return Frontier().extend(hashes).root()


def nodes_of(hashes: bytes) -> NodeGetter:
    """A getter over leaf hashes in memory; each call hashes the subtree it is asked for."""

    def node(height: int, index: int) -> bytes:
        width = HASH << height
        piece = hashes[index * width : (index + 1) * width]
        if len(piece) != width:
            raise ValueError("the subtree is not complete")
        return root_of(piece)

    return node


def frontier_at(size: int, node: NodeGetter) -> Frontier:
    """The frontier of the first `size` leaves, read from stored nodes."""
    found, start = [], 0
    for height in reversed(heights(size)):
        found.append(node(height, start >> height))
        start += 1 << height
    return Frontier(size, tuple(reversed(found)))


def _span(start: int, end: int, node: NodeGetter) -> bytes:
    """Root over leaves `[start, end)`; `start` is a multiple of a power of two that is at least `end - start`."""
    count = end - start
    edge, place = [], start
    for height in reversed(heights(count)):
        edge.append(node(height, place >> height))
        place += 1 << height
    return Frontier(count, tuple(reversed(edge))).root()


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, node: NodeGetter) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards. ValueError if outside."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_span(middle, end, node))
            end = middle
        else:
            path.append(_span(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, node: NodeGetter) -> list[bytes]:
    """RFC 6962 proof that the tree of `old` leaves begins the tree of `new`; empty for `old` = 0 or `old` = `new`."""
    if not 0 <= old <= new:
        raise ValueError("the older tree must not be the larger one")
    path: list[bytes] = []
    if old in (0, new):
        return path
    start, end, whole = 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_span(middle, end, node))
            end = middle
        else:
            path.append(_span(start, middle, node))
            start, whole = middle, False
    # A verifier holds the old root: its own subtree is left out exactly when it is the whole old tree.
    if not whole:
        path.append(_span(start, end, node))
    return path[::-1]


def root_from_path(hashed: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that this leaf hash and path lead to; None when the path has a wrong length or piece."""
    if not 0 <= index < size or any(len(step) != HASH for step in (hashed, *path)):
        return None
    left, last, root = index, size - 1, hashed
    for step in path:
        if last == 0:
            return None
        if left & 1 or left == last:
            root = node_hash(step, root)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            root = node_hash(root, step)
        left, last = left >> 1, last >> 1
    return root if last == 0 else None


def verify_inclusion(hashed: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf hash stands at `index` of the tree with this size and root."""
    return root_from_path(hashed, index, size, path) == root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree (`old`, `old_root`) is a beginning of the tree (`new`, `new_root`)."""
    if not 0 <= old <= new or any(len(step) != HASH for step in (old_root, new_root, *path)):
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not path and old_root == new_root
    steps = list(path) if old & (old - 1) else [old_root, *path]
    return bool(steps) and _both_roots(old, new, steps) == (old_root, new_root)


def _both_roots(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and the new root that the proof leads to (RFC 9162, 2.1.4.2); None when its length is wrong."""
    left, last = old - 1, new - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if left & 1 or left == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        left, last = left >> 1, last >> 1
    return (older, newer) if last == 0 else None
