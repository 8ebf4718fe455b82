# SPDX-License-Identifier: Apache-2.0
"""The facts of a request: what is not in a register is false or unknown, and never true."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from differential.batches import rulebook
from lawgate.decide.request import facts_of_request
from lawgate.law.evaluate import Fact, Facts
from lawgate.model.period import Span
from lawgate.model.request import CourtOrder, Cover, FileStated, Person, Registers, Safeguard, Tenure

STATED = FileStated("0" * 64, 1)
COVER = Cover(
    request_id="req-1",
    provision="i2",
    agency="us.doj",
    signer="person.doj.1",
    office="us.doj.attorney",
    signed_at=datetime(2025, 6, 27, 12, tzinfo=UTC),
    contact="person.doj.2",
    purpose="criminal_investigation",
    sole_use=True,
    agreement="",
    recipient_key="rk",
    fields=("mailing_address",),
    cases=STATED,
    rows=STATED,
    digest="0" * 64,
)
EVER = Span(date(2024, 1, 1), None)
ATTORNEY = Person("person.doj.1", "Somebody", bytes(32), (Tenure("us.doj.attorney", "us.doj", EVER),))
STATES = {"judge": "magistrate_judge", "specific_act": "yes", "relevant": "no", "entered_on": "2025-06-01"}
ORDER = CourtOrder("co", "req-1", "i1", frozenset({"us.doj"}), STATES, frozenset({"r"}), frozenset({2022}), EVER)
REGISTERS = Registers({ATTORNEY.id: ATTORNEY}, {}, {"us.doj": EVER}, "0" * 64)


def facts(cover: Cover = COVER, registers: Registers = REGISTERS) -> Facts:
    return facts_of_request(cover, registers, rulebook(), True)


def test_every_fact_of_the_request_is_there() -> None:
    assert set(facts()) == {n for n, k in rulebook().facts.items() if k.level == "request"}
    assert all(v is not False and v is not None for n, v in facts().items() if n.startswith("request."))


@pytest.mark.parametrize(
    ("change", "fact", "value"),
    [
        ({"signer": "person.doj.9"}, "request.signer_in_office", False),
        ({"signer": "person.doj.9"}, "request.office_of_agency", False),
        ({"office": "us.doj.fbi"}, "request.signer_in_office", False),
        ({"office": "us.nowhere.head"}, "request.office_kind", ""),
        ({"office": "us.nowhere.head"}, "request.office_agency", ""),
        ({"agency": "us.dhs"}, "request.office_of_agency", False),
        ({"agency": "us.dhs"}, "request.safeguards_current", False),
        ({"fields": ()}, "request.fields_allowed", False),
        ({"fields": ()}, "request.fields_in_class", False),
        ({"fields": ("wages_reported",)}, "request.fields_allowed", False),
        ({"fields": ("wages_reported",)}, "request.fields_in_class", True),
        ({"fields": ("return_as_filed",)}, "request.fields_in_class", False),
        ({"fields": ("mailing_address", "shoe_size")}, "request.fields_in_class", None),
        ({"provision": "i9"}, "request.fields_allowed", False),
        ({"provision": "i9"}, "request.fields_in_class", False),
        ({"agreement": "agr-2025-04"}, "request.within_agreement", False),
        ({"agreement": "agr-1999-01"}, "request.within_agreement", None),
        ({"rows": FileStated("0" * 64, 49)}, "request.within_practice", True),
        ({"rows": FileStated("0" * 64, 50)}, "request.within_practice", False),
        ({"rows": FileStated("0" * 64, 0)}, "request.within_practice", False),
    ],
)
def test_what_another_cover_changes(change: dict[str, object], fact: str, value: Fact) -> None:
    assert facts(replace(COVER, **change))[fact] == value


def test_another_channel_needs_a_practice_of_its_own() -> None:
    assert facts_of_request(COVER, REGISTERS, rulebook(), True, "wire")["request.within_practice"] is False


@pytest.mark.parametrize(
    ("suspended", "current"),
    [
        ((), True),
        ((Span(date(2025, 6, 27), date(2025, 6, 28)),), False),
        ((Span(date(2025, 6, 28), None),), True),
        ((Span(date(2024, 6, 1), date(2025, 6, 27)),), True),
    ],
)
def test_the_safeguard_gate_is_of_the_day(suspended: tuple[Span, ...], current: bool) -> None:
    known = replace(REGISTERS, safeguards={"us.doj": Safeguard(EVER.start, None, suspended)})
    assert facts(registers=known)["request.safeguards_current"] is current


def test_the_gate_stands_on_the_day_of_the_decision_too() -> None:
    signed_before = replace(COVER, signed_at=datetime(2025, 6, 20, tzinfo=UTC))
    known = replace(REGISTERS, safeguards={"us.doj": Safeguard(EVER.start, None, (Span(date(2025, 6, 25), None),))})
    assert rulebook().day == date(2025, 6, 27)
    assert facts(signed_before, known)["request.safeguards_current"] is False


def test_without_an_order_everything_about_it_is_unknown() -> None:
    asked = {n: v for n, v in facts().items() if n.startswith("order.")}
    assert len(asked) > 10 and set(asked.values()) == {None}


def test_what_an_order_says_and_what_it_leaves_open() -> None:
    found = facts(replace(COVER, provision="i1"), replace(REGISTERS, orders={"req-1": ORDER}))
    assert (found["order.judge"], found["order.specific_act"], found["order.relevant"]) == (
        "magistrate_judge",
        True,
        False,
    )
    assert (found["order.entered_on"], found["order.warrant"]) == (date(2025, 6, 1), None)
    assert [found[f"order.{k}"] for k in ("in_force", "for_agency", "for_provision")] == [True, True, True]


@pytest.mark.parametrize(("word", "meant"), [("yes", True), ("no", False), ("YES", None), ("true", None), ("", None)])
def test_an_answer_that_is_neither_yes_nor_no_is_unknown(word: str, meant: bool | None) -> None:
    other = replace(ORDER, states={"relevant": word, "entered_on": word or "June"})
    found = facts(registers=replace(REGISTERS, orders={"req-1": other}))
    assert found["order.relevant"] is meant and found["order.entered_on"] is None


def test_an_order_for_others_is_told() -> None:
    ended = replace(ORDER, agencies=frozenset({"us.dhs"}), provision="i5", span=Span(EVER.start, date(2025, 6, 27)))
    found = facts(replace(COVER, provision="i1"), replace(REGISTERS, orders={"req-1": ended}))
    assert [found[f"order.{k}"] for k in ("in_force", "for_agency", "for_provision")] == [False, False, False]
