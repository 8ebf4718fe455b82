# SPDX-License-Identifier: Apache-2.0
"""The register of never-issued numbers: by the published rules of each kind, and by a library that knows them."""

import importlib
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from differential.batches import book_files
from lawgate.posts.parser.fields import TIN
from lawgate_lab.tins import CAPACITY, tin

ITIN_GROUPS = {*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)}
ATIN_GROUP = 93


def ranges() -> dict[str, re.Pattern[str]]:
    entries = tomllib.loads(book_files()["registers/tin_ranges.toml"].decode())["entry"]
    return {e["range"]: re.compile(e["pattern"], re.ASCII) for e in entries}


def every_shape() -> Iterator[str]:
    """Every group, the areas where a rule changes and all from 900 on, serials at both ends and one between."""
    for area in (0, 1, 78, 219, 665, 666, 667, 772, 773, 899, *range(900, 1000)):
        for group in range(100):
            for serial in ("0000", "0001", "5556", "9998"):
                yield f"{area:03}{group:02}{serial}"


def issuable(number: str) -> bool:
    """Whether a number of this shape can be a social security, individual taxpayer or adoption number."""
    area, group, serial = number[:3], int(number[3:5]), number[5:]
    if area[0] == "9":
        return group in ITIN_GROUPS or group == ATIN_GROUP
    return area not in ("000", "666") and group != 0 and serial != "0000"


@cache
def listed() -> tuple[str, ...]:
    patterns = tuple(ranges().values())
    return tuple(n for n in every_shape() if any(p.fullmatch(n) for p in patterns))


def test_no_listed_number_can_be_issued() -> None:
    found = listed()
    assert [n for n in found if issuable(n)] == []
    assert len(found) == 100 * (50 + 5) * 4, "areas 900 to 999, groups 00-49, 66-69 and 89"


def test_the_ranges_do_not_overlap_and_fit_nine_digits_only() -> None:
    patterns = tuple(ranges().values())
    for n in listed():
        assert sum(p.fullmatch(n) is not None for p in patterns) == 1
    for other in ("90012000", "9001200011", "900-12-0001", "\u066900120001", "900120001\n"):
        assert not any(p.fullmatch(other) for p in patterns)


def test_by_the_library_too(need: Callable[[str], Path]) -> None:
    """Both ways: nothing listed is valid there, and whatever is not valid there and begins with 9 is listed."""
    ssn, itin = library(need, "ssn"), library(need, "itin")
    assert [n for n in listed() if ssn.is_valid(n) or itin.is_valid(n)] == []
    nobodys = {n for n in every_shape() if n[0] == "9" and not ssn.is_valid(n) and not itin.is_valid(n)}
    # It knows fewer groups of taxpayer numbers than are assigned now, and takes any nine digits for an adoption number.
    left = nobodys - set(listed())
    assert {int(n[3:5]) for n in left} == {*range(50, 66), ATIN_GROUP}
    assert len(left) == 100 * 17 * 4, "every number of these groups"
    assert set(listed()) < nobodys


def test_the_rules_of_each_kind_are_the_library_s(need: Callable[[str], Path]) -> None:
    """What these tests call issuable is what it calls valid, but for the groups it does not know."""
    ssn, itin = library(need, "ssn"), library(need, "itin")
    assert [n for n in every_shape() if n < "9" and ssn.is_valid(n) != issuable(n)] == []
    unknown = {*range(50, 66), ATIN_GROUP}
    assert [
        n for n in every_shape() if n[0] == "9" and int(n[3:5]) not in unknown if itin.is_valid(n) != issuable(n)
    ] == []
    assert not any(ssn.is_valid(n) for n in every_shape() if n[0] == "9")


def test_what_the_lab_makes_is_listed_and_nobody_s(need: Callable[[str], Path]) -> None:
    ssn, itin = library(need, "ssn"), library(need, "itin")
    for kind in ("ssn", "itin"):
        made = [str(n) for n in tin(kind, np.arange(0, CAPACITY[kind], CAPACITY[kind] // 2_000), 3).tolist()]
        assert [n for n in made if not ranges()[f"pseudo-{kind}"].fullmatch(n)] == []
        assert [n for n in made if ssn.is_valid(n) or itin.is_valid(n)] == []


WRITTEN = [
    "912664321", "912-66-4321", "900-12-0001", "91266-4321", "912-664321", "912 66 4321", "91266432", "9126643210",
    "912-66-432A", "912-66-4321 ", "\u066912664321", "",
]  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_written_as_the_library_writes_it(text: str, need: Callable[[str], Path]) -> None:
    """Intake takes nine digits, or the form the library prints, and nothing else."""
    ssn = library(need, "ssn")
    digits = re.sub("[^0-9]", "", text)
    forms = {digits, ssn.format(digits)} if len(digits) == 9 else set()
    assert (re.fullmatch(TIN, text) is not None) == (text in forms)


def library(need: Callable[[str], Path], kind: str) -> Any:
    need("dist:python-stdnum")
    return importlib.import_module(f"stdnum.us.{kind}")


def test_no_transposition_leaves_the_ranges_unseen() -> None:
    """Two neighbouring digits swapped give another number of the ranges or one that can be told from them."""
    for n in ("900120001", "999490001", "912660001", "950890001"):
        for k in range(8):
            swapped = n[:k] + n[k + 1] + n[k] + n[k + 2 :]
            inside = any(p.fullmatch(swapped) for p in ranges().values())
            assert inside or issuable(swapped) or swapped[0] != "9"
