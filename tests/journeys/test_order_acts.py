# SPDX-License-Identifier: Apache-2.0
"""Orders and acts from the command line: entered by one, lifted by two after a wait, asked for in both times."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.noticed import A_COURT
from journeys.office import AGENCY, CLERK, KEY, PRACTICE, REVIEWER, Office, an_order
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.order import EffectKind, Order
from lawgate.office.bench import bench_at
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.office.quarantine import SET_APART
from lawgate.office.recall import open_recall
from lawgate.protocol.bars import Barred
from lawgate.protocol.notice import parse_act_notice
from lawgate_lab.played import signing_key

SECOND = "person.custodian.2"
REVIEWING = "custodian.reviewer"
COURT = A_COURT.format(court="court")


def act(office: Office, place: Path, kind: str, name: str, *more: str, people: tuple[str, ...] = (REVIEWER, SECOND)):
    """Write an act on `order-1`, have it signed, enter it; what the command said."""
    (place / "court.pdf").write_bytes(b"the paper of a court")
    text = office.call("order", "paper", kind, "order-1", "--document", place / "court.pdf", "--id", name, *more)
    assert text.exit_code == 0, text.stderr
    paper = place / f"{name}.toml"
    paper.write_bytes(text.stdout_bytes)
    signed = []
    for person in people:
        file = place / f"{name}.{person}.sig"
        file.write_bytes(signing_key(office.seed, person).sign(paper.read_bytes()))
        signed += ["--signed", f"{person},{REVIEWING},{file}"]
    verb = {"verify": "verify", "stay": "stay", "modify": "modify"}.get(kind, "act")
    return office.call("order", verb, paper, "--by", CLERK, *signed)


def filed(office: Office, place: Path, name: str, address: str) -> None:
    """State that the newest notice of an act was filed there, sign it, hand it in with the stamped copy."""
    out, at, copy = place / "said.json", datetime.now(UTC).isoformat(), ("--evidence", place / "stamp")
    said = ("--out", out, "--by", REVIEWER, "--at-address", address, "--how", "filed", "--at", at)
    done = office.call("notice", "statement", name, "--act", *said, *copy)
    assert done.exit_code == 0, done.stderr
    (place / "said.sig").write_bytes(signing_key(office.seed, REVIEWER).sign(out.read_bytes()))
    signed = ("--paper", out, "--signature", place / "said.sig")
    done = office.call("notice", "served", name, "--act", *signed, *copy)
    assert done.exit_code == 0, done.stderr


@pytest.fixture
def ordered(office: Office) -> Office:
    enter_order(office.house.orders, an_order("order-1", AGENCY), CLERK)
    return office


def test_an_order_from_its_report_to_a_stay_that_may_not_count_yet(ordered: Office, tmp_path: Path) -> None:
    office = ordered
    assert "order-1  stay  REPORTED" in office.call("order", "list").stdout
    assert act(office, tmp_path, "verify", "act-1").exit_code == 0
    assert "order-1  stay  IN_FORCE" in office.call("order", "list").stdout
    done = act(office, tmp_path, "stay", "act-2", "--effects", "1", "--provisions", "i2")
    assert (done.exit_code, "loosens nothing before" in done.stdout) == (0, True), done.stderr
    assert (tmp_path / "act-2.toml").read_text().count("[[part]]") == 1
    wrong = office.call("order", "modify", tmp_path / "act-2.toml", "--by", CLERK)
    assert (wrong.exit_code, "NOTHING WAS ENTERED" in wrong.stderr) == (1, True)
    early = office.call("order", "lift", "act-2", "--by", CLERK)
    assert (early.exit_code, "lift_early" in early.stderr, "served" in early.stderr) == (1, True, True)
    told = ("order", "tell", "act-2", "--out", tmp_path / "notice.json")
    done = office.call(*told)
    assert (done.exit_code, "notice_parties" in done.stderr) == (1, True)
    (office.folder / "registers" / "notice_parties.toml").write_text(COURT)
    assert office.call(*told).exit_code == 0
    assert parse_act_notice((tmp_path / "notice.json").read_bytes()).parties == ("court/clerk",)
    (tmp_path / "stamp").write_bytes(b"filed")
    loose = office.call("notice", "served", "act-2", "--act", "--paper", tmp_path / "stamp")
    assert (loose.exit_code, "notice_form" in loose.stderr) == (1, True)
    filed(office, tmp_path, "act-2", "court/clerk")
    early = office.call("order", "lift", "act-2", "--by", CLERK)
    assert (early.exit_code, "served" in early.stderr, "wait" in early.stderr) == (1, False, True)
    assert "order-1  stay  IN_FORCE" in office.call("order", "list").stdout
    kinds = [leaf.kind for _, leaf in office.house.decide.log.leaves()]
    assert "lift" not in kinds
    assert kinds[-3:] == ["order-act", "act-notice", "act-receipt"]
    assert office.broken() == []


def test_an_act_that_tightens_goes_in_although_everything_else_is_broken(ordered: Office, tmp_path: Path) -> None:
    text = act(ordered, tmp_path, "stay-end", "act-1", people=(REVIEWER,))
    assert text.exit_code == 0
    (ordered.folder / "keys" / "log.key").unlink()
    (ordered.folder / "settings.toml").write_text("(")
    (ordered.folder / "registers" / "people.toml").write_text("(")
    done = act(ordered, tmp_path, "stay-end", "act-2", people=(REVIEWER,))
    assert (done.exit_code, "is in the docket and binds" in done.stderr) == (2, True), done.stderr
    listed = ordered.call("order", "list")
    assert (listed.exit_code, "order-1" in listed.stdout, "no act that loosens is counted" in listed.stderr) == (
        0,
        True,
        True,
    )


def test_a_stop_of_one_person_and_the_second_one(office: Office, tmp_path: Path) -> None:
    done = office.call("stop", "--by", CLERK, "--reason", "a paper is on its way", "--recipient", AGENCY)
    assert (done.exit_code, "in force for 72 hours" in done.stdout) == (0, True), done.stderr
    again = office.call("stop", "--by", CLERK, "--reason", "once more")
    assert (again.exit_code, "stop_again" in again.stderr) == (1, True)
    (tmp_path / "sig").write_bytes(signing_key(office.seed, REVIEWER).sign(again.stdout_bytes))
    words = ("stop", "--by", CLERK, "--reason", "once more", "--second", REVIEWER, "--signature", tmp_path / "sig")
    assert office.call(*words).exit_code == 0
    lines = office.call("order", "list").stdout.splitlines()
    assert len([line for line in lines if "provisional-stop  REPORTED" in line]) == 2
    assert office.call("stop", "--by", SECOND, "--reason", "another person").exit_code == 0


def test_orders_that_want_opposite_things_are_a_task_for_counsel(office: Office) -> None:
    stop = read_order(an_order("order-stop", AGENCY), "order")
    enter_order(office.house.orders, print_order(stop), CLERK)
    assert "COUNSEL" not in office.call("order", "list").stdout
    enter_order(office.house.orders, print_order(kind_of(stop, "order-compel", EffectKind.COMPEL)), CLERK)
    assert (
        "COUNSEL orders_conflict: order-compel compels what order-stop forbids" in office.call("order", "list").stdout
    )


def kind_of(order: Order, name: str, *kinds: EffectKind) -> Order:
    from dataclasses import replace

    return replace(order, id=name, effects=tuple(replace(order.effects[0], kind=kind) for kind in kinds))


def test_as_of_says_both_times(ordered: Office) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    before, after = (now - timedelta(hours=1)).isoformat(), (now + timedelta(seconds=5)).isoformat()
    said = ordered.call("order", "as-of", before)
    assert (said.exit_code, "orders known: none; acts known: none" in said.stdout) == (0, True)
    assert "nothing had been released" in said.stdout
    said = ordered.call("order", "as-of", after)
    assert ("orders known: order-1" in said.stdout, "order-1  stay  REPORTED" in said.stdout) == (True, True)
    said = ordered.call("order", "as-of", after, "--known", before)
    assert f"at {after}, as known at {before}" in said.stdout
    assert "order-1" not in said.stdout
    assert ordered.call("order", "as-of", "yesterday").exit_code == 1


def test_freeze_expansion(office: Office) -> None:
    """Under a freeze nobody is added whom the log shows nothing of, and no practice newer than it is decided by.

    What was answered before goes on: `test_freeze.py`.
    """
    order = read_order(an_order("order-1", AGENCY), "order")
    enter_order(office.house.orders, print_order(kind_of(order, "order-1", EffectKind.FREEZE_EXPANSION)), CLERK)
    batch = office.decided(office.lab / "proper", None)
    assert {row["row_outcome"] for row in office.rows(batch)} == {"REQUIRE"}
    assert {row["outcome"] for row in office.rows(batch)} == {"HOLD"}
    text = PRACTICE.format(digest="0" * 64).replace("start = 2020-01-01", f"start = {datetime.now(UTC).date()}")
    (next((office.folder / "rulebooks").iterdir()) / "practices" / "made-up.toml").write_text(text)
    desk = office.house.decide
    known = desk.cases.batch(batch)
    assert known is not None
    assert {each.id for each in bench_at(desk, known, desk.clock.now()).rulebook.practices} == {"few-people"}


def test_leave_in_place(office: Office, tmp_path: Path) -> None:
    """An order that stops what is to come and leaves where it is what was sent: nobody is asked to destroy that."""
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1]).manifest.package
    house = office.house
    leaf = pull(house.release.release, package, KEY, house.courier(tmp_path / "out")).handout
    order = read_order(an_order("order-1", AGENCY), "order")
    text = print_order(kind_of(order, "order-1", EffectKind.STOP, EffectKind.LEAVE_IN_PLACE))
    enter_order(house.orders, text, CLERK)
    with pytest.raises(Barred):
        pull(office.house.release.release, package, KEY, house.courier(tmp_path / "again"))
    found = open_recall(office.house.recall, leaf, "custodian_error", CLERK)
    assert found.demand == SET_APART
    assert all(b"DO NOT DESTROY" in each.text for each in found.letters)


def test_a_verification_that_nobody_signed_is_entered_and_verifies_nothing(ordered: Office, tmp_path: Path) -> None:
    """A7: it tightens, so it goes in; nobody is told that two people held the order against its paper."""
    (tmp_path / "court.pdf").write_bytes(b"the paper of a court")
    words = ("order", "paper", "verify", "order-1", "--document", tmp_path / "court.pdf", "--id", "act-1")
    (tmp_path / "act.toml").write_bytes(ordered.call(*words).stdout_bytes)
    (tmp_path / "made-up").write_bytes(b"\x05" * 64)
    forged = [f"{person},{REVIEWING},{tmp_path / 'made-up'}" for person in (REVIEWER, SECOND)]
    done = ordered.call(
        "order", "verify", tmp_path / "act.toml", "--by", CLERK, "--signed", forged[0], "--signed", forged[1]
    )
    assert (done.exit_code, "of 0 people" in done.stdout, "not shown as verified" in done.stderr) == (0, True, True)
    assert "order-1  stay  REPORTED" in ordered.call("order", "list").stdout
    done = act(ordered, tmp_path, "verify", "act-2")
    assert ("of 2 people" in done.stdout, "not shown as verified" in done.stderr) == (True, False)
    assert "order-1  stay  IN_FORCE" in ordered.call("order", "list").stdout


def test_after_an_act_that_counts_the_pages_and_the_decisions_are_done_again(office: Office, tmp_path: Path) -> None:
    """B11: as after an order. One that waits to be lifted changes nothing yet."""
    office.decided(office.lab / "proper", None)
    enter_order(office.house.orders, an_order("order-1", AGENCY), CLERK)
    assert office.call("public", "build", tmp_path / "site", "--follow").exit_code == 0
    waits = act(office, tmp_path, "stay", "act-1")
    assert (waits.exit_code, "the public pages say so" in waits.stdout) == (0, False)
    counts = act(office, tmp_path, "stay-end", "act-2", people=(REVIEWER,))
    assert (counts.exit_code, "the public pages say so" in counts.stdout) == (0, True), counts.stderr
    assert "decided again in leaf" in counts.stdout, counts.stdout
    (office.folder / "cases.sqlite").write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    late = act(office, tmp_path, "stay-end", "act-3", people=(REVIEWER,))
    assert (late.exit_code, "THE ACT COUNTS" in late.stderr) == (0, True), late.stderr


def test_a_period_in_days_or_hours_is_counted_with_every_step(office: Office) -> None:
    """R44: seven days from Friday 20 December 2030 end on the 27th; a week of hours from noon ends at noon."""
    days = office.call("order", "deadline", "2030-12-20T12:00:00-05:00", "--days", "7")
    assert days.exit_code == 0, days.stderr
    assert "The day of the event, Friday 20 December 2030, is not counted." in days.stdout
    assert "for the stated end of an order (`ends`): 2030-12-28T00:00:00-05:00" in days.stdout
    hours = office.call("order", "deadline", "2030-12-20T12:00:00-05:00", "--hours", "168")
    assert "(`ends`): 2030-12-27T12:00:00-05:00" in hours.stdout
    # Some keep a Saturday holiday on the Friday before: what binds goes by the later, what frees by the earlier.
    both = office.call("order", "deadline", "2026-06-26T12:00:00-04:00", "--days", "7")
    assert "(`ends`): 2026-07-07T00:00:00-04:00" in both.stdout, both.stdout
    assert "(`order paper --until`): 2026-07-04T00:00:00-04:00" in both.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "deadline_length"),
        (("--days", "3", "--hours", "3"), "deadline_length"),
        (("--days", "-1"), "deadline_length"),
        (("--days", "99999"), "deadline_length"),
    ],
)
def test_a_period_that_is_none_is_refused(office: Office, words: tuple[str, ...], code: str) -> None:
    done = office.call("order", "deadline", "2030-12-20T12:00:00-05:00", *words)
    assert (done.exit_code, code in done.stderr) == (1, True), done.stderr


def test_a_day_of_which_the_rulebook_says_nothing_has_no_deadline(office: Office) -> None:
    done = office.call("order", "deadline", "1950-01-02T12:00:00-05:00", "--days", "3")
    assert (done.exit_code, "deadline_rule" in done.stderr) == (1, True), done.stderr
