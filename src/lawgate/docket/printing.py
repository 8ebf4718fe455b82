# SPDX-License-Identifier: Apache-2.0
"""The one way to write an order: fixed keys in a fixed order, one space around `=`, LF, UTF-8."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lawgate.model.order import Effect, Order
from lawgate.model.period import UNTIL_FURTHER_NOTICE

FORMAT = "lawgate-order-1"
ORDER_KEYS = (
    "format",
    "id",
    "court",
    "docket_number",
    "kind",
    "document",
    "entered_at",
    "learned_at",
    "effective_at",
    "ends",
    "note",
)
EFFECT_KEYS = ("kind", "provisions", "requesters", "recipients", "fields", "years", "rows_at_least")
NOTICE_KEYS = ("hours", "parties", "window_hours")
APPROVAL_KEYS = ("approvals", "offices")
EXCEPTION_KEYS = ("provisions", "rows_at_most", "elements")


def print_order(order: Order) -> bytes:
    """The canonical text of an order: what `read_order` accepts, byte for byte."""
    values = {"format": FORMAT, "ends": order.ends or UNTIL_FURTHER_NOTICE}
    lines = [f"{key} = {written(values.get(key) or getattr(order, key))}" for key in ORDER_KEYS]
    for effect in order.effects:
        lines += ["", "[[effect]]", *_effect(effect)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _effect(effect: Effect) -> list[str]:
    lines = table(effect, EFFECT_KEYS)
    if effect.notice is not None:
        lines += table(effect.notice, NOTICE_KEYS)
    if effect.approval is not None:
        lines += table(effect.approval, APPROVAL_KEYS)
    for each in effect.exceptions:
        lines += ["", "[[effect.exception]]", *table(each, EXCEPTION_KEYS)]
    return lines


def table(value: object, keys: Sequence[str]) -> list[str]:
    """One line for each key, with what the value has under that name."""
    return [f"{key} = {written(getattr(value, key))}" for key in keys]


def written(value: str | int | datetime | Sequence[str] | Sequence[int]) -> str:
    """A value in its one spelling."""
    match value:
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case datetime():
            return value.isoformat()
        case int():
            return str(value)
        case _:
            return "[" + ", ".join(written(part) for part in value) + "]"
