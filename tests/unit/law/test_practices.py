# SPDX-License-Identifier: Apache-2.0
"""Agreements and practices: what does not carry its form does not load, and more than a few people need reasons."""

from datetime import date
from typing import Any

import pytest

from lawgate.law.practices import agreement_of, practice_of, read_agreements, read_practices
from lawgate.model.fault import Fault
from lawgate.model.practice import FEW_ROWS

DAY = date(2025, 6, 27)
Doc = dict[str, Any]
IN_FORCE = {"start": date(2020, 1, 1), "end": "until further notice"}
PRACTICE: Doc = {
    "id": "p",
    "requester": "agency.a",
    "provision": "x",
    "channel": "folder",
    "rows_a_request": 20,
    "rows_a_year": 100,
    "matching_standard": "strict",
    "explanation": "",
    "citation": "c",
    "reason": "r",
    "in_force": IN_FORCE,
}
AGREEMENT: Doc = {
    "id": "a",
    "title": "t",
    "requester": "agency.a",
    "custodian": "custodian",
    "offices": ["head.a"],
    "provisions": ["x"],
    "fields": ["mailing_address"],
    "citation": "c",
    "source": "s",
    "in_force": IN_FORCE,
}
READINGS: dict[str, Doc] = {"readings/r.toml": {"id": "address_standard", "reading": [{"id": "strict"}]}}
ADDRESS = frozenset({"mailing_address"})


@pytest.mark.parametrize(
    ("requester", "provision", "channel", "rows", "covered"),
    [
        ("agency.a", "x", "folder", 20, True),
        ("agency.a", "x", "folder", 21, False),
        ("agency.a", "x", "folder", 0, False),
        ("agency.b", "x", "folder", 1, False),
        ("agency.a", "y", "folder", 1, False),
        ("agency.a", "x", "wire", 1, False),
    ],
)
def test_what_a_practice_covers(requester: str, provision: str, channel: str, rows: int, covered: bool) -> None:
    assert practice_of(PRACTICE).covers(requester, provision, channel, rows) is covered
    everybody = practice_of({**PRACTICE, "requester": "every", "provision": "every"})
    assert everybody.covers(requester, provision, channel, rows) is (channel == "folder" and 0 < rows <= 20)


def test_a_year_is_never_less_than_one_request() -> None:
    assert not practice_of({**PRACTICE, "rows_a_year": 5}).covers("agency.a", "x", "folder", 6)


@pytest.mark.parametrize("part", [k for k in PRACTICE if k != "explanation"])
@pytest.mark.parametrize("value", [None, "", " ", 0, []])
def test_a_practice_carries_its_form(part: str, value: object) -> None:
    faults: list[Fault] = []
    docs = {"practices/p.toml": {**PRACTICE, part: value} if value is not None else without(PRACTICE, part)}
    assert read_practices(docs | READINGS, DAY, faults) == ()
    assert [f.code for f in faults] == ["L_PRACTICE"]


def without(doc: Doc, part: str) -> Doc:
    return {k: v for k, v in doc.items() if k != part}


@pytest.mark.parametrize(
    "change",
    [
        {"requester": "every"},
        {"provision": "every"},
        {"explanation": ""},
        {"explanation": "for good reasons"},
        {"explanation": "A" * 64},
    ],
)
def test_more_than_a_few_people_need_a_name_and_reasons(change: Doc) -> None:
    bulk = {**PRACTICE, "rows_a_request": FEW_ROWS + 1, "rows_a_year": 10**6, "explanation": "a" * 64}
    assert practice_of(bulk).rows_a_request == FEW_ROWS + 1
    assert practice_of({**PRACTICE, "rows_a_request": FEW_ROWS}).explanation == ""
    with pytest.raises(ValueError):
        practice_of({**bulk, **change})


def test_a_practice_is_of_its_days_and_of_a_reading_there_is() -> None:
    faults: list[Fault] = []
    ended = {**PRACTICE, "in_force": {"start": date(2020, 1, 1), "end": date(2025, 6, 27)}}
    docs = {"practices/p.toml": ended} | READINGS
    assert [p.id for p in read_practices(docs, date(2025, 6, 26), faults)] == ["p"]
    assert read_practices(docs, DAY, faults) == () and not faults
    assert read_practices({"practices/p.toml": PRACTICE}, DAY, faults) == ()
    assert "no reading" in faults[0].mend
    of_something_else: dict[str, Doc] = {"readings/r.toml": {"id": "period_scope", "reading": [{"id": "strict"}]}}
    assert read_practices({"practices/p.toml": PRACTICE} | of_something_else, DAY, other := []) == () and other
    twice = {"practices/p.toml": PRACTICE, "practices/q.toml": PRACTICE} | READINGS
    assert len(read_practices(twice, DAY, faults)) == 1 and "twice" in faults[1].mend


@pytest.mark.parametrize(
    ("change", "covered"),
    [
        ({}, True),
        ({"requester": "agency.b"}, False),
        ({"office": "deputy.a"}, False),
        ({"provision": "y"}, False),
        ({"fields": ADDRESS | {"other"}}, False),
        ({"fields": frozenset()}, False),
        ({"rows": 0}, False),
        ({"rows": 10**6}, True),
    ],
)
def test_what_an_agreement_covers(change: Doc, covered: bool) -> None:
    asked = {"requester": "agency.a", "office": "head.a", "provision": "x", "fields": ADDRESS, "rows": 1} | change
    assert agreement_of(AGREEMENT).covers(**asked) is covered
    few = agreement_of({**AGREEMENT, "rows_at_most": 10})
    assert few.covers(**asked) is (covered and asked["rows"] <= 10), "a number it states narrows"


@pytest.mark.parametrize("part", list(AGREEMENT))
@pytest.mark.parametrize("value", [None, "", 0, [], ["*"], ["all"], [""]])
def test_an_agreement_carries_its_form_and_nothing_empty_means_all(part: str, value: object) -> None:
    faults: list[Fault] = []
    docs = {"agreements/a.toml": {**AGREEMENT, part: value} if value is not None else without(AGREEMENT, part)}
    assert read_agreements(docs, DAY, faults) == {}
    assert [f.code for f in faults] == ["L_PRACTICE"]


@pytest.mark.parametrize("number", [0, -1, True, "9", 1.5])
def test_a_number_of_people_is_one(number: object) -> None:
    with pytest.raises(ValueError):
        agreement_of({**AGREEMENT, "rows_at_most": number})
