# SPDX-License-Identifier: Apache-2.0
"""How a scene is told: lines with a mark each, and beside them its outcomes, which tests and story.json read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from lawgate.protocol.bars import Barred
from lawgate_lab.story_facts import Fact, fact

Outcome = str | int | bool | list[str]


class Mark(StrEnum):
    """What kind of line it is. What never happened is marked on every line of it."""

    TOLD = "TOLD"
    PLAYED = "PLAYED"
    MADE_UP = "HYPOTHETICAL"


@dataclass(frozen=True)
class Line:
    """One line: its mark, the moment of the story's clock (None where there is none), its words, the fact it tells."""

    mark: Mark
    at: datetime | None
    words: str
    fact: Fact | None = None

    @property
    def when(self) -> str:
        """The day of a fact, or the moment of the story's clock in UTC."""
        if self.fact is not None:
            return self.fact.when
        return "" if self.at is None else f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@dataclass
class Scene:
    """One scene: its number, title, lines in order, and outcomes by name. A made-up one is so in every line."""

    number: int
    title: str
    made_up: bool = False
    lines: list[Line] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """The title, with its label."""
        return f"{self.number}. {'HYPOTHETICAL: ' if self.made_up else ''}{self.title}"

    def tell(self, *keys: str) -> None:
        """Facts of the table, as they are there."""
        self.lines += [Line(Mark.TOLD, None, fact(key).told, fact(key)) for key in keys]

    def play(self, at: datetime, words: str, **outcomes: Outcome) -> None:
        """What the program did with made-up data, and what came out of it."""
        self.lines.append(Line(Mark.MADE_UP if self.made_up else Mark.PLAYED, at, words))
        self.found(**outcomes)

    def suppose(self, at: datetime, words: str, **outcomes: Outcome) -> None:
        """What the program did with a request, or an act, that nobody made."""
        self.lines.append(Line(Mark.MADE_UP, at, words))
        self.found(**outcomes)

    def found(self, **outcomes: Outcome) -> None:
        """Outcomes by name."""
        self.outcomes |= outcomes

    def add(self, words: str) -> None:
        """More about what was just told, with the same mark; the first line of a made-up scene is made up."""
        mark = self.lines[-1].mark if self.lines else Mark.MADE_UP if self.made_up else Mark.PLAYED
        self.lines.append(Line(mark, None, words))


def barred_by(done: object) -> list[str]:
    """Codes of the bars where a hand-out did not happen; nothing where it did."""
    return [bar.code for bar in done.bars] if isinstance(done, Barred) else []


def orders_named(done: object) -> list[str]:
    """Ids of the orders that barred a hand-out."""
    return sorted({order for bar in done.bars for order in bar.orders}) if isinstance(done, Barred) else []


def why(done: object) -> str:
    """In words, what barred a hand-out; empty where nothing did."""
    return str(done) if isinstance(done, Barred) else ""


def listed(words: Iterable[str]) -> str:
    """Words as a list in a sentence."""
    found = list(words)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
