# SPDX-License-Identifier: Apache-2.0
"""RFC 6962 trees against the reference tree of eight leaves that Certificate Transparency logs are tested with."""

import pytest

from lawgate.ledger import merkle

LEAVES = [
    bytes.fromhex(text)
    for text in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = [(0, 8, [A, B, C]), (5, 8, [D, E, ROOTS[4]]), (2, 3, [ROOTS[2]]), (0, 1, [])]
CONSISTENCY = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[4]]), (2, 5, [B, D])]
HASHES = merkle.leaf_hashes(LEAVES)


@pytest.mark.parametrize("size", range(9))
def test_roots(size: int) -> None:
    assert merkle.root_of(HASHES[: 32 * size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_inclusion(index: int, size: int, path: list[str]) -> None:
    found = merkle.inclusion_proof(index, size, merkle.nodes_of(HASHES))
    assert [step.hex() for step in found] == path
    assert merkle.verify_inclusion(HASHES[32 * index :][:32], index, size, found, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_consistency(old: int, new: int, path: list[str]) -> None:
    found = merkle.consistency_proof(old, new, merkle.nodes_of(HASHES))
    assert [step.hex() for step in found] == path
    assert merkle.verify_consistency(old, new, found, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]))


def test_a_frontier_grows_like_the_tree() -> None:
    one = merkle.Frontier()
    for size, entry in enumerate(LEAVES, start=1):
        one = one.append(merkle.leaf_hash(entry))
        assert one.root().hex() == ROOTS[size]
        assert merkle.frontier_at(size, merkle.nodes_of(HASHES)) == one
    assert merkle.Frontier().extend(HASHES[:96]).extend(HASHES[96:]) == one


def test_tile_levels_hold_complete_subtrees_only() -> None:
    hashes = merkle.leaf_hashes([bytes([n % 251]) for n in range(70_000)])
    levels = merkle.subtree_levels(hashes)
    assert [len(level) // 32 for level in levels] == [70_000, 273, 1]
    assert levels[1][32:64] == merkle.root_of(hashes[256 * 32 : 512 * 32])
    assert levels[2] == merkle.root_of(hashes[: 65_536 * 32])


def test_numbers_outside_the_tree_are_refused() -> None:
    node = merkle.nodes_of(HASHES)
    for call in (
        lambda: merkle.inclusion_proof(8, 8, node),
        lambda: merkle.inclusion_proof(-1, 8, node),
        lambda: merkle.consistency_proof(9, 8, node),
        lambda: merkle.consistency_proof(-1, 8, node),
        lambda: node(4, 0),
        lambda: merkle.Frontier(3, (b"",)),
        lambda: merkle.Frontier().extend(b"x"),
    ):
        with pytest.raises(ValueError, match=r"."):
            call()


def test_odd_proofs_are_refused() -> None:
    root = bytes.fromhex(ROOTS[8])
    path = [bytes.fromhex(step) for step in (A, B, C)]
    leaf = HASHES[:32]
    assert merkle.verify_inclusion(leaf, 0, 8, path, root)
    for index, size, steps, hashed in (
        (0, 8, path[:-1], leaf),
        (0, 8, [*path, path[0]], leaf),
        (0, 8, [path[0][:-1], *path[1:]], leaf),
        (0, 8, path, leaf[:-1]),
        (8, 8, path, leaf),
        (-1, 8, path, leaf),
        (0, 0, [], leaf),
        (0, 9, path, leaf),
    ):
        assert not merkle.verify_inclusion(hashed, index, size, steps, root)
    old = bytes.fromhex(ROOTS[1])
    assert merkle.verify_consistency(1, 8, path, old, root)
    for first, last, steps, old_root in (
        (1, 8, path[:-1], old),
        (1, 8, [*path, path[0]], old),
        (1, 8, [], old),
        (0, 8, path, merkle.EMPTY_ROOT),
        (0, 8, [], old),
        (8, 8, [], old),
        (8, 8, path, root),
        (8, 1, path, root),
        (-1, 8, path, old),
        (1, 8, path, old[:-1]),
    ):
        assert not merkle.verify_consistency(first, last, steps, old_root, root)
    assert merkle.verify_consistency(0, 8, [], merkle.EMPTY_ROOT, root)
    assert merkle.verify_consistency(0, 0, [], merkle.EMPTY_ROOT, merkle.EMPTY_ROOT)
