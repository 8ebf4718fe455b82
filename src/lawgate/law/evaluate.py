# SPDX-License-Identifier: Apache-2.0
"""What an expression means: the definition every engine is compared with.

Facts are typed values; `None` is *unknown*. The logic is Kleene's strong one, so making a fact unknown can turn a
definite answer into *unknown* and never into the other definite answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lawgate.law.expression import (
    All,
    Any,
    AtLeast,
    AtMost,
    DaysFrom,
    Expr,
    In,
    Is,
    Not,
    NotAfter,
    Present,
    Starts,
)

Fact = str | int | bool | date | None
Facts = Mapping[str, Fact]


def evaluate(expr: Expr, facts: Facts) -> bool | None:
    """True, False, or None when it cannot be told. A fact that is not in `facts`, or is of another type, is unknown."""
    match expr:
        case All(parts):
            return _kleene([evaluate(p, facts) for p in parts], stops_at=False)
        case Any(parts):
            return _kleene([evaluate(p, facts) for p in parts], stops_at=True)
        case Not(part):
            inner = evaluate(part, facts)
            return None if inner is None else not inner
        case DaysFrom(earlier, later, days):
            gap = _gap(facts.get(earlier), facts.get(later))
            return None if gap is None else gap >= days
        case NotAfter(earlier, later):
            gap = _gap(facts.get(earlier), facts.get(later))
            return None if gap is None else gap >= 0
        case _:
            return _one(expr, facts.get(expr.fact))


def _one(expr: Present | Is | In | Starts | AtLeast | AtMost, value: Fact) -> bool | None:
    match expr:
        case Present():
            return value != "" if isinstance(value, str) else None
        case Is(_, wanted):
            return value == wanted if _alike(value, wanted) else None
        case In(_, values):
            return value in values if isinstance(value, str) else None
        case Starts(_, prefixes):
            return value.startswith(prefixes) if isinstance(value, str) else None
        case AtLeast(_, bound):
            return value >= bound if isinstance(value, int) and _alike(value, bound) else None
        case AtMost(_, bound):
            return value <= bound if isinstance(value, int) and _alike(value, bound) else None


def _alike(value: Fact, wanted: str | int | bool) -> bool:
    # Python counts true among the numbers; a fact of the wrong type is unknown, never an answer.
    kinds = (str, bool, int)
    return next((k for k in kinds if isinstance(value, k)), None) is next(k for k in kinds if isinstance(wanted, k))


def _kleene(parts: list[bool | None], *, stops_at: bool) -> bool | None:
    if stops_at in parts:
        return stops_at
    return None if None in parts else not stops_at


def _gap(earlier: Fact, later: Fact) -> int | None:
    # An instant is a date to Python, but not a day here.
    if type(earlier) is not date or type(later) is not date:
        return None
    return (later - earlier).days
