# SPDX-License-Identifier: Apache-2.0
"""Load: how much time one officer would have for each case said to be theirs."""

from __future__ import annotations

WORKING_YEAR_HOURS = 2080


def seconds_per_case(cases: int) -> float:
    """Seconds of one 2,080-hour working year for each of `cases` (at least 1), to two decimals."""
    if cases < 1:
        raise ValueError("an officer with no case has no load")
    return round(WORKING_YEAR_HOURS * 3600 / cases, 2)
