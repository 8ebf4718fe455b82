# SPDX-License-Identifier: Apache-2.0
"""What an expression means: three-valued tables, and no answer from a fact of the wrong type."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from lawgate.law.evaluate import Fact, evaluate
from lawgate.law.expression import All, Any, AtLeast, AtMost, DaysFrom, Expr, In, Is, Not, NotAfter, Present, Starts

DAY, NEXT = date(2024, 2, 28), date(2024, 2, 29)
ANSWERS = (True, False, None)
A, B, C = (Is(name, True) for name in "abc")


@pytest.mark.parametrize(("a", "b", "c"), list(product(ANSWERS, repeat=3)))
def test_tables_of_three_values(a: bool | None, b: bool | None, c: bool | None) -> None:
    facts = {"a": a, "b": b, "c": c}
    every = False if False in (a, b, c) else None if None in (a, b, c) else True
    some = True if True in (a, b, c) else None if None in (a, b, c) else False
    assert evaluate(All((A, B, C)), facts) is every
    assert evaluate(Any((A, B, C)), facts) is some
    assert evaluate(Not(All((A, B, C))), facts) is evaluate(Any((Not(A), Not(B), Not(C))), facts)
    assert evaluate(Not(A), facts) is (None if a is None else not a)


@pytest.mark.parametrize(
    ("expr", "value", "meant"),
    [
        (Present("f"), "x", True),
        (Present("f"), " ", True),
        (Present("f"), "", False),
        (Is("f", "x"), "x", True),
        (Is("f", "x"), "X", False),
        (Is("f", ""), "", True),
        (Is("f", True), False, False),
        (Is("f", 1), 1, True),
        (Is("f", 0), 0, True),
        (In("f", ("x", "y")), "y", True),
        (In("f", ("x", "y")), "", False),
        (In("f", ("xy",)), "x", False),
        (Starts("f", ("ab", "c")), "abc", True),
        (Starts("f", ("ab", "c")), "c", True),
        (Starts("f", ("ab", "c")), "a", False),
        (AtLeast("f", 2), 2, True),
        (AtLeast("f", 2), 1, False),
        (AtMost("f", 2), 2, True),
        (AtMost("f", 2), 3, False),
    ],
)
def test_one_fact(expr: Expr, value: Fact, meant: bool) -> None:
    assert evaluate(expr, {"f": value}) is meant
    assert evaluate(expr, {"f": None}) is None
    assert evaluate(expr, {}) is None


@pytest.mark.parametrize(
    ("earlier", "later", "days", "order"),
    [
        (DAY, NEXT, True, True),
        (DAY, DAY, False, True),
        (NEXT, DAY, False, False),
        (None, DAY, None, None),
        (DAY, None, None, None),
    ],
)
def test_dates(earlier: Fact, later: Fact, days: bool | None, order: bool | None) -> None:
    facts = {"e": earlier, "l": later}
    assert evaluate(DaysFrom("e", "l", 1), facts) is days
    assert evaluate(NotAfter("e", "l"), facts) is order


def test_ninety_days_are_counted_over_a_leap_day() -> None:
    facts: dict[str, Fact] = {"e": date(2023, 12, 1), "l": date(2024, 2, 29)}
    assert evaluate(DaysFrom("e", "l", 90), facts) is True
    assert evaluate(DaysFrom("e", "l", 91), facts) is False


WRONG = [
    (Present("f"), 1),
    (Is("f", True), 1),
    (Is("f", True), "true"),
    (Is("f", 1), True),
    (Is("f", 0), False),
    (Is("f", "1"), 1),
    (In("f", ("1",)), 1),
    (Starts("f", ("1",)), 1),
    (AtLeast("f", 1), True),
    (AtLeast("f", 1), "2"),
    (AtMost("f", 1), False),
    (AtMost("f", 1), DAY),
    (DaysFrom("f", "f", 0), datetime(2024, 1, 1, tzinfo=UTC)),
    (NotAfter("f", "f"), "2024-01-01"),
    (NotAfter("f", "f"), 3),
]


@pytest.mark.parametrize(("expr", "value"), WRONG)
def test_a_fact_of_the_wrong_type_is_unknown(expr: Expr, value: Fact) -> None:
    assert evaluate(expr, {"f": value}) is None
    assert evaluate(Not(expr), {"f": value}) is None
