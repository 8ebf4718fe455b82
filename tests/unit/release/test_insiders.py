# SPDX-License-Identifier: Apache-2.0
"""What somebody tries who holds the office's account: each of these once gave something out, or loosened an order."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from lawgate.authority.lifts import missing
from lawgate.docket.acts import ActKind
from lawgate.docket.printing import print_order
from lawgate.docket.standing import standing
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY, ApprovalTerms, Effect, EffectKind, Order, State
from lawgate.model.period import Span
from lawgate.model.request import Tenure
from lawgate.office.handout import pull
from lawgate.office.order_acts import lift, lifted_now
from lawgate.office.orders import enter_order
from lawgate.office.prepare import Outgoing, prepare
from lawgate.protocol.bars import Barred
from lawgate.protocol.steps import Stopped
from unit.docket.house import CLERK, TWO, House, a_house
from unit.docket.made import an_order as made_order
from unit.release.desk import (
    BULK,
    EVER,
    PACKAGE,
    REVIEWER,
    Office,
    a_leaf,
    an_order,
    fetched,
    granted,
    outgoing,
)  # fmt: skip

STOP_P1 = Effect(EffectKind.STOP, ("p1",), EVERY, EVERY, EVERY, EVERY, 0)
TERMS = ApprovalTerms(2, ("custodian.disclosure", "custodian.counsel"))
APPROVAL = Effect(EffectKind.APPROVAL, EVERY, EVERY, EVERY, EVERY, EVERY, 0, approval=TERMS)


def bars(office: Office) -> set[str]:
    with pytest.raises(Barred) as found:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert office.handed_out() == []
    return {bar.code for bar in found.value.bars}


def prepared_as(office: Office, out: Outgoing, *effects: Effect) -> None:
    """Somebody prepares rows of an honest review, under an order, and says otherwise of the request."""
    batch = office.decide(BULK)
    review = office.review(batch, office.looked(range(BULK)))
    if effects:
        enter_order(office.orders(), print_order(an_order(effects=effects)), "person.c.1")
    prepare(office.release(), out, granted(BULK), review, fetched, office.account)


def test_a_request_of_many_that_is_called_a_small_one(tmp_path: Path) -> None:
    office = Office(tmp_path)
    prepared_as(office, replace(outgoing(PACKAGE, BULK), batch_rows=1))
    assert bars(office) == {"contents"}


def test_a_provision_that_no_order_names(tmp_path: Path) -> None:
    office = Office(tmp_path)
    prepared_as(office, replace(outgoing(PACKAGE, BULK), batch_rows=1, provision="p2"), STOP_P1)
    assert bars(office) == {"contents"}


def test_approvals_that_no_witness_saw_are_none(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.prepared()
    enter_order(office.orders(), print_order(an_order(effects=(APPROVAL,))), "person.c.1")
    office.clock.at += timedelta(seconds=5)
    (keeper,) = office.release().keepers
    with keeper.open(PACKAGE, "rk-1", office.courier) as lease:
        leaf = a_leaf(office)
        office.approve()
        found = lease.hand(leaf)
    assert isinstance(found, Stopped) and {bar.code for bar in found.bars} == {"approvals"}
    assert office.handed_out() == []
    pull(office.release(), PACKAGE, "rk-1", office.courier)


def test_a_reviewer_who_serves_the_asking_agency_as_well(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.prepared()
    known = office.registers.people["person.r.1"]
    assert known.key == REVIEWER.public_key
    both = replace(known, holds=(*known.holds, Tenure("us.agency-a.clerk", "us.agency-a", EVER)))
    office.registers = replace(office.registers, people={**office.registers.people, "person.r.1": both})
    assert bars(office) == {"reviewer_apart"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = a_house(tmp_path)
    made.order(made_order(since=made.now))
    return made


def stands(house: House) -> list[State]:
    texts = house.office.register.texts()
    return [each.state for each in standing(texts, house.now, lifted_now(house.desk)).stood]


def test_acts_of_the_register_put_into_another_order(house: House) -> None:
    house.lifted(ActKind.STAY)
    house.act(ActKind.STAY_END, "act-2")
    docket = house.office.root / "docket"
    leaves = list(house.office.log.leaves())
    assert missing(leaves, house.office.register.texts()) == ()
    (docket / "0002-act-1.toml").rename(docket.parent / "aside")
    (docket / "0003-act-2.toml").rename(docket / "0002-act-2.toml")
    (docket.parent / "aside").rename(docket / "0003-act-1.toml")
    assert missing(leaves, house.office.register.texts()) == ("order-1",)


def test_signers_who_left_long_before_the_act_was_logged(house: House) -> None:
    gone, known = Span(date(2020, 1, 1), date(2025, 1, 1)), house.office.registers.people
    left = {
        name: replace(person, holds=tuple(replace(each, span=gone) for each in person.holds))
        for name, person in known.items()
        if name.replace(".", "_") in TWO
    }
    assert len(left) == 2
    house.office.registers = replace(house.office.registers, people={**known, **left})
    old = datetime(2024, 1, 1, tzinfo=UTC)
    house.act(ActKind.DISSOLVE, entered_at=old, learned_at=old, effective_at=old)
    house.serve()
    house.later(25)
    with pytest.raises(Refused, match="two humans"):
        lift(house.desk, "act-1", CLERK)


def test_a_signer_who_serves_a_part_of_the_asking_agency(house: House) -> None:
    known = house.office.registers.people["person.c.2"]
    both = replace(known, holds=(*known.holds, Tenure("us.agency-a.field.clerk", "us.agency-a.field", EVER)))
    people = {**house.office.registers.people, "person.c.2": both}
    house.office.registers = replace(house.office.registers, people=people)
    house.act(ActKind.DISSOLVE)
    house.serve()
    house.later(25)
    with pytest.raises(Refused, match="two humans"):
        lift(house.desk, "act-1", CLERK)


def test_two_orders_cannot_each_take_the_place_of_the_other(house: House) -> None:
    """The successor is entered later, and is none that ends by itself."""
    second: Order = replace(made_order(since=house.now), id="order-2")
    house.order(second)
    house.lifted(ActKind.MODIFY, successor="order-2")
    house.lifted(ActKind.MODIFY, "act-2", order="order-2", successor="order-1")
    assert sum(state.binds for state in stands(house)) == 1
