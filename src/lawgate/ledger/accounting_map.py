# SPDX-License-Identifier: Apache-2.0
"""A map from labels (32 bytes) to values (32 bytes) under one root, with proofs that a label is there or is not. Pure.

A label's bits are its way through a binary tree, so each label has one place and nothing else has to be believed: a
proof of absence shows that the place is empty, or taken by another label. Two proofs that contradict each other under
one root would be a collision of SHA-256.

    empty            SHA-256(0x04)
    one label below  SHA-256(0x02 || label || value)
    more             SHA-256(0x03 || left || right)      left: next bit 0
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

WIDTH = 32
BITS = 8 * WIDTH
EMPTY = sha256(b"\x04").digest()
Pair = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class MapProof:
    """Hashes beside the way from the root down to where it ends, and the label and value that stand there.

    `there` is None for an empty place. For a label that is in the map, `there` is that label.
    """

    path: tuple[bytes, ...]
    there: Pair | None


def place_hash(label: bytes, value: bytes) -> bytes:
    """The hash of a part of the tree with one label below: 32 bytes."""
    return sha256(b"\x02" + label + value).digest()


def fork_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a part of the tree with more than one label below: 32 bytes."""
    return sha256(b"\x03" + left + right).digest()


def bit(label: bytes, depth: int) -> int:
    """Bit `depth` of a label, the highest bit of its first byte being number 0."""
    return label[depth >> 3] >> (7 - (depth & 7)) & 1


def checked(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """The pairs themselves. ValueError unless labels rise strictly and both halves have 32 bytes."""
    rising = all(one[0] < two[0] for one, two in pairwise(pairs))
    if not rising or any(len(label) != WIDTH or len(value) != WIDTH for label, value in pairs):
        raise ValueError("pairs of 32 bytes each, labels rising")
    return pairs


def root_of(pairs: Sequence[Pair], depth: int = 0) -> bytes:
    """Root over pairs in rising order of labels that share their first `depth` bits; EMPTY for none."""
    if len(pairs) < 2:
        return place_hash(*pairs[0]) if pairs else EMPTY
    cut = _cut(pairs, depth)
    return fork_hash(root_of(pairs[:cut], depth + 1), root_of(pairs[cut:], depth + 1))


def _cut(pairs: Sequence[Pair], depth: int) -> int:
    """Number of pairs whose bit `depth` is 0."""
    return bisect_left(pairs, 1, key=lambda pair: bit(pair[0], depth))


def prove(pairs: Sequence[Pair], label: bytes, depth: int = 0) -> MapProof:
    """Proof for a label, there or not, in the part of the map below `depth` that these pairs fill."""
    path: list[bytes] = []
    while len(pairs) > 1:
        cut = _cut(pairs, depth)
        low, high = pairs[:cut], pairs[cut:]
        depth += 1
        pairs, beside = (high, low) if bit(label, depth - 1) else (low, high)
        path.append(root_of(beside, depth))
    return MapProof(tuple(path), pairs[0] if pairs else None)


def levels(buckets: Sequence[bytes], counts: Sequence[int]) -> list[list[bytes]]:
    """Hashes of all parts from the root (first list) down to `buckets`, for maps kept in 2**k buckets.

    `buckets[i]` is `root_of` the labels whose first k bits are i, at depth k; `counts[i]` how many they are. A part
    with fewer than two labels has the hash of that label, at whatever depth. ValueError for another number of buckets.
    """
    if len(buckets) & (len(buckets) - 1) or len(buckets) != len(counts) or not buckets:
        raise ValueError("the number of buckets is a power of two")
    made, below = [list(buckets)], list(counts)
    while len(made[0]) > 1:
        made.insert(0, [_joined(made[0], below, at) for at in range(0, len(made[0]), 2)])
        below = [below[at] + below[at + 1] for at in range(0, len(below), 2)]
    return made


def _joined(row: Sequence[bytes], below: Sequence[int], at: int) -> bytes:
    if below[at] + below[at + 1] < 2:
        return row[at] if below[at] else row[at + 1]
    return fork_hash(row[at], row[at + 1])


def bucket_depth(count: int) -> int:
    """How deep a map of so many labels is cut into buckets for keeping, so that one bucket holds a few dozen."""
    return max(0, (count >> 5).bit_length())


def prove_kept(
    label: bytes,
    depth: int,
    part: Callable[[int, int], tuple[bytes, int]],
    pairs: Callable[[int, int], Sequence[Pair]],
) -> MapProof:
    """Proof for a label from a kept map cut into buckets at `depth`.

    `part(level, number)` gives hash and count of the labels whose first `level` bits are `number`; `pairs(level,
    number)` gives those labels with their values, rising.
    """
    path: list[bytes] = []
    whole = int.from_bytes(label, "big")
    for level in range(depth):
        number = whole >> (BITS - level)
        if part(level, number)[1] < 2:
            return MapProof(tuple(path), next(iter(pairs(level, number)), None))
        path.append(part(level + 1, whole >> (BITS - level - 1) ^ 1)[0])
    rest = prove(pairs(depth, whole >> (BITS - depth)), label, depth)
    return MapProof((*path, *rest.path), rest.there)


def root_from(label: bytes, proof: MapProof) -> bytes:
    """The root that a proof leads to for a label. ValueError when it has a wrong form or shows another place."""
    depth, there = len(proof.path), proof.there
    sizes = [len(step) for step in proof.path] + [len(part) for part in there or ()] + [len(label)]
    if depth > BITS or any(size != WIDTH for size in sizes):
        raise ValueError("the proof has a wrong form")
    if there is not None and any(bit(there[0], at) != bit(label, at) for at in range(depth)):
        raise ValueError("what the proof shows stands in another place")
    found = EMPTY if there is None else place_hash(*there)
    for at in reversed(range(depth)):
        beside = proof.path[at]
        found = fork_hash(beside, found) if bit(label, at) else fork_hash(found, beside)
    return found


def value_in(label: bytes, proof: MapProof) -> bytes | None:
    """The label's value by a proof whose root was found right; None when the map does not hold the label."""
    return proof.there[1] if proof.there is not None and proof.there[0] == label else None


def verify(root: bytes, label: bytes, proof: MapProof) -> bytes | None:
    """The label's value, or None when the map does not hold it. ValueError when the proof does not lead to the root."""
    if root_from(label, proof) != root:
        raise ValueError("the proof does not lead to this root")
    return value_in(label, proof)
