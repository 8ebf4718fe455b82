# SPDX-License-Identifier: Apache-2.0
"""The map of labels: every label has one place, proofs go both ways, and no proof leads two ways under one root."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.ledger import accounting_map as maps
from lawgate.ledger.accounting_map import EMPTY, MapProof

LABEL = st.binary(min_size=32, max_size=32)
# Labels that share long beginnings make deep trees; random ones never would.
NEAR = st.tuples(st.sampled_from([0, 1, 9, 15, 31]), st.binary(min_size=32, max_size=32)).map(
    lambda each: bytes(each[0]) + each[1][each[0] :]
)
PAIRS = st.dictionaries(LABEL | NEAR, LABEL, max_size=40).map(lambda some: sorted(some.items()))


@given(PAIRS, LABEL | NEAR)
def test_what_is_there_is_shown_and_what_is_not_is_shown_not_to_be(pairs: list[maps.Pair], label: bytes) -> None:
    root = maps.root_of(pairs)
    for one, value in [*pairs, (label, dict(pairs).get(label))]:
        assert maps.verify(root, one, maps.prove(pairs, one)) == value


@given(PAIRS, LABEL | NEAR)
def test_the_kept_map_gives_the_same_root_and_proofs(pairs: list[maps.Pair], label: bytes) -> None:
    for depth in range(7):
        part = [[(maps.EMPTY, 0)]]
        buckets = [[p for p in pairs if int.from_bytes(p[0], "big") >> (256 - depth) == n] for n in range(1 << depth)]
        counts = [len(bucket) for bucket in buckets]
        levels = maps.levels([maps.root_of(bucket, depth) for bucket in buckets], counts)
        part = [
            [
                (hashed, sum(counts[n * (len(counts) // len(row)) : (n + 1) * (len(counts) // len(row))]))
                for n, hashed in enumerate(row)
            ]
            for row in levels
        ]

        def below(level: int, number: int) -> list[maps.Pair]:
            return [p for p in pairs if int.from_bytes(p[0], "big") >> (256 - level) == number]

        assert levels[0][0] == maps.root_of(pairs)
        for one in (label, *dict(pairs)):
            made = maps.prove_kept(one, depth, lambda level, number, part=part: part[level][number], below)
            assert made == maps.prove(pairs, one)


@given(PAIRS.filter(len), st.data())
def test_a_proof_that_was_touched_leads_nowhere(pairs: list[maps.Pair], data: st.DataObject) -> None:
    root, (label, value) = maps.root_of(pairs), data.draw(st.sampled_from(pairs))
    proof = maps.prove(pairs, label)
    other = bytes(32) if value != bytes(32) else b"\1" * 32
    false = [
        MapProof(proof.path, (label, other)),
        MapProof(proof.path, None),
        MapProof((*proof.path, EMPTY), proof.there),
        *([MapProof(proof.path[:-1], proof.there)] if proof.path else []),
        *(MapProof((*proof.path[:n], other, *proof.path[n + 1 :]), proof.there) for n in range(len(proof.path))),
        *(MapProof(proof.path, pair) for pair in pairs if pair[0] != label),
    ]
    for each in false:
        if each == proof:
            continue
        with pytest.raises(ValueError, match=r"proof|place"):
            maps.verify(root, label, each)


def test_no_label_has_a_second_place() -> None:
    """A map whose keeper put somebody's list elsewhere proves that they are in no entry; it cannot prove both."""
    mine, yours = sha256(b"mine").digest(), sha256(b"yours").digest()
    value = sha256(b"list").digest()
    at = maps.place_hash(mine, value)
    root = maps.fork_hash(at, EMPTY) if maps.bit(mine, 0) else maps.fork_hash(EMPTY, at)
    with pytest.raises(ValueError, match="lead"):
        maps.verify(root, mine, MapProof((EMPTY,), (mine, value)))
    assert maps.verify(root, mine, MapProof((at,), None)) is None
    assert maps.root_of([]) == EMPTY
    assert mine != yours


def test_labels_rise_and_have_their_size() -> None:
    one, two = bytes(32), bytes(31) + b"\1"
    assert maps.checked([(one, two), (two, one)])
    for wrong in ([(two, one), (one, two)], [(one, two), (one, one)], [(one[1:], two)], [(one, two + b"\0")]):
        with pytest.raises(ValueError, match="32 bytes"):
            maps.checked(wrong)
    with pytest.raises(ValueError, match="power of two"):
        maps.levels([EMPTY] * 3, [0] * 3)
