# SPDX-License-Identifier: Apache-2.0
"""Each clause of each element has its scenarios: where it fails, where it cannot be told, and what follows."""

from datetime import date
from itertools import product

import pytest

from lawgate.decide.decide import decide
from lawgate.decide.find import NOT_LOOKED_AT, letters
from lawgate.law.evaluate import Fact, Facts, evaluate
from lawgate.law.expression import facts_of
from lawgate.law.rulebook import Clause
from lawgate.model.decision import Decision, Pattern, Verdict
from lawgate.model.outcome import Outcome
from scenarios.bench import rulebook
from scenarios.book import ClauseCase, read_elements

COMPLETE, CASES = read_elements()
LAW = rulebook(date(2025, 6, 27))
PROVISION = next(p for p in LAW.provisions.values() if p.id == "i2")
CLAUSES = {c.code: c for c in PROVISION.clauses}
WORDS = {"not_met": False, "undetermined": None}
YEARS = (2022, 2023)


def named(case: ClauseCase) -> str:
    """A name a person finds again: the clause, and what is stated."""
    facts = [f"{k.split('.')[1]}={v}" for k, v in case.facts.items()] + [f"{u.split('.')[1]}=?" for u in case.unknown]
    return f"{case.clause}:{','.join(facts)}"


def facts_in(case: ClauseCase) -> Facts:
    """The facts of one case: those of the complete claim, changed as stated."""
    assert set(case.facts) | set(case.unknown) <= set(COMPLETE), case
    return {k: v for k, v in (COMPLETE | case.facts).items() if k not in case.unknown}


def pattern(facts: Facts) -> Pattern:
    """The pattern of a claim with these facts; where the request alone fails, nothing about records is looked at."""
    found = letters(PROVISION.clauses, facts)
    pairs = list(zip(PROVISION.clauses, found, strict=True))
    if any(letter != "m" for c, letter in pairs if c.phase == "request"):
        unseen = "".join(NOT_LOOKED_AT if c.phase == "record" else letter for c, letter in pairs)
        return Pattern(unseen, Verdict.NOT_SOUGHT, ())
    verdict = Verdict(str(facts.get("match.verdict") or "none"))
    return Pattern(found, verdict, YEARS if verdict is Verdict.UNIQUE and facts.get("match.years_on_file") else ())


def decided(facts: Facts) -> Decision:
    """The decision about a claim with these facts."""
    return decide(PROVISION, pattern(facts), PROVISION.fields)


def failing(facts: Facts) -> set[str]:
    """Codes of the clauses that are not met or cannot be told."""
    return {c.code for c in PROVISION.clauses if evaluate(c.test, facts) is not True}


@pytest.mark.parametrize("case", CASES, ids=named)
def test_clause(case: ClauseCase) -> None:
    facts = facts_in(case)
    assert evaluate(CLAUSES[case.clause].test, facts) is WORDS[case.finding]
    assert failing(facts) == {case.clause, *case.along}
    decision = decided(facts)
    assert (str(decision.row_outcome), str(decision.outcome)) == (case.row_outcome, case.outcome)
    against = [f for f in decision.findings if f.leads_to is not None]
    assert CLAUSES[case.clause].element in {f.element for f in against}


def test_the_complete_claim_is_answered_yes() -> None:
    decision = decided(COMPLETE)
    assert failing(COMPLETE) == set()
    assert decision.outcome is PROVISION.grants_as is Outcome.REQUIRE
    assert [g.year for g in decision.grants] == list(YEARS)


def test_the_complete_claim_states_every_fact() -> None:
    assert set(COMPLETE) == {f for c in PROVISION.clauses for f in facts_of(c.test)} <= set(LAW.facts)
    types = {"text": str, "date": date, "flag": bool, "number": int}
    assert all(type(v) is types[LAW.facts[k].type] for k, v in COMPLETE.items())


def possible(clause: Clause) -> set[bool | None]:
    """Every answer the clause can give: over values its own test knows, others, and unknown."""
    known: dict[str, list[Fact]] = {
        "text": ["", "some other text", None],
        "flag": [True, False, None],
        "number": [0, 10**9, None],
        "date": [date(2000, 1, 1), date(2025, 6, 27), None],
    }
    names = sorted(set(facts_of(clause.test)))
    values = [[*known[LAW.facts[n].type], *stated(n)] for n in names]
    return {evaluate(clause.test, dict(zip(names, each, strict=True))) for each in product(*values)}


def stated(fact: str) -> set[Fact]:
    """Values of a fact in any scenario."""
    return {c.facts[fact] for c in CASES if fact in c.facts} | {COMPLETE[fact]}


def without_scenarios(cases: tuple[ClauseCase, ...]) -> list[str]:
    """Clauses that could fail, or be left open, in a way that no scenario shows."""
    shown = {(c.clause, c.finding) for c in cases}
    return [
        f"{c.element} {code}: no scenario where it is {word}"
        for code, c in CLAUSES.items()
        for word, answer in WORDS.items()
        if answer in possible(c) and (code, word) not in shown
    ]


def test_no_clause_is_without_scenarios() -> None:
    assert without_scenarios(CASES) == []
    assert len(without_scenarios(())) > len(CLAUSES)
    assert without_scenarios(tuple(c for c in CASES if c.clause != "address_missing")) == [
        "i2.B.i.address address_missing: no scenario where it is not_met",
        "i2.B.i.address address_missing: no scenario where it is undetermined",
    ]


def test_codes_name_one_clause_each() -> None:
    assert len(CLAUSES) == len(PROVISION.clauses)
    assert {c.clause for c in CASES} == set(CLAUSES)
    assert len({named(c) for c in CASES}) == len(CASES)


def test_all_authorities_have_a_file_of_scenarios() -> None:
    assert set(LAW.provisions) == {PROVISION.id}
