# SPDX-License-Identifier: Apache-2.0
"""T57: what a machine takes is served by hand only when its own delivery failed; and who may say that it was served."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lawgate.authority.notices import Missing
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.model.fault import Refused
from lawgate.model.request import Staff, Tenure
from lawgate.office.notify import give_notice
from lawgate.office.notify_served import notices_of
from lawgate.protocol.notice import BOUNCED, UNSENT
from unit.protocol.notified import BY, EVER, EVERYWHERE, Noticed
from unit.protocol.test_notice_met import forged
from unit.release.desk import AGENCY, PACKAGE, digest

WEDNESDAY = "2030-09-25T16:00:00-04:00"
SIGNED = b"received: Counsel for the Organisation"
MACHINES = ("org/hook", "org/mail")


@pytest.fixture
def place(tmp_path: Path) -> Noticed:
    return Noticed(tmp_path, WEDNESDAY)


def others(where: str) -> tuple[str, ...]:
    return tuple(each for each in EVERYWHERE if each != where)


def fail(place: Noticed, where: str) -> None:
    way = place.mail if where == "org/mail" else place.hook
    way.fails = "unreached"


def by_hand(place: Noticed, where: str, **changed: object) -> bytes:
    return place.receipt(where, "hand", **{"evidence": digest("signed"), **changed})


@pytest.mark.parametrize("where", MACHINES)
def test_a_party_whose_machine_is_dead_is_served_by_hand(place: Noticed, where: str) -> None:
    """The yes-route: the delivery failed, the log says so, counsel signed for the paper."""
    fail(place, where)
    index = place.give()
    (alarm,) = place.office.kinds("alarm")
    assert (alarm.text("code"), alarm.text("subject")) == (UNSENT, f"{index}/{where}")
    place.serve(*others(where))
    with pytest.raises(Refused, match="notice_evidence"):
        place.state(where, "hand")
    place.state(where, "hand", SIGNED)
    lines = [(line.served, line.what) for line in notices_of(place.desk, PACKAGE).notices[0][1]]
    assert lines == [(where, UNSENT), *((each, "served") for each in others(where)), (where, "served")]
    place.later(hours=24)
    assert place.code() == "met"


@pytest.mark.parametrize("where", MACHINES)
def test_a_machine_that_takes_notices_is_not_served_by_hand(place: Noticed, where: str) -> None:
    place.give()
    place.serve(*others(where))
    with pytest.raises(Refused, match="notice_by_hand"):
        place.state(where, "hand", SIGNED)
    with pytest.raises(Refused, match="notice_by_hand"):
        place.take(place.receipt(where, "hand", evidence=digest("x")), b"x")
    with pytest.raises(Refused, match="notice_served"):
        place.state(where, "filed", SIGNED)
    assert len(place.office.kinds("receipt")) == 2
    # Nor is it when nobody asked the office.
    for receipt in (by_hand(place, where), place.receipt(where, "filed", evidence=digest("signed"))):
        forged(place, receipt, where)
        place.later(hours=48)
        assert place.met() == Missing("clock_not_started", (where,))


@pytest.mark.parametrize("where", MACHINES)
def test_by_hand_after_it_came_back(place: Noticed, where: str) -> None:
    index = place.give()
    place.serve()
    place.bounced(index, where)
    assert place.met() == Missing("clock_not_started", (where,))
    forged(place, by_hand(place, where, evidence=""), where)
    assert place.met() == Missing("clock_not_started", (where,))
    place.state(where, "hand", SIGNED)
    place.later(hours=24)
    assert place.code() == "met"


@pytest.mark.parametrize(
    "change",
    [
        {"code": "other_code"},
        {"subject": "{0}/org/hook"},
        {"subject": "{0}/court/clerk"},
        {"subject": "0/org/mail"},
        {"subject": ""},
    ],
)
@pytest.mark.parametrize("code", [BOUNCED, UNSENT])
def test_a_failure_of_another_delivery_opens_nothing(place: Noticed, change: dict[str, str], code: str) -> None:
    index = place.give()
    place.serve("court/clerk", "org/hook")
    said = {"code": code, "subject": f"{index}/org/mail", "detail": digest("a report")}
    for changed, opens in ((change, False), ({}, True)):
        body = {**said, **{name: value.format(index) for name, value in changed.items()}}
        place.office.log.append(StageLeaf("alarm", instant(place.clock.at), body))
        forged(place, by_hand(place, "org/mail"))
        # What came back from the other address takes that one away.
        found = place.met()
        assert isinstance(found, Missing)
        assert ("org/mail" not in found.who) is opens


def test_the_failure_comes_before_the_service(place: Noticed) -> None:
    index = place.give()
    place.serve("court/clerk", "org/hook")
    body = {"code": UNSENT, "subject": f"{index}/org/mail", "detail": digest("unreached")}
    forged(place, by_hand(place, "org/mail"))
    place.later(hours=1)
    place.office.log.append(StageLeaf("alarm", instant(place.clock.at), body))
    assert place.met() == Missing("clock_not_started", ("org/mail",))
    forged(place, by_hand(place, "org/mail", served_at=place.clock.at - timedelta(minutes=50)))
    assert place.met() == Missing("clock_not_started", ("org/mail",))
    forged(place, by_hand(place, "org/mail"))
    assert place.code() == "clock_running"


def test_a_failure_written_before_there_was_a_notice_opens_nothing(place: Noticed) -> None:
    index = len(list(place.office.log.leaves())) + 1
    body = {"code": UNSENT, "subject": f"{index}/org/mail", "detail": digest("unreached")}
    place.office.log.append(StageLeaf("alarm", instant(place.clock.at), body))
    assert place.give() == index
    place.serve("court/clerk", "org/hook")
    forged(place, by_hand(place, "org/mail"))
    assert place.met() == Missing("clock_not_started", ("org/mail",))


def test_a_way_that_the_office_does_not_have_was_not_tried(place: Noticed) -> None:
    told = give_notice(replace(place.desk, notifiers={}), PACKAGE, BY).told
    assert [each.code for each in told] == ["by_hand", "no_way", "no_way"]
    assert place.office.kinds("alarm") == []
    with pytest.raises(Refused, match="notice_by_hand"):
        place.state("org/mail", "hand", SIGNED)


@pytest.mark.parametrize("agency", [AGENCY, f"{AGENCY}.field", "us"])
@pytest.mark.parametrize("as_staff", [False, True])
def test_nobody_of_the_asking_side_states_service_whatever_part_of_it_they_serve(
    place: Noticed, agency: str, as_staff: bool
) -> None:
    place.give()
    place.serve("org/mail", "org/hook")
    registers = place.office.registers
    if as_staff:
        both = replace(registers, staff=(*registers.staff, Staff(agency, (BY,), EVER)))
    else:
        person = registers.people[BY]
        also = replace(person, holds=(*person.holds, Tenure(f"{agency}.clerk", agency, EVER)))
        both = replace(registers, people={**registers.people, BY: also})
    place.office.registers = both
    with pytest.raises(Refused, match="notice_signature"):
        place.take(place.receipt("court/clerk"))
    forged(place, place.receipt("court/clerk"), "court/clerk")
    found = place.met()
    assert isinstance(found, Missing) and "court/clerk" in found.who
    place.office.registers = registers
    assert place.code() == "clock_running"


def test_nobody_of_an_agency_that_once_asked_states_service(place: Noticed) -> None:
    place.give()
    place.serve("org/mail", "org/hook")
    registers, asking = place.office.registers, "us.agency-b"
    person = registers.people[BY]
    also = replace(person, holds=(*person.holds, Tenure(f"{asking}.clerk", asking, EVER)))
    place.office.registers = replace(registers, people={**registers.people, BY: also})
    forged(place, place.receipt("court/clerk"), "court/clerk")
    assert place.code() == "clock_running"
    request = place.office.request()
    place.office.log.append(StageLeaf("request", instant(place.clock.at), {**request.body, "requester": asking}))
    forged(place, place.receipt("court/clerk"), "court/clerk")
    assert place.code() == "clock_running"  # the first one was stated before they asked
    with pytest.raises(Refused, match="notice_signature"):
        place.take(place.receipt("court/clerk"))
