# SPDX-License-Identifier: Apache-2.0
"""Findings, patterns and decisions: values with reasons, never with personal data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lawgate.model.outcome import Outcome, Status


class Verdict(StrEnum):
    """What the match plan found for one claim."""

    NOT_SOUGHT = "not_sought"
    UNIQUE = "unique"
    NONE = "none"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Finding:
    """Status of one element at one level (`request`, `row`, `batch`), `because` a code, and where it leads.

    `because` is the strictest failing clause, `also` the codes of all others that are not met, `open` of those that
    cannot be told: every failure is listed.
    """

    element: str
    level: str
    status: Status
    because: str
    leads_to: Outcome | None
    citation: str
    also: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that stand in the way, the strictest first, without those that merely cannot be told besides."""
        return (self.because, *self.also)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Everything about a row that can change its decision; rows with equal patterns share one decision.

    `clauses` holds one status letter per clause of the provision in rulebook order: `m` met, `n` not met,
    `u` undetermined, `-` not looked at because the row had already failed on the request alone.
    `years` are the tax years both listed and on file.
    """

    clauses: str
    verdict: Verdict
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pins:
    """Everything needed to run a decision again to the same bytes. All digests are SHA-256 hex."""

    as_of: str
    request: str
    cases: str
    rows: str
    rulebook: str
    registers: str
    docket: str
    records: str
    plan: str
    program: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One field of one tax year that may be disclosed."""

    field: str
    year: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision for every row of one pattern. `orders` are the stops and clocks that cover it.

    `other_routes` are citations under which a refused request could be made another way; they grant nothing.
    """

    row_outcome: Outcome
    outcome: Outcome
    findings: tuple[Finding, ...]
    orders: tuple[str, ...]
    grants: tuple[Grant, ...]
    verdict: Verdict
    other_routes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A decision that grants has everything shown and nothing against it; an outcome is never the easier one."""
        own = [f for f in self.findings if f.level != "batch"]
        if self.row_outcome.grants:
            shown = bool(own) and all(f.status is Status.MET and f.leads_to is None for f in own)
            if not (shown and self.grants and self.verdict is Verdict.UNIQUE):
                raise ValueError("a granting decision with something against it")
        elif self.grants:
            raise ValueError("a refusal grants nothing")
        against = bool(self.orders) or any(f.leads_to is not None for f in self.findings)
        if self.outcome.grants and (self.outcome is not self.row_outcome or against):
            raise ValueError("an outcome passes neither the row's own, nor an order, nor the batch")
        if not self.row_outcome.grants and not self.outcome.stricter_or_equal(self.row_outcome):
            raise ValueError("an outcome cannot be easier than the row's")
