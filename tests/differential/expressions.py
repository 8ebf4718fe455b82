# SPDX-License-Identifier: Apache-2.0
"""Random typed facts, unknown ones included, and random expressions over them."""

from datetime import date, timedelta
from random import Random

from lawgate.law.evaluate import Fact
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

KINDS = ("text", "date", "flag", "number")
TYPES = {f"{kind}.{i}": kind for kind in KINDS for i in range(3)}
TEXTS = (
    "",
    " ",
    "a",
    "A",
    "ab",
    "a'b",
    "''",
    '"',
    "%",
    "_",
    "\\",
    "é",
    "e\u0301",
    "ß",
    "NULL",
    "true",
    "0",
    "\U0001f5fa",
)
NUMBERS = (-(2**63), -1, 0, 1, 2, 49, 50, 2**31, 2**63 - 1)
FIRST = date(2024, 2, 28)


def value(rng: Random, kind: str) -> Fact:
    """A random fact of a kind; about one in five is unknown."""
    if rng.random() < 0.2:
        return None
    match kind:
        case "text":
            return rng.choice(TEXTS)
        case "number":
            return rng.choice(NUMBERS)
        case "flag":
            return rng.random() < 0.5
        case _:
            far = rng.random() < 0.1
            return rng.choice((date.min, date.max)) if far else FIRST + timedelta(days=rng.randrange(5))


def facts(rng: Random) -> dict[str, Fact]:
    """One value for every fact of `TYPES`."""
    return {name: value(rng, kind) for name, kind in TYPES.items()}


def expression(rng: Random, depth: int = 3) -> Expr:
    """A random expression, at most `depth` groups deep."""
    form = rng.randrange(11) if depth else rng.randrange(3, 11)
    match form:
        case 0 | 1:
            parts = tuple(expression(rng, depth - 1) for _ in range(rng.randrange(1, 4)))
            return All(parts) if form else Any(parts)
        case 2:
            return Not(expression(rng, depth - 1))
        case 3:
            return Present(_name(rng, "text"))
        case 4:
            return _is(rng)
        case 5:
            return In(_name(rng, "text"), tuple(rng.choices(TEXTS, k=rng.randrange(1, 4))))
        case 6:
            return Starts(_name(rng, "text"), tuple(rng.choices(TEXTS[1:], k=rng.randrange(1, 3))))
        case 7:
            return AtLeast(_name(rng, "number"), rng.choice(NUMBERS))
        case 8:
            return AtMost(_name(rng, "number"), rng.choice(NUMBERS))
        case 9:
            return DaysFrom(_name(rng, "date"), _name(rng, "date"), rng.randrange(-3, 4))
        case _:
            return NotAfter(_name(rng, "date"), _name(rng, "date"))


def _is(rng: Random) -> Is:
    kind = rng.choice(("text", "flag", "number"))
    values = {"text": TEXTS, "flag": (True, False), "number": NUMBERS}[kind]
    return Is(_name(rng, kind), rng.choice(values))


def _name(rng: Random, kind: str) -> str:
    return f"{kind}.{rng.randrange(3)}"
