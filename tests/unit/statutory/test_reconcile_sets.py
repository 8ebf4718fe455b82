# SPDX-License-Identifier: Apache-2.0
"""Counts and sets held against each other: a gap is found and named, and cannot hide behind an equal count."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lawgate.model.fault import Refused
from lawgate.office.reconcile import NAMED, Difference, against_stated, compare
from lawgate.office.reconcile_receipt import read_receipt, write_receipt

A_PACKAGE = 500


def test_the_gap_of_two_hundred_rows_is_found_whatever_package_it_is_in() -> None:
    """47,489 in the manifests and 47,289 transmitted, in packages of 500: each missing one is counted, once."""
    listed = [f"{n:064x}" for n in range(47_489)]
    gone = set(listed[13_400:13_600])  # over the border of two packages
    packages = [listed[at : at + A_PACKAGE] for at in range(0, len(listed), A_PACKAGE)]
    assert len(packages) == 95
    found = [
        difference
        for n, names in enumerate(packages)
        for difference in compare(f"p{n}", [("manifest", names), ("transmitted", [x for x in names if x not in gone])])
    ]
    assert [(each.subject, each.missing, each.extra) for each in found] == [("p26", 100, 0), ("p27", 100, 0)]
    assert all(len(each.examples) == NAMED for each in found)


def test_the_number_somebody_was_told_is_held_against_the_number_that_left() -> None:
    assert against_stated("stated", 47_289, 47_289) == ()
    assert against_stated("stated", 47_289, 47_489) == (
        Difference("stated", "transmitted", "stated", 47_289, 47_489, 0, 200, ()),
    )
    assert against_stated("stated", 47_489, 47_289)[0].missing == 200


def test_an_equal_count_of_other_records_is_a_difference() -> None:
    (found,) = compare("p", [("manifest", ["a", "b"]), ("received", ["a", "c"])])
    assert (found.had, found.has, found.missing, found.extra, found.examples) == (2, 2, 1, 1, ("b", "c"))


def test_a_name_that_stands_twice_is_one_too_many() -> None:
    (found,) = compare("p", [("manifest", ["a", "b"]), ("received", ["a", "b", "b"])])
    assert (found.missing, found.extra) == (0, 1)


def test_a_stage_that_was_not_reached_is_passed_over_and_an_empty_one_is_not() -> None:
    assert compare("p", [("accounted", ["a"]), ("manifest", ["a"]), ("transmitted", None), ("received", None)]) == ()
    (found,) = compare("p", [("accounted", ["a"]), ("manifest", ["a"]), ("transmitted", None), ("received", [])])
    assert (found.earlier, found.later, found.missing) == ("manifest", "received", 1)


AT = datetime(2026, 1, 5, 10, tzinfo=UTC)
GOOD = write_receipt("pkg-1", "pkg-1-17", "person.a.1", AT, ["b" * 64, "a" * 64])


def test_a_receipt_comes_back_as_it_was_written() -> None:
    found = read_receipt(GOOD)
    assert (found.package, found.handout, found.received) == ("pkg-1", 17, ("a" * 64, "b" * 64))
    assert read_receipt(write_receipt("pkg-1", "elsewhere", "p", AT, [])).handout == -1


@pytest.mark.parametrize("number", ["1" * 5000, "\u0661\u0667", "-17", "17 "])
def test_a_delivery_that_ends_in_no_leaf_has_no_hand_out(number: str) -> None:
    assert read_receipt(write_receipt("pkg-1", f"pkg-1-{number}", "p", AT, [])).handout == -1


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{}",
        b"[]",
        GOOD + b"\n",
        GOOD.replace(b'"aaaa', b'"zaaa'),
        GOOD.replace(b"lawgate-receipt-1", b"lawgate-receipt-2"),
        GOOD.replace(b'"person.a.1"', b"1"),
        GOOD.replace(b"10:00:00Z", b"noon"),
    ],
)
def test_other_bytes_are_no_receipt(bad: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_receipt(bad)
    assert refused.value.code == "E_RECEIPT"
