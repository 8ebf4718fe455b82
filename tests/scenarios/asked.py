# SPDX-License-Identifier: Apache-2.0
"""What the tests of requirements ask of a played scenario, and the decisions of clause cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from lawgate.decide.canonical import pattern_record
from lawgate.decide.decide import decide
from lawgate.decide.find import letters
from lawgate.law.evaluate import Facts
from lawgate.law.rulebook import Clause, Provision
from lawgate.model.decision import Decision, Pattern, Pins, Verdict
from scenarios.bench import Played, rulebook
from scenarios.book import ClauseCase, Sheet, Table, element_files, read_edges, read_elements

BOOK = read_edges()
BY_ID = {e.id: e for e in (*BOOK.edges, *BOOK.beside)}
DAY = date(2025, 6, 27)
LAW = rulebook(DAY)
I2 = LAW.provisions["i2"]
SHEETS = [read_elements(path) for path in element_files()]
ALL_CASES = [(sheet, case) for sheet in SHEETS for case in sheet.cases]
PINS = Pins("2025-06-27T18:00:00Z", *(["0" * 64] * 9))
YEARS = (2022, 2023)
Play = Callable[..., list[Played]]


def row(**changed: str) -> Table:
    """A usual row about somebody on file, with other values."""
    return {"about": "rosa", **changed}


def codes(found: Played) -> list[str]:
    """Codes of everything that stands against a row."""
    return [code for f in found.decision.findings if f.leads_to is not None for code in f.codes]


def own_codes(found: Played) -> list[str]:
    """The same, without what only the batch shows."""
    return [c for f in found.decision.findings if f.leads_to is not None and f.level != "batch" for c in f.codes]


def outcome(found: Played) -> str:
    """The row's own outcome."""
    return str(found.decision.row_outcome)


def law_of(sheet: Sheet) -> Provision:
    """The provision a sheet is about."""
    return LAW.provisions[sheet.provision]


def clauses_of(sheet: Sheet) -> dict[str, Clause]:
    """Its clauses by code."""
    return {c.code: c for c in law_of(sheet).clauses}


def facts_in(sheet: Sheet, case: ClauseCase) -> Facts:
    """The facts of one case: those of the complete claim, changed as stated. ValueError for one it does not state."""
    if strange := (set(case.facts) | set(case.unknown)) - set(sheet.complete):
        raise ValueError(f"{case.clause}: {', '.join(sorted(strange))}")
    return {k: v for k, v in (sheet.complete | case.facts).items() if k not in case.unknown}


def pattern_of(sheet: Sheet, facts: Facts) -> Pattern:
    """The pattern of a claim with these facts about one person found, as far as records can be looked at."""
    return Pattern(letters(law_of(sheet).clauses, facts), Verdict.UNIQUE, YEARS)


def settled(sheet: Sheet, **changed: object) -> Decision:
    """The decision about the complete claim of a sheet with some facts changed; `__` stands for the dot of a name."""
    facts = sheet.complete | {k.replace("__", "."): v for k, v in changed.items()}
    return decide(law_of(sheet), pattern_of(sheet, facts), law_of(sheet).fields)


def decision_bytes(decision: Decision) -> bytes:
    """The canonical record of a decision."""
    return pattern_record(Pattern("m" * len(I2.clauses), decision.verdict, YEARS), decision, PINS)


def records() -> Iterator[bytes]:
    """The canonical record of every clause case there is."""
    for sheet, case in ALL_CASES:
        pattern = pattern_of(sheet, facts_in(sheet, case))
        yield pattern_record(pattern, decide(law_of(sheet), pattern, law_of(sheet).fields), PINS)
