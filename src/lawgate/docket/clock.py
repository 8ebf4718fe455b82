# SPDX-License-Identifier: Apache-2.0
"""Deadlines under a time rule, each with the steps by which it was counted.

Where people differ on whether a holiday counts, both ways are counted, and the later deadline acts: whoever waits for
the later one has waited long enough for the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lawgate.docket.calendar import DAY, WEEKDAYS, at_wall, day_off, shown
from lawgate.model.timerule import TimeRule

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
COUNTED, NOT_COUNTED = "disputed_holidays_counted", "disputed_holidays_not_counted"
MOST_HOURS, MOST_DAYS = 24 * 3660, 3660
# Longer than any run of weekends and holidays; a rule that has no working day at all must not be counted for ever.
MOST_ROLLS = 60


@dataclass(frozen=True, slots=True)
class Deadline:
    """One way of counting: its name, the moment it ends (with the zone's offset), its last day, and every step."""

    reading: str
    ends: datetime
    day: date
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A deadline counted in every way that is argued for; `acts` is the one that counts here, the latest."""

    readings: tuple[Deadline, ...]

    @property
    def acts(self) -> Deadline:
        """The latest deadline."""
        return max(self.readings, key=lambda each: each.ends)


def run_hours(rule: TimeRule, start: datetime, hours: int) -> Counted:
    """So many hours from `start`: every hour that passes counts, whatever clocks show and whatever day it is.

    An end on a Saturday, Sunday or holiday moves to the same time of the next other day. ValueError for a start without
    an offset, hours below 0, and days of which the rule says nothing.
    """
    if start.tzinfo is None or not 0 <= hours <= MOST_HOURS:
        raise ValueError("a period has a start with its offset, and a number of hours that is not below 0")
    return Counted(tuple(_hours(rule, start.astimezone(UTC), hours, way) for way in (COUNTED, NOT_COUNTED)))


def run_days(rule: TimeRule, event: datetime, days: int) -> Counted:
    """So many days after the day of `event`, which is not counted; every other day is, and the last one in full.

    A last day that is a Saturday, Sunday or holiday moves to the next other day. `ends` is the midnight after the last
    day. ValueError as for `run_hours`; at least one day.
    """
    if event.tzinfo is None or not 1 <= days <= MOST_DAYS:
        raise ValueError("a period has an event with its offset, and at least one day")
    return Counted(tuple(_days(rule, event.astimezone(UTC), days, way) for way in (COUNTED, NOT_COUNTED)))


def spoken(moment: datetime) -> str:
    """A moment as a person reads it: `Friday 26 September 2025, 16:00 (UTC-04:00)`; seconds where there are any."""
    clock = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
    offset = moment.strftime("%z")
    return f"{_day(moment.date())}, {clock} (UTC{offset[:3]}:{offset[3:5]})"


def _hours(rule: TimeRule, start: datetime, hours: int, reading: str) -> Deadline:
    begins, end = shown(rule, start), shown(rule, start + timedelta(hours=hours))
    steps = [
        f"The clock starts on {spoken(begins)}.",
        f"{hours} hours are counted, each hour that passes, on whatever day: they end on {spoken(end)}.",
    ]
    if begins.utcoffset() != end.utcoffset():
        steps.insert(1, "Clocks are changed in between. Hours that pass are counted, not hours that clocks show.")
    day, rolled = _roll(rule, end.date(), reading)
    steps += rolled
    # On the same day the end is a moment and stays it: an hour that clocks show twice is not looked up again.
    last = end if day == end.date() else at_wall(rule, datetime.combine(day, end.time()))
    return Deadline(reading, last, day, (*steps, f"The clock ends on {spoken(last)}."))


def _days(rule: TimeRule, event: datetime, days: int, reading: str) -> Deadline:
    first = shown(rule, event).date()
    end = first + days * DAY
    steps = [
        f"The day of the event, {_day(first)}, is not counted.",
        f"{days} days are counted, every day of the week: the last one is {_day(end)}.",
    ]
    day, rolled = _roll(rule, end, reading)
    last = at_wall(rule, datetime.combine(day + DAY, time()))
    return Deadline(reading, last, day, (*steps, *rolled, f"The period ends when {_day(day)} ends."))


def _roll(rule: TimeRule, day: date, reading: str) -> tuple[date, list[str]]:
    """The first day from `day` on that is no day off, and a step for each day that is passed over."""
    steps = list[str]()
    for passed in _from(day):
        why = day_off(rule, passed, disputed=reading == COUNTED)
        if not why:
            return passed, steps
        steps.append(f"{_day(passed)} is {why}: no period ends on it, so it runs on to the next day.")
    raise ValueError("the time rule leaves no day on which a period could end")


def _from(day: date) -> Iterator[date]:
    return (day + n * DAY for n in range(MOST_ROLLS))


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
