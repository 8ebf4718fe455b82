# SPDX-License-Identifier: Apache-2.0
"""A rule for counting time, as data: a zone with its changes of the clock, days off, and what happens at the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lawgate.model.period import Span


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day that a rule finds in each year: the `nth` weekday of a month (0 is Monday; -1 is the last one).

    With `weekday` None it is the day `nth` of the month.
    """

    month: int
    weekday: int | None
    nth: int


@dataclass(frozen=True, slots=True)
class Change:
    """When the clocks are changed: a day, and the minute of that day by the clock that is left."""

    day: DayOfYear
    minute: int


@dataclass(frozen=True, slots=True)
class ZoneYears:
    """How a zone's clocks go over a span of days: minutes from UTC, and when summer time begins and ends."""

    span: Span
    standard: int
    summer: int
    begins: Change
    ends: Change


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off by a rule or on one date. `disputed`: some count it and some do not, so both are counted.

    `observed` says that, falling on a Saturday or Sunday, it is kept on the Friday before or the Monday after; whether
    that day counts is always disputed.
    """

    name: str
    span: Span
    day: DayOfYear | date
    disputed: bool
    observed: bool


@dataclass(frozen=True, slots=True)
class TimeRule:
    """How hours and days are counted: id, citation, what it is for, its zone, weekdays off (0 is Monday), holidays."""

    id: str
    citation: str
    serves: tuple[str, ...]
    span: Span
    zone: str
    years: tuple[ZoneYears, ...]
    weekend: tuple[int, ...]
    holidays: tuple[Holiday, ...]
