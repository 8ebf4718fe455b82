# SPDX-License-Identifier: Apache-2.0
"""Facts to letters, for the real rulebook: the request-only clauses, and one letter for each clause."""

from collections.abc import Mapping

import pytest

from differential.batches import FACTS, provision, rulebook
from lawgate.decide.find import findings, holds, letters, refusal, request_letters
from lawgate.law.evaluate import Fact
from lawgate.model.outcome import Outcome


def test_a_proper_request_meets_all_its_own_clauses() -> None:
    made = request_letters(provision(), FACTS)
    assert set(made.values()) == {"m"} and len(made) == 11


@pytest.mark.parametrize(
    ("fact", "value", "code"),
    [
        ("request.signer_in_office", False, "signer_not_in_office"),
        ("request.office_kind", "deputy", "office_may_not_sign"),
        ("request.office_kind", "", "office_may_not_sign"),
        ("request.office_of_agency", False, "office_of_another_agency"),
        ("request.written", False, "signature_does_not_hold"),
        ("request.sole_use", False, "sole_use_not_attested"),
        ("request.purpose", "civil_matter", "purpose_not_criminal"),
        ("request.safeguards_current", False, "safeguards_not_current"),
        ("request.fields_allowed", False, "field_out_of_reach"),
        ("request.fields_in_class", False, "field_of_a_class_out_of_reach"),
        ("request.office_agency", "us.treasury", "office_of_the_custodian"),
        ("request.within_agreement", False, "outside_the_agreement"),
    ],
)
def test_each_clause_of_the_request_fails_alone(fact: str, value: Fact, code: str) -> None:
    good = request_letters(provision(), FACTS)
    assert request_letters(provision(), {**FACTS, fact: value}) == {**good, code: "n"}
    assert request_letters(provision(), {**FACTS, fact: None}) == {**good, code: "u"}


def test_a_request_holds_as_a_whole_with_what_only_the_batch_would_show() -> None:
    assert holds(provision(), FACTS)
    for fact in FACTS:
        assert not holds(provision(), {**FACTS, fact: None}) or fact == "request.signed_on", fact
    assert not holds(provision(), {**FACTS, "request.within_practice": False})
    assert not holds(provision(), {})


def test_with_no_facts_nothing_is_met() -> None:
    found = letters(provision().clauses, {})
    assert set(found) == {"u"}
    made = findings(provision(), found)
    assert {f.element for f in made} == {e.id for e in provision().elements}, "every element is in the list"
    assert all(f.leads_to is not None for f in made)
    assert refusal(made, batch=False) is Outcome.DENY


def test_the_batch_is_left_out_of_the_row() -> None:
    codes = [c.level for c in provision().clauses]
    made = findings(provision(), "".join("n" if level == "batch" else "m" for level in codes))
    assert refusal(made, batch=False) is None
    assert refusal(made, batch=True) is Outcome.HOLD


def test_codes_and_facts_of_the_real_rulebook() -> None:
    clauses = provision().clauses
    assert len({c.code for c in clauses}) == len(clauses), "engines and letters find a clause by its code"
    kinds: Mapping[str, str] = {name: kind.level for name, kind in rulebook().facts.items()}
    assert set(kinds.values()) == {"request", "case", "row", "record", "batch"}
