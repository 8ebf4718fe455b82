# SPDX-License-Identifier: Apache-2.0
"""I23, T16, T17, T56, T57: a notice counts when it was of this very set, served on all, and witnessed hours passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lawgate.authority.notices import Met, Missing
from lawgate.drivers.keys import KeySigner
from lawgate.law.notice_parties import NoticeParties
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.proof import LogProof
from lawgate.ledger.quorum import Policy
from lawgate.model.fault import Refused
from lawgate.model.period import Span
from lawgate.office.notify import known, record, transfer_of, witnessed_now
from lawgate.office.notify_served import take_receipt
from lawgate.protocol.notice import (
    BOUNCED,
    Receipt,
    digest_of,
    parse_notice,
    parse_receipt,
    print_notice,
    print_receipt,
)
from unit.protocol.notified import BOTH, COURT, EVERYWHERE, ORDER, ORG, Noticed, address
from unit.release.desk import LOG_KEY, PACKAGE, digest

FRIDAY, WEDNESDAY = "2030-09-27T16:00:00-04:00", "2030-09-25T16:00:00-04:00"


@pytest.fixture
def place(tmp_path: Path) -> Noticed:
    return Noticed(tmp_path, WEDNESDAY)


def ran(place: Noticed, hours: float = 24) -> None:
    place.give()
    place.serve()
    place.later(hours=hours)


def test_i23_no_earlier_than_the_hours_after_service_on_all_by_witnessed_time(place: Noticed) -> None:
    assert place.code() == "notice_not_sent"
    place.give()
    assert place.code() == "clock_not_started"
    place.later(hours=30)  # the notice is old, but nobody was served
    assert place.code() == "clock_not_started"
    for where in EVERYWHERE:
        assert place.code() == "clock_not_started"
        place.serve(where)
    started = place.clock.at
    assert place.code() == "clock_running"
    # Served on Thursday at 22:00, so the hours end on Friday at 22:00.
    place.later(hours=24, seconds=-1)
    found = place.met()
    assert isinstance(found, Missing) and found.code == "clock_running"
    assert found.counted is not None and found.counted.acts.ends == started + timedelta(hours=24)
    place.later(seconds=1)
    found = place.met()
    assert isinstance(found, Met)
    assert (found.started, found.counted.acts.ends) == (started, started + timedelta(hours=24))
    assert found.until == started + timedelta(hours=24 + 72)


def test_t17_a_wall_clock_set_forward_alone_meets_nothing(place: Noticed) -> None:
    place.give()
    place.serve()
    head = witnessed_now(place.desk)
    place.later(hours=25)
    # The machine says that 25 hours passed; the newest head that witnesses signed does not.
    assert place.code(now=head) == "clock_running"
    # A leaf that states another time changes nothing either.
    now = instant(place.clock.at)
    place.office.log.append(StageLeaf("alarm", now, {"code": "other", "subject": "", "detail": digest("x")}))
    assert place.code(now=head, record=record(place.desk, PACKAGE)) == "clock_running"
    assert place.code() == "met"


def test_t16_a_clock_set_back_makes_no_wait_shorter(place: Noticed) -> None:
    place.give()
    place.serve()
    at, owed = place.clock.at, place.owed()
    place.clock.at = at - timedelta(hours=25)
    # The witness signs no earlier time than it has signed: nobody can tell what time it is.
    assert place.code(owed=owed) == "clock_unknown"
    with pytest.raises(Refused, match="notice_served"):
        take_receipt(place.desk, PACKAGE, place.receipt("org/mail", served_at=at - timedelta(hours=25)))
    leaves = [leaf.at for _, leaf in place.office.log.leaves()]
    assert leaves == sorted(leaves)
    place.clock.at = at + timedelta(hours=24)
    assert place.code() == "met"


def test_t17_service_is_stated_a_day_early_and_no_hour_is_won(place: Noticed) -> None:
    place.give()
    place.later(hours=30)
    early = place.clock.at - timedelta(hours=29)
    for where in EVERYWHERE:
        place.take(place.receipt(where, served_at=early), place.evidence(where))
    # They were served by their papers 29 hours ago; witnesses know of it since now.
    assert place.code() == "clock_running"
    place.later(hours=24)
    assert place.code() == "met"


@pytest.mark.parametrize(
    "change",
    [{"set": "e" * 64}, {"rows": 4}, {"rows": 2}, {"recipient": "us.other"}],
    ids=["set", "a row more", "a row less", "recipient"],
)
def test_t56_a_notice_of_another_set_is_void(place: Noticed, change: dict[str, object]) -> None:
    ran(place)
    assert place.code() == "met"
    transfer = transfer_of(place.desk, PACKAGE)[0]
    assert place.code(transfer=replace(transfer, **change)) == "notice_void"
    assert place.code(transfer=replace(transfer, package="pkg-other")) == "notice_not_sent"


@pytest.mark.parametrize("lost", EVERYWHERE)
def test_t57_without_one_receipt_the_clock_does_not_start(place: Noticed, lost: str) -> None:
    place.give()
    place.serve(*(each for each in EVERYWHERE if each != lost))
    place.later(hours=48)
    assert place.met() == Missing("clock_not_started", (lost,))


def test_a_new_notice_starts_anew_and_the_old_receipts_are_worth_nothing(place: Noticed) -> None:
    ran(place)
    assert place.code() == "met"
    place.give(anew=True)
    assert place.code() == "clock_not_started"
    place.serve()
    assert place.code() == "clock_running"


def test_a_notice_sent_again_is_the_same_one(place: Noticed) -> None:
    first = place.give()
    assert place.give() == first
    assert len(place.mail.parcels) == len(place.hook.parcels) == 2
    place.order("order-second", 48)
    assert place.give() > first
    # An address more is another notice too.
    more = replace(place.parties.parties[COURT], addresses=(*place.parties.parties[COURT].addresses, second()))
    second_notice = place.give()
    place.parties = NoticeParties({**place.parties.parties, COURT: more}, "d" * 64)
    assert place.give() > second_notice


def second(span: Span | None = None) -> object:
    made = address("second", "paper", "another counter")
    return made if span is None else replace(made, span=span)


def test_an_address_left_out_or_added_has_to_be_served(place: Noticed) -> None:
    ran(place)
    court = place.parties.parties[COURT]
    place.parties = NoticeParties(
        {**place.parties.parties, COURT: replace(court, addresses=(*court.addresses, second()))}, "d" * 64
    )
    assert place.met() == Missing("clock_not_started", ("court/second",))
    # One that is not of today does not count; one that the paper named counts for ever.
    past = second(Span(date(2020, 1, 1), date(2021, 1, 1)))
    place.parties = NoticeParties({**place.parties.parties, COURT: replace(court, addresses=(past,))}, "d" * 64)
    assert place.code() == "clock_not_started"


@pytest.mark.parametrize("parties", [(), ("nobody",), (COURT, "nobody")])
def test_who_is_not_known_cannot_have_been_served(place: Noticed, parties: tuple[str, ...]) -> None:
    ran(place)
    assert place.code(owed=replace(place.owed(), parties=parties)) == "notice_parties"


def test_a_party_that_the_paper_leaves_out_makes_it_void(place: Noticed) -> None:
    third = replace(place.parties.parties[COURT], id="third")
    ran(place)
    place.parties = NoticeParties({**place.parties.parties, "third": third}, "d" * 64)
    assert place.met(owed=replace(place.owed(), parties=(COURT, ORG, "third"))) == Missing("notice_void", ("third",))


def test_the_window_ends(place: Noticed) -> None:
    ran(place, 24 + 72 - 0.01)
    assert place.code() == "met"
    place.later(hours=0.01)
    found = place.met()
    assert isinstance(found, Missing) and found.code == "notice_void"
    # No window means no end.
    assert place.code(owed=replace(place.owed(), window_hours=0)) == "met"


def test_other_hours_than_were_told_make_it_void(place: Noticed) -> None:
    ran(place)
    assert place.code(owed=replace(place.owed(), hours=23)) == "notice_void"
    assert place.code(owed=replace(place.owed(), order="order-other")) == "notice_not_sent"
    assert place.code(owed=replace(place.owed(), hours=-1)) == "clock_unknown"


def test_a_notice_of_before_the_duty_is_no_notice_under_it(place: Noticed) -> None:
    ran(place)
    assert place.code(owed=replace(place.owed(), since=place.clock.at)) == "notice_not_sent"


def test_without_rule_or_witness_nobody_can_tell(place: Noticed) -> None:
    ran(place)
    assert place.code(rule=None) == "clock_unknown"
    assert place.code(now=None) == "clock_unknown"
    old = replace(place.rule, years=(replace(place.rule.years[0], span=Span(date(2007, 1, 1), date(2008, 1, 1))),))
    assert place.code(rule=old) == "clock_unknown"


def test_papers_and_proofs_are_believed_only_as_far_as_they_hold(place: Noticed) -> None:
    ran(place)
    held = record(place.desk, PACKAGE)
    notice = place.office.kinds("notice")[-1].text("paper")
    paper = parse_notice(held.papers[notice])
    other = print_notice(replace(paper, set="e" * 64))
    assert place.code(record=replace(held, papers={})) == "notice_void"
    assert place.code(record=replace(held, papers={**held.papers, notice: other})) == "notice_void"
    assert place.code(record=replace(held, papers={notice: held.papers[notice]})) == "clock_not_started"
    assert place.code(record=replace(held, proofs={})) == "notice_unwitnessed"
    # A proof of another leaf, or under a policy that nobody has, shows nothing.
    last = max(held.proofs)
    wrong = place.office.log.proof(0)
    assert place.code(record=replace(held, proofs={last: (wrong,)})) == "notice_unwitnessed"
    moved = LogProof(last, wrong.path, wrong.checkpoint)
    assert place.code(record=replace(held, proofs={last: (moved,)})) == "notice_unwitnessed"
    stranger = Policy(LOG_KEY.key, (KeySigner("witness.example/other", 4, b"\x0a" * 32).key,), 1)
    assert place.code(known=replace(known(place.desk), policy=stranger)) == "notice_unwitnessed"


def test_of_several_proofs_the_earliest_that_holds_starts_the_clock(place: Noticed) -> None:
    ran(place)
    held = record(place.desk, PACKAGE)
    last = max(held.proofs)
    place.office.log.publish()
    later = place.office.log.proof(last)
    assert place.code(record=replace(held, proofs={last: (later,)})) == "clock_running"
    assert place.code(record=replace(held, proofs={last: (later, *held.proofs[last])})) == "met"


def forged(place: Noticed, receipt: bytes, served: str = "org/mail", at: datetime | None = None) -> None:
    """Write a leaf `receipt` with no question asked, and keep the paper."""
    notice = [i for i, leaf in place.office.log.leaves() if leaf.kind == "notice"][-1]
    when = instant(at or parse_receipt(receipt).served.served_at)
    body = {"notice_leaf": notice, "served": served, "served_at": when, "paper": digest_of(receipt)}
    place.rooms.write(PACKAGE, f"paper-{digest_of(receipt)}", receipt)
    index = place.office.log.append(StageLeaf("receipt", instant(place.clock.at), body))
    place.office.log.publish()
    place.rooms.write(PACKAGE, f"proof-{index}", place.office.log.proof(index).render())


FORGERIES = {
    "signed by another": lambda p: print_receipt(
        Receipt(parse_receipt(p.receipt("org/mail")).served, LOG_KEY.sign(b"something"))
    ),
    "by somebody unknown": lambda p: p.receipt("org/mail", by="person.x.9"),
    "by the asking side": lambda p: p.receipt("org/mail", by="person.a.1"),
    "by one human of both sides": lambda p: p.receipt("org/mail", by=BOTH),
    "about another notice": lambda p: p.receipt("org/mail", notice="f" * 64),
    "about another address": lambda p: p.receipt("org/hook"),
    "before the paper was made": lambda p: p.receipt("org/mail", served_at=p.clock.at - timedelta(hours=1)),
    "ahead of the log": lambda p: p.receipt("org/mail", served_at=p.clock.at + timedelta(hours=1)),
    "mail that a server took": lambda p: p.receipt("org/mail", how="smtp"),
    "filed without a stamped copy": lambda p: p.receipt("org/mail", how="filed"),
    "a webhook's word at a mailbox": lambda p: p.receipt("org/mail", how="webhook"),
    "the party's program for a mailbox": lambda p: p.hooked(address="mail"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_leaf_alone_serves_nobody(place: Noticed, forgery: str) -> None:
    place.give()
    place.serve("court/clerk", "org/hook")
    forged(place, FORGERIES[forgery](place))
    place.later(hours=48)
    assert place.met() == Missing("clock_not_started", ("org/mail",))
    # The very same way with a receipt that holds does serve.
    forged(place, place.receipt("org/mail"))
    assert place.code() == "clock_running"


def test_a_leaf_that_states_another_time_than_its_paper_serves_nobody(place: Noticed) -> None:
    place.give()
    place.serve("court/clerk", "org/hook")
    place.later(hours=1)
    receipt = place.receipt("org/mail")
    forged(place, receipt, at=place.clock.at - timedelta(minutes=30))
    assert place.code() == "clock_not_started"


def test_a_partys_own_program_serves_its_own_address(place: Noticed) -> None:
    place.give()
    place.serve("court/clerk", "org/mail")
    take_receipt(place.desk, PACKAGE, place.hooked())
    place.later(hours=24)
    assert place.code() == "met"


@pytest.mark.parametrize("change", [{"by": COURT}, {"address": "mail"}, {"party": COURT, "by": COURT}])
def test_a_program_speaks_for_no_other_address(place: Noticed, change: dict[str, object]) -> None:
    place.give()
    with pytest.raises(Refused, match="notice_signature"):
        take_receipt(place.desk, PACKAGE, place.hooked(**change))


def test_what_came_back_takes_service_away_until_it_is_served_anew(place: Noticed) -> None:
    index = place.give()
    place.serve()
    body = {"code": BOUNCED, "subject": f"{index}/org/mail", "detail": digest("a report")}
    place.office.log.append(StageLeaf("alarm", instant(place.clock.at), body))
    place.later(hours=48)
    assert place.met() == Missing("clock_not_started", ("org/mail",))
    forged(place, place.receipt("org/mail"))
    assert place.code() == "clock_running"
    place.later(hours=24)
    assert place.code() == "clock_running"  # it would end on a Saturday
    place.later(hours=48)
    assert place.code() == "met"
    # What came back from another notice, or another address, is no matter.
    for subject in (f"{index + 1}/org/mail", f"{index}/org/other"):
        other = {**body, "subject": subject}
        place.office.log.append(StageLeaf("alarm", instant(place.clock.at), other))
    assert place.code() == "met"


def test_a_notice_to_a_person_is_none_under_an_order(place: Noticed) -> None:
    values = {"package": PACKAGE, "orders": [], "set": "a" * 64, "recipient": "taxpayer", "rows": 1, "paper": "b" * 64}
    place.office.log.append(StageLeaf("notice", instant(place.clock.at), values))
    assert place.code() == "notice_not_sent"
    ran(place)
    place.office.log.append(StageLeaf("notice", instant(place.clock.at), values))
    assert place.code() == "met"


def test_two_orders_of_different_hours_are_two_clocks(place: Noticed) -> None:
    place.order("order-second", 48, parties=(COURT,))
    ran(place)
    by_order = {each: replace(place.owed(), order=each, hours=h) for each, h in ((ORDER, 24), ("order-second", 48))}
    assert place.code(owed=by_order[ORDER]) == "met"
    assert place.code(owed=replace(by_order["order-second"], parties=(COURT,))) == "clock_running"


def test_friday_runs_until_monday(tmp_path: Path) -> None:
    place = Noticed(tmp_path, FRIDAY)
    place.give()
    place.serve()
    place.later(hours=71)
    assert place.code() == "clock_running"
    place.later(hours=1)
    found = place.met()
    assert isinstance(found, Met)
    assert found.counted.acts.ends == datetime(2030, 9, 30, 20, tzinfo=UTC)
