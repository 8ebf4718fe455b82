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
    """True, False, or None when it cannot be told. A fact that is not in `facts` is unknown."""
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
    if value is None:
        return None
    match expr:
        case Present():
            return value != ""
        case Is(_, wanted):
            return type(value) is type(wanted) and value == wanted
        case In(_, values):
            return value in values
        case Starts(_, prefixes):
            return isinstance(value, str) and value.startswith(prefixes)
        case AtLeast(_, bound):
            return isinstance(value, int) and value >= bound
        case AtMost(_, bound):
            return isinstance(value, int) and value <= bound


def _kleene(parts: list[bool | None], *, stops_at: bool) -> bool | None:
    if stops_at in parts:
        return stops_at
    return None if None in parts else not stops_at


def _gap(earlier: Fact, later: Fact) -> int | None:
    if not isinstance(earlier, date) or not isinstance(later, date):
        return None
    return (later - earlier).days
