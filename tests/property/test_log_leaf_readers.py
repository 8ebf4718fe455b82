# SPDX-License-Identifier: Apache-2.0
"""A leaf has one spelling: the quick reader takes exactly what the careful one takes, whatever the bytes are."""

from hypothesis import given
from hypothesis import strategies as st

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, _told, _whole, parse
from unit.ledger.test_log_fold import WHOLE

SPELLED = [each.render() for each in WHOLE]
BITS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"\\u0061",
    b" ",
    b"1.0",
    b"1e3",
    b"-0",
    b"NaN",
    b"null",
    b"true",
    b"00",
]


def careful(data: bytes) -> StageLeaf | None:
    try:
        return _told(data)
    except MalformedError:
        return None


@given(st.sampled_from(SPELLED), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 4), st.sampled_from(BITS))))
def test_changed_bytes_are_taken_by_both_or_by_neither(data: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    for at, cut, bit in changes:
        place = at % (len(data) + 1)
        data = data[:place] + bit + data[place + cut :]
    assert _whole(data) == careful(data)


@given(st.binary() | st.text().map(str.encode) | st.just(b"[" * 60_000) | st.just(b'{"a":' + b"9" * 6000 + b"}"))
def test_any_bytes_are_taken_by_both_or_by_neither(data: bytes) -> None:
    assert _whole(data) == careful(data)


def test_every_leaf_is_read_quickly_and_back() -> None:
    for leaf, data in zip(WHOLE, SPELLED, strict=True):
        assert _whole(data) == parse(data) == leaf
    twice = SPELLED[0].replace(b'"v":1', b'"v":1,"v":1')
    assert (_whole(twice), careful(twice)) == (None, None)
