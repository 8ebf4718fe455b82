# SPDX-License-Identifier: Apache-2.0
"""The fast trees and proofs against RFC 6962's own recursive definition, and all proofs swapped."""

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.ledger import merkle, tile

MOST = 300
ENTRIES = [b"entry %d" % n for n in range(MOST)]
HASHES = merkle.leaf_hashes(ENTRIES)


def split(size: int) -> int:
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def mth(entries: list[bytes]) -> bytes:
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def sizes(size: str) -> list[int]:
    return list(range(MOST + 1)) if size == "full" else [*range(70), 100, 127, 128, 129, 200, 255, 256, 257, 299, 300]


def test_every_root_and_every_frontier() -> None:
    frontier = merkle.Frontier()
    for count in range(MOST + 1):
        assert merkle.root_of(HASHES[: 32 * count]) == frontier.root() == mth(ENTRIES[:count])
        frontier = frontier.append(HASHES[32 * count :][:32]) if count < MOST else frontier


def test_inclusion_for_all_sizes(size: str) -> None:
    for count in sizes(size):
        root, node = mth(ENTRIES[:count]), merkle.nodes_of(HASHES[: 32 * count])
        for index in range(0, count, 1 if size == "full" or count < 70 else 17):
            proof = merkle.inclusion_proof(index, count, node)
            assert proof == path(index, ENTRIES[:count])
            assert merkle.verify_inclusion(HASHES[32 * index :][:32], index, count, proof, root)


def test_consistency_for_all_sizes(size: str) -> None:
    roots = [mth(ENTRIES[:count]) for count in range(MOST + 1)]
    for new in sizes(size):
        node = merkle.nodes_of(HASHES[: 32 * new])
        for old in range(0, new + 1, 1 if size == "full" or new < 70 else 13):
            proof = merkle.consistency_proof(old, new, node)
            assert proof == (subproof(old, ENTRIES[:new], True) if old > 0 else [])
            assert merkle.verify_consistency(old, new, proof, roots[old], roots[new])


def test_all_inclusion_proofs_swapped() -> None:
    """In a tree of 21 leaves, no (leaf, index, path) other than the right ones is accepted."""
    count = 21
    root, node = mth(ENTRIES[:count]), merkle.nodes_of(HASHES[: 32 * count])
    proofs = [merkle.inclusion_proof(index, count, node) for index in range(count)]
    accepted = {
        (leaf, index, which)
        for leaf in range(count)
        for index in range(count)
        for which in range(count)
        if merkle.verify_inclusion(HASHES[32 * leaf :][:32], index, count, proofs[which], root)
    }
    assert accepted == {(index, index, index) for index in range(count)}


def test_all_consistency_proofs_swapped() -> None:
    """Between the sizes of a tree of 14 leaves, a proof is accepted for its own two roots only."""
    count = 14
    node = merkle.nodes_of(HASHES)
    roots = [mth(ENTRIES[:size]) for size in range(count + 1)]
    proofs = {
        (old, new): merkle.consistency_proof(old, new, node) for new in range(1, count + 1) for old in range(1, new)
    }
    for (old, new), proof in proofs.items():
        for first in range(1, count + 1):
            for last in range(first + 1, count + 1):
                holds = merkle.verify_consistency(old, new, proof, roots[first], roots[last])
                assert holds == ((first, last) == (old, new)), (old, new, first, last)
        for other, steps in proofs.items():
            if steps != proof:
                assert not merkle.verify_consistency(old, new, steps, roots[old], roots[new]), (old, new, other)


@given(st.lists(st.integers(0, MOST), max_size=6), st.integers(0, MOST))
def test_growing_in_any_steps_gives_one_tree(cuts: list[int], count: int) -> None:
    edges = sorted({0, count, *(cut for cut in cuts if cut < count)})
    frontier, levels = merkle.Frontier(), [b"", b"", b""]
    for first, last in pairwise(edges):
        frontier, fresh = merkle.grow(frontier, HASHES[32 * first : 32 * last])
        levels = [have + new for have, new in zip(levels, [*fresh, b"", b"", b""], strict=False)]
    assert frontier == merkle.Frontier().extend(HASHES[: 32 * count])
    assert [level for level in levels if level] == list(merkle.subtree_levels(HASHES[: 32 * count]))


@given(st.integers(0, 1 << 40), st.integers(0, 1 << 40))
def test_tiles_between_are_the_difference_of_two_trees(one: int, more: int) -> None:
    old, new = one % 2000, one % 2000 + more % 2000
    before = set(tile.tiles_between(0, 0, old))
    after = set(tile.tiles_between(0, 0, new))
    assert set(tile.tiles_between(0, old, new)) == after - before


@given(st.integers(-1, 63), st.integers(0, 10**15), st.integers(1, 256))
def test_tile_paths_round_trip(level: int, index: int, width: int) -> None:
    name = tile.TileId(level, index, width)
    assert tile.parse_path(name.path) == name


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_round_trip(entries: list[bytes]) -> None:
    assert tile.decode_bundle(tile.encode_bundle(entries), len(entries)) == entries


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_no_changed_proof_is_accepted(count: int) -> None:
    root, node = mth(ENTRIES[:count]), merkle.nodes_of(HASHES[: 32 * count])
    for index in range(count):
        proof = merkle.inclusion_proof(index, count, node)
        for at in range(len(proof)):
            for changed in (proof[:at] + proof[at + 1 :], [*proof[:at], bytes(32), *proof[at + 1 :]]):
                assert not merkle.verify_inclusion(HASHES[32 * index :][:32], index, count, changed, root)
