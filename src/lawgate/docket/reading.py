# SPDX-License-Identifier: Apache-2.0
"""Read an order file: TOML with closed keys, every fault at once, one accepted spelling (docs/spec/docket.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from unicodedata import is_normalized

from lawgate.docket.printing import EFFECT_KEYS, FORMAT, ORDER_KEYS, print_order
from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.order import EVERY, Effect, EffectKind, Order
from lawgate.model.period import UNTIL_FURTHER_NOTICE

MAX_BYTES = 256 * 1024
# The log refuses an id with nine digits in a row or as 3-2-4; an order must never bind without being able to say so.
_ID = re.compile(r"(?!.*[0-9]{3}-?[0-9]{2}-?[0-9]{4})[a-z0-9][a-z0-9-]{2,63}")
_FILE = re.compile(r"([0-9]{4,9})-([a-z0-9-]+)\.toml")
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KINDS = frozenset(kind.value for kind in EffectKind)
Test = Callable[[object], bool]


def is_order_id(value: object) -> bool:
    """Whether the value may be an order's id, and part of a file name."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def entered_as(file: str) -> tuple[int, str] | None:
    """Number and order id in the name of a register's file (`NNNN-<id>.toml`); None for any other name."""
    found = _FILE.fullmatch(file)
    return (int(found[1]), found[2]) if found is not None and is_order_id(found[2]) else None


def _shaped(pattern: re.Pattern[str]) -> Test:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _line(longest: int, *, empty: bool = False) -> Test:
    def test(value: object) -> bool:
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            return False
        return is_normalized("NFC", value) and (empty or bool(value.strip()))

    return test


def _instant(value: object) -> bool:
    # tomllib also yields datetimes without an offset: those name no instant.
    return isinstance(value, datetime) and value.tzinfo is not None and 1900 <= value.year <= 2999


def _ends(value: object) -> bool:
    return value == UNTIL_FURTHER_NOTICE or _instant(value)


def _whole(low: int, high: int) -> Test:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _scope(part: Test) -> Test:
    def test(value: object) -> bool:
        if value == EVERY:
            return True
        if not isinstance(value, list) or not value:
            return False
        known = all(part(each) and each != EVERY for each in value)
        return known and len(set(value)) == len(value)

    return test


_NAMES = (_scope(_shaped(_REFERENCE)), 'a list of ids, not empty, none twice, or "every"')
_MOMENT = (_instant, "a date-time with seconds and an offset, as 2030-01-31T13:30:00-04:00")
ORDER_TESTS: Mapping[str, tuple[Test, str]] = {
    "format": (lambda value: value == FORMAT, f'"{FORMAT}"'),
    "id": (is_order_id, "3 to 64 of a-z, 0-9 and -, without nine digits in a row"),
    "court": (_line(200), "one line of text, at most 200 characters"),
    "docket_number": (_line(200), "one line of text, at most 200 characters"),
    "kind": (_shaped(_WORD), "one word of a-z, 0-9, _ and -"),
    "document": (_shaped(_DIGEST), "the SHA-256 of the paper, 64 lower-case hex digits"),
    "entered_at": _MOMENT,
    "learned_at": _MOMENT,
    "effective_at": _MOMENT,
    "ends": (_ends, f'a date-time with an offset, or "{UNTIL_FURTHER_NOTICE}"'),
    "note": (_line(2000, empty=True), "one line of text, at most 2000 characters, may be empty"),
}
EFFECT_TESTS: Mapping[str, tuple[Test, str]] = {
    "kind": (lambda value: isinstance(value, str) and value in _KINDS, "one of " + ", ".join(sorted(_KINDS))),
    "provisions": _NAMES,
    "requesters": _NAMES,
    "recipients": _NAMES,
    "fields": _NAMES,
    "years": (_scope(_whole(1900, 2200)), 'a list of years, not empty, none twice, or "every"'),
    "rows_at_least": (_whole(0, 99_999_999), "a whole number; 0 means requests of every size"),
}


def read_order(text: bytes, file: str) -> Order:
    """The order in `text`. `file` only names the place in faults.

    Faulty, with every fault found, when a key is missing, unknown or wrong, when dates contradict each other, or when
    the text is not byte for byte what `print_order` writes.
    """
    table = _table(text, file)
    faults = tuple(_faults(table, file))
    if faults:
        raise Faulty(faults)
    order = _order(table)
    if print_order(order) != text:
        raise Faulty((_fault(file, "", "order_spelling", "write it exactly as the order printer does"),))
    return order


def _table(text: bytes, file: str) -> dict[str, Any]:
    if len(text) > MAX_BYTES:
        raise Faulty((_fault(file, "", "order_size", f"at most {MAX_BYTES} bytes"),))
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):  # ValueError: not UTF-8, not TOML, a number too long to read
        raise Faulty((_fault(file, "", "order_toml", "write TOML 1.0 in UTF-8"),)) from None


def _fault(file: str, column: str, code: str, mend: str) -> Fault:
    return Fault(Scope.FILE, file, 0, column, code, mend)


def _faults(table: Mapping[str, Any], file: str) -> Iterator[Fault]:
    effects = table.get("effect")
    yield from _keys(table, (*ORDER_KEYS, "effect"), ORDER_TESTS, file, "")
    if isinstance(effects, list) and effects and all(isinstance(each, dict) for each in effects):
        for number, effect in enumerate(effects, 1):
            yield from _keys(effect, EFFECT_KEYS, EFFECT_TESTS, file, f"effect {number}: ")
    elif "effect" in table:
        yield _fault(file, "effect", "order_value", "at least one [[effect]] table")
    yield from _dates(table, file)


def _keys(
    table: Mapping[str, Any],
    keys: tuple[str, ...],
    tests: Mapping[str, tuple[Test, str]],
    file: str,
    place: str,
) -> Iterator[Fault]:
    for key in keys:
        if key not in table:
            yield _fault(file, place + key, "order_key_missing", f"add {key}")
        elif key in tests and not tests[key][0](table[key]):
            yield _fault(file, place + key, "order_value", tests[key][1])
    # The name of an unknown key is the writer's text: it is counted, not repeated.
    if unknown := len(set(table) - set(keys)):
        yield _fault(file, place.rstrip(": "), "order_key_unknown", f"remove {unknown} unknown key(s)")


def _dates(table: Mapping[str, Any], file: str) -> Iterator[Fault]:
    entered, learned, effective, ends = (
        table.get(key) if _instant(table.get(key)) else None
        for key in ("entered_at", "learned_at", "effective_at", "ends")
    )
    if entered and learned and learned > entered:
        yield _fault(file, "learned_at", "order_dates", "not after entered_at")
    if ends and effective and ends <= effective:
        yield _fault(file, "ends", "order_dates", "after effective_at")


def _order(table: Mapping[str, Any]) -> Order:
    plain = {key: table[key] for key in ORDER_KEYS if key not in ("format", "ends")}
    ends = None if table["ends"] == UNTIL_FURTHER_NOTICE else table["ends"]
    return Order(**plain, ends=ends, effects=tuple(_effect(each) for each in table["effect"]))


def _effect(table: Mapping[str, Any]) -> Effect:
    frozen: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    frozen["kind"] = EffectKind(table["kind"])
    return Effect(**frozen)
