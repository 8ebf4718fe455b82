# SPDX-License-Identifier: Apache-2.0
"""Contested readings and what would come of each, in plain text: counts of rows, no row and no value."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from lawgate.office.readings import NOT_LOOKED_UP, Answer, Outcomes

WIDTH = 96


def render(answers: Sequence[Answer]) -> str:
    """Each question with its readings, the strictest first."""
    return "\n".join(line for answer in answers for line in _lines(answer)) or "The rulebook has no contested reading."


def _lines(answer: Answer) -> Iterator[str]:
    contest = answer.contest
    yield from textwrap.wrap(f"{contest.question} [{contest.element}]", WIDTH)
    if not answer.outcomes:
        yield "  The authority this batch relies on has no such element; nothing turns on it here."
    for each in answer.outcomes:
        yield from _reading(each)
    yield ""


def _reading(found: Outcomes) -> Iterator[str]:
    reading = found.reading
    yield f"\n  {reading.id}{' (the strictest: this one decides)' if found.decides else ' (decides nothing here)'}"
    for text in (reading.says, f"Argued by: {reading.argued_by}. Status: {reading.status}."):
        yield from textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
    yield f"    each row for itself: {_counts(found.row)}"
    yield f"    with what the batch shows and orders: {_counts(found.whole)}"
    if NOT_LOOKED_UP in found.row:
        yield "    (not looked up: these rows fail on their own text today, so the records were never asked about them)"


def _counts(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(rows.items(), key=lambda pair: (-pair[1], pair[0])))
