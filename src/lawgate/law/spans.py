# SPDX-License-Identifier: Apache-2.0
"""Spans of days in the tables of a rulebook: an end is a date, or said to be open on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from lawgate.model.period import UNTIL_FURTHER_NOTICE, Span


def span_of(table: Mapping[str, object], start: str, end: str) -> Span:
    """The span between two keys of a table. ValueError when one of them is no whole day, or no end is said."""
    first, last = table.get(start), table.get(end)
    # An instant is a date to Python; a span is of whole days.
    if not isinstance(first, date) or isinstance(first, datetime):
        raise ValueError(f"`{start}` must be a date")
    if last == UNTIL_FURTHER_NOTICE:
        return Span(first, None)
    if not isinstance(last, date) or isinstance(last, datetime):
        raise ValueError(f"`{end}` must be a date or `{UNTIL_FURTHER_NOTICE}`")
    return Span(first, last)
