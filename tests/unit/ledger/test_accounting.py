# SPDX-License-Identifier: Apache-2.0
"""Entries, lists and labels of the accounting index; the example of docs/spec/accounting.md is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from lawgate.ledger import accounting as acc
from lawgate.ledger import accounting_map as maps
from lawgate.ledger.errors import MalformedError

PAGE = (Path(__file__).resolve().parents[3] / "docs/spec/accounting.md").read_text("utf-8")
MADE = acc.Entry(acc.PREPARED, 5, 5, 2)
GONE = acc.Entry(acc.HANDED_OUT, 9, 5, 2)


def test_an_entry_is_read_back() -> None:
    for entry in (MADE, GONE):
        assert acc.read_entry(entry.body) == entry
        assert len(entry.body) == acc.BODY
    with pytest.raises(MalformedError):
        acc.read_entry(MADE.body + b"\0")


@pytest.mark.parametrize(
    "parts", [(0, 5, 5, 0), (3, 5, 5, 0), (1, 6, 5, 0), (2, 5, 5, 0), (1, 5, 5, -1), (1, -1, -1, 0)]
)
def test_what_cannot_have_happened_is_no_entry(parts: tuple[int, int, int, int]) -> None:
    with pytest.raises(MalformedError):
        acc.Entry(*parts)


def test_acts_are_rows_not_fields_and_not_attempts() -> None:
    again = acc.Entry(acc.HANDED_OUT, 12, 5, 2)
    other = acc.Entry(acc.HANDED_OUT, 12, 5, 3)
    assert [acc.acts(some) for some in ([], [MADE], [MADE, GONE], [GONE, again], [GONE, again, other])] == [
        0,
        0,
        1,
        1,
        2,
    ]


def test_every_part_of_a_list_changes_its_value() -> None:
    salt = bytes(32)
    item = acc.Item(acc.entry_commitment(salt, MADE), 20250807)
    seal = acc.Seal(20260101, "some-authority", b"\1" * 32)
    lists = [
        [item],
        [item, item],
        [acc.Item(item.commitment, 20250808)],
        [acc.Item(item.commitment, item.day, seal)],
        [acc.Item(item.commitment, item.day, acc.Seal(20260102, seal.authority, seal.paper))],
        [acc.Item(item.commitment, item.day, acc.Seal(seal.until, "another", seal.paper))],
        [acc.Item(acc.entry_commitment(salt, GONE), item.day)],
    ]
    assert len({acc.list_value(salt, each) for each in lists} | {acc.list_value(b"\1" * 32, [item])}) == 8
    with pytest.raises(MalformedError):
        acc.list_value(salt, [])


def test_only_nine_digits_are_a_person() -> None:
    assert acc.alpha("900000001") == b"lawgate-person-v1\x00900000001"
    for text in ("90000000", "9000000010", "90000000a", "９" * 9, "900-00-001"):
        with pytest.raises(MalformedError) as wrong:
            acc.alpha(text)
        assert text not in str(wrong.value)


def test_the_example_of_the_page_is_true() -> None:
    salt, value, secret = b"\1" * 32, b"\2" * 32, b"\3" * 32
    item = acc.Item(acc.entry_commitment(secret, GONE), 20250807)
    listed = acc.list_value(secret, [item])
    mine = acc.label(salt, value)
    root = maps.root_of([(mine, listed)])
    head = acc.Head(b"\4" * 32, salt, root, acc.blinded(secret, maps.EMPTY))
    for part in (GONE.body, item.commitment, item.data, listed, mine, root, head.others, head.root):
        assert part.hex() in PAGE
