# SPDX-License-Identifier: Apache-2.0
"""When a period ends that a paper states in days or hours: counted by the rulebook's time rule, every step told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from lawgate.docket.clock import MOST_DAYS, MOST_HOURS, Counted, run_days, run_hours
from lawgate.law.clocks import clock_for, read_clocks
from lawgate.model.fault import Refused
from lawgate.model.timerule import TimeRule

# The one thing that time rules serve for: whoever counts for a notice and for a paper of the court counts alike.
SERVES = "notice"


def deadline(files: Mapping[str, bytes], start: datetime, days: int, hours: int) -> tuple[TimeRule, Counted]:
    """The rule that serves on the (UTC) day of `start`, and the period counted by it in every way argued for.

    One of `days` and `hours` is 0. Refused `deadline_length` for neither or both, one below 0 or beyond ten years;
    `deadline_rule` where the rulebook has no one rule for that day, or says nothing of a day that is counted.
    """
    if (days == 0) == (hours == 0) or not (0 <= days <= MOST_DAYS and 0 <= hours <= MOST_HOURS):
        raise Refused("deadline_length", "a period is a number of days or a number of hours, of ten years at most")
    rule = clock_for(read_clocks(files), SERVES, start.astimezone(UTC).date())
    if rule is None:
        raise Refused("deadline_rule", "the rulebook has no one rule by which this day counts")
    try:
        return rule, run_days(rule, start, days) if days else run_hours(rule, start, hours)
    except ValueError:
        raise Refused("deadline_rule", "the rulebook's rule says nothing of a day that has to be counted") from None
