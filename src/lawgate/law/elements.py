# SPDX-License-Identifier: Apache-2.0
"""Elements and clauses of a provision, read from their TOML tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any as Anything
from typing import TypeAlias

from lawgate.law.expression import All as AllOf
from lawgate.law.expression import Any as AnyOf
from lawgate.law.expression import (
    AtLeast,
    AtMost,
    DaysFrom,
    Expr,
    In,
    Is,
    NotAfter,
    Present,
    Starts,
    facts_of,
    read_expression,
)
from lawgate.law.expression import Not as NotOf
from lawgate.law.rulebook import LEVELS, PHASES, Clause, FactKind, Route
from lawgate.model.fault import Fault, Scope
from lawgate.model.outcome import REFUSING, Outcome

# TOML tables are open by nature; every value is checked before it becomes a typed thing.
Doc: TypeAlias = dict[str, Anything]

# Derivations that say who was found, not what was found of that person.
WHO = ("verdict", "one_person")
SEEN_IN = {
    "request": ("request",),
    "row": ("request", "case", "row", "record"),
    "batch": ("request", "case", "row", "batch"),
}


# What reading a table of the wrong shape raises.
MISSHAPEN = (AttributeError, KeyError, TypeError, ValueError)


def what_is_wrong(error: Exception) -> str:
    """One plain sentence for one of the MISSHAPEN errors."""
    if isinstance(error, KeyError):
        return f"`{error.args[0]}` is missing"
    return str(error) if isinstance(error, ValueError) else "a value has the wrong type"


def text_of(table: Doc, key: str) -> str:
    """The text under `key`. KeyError when there is none, ValueError when it is empty or not a text."""
    if not isinstance(table[key], str) or not table[key].strip():
        raise ValueError(f"`{key}` must be a text that is not empty")
    return str(table[key])


@dataclass(frozen=True, slots=True)
class Reading:
    """What a provision is read with: the day, values in force, declared facts, and where faults go.

    `routes` are all provisions there are, by id; `classes` the class of each registered field; `authority` is what the
    citation of everything that may give access begins with.
    """

    day: date
    values: dict[str, object]
    facts: dict[str, FactKind]
    faults: list[Fault]
    routes: dict[str, Route]
    classes: dict[str, str]
    authority: str

    def cited(self, citation: str) -> str:
        """The citation. ValueError unless it is one of the rulebook's own authority."""
        if not citation.startswith(self.authority):
            raise ValueError(f"only what cites {self.authority} may give access")
        return citation


def outcome_of(table: Doc, key: str, inherited: Doc) -> Outcome:
    """The refusing outcome under `key`, of the clause or else its element. ValueError when none, or granting."""
    made = Outcome(str(table.get(key, inherited.get(key, ""))))
    if made not in REFUSING:
        raise ValueError(f"`{key}` must lead to one of {', '.join(REFUSING)}")
    return made


def clauses_of(name: str, element: Doc, reading: Reading) -> tuple[Clause, ...]:
    """All clauses of one element; a clause that cannot be read is a fault, never left out silently."""
    made: list[Clause] = []
    for c in element.get("clause", []):
        try:
            made.append(_clause(element, c, reading))
        except MISSHAPEN as wrong:
            where = f"{element.get('id', '?')}/{c.get('code', '?') if isinstance(c, dict) else '?'}"
            reading.faults.append(Fault(Scope.FILE, name, 0, where, "L_CLAUSE", what_is_wrong(wrong)))
    if not made:
        raise ValueError(f"element {element.get('id', '?')} tests nothing")
    return tuple(made)


def _clause(element: Doc, c: Doc, reading: Reading) -> Clause:
    level, phase = c["level"], c["phase"]
    if level not in LEVELS or phase not in PHASES or (level == "batch") != (phase == "batch"):
        raise ValueError("`level` is request, row or batch; `phase` request, record, or batch with level batch")
    test = read_expression(c["test"], reading.values)
    _check_types(test, reading.facts)
    for fact in facts_of(test):
        kind = reading.facts[fact]
        if kind.level not in SEEN_IN[level] or (kind.level == "record" and phase != "record"):
            raise ValueError(f"fact {fact} is not evidence at level {level}, phase {phase}")
    return Clause(
        element=text_of(element, "id"),
        code=text_of(c, "code"),
        level=level,
        phase=phase,
        test=test,
        not_met=outcome_of(c, "not_met", element),
        undetermined=outcome_of(c, "undetermined", element),
        says=text_of(c, "says"),
        of_person=phase == "record" and not any(reading.facts[f].rule in WHO for f in facts_of(test)),
    )


def _check_types(expr: Expr, facts: dict[str, FactKind]) -> None:
    for fact in facts_of(expr):
        if fact not in facts:
            raise ValueError(f"fact {fact} is not declared in facts.toml")
    match expr:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                _check_types(part, facts)
        case NotOf(part):
            _check_types(part, facts)
        case Is(fact, value):
            wanted = {"text": str, "flag": bool, "number": int}.get(facts[fact].type)
            if type(value) is not wanted:
                raise ValueError(f"{fact} is of type {facts[fact].type}; it is compared with something else")
        case Present(fact) | In(fact, _) | Starts(fact, _):
            _require(facts, fact, "text")
        case AtLeast(fact, _) | AtMost(fact, _):
            _require(facts, fact, "number")
        case DaysFrom(earlier, later, _) | NotAfter(earlier, later):
            _require(facts, earlier, "date")
            _require(facts, later, "date")


def _require(facts: dict[str, FactKind], fact: str, wanted: str) -> None:
    if facts[fact].type != wanted:
        raise ValueError(f"{fact} must be of type {wanted} here")
