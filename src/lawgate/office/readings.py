# SPDX-License-Identifier: Apache-2.0
"""How a decided batch would come out under each contested reading of its rulebook: counts of rows, nothing else.

The reference for anything that answers the same in columns: stored patterns, decided again with the clauses a reading
sets aside left out. The strictest reading decides; the others only show what turns on the question.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawgate.decide.decide import decide
from lawgate.law.rulebook import Provision
from lawgate.model.decision import Decision, Pattern, Verdict
from lawgate.model.fault import LawgateError
from lawgate.office.adjudicate import FIGURES, read_figures
from lawgate.office.bench import Bench, DecideDesk, orders_over
from lawgate.office.pinned import decision_of, pinned_bench
from lawgate.office.redecide import intact, pattern_in, stored_lines

NOT_LOOKED_UP = "NOT LOOKED UP"
"""A row that fails on its own text under the strictest reading: what the records say of it was never asked."""


@dataclass(frozen=True, slots=True)
class ContestedReading:
    """One reading: who argues it and its status, how strict it is, and the codes of the clauses it sets aside."""

    id: str
    says: str
    argued_by: str
    status: str
    strictness: int
    sets_aside: tuple[str, ...]


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
        if len({each.strictness for each in made}) < len(made) or made[0].sets_aside:
            raise ValueError("one reading is the strictest, and it sets nothing aside")
        return Contest(str(doc["id"]), str(doc["question"]), str(doc["element"]), tuple(made))
    except (KeyError, IndexError, TypeError, ValueError):
        raise LawgateError("a contested reading of this rulebook cannot be read") from None


def _reading(doc: Mapping[str, Any]) -> ContestedReading:
    id, says, argued_by, status = (str(doc[key]) for key in ("id", "says", "argued_by", "status"))
    strictness, aside = doc["strictness"], doc.get("sets_aside", [])
    if type(strictness) is not int or not all(isinstance(code, str) for code in aside):
        raise TypeError("a whole number and a list of codes")
    return ContestedReading(id, says, argued_by, status, strictness, tuple(aside))


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
    places = frozenset(_places(provision, contest.element, reading.sets_aside))
    row: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for pattern, rows in counted:
        found = _decided(bench, provision, pattern, places)
        row[NOT_LOOKED_UP if found is None else str(found.row_outcome)] += rows
        whole[NOT_LOOKED_UP if found is None else str(found.outcome)] += rows
    return Outcomes(reading, reading is contest.readings[0], dict(row), dict(whole))


def _places(provision: Provision, element: str, codes: Sequence[str]) -> Iterator[int]:
    """Where in a pattern's letters the clauses of these codes stand. LawgateError for a code the element lacks."""
    clauses = list(enumerate(provision.clauses))
    for code in codes:
        found = [at for at, clause in clauses if clause.element == element and clause.code == code]
        if not found:
            raise LawgateError(f"a reading sets aside {code}, which {element} does not have")
        yield from found


def _decided(bench: Bench, provision: Provision, pattern: Pattern, places: frozenset[int]) -> Decision | None:
    """The decision with these clauses left out; None when only the records, never asked, could tell."""
    left = "".join("m" if at in places and x in "nu" else x for at, x in enumerate(pattern.clauses))
    if left != pattern.clauses and pattern.verdict is Verdict.NOT_SOUGHT:
        return None
    easier = Pattern(left, pattern.verdict, pattern.years)
    return decide(provision, easier, bench.cover.fields, orders_over(bench, pattern))
