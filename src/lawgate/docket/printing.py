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


def print_order(order: Order) -> bytes:
    """The canonical text of an order: what `read_order` accepts, byte for byte."""
    values = {"format": FORMAT, "ends": order.ends or UNTIL_FURTHER_NOTICE}
    lines = [f"{key} = {_value(values.get(key) or getattr(order, key))}" for key in ORDER_KEYS]
    for effect in order.effects:
        lines += ["", "[[effect]]", *_effect(effect)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _effect(effect: Effect) -> list[str]:
    return [f"{key} = {_value(getattr(effect, key))}" for key in EFFECT_KEYS]


def _value(value: str | int | datetime | Sequence[str] | Sequence[int]) -> str:
    match value:
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case datetime():
            return value.isoformat()
        case int():
            return str(value)
        case _:
            return "[" + ", ".join(_value(part) for part in value) + "]"
