# SPDX-License-Identifier: Apache-2.0
"""The proof layer by itself: a million mutated proofs at full size, and every swap among fifty leaves."""

import random
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from itertools import permutations

import pytest

from lawgate.ledger.evidence import proof_head
from lawgate.ledger.merkle import inclusion_proof, leaf_hashes, nodes_of, root_of
from unit.evidence.verifier_runs import by_node, by_program_proof, by_py_proof, verify_py

MUTANTS = {"ci": 5_000, "full": 1_000_000}
AT_ONCE = 5_000
SIZES = (2, 3, 50, 255, 256, 257, 1000)


def tree(size: int) -> tuple[list[str], bytes, bytes]:
    texts = [f'{{"leaf":{n}}}' for n in range(size)]
    hashes = leaf_hashes(text.encode() for text in texts)
    return texts, hashes, root_of(hashes)


def flipped(rng: random.Random, step: str) -> str:
    data = bytearray(b64decode(step))
    data[rng.randrange(32)] ^= 1 << rng.randrange(8)
    return b64encode(bytes(data)).decode()


def mutants(rng: random.Random) -> Iterator[tuple[str, str, str, int, bytes]]:
    """(what, leaf, proof, size, root), never a proof that is right."""
    trees = [(size, *tree(size)) for size in SIZES]
    while True:
        size, texts, hashes, root = rng.choice(trees)
        index = rng.randrange(size)
        for _ in range(20):
            path = [b64encode(step).decode() for step in inclusion_proof_of(index, size, hashes)]
            yield one(rng, (index, size, root), texts, path)


_paths: dict[tuple[int, int], list[bytes]] = {}


def inclusion_proof_of(index: int, size: int, hashes: bytes) -> list[bytes]:
    if (index, size) not in _paths:
        _paths[index, size] = inclusion_proof(index, size, nodes_of(hashes))
    return _paths[index, size]


def one(
    rng: random.Random, place: tuple[int, int, bytes], texts: list[str], path: list[str]
) -> tuple[str, str, str, int, bytes]:
    index, size, root = place
    leaf, at, stated = texts[index], rng.randrange(len(path)), index
    how = rng.choice(("leaf", "index", "flip", "gone", "twice", "exchanged", "size", "root", "spelt"))
    match how:
        case "leaf":
            leaf = texts[(index + rng.randrange(1, size)) % size] if rng.random() < 0.5 else leaf + " "
        case "index":
            stated = (index + rng.randrange(1, size)) % size if rng.random() < 0.5 else index + size
        case "flip":
            path[at] = flipped(rng, path[at])
        case "gone":
            del path[at]
        case "twice":
            path.insert(at, path[at])
        case "exchanged":
            other = rng.randrange(len(path))
            path[at], path[other] = path[other], path[at]
            if at == other:
                path[at] = flipped(rng, path[at])
        case "size":
            size = other_size(rng, len(path), index, size)
        case "root":
            root = bytes([root[0] ^ 1]) + root[1:]
    text = "\n".join(["c2sp.org/tlog-proof@v1", f"index {stated}", *path, "", ""])
    if how == "spelt":
        text = rng.choice((text + "\n", text[:-1], text.replace("index ", "index  "), text.replace("=", "", 1)))
    return how, leaf, text, size, root


def other_size(rng: random.Random, steps: int, index: int, size: int) -> int:
    """A size for which this path cannot be right: the leaf lies outside, or the path has another length."""
    return index if rng.random() < 0.5 else size << (steps + 2)


def test_every_mutated_proof_is_refused_by_all(size: str, need) -> None:
    node, module, count = need("nodejs"), verify_py(), MUTANTS[size]
    source, seen = mutants(random.Random(7)), Counter[str]()
    for _ in range(0, count, AT_ONCE):
        part = [next(source) for _ in range(AT_ONCE)]
        asked = [(leaf.encode(), proof.encode(), str(n).encode(), root) for _, leaf, proof, n, root in part]
        for (how, leaf, proof, n, root), said in zip(part, by_node(node, asked, "included"), strict=True):
            code = by_py_proof(module, leaf, proof, n, root)
            assert code == said["code"] == by_program_proof(leaf, proof, n, root), (how, proof)
            assert code in ("proof", "not_included"), how
            seen[how] += 1
    assert sum(seen.values()) == count
    assert len(seen) == 9


def test_swapped_proofs_are_refused_for_all_pairs_of_fifty(need) -> None:
    texts, hashes, root = tree(50)
    heads = [proof_head(n, inclusion_proof(n, 50, nodes_of(hashes))) for n in range(50)]
    pairs = list(permutations(range(50), 2))
    module = verify_py()
    asked = [
        (texts[a].encode(), heads[b].encode(), b"50", root)
        for a, b in [*pairs, *zip(range(50), range(50), strict=True)]
    ]
    said = [each["code"] for each in by_node(need("nodejs"), asked, "included")]
    assert said == ["not_included"] * 2450 + ["holds"] * 50
    for a, b in pairs:
        assert by_program_proof(texts[a], heads[b], 50, root) == "not_included"
        with pytest.raises(module.Refusal, match="not_included"):
            module.included(texts[a], heads[b], {"size": 50, "root": root})
