# SPDX-License-Identifier: Apache-2.0
"""What notices, approvals, lifts and key registrations come to where it counts: at the hand-out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from lawgate.authority.notices import signed
from lawgate.docket.act_text import digest_of, print_act
from lawgate.docket.acts import ActKind
from lawgate.docket.printing import print_order
from lawgate.law.notice_parties import NoticeParty
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.model.order import EVERY, ApprovalTerms, Effect, EffectKind, NoticeTerms
from lawgate.office.handout import pull
from lawgate.office.notify import keep_paper, known, record
from lawgate.office.orders import enter_order
from lawgate.protocol.bars import Barred
from lawgate.protocol.notice import parse_notice, parse_receipt, print_notice
from unit.docket.house import House
from unit.protocol.notified import BY, COURT, ORG, Noticed, address
from unit.protocol.notified import register as registered
from unit.release.desk import AGENCY, BULK, LOG_KEY, PACKAGE, RULEBOOK, Office, an_order, an_order_text

MONDAY = "2030-09-23T16:00:00-04:00"


def barred(desk: object, office: Office) -> set[str]:
    """The bars that a pull meets now; none when it is handed out."""
    try:
        pull(desk, PACKAGE, "rk-1", office.courier)
    except Barred as found:
        return {bar.code for bar in found.bars}
    return set()


@pytest.fixture
def place(tmp_path: Path) -> Noticed:
    made = Noticed(tmp_path, MONDAY, window=500)
    made.office.approve()
    return made


# ------------------------------------------------------------------------------------------------------------ notice


def asked(place: Noticed) -> set[str]:
    office, held = place.office, record(place.desk, PACKAGE)
    office.time_rule, office.parties = place.rule, place.parties
    office.papers = replace(office.papers, notices=held.papers, proofs=held.proofs)
    return barred(office.release(), office)


def another(place: Noticed, hours: int = 24, **scope: object) -> None:
    effect = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0, NoticeTerms(hours, (COURT, ORG), 500))
    now = place.clock.at
    order = an_order("order-2", effects=(replace(effect, **scope),), entered_at=now, learned_at=now, effective_at=now)
    enter_order(place.office.orders(), print_order(order), BY)


def test_i23_notice_under_one_order_is_none_under_another(place: Noticed) -> None:
    another(place, hours=200)
    place.give()
    place.serve()
    place.later(hours=73)
    assert asked(place) == {"notice"}
    place.later(hours=200)
    assert asked(place) == set()


@pytest.mark.parametrize("who", ["person.a.1", "person.a.9", AGENCY])
def test_i23_an_order_wants_notice_under_every_name_of_the_package(place: Noticed, who: str) -> None:
    """Who asks, who is named to receive, the agency: an order may mean the package by any of them."""
    place.give()
    place.serve()
    place.later(hours=73)
    assert asked(place) == set()
    another(place, recipients=(who,))
    assert asked(place) == {"notice"}


def test_t56_a_notice_that_told_of_fewer_people_is_void(place: Noticed) -> None:
    index = place.give()
    leaf = dict(place.office.log.leaves())[index]
    whole = parse_notice((place.rooms.path(PACKAGE) / f"paper-{leaf.text('paper')}").read_bytes())
    paper = print_notice(replace(whole, people=whole.people - 1))
    body = {**leaf.body, "rows": whole.people - 1, "paper": keep_paper(place.desk, PACKAGE, paper)}
    place.office.log.append(StageLeaf("notice", instant(place.clock.at), body))
    place.serve()
    place.later(hours=73)
    assert asked(place) == {"notice"}


# --------------------------------------------------------------------------------------------------------- approvals


def test_i20_what_an_order_asks_of_approvals_counts_beside_the_law(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.prepared()
    terms = ApprovalTerms(2, ("custodian.disclosure", "custodian.counsel"))
    effect = Effect(EffectKind.APPROVAL, EVERY, EVERY, EVERY, EVERY, EVERY, 0, approval=terms)
    office.register.enter("order-1", an_order_text("order-1", effects=(effect,)))
    assert barred(office.release(), office) == {"approvals"}
    office.approve(PACKAGE, "person.o.2")
    assert barred(office.release(), office) == {"approvals"}
    office.approve(PACKAGE, "person.o.1")
    assert barred(office.release(), office) == set()


# -------------------------------------------------------------------------------------------------------------- lifts


@pytest.fixture
def house(tmp_path: Path) -> House:
    office = Office(tmp_path)
    office.prepared()
    made = House(office)
    made.order(an_order("order-1"))
    return made


def lift_leaf(house: House, act: object, effective: datetime) -> None:
    bar = next(at for at, leaf in house.office.log.leaves() if leaf.kind == "order-bar")
    body = {"order": "order-1", "bar_leaf": bar, "paper": digest_of(print_act(act)), "people": list(act.people)}
    house.office.log.append(StageLeaf("lift", instant(house.now), {**body, "effective": instant(effective)}))


def test_i22_a_leaf_that_says_lifted_lifts_nothing(house: House) -> None:
    act = house.act(ActKind.DISSOLVE)
    lift_leaf(house, act, house.now)
    assert barred(house.release, house.office) == {"order"}


def test_i22_a_lift_counts_from_the_moment_it_states(house: House) -> None:
    act = house.lifted(ActKind.DISSOLVE)
    assert barred(house.release, house.office) == set()
    second = House(house.office, house.waits)
    second.order(an_order("order-2"))
    assert barred(second.release, house.office) == {"order"}
    assert act.direction.value == "loosen"


def test_i22_a_lift_that_begins_later_does_not_count_yet(house: House) -> None:
    act = house.act(ActKind.DISSOLVE)
    house.serve()
    house.later(25)
    desk = house.desk
    index = next(at for at, leaf in house.office.log.leaves() if leaf.kind == "order-act")
    house.waits[f"{digest_of(print_act(act))}.begun"] = house.waits.get(
        f"{digest_of(print_act(act))}.begun", desk.log.proof(index).render()
    )
    desk.log.publish()
    house.waits[f"{digest_of(print_act(act))}.ended"] = desk.log.proof(index).render()
    lift_leaf(house, act, house.now + timedelta(hours=12))
    assert barred(house.release, house.office) == {"order"}
    house.later(13)
    assert barred(house.release, house.office) == set()


# --------------------------------------------------------------------------------------------------- recipient keys


class Ahead:
    """Our clock, so many seconds ahead of the witness's."""

    def __init__(self, office: Office, seconds: int) -> None:
        self._office, self._by = office, timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._office.clock.now() + self._by

    def monotonic(self) -> float:
        return 0.0


def test_t28_the_wait_of_a_key_is_over_when_witnesses_say_so(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.prepared()
    # Registered 80 hours before; with a wait of 81 it is ready in an hour.
    book = SimpleNamespace(**{**vars(RULEBOOK), "parameters": {"key_cooloff_hours": 81}})
    office.clock.at += timedelta(minutes=59, seconds=30)
    assert barred(office.release(rulebook=lambda: book, clock=Ahead(office, 45)), office) == {"key_registration"}
    office.clock.at += timedelta(seconds=30)
    assert barred(office.release(rulebook=lambda: book), office) == set()


# ------------------------------------------------------------------------------------------------------- two leases


class Held:
    """A keeper whose lease has so many seconds left, as it says."""

    def __init__(self, left: float) -> None:
        self._left = left

    def open(self, *_: object) -> Held:
        return self

    def __enter__(self) -> Held:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def left(self) -> float:
        return self._left


@pytest.mark.parametrize("seconds", [(1.0, -1.0), (-1.0, 1.0), (1.0, 0.0)])
def test_i4_no_leaf_is_written_when_either_lease_has_ended(tmp_path: Path, seconds: tuple[float, float]) -> None:
    office = Office(tmp_path)
    office.keepers = 2
    office.prepared(rows=BULK)
    office.approve()
    held = tuple(Held(left) for left in seconds)
    assert barred(office.release(keepers=held), office) == {"lease"}
    assert office.kinds("handout") == []


@pytest.mark.parametrize(("by", "holds"), [("person.r.1", True), ("person.a.1", False), ("person.x.9", False)])
def test_t57_service_is_stated_by_somebody_of_the_custodian_and_nobody_else(
    place: Noticed, by: str, holds: bool
) -> None:
    place.give()
    receipt = parse_receipt(place.receipt("court/clerk", by=by))
    assert signed(receipt, list(place.office.log.leaves()), known(place.desk)) is holds


def test_t57_a_party_speaks_for_its_own_addresses_only(place: Noticed) -> None:
    """Two parties that call an address by the same name: neither's program signs for the other's."""
    other = address("hook", "webhook", "https://another.example/n", LOG_KEY.public_key)
    place.parties = registered(org2=NoticeParty("org2", "Another", "organisation", "Counsel", ("a", "b"), (other,)))
    place.give()
    assert signed(parse_receipt(place.hooked()), (), known(place.desk))
    assert not signed(parse_receipt(place.hooked(party="org2")), (), known(place.desk))
    assert not signed(parse_receipt(place.hooked(party="org2", by="org2")), (), known(place.desk))


def test_t56_a_paper_counts_only_under_its_own_digest(place: Noticed) -> None:
    """Whoever can write beside the log cannot put another paper in its place, not even one that differs in a second."""
    place.give()
    place.serve()
    place.later(hours=73)
    held = record(place.desk, PACKAGE)
    assert place.code(record=held) == "met"
    for digest, paper in held.papers.items():
        if digest == place.office.kinds("notice")[-1].text("paper"):
            told = parse_notice(paper)
            other = print_notice(replace(told, made_at=told.made_at - timedelta(seconds=1)))
            assert place.code(record=replace(held, papers={**held.papers, digest: other})) == "notice_void"
