# SPDX-License-Identifier: Apache-2.0
"""Who serves where, when an offense was, and what an order names: known, known otherwise, or not known."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from differential.batches import plan_of
from lawgate.drivers.duckdb.facts import each_serving, periods_between, rule_columns, serving
from lawgate.model.period import Span
from lawgate.model.request import CourtOrder, Officers

OFFICERS = Officers(frozenset({"p.1", "p.2"}), frozenset({"p.8", "p.9"}))
ORDER = CourtOrder(
    "co", "r", "p", frozenset({"a"}), {}, frozenset({"row-1", "o'clock"}), frozenset({2022, 2023}), Span(date.min, None)
)


def value(expression: str, **columns: object) -> object:
    """An SQL expression over one row of columns."""
    kinds = {"first_day": "DATE", "last_day": "DATE"}
    source = ", ".join(f"CAST(? AS {kinds.get(k, 'VARCHAR')}) AS {k}" for k in columns)
    return (
        duckdb.connect().execute(f"SELECT {expression} FROM (SELECT {source})", list(columns.values())).fetchall()[0][0]
    )


@pytest.mark.parametrize(
    ("person", "meant"),
    [("p.1", True), ("p.9", False), ("p.5", None), ("", None), (None, None), ("P.1", None), ("p.1;p.2", None)],
)
def test_one_person(person: str | None, meant: bool | None) -> None:
    assert value(serving(OFFICERS, "x"), x=person) is meant


@pytest.mark.parametrize("person", ["p.1", "", None])
def test_with_an_empty_register_nobody_is_known(person: str | None) -> None:
    assert value(serving(Officers(), "x"), x=person) is None
    assert value(each_serving(Officers(), "x"), x=person) is None


@pytest.mark.parametrize(
    ("people", "meant"),
    [
        ("p.1", True),
        ("p.1;p.2", True),
        ("p.1;p.9", False),
        ("p.5;p.9", False),
        ("p.1;p.5", None),
        ("p.5", None),
        ("p.1;", None),
        ("p.1;;p.2", None),
        ("", None),
        (None, None),
        ("p.1; p.2", None),
    ],
)
def test_several_people(people: str | None, meant: bool | None) -> None:
    assert value(each_serving(OFFICERS, "x"), x=people) is meant


@pytest.mark.parametrize(
    ("first", "last", "years", "meant"),
    [
        ("2022-12-31", "2023-01-01", "2022", True),
        ("2022-12-31", "2023-01-01", "2023", True),
        ("2022-12-31", "2023-01-01", "2021;2024", False),
        ("2022-12-31", "2023-01-01", "2021;2023", True),
        ("2023-05-01", "2023-05-01", "2023", True),
        ("2023-05-02", "2023-05-01", "2023", False),
        ("2023-05-01", None, "2023", None),
        (None, "2023-05-01", "2023", None),
        ("2023-05-01", "2023-06-01", "", None),
        ("2023-05-01", "2023-06-01", "all", None),
    ],
)
def test_years_and_the_days_of_an_offense(first: str | None, last: str | None, years: str, meant: bool | None) -> None:
    expression = periods_between("first_day", "last_day")
    assert value(expression, first_day=first, last_day=last, taxable_periods=years) is meant


def test_what_an_order_names() -> None:
    with_order, without = rule_columns(replace(plan_of(), order=ORDER)), rule_columns(plan_of())
    for row, meant in (("row-1", True), ("row-2", False), ("o'clock", True)):
        assert value(with_order["named_in_order"], row_id=row) is meant
        assert value(without["named_in_order"], row_id=row) is None
    for years, within in (("2022", True), ("2022;2023", True), ("2022;2021", False), ("2021", False), ("", None)):
        assert value(with_order["periods_in_order"], taxable_periods=years) is within
        assert value(without["periods_in_order"], taxable_periods=years) is None


def test_an_officer_whose_id_is_no_person_is_not_looked_up() -> None:
    plan = replace(plan_of(), officers=Officers(frozenset({"office.mail", "person.a.1"})))
    expression = rule_columns(plan)["engaged_registered"]
    assert value(expression, engaged_official="office.mail") is None
    assert value(expression, engaged_official="person.a.1") is True
