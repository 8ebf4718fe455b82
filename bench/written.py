# SPDX-License-Identifier: Apache-2.0
"""The clauses of the rulebook as the rule peers are given them: Cedar policies and plain Python lambdas.

Both say the same thing: a clause stands in the way unless it is surely met. What is unknown is an attribute that a
Cedar context lacks, and None in a dict. Dates are day numbers. LookupError for a kind of test a peer has no words for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from lawgate.law.rulebook import Clause

Facts = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one language writes a tree: joins, a negation, that a fact is known, and a test of known facts."""

    both: str
    either: str
    negated: str
    known: Callable[[str], str]
    test: Callable[[Expr], str]


def surely(expr: Expr, tongue: Tongue, *, met: bool = True) -> str:
    """Text that is true where `expr` is surely met (or, with `met=False`, surely not), unknown counting as neither."""
    match expr:
        case All(parts) | Any(parts):
            join = tongue.both if isinstance(expr, All) is met else tongue.either
            return "(" + join.join(surely(p, tongue, met=met) for p in parts) + ")"
        case Not(part):
            return surely(part, tongue, met=not met)
    facts = (expr.earlier, expr.later) if isinstance(expr, DaysFrom | NotAfter) else (expr.fact,)
    test = tongue.test(expr) if met else tongue.negated.format(tongue.test(expr))
    return "(" + tongue.both.join([*map(tongue.known, facts), test]) + ")"


def _cedar_test(expr: Expr) -> str:
    def of(fact: str) -> str:
        return f"context[{json.dumps(fact)}]"

    match expr:
        case Present(fact):
            return f'{of(fact)} != ""'
        case Is(fact, value):
            return f"{of(fact)} == {json.dumps(value)}"
        case In(fact, values):
            return f"{json.dumps(list(values))}.contains({of(fact)})"
        case Starts(fact, prefixes):
            likes = (f"{of(fact)} like {json.dumps(p)[:-1]}*{json.dumps('')[:1]}" for p in prefixes)
            return "(" + " || ".join(likes) + ")"
        case AtLeast(fact, bound):
            return f"{of(fact)} >= {bound}"
        case AtMost(fact, bound):
            return f"{of(fact)} <= {bound}"
        case DaysFrom(earlier, later, days):
            return f"{of(later)} - {of(earlier)} >= {days}"
        case NotAfter(earlier, later):
            return f"{of(earlier)} <= {of(later)}"
    raise LookupError(f"no Cedar for {type(expr).__name__}")


def _python_test(expr: Expr) -> str:
    def of(fact: str) -> str:
        return f"f[{fact!r}]"

    match expr:
        case Present(fact):
            return f"{of(fact)} != ''"
        case Is(fact, value):
            return f"{of(fact)} == {value!r}"
        case In(fact, values):
            return f"{of(fact)} in {{{', '.join(map(repr, values))}}}"
        case Starts(fact, prefixes):
            return f"{of(fact)}.startswith({prefixes!r})"
        case AtLeast(fact, bound):
            return f"{of(fact)} >= {bound}"
        case AtMost(fact, bound):
            return f"{of(fact)} <= {bound}"
        case DaysFrom(earlier, later, days):
            return f"{of(later)} - {of(earlier)} >= {days}"
        case NotAfter(earlier, later):
            return f"{of(earlier)} <= {of(later)}"
    raise LookupError(f"no Python for {type(expr).__name__}")


CEDAR = Tongue(" && ", " || ", "!({})", lambda fact: f"context has {json.dumps(fact)}", _cedar_test)
PYTHON = Tongue(" and ", " or ", "not ({})", lambda fact: f"f[{fact!r}] is not None", _python_test)


def policies(clauses: Sequence[Clause]) -> str:
    """Everything is permitted, and each clause forbids, under its own id, unless it is surely met."""
    forbids = (
        f'@id("{c.element}/{c.code}")\nforbid (principal, action, resource) unless {{ {surely(c.test, CEDAR)} }};'
        for c in clauses
    )
    return "\n".join(["permit (principal, action, resource);", *forbids])


def lambdas(clauses: Sequence[Clause]) -> list[tuple[str, Callable[[Facts], bool]]]:
    """`element/code` and a plain lambda on a ready dict that is true where the clause is surely met."""
    # The text comes from the typed tree above, as a person would write it by hand; nothing else is ever compiled.
    return [(f"{c.element}/{c.code}", eval(f"lambda f: {surely(c.test, PYTHON)}")) for c in clauses]


def plain(value: object) -> str | int | bool | None:
    """A fact as a peer takes it: a date becomes its day number."""
    if isinstance(value, date):
        return value.toordinal()
    assert value is None or isinstance(value, str | int | bool)
    return value
