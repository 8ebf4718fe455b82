# SPDX-License-Identifier: Apache-2.0
"""The tables that are published: false grants and false refusals by defect class, differences between people.

Made from a file of figures alone (docs/reference/accuracy.json), so that no figure is written in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lawgate_lab.classes import EXPECTED, GROUPS

Run = Mapping[str, Any]
HEAD = """<!-- Written from accuracy.json by `lawgate-lab accuracy`; not by hand. -->
# Accuracy by defect class

What the columns mean, and how the figures were made: [accuracy](accuracy.md). Brackets hold exact 95 % intervals, as
shares of the rows of the class (false grants) or of its proper rows (false refusals), in per cent; of a difference, in
points.
"""
CLASSES = """
| class | expected | rows | granted | false grants | false refusals, of proper rows |
|---|---|---|---|---|---|
"""
DIFFERENCES = """
| clean rows, by what is on file | yes | yes to the others | difference, points |
|---|---|---|---|
"""


def tables(runs: Mapping[str, Run]) -> str:
    """A page of Markdown with two tables for every run that has figures by class, in the order of their names."""
    found = [(name, run) for name, run in sorted(runs.items()) if run.get("classes")]
    if not found:
        return f"{HEAD}\nNo run with figures by class is recorded yet.\n"
    return HEAD + "".join("".join(_sections(name, run)) for name, run in found)


def _sections(name: str, run: Run) -> Iterator[str]:
    yield f"\n## {name[:1].upper()}{name[1:]}\n\n"
    yield f"Commit {run['commit']}, seed {run['seed']:,}. {_headline(run)}\n{CLASSES}"
    for label, found in run["classes"].items():
        refused = "none proper"
        if found["proper"]:
            refused = f"{found['false_refusals']:,} of {found['proper']:,} {_percent(found['false_refusals_95'])}"
        false = f"{found['false_grants']:,} {_percent(found['false_grants_95'])}"
        said = EXPECTED.get(label, "by reason")
        yield f"| `{label}` | {said} | {found['rows']:,} | {found['granted']:,} | {false} | {refused} |\n"
    if run["groups"]:
        yield DIFFERENCES
    for label, found in run["groups"].items():
        low, high = found["difference_95"]
        difference = f"{found['difference_points']:+.3f} [{low:+.3g}, {high:+.3g}]"
        if not (found["of"] and found["other_of"]):
            difference = "nobody to compare"
        sides = f"{found['yes']:,} of {found['of']:,} | {found['other_yes']:,} of {found['other_of']:,}"
        yield f"| {GROUPS[label]} | {sides} | {difference} |\n"


def _headline(run: Run) -> str:
    granted, false = run["granted"], run["false_grants"]
    most = f"{100 * run['false_grants_at_most']:.3g} %"
    return f"Of {granted:,} grants {false:,} are false: at most {most} of all grants (exact one-sided 95 % bound)."


def _percent(interval: list[float]) -> str:
    return f"[{100 * interval[0]:.3g}, {100 * interval[1]:.3g}]"
