# SPDX-License-Identifier: Apache-2.0
"""What the system must do, R1 to R12: how it decides and who may ask. What waits for another subject is named here.

Each test shows the requirement at its smallest. Corpora, whole batches and the log have families of their own. R13 to
R26 are in `test_requirements_rows`, R27 to R38 in `test_requirements_match`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from lawgate.decide.canonical import pattern_record
from lawgate.decide.decide import decide
from lawgate.decide.explain import letter
from lawgate.decide.find import request_letters
from lawgate.decide.request import facts_of_request
from lawgate.drivers.duckdb.records import ParquetRecords
from lawgate.drivers.duckdb.work import DuckWork
from lawgate.law.evaluate import evaluate
from lawgate.law.read import read_rulebook
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Rulebook
from lawgate.model.decision import Pattern, Verdict
from lawgate.model.fault import Faulty, LawgateError
from lawgate.model.outcome import Outcome, Status
from lawgate.office.bench import request_facts
from scenarios import asked, test_requirements_match, test_requirements_rows
from scenarios.asked import (
    ALL_CASES,
    BOOK,
    BY_ID,
    DAY,
    I2,
    LAW,
    PINS,
    SHEETS,
    YEARS,
    Play,
    clauses_of,
    codes,
    decision_bytes,
    facts_in,
    law_of,
    outcome,
    pattern_of,
    row,
    settled,
)
from scenarios.bench import FILES, play, play_once, registers, stated_cover
from scenarios.book import Table

LATER = {
    "R22": "requests sent again",
    "R23": "counters over time",
    "R34": "answers that only confirm",
}
"""Nothing of these is built; each says the subject it waits for."""

PARTLY = {
    "R12": "requests about terrorism",
    "R26": "counters over time",
}
"""These have a test of what is built, and a rest that waits for a subject."""


def test_r1_nothing_is_granted_when_no_rule_grants(played: Play, size: str) -> None:
    # Readings, practices and gaps speak of elements; without any element there is nothing for them to speak of.
    about_rules = ("provisions/", "readings/", "practices/", "untranslatable.toml")
    bare = {n: raw for n, raw in FILES.items() if not n.startswith(about_rules)}
    empty, rng = read_rulebook(bare, DAY), Random(1)
    assert empty.provisions == {}
    for _ in range(500 if size == "ci" else 10_000):
        found = "".join(rng.choice("mmmnu") for _ in I2.clauses)
        decision = decide(empty.provision("i2"), Pattern(found, rng.choice(list(Verdict)), YEARS), I2.fields)
        assert (decision.row_outcome, decision.grants) == (Outcome.DENY, ())
    for asks in ("E48", "E8"):
        (came,) = played(asks, law=empty)
        assert (outcome(came), came.looked, came.values) == ("DENY", False, {})


def test_r2_only_the_statute_gives_access() -> None:
    text, head = FILES["provisions/i2.toml"].decode(), FILES["rulebook.toml"].decode()
    for cited in ('authority = "26 U.S.C. 6103(i)(2)"', 'citation = "26 U.S.C. 6103(i)(2)(B)(iv)"'):
        paper = text.replace(cited, f'{cited.split(" = ")[0]} = "the agreement of April 2025"', 1)
        assert paper != text
        with pytest.raises(Faulty, match="may give access"):
            read_rulebook(FILES | {"provisions/i2.toml": paper.encode()}, DAY)
    undated = re.sub(r"(?m)^snapshot = .*$", "", head)
    assert undated != head
    with pytest.raises(Faulty, match="snapshot"):
        read_rulebook(FILES | {"rulebook.toml": undated.encode()}, DAY)


def test_r2_an_agreement_never_enlarges_a_decision() -> None:
    without = read_rulebook({n: raw for n, raw in FILES.items() if not n.startswith("agreements/")}, DAY)
    assert LAW.agreements and not without.agreements
    for law in (LAW, without):
        told = {name: within_agreement(law, name) for name in ("", "agr-2025-04", "agr-2031-01")}
        assert told == {"": True, "agr-2025-04": True if law is LAW else None, "agr-2031-01": None}
    for sheet, case in ALL_CASES:
        named = [facts_in(sheet, case) | {"request.within_agreement": told} for told in (True, False, None)]
        grants = [set(decide(law_of(sheet), pattern_of(sheet, facts), law_of(sheet).fields).grants) for facts in named]
        assert grants[1] == grants[2] == set() and grants[0] >= grants[1], case


def within_agreement(law: Rulebook, name: str) -> object:
    """Whether a request of the agency that made the agreement keeps inside the one it names."""
    given: Table = {"cover": {"agency": "us.dhs", "office": "us.dhs.head", "agreement": name}}
    cover = stated_cover(BOOK.cover(given), 1)
    return facts_of_request(cover, registers(BOOK, given, law), law, True)["request.within_agreement"]


def test_r3_another_row_changes_nothing(played: Play) -> None:
    people = [{"who": "rosa"}, {"who": "peter"}]
    second = {"about": "peter", "row_id": "row-2"}
    base = played(people=people, rows=[row(), second])
    worse = {**second, "addr_line1": "UNKNOWN", "role": "witness"}
    other = played(people=people, rows=[worse, row(), {**second, "row_id": "row-3", "taxable_periods": "2016"}])
    own = [[f for f in found.decision.findings if f.level != "batch"] for found in (base[0], other[1])]
    assert own[0] == own[1]
    assert [(f.decision.grants, f.record, f.values, outcome(f)) for f in (base[0], other[1])] == [
        (base[0].decision.grants, 1, base[0].values, "REQUIRE")
    ] * 2
    assert [outcome(r) for r in base] == ["REQUIRE"] * 2
    assert [outcome(r) for r in other] == ["DENY", "REQUIRE", "DENY"]


def test_r4_every_element_has_status_source_and_version(played: Play) -> None:
    made = [(I2, played(name)[0].decision) for name in ("E1", "E3", "E5", "E12", "E18", "E48")]
    made += [(law_of(s), decide(law_of(s), pattern_of(s, facts_in(s, c)), law_of(s).fields)) for s, c in ALL_CASES]
    for law, decision in made:
        elements = {e.id: e for e in law.elements}
        assert {f.element for f in decision.findings} == set(elements)
        for found in decision.findings:
            element = elements[found.element]
            known = {c.code for c in element.clauses if c.level == found.level} | {"shown", "not_looked_at"}
            assert found.status in Status and found.because in known and set(found.codes) <= known
            assert found.citation == element.citation and found.citation.startswith("26 U.S.C. ")
    pinned = json.loads(pattern_record(Pattern("m" * len(I2.clauses), Verdict.UNIQUE, YEARS), made[0][1], PINS))
    assert {"rulebook", "registers", "docket", "records", "plan", "program"} <= set(pinned["pins"])
    assert len(pinned["findings"]) == len(made[0][1].findings) and all(len(f) >= 5 for f in pinned["findings"])
    assert re.fullmatch("[0-9a-f]{64}", LAW.digest) and LAW.version


def test_r5_a_refusal_names_every_failing_element_with_its_citation() -> None:
    for sheet, case in ALL_CASES:
        found = decide(law_of(sheet), pattern_of(sheet, facts_in(sheet, case)), law_of(sheet).fields)
        failed = {clauses_of(sheet)[code].element for code in (case.clause, *case.along)}
        against = [f for f in found.findings if f.leads_to is not None]
        assert {f.element for f in against} == failed and all(f.citation for f in found.findings)
        told = letter(law_of(sheet), found)
        # First is first in the rulebook, and what only the batch shows stands apart.
        order = [e.id for e in law_of(sheet).elements if e.id in {f.element for f in against if f.level != "batch"}]
        assert list(dict.fromkeys(p.element for p in told.against)) == order
        assert {p.element for p in (*told.against, *told.batch)} == failed
        assert all(p.citation and p.why and p.cure for p in (*told.against, *told.batch))


def test_r6_where_the_statute_says_shall_a_refusal_has_a_cause(played: Play, size: str) -> None:
    assert all(p.modal == "shall" and p.grants_as is Outcome.REQUIRE for p in LAW.provisions.values())
    assert (outcome(played("E48")[0]), codes(played("E48")[0])) == ("REQUIRE", [])
    rng = Random(6)
    for _ in range(2_000 if size == "ci" else 100_000):
        law = rng.choice(list(LAW.provisions.values()))
        letters = "".join(rng.choice("m" * 40 + "nu-") for _ in law.clauses)
        years = rng.choice(((), YEARS))
        decision = decide(law, Pattern(letters, rng.choice(list(Verdict)), years), rng.choice(((), law.fields)))
        causes = [f for f in decision.findings if f.leads_to is not None]
        assert decision.outcome.grants or causes, letters
        assert decision.row_outcome.grants or any(f.level != "batch" for f in causes), letters


def test_r7_the_same_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    made = [run(BOOK, BY_ID["E8"], tmp_path / run.__name__).rows[0] for run in (play_once, play)]
    assert decision_bytes(made[0].decision) == decision_bytes(made[1].decision)
    assert made[0] == made[1]


ANOTHER = "import hashlib, scenarios.asked as a; print(hashlib.sha256(b''.join(a.records())).hexdigest())"


def test_r7_the_same_in_another_process() -> None:
    """The order in which a process walks through its sets must not show."""
    here = hashlib.sha256(b"".join(asked.records())).hexdigest()
    env = os.environ | {"PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    said = subprocess.run([sys.executable, "-c", ANOTHER], env=env, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == here


def test_r8_a_stored_record_gives_its_decision_again_and_a_later_law_does_not_change_it() -> None:
    text = FILES["provisions/i2.toml"].decode()
    later = text.replace('not_met = "RETURN_FOR_CURE"', 'not_met = "DENY"')
    assert later != text
    moved = read_rulebook(FILES | {"provisions/i2.toml": later.encode()}, DAY)
    differs = 0
    for sheet, case in ALL_CASES:
        pattern, law = pattern_of(sheet, facts_in(sheet, case)), law_of(sheet)
        stored = pattern_record(pattern, decide(law, pattern, law.fields), PINS)
        said = json.loads(stored)
        again = Pattern(said["clauses"], Verdict(said["match"]), tuple(said["years"]))
        pinned = read_rulebook(FILES, DAY) if case is ALL_CASES[0][1] else LAW
        for rulebook, wanted in ((pinned, True), (moved, None)):
            under = rulebook.provisions[sheet.provision]
            made = pattern_record(again, decide(under, again, law.fields, said["orders"]), PINS)
            assert wanted is None or made == stored
            differs += made != stored
    assert differs > 10, "the later law would have decided otherwise"


STEPS: list[tuple[type, str]] = [
    *((DuckWork, name) for name in ("find_request", "measure", "survivors", "find_record", "patterns", "settle")),
    (ParquetRecords, "candidates"),
]


@pytest.mark.parametrize(("where", "step"), STEPS, ids=[step for _, step in STEPS])
def test_r9_a_step_that_breaks_releases_nothing(
    where: type, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise LawgateError("broken on purpose")

    monkeypatch.setattr(where, step, breaks)
    with pytest.raises(LawgateError, match="on purpose"):
        play(BOOK, BY_ID["E48"], tmp_path / "played")
    assert (tmp_path / "played" / "room" / "rows.parquet").exists()
    assert not (tmp_path / "played" / "room" / "decisions.parquet").exists()


def test_r9_whatever_is_missing_refuses() -> None:
    for law in LAW.provisions.values():
        assert set(request_letters(law, {}).values()) == {"u"}
        unknown = Pattern("u" * len(law.clauses), Verdict.UNIQUE, YEARS)
        assert not decide(law, unknown, law.fields).row_outcome.grants
    for name in ("provisions/i2.toml", "facts.toml", "registers/statutes.toml", "match/plan.toml"):
        with pytest.raises(Faulty):
            read_rulebook(FILES | {name: b"\xff"}, DAY)
    with pytest.raises(Faulty):
        read_registers({"people.toml": b"", "recipients.toml": b""})


@pytest.mark.parametrize(
    ("holds", "ahead", "written"),
    [(True, timedelta(), True), (False, timedelta(), False), (True, timedelta(hours=1), False)],
    ids=["a signature that holds", "one that does not", "one from the future"],
)
def test_r9_a_signature_in_doubt_refuses(holds: bool, ahead: timedelta, written: bool) -> None:
    cover, known = stated_cover(BOOK.cover({}), 1), registers(BOOK, {}, LAW)
    facts = request_facts(lambda *_: holds, b"", b"", cover, known, LAW, cover.signed_at - ahead)
    assert facts["request.written"] is written
    for sheet in SHEETS:
        assert settled(sheet, request__written=written).outcome.grants is written
        assert settled(sheet, request__written=None).outcome is Outcome.HOLD


def test_r10_no_more_than_statute_agreement_request_orders_and_records_allow() -> None:
    pattern = Pattern("m" * len(I2.clauses), Verdict.UNIQUE, YEARS)
    for wanted in ((), ("mailing_address",), ("mailing_address", "return_as_filed"), ("return_as_filed",)):
        for years in ((), (2022,), YEARS):
            found = decide(I2, Pattern(pattern.clauses, Verdict.UNIQUE, years), wanted)
            assert {g.field for g in found.grants} == (set(wanted) & set(I2.fields) if years else set())
            assert {g.year for g in found.grants} <= set(years)
            assert found.outcome.grants == bool(found.grants)
            held = decide(I2, Pattern(pattern.clauses, Verdict.UNIQUE, years), wanted, ["order-1"])
            assert not held.outcome.grants and set(held.grants) == set(found.grants)
    agreed = LAW.agreements["agr-2025-04"]
    assert agreed.covers("us.dhs", "us.dhs.head", "i2", frozenset({"mailing_address"}), 1)
    assert not agreed.covers("us.dhs", "us.dhs.head", "i2", frozenset({"mailing_address", "wages_reported"}), 1)
    assert not agreed.covers("us.dhs", "us.dhs.head", "i2", frozenset(), 1)


PEOPLE = """[[person]]
id = "person.signer.1"
name = "Somebody Invented"
key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
holds = [{{ office = "{office}", agency = "us.doj", from = {since}, to = {to} }}]
"""
HELD: list[tuple[str, str, str, bool]] = [
    ("us.doj.attorney", "2024-01-01", "2025-06-28", True),
    ("us.doj.attorney", "2025-06-27", '"until further notice"', True),
    ("us.doj.attorney", "2024-01-01", "2025-06-27", False),
    ("us.doj.attorney", "2024-01-01", "2025-06-26", False),
    ("us.doj.attorney", "2025-06-28", '"until further notice"', False),
    ("us.doj.fbi", "2024-01-01", '"until further notice"', False),
]


@pytest.mark.parametrize(("office", "since", "to", "held"), HELD)
def test_r11_the_signer_held_the_office_on_the_day_of_signing(office: str, since: str, to: str, held: bool) -> None:
    people = PEOPLE.format(office=office, since=since, to=to).encode()
    files = {"people.toml": people, "recipients.toml": b"", "safeguards.toml": b""}
    facts = facts_of_request(stated_cover(BOOK.cover({}), 1), read_registers(files), LAW, True)
    assert facts["request.signer_in_office"] is facts["request.office_of_agency"] is held
    for sheet in SHEETS:
        told = settled(sheet, request__signer_in_office=held, request__office_of_agency=held)
        assert (told.outcome.grants, told.outcome) == (held, Outcome.REQUIRE if held else Outcome.DENY)


def test_r12_a_delegate_cannot_sign(played: Play) -> None:
    (found,) = played("E18")
    assert (outcome(found), codes(found)) == ("DENY", ["office_may_not_sign"])
    assert codes(played("E18-component")[0]) == ["office_may_not_sign"]
    assert "signer_not_in_office" in codes(played("E18-for-the-head")[0])
    kinds = {e["kind"] for e in LAW.registers["offices"].values()}
    listed = {e["kind"] for e in LAW.registers["offices"].values() if may_sign(LAW, e["kind"])}
    assert kinds - listed == {"deputy", "component_head"}


def test_r12_a_delegation_that_counsel_registered_is_accepted() -> None:
    text = FILES["parameters/i2.toml"].decode()
    wider = text.replace('value = ["agency_head", ', 'value = ["agency_head", "deputy", ')
    assert wider != text and not may_sign(LAW, "deputy")
    accepted = read_rulebook(FILES | {"parameters/i2.toml": wider.encode()}, DAY)
    assert may_sign(accepted, "deputy") and not may_sign(accepted, "component_head")


def may_sign(law: Rulebook, kind: str) -> bool:
    """Whether an office of a kind may sign under the first provision."""
    clause = next(c for c in law.provisions["i2"].clauses if c.code == "office_may_not_sign")
    return evaluate(clause.test, {"request.office_kind": kind}) is True


def numbers(names: list[str]) -> set[str]:
    """R-numbers in the names of tests."""
    return {f"R{m[1]}" for name in names if (m := re.match(r"test_r(\d+)_", name))}


def test_every_requirement_has_its_test_or_waits_by_name() -> None:
    modules: list[dict[str, object]] = [globals(), vars(test_requirements_rows), vars(test_requirements_match)]
    shown = [numbers([n for n, made in module.items() if isinstance(made, Callable)]) for module in modules]
    assert sum(map(len, shown)) == len(set().union(*shown)), "each requirement is shown in one file"
    assert set().union(*shown) | LATER.keys() == {f"R{n}" for n in range(1, 39)}
    assert not set().union(*shown) & LATER.keys(), "what has its test does not wait"
    assert PARTLY.keys() <= set().union(*shown), "what is shown in part has its test"
    subjects = {*LATER.values(), *PARTLY.values()}
    assert all(len(subject.split()) > 1 for subject in subjects) and len(LATER) <= 3
    waiting = {e.later for e in (*BOOK.edges, *BOOK.beside)}
    assert subjects - {"answers that only confirm"} <= waiting, "the same subjects as the hard cases wait for"
