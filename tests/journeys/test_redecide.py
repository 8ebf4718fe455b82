# SPDX-License-Identifier: Apache-2.0
"""An order decides stored patterns again; no row of the batch is opened for it."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, REVIEWER, Office, Still, ahead, an_order, seen
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.fault import Faulty, Refused
from lawgate.model.order import PROVISIONAL, WITHOUT_PAPER
from lawgate.office.orders import enter_order, enter_text
from lawgate.office.redecide import named, redecide
from lawgate.office.release import hand_in_review, prepare_package, review_paper
from lawgate.office.replay import replay
from lawgate.protocol.statement import Looked
from lawgate_lab.played import signing_key

ROWS = ("rows.parquet", "cases.parquet", "decisions.parquet", "faults.parquet")


class Untouchable:
    """An engine, or a store of records, that nobody may use."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"a re-decision used {name}")


def outcomes(office: Office, batch: str) -> Counter[str]:
    """Rows by outcome, counted from the rows themselves."""
    return Counter(str(row["outcome"]) for row in office.rows(batch))


def without_rows(office: Office, batch: str) -> Path:
    """The batch's room without any file that has rows in it."""
    room = office.room(batch)
    for name in ROWS:
        (room / name).unlink()
    return room


def test_an_order_decides_the_patterns_again_and_opens_no_row(decided: tuple[Office, str]) -> None:
    office, batch = decided
    before = outcomes(office, batch)
    assert before["REQUIRE"] > 0
    enter_order(office.house.orders, an_order("order-stay", AGENCY), CLERK)
    room = without_rows(office, batch)
    desk = dataclasses.replace(office.house.decide, engine=Untouchable())
    found = redecide(desk, batch)
    assert found.before == dict(before)
    assert found.after.get("REQUIRE", 0) == 0
    assert found.after["HOLD"] == before["REQUIRE"] + before["HOLD"]
    assert sum(found.after.values()) == sum(before.values())
    leaf = dict(office.house.decide.log.leaves())[found.leaf]
    assert leaf.number("rows") == sum(before.values())
    assert (room / named(leaf.text("patterns"))).is_file()
    # The same again is nothing new.
    assert redecide(desk, batch) == dataclasses.replace(found, leaf=None, before=found.after)


def test_what_is_shown_of_a_row_stays_as_it_was(decided: tuple[Office, str]) -> None:
    office, batch = decided
    first = office.patterns(batch)
    enter_order(office.house.orders, an_order("order-stay", AGENCY), CLERK)
    found = redecide(office.house.decide, batch)
    leaf = dict(office.house.decide.log.leaves())[found.leaf]
    again = [json.loads(x) for x in (office.room(batch) / named(leaf.text("patterns"))).open()]
    own = ("clauses", "match", "row_outcome", "findings", "grants", "years")
    assert [[p[k] for k in own] for p in again] == [[p[k] for k in own] for p in first]
    assert all(p["orders"] == ["order-stay"] for p in again)
    assert office.patterns(batch) == first


def test_a_review_accepts_no_row_that_an_order_holds_since(decided: tuple[Office, str]) -> None:
    office, batch = decided
    row = next(r["n"] for r in office.rows(batch) if r["outcome"] == "REQUIRE")
    enter_order(office.house.orders, an_order("order-stay", AGENCY), CLERK)
    redecide(office.house.decide, batch)
    desk = office.house.release
    paper = review_paper(desk, batch, REVIEWER, [Looked(n, True, at) for n, at in seen([row])])
    with pytest.raises(Faulty) as faulty:
        hand_in_review(ahead(desk, 1), batch, paper, signing_key(office.seed, REVIEWER).sign(paper))
    assert [fault.code for fault in faulty.value.faults] == ["review_grants"]


def test_a_reviewed_row_that_an_order_holds_since_is_not_prepared(decided: tuple[Office, str]) -> None:
    office, batch = decided
    row = next(r["n"] for r in office.rows(batch) if r["outcome"] == "REQUIRE")
    desk = office.house.release
    paper = review_paper(desk, batch, REVIEWER, [Looked(n, True, at) for n, at in seen([row])])
    hand_in_review(ahead(desk, 1), batch, paper, signing_key(office.seed, REVIEWER).sign(paper))
    enter_order(office.house.orders, an_order("order-stay", AGENCY), CLERK)
    redecide(office.house.decide, batch)
    with pytest.raises(Refused) as refused:
        prepare_package(office.house.release, batch)
    assert refused.value.code == "E_HELD"


def ending(name: str, at: datetime, ends: datetime) -> bytes:
    """The one kind of order that ends by itself: a stop without a paper."""
    order = read_order(an_order(name, AGENCY, at), name)
    return print_order(dataclasses.replace(order, kind=PROVISIONAL, court=WITHOUT_PAPER, ends=ends))


def test_an_order_that_ended_is_written_down_and_opens_nothing(office: Office) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    short = ending("order-short", now, now + timedelta(seconds=4))
    enter_text(office.house.orders, read_order(short, "order"), short, CLERK)
    batch = office.decided(office.lab / "proper")
    assert outcomes(office, batch).keys() == {"HOLD"}
    later = _later(office, now + timedelta(seconds=60))
    found = redecide(later, batch)
    assert found.after == {"REQUIRE": 3}
    assert found.leaf is not None
    desk = office.house.release
    paper = review_paper(desk, batch, REVIEWER, [Looked(n, True, at) for n, at in seen([0])])
    with pytest.raises(Faulty) as faulty:
        hand_in_review(ahead(desk, 1), batch, paper, signing_key(office.seed, REVIEWER).sign(paper))
    assert [fault.code for fault in faulty.value.faults] == ["review_grants"]


def _later(office: Office, at: datetime) -> object:
    return dataclasses.replace(office.house.decide, clock=Still(at))


def test_a_replay_makes_every_re_decision_again(decided: tuple[Office, str]) -> None:
    office, batch = decided
    enter_order(office.house.orders, an_order("order-stay", AGENCY), CLERK)
    found = redecide(office.house.decide, batch)
    enter_order(office.house.orders, an_order("order-other", "us.dhs"), CLERK)
    again = replay(office.house.decide, batch)
    assert again.same
    assert f"re-decision in leaf {found.leaf}" in [each.what for each in again.compared]
    assert office.broken() == []


def test_a_re_decision_that_changed_is_found(decided: tuple[Office, str]) -> None:
    office, batch = decided
    enter_order(office.house.orders, an_order("order-stay", AGENCY), CLERK)
    found = redecide(office.house.decide, batch)
    leaf = dict(office.house.decide.log.leaves())[found.leaf]
    place = office.room(batch) / named(leaf.text("patterns"))
    place.write_bytes(place.read_bytes().replace(b'"HOLD"', b'"REQUIRE"'))
    assert office.broken() == [f"batch {batch}: {place.name} is not the file the log names"]
    with pytest.raises(Refused):
        review_paper(office.house.release, batch, REVIEWER, [Looked(n, True, at) for n, at in seen([0])])


def test_stored_patterns_that_changed_are_not_decided_again(decided: tuple[Office, str]) -> None:
    office, batch = decided
    place = office.room(batch) / "patterns.jsonl"
    place.write_bytes(place.read_bytes().replace(b'"REQUIRE"', b'"PERMIT"', 1))
    with pytest.raises(Refused) as refused:
        redecide(office.house.decide, batch)
    assert refused.value.code == "E_MOVED"


def test_entering_an_order_decides_every_batch_again(decided: tuple[Office, str], tmp_path: Path) -> None:
    office, batch = decided
    text = tmp_path / "order.toml"
    text.write_bytes(an_order("order-stay", AGENCY))
    done = office.call("order", "enter", text, "--by", CLERK)
    assert done.exit_code == 0
    assert "is in force" in done.output
    assert f"{batch}: decided again in leaf" in done.output
    assert "nothing changes" in office.call("redecide").output


def test_an_order_binds_although_a_batch_cannot_be_decided_again(decided: tuple[Office, str], tmp_path: Path) -> None:
    office, batch = decided
    (office.room(batch) / "figures.json").unlink()
    text = tmp_path / "order.toml"
    text.write_bytes(an_order("order-stay", AGENCY))
    done = office.call("order", "enter", text, "--by", CLERK)
    assert done.exit_code == 0
    assert "the order binds, but stored decisions were not decided again" in done.output
