# SPDX-License-Identifier: Apache-2.0
"""A decided batch comes out again, byte for byte, after everything the office has moved on."""

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.office import AGENCY, BOOK, CLERK, Office, Still, an_order, open_office
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.docket.standing import standing
from lawgate.model.order import PROVISIONAL, WITHOUT_PAPER
from lawgate.office.adjudicate import Judged, find, judge
from lawgate.office.bench import Bench, read_bench
from lawgate.office.orders import enter_order, enter_text
from lawgate.office.pinned import decision_of, pinned_bench, unlike
from lawgate.office.replay import CLAIMS, replay
from lawgate.ports.engine import Work
from lawgate_lab.make import make


def changed(file: Path, old: str, new: str) -> None:
    """One text of the office edited; the test fails when there is nothing to edit."""
    text = file.read_text()
    assert re.search(old, text), file.name
    file.write_text(re.sub(old, new, text, count=1))


def later_rulebook(office: Office, version: int) -> None:
    """Another version of the law in the office: each one refuses what the one before let through."""
    book = office.folder / "rulebooks" / BOOK
    changed(book / "rulebook.toml", r'version = "[^"]+"', f'version = "9.{version}.0"')
    parameters = book / "parameters" / "i2.toml"
    if version == 1:
        changed(parameters, r"value = 600\b", "value = 1")
    elif version == 2:
        changed(parameters, r'value = \["agency_head"', 'value = ["nobody_any_more"')
    else:
        changed(book / "match" / "address.toml", r"(?s).*", lambda whole: whole[0] + "\n# another grammar\n")
        for provision in (book / "provisions").glob("*.toml"):
            changed(provision, r'code = "[a-z_]+"', 'code = "called_otherwise"')


def moved_on(office: Office, other: Path) -> None:
    """Registers, docket and records are no longer those of the decision."""
    people = office.folder / "registers" / "people.toml"
    people.write_text(people.read_text().replace('office = "us.doj.attorney"', 'office = "us.doj.gone"'))
    enter_order(office.house.orders, an_order("order-later", AGENCY), CLERK)
    office.house.import_records(other / "records")


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, size: str) -> tuple[Office, str]:
    """A batch of many kinds of rows, decided, and three rulebooks, an order and an import later."""
    top = tmp_path_factory.mktemp("replay")
    # A few more than are promised: intake rejects a row here and there.
    rows, people = (1_020, 3_000) if size == "ci" else (10_200, 100_000)
    make(top / "lab", rows, people, "honest", 7)
    make(top / "other", 10, 3_000, "proper", 8)
    office = open_office(top / "office", top / "lab")
    batch = office.decided(top / "lab" / "honest")
    for version in (1, 2, 3):
        later_rulebook(office, version)
    moved_on(office, top / "other")
    return office, batch


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a room."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_every_byte_of_many_decisions_comes_out_again(moved: tuple[Office, str], size: str) -> None:
    office, batch = moved
    room = office.room(batch)
    before = digests(room)
    found = replay(office.house.decide, batch)
    assert found.missing == ()
    assert [(each.what, each.how) for each in found.compared if not each.same] == []
    assert found.same
    assert (len(found.compared), found.notes) == (5, ())
    assert found.rows >= {"ci": 1_000, "full": 10_000}[size]
    assert found.patterns > 20
    # Nothing was written where the decision is kept, and no room stays behind.
    assert digests(room) == before
    assert [place.name for place in room.parent.iterdir()] == [batch]


def test_the_office_of_today_would_decide_otherwise(moved: tuple[Office, str]) -> None:
    """Else the replay above would show nothing: the same rows, decided on what the office has now, differ."""
    office, batch = moved
    desk = office.house.decide
    known = desk.cases.batch(batch)
    assert known is not None
    bench = read_bench(desk, known)
    index, decision = decision_of(desk, batch)
    then = pinned_bench(desk, index)
    assert {"rulebook", "registers", "docket", "records", "match_plan"} == set(unlike(bench, decision))
    assert set(unlike(then, decision)) == set()
    room = desk.rooms.again(batch, CLAIMS)
    work = desk.engine.open(room, bench.plan)
    try:
        now = judge(bench, work, find(desk, work, bench))
    finally:
        work.close()
        desk.rooms.drop(room)
    outcomes = {settled.decision.row_outcome for settled in now.settled}
    stored = {record["row_outcome"] for record in office.patterns(batch)}
    assert "REQUIRE" in stored
    assert outcomes.isdisjoint({"REQUIRE", "PERMIT"})


def test_the_command_says_what_it_compared(moved: tuple[Office, str]) -> None:
    office, batch = moved
    done = office.call("replay", batch)
    assert done.exit_code == 0
    assert done.output.count("equal    ") == 5
    assert "DIFFERS" not in done.output
    assert "The same bytes came out" in done.output


def flipped(file: Path) -> None:
    """One bit in the middle of a file."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("lost", "says"),
    [
        ("rulebook", "the rulebook with digest"),
        ("registers", "the registers with digest"),
        ("docket", "the docket with digest"),
    ],
)
def test_a_pin_that_cannot_be_resolved_is_named(decided: tuple[Office, str], lost: str, says: str) -> None:
    office, batch = decided
    _, leaf = decision_of(office.house.decide, batch)
    (office.folder / "pins" / "lists" / leaf.text(lost)).unlink()
    found = replay(office.house.decide, batch)
    assert not found.same
    assert found.compared == ()
    assert [says in each and leaf.text(lost) in each for each in found.missing] == [True]
    done = office.call("replay", batch)
    assert done.exit_code == 1
    assert f"MISSING  {says}" in done.output


def test_a_spoilt_copy_of_a_text_is_missing_not_used(decided: tuple[Office, str]) -> None:
    office, batch = decided
    _, leaf = decision_of(office.house.decide, batch)
    law = office.house.decide.pins.files(leaf.text("rulebook"))
    flipped(office.folder / "pins" / "texts" / hashlib.sha256(law["facts.toml"]).hexdigest())
    assert "the rulebook" in replay(office.house.decide, batch).missing[0]


@pytest.mark.parametrize("file", ["history.parquet", "by_home.parquet", "lines.parquet"])
def test_spoilt_records_are_missing(decided: tuple[Office, str], file: str) -> None:
    office, batch = decided
    flipped(next((office.folder / "records").glob(f"*/{file}")))
    (missing,) = replay(office.house.decide, batch).missing
    assert file in missing


@pytest.mark.parametrize("file", ["rows.parquet", "cover.toml", "cover.toml.sig"])
def test_a_request_that_changed_is_missing(decided: tuple[Office, str], file: str) -> None:
    office, batch = decided
    flipped(office.room(batch) / file)
    (missing,) = replay(office.house.decide, batch).missing
    assert file in missing


def test_stored_decisions_that_changed_are_told_and_the_log_is_still_reached(decided: tuple[Office, str]) -> None:
    office, batch = decided
    room = office.room(batch)
    record = room / "patterns.jsonl"
    record.write_bytes(record.read_bytes().replace(b'"REQUIRE"', b'"PERMIT"'))
    (room / "decisions.parquet").unlink()
    found = replay(office.house.decide, batch)
    assert [each.what for each in found.compared if not each.same] == ["row table"]
    assert not found.same
    assert any("patterns.jsonl" in note for note in found.notes)


def test_a_decision_that_does_not_come_out_differs(
    decided: tuple[Office, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log says what was decided; a program that decides otherwise is found out, pattern by pattern."""
    office, batch = decided

    def stricter(bench: Bench, work: Work, measured: Mapping[str, int]) -> Judged:
        nothing = dataclasses.replace(bench, cover=dataclasses.replace(bench.cover, fields=()))
        return judge(nothing, work, measured)

    monkeypatch.setattr("lawgate.office.replay.judge", stricter)
    found = replay(office.house.decide, batch)
    assert {each.what for each in found.compared if not each.same} == {
        "pattern records",
        "figures",
        "row table",
        "root of the decisions under their salts",
    }
    assert "differ, the first of them" in next(e.how for e in found.compared if e.what == "pattern records")
    done = office.call("replay", batch)
    assert done.exit_code == 1
    assert "THE BYTES DIFFER" in done.output


def test_orders_are_those_of_the_moment_of_deciding(office: Office) -> None:
    """An order that bound then and has ended since, without any change of the docket's text."""
    now = datetime.now(UTC).replace(microsecond=0)
    order = read_order(an_order("order-of-an-hour", AGENCY, now), "order")
    text = print_order(dataclasses.replace(order, kind=PROVISIONAL, court=WITHOUT_PAPER, ends=now + timedelta(hours=1)))
    enter_text(office.house.orders, read_order(text, "order"), text, CLERK)
    batch = office.decided(office.lab / "proper")
    assert {row["outcome"] for row in office.rows(batch)} == {"HOLD"}
    desk = dataclasses.replace(office.house.decide, clock=Still(datetime.now(UTC) + timedelta(days=1)))
    assert standing(desk.orders.texts(), desk.clock.now()).in_force == ()
    assert replay(desk, batch).same


def test_another_program_is_said(decided: tuple[Office, str]) -> None:
    office, batch = decided
    desk = dataclasses.replace(office.house.decide, program="0" * 64)
    found = replay(desk, batch)
    assert found.same
    assert any("replayed by program 000" in note for note in found.notes)


def test_a_batch_nobody_decided_cannot_be_replayed(office: Office) -> None:
    done = office.call("replay", "no-such-batch")
    assert done.exit_code == 1
    assert "no decision" in done.output
