# SPDX-License-Identifier: Apache-2.0
"""Deadlines as the rulebook's own time rule counts them, with their steps; held against the system's zone data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from house.tree import ROOT
from lawgate.docket.calendar import at_wall, day_off, shown
from lawgate.docket.clock import COUNTED, NOT_COUNTED, run_days, run_hours, spoken
from lawgate.law.clocks import clock_for, read_clocks
from lawgate.model.timerule import TimeRule

BOOK = ROOT / "rulebooks" / "us-26-6103"
EASTERN = ZoneInfo("America/New_York")


def notice_rule() -> TimeRule:
    files = {path.relative_to(BOOK).as_posix(): path.read_bytes() for path in BOOK.rglob("*.toml")}
    rule = clock_for(read_clocks(files), "notice", date(2025, 9, 26))
    assert rule is not None
    return rule


RULE = notice_rule()
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2040, 12, 31)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2025-09-24T10:00:00-04:00", 24, "2025-09-25T10:00:00-04:00"),  # plain
        ("2025-09-26T16:00:00-04:00", 24, "2025-09-29T16:00:00-04:00"),  # E24: ends on a Saturday
        ("2025-11-01T16:00:00-04:00", 24, "2025-11-03T15:00:00-05:00"),  # E25: clocks go back in the night
        ("2026-03-07T16:00:00-05:00", 24, "2026-03-09T17:00:00-04:00"),  # clocks go forward in the night
        ("2025-09-26T16:00:00-04:00", 72, "2025-09-29T16:00:00-04:00"),  # a weekend inside counts
        ("2025-10-10T16:00:00-04:00", 24, "2025-10-14T16:00:00-04:00"),  # Saturday, Sunday, a Monday off
        ("2025-10-31T16:00:00-04:00", 24, "2025-11-03T16:00:00-05:00"),  # same time of clocks, on another offset
        ("2025-12-24T09:00:00-05:00", 24, "2025-12-26T09:00:00-05:00"),  # Christmas
        ("2026-07-02T16:00:00-04:00", 24, "2026-07-06T16:00:00-04:00"),  # the Friday kept for a Saturday: it counts
        ("2021-12-30T16:00:00-05:00", 24, "2022-01-03T16:00:00-05:00"),  # kept in the year before
        ("2027-07-03T16:00:00-04:00", 24, "2027-07-06T16:00:00-04:00"),  # the Monday kept for a Sunday
        ("2025-04-15T09:00:00-04:00", 24, "2025-04-17T09:00:00-04:00"),  # the district's own day
        ("2025-01-08T09:00:00-05:00", 24, "2025-01-10T09:00:00-05:00"),  # a day the President declared
        ("2025-09-26T20:00:00Z", 24, "2025-09-29T16:00:00-04:00"),  # told in another zone
        ("2025-09-24T10:00:00-04:00", 0, "2025-09-24T10:00:00-04:00"),
    ],
)
def test_hours_that_pass_are_counted_and_the_end_rolls(start: str, hours: int, end: str) -> None:
    counted = run_hours(RULE, at(start), hours)
    assert counted.acts.ends == at(end)
    assert counted.acts.ends.utcoffset() == at(end).utcoffset()
    assert spoken(at(end)) in counted.acts.steps[-1]


def test_both_readings_are_counted_and_the_later_acts() -> None:
    found = {each.reading: each for each in run_hours(RULE, at("2026-07-02T16:00:00-04:00"), 24).readings}
    assert found[COUNTED].ends == at("2026-07-06T16:00:00-04:00")
    assert found[NOT_COUNTED].ends == at("2026-07-03T16:00:00-04:00")
    assert any("Independence Day as observed" in step for step in found[COUNTED].steps)
    assert not any("observed" in step for step in found[NOT_COUNTED].steps)


def test_every_step_is_said() -> None:
    assert run_hours(RULE, at("2025-11-01T16:00:00-04:00"), 24).acts.steps == (
        "The clock starts on Saturday 1 November 2025, 16:00 (UTC-04:00).",
        "Clocks are changed in between. Hours that pass are counted, not hours that clocks show.",
        "24 hours are counted, each hour that passes, on whatever day: "
        "they end on Sunday 2 November 2025, 15:00 (UTC-05:00).",
        "Sunday 2 November 2025 is a Sunday: no period ends on it, so it runs on to the next day.",
        "The clock ends on Monday 3 November 2025, 15:00 (UTC-05:00).",
    )


@pytest.mark.parametrize(
    ("event", "days", "last"),
    [
        ("2025-09-22T16:00:00-04:00", 3, date(2025, 9, 25)),
        ("2025-09-22T23:59:59-04:00", 1, date(2025, 9, 23)),
        ("2025-09-25T01:00:00-04:00", 2, date(2025, 9, 29)),  # ends on a Saturday
        ("2025-12-22T16:00:00-05:00", 3, date(2025, 12, 26)),  # ends on Christmas
        ("2025-09-23T02:00:00Z", 1, date(2025, 9, 23)),  # still the day before in the zone
    ],
)
def test_days_leave_out_the_day_of_the_event(event: str, days: int, last: date) -> None:
    found = run_days(RULE, at(event), days).acts
    assert found.day == last
    assert found.ends == at_wall(RULE, datetime(last.year, last.month, last.day) + timedelta(days=1))


def test_what_cannot_be_counted_is_refused() -> None:
    start = at("2025-09-24T10:00:00-04:00")
    for run, number in ((run_hours, -1), (run_days, 0), (run_hours, 10**6), (run_days, 10**6)):
        with pytest.raises(ValueError, match="a period has"):
            run(RULE, start, number)
    with pytest.raises(ValueError, match="offset"):
        run_hours(RULE, start.replace(tzinfo=None), 24)
    with pytest.raises(ValueError, match="does not say"):
        run_hours(RULE, at("1999-01-01T00:00:00Z"), 24)


def test_an_hour_shown_twice_or_never_is_taken_late() -> None:
    assert at_wall(RULE, datetime(2025, 11, 2, 1, 30)) == at("2025-11-02T01:30:00-05:00")
    assert at_wall(RULE, datetime(2026, 3, 8, 2, 30)) == at("2026-03-08T02:30:00-05:00")


@given(MOMENTS)
def test_clocks_show_what_the_zone_data_of_the_system_say(moment: datetime) -> None:
    assert shown(RULE, moment).replace(tzinfo=None) == moment.astimezone(EASTERN).replace(tzinfo=None)


@given(MOMENTS, st.integers(0, 400))
def test_no_deadline_is_early_or_on_a_day_off(start: datetime, hours: int) -> None:
    for found in run_hours(RULE, start, hours).readings:
        assert found.ends >= start + timedelta(hours=hours)
        assert found.ends.date() == found.day
        assert not day_off(RULE, found.day, disputed=found.reading == COUNTED)
        # It runs on by whole days of the clock, and no further than the next day that is not off.
        plain = shown(RULE, start + timedelta(hours=hours))
        between = [plain.date() + timedelta(days=n) for n in range((found.day - plain.date()).days)]
        assert all(day_off(RULE, day, disputed=found.reading == COUNTED) for day in between)
        assert found.ends.time() == plain.time()


@given(MOMENTS, st.integers(0, 96 * 3600), st.integers(0, 400))
def test_whoever_is_served_later_waits_until_the_same_day_or_a_later_one(
    start: datetime, later: int, hours: int
) -> None:
    first, second = run_hours(RULE, start, hours).acts, run_hours(RULE, start + timedelta(seconds=later), hours).acts
    assert first.day <= second.day


@given(MOMENTS, st.integers(0, 400), st.integers(0, 100))
def test_more_hours_never_end_on_an_earlier_day(start: datetime, hours: int, more: int) -> None:
    assert run_hours(RULE, start, hours).acts.day <= run_hours(RULE, start, hours + more).acts.day


@given(MOMENTS, st.integers(1, 60), st.integers(0, 96 * 3600))
def test_days_are_monotone_and_end_on_no_day_off(start: datetime, days: int, later: int) -> None:
    first, second = run_days(RULE, start, days).acts, run_days(RULE, start + timedelta(seconds=later), days).acts
    assert first.ends <= second.ends
    assert first.ends >= start + timedelta(days=days)
    assert not day_off(RULE, first.day, disputed=True)
