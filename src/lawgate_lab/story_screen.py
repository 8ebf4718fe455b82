# SPDX-License-Identifier: Apache-2.0
"""The story on a terminal, at most 80 columns; and its key lines, for the demonstration."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from lawgate_lab.story import Told
from lawgate_lab.story_facts import fact
from lawgate_lab.story_told import Line, Mark, Outcome, Scene, listed

WIDTH = 80
WHICH = ("first", "second", "third")
BEGINNING = (
    "SYNTHETIC DATA. Nobody here exists. The lab plays every person, with keys of its own.",
    "TOLD: what courts and reports say happened, with how sure it is. Where sources differ, both are told.",
    "PLAYED: what this program does in the like case, with made-up people, on a clock that only the story moves. It "
    "was not there in 2025. Requests have 1 row for {scale} reported ones; the list of August has 1 for about 100, "
    "because below 50 rows the looks at a request as a whole do not apply.",
    "HYPOTHETICAL: what nobody did. Days are those of the sources, times of day the lab's own.",
)


def beginning(rows: int) -> Iterator[str]:
    """What has to be said before the first scene."""
    for each in BEGINNING:
        yield from wrapped(each.format(scale=scale(rows)))
    yield ""


def scale(rows: int) -> str:
    """How many reported rows one made-up row stands for."""
    each, rest = divmod(fact("third_request").numbers["people"], rows)
    return f"about {each:,}" if rest else f"{each:,}"


def scene_lines(scene: Scene) -> Iterator[str]:
    """A scene, line by line."""
    yield from wrapped(scene.heading)
    yield "-" * min(len(scene.heading), WIDTH)
    for line in scene.lines:
        if line.at is not None or line.fact is not None:
            yield from wrapped(head(line), "  ")
        elif scene.made_up:
            yield f"  {Mark.MADE_UP}"
        yield from wrapped(line.words, "    ")
    yield ""


def head(line: Line) -> str:
    """What stands over a line: its mark, its moment, and for a fact how sure it is."""
    sure = f" [{line.fact.status}]" if line.fact is not None else ""
    return f"{line.mark}, {line.when}{sure}"


def ending(told: Told) -> Iterator[str]:
    """How the log stands, and where to read on."""
    yield from wrapped(f"The log has {told.leaves} leaves, {told.broken} broken. Told in {told.seconds:.0f} s.")
    yield f"Read on: {told.office.parent / 'story.html'} (and story.json)"


def wrapped(words: str, indent: str = "") -> list[str]:
    """Words in lines of at most `WIDTH` columns."""
    return textwrap.wrap(words, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def key_lines(by: Mapping[int, Mapping[str, Outcome]], seconds: float) -> list[str]:
    """The story in a few lines of at most 100 characters, from the outcomes of its scenes by their numbers."""
    sent, hours = fact("sent").numbers, fact("notice_order").numbers["hours"]
    asked = [f"{fact(f'{which}_request').numbers['people'] / 1_000_000:g}M" for which in WHICH]
    answered = [str(by[2][f"{which}_request_sent"]) for which in WHICH]
    moved = [name for name in ("indicative", "other_case") if by[6][f"{name}_moves"] is not False]
    return [
        f"The story      as it happened, on a virtual clock, made-up data ({seconds:.0f} s): lawgate-lab story",
        f"June 2025      requests for {listed(asked)} people; in the like case it sends {listed(answered)}",
        f"7 August 2025  {sent['addresses']:,} sent, not by it, {sent['by_number']:,} on name and number alone; "
        f"of {by[3]['entries']} like them it sends {by[3]['would_send']}",
        f"September      {hours} hours' notice (HYPOTHETICAL requests): others "
        f"{_yes(by[4]['small_request_sent'], 'are answered')}, the department's "
        f"{_yes(by[4]['after_the_clock'] is True and by[4]['one_minute_early'] == ['notice'], 'wait')}",
        f"21 November    likely unlawful, stayed: {by[5]['exposed_rows']} slipped through, and what left in August "
        "stays in place",
        f"2026           another court's freeze binds; an indicative ruling and another case move {len(moved)} orders",
        f"HYPOTHETICAL   a stop in mid-release: {by[7]['sent_before']} of {by[7]['packages']} packages were out, "
        f"{by[7]['exposed_with_keys']} since the court's hour; after it {by[7]['handouts_after_bar']}",
    ]


def _yes(held: object, words: str) -> str:
    return words if held is True else f"NOT so: {words}"
