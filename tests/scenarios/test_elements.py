# SPDX-License-Identifier: Apache-2.0
"""Each clause of each element has its scenarios: where it fails, where it cannot be told, and what follows."""

from datetime import date
from itertools import product

import pytest

from lawgate.decide.decide import decide
from lawgate.decide.find import NOT_LOOKED_AT, letters
from lawgate.law.evaluate import Fact, Facts, evaluate
from lawgate.law.expression import facts_of
from lawgate.law.rulebook import Clause, Provision
from lawgate.model.decision import Decision, Pattern, Verdict
from lawgate.model.outcome import Outcome
from scenarios.asked import ALL_CASES, LAW, SHEETS, clauses_of, facts_in, law_of
from scenarios.book import ClauseCase, Sheet

FILES = {sheet.provision: sheet for sheet in SHEETS}
WORDS = {"not_met": False, "undetermined": None}
YEARS = (2022, 2023)


def named(case: ClauseCase) -> str:
    """A name a person finds again: the clause, and what is stated."""
    facts = [f"{k.split('.')[1]}={v}" for k, v in case.facts.items()] + [f"{u.split('.')[1]}=?" for u in case.unknown]
    return f"{case.clause}:{','.join(facts)}"


def pattern(provision: Provision, facts: Facts) -> Pattern:
    """The pattern of a claim with these facts; where the request alone fails, nothing about records is looked at."""
    found = letters(provision.clauses, facts)
    pairs = list(zip(provision.clauses, found, strict=True))
    if any(letter != "m" for c, letter in pairs if c.phase == "request"):
        unseen = "".join(NOT_LOOKED_AT if c.phase == "record" else letter for c, letter in pairs)
        return Pattern(unseen, Verdict.NOT_SOUGHT, ())
    verdict = Verdict(str(facts.get("match.verdict") or "none"))
    return Pattern(found, verdict, YEARS if verdict is Verdict.UNIQUE and facts.get("match.years_on_file") else ())


def decided(sheet: Sheet, facts: Facts) -> Decision:
    """The decision about a claim with these facts."""
    provision = law_of(sheet)
    return decide(provision, pattern(provision, facts), provision.fields)


def failing(sheet: Sheet, facts: Facts) -> set[str]:
    """Codes of the clauses that are not met or cannot be told."""
    return {c.code for c in law_of(sheet).clauses if evaluate(c.test, facts) is not True}


@pytest.mark.parametrize(("sheet", "case"), ALL_CASES, ids=[f"{s.provision}-{named(c)}" for s, c in ALL_CASES])
def test_clause(sheet: Sheet, case: ClauseCase) -> None:
    facts, clause = facts_in(sheet, case), clauses_of(sheet)[case.clause]
    assert evaluate(clause.test, facts) is WORDS[case.finding]
    assert failing(sheet, facts) == {case.clause, *case.along}
    decision = decided(sheet, facts)
    assert (str(decision.row_outcome), str(decision.outcome)) == (case.row_outcome, case.outcome)
    against = [f for f in decision.findings if f.leads_to is not None]
    assert clause.element in {f.element for f in against}


@pytest.mark.parametrize("sheet", FILES.values(), ids=list(FILES))
def test_the_complete_claim_is_answered_yes(sheet: Sheet) -> None:
    decision = decided(sheet, sheet.complete)
    assert failing(sheet, sheet.complete) == set()
    assert decision.outcome is law_of(sheet).grants_as is Outcome.REQUIRE
    assert [g.year for g in decision.grants] == list(YEARS)
    assert decision.other_routes == ()


@pytest.mark.parametrize("sheet", FILES.values(), ids=list(FILES))
def test_the_complete_claim_states_every_fact(sheet: Sheet) -> None:
    assert set(sheet.complete) == {f for c in law_of(sheet).clauses for f in facts_of(c.test)} <= set(LAW.facts)
    types = {"text": str, "date": date, "flag": bool, "number": int}
    assert all(type(v) is types[LAW.facts[k].type] for k, v in sheet.complete.items())


def possible(sheet: Sheet, clause: Clause) -> set[bool | None]:
    """Every answer the clause can give: over values its own test knows, others, and unknown."""
    known: dict[str, list[Fact]] = {
        "text": ["", "some other text", None],
        "flag": [True, False, None],
        "number": [0, 10**9, None],
        "date": [date(2000, 1, 1), date(2025, 6, 27), None],
    }
    names = sorted(set(facts_of(clause.test)))
    values = [[*known[LAW.facts[n].type], *stated(sheet, n)] for n in names]
    return {evaluate(clause.test, dict(zip(names, each, strict=True))) for each in product(*values)}


def stated(sheet: Sheet, fact: str) -> set[Fact]:
    """Values of a fact in any scenario."""
    return {c.facts[fact] for c in sheet.cases if fact in c.facts} | {sheet.complete[fact]}


def without_scenarios(sheet: Sheet, cases: tuple[ClauseCase, ...]) -> list[str]:
    """Clauses that could fail, or be left open, in a way that no scenario shows."""
    shown = {(c.clause, c.finding) for c in cases}
    return [
        f"{c.element} {code}: no scenario where it is {word}"
        for code, c in clauses_of(sheet).items()
        for word, answer in WORDS.items()
        if answer in possible(sheet, c) and (code, word) not in shown
    ]


@pytest.mark.parametrize("sheet", FILES.values(), ids=list(FILES))
def test_no_clause_is_without_scenarios(sheet: Sheet) -> None:
    assert without_scenarios(sheet, sheet.cases) == []
    assert len(without_scenarios(sheet, ())) > len(law_of(sheet).clauses)


def test_a_clause_without_scenarios_is_seen() -> None:
    sheet = FILES["i2"]
    assert without_scenarios(sheet, tuple(c for c in sheet.cases if c.clause != "address_missing")) == [
        "i2.B.i.address address_missing: no scenario where it is not_met",
        "i2.B.i.address address_missing: no scenario where it is undetermined",
    ]


@pytest.mark.parametrize("sheet", FILES.values(), ids=list(FILES))
def test_codes_name_one_clause_each(sheet: Sheet) -> None:
    assert len(clauses_of(sheet)) == len(law_of(sheet).clauses)
    assert {c.clause for c in sheet.cases} == set(clauses_of(sheet))
    assert len({named(c) for c in sheet.cases}) == len(sheet.cases)


def test_all_authorities_have_a_file_of_scenarios() -> None:
    assert set(LAW.provisions) == set(FILES)
