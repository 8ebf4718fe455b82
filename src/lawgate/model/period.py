# SPDX-License-Identifier: Apache-2.0
"""Dates that bind: half-open spans of days with an end that is said on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

UNTIL_FURTHER_NOTICE = "until further notice"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` up to but not including `end`; `end=None` is *until further notice*."""

    start: date
    end: date | None

    def __post_init__(self) -> None:
        """Refuse a span of no days."""
        if self.end is not None and self.end <= self.start:
            raise ValueError("a span must last at least one day")

    def __contains__(self, day: date) -> bool:
        """True when `day` lies in the span."""
        return self.start <= day and (self.end is None or day < self.end)
