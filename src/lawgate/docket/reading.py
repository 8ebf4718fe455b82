# SPDX-License-Identifier: Apache-2.0
"""Read an order file: TOML with closed keys, every fault at once, one accepted spelling (docs/spec/docket.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lawgate.docket import form
from lawgate.docket.form import Doc, Test, fault
from lawgate.docket.printing import (
    APPROVAL_KEYS,
    EFFECT_KEYS,
    EXCEPTION_KEYS,
    FORMAT,
    NOTICE_KEYS,
    ORDER_KEYS,
    print_order,
)
from lawgate.model.fault import Fault, Faulty
from lawgate.model.order import ApprovalTerms, Effect, EffectKind, Exempt, NoticeTerms, Order
from lawgate.model.period import UNTIL_FURTHER_NOTICE

MAX_BYTES = form.MAX_BYTES
# The log refuses an id with nine digits in a row or as 3-2-4; an order must never bind without being able to say so.
_ID = re.compile(r"(?!.*[0-9]{3}-?[0-9]{2}-?[0-9]{4})[a-z0-9][a-z0-9-]{2,63}")
_FILE = re.compile(r"([0-9]{4,9})-([a-z0-9-]+)\.toml")
_KINDS = frozenset(kind.value for kind in EffectKind)


def is_order_id(value: object) -> bool:
    """Whether the value may be an order's id, and part of a file name."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def entered_as(file: str) -> tuple[int, str] | None:
    """Number and order id in the name of a register's file (`NNNN-<id>.toml`); None for any other name."""
    found = _FILE.fullmatch(file)
    return (int(found[1]), found[2]) if found is not None and is_order_id(found[2]) else None


ORDER_ID: tuple[Test, str] = (is_order_id, "3 to 64 of a-z, 0-9 and -, without nine digits in a row")
ORDER_TESTS: Mapping[str, tuple[Test, str]] = {
    "format": (lambda value: value == FORMAT, f'"{FORMAT}"'),
    "id": ORDER_ID,
    "court": (form.line(200), "one line of text, at most 200 characters"),
    "docket_number": (form.line(200), "one line of text, at most 200 characters"),
    "kind": (form.shaped(form.WORD), "one word of a-z, 0-9, _ and -"),
    "document": (form.shaped(form.DIGEST), "the SHA-256 of the paper, 64 lower-case hex digits"),
    "entered_at": form.MOMENT,
    "learned_at": form.MOMENT,
    "effective_at": form.MOMENT,
    "ends": (form.ends, f'a date-time with an offset, or "{UNTIL_FURTHER_NOTICE}"'),
    "note": (form.line(2000, empty=True), "one line of text, at most 2000 characters, may be empty"),
}
EFFECT_TESTS: Mapping[str, tuple[Test, str]] = {
    "kind": (lambda value: isinstance(value, str) and value in _KINDS, "one of " + ", ".join(sorted(_KINDS))),
    "provisions": form.NAMES,
    "requesters": form.NAMES,
    "recipients": form.NAMES,
    "fields": form.NAMES,
    "years": form.YEARS,
    "rows_at_least": (form.whole(0, 99_999_999), "a whole number; 0 means requests of every size"),
    "hours": (form.whole(1, 8_784), "a whole number of hours, at least 1"),
    "parties": form.LISTED,
    "window_hours": (form.whole(1, 8_784), "a whole number of hours, at least 1"),
    "approvals": (form.whole(1, 9), "a whole number between 1 and 9"),
    "offices": form.LISTED,
}
EXCEPTION_TESTS: Mapping[str, tuple[Test, str]] = {
    "provisions": form.LISTED,
    "rows_at_most": (form.whole(1, 99_999_999), "a whole number, at least 1"),
    "elements": form.LISTED,
}
# Terms come whole or not at all: half a term would leave to the program what the paper says.
TERMS: Mapping[str, tuple[str, ...]] = {EffectKind.NOTICE: NOTICE_KEYS, EffectKind.APPROVAL: APPROVAL_KEYS}


def read_order(text: bytes, file: str) -> Order:
    """The order in `text`. `file` only names the place in faults.

    Faulty, with every fault found, when a key is missing, unknown or wrong, when dates contradict each other, or when
    the text is not byte for byte what `print_order` writes.
    """
    table = form.read_table(text, file)
    faults = tuple(_faults(table, file))
    if faults:
        raise Faulty(faults)
    order = _order(table)
    if (printed := print_order(order)) != text:
        raise Faulty((form.misspelt(file, text, printed),))
    return order


def _faults(table: Doc, file: str) -> Iterator[Fault]:
    yield from form.wrong_keys(table, (*ORDER_KEYS, "effect"), ORDER_TESTS, file)
    if form.tables(table.get("effect")):
        for number, effect in enumerate(table["effect"], 1):
            yield from _effect_faults(effect, file, f"effect {number}: ")
    elif "effect" in table:
        yield fault(file, "effect", "order_value", "at least one [[effect]] table")
    yield from dates(table, file, "ends")


def _effect_faults(effect: Doc, file: str, place: str) -> Iterator[Fault]:
    kind = effect.get("kind")
    terms = TERMS.get(kind, ()) if isinstance(kind, str) else ()
    keys = (*EFFECT_KEYS, *terms) if any(key in effect for key in terms) else EFFECT_KEYS
    may = ("exception",) if kind == EffectKind.STOP else ()
    yield from form.wrong_keys(effect, keys, EFFECT_TESTS, file, place, may)
    if may and form.tables(effect.get("exception")):
        for number, each in enumerate(effect["exception"], 1):
            where = f"{place}exception {number}: "
            yield from form.wrong_keys(each, EXCEPTION_KEYS, EXCEPTION_TESTS, file, where)
    elif may and "exception" in effect:
        yield fault(file, place + "exception", "order_value", "one or more [[effect.exception]] tables, or none")


def dates(table: Doc, file: str, end: str) -> Iterator[Fault]:
    """Faults of the moments of an order or act; `end` names the key of the one at which it stops."""
    entered, learned, effective, stops = (
        table.get(key) if form.instant(table.get(key)) else None
        for key in ("entered_at", "learned_at", "effective_at", end)
    )
    if entered and learned and learned > entered:
        yield fault(file, "learned_at", "order_dates", "not after entered_at")
    if stops and effective and stops <= effective:
        yield fault(file, end, "order_dates", "after effective_at")


def _order(table: Doc) -> Order:
    plain = {key: table[key] for key in ORDER_KEYS if key not in ("format", "ends")}
    ends = None if table["ends"] == UNTIL_FURTHER_NOTICE else table["ends"]
    return Order(**plain, ends=ends, effects=tuple(_effect(each) for each in table["effect"]))


def _effect(table: Doc) -> Effect:
    found = form.frozen(table)
    kind = EffectKind(table["kind"])
    plain = {key: found[key] for key in EFFECT_KEYS if key != "kind"}
    notice = {key: found[key] for key in NOTICE_KEYS if key in found}
    approval = {key: found[key] for key in APPROVAL_KEYS if key in found}
    return Effect(
        kind,
        **plain,
        notice=NoticeTerms(**notice) if notice else None,
        approval=ApprovalTerms(**approval) if approval else None,
        exceptions=tuple(Exempt(**form.frozen(each)) for each in table.get("exception", ())),
    )
