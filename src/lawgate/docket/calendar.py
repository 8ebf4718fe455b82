# SPDX-License-Identifier: Apache-2.0
"""Days off and clocks of one place, by a time rule: which days do not count as an end, and what the clock shows."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

from lawgate.model.timerule import DayOfYear, Holiday, TimeRule, ZoneYears

DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def shown(rule: TimeRule, moment: datetime) -> datetime:
    """The moment as clocks of the rule's zone show it, with their offset then. ValueError outside the rule's years."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    years = _years(rule, utc.date())
    summer = _summer_begins(years, utc.year) <= utc < _summer_ends(years, utc.year)
    minutes = years.summer if summer else years.standard
    return moment.astimezone(timezone(timedelta(minutes=minutes)))


def at_wall(rule: TimeRule, wall: datetime) -> datetime:
    """The moment at which clocks show `wall` (without offset); the later one where two do, or none does.

    ValueError outside the rule's years.
    """
    years = _years(rule, wall.date())
    offsets = (years.standard, years.summer)
    either = [wall.replace(tzinfo=timezone(timedelta(minutes=minutes))) for minutes in offsets]
    fitting = [each for each in either if shown(rule, each).replace(tzinfo=None) == wall]
    return shown(rule, max(fitting or either))


def day_off(rule: TimeRule, day: date, *, disputed: bool) -> str:
    """Why a period may not end on this day: a weekday or a holiday, by name; empty when it may.

    `disputed`: whether holidays and observed days that some do not count are counted.
    """
    if day.weekday() in rule.weekend:
        return f"a {WEEKDAYS[day.weekday()]}"
    for each in rule.holidays:
        if _falls(each, day) and (disputed or not each.disputed):
            return each.name
        if disputed and each.observed and _observed(rule, each, day):
            return f"{each.name} as observed"
    return ""


def _falls(holiday: Holiday, day: date) -> bool:
    if day not in holiday.span:
        return False
    if isinstance(holiday.day, date):
        return holiday.day == day
    return day.month == holiday.day.month and _in_year(holiday.day, day.year) == day


def _observed(rule: TimeRule, holiday: Holiday, day: date) -> bool:
    """Whether the holiday itself falls on a free Saturday just after, or a free Sunday just before this day."""
    saturday, sunday = day + DAY, day - DAY
    before = saturday.weekday() == SATURDAY and SATURDAY in rule.weekend and _falls(holiday, saturday)
    after = sunday.weekday() == SUNDAY and SUNDAY in rule.weekend and _falls(holiday, sunday)
    return before or after


def _in_year(rule: DayOfYear, year: int) -> date | None:
    """The day in that year; None when the year has no such day."""
    last = monthrange(year, rule.month)[1]
    if rule.weekday is None:
        return date(year, rule.month, rule.nth) if rule.nth <= last else None
    days = [n for n in range(1, last + 1) if date(year, rule.month, n).weekday() == rule.weekday]
    place = rule.nth - 1 if rule.nth > 0 else rule.nth
    return date(year, rule.month, days[place]) if place < len(days) else None


def _years(rule: TimeRule, day: date) -> ZoneYears:
    for each in rule.years:
        if day in each.span:
            return each
    raise ValueError("the time rule does not say how clocks go on that day")


def _summer_begins(years: ZoneYears, year: int) -> datetime:
    return _utc(years.begins.day, years.begins.minute, year, years.standard)


def _summer_ends(years: ZoneYears, year: int) -> datetime:
    return _utc(years.ends.day, years.ends.minute, year, years.summer)


def _utc(rule: DayOfYear, minute: int, year: int, offset: int) -> datetime:
    day = _in_year(rule, year)
    if day is None:
        raise ValueError("the time rule names a change of clocks on a day that the year does not have")
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minute - offset)
