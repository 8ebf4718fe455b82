# SPDX-License-Identifier: Apache-2.0
"""The fast shadow of `fields`: whole chunks at once. It only ever says "surely well-formed" or "look closer".

Nothing is rejected here. A line that passes these patterns would pass `fields` too; every other line goes there.
"""

from __future__ import annotations

import re
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from lawgate.model.layout import Column
from lawgate.posts.parser.fields import DATE, DAYS, FIRST_DAY, ID, NOBODY, TIN, YEARS, is_day, last_day, most
from lawgate.posts.parser.text import inert

_KNOWN = bytes(range(0x20, 0x7F)) + b"\n"
_BARE = r'[^", ](?:[^",]*[^", ])?'
# Quoted because it must be: ordinary text up to the first comma or doubled quote, then anything; no outer spaces.
_QUOTED = r'"(?:[^", ][^",]*)?(?:,|"")(?:(?:[^"]|"")*(?:[^" ]|""))?"'
# A name with two ASCII letters side by side is more than signs and more than one letter, whatever else it holds.
_NAME, _NAME_PART = (rf'(?:[^", ][^",]*)?[A-Za-z]{{{n}}}(?:[^",]*[^", ])?' for n in (2, 1))
_PARTS = {
    "text": f"{_BARE}|{_QUOTED}",
    "name": _NAME,
    "name_part": _NAME_PART,
    "id": ID,
    "ids": f"{ID}(?:;{ID})*",
    "date": DATE,
    "birth_date": DATE,
    "flag": "yes|no",
    "tin": TIN,
    "years": YEARS,
}
_MANY = 500
OFTEN = pa.dictionary(pa.int32(), pa.string())
_NOTHING = pa.scalar(None, pa.string())


def line_pattern(columns: tuple[Column, ...], reference: int) -> str:
    """RE2 text that a whole line (bytes, no line feed) matches only if `fields.take_apart` gives these columns.

    Spaces, identifiers, flags, choices and the shape of dates and numbers are judged too; lengths and days are not.
    """
    return "^" + ",".join(_part(c, c.required or at in (0, reference)) for at, c in enumerate(columns)) + "$"


def _part(column: Column, required: bool) -> str:
    simple = [re.escape(c) for c in column.choices if c and c.isascii() and not set(c) & set('", ')]
    body = _PARTS.get(column.kind) or "|".join(simple) or r"\x00"  # no simple choice: matches no clean line
    return f"(?:{body})" if required else f"(?:{body}|)"


def split_lines(data: bytes) -> pa.Array:
    """The lines of `data`, which ends with a line feed, as a large_binary array."""
    pieces = pc.split_pattern(_whole(data), "\n").flatten()
    return pieces.slice(0, len(pieces) - 1)


def is_utf8(data: bytes) -> bool:
    """Whether all of `data` is well-formed UTF-8. Nothing is copied."""
    try:
        _whole(data).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _whole(data: bytes) -> pa.Array:
    ends = pa.array([0, len(data)], pa.int64()).buffers()[1]
    return pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(data)])


def odd_characters(data: bytes) -> frozenset[str]:
    """The characters of `data` (valid UTF-8) that need a closer look. Empty for most chunks."""
    return frozenset(c for c in set(data.translate(None, _KNOWN).decode()) if not inert(c))


def surely_fine(lines: pa.Array, pattern: str, odd: frozenset[str]) -> pa.Array:
    """A boolean for each line: True when it matches the pattern and holds no odd character."""
    fine = pc.match_substring_regex(lines, pattern)
    if not odd:
        return fine
    if len(odd) > _MANY:
        return pa.repeat(pa.scalar(False), len(lines))
    some = "[" + "".join(f"\\x{{{ord(c):x}}}" for c in sorted(odd)) + "]"
    return pc.and_not(fine, pc.match_substring_regex(lines.cast(pa.large_string()), some))


def to_columns(data: bytes, names: list[str]) -> list[pa.Array]:
    """The columns of lines that are all known to be well-formed, as string arrays without nulls."""
    table = csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
        parse_options=csv.ParseOptions(ignore_empty_lines=False, newlines_in_values=False),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    return [column.combine_chunks() for column in table.columns]


class Days:
    """Finds the texts of a column that are no good day."""

    def __init__(self, today: date) -> None:
        """`today` is the last good day of birth."""
        self._today = today

    def bad(self, kind: str, values: pa.Array) -> list[str]:
        """The distinct values that are neither empty nor a good day for a column of this kind.

        The values have the shape of a date: the line pattern saw to that.
        """
        last = last_day(kind, self._today)
        try:
            days = pc.if_else(pc.equal(values, ""), _NOTHING, values).cast(pa.date32())
        except pa.ArrowInvalid:  # some value is no day at all; which one is for the exact judge to say
            return [value for value in pc.unique(values).to_pylist() if value and not is_day(value, last)]
        reach = pc.min_max(days)
        if days.null_count == len(days) or FIRST_DAY <= reach["min"].as_py() <= reach["max"].as_py() <= last:
            return []
        return [value for value in pc.unique(values).to_pylist() if value and not is_day(value, last)]


def look_closer(column: Column, values: pa.Array, days: Days) -> pa.Array | None:
    """A boolean for each value that may break a rule the line pattern cannot express, or None when none does."""
    if pa.types.is_dictionary(values.type):
        doubt = look_closer(column, values.dictionary, days)
        return None if doubt is None else doubt.take(values.indices)
    doubt = None
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    if longest > most(column):  # bytes are at least as many as characters
        doubt = pc.greater(pc.utf8_length(values), most(column))
    if column.kind in DAYS and (bad := days.bad(column.kind, values)):
        doubt = _either(doubt, pc.is_in(values, pa.array(bad, pa.string())))
    if column.kind == "tin":
        doubt = _either(doubt, pc.match_substring_regex(values, NOBODY))
    return doubt


def _either(one: pa.Array | None, other: pa.Array) -> pa.Array:
    return other if one is None else pc.or_(one, other)
