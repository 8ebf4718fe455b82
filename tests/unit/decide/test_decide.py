# SPDX-License-Identifier: Apache-2.0
"""The decision of a pattern: every table of small provisions, and what can never grant."""

from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest

from lawgate.decide.decide import decide
from lawgate.decide.find import findings
from lawgate.law.rulebook import Provision
from lawgate.model.decision import Decision, Finding, Grant, Pattern, Verdict
from lawgate.model.outcome import REFUSING, Outcome, Status

Make = Callable[..., Provision]
D, R, H = Outcome.DENY, Outcome.RETURN_FOR_CURE, Outcome.HOLD
ASKED = ("mailing_address",)
STRICTNESS = {o: i for i, o in enumerate((*REFUSING, Outcome.REQUIRE, Outcome.PERMIT))}
SHAPES = [
    [[("request", D, H), ("row", R, R)], [("row", D, H), ("batch", H, H)]],
    [[("row", R, H)], [("row", H, R)], [("batch", H, H)], [("request", D, D)]],
    [[("row", D, R), ("row", R, H), ("row", H, H)], [("batch", D, R)]],
]


def expected(
    provision: Provision, pattern: Pattern, asked: tuple[str, ...], orders: tuple[str, ...]
) -> tuple[Outcome, Outcome]:
    """The decision said once more, in the plainest way."""
    leads: dict[str, set[Outcome]] = {"row": set(), "batch": set()}
    for clause, letter in zip(provision.clauses, pattern.clauses, strict=True):
        where = "batch" if clause.level == "batch" else "row"
        leads[where] |= {clause.not_met} if letter == "n" else {clause.undetermined} if letter == "u" else set()
    something = set(asked) & set(provision.fields) and pattern.years
    if not leads["row"] and not (pattern.verdict is Verdict.UNIQUE and something and "-" not in pattern.clauses):
        leads["row"].add(D)
    row = min(leads["row"], key=STRICTNESS.__getitem__, default=provision.grants_as)
    every = leads["row"] | leads["batch"] | ({H} if orders else set())
    return row, min(every, key=STRICTNESS.__getitem__, default=row)


@pytest.mark.parametrize("modal", ["shall", "may"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_whole_table(provision_of: Make, shape: list[list[tuple[str, Outcome, Outcome]]], modal: str) -> None:
    provision, granting = provision_of(*shape, modal=modal), Counter[str]()
    many = product(product("mnu-", repeat=4), Verdict, ((), (2023,)), (ASKED, ("other",)), ((), ("o1",)))
    for letters, verdict, years, asked, orders in many:
        pattern = Pattern("".join(letters), verdict, years)
        made = decide(provision, pattern, asked, orders)
        assert (made.row_outcome, made.outcome) == expected(provision, pattern, asked, orders)
        assert made.orders == orders and made.verdict is verdict
        granting["all"] += 1
        granting["row"] += made.row_outcome.grants
        granting["outcome"] += made.outcome.grants
    # Only: every letter m (for the row a batch clause may fail), a unique match, years, a field, no order.
    batch = sum(c.level == "batch" for c in provision.clauses)
    assert granting == {"all": 4**4 * 4 * 2 * 2 * 2, "row": 3**batch * 2, "outcome": 1}


def test_without_a_provision_everything_is_refused() -> None:
    for verdict, orders in product(Verdict, ((), ("o",))):
        made = decide(None, Pattern("", verdict, (2023,)), ASKED, orders)
        assert (made.row_outcome, made.outcome, made.grants) == (D, D, ())
        assert made.findings[0].because == "no_such_provision"


def test_a_provision_that_asks_for_nothing_gives_nothing(provision_of: Make) -> None:
    assert decide(provision_of(), Pattern("", Verdict.UNIQUE, (2023,)), ASKED).row_outcome is D
    only_batch = provision_of([("batch", H, H)])
    assert decide(only_batch, Pattern("m", Verdict.UNIQUE, (2023,)), ASKED).row_outcome is D


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.UNIQUE])
def test_nothing_without_a_unique_match(provision_of: Make, verdict: Verdict) -> None:
    made = decide(provision_of([("row", D, D)]), Pattern("m", verdict, (2023,)), ASKED)
    assert (made.row_outcome, made.grants) == (D, ())
    assert made.findings[-1].because == "nothing_to_grant"


def test_grants_are_fields_asked_and_reached_for_years_on_file(provision_of: Make) -> None:
    provision = provision_of([("row", D, D)])
    made = decide(provision, Pattern("m", Verdict.UNIQUE, (2023, 2021)), ("phone", "income", "mailing_address"))
    fields = ("mailing_address", "phone")
    assert made.grants == tuple(Grant(f, y) for f in fields for y in (2021, 2023))


def test_orders_hold_and_never_ease(provision_of: Make) -> None:
    provision = provision_of([("row", D, R)])
    for letter, row, outcome in (("m", Outcome.REQUIRE, H), ("n", D, D), ("u", R, R)):
        made = decide(provision, Pattern(letter, Verdict.UNIQUE, (2023,)), ASKED, ("o1", "o2"))
        assert (made.row_outcome, made.outcome, made.orders) == (row, outcome, ("o1", "o2"))


def test_all_failing_elements_are_listed_with_their_citation(provision_of: Make) -> None:
    provision = provision_of([("request", D, H)], [("row", R, R), ("row", H, H)], [("row", D, H)], [("batch", H, H)])
    made = decide(provision, Pattern("unnun", Verdict.UNIQUE, (2023,)), ASKED)
    got = [(f.element, f.level, f.status, f.because, f.leads_to, f.citation) for f in made.findings]
    assert got == [
        ("e0", "request", Status.UNDETERMINED, "c00", H, "cite 0"),
        ("e1", "row", Status.NOT_MET, "c10", R, "cite 1"),
        ("e2", "row", Status.UNDETERMINED, "c20", H, "cite 2"),
        ("e3", "batch", Status.NOT_MET, "c30", H, "cite 3"),
    ]
    assert made.row_outcome is R


def test_the_strictest_clause_speaks_for_its_element(provision_of: Make) -> None:
    provision = provision_of([("row", H, H), ("row", R, D), ("row", R, R)])
    (only,) = findings(provision, "nun")
    assert (only.because, only.status, only.leads_to) == ("c01", Status.UNDETERMINED, D)


def test_a_clause_not_looked_at_is_never_shown(provision_of: Make) -> None:
    provision = provision_of([("row", D, D), ("row", R, R)])
    (only,) = findings(provision, "m-")
    assert (only.status, only.because, only.leads_to) == (Status.UNDETERMINED, "not_looked_at", None)
    assert decide(provision, Pattern("m-", Verdict.UNIQUE, (2023,)), ASKED).row_outcome is D


@pytest.mark.parametrize("letters", ["", "m", "mmm", "mx", "xm", "m "])
def test_letters_that_are_not_the_provisions(provision_of: Make, letters: str) -> None:
    with pytest.raises(ValueError, match="letter"):
        findings(provision_of([("row", D, D), ("row", R, R)]), letters)


MET = Finding("e", "row", Status.MET, "shown", None, "c")
AGAINST = Finding("e", "row", Status.NOT_MET, "c00", D, "c")
UNSEEN = Finding("e", "row", Status.UNDETERMINED, "not_looked_at", None, "c")
HELD = Finding("e", "batch", Status.NOT_MET, "c00", H, "c")
GRANT = (Grant("mailing_address", 2023),)
U, REQ, PER = Verdict.UNIQUE, Outcome.REQUIRE, Outcome.PERMIT

FORGED = [
    (REQ, REQ, (AGAINST,), (), GRANT, U),
    (REQ, D, (MET, AGAINST), (), GRANT, U),
    (PER, PER, (MET,), (), (), U),
    (PER, PER, (MET,), (), GRANT, Verdict.NONE),
    (PER, PER, (MET,), (), GRANT, Verdict.AMBIGUOUS),
    (PER, PER, (MET,), (), GRANT, Verdict.NOT_SOUGHT),
    (REQ, REQ, (MET,), ("o1",), GRANT, U),
    (D, D, (AGAINST,), (), GRANT, U),
    (H, H, (MET,), (), GRANT, U),
    (D, REQ, (AGAINST,), (), (), U),
    (H, PER, (), (), (), U),
]
FORGED_STILL = [
    (REQ, REQ, (UNSEEN,), (), GRANT, U),
    (REQ, REQ, (), (), GRANT, U),
    (REQ, REQ, (MET, HELD), (), GRANT, U),
    (REQ, PER, (MET,), (), GRANT, U),
    (D, H, (AGAINST,), (), (), U),
    (R, H, (AGAINST,), (), (), U),
]


@pytest.mark.parametrize("parts", FORGED)
def test_a_granting_decision_cannot_be_forged(parts: tuple[object, ...]) -> None:
    with pytest.raises(ValueError):
        Decision(*parts)


@pytest.mark.parametrize("parts", FORGED_STILL)
def test_nor_by_leaving_something_out(parts: tuple[object, ...]) -> None:
    with pytest.raises(ValueError):
        Decision(*parts)


def test_an_honest_decision_can_be_made() -> None:
    assert Decision(REQ, REQ, (MET,), (), GRANT, U).outcome is REQ
    assert Decision(REQ, H, (MET, HELD), ("o1",), GRANT, U).outcome is H
    assert Decision(D, D, (AGAINST, UNSEEN), ("o1",), (), U).grants == ()
