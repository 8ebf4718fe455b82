# SPDX-License-Identifier: Apache-2.0
"""Doubt denies, on the real provision: knowing less, more orders or no law at all never turn a refusal into a grant."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from differential.batches import FACTS, SIGNED, provision, rulebook
from lawgate.decide.decide import decide
from lawgate.decide.find import letters
from lawgate.law.evaluate import Fact
from lawgate.law.expression import facts_of
from lawgate.model.decision import Decision, Pattern, Verdict

ASKED = ("mailing_address",)
Facts = Mapping[str, Fact]
GOOD: Facts = {
    **FACTS,
    "case.opened_on": date(2024, 3, 1),
    "case.status": "active",
    "case.kind": "investigation",
    "case.agency_a_party": None,
    "case.statute": "18 USC 641",
    "case.statute_class": "criminal",
    "case.statute_facts": "",
    "case.statute_since_stated": "",
    "case.engaged_official": "person.a.1",
    "case.engaged_in_agency": True,
    "case.recipients_named": True,
    "case.engaged_registered": True,
    "case.recipients_registered": True,
    "case.offense_from_stated": "",
    "case.offense_to_stated": "",
    "row.role": "subject",
    "row.name_form": "person",
    "row.address_grade": "A4",
    "row.facility": "",
    "row.periods": 1,
    "row.periods_closed": True,
    "row.reason": "made up",
    "row.final_order_date": None,
    "row.removal_ground": "",
    "row.review_pending": None,
    "row.deferred_action": None,
    "row.court_order_stated": "",
    "row.relief_pending": None,
    "match.verdict": "unique",
    "match.one_person": True,
    "match.address_on_file": True,
    "match.years_on_file": 1,
    "match.deceased": False,
    "match.withheld": False,
    "match.informant": False,
    "match.impairs": False,
    "match.marked": False,
    "batch.rows": 1,
    "batch.people_of_official": 1,
    "batch.distinct_reasons_permille": 1000,
    "batch.top_reason_permille": 1000,
    "batch.top_opening_day_permille": 1000,
    "batch.same_tin_other_name": False,
    "batch.same_person_again": False,
    "batch.persons_at_address": 1,
    "batch.rows_of_case": 1,
    "row.reason_cites_only": False,
}
DEPARTURE: Facts = {
    **GOOD,
    "case.statute_facts": "departure",
    "row.final_order_date": SIGNED - timedelta(days=400),
    "row.removal_ground": "8 USC 1227(a)(1)(B)",
    "row.review_pending": False,
    "row.deferred_action": False,
    "row.relief_pending": False,
}
OTHER: dict[str, tuple[Fact, ...]] = {
    "text": (
        "",
        "other",
        "unique",
        "ambiguous",
        "none",
        "A0",
        "A2",
        "A5",
        "departure",
        "proceeding",
        "unlisted",
        "8 USC 1227(a)",
    ),
    "flag": (True, False),
    "number": (0, 1, 10, 49, 50, 200, 501, 601),
    "date": (date(2024, 3, 1), SIGNED, SIGNED + timedelta(days=1), SIGNED - timedelta(days=89)),
}


def decided(facts: Facts, orders: tuple[str, ...] = ()) -> Decision:
    """The decision that the facts of one row lead to, as the engine and the office put it together."""
    said = facts["match.verdict"]
    verdict = Verdict(said) if said in set(Verdict) else Verdict.NONE
    on_file = facts["match.years_on_file"]
    years = tuple(range(2023, 2023 - on_file, -1)) if isinstance(on_file, int) and verdict is Verdict.UNIQUE else ()
    return decide(provision(), Pattern(letters(provision().clauses, facts), verdict, years[:5]), ASKED, orders)


def perturbed(seed: int) -> Facts:
    """Good facts, a few of them replaced by something else that is known."""
    rng = Random(seed)
    made = dict(rng.choice((GOOD, DEPARTURE)))
    for name in rng.sample(sorted(made), rng.randrange(4)):
        made[name] = rng.choice(OTHER[rulebook().facts[name].type])
    return made


def test_the_good_ones_are_good() -> None:
    asked = {fact for clause in provision().clauses for fact in facts_of(clause.test)}
    assert set(GOOD) == set(DEPARTURE) <= set(rulebook().facts)
    days = {"row.court_order_date", "row.periods_in_offense", "case.statute_since", "case.offense_from"}
    assert asked - set(GOOD) <= days, "unknown in a good one, and not asked"
    assert decided(GOOD).outcome.grants and decided(DEPARTURE).outcome.grants


def test_knowing_less_of_one_thing(size: str) -> None:
    granted = refused = 0
    for seed in range(200 if size == "ci" else 50_000):
        facts = perturbed(seed)
        before = decided(facts)
        granted += before.outcome.grants
        refused += not before.outcome.grants
        for name in facts:
            after = decided({**facts, name: None})
            assert before.row_outcome.grants or not after.row_outcome.grants, name
            assert before.outcome.grants or not after.outcome.grants, name
            assert set(after.grants) <= set(before.grants), name
    assert min(granted, refused) > 20


@given(st.integers(0, 10**9), st.sets(st.sampled_from(sorted(GOOD))))
def test_knowing_less_of_many_things(seed: int, lost: set[str]) -> None:
    facts = perturbed(seed)
    before, after = decided(facts), decided({**facts, **dict.fromkeys(lost)})
    assert before.row_outcome.grants or not after.row_outcome.grants
    assert before.outcome.grants or not after.outcome.grants


def test_each_pair_of_facts_lost_from_a_good_row() -> None:
    """Facts that a granted row may do without are only those that say nothing when another fact is known."""
    needed = {name for name in DEPARTURE if not decided({**DEPARTURE, name: None}).outcome.grants}
    assert {"match.verdict", "match.address_on_file", "row.role", "request.written", "row.review_pending"} <= needed
    spare = sorted(set(DEPARTURE) - needed)
    assert spare == [
        "batch.distinct_reasons_permille",
        "batch.top_opening_day_permille",
        "batch.top_reason_permille",
        "case.agency_a_party",
        "case.statute_facts",
        "case.statute_since_stated",
    ]
    for pair in combinations(sorted(needed), 2):
        assert not decided({**DEPARTURE, **dict.fromkeys(pair)}).outcome.grants


@given(
    st.integers(0, 10**9),
    st.lists(st.text(max_size=3), max_size=4),
    st.lists(st.text(max_size=3), min_size=1, max_size=3),
)
def test_more_orders_never_ease(seed: int, some: list[str], more: list[str]) -> None:
    facts = perturbed(seed)
    before, after = decided(facts, tuple(some)), decided(facts, tuple(some + more))
    assert not after.outcome.grants
    assert after.row_outcome is before.row_outcome and after.grants == before.grants
    assert before.outcome.grants or after.outcome is before.outcome


@given(
    st.sampled_from(Verdict),
    st.lists(st.integers(1980, 2041)),
    st.lists(st.sampled_from(["mailing_address", "income", "*", "all", ""])),
    st.lists(st.text(max_size=3)),
)
def test_without_law_nothing_is_granted(
    verdict: Verdict, years: list[int], asked: list[str], orders: list[str]
) -> None:
    made = decide(None, Pattern("", verdict, tuple(years)), asked, orders)
    assert not made.row_outcome.grants and not made.outcome.grants and made.grants == ()


@given(
    st.integers(0, 10**9),
    st.lists(st.sampled_from(["mailing_address", "income", "*", "all", ""])),
    st.sets(st.integers(1980, 2041)),
)
def test_grants_are_among_what_is_asked_reached_and_on_file(seed: int, asked: list[str], years: set[int]) -> None:
    pattern = Pattern(letters(provision().clauses, perturbed(seed)), Verdict.UNIQUE, tuple(sorted(years)))
    made = decide(provision(), pattern, asked)
    assert {g.field for g in made.grants} <= set(asked) & set(provision().fields)
    assert {g.year for g in made.grants} <= years
    assert len(made.grants) == len(set(made.grants))
    assert bool(made.grants) == made.row_outcome.grants
