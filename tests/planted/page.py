# SPDX-License-Identifier: Apache-2.0
"""The section of docs/reference/assurance.md about planted bugs, from the figures of the last run.

python -m tests.planted.page
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .run import BROKEN, CAUGHT, OUT, ROOT, bugs

PAGE = ROOT / "docs" / "reference" / "assurance.md"
WHY = Path(__file__).with_name("missed.toml")
BEGIN, END = "<!-- planted: written by `python -m tests.planted.page` -->", "<!-- /planted -->"


def section() -> str:
    """The section between its two marks, both included."""
    return "\n".join([BEGIN, *_lines(json.loads(OUT.read_text("utf-8"))), END])


def put(page: str) -> str:
    """The page with the section in its place, or behind all others."""
    before, mark, rest = page.partition(BEGIN)
    behind = rest.partition(END)[2] if mark else "\n"
    return before.rstrip("\n") + "\n\n" + section() + behind


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    known = {bug.id: bug for bug in bugs()}
    found = {each["id"]: each for each in figures["found"]}
    why = tomllib.loads(WHY.read_text("utf-8")) if WHY.exists() else {}
    yield "## Planted bugs in the source, and the suite\n"
    yield (
        f"{len(known)} bugs of one small change each stand in `tests/planted/bugs.toml`. The list was written and "
        "committed before the suite was run against any of them; since then none was taken out or made easier, four "
        "were added (0313, 0314), places moved with the code, and `lift-party-left-out` is about an address now. "
        "Each is put alone into a copy of the tree; the tests nearest to its file are run, and all that are about "
        "releasing when those miss it. A bug is caught when a test fails with it, twice, and passes without it. "
        "Verdicts, tests and seconds: `planted.json`. At first only the nearest tests were asked: all would "
        "have caught as many, or more.\n"
    )
    yield "| | commit | measured | caught | |"
    yield "|---|---|---|---|---|"
    for name, words in (("first", "before the suite was strengthened"), ("last", "now")):
        if name in figures:
            one = figures[name]
            share = f"{100 * one['caught'] / one['bugs']:.1f} %"
            more = f", {one['with']}" if "with" in one else ""
            yield f"| {words}{more} | `{one['commit']}` | {one['bugs']} of {len(known)} | {one['caught']} | {share} |"
    yield from _first(figures, found)
    yield from _missed(found, known, why)
    yield from _table(found, known)


def _first(figures: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    first = figures.get("first", {"missed": {}})["missed"]
    since = [id for id in sorted(first) if id in found and found[id]["verdict"] in (CAUGHT, BROKEN)]
    yield "\nMissed at first, caught now:\n" if since else "\nNothing that was missed at first is caught now.\n"
    yield from (f"- `{id}`: `{found[id]['by']}`" for id in since)


def _missed(found: Mapping[str, Any], known: Mapping[str, Any], why: Mapping[str, str]) -> Iterator[str]:
    missed = [id for id, each in sorted(found.items()) if each["verdict"] not in (CAUGHT, BROKEN)]
    yield "\nMissed:\n" if missed else "\nNone is missed.\n"
    for id in missed:
        yield f"- `{id}` ({', '.join(known[id].of)}): {known[id].what} *{why.get(id, found[id]['verdict'])}*"


def _table(found: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    """For each thing that bugs stand for how many there are, and how many of them were measured and caught."""
    every = Counter(of for bug in known.values() for of in bug.of)
    seen = Counter(of for id in found for of in known[id].of)
    good = Counter(of for id, each in found.items() if each["verdict"] in (CAUGHT, BROKEN) for of in known[id].of)
    yield "\n| stands for | bugs | measured | caught |"
    yield "|---|---|---|---|"
    order = sorted(every, key=lambda of: (of[0].islower(), of[0], int(of[1:]) if of[1:].isdigit() else 0, of))
    yield from (f"| {of} | {every[of]} | {seen[of]} | {good[of]} |" for of in order)


if __name__ == "__main__":
    PAGE.write_text(put(PAGE.read_text("utf-8")), "utf-8")
