# SPDX-License-Identifier: Apache-2.0
"""How a decided batch would come out under each contested reading of its rulebook: counts of rows, nothing else.

The reference for anything that answers the same in columns: stored patterns, decided again with the clauses a reading
sets aside left out. The strictest reading decides; the others only show what turns on the question.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawgate.decide.decide import decide
from lawgate.law.evaluate import Facts, evaluate
from lawgate.law.expression import Expr, read_expression
from lawgate.law.rulebook import Provision
from lawgate.model.decision import Pattern, Verdict
from lawgate.model.fault import LawgateError
from lawgate.office.adjudicate import FIGURES, read_figures
from lawgate.office.bench import Bench, DecideDesk, orders_over
from lawgate.office.pinned import decision_of, pinned_bench
from lawgate.office.redecide import intact, pattern_in, stored_lines

NOT_LOOKED_UP = "NOT LOOKED UP"
"""A row that fails on its own text under the strictest reading alone: what the records say of it was never asked."""

NO_YEAR = 0
"""Stands for a year that the request does not list; only counts come of it, nothing is granted for it."""


@dataclass(frozen=True, slots=True)
class ContestedReading:
    """One reading: who argues it and its status, how strict it is, and what it does not ask for.

    `sets_aside`: codes of clauses that do not count under it; `sets_aside_open`: codes that do not count where they
    cannot be told; `any_year`: what is of no listed year may go; `where`: what must hold of the request (every request
    when None).
    """

    id: str
    says: str
    argued_by: str
    status: str
    strictness: int
    sets_aside: tuple[str, ...] = ()
    sets_aside_open: tuple[str, ...] = ()
    any_year: bool = False
    where: Expr | None = None

    @property
    def strict(self) -> bool:
        """Whether it asks for everything."""
        return not (self.sets_aside or self.sets_aside_open or self.any_year or self.where)


@dataclass(frozen=True, slots=True)
class Contest:
    """One contested question about one element, with its readings, the strictest first."""

    id: str
    question: str
    element: str
    readings: tuple[ContestedReading, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Rows by what each would come to for itself (`row`), and with batch findings and orders (`whole`)."""

    reading: ContestedReading
    decides: bool
    row: Mapping[str, int]
    whole: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and its readings counted; no counts when the batch's provision has no such element."""

    contest: Contest
    outcomes: tuple[Outcomes, ...]


def readings(desk: DecideDesk, batch_id: str) -> tuple[Answer, ...]:
    """Every contested question of the rulebook a batch was decided by, with rows counted under each reading.

    Refused E_BATCH or E_MOVED, and LawgateError, as for `redecide`; LawgateError when a reading cannot be applied.
    """
    index, decision = decision_of(desk, batch_id)
    bench = pinned_bench(desk, index)
    patterns = [pattern_in(line) for line in stored_lines(desk, bench, decision)]
    rows = read_figures(intact(desk, batch_id, FIGURES, decision.text("figures"))).rows
    counted = list(zip(patterns, rows, strict=True))
    return tuple(_answer(bench, contest, counted) for contest in contests(bench.basis.law))


def contests(files: Mapping[str, bytes]) -> tuple[Contest, ...]:
    """The contested questions in a rulebook's files (`readings/*.toml`). LawgateError when one cannot be read."""
    return tuple(_contest(files[name]) for name in sorted(files) if name.startswith("readings/"))


def _contest(raw: bytes) -> Contest:
    try:
        doc = tomllib.loads(raw.decode())
        made = sorted((_reading(each) for each in doc["reading"]), key=lambda each: -each.strictness)
        if len({each.strictness for each in made}) < len(made) or not made[0].strict:
            raise ValueError("one reading is the strictest, and it sets nothing aside")
        return Contest(str(doc["id"]), str(doc["question"]), str(doc["element"]), tuple(made))
    except (KeyError, IndexError, TypeError, ValueError):
        raise LawgateError("a contested reading of this rulebook cannot be read") from None


def _reading(doc: Mapping[str, Any]) -> ContestedReading:
    id, says, argued_by, status = (str(doc[key]) for key in ("id", "says", "argued_by", "status"))
    aside, aside_open = (doc.get(key, []) for key in ("sets_aside", "sets_aside_open"))
    strictness, any_year = doc["strictness"], doc.get("any_year", False)
    if type(strictness) is not int or type(any_year) is not bool:
        raise TypeError("a whole number, and true or false")
    if not all(isinstance(code, str) for code in (*aside, *aside_open)):
        raise TypeError("lists of codes")
    where = read_expression(doc["where"], {}) if "where" in doc else None
    return ContestedReading(id, says, argued_by, status, strictness, tuple(aside), tuple(aside_open), any_year, where)


def _answer(bench: Bench, contest: Contest, counted: Sequence[tuple[Pattern, int]]) -> Answer:
    provision = bench.provision
    if provision is None or contest.element not in {e.id for e in provision.elements}:
        return Answer(contest, ())
    made = (_outcomes(bench, provision, contest, reading, counted) for reading in contest.readings)
    return Answer(contest, tuple(made))


def _outcomes(
    bench: Bench,
    provision: Provision,
    contest: Contest,
    reading: ContestedReading,
    counted: Sequence[tuple[Pattern, int]],
) -> Outcomes:
    row: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for pattern, rows in counted:
        easier = eased(provision, contest.element, reading, pattern, bench.plan.facts)
        found = easier and decide(provision, easier, bench.cover.fields, orders_over(bench, pattern))
        row[str(found.row_outcome) if found else NOT_LOOKED_UP] += rows
        whole[str(found.outcome) if found else NOT_LOOKED_UP] += rows
    return Outcomes(reading, reading is contest.readings[0], dict(row), dict(whole))


def eased(
    provision: Provision, element: str, reading: ContestedReading, pattern: Pattern, facts: Facts
) -> Pattern | None:
    """A pattern as it would stand under one reading of a question about `element`; `facts` are those of the request.

    None when the row would get as far as the records under this reading and did not: they were never asked about it.
    LawgateError for a code that the element does not have.
    """
    whole, unknown = (_places(provision, element, codes) for codes in (reading.sets_aside, reading.sets_aside_open))
    if reading.where is not None and evaluate(reading.where, facts) is not True:
        return pattern
    left = "".join(
        "m" if (at in whole and x in "nu") or (at in unknown and x == "u") else x
        for at, x in enumerate(pattern.clauses)
    )
    if left != pattern.clauses and pattern.verdict is Verdict.NOT_SOUGHT and _goes_on(provision, left):
        return None
    found = pattern.verdict is Verdict.UNIQUE
    return Pattern(
        left, pattern.verdict, (pattern.years or (NO_YEAR,)) if reading.any_year and found else pattern.years
    )


def _goes_on(provision: Provision, letters: str) -> bool:
    """Whether nothing in the request itself stands against a row any more."""
    pairs = zip(provision.clauses, letters, strict=True)
    return all(letter == "m" for clause, letter in pairs if clause.phase == "request")


def _places(provision: Provision, element: str, codes: Sequence[str]) -> frozenset[int]:
    """Where in a pattern's letters the clauses of these codes stand. LawgateError for a code the element lacks."""
    at = {clause.code: k for k, clause in enumerate(provision.clauses) if clause.element == element}
    if lost := [code for code in codes if code not in at]:
        raise LawgateError(f"a reading sets aside {lost[0]}, which {element} does not have")
    return frozenset(at[code] for code in codes)
