# SPDX-License-Identifier: Apache-2.0
"""Naming an agreement never leads to more than naming none, whoever asks for whatever."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from differential.batches import provision, rulebook
from lawgate.decide.decide import decide
from lawgate.decide.find import NOT_LOOKED_AT, letters
from lawgate.decide.request import facts_of_request
from lawgate.law.expression import facts_of
from lawgate.model.decision import Decision, Pattern, Verdict
from lawgate.model.period import Span
from lawgate.model.practice import Agreement
from lawgate.model.request import Cover, FileStated, Person, Registers, Tenure

EVER = Span(date(2020, 1, 1), None)
AGENCIES, FIELDS = ("us.dhs", "us.doj"), ("mailing_address", "wages_reported", "return_as_filed", "unheard_of")
OFFICES = ("us.dhs.head", "us.dhs.ig", "us.doj.attorney", "us.dhs.deputy")
some = st.frozensets
AGREEMENTS = st.builds(
    Agreement,
    id=st.just("agr"),
    title=st.just("made up"),
    requester=st.sampled_from(AGENCIES),
    offices=some(st.sampled_from(OFFICES), min_size=1),
    provisions=some(st.sampled_from(("i2", "i1", "x")), min_size=1),
    fields=some(st.sampled_from(FIELDS), min_size=1),
    rows_at_most=st.none() | st.integers(1, 60),
    span=st.just(EVER),
)


def cover(agency: str, office: str, fields: tuple[str, ...], rows: int, agreement: str) -> Cover:
    """A cover of that agency, complete in everything else."""
    stated = FileStated("0" * 64, rows)
    return Cover(
        request_id="req-1",
        provision="i2",
        agency=agency,
        signer="person.a.1",
        office=office,
        signed_at=datetime(2025, 6, 27, 12, tzinfo=UTC),
        contact="person.a.2",
        purpose="criminal_investigation",
        sole_use=True,
        agreement=agreement,
        recipient_key="rk",
        fields=fields,
        cases=stated,
        rows=stated,
        digest="0" * 64,
    )


def answered(asked: Cover, agreement: Agreement) -> Decision:
    """The decision about a row that shows everything a row can show."""
    held = (Tenure(asked.office, asked.agency, EVER),)
    known = Registers({"person.a.1": Person("person.a.1", "A", bytes(32), held)}, {}, {asked.agency: EVER}, "0" * 64)
    facts = facts_of_request(asked, known, replace(rulebook(), agreements={"agr": agreement}), True)
    clauses = provision().clauses
    own = [set(facts_of(c.test)) <= set(facts) for c in clauses]
    found = "".join(s if mine else "m" for s, mine in zip(letters(clauses, facts), own, strict=True))
    assert NOT_LOOKED_AT not in found
    return decide(provision(), Pattern(found, Verdict.UNIQUE, (2022, 2023)), asked.fields)


@given(
    AGREEMENTS,
    st.sampled_from(AGENCIES),
    st.sampled_from(OFFICES),
    st.lists(st.sampled_from(FIELDS), unique=True, max_size=2).map(tuple),
    st.integers(0, 60),
    st.sampled_from(("agr", "unheard-of")),
)
def test_an_agreement_only_narrows(
    agreement: Agreement, agency: str, office: str, fields: tuple[str, ...], rows: int, named: str
) -> None:
    without = answered(cover(agency, office, fields, rows, ""), agreement)
    under = answered(cover(agency, office, fields, rows, named), agreement)
    assert set(under.grants) <= set(without.grants)
    assert without.outcome.grants or not under.outcome.grants
    if under.outcome.grants:
        assert named == "agr" and set(fields) <= agreement.fields and agency == agreement.requester


def test_some_are_answered_under_an_agreement() -> None:
    wide = Agreement("agr", "t", "us.dhs", frozenset(OFFICES), frozenset({"i2"}), frozenset(FIELDS), None, EVER)
    asked = cover("us.dhs", "us.dhs.head", ("mailing_address",), 1, "agr")
    assert answered(asked, wide).outcome.grants
    assert not answered(asked, replace(wide, fields=frozenset({"wages_reported"}))).outcome.grants
