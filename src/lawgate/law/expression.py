# SPDX-License-Identifier: Apache-2.0
"""The typed expression tree in which a rulebook says what must be shown.

A closed set of nodes over typed facts. This module has the nodes and their reading from TOML tables;
`evaluate` has their meaning; drivers render the same nodes as columns. The law is never a string that is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Scalar: TypeAlias = str | int | bool
Expr: TypeAlias = "All | Any | Not | Present | Is | In | Starts | AtLeast | AtMost | DaysFrom | NotAfter"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; unknown stays unknown."""

    part: Expr


@dataclass(frozen=True, slots=True)
class Present:
    """A text fact that is not empty."""

    fact: str


@dataclass(frozen=True, slots=True)
class Is:
    """A fact equal to one value."""

    fact: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """A text fact equal to one of the values."""

    fact: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Starts:
    """A text fact that begins with one of the prefixes."""

    fact: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number fact of at least `bound`."""

    fact: str
    bound: int


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number fact of at most `bound`."""

    fact: str
    bound: int


@dataclass(frozen=True, slots=True)
class DaysFrom:
    """Date `later` lies at least `days` days after date `earlier`."""

    earlier: str
    later: str
    days: int


@dataclass(frozen=True, slots=True)
class NotAfter:
    """Date `earlier` is not after date `later`."""

    earlier: str
    later: str


def facts_of(expr: Expr) -> Iterator[str]:
    """Names of the facts an expression reads, with repeats."""
    match expr:
        case All(parts) | Any(parts):
            for part in parts:
                yield from facts_of(part)
        case Not(part):
            yield from facts_of(part)
        case DaysFrom(earlier, later, _) | NotAfter(earlier, later):
            yield from (earlier, later)
        case Present(fact) | Is(fact, _) | In(fact, _) | Starts(fact, _) | AtLeast(fact, _) | AtMost(fact, _):
            yield fact


ARITY = {"is": 2, "at_least": 2, "at_most": 2, "not_after": 2, "days_from": 3}
ANY_NUMBER = ("in", "starts")


def read_expression(table: object, values: Mapping[str, object]) -> Expr:
    """The expression written in one TOML table; `{parameter = name}` and `{register = name}` come from `values`.

    Raises ValueError naming the operator when the table is not one of the closed forms.
    """
    if not isinstance(table, Mapping) or len(table) != 1:
        found = f", found {sorted(table)}" if isinstance(table, Mapping) else ""
        raise ValueError(f"an expression is a table with one key{found}")
    ((op, arg),) = table.items()
    if op in ("all", "any"):
        return _group(op, arg, values)
    if op == "not":
        return Not(read_expression(arg, values))
    if op == "present":
        return Present(_text(op, arg))
    return _comparison(op, arg, values)


def _group(op: str, arg: object, values: Mapping[str, object]) -> Expr:
    if not isinstance(arg, list) or not arg:
        raise ValueError(f"`{op}` takes a list of at least one expression")
    parts = tuple(read_expression(a, values) for a in arg)
    return All(parts) if op == "all" else Any(parts)


def _comparison(op: str, arg: object, values: Mapping[str, object]) -> Expr:
    if op not in ARITY and op not in ANY_NUMBER:
        raise ValueError(f"`{op}` is not an operator of the expression tree")
    if not isinstance(arg, list) or len(arg) < 2 or len(arg) != ARITY.get(op, len(arg)):
        many = ARITY.get(op, "two or more")
        raise ValueError(f"`{op}` takes a list of {many}: the fact, then what it is compared with")
    fact, rest = _text(op, arg[0]), [_resolve(a, values) for a in arg[1:]]
    match op:
        case "is":
            return Is(fact, _scalar(op, rest[0]))
        case "in":
            return In(fact, _words(op, rest))
        case "starts":
            return Starts(fact, _words(op, rest))
        case "at_least":
            return AtLeast(fact, _whole(op, rest[0]))
        case "at_most":
            return AtMost(fact, _whole(op, rest[0]))
        case "days_from":
            return DaysFrom(fact, _text(op, rest[0]), _whole(op, rest[1]))
        case _:
            return NotAfter(fact, _text(op, rest[0]))


def _resolve(arg: object, values: Mapping[str, object]) -> object:
    if not isinstance(arg, Mapping):
        return arg
    if len(arg) != 1:
        raise ValueError("a value from elsewhere is a table with one key, such as `parameter`")
    ((kind, name),) = arg.items()
    key = f"{kind}:{name}"
    if key not in values:
        raise ValueError(f"no {kind} named `{name}` is in force")
    return values[key]


def _words(op: str, rest: list[object]) -> tuple[str, ...]:
    words = [w for r in rest for w in (r if isinstance(r, tuple | list) else (r,))]
    texts = tuple(w for w in words if isinstance(w, str))
    if not texts or len(texts) != len(words):
        raise ValueError(f"`{op}` takes texts, at least one")
    # Every text begins with the empty one, so it would stand for all.
    if op == "starts" and "" in texts:
        raise ValueError("`starts` takes no empty text")
    return texts


def _text(op: str, arg: object) -> str:
    if not isinstance(arg, str):
        raise ValueError(f"`{op}` takes a text here")
    return arg


def _scalar(op: str, arg: object) -> Scalar:
    if not isinstance(arg, str | int):
        raise ValueError(f"`{op}` takes one text, whole number, true or false here")
    return arg


def _whole(op: str, arg: object) -> int:
    if not isinstance(arg, int) or isinstance(arg, bool):
        raise ValueError(f"`{op}` takes a whole number here")
    return arg
