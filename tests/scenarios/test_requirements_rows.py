# SPDX-License-Identifier: Apache-2.0
"""R13 to R26: what a request must state for each person, and what its rows look like together."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from lawgate.decide.decide import decide
from lawgate.decide.explain import letter, outside
from lawgate.law.evaluate import evaluate
from lawgate.law.rulebook import Provision
from lawgate.linkage.grammar import place_of
from lawgate.model.decision import Pattern, Verdict
from lawgate.model.outcome import Outcome
from lawgate.scrutiny.load import load, seconds_per_case
from scenarios.asked import BY_ID, I2, LAW, SHEETS, YEARS, Play, codes, outcome, own_codes, row, settled
from scenarios.bench import ADDRESSES
from scenarios.book import Table

TOWN = ("Dayton", "OH", "45402")
PHRASES = sorted(ADDRESSES.fillers.phrases)


def test_r13_all_four_are_needed_and_a_number_replaces_none(played: Play) -> None:
    blank = {"addr_line1": "", "addr_line2": "", "city": "", "state": "", "zip": ""}
    lacks = ({"first": "", "last": ""}, blank, {"taxable_periods": ""}, {"reason_text": ""}, {"case_id": "case-2"}, {})
    wanted = [["name_missing"], ["address_missing"], ["period_missing"], ["reason_missing"]]
    wanted += [["statute_missing", "statute_not_registered"], []]
    cases: list[Table] = [{}, {"case_id": "case-2", "statute_cite": ""}]
    for number in ("900-12-0001", ""):
        rows = [row(row_id=f"row-{n}", tin=number, **changed) for n, changed in enumerate(lacks)]
        found = played(cases=cases, rows=rows)
        assert [outcome(f) for f in found] == ["RETURN_FOR_CURE"] * 5 + ["REQUIRE"]
        assert [own_codes(f) for f in found] == wanted
        assert [f.looked for f in found] == [False] * 5 + [True]


GRADED = {
    "A0": ["", "UNKNOWN", "Failed to Provide 90210", "NA NA 00000", "Don't Care 12345", "no sabe", "Homeless"],
    "A1": ["", "12"],
    "A2": ["Elm Street", "County Jail", "5th Ave and Oak St", "Apt 3"],
    "A4": ["12 Elm Street", "12 Elm Street Apt 3", "PO Box 12", "RR 2 Box 15", "77 Orchard Lane"],
    "A5": ["12 Elm Street County Jail", "c/o Hale, 12 Elm Street"],
}


def test_r14_each_grade_has_its_answer(played: Play) -> None:
    for grade, lines in GRADED.items():
        for line in lines:
            town = ("", "", "") if grade == "A0" and not line else TOWN
            assert place_of(ADDRESSES, line, "", *town).grade == grade, line
    wanted = {"A0": "address_missing", "A1": "address_city_only", "A2": "address_partial", "A4": "", "A5": ""}
    clauses = [c for c in I2.clauses if c.element == "i2.B.i.address" and c.phase == "request"]
    for grade, code in wanted.items():
        failed = [c.code for c in clauses if evaluate(c.test, {"row.address_grade": grade}) is not True]
        assert failed == ([code] if code else [])
        decision = settled(SHEETS[0], row__address_grade=grade)
        assert decision.row_outcome is (Outcome.RETURN_FOR_CURE if code else Outcome.REQUIRE)
    rows = [row(row_id=f"row-{g}", addr_line1=GRADED[g][-1], addr_line2="", tin="") for g in ("A0", "A1", "A2")]
    for found, code in zip(played(rows=rows), list(wanted.values()), strict=False):
        assert (outcome(found), own_codes(found), found.looked) == ("RETURN_FOR_CURE", [code], False)


def test_r14_no_filler_is_taken_for_an_address(size: str) -> None:
    """Recall of A0 on the labelled set: every phrase, with numbers before and behind and with a whole town."""
    rng, labelled = Random(14), PHRASES if size == "full" else PHRASES[::2]
    assert len(PHRASES) > 300
    for phrase in labelled:
        digits = f"{rng.randrange(10**5):05d}"
        for line in (phrase, phrase.lower(), f"{phrase} {digits}", f"{digits} {phrase}"):
            assert place_of(ADDRESSES, line, "", *TOWN).grade == "A0", line


@pytest.mark.parametrize("name", ["E1", "E2", "E2-na", "E2-split", "E2-more", "E1-no-number"])
def test_r15_a_filler_is_no_address(played: Play, name: str) -> None:
    for found in played(name):
        assert (codes(found), found.looked) == (["address_missing"], False)


def variants(phrase: str, digits: str) -> list[tuple[str, str]]:
    """A filler doubled, spaced out, with digits, in other letters and split over both lines."""
    words = phrase.split(" ")
    split = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]
    spaced = [(" ".join(phrase.replace(" ", "")), "")] if len(phrase) < 12 else []
    doubled = [(f"{phrase} {phrase}", ""), (phrase, phrase)]
    written = [(phrase.title(), ""), (f"({phrase})", ""), (phrase.replace(" ", "-"), ""), (f" {phrase} . ", "")]
    return [*split, *spaced, *doubled, *written, (f"{phrase}{digits}", ""), (f"{digits}{phrase} {digits}", "")]


def test_r15_in_every_registered_language_and_writing(size: str) -> None:
    rng, grades = Random(15), dict[tuple[str, str], str]()
    for phrase in PHRASES if size == "full" else PHRASES[::4]:
        for lines in variants(phrase, str(rng.randrange(1, 99_999))):
            grades[lines] = place_of(ADDRESSES, *lines, *TOWN).grade
    assert {lines: grade for lines, grade in grades.items() if grade != "A0"} == {}
    for phrase in ("DESCONOCIDO", "INCONNU", "DESCONHECIDO", "NIEZNANY", "KHONG BIET", "PA KONNEN", "WALA", "BUZHIDAO"):
        assert any(phrase in known for known in PHRASES), phrase


PERIODS = {
    "": "period_missing",
    "all": "period_missing",
    "2020-2023": "period_missing",
    "none": "period_missing",
    "2025": "period_not_closed",
    "2031": "period_not_closed",
    "2024;2031": "period_not_closed",
    ";".join(str(y) for y in range(2010, 2022)): "too_many_periods",
}


def test_r16_periods_are_listed_and_past(played: Play) -> None:
    rows = [row(row_id=f"row-{n}", tin="", taxable_periods=years) for n, years in enumerate(PERIODS)]
    for code, found in zip(PERIODS.values(), played(rows=rows), strict=True):
        assert (outcome(found), found.looked) == ("RETURN_FOR_CURE", False) and code in own_codes(found)


CLASSES = {"criminal": "", "civil": "DENY", "tax": "DENY", "mixed": "HOLD"}


def test_r17_the_statute_is_one_of_a_register() -> None:
    listed = LAW.registers["statutes"].values()
    kinds = [e["class"] for e in listed]
    assert kinds.count("criminal") >= 40 and kinds.count("civil") >= 15 and set(kinds) == CLASSES.keys()
    for sheet in (s for s in SHEETS if "case.statute_class" in s.complete):
        for kind, wanted in (*CLASSES.items(), ("unlisted", "HOLD"), ("", "DENY")):
            assert str(settled(sheet, case__statute_class=kind).row_outcome) == (wanted or "REQUIRE"), kind
    assert all(e["source"] and e["covers"] in ("section", "exact") for e in listed)


def test_r17_the_statute_was_in_force_on_the_days_of_the_offense(played: Play) -> None:
    first = {"2004-07-14": "HOLD", "2004-07-15": "REQUIRE", "": "REQUIRE", "2004-02-30": "HOLD"}
    last = {day: "2022-12-31" if day else "" for day in first}
    cases: list[Table] = [
        {"case_id": f"case-{n}", "statute_cite": "18 USC 1028A", "offense_from": day, "offense_to": last[day]}
        for n, day in enumerate(first)
    ]
    rows = [row(row_id=f"row-{n}", case_id=f"case-{n}") for n in range(len(first))]
    found = played(cases=cases, rows=rows)
    assert [outcome(f) for f in found] == list(first.values())
    assert own_codes(found[0]) == ["statute_not_yet_in_force"] and "statute_not_yet_in_force" in own_codes(found[3])
    dated = [e["since"] for e in LAW.registers["statutes"].values() if e["since"]]
    assert len(dated) >= 15 and all(date(1977, 1, 1) < date.fromisoformat(day) for day in dated)


def test_r17_no_civil_provision_opens_a_record(played: Play) -> None:
    civil = sorted(c for c, e in LAW.registers["statutes"].items() if e["class"] in ("civil", "tax"))
    cases: list[Table] = [{"case_id": f"case-{n}", "statute_cite": c} for n, c in enumerate(civil)]
    rows = [row(row_id=f"row-{n}", case_id=f"case-{n}") for n in range(len(civil))]
    for cite, found in zip(civil, played(cases=cases, rows=rows), strict=True):
        assert (outcome(found), found.looked) == ("DENY", False), cite
        assert own_codes(found) == ["statute_not_criminal"], cite
        assert found.decision.other_routes == (), "no court opens anything for a matter that is not criminal"


PREDICATES = {
    "E14": "order_date_missing_or_recent",
    "E14-90-days": "order_date_missing_or_recent",
    "E14-no-date": "order_date_missing_or_recent",
    "E14-future": "order_date_missing_or_recent",
    "E14-exact-part": "order_date_missing_or_recent",
    "E14-court-made-final": "court_order_recent",
    "E15": "ground_outside_statute",
    "E15-deferred": "deferred_action",
    "E15-relief": "relief_pending",
    "E15-relief-not-stated": "relief_pending",
}


@pytest.mark.parametrize(("name", "code"), PREDICATES.items(), ids=PREDICATES)
def test_r18_facts_that_the_statute_presupposes(played: Play, name: str, code: str) -> None:
    (found,) = played(name)
    assert (outcome(found), codes(found), found.looked) == ("HOLD", [code], False)
    assert outcome(played("E14-91-days")[0]) == "REQUIRE"


def test_r18_no_fact_of_one_statute_is_asked_under_another() -> None:
    i2 = next(s for s in SHEETS if s.provision == "i2")
    names = {k for k in i2.complete if k.startswith("row.") and k.split(".")[1] in DEPARTURE}
    assert len(names) == len(DEPARTURE)
    unknown = {k.replace(".", "__"): None for k in names}
    assert settled(i2, **unknown).row_outcome is Outcome.HOLD
    assert settled(i2, **unknown, case__statute_facts="").row_outcome is Outcome.REQUIRE


DEPARTURE = {"final_order_date", "removal_ground", "review_pending", "deferred_action", "relief_pending"}


def test_r19_one_reason_for_all_is_held(played: Play) -> None:
    given = BY_ID["E17-fifty"].given
    same = [{**r, "reason_text": "The same words for everybody."} for r in given["rows"]]
    boilerplate = {"reasons_repeated", "one_reason_for_most"}
    held = played(**(given | {"rows": same}))
    assert all(boilerplate <= set(codes(f)) and f.decision.outcome is Outcome.HOLD for f in held)
    assert not boilerplate & set(codes(played("E17-fifty")[0]))
    blank, cites = played(
        rows=[row(reason_text=""), row(row_id="row-2", tin="", addr_line1="9 Mill Road", reason_text="18 USC 1343")]
    )
    assert (own_codes(blank), own_codes(cites)) == (["reason_missing"], ["reason_is_the_statute"])
    for name in ("E48-order-no-reason", "E48-order-reason-cites"):
        assert outcome(played(name)[0]) == "RETURN_FOR_CURE"


def test_r20_recipients_are_named_people(played: Play) -> None:
    named = ["", "office.mail", "person.doj.2;office.mail", "everybody", "person.doj.2;", "mail@agency.example"]
    cases: list[Table] = [{"case_id": f"case-{n}", "recipients": text} for n, text in enumerate(named)]
    rows = [row(row_id=f"row-{n}", case_id=f"case-{n}") for n in range(len(named))]
    for found in played(cases=cases, rows=rows):
        assert (outcome(found), found.looked) == ("RETURN_FOR_CURE", False)
        assert own_codes(found) == ["recipients_not_named"]


def test_r21_a_load_nobody_can_carry_is_held(played: Play) -> None:
    assert (load(1_280_000, 2080), seconds_per_case(1_280_000)) == (Fraction(117, 20), 5.85)
    most = LAW.parameters["people_of_one_official"]
    assert isinstance(most, int)
    for sheet in SHEETS:
        assert settled(sheet, batch__people_of_official=most).outcome.grants
        for many in (most + 1, 1_280_000, None):
            held = settled(sheet, batch__people_of_official=many)
            assert (held.outcome, held.row_outcome) == (Outcome.HOLD, Outcome.REQUIRE)
    assert all("load_implausible" in codes(f) for f in played("E17"))
    assert not any("load_implausible" in codes(f) for f in played("E17-at-the-limit"))


@pytest.mark.parametrize("name", ["E7", "E7-both-named", "E7-same-person", "E7-by-order"])
def test_r24_rows_that_repeat_or_share_a_number_wait(played: Play, name: str) -> None:
    assert not any(found.decision.outcome.grants for found in played(name))


def test_r24_rows_that_contradict_themselves_do_not_pass(played: Play) -> None:
    assert codes(played("E6-birth-date")[0]) == ["no_such_person"]
    cases: list[Table] = [
        {"case_id": "case-1", "opened_on": "2025-06-28"},
        {"case_id": "case-2", "offense_from": "2023-05-01", "offense_to": "2022-05-01"},
        {"case_id": "case-3", "engaged_agency": "us.dhs"},
        {"case_id": "case-4", "kind": "proceeding", "agency_a_party": "no"},
    ]
    rows = [row(row_id=f"row-{n}", case_id=f"case-{n}") for n in range(1, 5)]
    found = played(cases=cases, rows=rows)
    assert [own_codes(f) for f in found] == [
        ["case_opened_after_request"],
        ["periods_outside_offense"],
        ["engaged_elsewhere"],
        ["agency_not_a_party"],
    ]
    assert [outcome(f) for f in found] == ["DENY", "HOLD", "DENY", "DENY"]


SAME_OUTSIDE = [
    *("E3", "E3-no-unit", "E3-no-number", "E4", "E4-on-file", "E5", "E6", "E8", "E8-dependant", "E9-no-own-return"),
    *("E10", "E10-withheld", "E10-informant", "E10-impairs", "E10-marked", "E11", "E48"),
]


def test_r25_what_the_records_caused_looks_the_same_outside(played: Play) -> None:
    told = {name: outside(I2, played(name)[0].decision) for name in SAME_OUTSIDE}
    assert set(told.values()) == {("not released",)}, told
    assert {letter(I2, played(name)[0].decision).outside for name in SAME_OUTSIDE} == {("not released",)}


def test_r25_whatever_the_records_say(size: str) -> None:
    """Any answers of the records and the batch, behind a request in which nothing is wanting."""
    rng, seen = Random(25), set[tuple[Outcome, tuple[str, ...]]]()
    for law, _ in product(LAW.provisions.values(), range(300 if size == "ci" else 30_000)):
        letters = "".join("m" if c.phase == "request" else rng.choice("m" * 20 + "nu") for c in law.clauses)
        verdict = rng.choice([Verdict.UNIQUE, Verdict.UNIQUE, Verdict.NONE, Verdict.AMBIGUOUS])
        years = rng.choice([(), (2022,), YEARS]) if verdict is Verdict.UNIQUE else ()
        decision = decide(law, Pattern(letters, verdict, years), law.fields, rng.choice([(), ("order-1",)]))
        seen.add((decision.outcome, outside(law, decision)))
    assert {told for _, told in seen} == {("not released",)}
    assert {came for came, _ in seen} >= {Outcome.DENY, Outcome.RETURN_FOR_CURE, Outcome.HOLD, Outcome.REQUIRE}


def test_r26_forty_spellings_of_an_address_are_answered_alike(played: Play) -> None:
    spelled = [row(row_id=f"row-{n}", tin="", dob="", addr_line1=f"{n} Elm Street") for n in range(1, 41)]
    found = played(rows=spelled)
    right = [n for n, f in enumerate(found, 1) if f.record]
    assert right == [12], "one of them is the address on file"
    assert {outside(I2, f.decision) for f in found} == {("not released",)}


def provisions_named() -> list[tuple[Provision, str]]:
    """Each provision with each other one that its elements name."""
    return [(law, r.id) for law in LAW.provisions.values() for e in law.elements for r in e.routes]


def test_a_refusal_names_the_route_and_the_letter_says_it_grants_nothing(played: Play) -> None:
    (found,) = played("E1")
    made = letter(I2, found.decision)
    assert [r.split(":")[0] for r in made.routes] == list(found.decision.other_routes)
    assert len(made.routes) == 2 and all("nothing is granted here" in r for r in made.routes)
    assert letter(I2, played("E48")[0].decision).routes == ()


def test_a_route_leads_to_a_provision_that_rests_on_an_order() -> None:
    named = provisions_named()
    assert {law.id for law, _ in named} == {"i2"} and {to for _, to in named} == {"i1", "i5"}
    for to in ("i1", "i5"):
        sheet = next(s for s in SHEETS if s.provision == to)
        orders = {k.replace(".", "__"): None for k in sheet.complete if k.startswith("order.")}
        assert settled(sheet, **orders).outcome is Outcome.HOLD, "without the paper nothing can be told"
        assert settled(sheet, request__signed_on=date(2025, 5, 31)).outcome is Outcome.DENY, "the order came later"
