# SPDX-License-Identifier: Apache-2.0
"""The tables that are published: false grants and false refusals by defect class, differences between people.

Made from a file of figures alone (docs/reference/accuracy.json), so that no figure is written in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lawgate_lab.classes import EXPECTED, GROUPS, within_alike
from lawgate_lab.intervals import at_most, share_interval
from lawgate_lab.truth import REASONS

Run = Mapping[str, Any]
HEAD = """<!-- Written from accuracy.json by `lawgate-lab accuracy`; not by hand. -->
# Accuracy by defect class

Made-up requests went the whole route; every row is held against the truth written beside it. What each class is and at
which rate it was put in: [benchmark card](benchmark-card.md). What counts as false:
[0151](../decisions/0151-what-counts-as-false.md). How the figures were made: [accuracy](accuracy.md).

- A share stands with its count and with what it is a share of. The two figures in brackets are its exact 95 % interval
  (Clopper and Pearson), in per cent. Where nothing was found, the upper one is the answer: few rows show little.
- *Granted falsely* is told of all rows of a class; *refused falsely* of those that should have been granted. A row that
  intake rejected is refused.
- A difference is in points. Its interval is made of the exact ones of both shares at 97.5 %, so that it covers 95 % at
  least. *Within 0.1*: it lies inside wholly; *beyond*: outside wholly; *left open*: too few rows to tell.
- *Clean* rows have no mistake and nothing else that stands against them; the others are not in the yes-rate.
- Each interval is good for its own line. Of fifty lines two or three will miss by chance.
- Rows are counted as if one did not hang on another. People of like names in one home are refused together, so the
  intervals of refusals are a little too narrow ([0186](../decisions/0186-a-difference-is-shown-with-its-cause.md)).
- Runs of one seed share draws: do not add them up. Pseudopeople and FEBRL are fixed sets of made-up people; there an
  interval says what more people of their kind would show.
"""
SUMMARY = """
## All runs

In brackets: for grants the most that the share can be (exact, one-sided, 95 %), for clean rows both ends.

| run | rows | rejected at intake | granted | for another's record | falsely in any way | yes to clean rows |
|---|---|---|---|---|---|---|
"""
CLASSES = """
| class | should be granted | rows | granted | granted falsely, of rows | refused falsely, of rows to be granted |
|---|---|---|---|---|---|
"""
DIFFERENCES = """
| clean rows, by what is on file | granted, of these | granted, of the others | difference, points | 0.1 point |
|---|---|---|---|---|
"""
TWINS = """
| what was changed | clean rows touched | answered otherwise (at most, of these: exact, one-sided, 95 %) |
|---|---|---|
"""
ORDER = ("honest", "pseudopeople", "febrl", "affair")
SCALE = {"k": 1e3, "M": 1e6}


def tables(runs: Mapping[str, Run]) -> str:
    """A page of Markdown: all runs, two tables for each that has figures by class, and the paired comparisons."""
    found = [name for name in sorted(runs, key=_place) if runs[name].get("classes")]
    if not found:
        return f"{HEAD}\nNo run with figures by class is recorded yet.\n"
    pairs = [name for name in sorted(runs, key=_place) if runs[name].get("twins")]
    parts = [HEAD, SUMMARY, *(_summary(name, runs[name]) for name in found)]
    parts += [part for name in found for part in _sections(name, runs[name])]
    return "".join([*parts, *(part for name in pairs for part in _pairs(runs[name]))])


def _place(name: str) -> tuple[int, float, str]:
    """Where a run stands: by its source, then by its size (`honest 12.8k`)."""
    source, _, size = name.partition(" ")
    number = size[:-1].replace(".", "", 1)
    rows = float(size[:-1]) * SCALE.get(size[-1:], 1) if number.isdigit() else 0.0
    return ORDER.index(source) if source in ORDER else len(ORDER), rows, name


def _summary(name: str, run: Run) -> str:
    yes, clean = run["clean_granted"], run["clean"]
    wrong = f"{run['wrong']:,} (at most {_percent(run['wrong_at_most'])} %)"
    false = f"{run['false_grants']:,} (at most {_percent(run['false_grants_at_most'])} %)"
    found = share_interval(yes, clean)
    rate = f"{yes:,} of {clean:,} ({100 * found.low:.3f}–{100 * found.high:.3f})" if clean else "no such row"
    sizes = f"{run['rows'] + run['rejected']:,} | {run['rejected']:,} | {run['granted']:,}"
    return f"| {name} | {sizes} | {wrong} | {false} | {rate} |\n"


def _sections(name: str, run: Run) -> Iterator[str]:
    yield f"\n## {name[:1].upper()}{name[1:]}\n\nCommit {run['commit']}, seed {run['seed']:,}.\n{CLASSES}"
    for label, found in run["classes"].items():
        refused = _share(found["false_refusals"], found["proper"], found["false_refusals_95"])
        false = _share(found["false_grants"], found["rows"], found["false_grants_95"])
        told = f"{_wanted(label, found)} | {found['rows']:,} | {found['granted']:,}"
        yield f"| `{label}` | {told} | {false} | {refused} |\n"
    if run["groups"]:
        yield DIFFERENCES
    for label, found in run["groups"].items():
        yield _difference(label, found)


def _wanted(label: str, found: Run) -> str:
    """What should become of the rows of a class: one answer, or how many rows each."""
    rest = found["rows"] - found["proper"]
    if "asked" in found:
        counts = {"yes": found["proper"], "ask": found["asked"], "no": rest - found["asked"]}
    elif found["proper"]:
        counts = {"yes": found["proper"], "ask or no": rest}
    else:
        # Figures of before: a label that is also a reason may stand for either, and they expect different things.
        return "ask or no" if label in REASONS else EXPECTED.get(label, "ask or no")
    some = {answer: n for answer, n in counts.items() if n}
    return next(iter(some)) if len(some) == 1 else ", ".join(f"{answer} {n:,}" for answer, n in some.items())


def _difference(label: str, found: Run) -> str:
    low, high = found["difference_95"]
    sides = " | ".join(_rate(found[yes], found[of]) for yes, of in (("yes", "of"), ("other_yes", "other_of")))
    if not (found["of"] and found["other_of"]):
        return f"| {GROUPS[label]} | {sides} | nobody to compare | not shown |\n"
    said = f"{found['difference_points']:+.3f} ({low:+.3g} to {high:+.3g}) | {within_alike(low, high)}"
    return f"| {GROUPS[label]} | {sides} | {said} |\n"


def _pairs(run: Run) -> Iterator[str]:
    yield "\n## The same people, otherwise written\n\n"
    yield "One thing about everybody was changed and each row compared with itself: nothing else can explain a\n"
    yield f"difference. Commit {run['commit']}, seed {run['seed']:,}.\n{TWINS}"
    for found in run["twins"].values():
        most = _percent(at_most(found["different"], found["touched"]))
        yield f"| {found['says']} | {found['touched']:,} | {found['different']:,} (at most {most} %) |\n"


def _rate(hits: int, of: int) -> str:
    return f"{hits:,} of {of:,} ({100 * hits / of:.3f} %)" if of else "no such row"


def _share(hits: int, of: int, interval: list[float] | None) -> str:
    if not of or interval is None:
        return "no such row"
    return f"{hits:,} of {of:,} ({_percent(interval[0])}–{_percent(interval[1])})"


def _percent(share: float) -> str:
    """A share in per cent, with three digits that count and no power of ten."""
    return f"{100 * share:.8f}".rstrip("0").rstrip(".") if 0 < share < 1e-6 else f"{float(f'{100 * share:.3g}'):g}"
