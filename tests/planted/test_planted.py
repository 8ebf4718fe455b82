# SPDX-License-Identifier: Apache-2.0
"""The list of planted bugs still fits the source, and a few of them are caught. All of them: `make soak`."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from planted.page import PAGE, WHY, section
from planted.run import BROKEN, CAUGHT, LIST, OUT, ROOT, Bug, Copy, bugs, measure, one, planted, suite_for

BUGS = bugs()
AT_LEAST = 60
SHARE = 0.95
FEW = ("bars-unknown-permits", "clock-less-strict-reading", "order-unreadable-binds-nothing")
WANTED = (
    *(f"D{n}" for n in range(8)),
    *(f"I{n}" for n in (*range(1, 10), 11, 20, 22, 23, 24, 27)),
)


def test_the_list_is_long_and_stands_for_everything_it_has_to() -> None:
    assert len(BUGS) >= AT_LEAST
    assert len({bug.id for bug in BUGS}) == len(BUGS)
    assert {of for bug in BUGS for of in bug.of}.issuperset(WANTED)
    assert all(bug.what.endswith(".") and bug.of for bug in BUGS)


def test_every_threat_is_planted_or_said_not_to_be_here() -> None:

    left_out = set(" ".join(tomllib.loads(LIST.read_text("utf-8"))["not_here"]).split())
    threats = {of for bug in BUGS for of in bug.of if re.fullmatch(r"T\d\d", of)}
    assert threats | left_out == {f"T{n:02}" for n in range(1, 67)}
    assert not threats & left_out


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.id)
def test_a_bug_can_be_planted(bug: Bug) -> None:
    text = planted(bug, (ROOT / bug.file).read_text("utf-8"))
    assert ast.dump(ast.parse(text)) != ast.dump(ast.parse((ROOT / bug.file).read_text("utf-8")))
    assert suite_for(bug.file)


def test_what_is_there_twice_is_not_planted() -> None:
    with pytest.raises(ValueError, match="stands 2 times"):
        planted(Bug("x", "X.", ("I1",), "a.py", "a", "b"), "aa")


def test_bugs_are_caught(size: str, tmp_path: Path) -> None:
    if size == "full":
        missed = [each.id for each in measure(BUGS, 2, 600) if each.verdict not in (CAUGHT, BROKEN)]
        assert len(missed) <= (1 - SHARE) * len(BUGS), missed
        return
    copy = Copy(tmp_path / "copy", 300)
    copy.prove()
    found = {bug.id: one(copy, bug).verdict for bug in BUGS if bug.id in FEW}
    assert found == dict.fromkeys(FEW, CAUGHT)


def test_every_miss_says_why() -> None:
    figures = json.loads(OUT.read_text("utf-8"))
    why = tomllib.loads(WHY.read_text("utf-8"))
    assert set(why) == set(figures["last"]["missed"])
    assert {each["id"] for each in figures["found"]} <= {bug.id for bug in BUGS}


def test_the_page_says_what_the_figures_say() -> None:
    assert section() in PAGE.read_text("utf-8")
