# SPDX-License-Identifier: Apache-2.0
"""An order is shown as verified by two humans whose signatures hold, and binds whatever anybody signed."""

from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.authority.verified import verified
from lawgate.docket.acts import ActKind
from lawgate.model.order import State
from lawgate.office.order_acts import verified_now, verifiers
from lawgate.office.order_asof import as_of
from unit.docket.house import BOTH, KEYS, House, a_house
from unit.docket.made import an_order
from unit.release.desk import OFFICE

ONE, TWO = KEYS["person_c_1"], KEYS["person_c_2"]


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = a_house(tmp_path)
    made.order(an_order(since=made.now))
    return made


def state(house: House) -> tuple[State, bool]:
    (found,) = as_of(house.desk, house.now).stands.stood
    return found.state, found.state.binds


def test_two_humans_of_the_custodian_verify_by_one_act_or_by_two(house: House) -> None:
    house.act(ActKind.VERIFY, "act-1", keys={"person_c_1": ONE})
    assert (state(house), verifiers(house.desk, "order-1")) == ((State.REPORTED, True), 1)
    house.act(ActKind.VERIFY, "act-2", keys={"person_c_2": TWO})
    assert (state(house), verifiers(house.desk, "order-1")) == ((State.IN_FORCE, True), 2)


@pytest.mark.parametrize(
    ("keys", "humans"),
    [
        ({"person_c_1": ONE, "person_c_2": ONE}, 1),  # the second name is signed with another's key
        ({"person_c_1": ONE, "person_c_8": ONE}, 1),  # two names of one human
        ({"person_c_1": ONE, "person_a_2": BOTH}, 1),  # somebody who serves the asking side as well
        ({"person_c_1": TWO, "person_c_9": TWO}, 0),  # another's key, and nobody the registers know
    ],
)
def test_signatures_that_hold_are_counted_and_no_others(house: House, keys: dict[str, object], humans: int) -> None:
    house.act(ActKind.VERIFY, keys=keys)
    assert (state(house), verifiers(house.desk, "order-1")) == ((State.REPORTED, True), humans)


def test_somebody_who_left_the_office_verifies_nothing(house: House) -> None:
    registers = house.office.registers
    gone = replace(registers.people["person.c.2"], holds=())
    house.office.registers = replace(registers, people={**registers.people, "person.c.2": gone})
    house.act(ActKind.VERIFY)
    assert (state(house), verifiers(house.desk, "order-1")) == ((State.REPORTED, True), 1)


def test_what_the_log_does_not_have_shows_nobody(house: House) -> None:
    house.act(ActKind.VERIFY)
    assert [len(each) for each in verified_now(house.desk).values()] == [2]
    leaves = [each for each in house.office.log.leaves() if each[1].kind != "order-act"]
    assert verified(leaves, house.office.register.texts(), house.lifting()) == {}
    assert house.lifting().office == OFFICE


def test_before_it_was_verified_nobody_had_verified_it(house: House) -> None:
    before = house.now
    house.later(5)
    house.act(ActKind.VERIFY)
    assert [each.state for each in as_of(house.desk, before).stands.stood] == [State.REPORTED]
    assert state(house) == (State.IN_FORCE, True)
