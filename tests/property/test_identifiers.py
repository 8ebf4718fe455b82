# SPDX-License-Identifier: Apache-2.0
"""The two fast ways of the parser with identifiers say what a set and a dictionary say, whatever the order."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lawgate.posts.parser.identifiers import Numbers, Seen

ids = st.integers(0, 60).map(lambda n: f"id-{n}")
chunks = st.lists(st.one_of(st.lists(ids, max_size=12), st.lists(ids, max_size=12).map(sorted)), max_size=8)
rising = st.lists(st.integers(0, 500), unique=True, max_size=40).map(sorted)


def plainly(parts: list[list[str]]) -> list[list[int]]:
    seen: set[str] = set()
    found = []
    for part in parts:
        again = []
        for at, key in enumerate(part):
            if key in seen:
                again.append(at)
            seen.add(key)
        found.append(again)
    return found


def cut(keys: list[str], size: int) -> list[list[str]]:
    return [keys[at : at + size] for at in range(0, len(keys), size)]


@given(chunks)
def test_repeats(parts: list[list[str]]) -> None:
    seen = Seen()
    assert [seen.repeats(pa.array(part, pa.string())) for part in parts] == plainly(parts)


@given(rising, st.integers(1, 9), st.one_of(st.none(), st.tuples(st.integers(0, 40), ids)))
def test_repeats_in_a_file_in_order(numbers: list[int], size: int, odd: tuple[int, str] | None) -> None:
    keys = [f"id-{n:03}" for n in numbers]
    if odd:
        keys.insert(*odd)
    parts = cut(keys, size)
    seen = Seen()
    assert [seen.repeats(pa.array(part, pa.string())) for part in parts] == plainly(parts)


@given(st.lists(ids, unique=True, max_size=40), st.integers(1, 9), chunks)
def test_numbers(keys: list[str], size: int, asked: list[list[str]]) -> None:
    numbers = Numbers()
    for part in cut(keys, size):
        numbers.add(pa.array(part, pa.string()))
    known = {key: n for n, key in enumerate(keys)}
    orders = [*asked, *cut(keys, 4), *cut(keys[::-1], 4)]
    found = [numbers.find(pa.array(part, pa.string())) for part in orders]
    assert [each.to_pylist() for each in found] == [[known.get(key) for key in part] for part in orders]
    assert {each.type for each in found} <= {pa.int32()}
