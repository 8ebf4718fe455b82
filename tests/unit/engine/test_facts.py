# SPDX-License-Identifier: Apache-2.0
"""Typed facts from the claims' text: a blank text is known, a blank or unreadable date, flag or number is unknown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from differential.batches import FACTS, SIGNED, plan_of, rulebook
from lawgate.drivers.duckdb.facts import (
    LAST_YEAR,
    claim_facts,
    looked_up,
    request_facts,
    rule_columns,
    typed,
    years_mask,
)
from lawgate.drivers.duckdb.work import years_of
from lawgate.law.evaluate import Facts
from lawgate.law.rulebook import FactKind


def value(expression: str, **columns: object) -> object:
    """An SQL expression over one row of columns."""
    con = duckdb.connect()
    source = ", ".join(f"?::{'VARCHAR' if isinstance(v, str | None) else 'BIGINT'} AS {k}" for k, v in columns.items())
    return con.execute(f"SELECT {expression} FROM (SELECT {source})", list(columns.values())).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "kind", "meant"),
    [
        ("2024-02-29", "date", date(2024, 2, 29)),
        ("2023-02-29", "date", None),
        ("2024-2-9", "date", None),
        (" 2024-02-29", "date", None),
        ("2024-02-29 ", "date", None),
        ("2024-02-29T00:00:00", "date", None),
        ("infinity", "date", None),
        ("epoch", "date", None),
        ("", "date", None),
        (None, "date", None),
        ("yes", "flag", True),
        ("no", "flag", False),
        ("YES", "flag", None),
        ("true", "flag", None),
        ("", "flag", None),
        (None, "flag", None),
        ("0", "number", 0),
        ("007", "number", 7),
        ("-1", "number", None),
        ("1e3", "number", None),
        ("1234567890", "number", None),
        ("", "number", None),
        ("", "text", ""),
        ("x", "text", "x"),
        (None, "text", None),
    ],
)
def test_typed(text: str | None, kind: str, meant: object) -> None:
    assert value(typed("x", kind), x=text) == meant


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2023", [2023]),
        ("2023;2021", [2021, 2023]),
        ("2023;2023", [2023]),
        ("1980;2041", [1980, 2041]),
        ("1979", []),
        ("2042", []),
        ("1979;2023", [2023]),
        ("", []),
        ("2023;", []),
        (";2023", []),
        ("2023; 2021", []),
        ("2023,2021", []),
        ("all", []),
        ("20233", []),
        (None, []),
    ],
)
def test_years(text: str | None, years: Sequence[int]) -> None:
    assert LAST_YEAR == 2041
    mask = value(f"CAST({years_mask('x')} AS BIGINT)", x=text)
    assert isinstance(mask, int) and years_of(mask) == tuple(years)


def rule(name: str, facts: Facts = FACTS, **columns: object) -> object:
    return value(rule_columns(plan_of(facts))[name], **columns)


@pytest.mark.parametrize(
    ("text", "count", "closed"),
    [
        ("2024", 1, True),
        ("2023;2024", 2, True),
        ("2025", 1, False),
        ("2024;2025", 2, False),
        ("2025;2024", 2, False),
        ("", 0, None),
        ("2024;", None, None),
        ("all", None, None),
        (None, None, None),
    ],
)
def test_periods(text: str | None, count: int | None, closed: bool | None) -> None:
    mask = value(f"CAST({years_mask('x')} AS BIGINT)", x=text)
    assert rule("periods", taxable_periods=text, years=mask) == count
    assert rule("periods_closed", taxable_periods=text) is closed
    assert rule("periods_closed", {**FACTS, "request.signed_on": None}, taxable_periods=text) is None, (
        "no day, no answer"
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("person.a.1", True),
        ("person.a.1;person.b_2-c", True),
        ("", False),
        ("mailbox.a", False),
        ("person.a.1;office.a", False),
        ("person.a.1;", False),
        ("person.", False),
        ("person.a 1", False),
        ("x person.a.1", False),
        ("person.a.1;everybody", False),
        (None, None),
    ],
)
def test_recipients(text: str | None, meant: bool | None) -> None:
    assert rule("recipients_named", recipients=text) is meant


@pytest.mark.parametrize(
    ("text", "meant"), [("agency.a", True), ("agency.b", False), ("AGENCY.A", False), ("", None), (None, None)]
)
def test_engaged_in_the_agency(text: str | None, meant: bool | None) -> None:
    assert rule("engaged_in_agency", engaged_agency=text) is meant


@pytest.mark.parametrize(
    ("cited", "kind"),
    [
        ("18 USC 641", "criminal"),
        ("18 USC 641 (conversion)", "unlisted"),
        ("8 USC 1253(a)(1)", "criminal"),
        ("8 USC 1253(a)", "unlisted"),
        ("18 usc 641", "unlisted"),
        ("18 USC 6410", "unlisted"),
        ("x 18 USC 641", "unlisted"),
        ("(18 USC 641)", "unlisted"),
        ("' OR true --", "unlisted"),
        ("", "unlisted"),
        (None, None),
    ],
)
def test_the_statute_is_looked_up_whole_or_before_its_bracket(cited: str | None, kind: str | None) -> None:
    fact = rulebook().facts["case.statute_class"]
    assert value(looked_up(fact, "x", rulebook()), x=cited) == kind


def test_a_register_may_hold_apostrophes() -> None:
    fact = FactKind("f", "text", "case", "", "", "offices", "g", "title", "")
    book = rulebook()
    key = next(iter(book.registers["offices"]))
    odd = {"o'clock": {**book.registers["offices"][key], "title": "it's"}}
    assert value(looked_up(fact, "x", replace(book, registers={"offices": odd})), x="o'clock") == "it's"


def test_every_declared_fact_has_its_column() -> None:
    plan = plan_of()
    made = {*claim_facts(plan, "case"), *claim_facts(plan, "row"), *request_facts(plan)}
    assert made == {n for n, k in rulebook().facts.items() if k.level in ("request", "case", "row")}
    assert request_facts(plan)["request.signed_on"] == f"DATE '{SIGNED.isoformat()}'"
    assert request_facts(plan_of({}))["request.written"] == "CAST(NULL AS BOOLEAN)"


@pytest.mark.parametrize(
    ("reason", "only"),
    [
        ("18 USC 1956", True),
        ("18 u.s.c. 1956.", True),
        ("18 USC 1956" + "." * 300, True),
        ("." * 300 + "18 USC 1956", True),
        (" . ".join("18 USC 1956"), True),
        ("Laundering of money", True),
        ("LAUNDERING OF MONEY" + " ." * 200, True),
        ("Laundering of money through a payroll service", False),
        ("18 USC 1956 and more", False),
        ("Bank records name this person.", False),
        ("", False),
        (None, None),
    ],
)
def test_a_padded_citation_is_still_only_a_citation(reason: str | None, only: bool | None) -> None:
    said = rule_columns(plan_of())["reason_cites_only"].replace('"case.', '"case_').replace('"case_statute"', "cite")
    row = {"reason_text": reason, "cite": "18 USC 1956", "title": "Laundering of money"}
    assert value(said.replace('"case_statute_title"', "title"), **row) is only
