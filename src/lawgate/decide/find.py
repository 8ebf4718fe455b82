# SPDX-License-Identifier: Apache-2.0
"""Clause letters to findings, and facts to clause letters. The definition that column renderings are compared with."""

from __future__ import annotations

from collections.abc import Iterable

from lawgate.law.evaluate import Facts, evaluate
from lawgate.law.expression import facts_of
from lawgate.law.rulebook import Clause, Element, Provision
from lawgate.model.decision import Finding, Pattern, Verdict
from lawgate.model.outcome import Outcome, Status, strictest

LETTER = {True: "m", False: "n", None: "u"}
NOT_LOOKED_AT = "-"


def letters(clauses: Iterable[Clause], facts: Facts) -> str:
    """One status letter per clause: `m` met, `n` not met, `u` undetermined."""
    return "".join(LETTER[evaluate(c.test, facts)] for c in clauses)


def request_letters(provision: Provision, facts: Facts) -> dict[str, str]:
    """Clause code -> letter for the clauses that the request level alone decides."""
    return {c.code: LETTER[evaluate(c.test, facts)] for c in provision.clauses if c.level == "request"}


def holds(provision: Provision, facts: Facts) -> bool:
    """Whether everything is met that the facts of the request alone decide, whatever level it is a finding of.

    Besides the clauses of the request these are clauses of the batch, such as how many people may be asked about.
    """
    own = [c for c in provision.clauses if c.level == "request" or all(f in facts for f in facts_of(c.test))]
    return all(evaluate(c.test, facts) is True for c in own)


def answered(provision: Provision, pattern: Pattern) -> str:
    """The pattern's letters; what is asked of one person and cannot be told was not asked where no one was found."""
    if pattern.verdict is Verdict.UNIQUE or len(pattern.clauses) != len(provision.clauses):
        return pattern.clauses
    pairs = zip(provision.clauses, pattern.clauses, strict=True)
    return "".join(NOT_LOOKED_AT if c.of_person and letter == "u" else letter for c, letter in pairs)


def findings(provision: Provision, clauses: str) -> tuple[Finding, ...]:
    """Findings per element and level, in rulebook order, from the clause letters of one pattern.

    A clause that was not looked at (`-`) makes its element undetermined without leading anywhere: it stands only
    behind a failure that the request itself caused.
    """
    if len(clauses) != len(provision.clauses):
        raise ValueError("a pattern carries one letter for each clause of its provision")
    made: list[Finding] = []
    at = 0
    for element in provision.elements:
        own = clauses[at : at + len(element.clauses)]
        at += len(element.clauses)
        for level in ("request", "row", "batch"):
            pairs = [(c, s) for c, s in zip(element.clauses, own, strict=True) if c.level == level]
            if pairs:
                made.append(_finding(element, level, pairs))
    return tuple(made)


def _finding(element: Element, level: str, pairs: list[tuple[Clause, str]]) -> Finding:
    failed = [(c, c.not_met, Status.NOT_MET) for c, s in pairs if s == "n"]
    failed += [(c, c.undetermined, Status.UNDETERMINED) for c, s in pairs if s == "u"]
    if failed:
        worst = strictest(outcome for _, outcome, _ in failed)
        clause, _, status = next(f for f in failed if f[1] is worst)
        also, unknown = (tuple(c.code for c, s in pairs if s == k and c is not clause) for k in "nu")
        return Finding(element.id, level, status, clause.code, worst, element.citation, also, unknown)
    if any(s == NOT_LOOKED_AT for _, s in pairs):
        return Finding(element.id, level, Status.UNDETERMINED, "not_looked_at", None, element.citation)
    if any(s != "m" for _, s in pairs):
        raise ValueError("an unknown clause letter")
    return Finding(element.id, level, Status.MET, "shown", None, element.citation)


def refusal(found: Iterable[Finding], *, batch: bool) -> Outcome | None:
    """The strictest outcome the findings lead to; with `batch=False` those of the batch are left out (R3)."""
    return strictest(f.leads_to for f in found if f.leads_to is not None and (batch or f.level != "batch"))
