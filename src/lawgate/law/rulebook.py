# SPDX-License-Identifier: Apache-2.0
"""What a rulebook is once read: provisions with elements and clauses, fact declarations, registers, parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from lawgate.law.expression import Expr
from lawgate.model.form import Ceilings
from lawgate.model.outcome import Outcome
from lawgate.model.period import Span
from lawgate.model.practice import Agreement, Practice

PHASES = ("request", "record", "batch")
LEVELS = ("request", "row", "batch")


@dataclass(frozen=True, slots=True)
class FactKind:
    """Declaration of one fact.

    `type`: text, date, flag, number. `level`: request, case, row, record, batch (who it is a fact about).
    `column`: `file.column` it is read from, or empty when `rule` names how it is derived.
    `lookup`: name of the register it is looked up in, by the text of fact `by`; `otherwise` when not listed.
    `takes`: what is taken from there, or, with rule `order`, the question that the court's paper answers.
    """

    name: str
    type: str
    level: str
    column: str
    rule: str
    lookup: str
    by: str
    takes: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One test of an element. `code` says why it fails; `level` whose evidence it is; `phase` when it can be known.

    `of_person`: it asks something of the one person found, so it has no answer where nobody, or several, were found.
    """

    element: str
    code: str
    level: str
    phase: str
    test: Expr
    not_met: Outcome
    undetermined: Outcome
    says: str
    of_person: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Another provision, under which the same could be asked for. Naming it grants nothing."""

    id: str
    citation: str
    title: str


@dataclass(frozen=True, slots=True)
class Element:
    """One thing the provision requires to be shown; `routes` are open to whoever cannot show it."""

    id: str
    citation: str
    question: str
    cure: str
    clauses: tuple[Clause, ...]
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class Provision:
    """One authority in force on a day, its parameters and registers already put in.

    `reaches` are the classes of information it can give; a field of another class is never among its `fields`.
    """

    id: str
    citation: str
    title: str
    modal: str
    in_force: Span
    fields: tuple[str, ...]
    elements: tuple[Element, ...]
    form: dict[str, str]
    reaches: tuple[str, ...] = ()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All clauses in rulebook order: the order of letters in a Pattern."""
        return tuple(c for e in self.elements for c in e.clauses)

    @property
    def grants_as(self) -> Outcome:
        """The outcome when every element is met: REQUIRE for *shall*, PERMIT for *may*."""
        return Outcome.REQUIRE if self.modal == "shall" else Outcome.PERMIT


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A rulebook as it stands on one day. `digest` is over all its files (SHA-256 hex)."""

    id: str
    version: str
    snapshot: date
    day: date
    digest: str
    provisions: dict[str, Provision]
    facts: dict[str, FactKind]
    registers: dict[str, dict[str, dict[str, str]]]
    parameters: dict[str, str | int | bool]
    ceilings: Ceilings
    unchecked: int
    practices: tuple[Practice, ...] = ()
    agreements: dict[str, Agreement] = field(default_factory=dict)

    def provision(self, id: str) -> Provision | None:
        """The provision `id` if it is in force on this rulebook's day, else None."""
        return self.provisions.get(id)
