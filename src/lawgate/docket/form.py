# SPDX-License-Identifier: Apache-2.0
"""What orders and acts share as texts: tests of single values, and every fault of closed keys at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import zip_longest
from typing import Any
from unicodedata import is_normalized

from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.order import EVERY
from lawgate.model.period import UNTIL_FURTHER_NOTICE

MAX_BYTES = 256 * 1024
WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
DIGEST = re.compile(r"[0-9a-f]{64}")
Test = Callable[[object], bool]
Tests = Mapping[str, tuple[Test, str]]
Doc = Mapping[str, Any]


def shaped(pattern: re.Pattern[str]) -> Test:
    """A text that is wholly of this pattern."""
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def line(longest: int, *, empty: bool = False) -> Test:
    """One line of text in composed form, at most so long."""

    def test(value: object) -> bool:
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            return False
        return is_normalized("NFC", value) and (empty or bool(value.strip()))

    return test


def instant(value: object) -> bool:
    """Whether the value names one instant."""
    # tomllib also yields datetimes without an offset: those name no instant.
    return isinstance(value, datetime) and value.tzinfo is not None and 1900 <= value.year <= 2999


def ends(value: object) -> bool:
    """Whether the value is an instant or says that there is none yet."""
    return value == UNTIL_FURTHER_NOTICE or instant(value)


def whole(low: int, high: int) -> Test:
    """A whole number between the two, both included."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def names(part: Test) -> Test:
    """A list that is not empty and has nothing twice; the word `every` is no name."""

    def test(value: object) -> bool:
        if not isinstance(value, list) or not value:
            return False
        known = all(part(each) and each != EVERY for each in value)
        return known and len(set(value)) == len(value)

    return test


def scope(part: Test) -> Test:
    """Such a list, or the word `every`."""
    return lambda value: value == EVERY or names(part)(value)


MOMENT = (instant, "a date-time with seconds and an offset, as 2030-01-31T13:30:00-04:00")
LISTED = (names(shaped(REFERENCE)), "a list of ids, not empty, none twice")
NAMES = (scope(shaped(REFERENCE)), 'a list of ids, not empty, none twice, or "every"')
YEARS = (scope(whole(1900, 2200)), 'a list of years, not empty, none twice, or "every"')


def read_table(text: bytes, file: str) -> Doc:
    """The TOML table in these bytes. Faulty when they are too long or no TOML in UTF-8."""
    if len(text) > MAX_BYTES:
        raise Faulty((fault(file, "", "order_size", f"at most {MAX_BYTES} bytes"),))
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):  # ValueError: not UTF-8, not TOML, a number too long to read
        raise Faulty((fault(file, "", "order_toml", "write TOML 1.0 in UTF-8"),)) from None


def fault(file: str, column: str, code: str, mend: str) -> Fault:
    """A fault of a text of the docket."""
    return Fault(Scope.FILE, file, 0, column, code, mend)


def misspelt(file: str, text: bytes, printed: bytes) -> Fault:
    """The fault of a text that says something else than its one spelling does; `row` is its first line that differs.

    What is printed there is the printer's own, so nothing of the text is said again.
    """
    pairs = zip_longest(text.split(b"\n"), printed.split(b"\n"))
    row = next((number for number, (one, other) in enumerate(pairs, 1) if one != other), 0)
    mend = "write this line as docs/spec/docket.md shows it: no other spaces, quotes, comments or order of keys"
    return Fault(Scope.FILE, file, row, "", "order_spelling", mend)


def wrong_keys(
    table: Doc, keys: tuple[str, ...], tests: Tests, file: str, place: str = "", may: tuple[str, ...] = ()
) -> Iterator[Fault]:
    """A fault for each key that is missing or wrong, and one for all keys that are neither in `keys` nor in `may`."""
    for key in (*keys, *(each for each in may if each in table)):
        if key not in table:
            yield fault(file, place + key, "order_key_missing", f"add {key}")
        elif key in tests and not tests[key][0](table[key]):
            yield fault(file, place + key, "order_value", tests[key][1])
    # The name of an unknown key is the writer's text: it is counted, not repeated.
    if unknown := len(set(table) - set(keys) - set(may)):
        yield fault(file, place.rstrip(": "), "order_key_unknown", f"remove {unknown} unknown key(s)")


def tables(value: object) -> bool:
    """Whether the value is a list of tables, at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def frozen(table: Doc) -> dict[str, Any]:
    """The same table with each list as a tuple."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
