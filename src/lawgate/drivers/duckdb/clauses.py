# SPDX-License-Identifier: Apache-2.0
"""Predicates as columns: the engine's rendering of `law.expression`. SQL's NULL is the definition's unknown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from lawgate.drivers.duckdb.connection import quote
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
from lawgate.law.rulebook import Clause

LETTERS = "mnu-"
PER_WORD = 62
_SHORT = 30  # so many clauses fit into 64 bits; words of more take twice the room and a little more time
Columns = Mapping[str, str]


def literal(value: str | int | bool | date | None, kind: str) -> str:
    """A typed fact value as SQL; unknown is NULL of its type."""
    if value is None:
        return f"CAST(NULL AS {SQL_TYPE[kind]})"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return f"DATE {quote(value.isoformat())}" if isinstance(value, date) else quote(value)


SQL_TYPE = {"text": "VARCHAR", "date": "DATE", "flag": "BOOLEAN", "number": "BIGINT"}


def condition(expr: Expr, columns: Columns) -> str:
    """A boolean SQL expression that is NULL where the definition says unknown. KeyError for a fact without column."""
    match expr:
        case All(parts):
            return "(" + " AND ".join(condition(p, columns) for p in parts) + ")"
        case Any(parts):
            return "(" + " OR ".join(condition(p, columns) for p in parts) + ")"
        case Not(part):
            return f"(NOT {condition(part, columns)})"
        case Present(fact):
            return f"({columns[fact]} <> '')"
        case Is(fact, value):
            return f"({columns[fact]} = {literal(value, '')})"
        case In(fact, values):
            return f"({columns[fact]} IN ({', '.join(map(quote, values))}))"
        case Starts(fact, prefixes):
            return "(" + " OR ".join(f"starts_with({columns[fact]}, {quote(p)})" for p in prefixes) + ")"
        case AtLeast(fact, bound):
            return f"({columns[fact]} >= {bound})"
        case AtMost(fact, bound):
            return f"({columns[fact]} <= {bound})"
        case DaysFrom(earlier, later, days):
            return f"(({columns[later]} - {columns[earlier]}) >= {days})"
        case NotAfter(earlier, later):
            return f"({columns[earlier]} <= {columns[later]})"


def packed(clauses: Sequence[Clause], columns: Columns, places: Collection[int] | None = None) -> str:
    """One whole number holding two bits a clause (0 met, 1 not met, 2 undetermined), the first clause lowest.

    With `places`, only the clauses that stand there; words over different places add up to the whole one.
    """
    if len(clauses) > PER_WORD:
        raise ValueError(f"at most {PER_WORD} clauses to a word")
    terms = []
    for i, clause in enumerate(clauses):
        if places is not None and i not in places:
            continue
        test = condition(clause.test, columns)
        terms.append(f"CASE WHEN {test} IS NULL THEN {2 << 2 * i} WHEN {test} THEN 0 ELSE {1 << 2 * i} END")
    return f"CAST({' + '.join(terms) or '0'} AS {word_type(clauses)})"


def word_type(clauses: Sequence[Clause]) -> str:
    """The SQL type of the packed word of so many clauses."""
    return "UBIGINT" if len(clauses) <= _SHORT else "UHUGEINT"


def unpack(word: int, clauses: Sequence[Clause]) -> dict[str, str]:
    """`element/code` -> letter for each clause of a packed word."""
    return {f"{c.element}/{c.code}": LETTERS[(word >> 2 * i) & 3] for i, c in enumerate(clauses)}
