# SPDX-License-Identifier: Apache-2.0
"""Load: how much time one officer would have for each case said to be theirs."""

from __future__ import annotations

from fractions import Fraction

# Forty hours in each of fifty-two weeks: a year without a holiday, a meeting or a day of illness.
WORKING_YEAR_HOURS = 2080


def load(cases: int, hours: int = WORKING_YEAR_HOURS) -> Fraction:
    """Seconds of working time for each of `cases` that share `hours` (whole hours) equally; exact, never rounded.

    ValueError for fewer than one case or less than one hour: there is no such figure.
    """
    if cases < 1 or hours < 1:
        raise ValueError("a load needs at least one case and one hour")
    return Fraction(hours * 3600, cases)


def seconds_per_case(cases: int) -> float:
    """The load of `cases` (at least 1) over one working year in seconds, as it is reported: to two decimals."""
    return float(round(load(cases), 2))
