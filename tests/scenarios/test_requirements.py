# SPDX-License-Identifier: Apache-2.0
"""What the system must do, R1 to R38, each with a test of its name; what waits for another subject is listed by name.

Each test shows the requirement at its smallest. Corpora, whole batches and the log have families of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from lawgate.decide.canonical import pattern_record
from lawgate.decide.decide import decide
from lawgate.decide.explain import letter, outside
from lawgate.decide.find import letters, request_letters
from lawgate.decide.request import facts_of_request, fields_in_class
from lawgate.law.evaluate import evaluate
from lawgate.law.read import read_rulebook
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Provision
from lawgate.model.decision import Decision, Pattern, Pins, Verdict
from lawgate.model.fault import Faulty
from lawgate.model.outcome import Outcome, Status
from lawgate.scrutiny.load import load
from scenarios.bench import FILES, Played, play, play_once, registers, rulebook, stated_cover
from scenarios.book import Scenario, Sheet, Table, element_files, read_edges, read_elements

LATER = {
    "R22": "requests sent again",
    "R23": "counters over time",
    "R26": "counters over time",
    "R34": "answers that only confirm",
}
BOOK = read_edges()
BY_ID = {e.id: e for e in (*BOOK.edges, *BOOK.beside)}
DAY = date(2025, 6, 27)
LAW = rulebook(DAY)
I2 = LAW.provisions["i2"]
SHEETS = [read_elements(path) for path in element_files()]
PINS = Pins("2025-06-27T18:00:00Z", *(["0" * 64] * 9))
YEARS = (2022, 2023)
Play = Callable[..., list[Played]]


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Play]:
    """Plays a scenario by name, or a usual request with other tables, through record store, engine and decision."""
    count = iter(range(1000))

    def run(name: str = "", **given: object) -> list[Played]:
        folder = tmp_path / f"played-{next(count)}"
        if name:
            return play_once(BOOK, BY_ID[name], folder).rows
        return play(BOOK, Scenario("R", "", dict(given), {}, {}, ""), folder).rows

    yield run


def row(**changed: str) -> Table:
    """A usual row about somebody on file, with other values."""
    return {"about": "rosa", **changed}


def codes(found: Played) -> list[str]:
    """Codes of everything that stands against a row."""
    return [code for f in found.decision.findings if f.leads_to is not None for code in f.codes]


def own_codes(found: Played) -> list[str]:
    """The same, without what only the batch shows."""
    return [c for f in found.decision.findings if f.leads_to is not None and f.level != "batch" for c in f.codes]


def outcome(found: Played) -> str:
    """The row's own outcome."""
    return str(found.decision.row_outcome)


def settled(sheet: Sheet, **changed: object) -> Decision:
    """The decision about the complete claim of a sheet with some facts changed, as far as records can be looked at."""
    law = LAW.provisions[sheet.provision]
    facts = sheet.complete | {k.replace("__", "."): v for k, v in changed.items()}
    return decide(law, Pattern(letters(law.clauses, facts), Verdict.UNIQUE, YEARS), law.fields)


def test_r1_nothing_is_granted_when_no_rule_grants(size: str) -> None:
    # Readings, practices and gaps speak of elements; without any element there is nothing for them to speak of.
    about_rules = ("provisions/", "readings/", "practices/", "untranslatable.toml")
    bare = {n: raw for n, raw in FILES.items() if not n.startswith(about_rules)}
    empty, rng = read_rulebook(bare, DAY), Random(1)
    assert empty.provisions == {}
    for _ in range(500 if size == "ci" else 10_000):
        found = "".join(rng.choice("mmmnu") for _ in I2.clauses)
        decision = decide(empty.provision("i2"), Pattern(found, rng.choice(list(Verdict)), YEARS), I2.fields)
        assert (decision.row_outcome, decision.grants) == (Outcome.DENY, ())


def test_r2_only_the_statute_gives_access_and_an_agreement_only_narrows() -> None:
    text = FILES["provisions/i2.toml"].decode()
    rests_on_paper = text.replace('authority = "26 U.S.C. 6103(i)(2)"', 'authority = "the agreement of April 2025"')
    with pytest.raises(Faulty, match="may give access"):
        read_rulebook(FILES | {"provisions/i2.toml": rests_on_paper.encode()}, DAY)
    for without in (FILES, {n: raw for n, raw in FILES.items() if not n.startswith("agreements/")}):
        law = read_rulebook(without, DAY)
        told = {name: facts_of_agreement(law, name) for name in ("", "agr-2025-04")}
        assert told[""] is True
        assert told["agr-2025-04"] is (True if law.agreements else None)


def facts_of_agreement(law: object, name: str) -> object:
    """Whether a request of the agency that made the agreement keeps inside the one it names."""
    given: Table = {"cover": {"agency": "us.dhs", "office": "us.dhs.head", "agreement": name}}
    cover = stated_cover(BOOK.cover(given), 1)
    assert isinstance(law, type(LAW))
    return facts_of_request(cover, registers(BOOK, given, law), law, True)["request.within_agreement"]


def test_r3_another_row_changes_nothing(played: Play) -> None:
    people = [{"who": "rosa"}, {"who": "peter"}]
    second = {"about": "peter", "row_id": "row-2"}
    base = played(people=people, rows=[row(), second])
    other = played(people=people, rows=[row(), {**second, "addr_line1": "UNKNOWN", "role": "witness"}])
    own = [[f for f in found[0].decision.findings if f.level != "batch"] for found in (base, other)]
    assert own[0] == own[1] and base[0].decision.grants == other[0].decision.grants
    assert [outcome(r) for r in base] != [outcome(r) for r in other]


def test_r4_every_element_has_status_source_and_version(played: Play) -> None:
    (found,) = played("E3")
    for finding in found.decision.findings:
        assert finding.status in Status and finding.because and finding.citation.startswith("26 U.S.C. ")
    assert {f.element for f in found.decision.findings} == {e.id for e in I2.elements}
    pinned = pattern_record(Pattern("m" * len(I2.clauses), Verdict.UNIQUE, YEARS), found.decision, PINS)
    assert b'"rulebook":"' in pinned and re.fullmatch("[0-9a-f]{64}", LAW.digest)


def test_r5_a_refusal_names_every_failing_element_with_its_citation() -> None:
    for sheet in SHEETS:
        clauses = {c.code: c for c in LAW.provisions[sheet.provision].clauses}
        for case in sheet.cases:
            facts = {k: v for k, v in (sheet.complete | case.facts).items() if k not in case.unknown}
            law = LAW.provisions[sheet.provision]
            found = decide(law, Pattern(letters(law.clauses, facts), Verdict.UNIQUE, YEARS), law.fields)
            failed = {clauses[code].element for code in (case.clause, *case.along)}
            assert {f.element for f in found.findings if f.leads_to is not None} == failed
            assert all(f.citation for f in found.findings)


def test_r6_where_the_statute_says_shall_a_refusal_has_a_cause(played: Play) -> None:
    assert all(p.modal == "shall" and p.grants_as is Outcome.REQUIRE for p in LAW.provisions.values())
    assert outcome(played("E48")[0]) == "REQUIRE"
    for name in ("E1", "E3", "E5", "E10", "E11", "E13", "E14", "E18", "E19"):
        assert codes(played(name)[0]), f"{name} is refused without a word"


def test_r7_the_same_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    made = [run(BOOK, BY_ID["E8"], tmp_path / run.__name__).rows[0] for run in (play_once, play)]
    assert decision_bytes(made[0].decision) == decision_bytes(made[1].decision)
    assert made[0] == made[1]


def decision_bytes(decision: Decision) -> bytes:
    """The canonical record of a decision."""
    return pattern_record(Pattern("m" * len(I2.clauses), decision.verdict, YEARS), decision, PINS)


def test_r8_a_stored_pattern_gives_its_decision_again() -> None:
    for sheet in SHEETS:
        law = LAW.provisions[sheet.provision]
        for case in sheet.cases:
            facts = {k: v for k, v in (sheet.complete | case.facts).items() if k not in case.unknown}
            pattern = Pattern(letters(law.clauses, facts), Verdict.UNIQUE, YEARS)
            first, again = (pattern_record(pattern, decide(law, pattern, law.fields), PINS) for _ in range(2))
            assert first == again and f'"clauses":"{pattern.clauses}"'.encode() in first


def test_r9_whatever_is_missing_refuses() -> None:
    assert set(request_letters(I2, {}).values()) == {"u"}
    assert not decide(I2, Pattern("u" * len(I2.clauses), Verdict.UNIQUE, YEARS), I2.fields).outcome.grants
    with pytest.raises(Faulty):
        read_rulebook(FILES | {"provisions/i2.toml": b"\xff"}, DAY)
    with pytest.raises(Faulty):
        read_registers({"people.toml": b"", "recipients.toml": b""})


def test_r10_no_more_than_statute_agreement_request_and_records_allow() -> None:
    pattern = Pattern("m" * len(I2.clauses), Verdict.UNIQUE, YEARS)
    for asked in ((), ("mailing_address",), ("mailing_address", "return_as_filed"), ("return_as_filed",)):
        found = decide(I2, pattern, asked)
        assert {g.field for g in found.grants} == set(asked) & set(I2.fields)
        assert found.outcome.grants == bool(found.grants)
    assert not decide(I2, Pattern(pattern.clauses, Verdict.UNIQUE, ()), I2.fields).outcome.grants
    agreed = LAW.agreements["agr-2025-04"]
    assert not agreed.covers("us.dhs", "us.dhs.head", "i2", frozenset({"mailing_address", "wages_reported"}), 1)
    assert not agreed.covers("us.dhs", "us.dhs.head", "i2", frozenset(), 1)


PEOPLE = """[[person]]
id = "person.signer.1"
name = "Somebody Invented"
key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
holds = [{{ office = "us.doj.attorney", agency = "us.doj", from = 2024-01-01, to = {to} }}]
"""


@pytest.mark.parametrize(("to", "held"), [("2025-06-28", True), ("2025-06-27", False), ("2025-06-26", False)])
def test_r11_the_signer_held_the_office_on_the_day_of_signing(to: str, held: bool) -> None:
    files = {"people.toml": PEOPLE.format(to=to).encode(), "recipients.toml": b"", "safeguards.toml": b""}
    facts = facts_of_request(stated_cover(BOOK.cover({}), 1), read_registers(files), LAW, True)
    assert facts["request.signer_in_office"] is held
    assert facts["request.office_of_agency"] is held


def test_r12_a_delegate_cannot_sign(played: Play) -> None:
    (found,) = played("E18")
    assert (outcome(found), codes(found)) == ("DENY", ["office_may_not_sign"])
    (component,) = played("E18-component")
    assert "office_may_not_sign" in codes(component)


def test_r13_all_four_are_needed_and_a_number_replaces_none(played: Play) -> None:
    blank = {"addr_line1": "", "addr_line2": "", "city": "", "state": "", "zip": ""}
    lacks = ({"first": "", "last": ""}, blank, {"taxable_periods": ""}, {"reason_text": ""}, {"case_id": "case-2"}, {})
    cases: list[Table] = [{}, {"case_id": "case-2", "statute_cite": ""}]
    rows = [row(row_id=f"row-{n}", **changed) for n, changed in enumerate(lacks)]
    found = played(cases=cases, rows=rows)
    assert [outcome(f) for f in found] == ["RETURN_FOR_CURE"] * 5 + ["REQUIRE"]
    assert [f.looked for f in found] == [False] * 5 + [True]


def test_r14_a_grade_below_complete_goes_back(played: Play) -> None:
    lines = {"UNKNOWN": "address_missing", "": "address_city_only", "Elm Street": "address_partial"}
    rows = [row(row_id=f"row-{n}", addr_line1=line, addr_line2="") for n, line in enumerate(lines)]
    for code, found in zip(lines.values(), played(rows=rows), strict=True):
        assert (outcome(found), own_codes(found)) == ("RETURN_FOR_CURE", [code])


@pytest.mark.parametrize("name", ["E1", "E2", "E2-na", "E2-split", "E1-no-number"])
def test_r15_a_filler_is_no_address(played: Play, name: str) -> None:
    assert "address_missing" in codes(played(name)[0])


PERIODS = {
    "": "period_missing",
    "all": "period_missing",
    "2025": "period_not_closed",
    "2024;2031": "period_not_closed",
    ";".join(str(y) for y in range(2010, 2022)): "too_many_periods",
}


def test_r16_periods_are_listed_and_past(played: Play) -> None:
    rows = [row(row_id=f"row-{n}", taxable_periods=years) for n, years in enumerate(PERIODS)]
    for code, found in zip(PERIODS.values(), played(rows=rows), strict=True):
        assert outcome(found) == "RETURN_FOR_CURE" and code in own_codes(found)


def test_r17_the_statute_is_one_of_a_register() -> None:
    listed = LAW.registers["statutes"].values()
    kinds = [e["class"] for e in listed]
    assert kinds.count("criminal") >= 40 and kinds.count("civil") >= 15 and set(kinds) == CLASSES.keys()
    for kind, wanted in (*CLASSES.items(), ("unlisted", "HOLD")):
        facts = {"case.statute": "some cite", "case.statute_class": kind}
        element = next(e for e in I2.elements if e.id == "i2.B.iii.statute")
        failed = [c.not_met for c in element.clauses if evaluate(c.test, facts) is not True]
        assert [str(o) for o in failed] == ([wanted] if wanted else []), kind
    assert all(e["source"] and e["covers"] in ("section", "exact") for e in listed)


CLASSES = {"criminal": "", "civil": "DENY", "tax": "DENY", "mixed": "HOLD"}


def test_r17_no_civil_provision_opens_a_record(played: Play) -> None:
    civil = sorted(c for c, e in LAW.registers["statutes"].items() if e["class"] in ("civil", "tax"))
    cases: list[Table] = [{"case_id": f"case-{n}", "statute_cite": c} for n, c in enumerate(civil)]
    rows = [row(row_id=f"row-{n}", case_id=f"case-{n}") for n in range(len(civil))]
    for cite, found in zip(civil, played(cases=cases, rows=rows), strict=True):
        assert (outcome(found), found.looked) == ("DENY", False), cite
        assert own_codes(found) == ["statute_not_criminal"], cite


@pytest.mark.parametrize("name", ["E14", "E14-90-days", "E14-court-made-final", "E15", "E15-deferred", "E15-relief"])
def test_r18_facts_that_the_statute_presupposes(played: Play, name: str) -> None:
    assert outcome(played(name)[0]) == "HOLD"
    assert outcome(played("E14-91-days")[0]) == "REQUIRE"


def test_r19_one_reason_for_all_is_held(played: Play) -> None:
    given = BY_ID["E17-fifty"].given
    same = [{**r, "reason_text": "The same words for everybody."} for r in given["rows"]]
    boilerplate = {"reasons_repeated", "one_reason_for_most"}
    assert boilerplate <= set(codes(played(**(given | {"rows": same}))[0]))
    assert not boilerplate & set(codes(played("E17-fifty")[0]))
    assert codes(played(row=row(reason_text=""))[0]) == ["reason_missing"]


def test_r20_recipients_are_named_people(played: Play) -> None:
    named = ["", "office.mail", "person.doj.2;office.mail", "everybody"]
    cases: list[Table] = [{"case_id": f"case-{n}", "recipients": text} for n, text in enumerate(named)]
    rows = [row(row_id=f"row-{n}", case_id=f"case-{n}") for n in range(len(named))]
    for found in played(cases=cases, rows=rows):
        assert (outcome(found), own_codes(found)) == ("RETURN_FOR_CURE", ["recipients_not_named"])


def test_r21_a_load_nobody_can_carry_is_held() -> None:
    assert load(1_280_000, 2080) == Fraction(117, 20)
    most = LAW.parameters["people_of_one_official"]
    assert isinstance(most, int)
    for sheet in SHEETS:
        assert settled(sheet, batch__people_of_official=most).outcome.grants
        assert settled(sheet, batch__people_of_official=most + 1).outcome is Outcome.HOLD


@pytest.mark.parametrize("name", ["E7", "E7-both-named", "E7-same-person"])
def test_r24_rows_that_repeat_or_contradict_wait(played: Play, name: str) -> None:
    assert not any(found.decision.outcome.grants for found in played(name))
    assert codes(played("E6-birth-date")[0]) == ["no_such_person"]


def test_r25_what_the_records_caused_looks_the_same_outside(played: Play) -> None:
    names = ("E3", "E5", "E6", "E9-no-own-return", "E10", "E10-informant", "E10-marked", "E11", "E8-dependant", "E48")
    told = {name: outside(I2, played(name)[0].decision) for name in names}
    assert set(told.values()) == {("not released",)}, told


def test_r27_a_number_alone_means_nobody(played: Play) -> None:
    other = {"first": "Maria", "last": "Quell", "addr_line1": "31 Birch Avenue", "addr_line2": "", "dob": ""}
    (found,) = played(row=row(**other))
    assert (str(found.decision.verdict), found.record) == ("none", 0)
    assert str(played("E5")[0].decision.verdict) == "ambiguous"


def test_r28_what_is_nearly_right_is_never_released(played: Play) -> None:
    nearly = [
        {"last": "Marim"},
        {"first": "Rossa"},
        {"addr_line1": "12 Elm Streat"},
        {"zip": "45420"},
        {"addr_line2": ""},
        {"dob": "1984-05-20"},
    ]
    rows = [row(row_id=f"row-{n}", **changed) for n, changed in enumerate(nearly)]
    for changed, found in zip(nearly, played(rows=rows), strict=True):
        assert not found.decision.row_outcome.grants, changed


def test_r29_a_decision_says_how_somebody_was_found(played: Play) -> None:
    for name, verdict in (("E48", "unique"), ("E5", "ambiguous"), ("E6", "none"), ("E1", "not_sought")):
        (found,) = played(name)
        assert f'"match":"{verdict}"'.encode() in decision_bytes(found.decision)
        assert (found.record > 0) == found.decision.row_outcome.grants


def test_r30_the_address_is_held_against_the_file(played: Play) -> None:
    assert codes(played("E3")[0]) == codes(played("E4")[0]) == ["address_not_confirmed"]
    assert outcome(played("E3-former")[0]) == "REQUIRE"
    assert {p.matching_standard for p in LAW.practices} == {"matches_on_file"}


def test_r31_accuracy_on_made_data_is_published() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "accuracy.md").read_text("utf-8")
    assert "95" in page and re.search(r"\b0 wrong|wrong[^\n]*\b0\b", page, re.IGNORECASE)


@pytest.mark.parametrize(
    ("name", "wanted"), [("E10", "HOLD"), ("E10-marked", "HOLD"), ("E8-dependant", "RETURN_FOR_CURE")]
)
def test_r32_the_dead_the_young_and_the_protected(played: Play, name: str, wanted: str) -> None:
    assert outcome(played(name)[0]) == wanted


def test_r33_others_at_the_address_are_counted(played: Play) -> None:
    (found,) = played("E8")
    assert (found.others, found.minors) == (2, 1)
    assert (played("E48")[0].others, played("E48")[0].minors) == (0, 0)


REACHED = {
    "i2": {"identity", "other"},
    "i1": {"identity", "other", "furnished", "return"},
    "i5": {"identity", "other", "furnished", "return"},
}


def test_r35_each_field_is_of_a_class_and_each_provision_reaches_some() -> None:
    assert {p.id: set(p.reaches) for p in LAW.provisions.values()} == REACHED
    fields = LAW.registers["fields"]
    assert {e["class"] for e in fields.values()} == {"identity", "other", "furnished", "return", "mixed"}
    for provision, reached in REACHED.items():
        for name, entry in fields.items():
            assert fields_in_class(LAW, provision, (name,)) is (entry["class"] in reached), (provision, name)
        assert fields_in_class(LAW, provision, ("mailing_address", "unheard_of")) is None
        assert fields_in_class(LAW, provision, ()) is False
    assert all(fields[f]["class"] in p.reaches for p in LAW.provisions.values() for f in p.fields)


def test_r35_the_return_is_never_given_under_a_request(played: Play) -> None:
    for field in ("deductions_claimed", "account_transcript"):
        (found,) = played(cover={"fields": ["mailing_address", field]}, row=row())
        assert outcome(found) == "DENY" and not found.looked
        assert found.decision.other_routes == ("26 U.S.C. 6103(i)(1)(B)",)


def test_r36_no_year_that_was_not_listed(played: Play) -> None:
    assert (outcome(played("E11")[0]), played("E11")[0].values) == ("DENY", {})
    (partly,) = played("E11-partly")
    assert [g.year for g in partly.decision.grants] == list(partly.values) == [2019]


def test_r37_nothing_of_anybody_else(played: Play) -> None:
    (joint,) = played("E8")
    assert joint.record == 2 and set(joint.values.values()) == {"77 Orchard Lane, Akron, OH, 44308"}
    (moved,) = played("E9")
    assert set(moved.values.values()) == {"9 Mill Road, Canton, OH, 44702"}
    assert fields_in_class(LAW, "i2", ("spouse_identity",)) is False


@pytest.mark.parametrize("sheet", SHEETS, ids=[s.provision for s in SHEETS])
@pytest.mark.parametrize("flag", ["withheld", "informant", "impairs"])
def test_r38_a_determination_refuses_under_every_provision(sheet: Sheet, flag: str) -> None:
    assert settled(sheet).outcome is Outcome.REQUIRE
    assert settled(sheet, **{f"match__{flag}": True}).outcome is Outcome.DENY
    assert settled(sheet, **{f"match__{flag}": None}).outcome is Outcome.HOLD


def numbers(names: list[str]) -> set[str]:
    """R-numbers in the names of tests."""
    return {f"R{m[1]}" for name in names if (m := re.match(r"test_r(\d+)_", name))}


def test_every_requirement_has_its_test_or_waits_by_name() -> None:
    shown = numbers(list(globals()))
    assert shown | LATER.keys() == {f"R{n}" for n in range(1, 39)}
    assert not shown & LATER.keys(), "what has its test does not wait"
    assert len(LATER) == 4 and all(len(subject.split()) > 1 for subject in LATER.values())
    waiting = {e.later for e in BOOK.edges}
    assert {"requests sent again", "counters over time"} <= waiting, "the same subjects as the hard cases wait for"


def test_a_refusal_names_the_route_and_the_letter_says_it_grants_nothing(played: Play) -> None:
    (found,) = played("E1")
    made = letter(I2, found.decision)
    assert [r.split(":")[0] for r in made.routes] == list(found.decision.other_routes)
    assert len(made.routes) == 2 and all("nothing is granted here" in r for r in made.routes)
    assert letter(I2, played("E48")[0].decision).routes == ()


def provisions_named() -> Iterator[tuple[Provision, str]]:
    for law in LAW.provisions.values():
        for element in law.elements:
            for route in element.routes:
                yield law, route.id


def test_a_route_leads_to_a_provision_that_rests_on_an_order() -> None:
    named = list(provisions_named())
    assert {law.id for law, _ in named} == {"i2"} and {to for _, to in named} == {"i1", "i5"}
    for to in ("i1", "i5"):
        sheet = next(s for s in SHEETS if s.provision == to)
        orders = {k.replace(".", "__"): None for k in sheet.complete if k.startswith("order.")}
        assert settled(sheet, **orders).outcome is Outcome.HOLD, "without the paper nothing can be told"
