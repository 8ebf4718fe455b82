# SPDX-License-Identifier: Apache-2.0
"""Who enters an order: named by an id before anything is written, and nobody else is named in their place."""

from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.docket.acts import ActKind
from lawgate.docket.printing import print_order
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import PROVISIONAL, WITHOUT_PAPER
from lawgate.office.order_acts import enter_act
from lawgate.office.order_list import acts_now
from lawgate.office.order_stop import LASTS, LONGEST_REASON, stop
from lawgate.office.orders import (
    UNKNOWN,
    BindsUnloggedError,
    OrderDesk,
    complete_orders,
    enter_order,
    enter_unreadable,
)
from unit.docket.house import CLERK, KEYS, TWO, House, a_house
from unit.docket.made import an_act, an_order, signed

FIRST, OTHER = "person.c.1", "person.c.2"
NAMES = ("Jane Doe", "Jane Doe 900-00-0000", "900-00-0000", "person.900000000", "", "p" * 129)


class Broken:
    """A log whose disk is full."""

    def __getattr__(self, call: str) -> object:
        raise LawgateError("the log is full")


class Counting:
    """A gate that says when it was drained; `broken` cannot be opened."""

    def __init__(self, broken: bool = False) -> None:
        self.broken, self.drained = broken, 0

    def drain(self) -> bool:
        self.drained += 1
        if self.broken:
            raise LawgateError("the gate cannot be opened")
        return True


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def kept(house: House) -> OrderDesk:
    return replace(house.desk, kept=lambda name: house.waits.get(name, b""))


def entered_by(house: House) -> list[str]:
    return [leaf.text("person") for leaf in house.office.kinds("order-bar")]


@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_no_id_is_told_before_anything_is_written(house: House, name: str) -> None:
    order, act = print_order(an_order(since=house.now)), signed(an_act(ActKind.VERIFY, "act-1", house.now), **TWO)
    for enter in (
        lambda: enter_order(house.desk, order, name),
        lambda: enter_unreadable(house.desk, "paper-1", b"\x89 scan", name),
        lambda: stop(house.desk, name, (), "why"),
    ):
        with pytest.raises(Refused, match=r"order_person.*NOTHING WAS ENTERED") as refused:
            enter()
        assert not name or name not in str(refused.value)
    assert (house.office.register.texts(), house.waits) == ({}, {})
    enter_order(house.desk, order, CLERK)
    before = dict(house.office.register.texts())
    with pytest.raises(Refused, match="order_person"):
        enter_act(house.desk, text_of(act), name)
    assert house.office.register.texts() == before


def text_of(act: object) -> bytes:
    from lawgate.docket.act_text import print_act

    return print_act(act)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": "two\nlines"}, "stop_reason"),
        ({"reason": ""}, "stop_reason"),
        ({"reason": "x" * (LONGEST_REASON + 1)}, "stop_reason"),
        ({"reason": "about 900-00-0000"}, "stop_reason"),
        ({"recipients": ("not an id",)}, "stop_recipients"),
        ({"recipients": ("us.agency-a", "us.agency-a")}, "stop_recipients"),
        ({"recipients": ("every",)}, "stop_recipients"),
        ({"recipients": ("900-00-0000",)}, "stop_recipients"),
        ({"second": "Jane Doe", "signature": bytes(64)}, "stop_second"),
        ({"second": OTHER, "signature": bytes(63)}, "stop_second"),
    ],
)
def test_a_stop_says_in_its_own_words_what_cannot_be_entered(house: House, more: dict, code: str) -> None:
    typed = {"recipients": (), "reason": "why", **more}
    with pytest.raises(Refused, match=rf"{code}.*NOTHING WAS ENTERED") as refused:
        stop(house.desk, FIRST, **typed)
    assert "900" not in str(refused.value)
    assert house.office.register.texts() == {}


def test_the_longest_reason_fits_with_the_second_persons_signature(house: House) -> None:
    stop(house.desk, FIRST, (), "x" * LONGEST_REASON, "p" * 128, bytes(64))
    assert len(house.office.kinds("in-force")) == 1


def test_a_stop_that_could_not_be_logged_is_completed_and_names_who_stopped(house: House) -> None:
    with pytest.raises(BindsUnloggedError, match="lawgate order complete"):
        stop(replace(house.desk, log=Broken()), FIRST, (), "why")
    with pytest.raises(Refused, match="stop_again"):
        stop(house.desk, FIRST, (), "why")
    stop(house.desk, OTHER, (), "why")
    assert entered_by(house) == [FIRST, OTHER]
    complete_orders(house.desk)
    assert [len(house.office.kinds(kind)) for kind in ("order-bar", "in-force")] == [2, 2]


@pytest.mark.parametrize("broken", [False, True])
def test_whoever_holds_the_gate_is_waited_for_although_nothing_can_be_logged(house: House, broken: bool) -> None:
    gate = Counting(broken)
    with pytest.raises(BindsUnloggedError) as told:
        stop(replace(house.desk, log=Broken(), gate=gate), FIRST, (), "why")
    assert gate.drained == 1
    assert ("could not be waited for" in str(told.value)) is broken


def test_an_order_names_who_entered_it_and_not_who_came_after(house: House) -> None:
    first, second, third = (print_order(an_order(f"order-{n}", since=house.now)) for n in (1, 2, 3))
    with pytest.raises(BindsUnloggedError):
        enter_order(replace(kept(house), log=Broken()), first, FIRST)
    with pytest.raises(BindsUnloggedError):
        enter_order(replace(kept(house), log=Broken(), keep=refuse), second, FIRST)
    enter_order(kept(house), third, OTHER)
    assert entered_by(house) == [FIRST, UNKNOWN, OTHER]
    # The same text again: still whoever was the first.
    for text in (first, second, third):
        enter_order(kept(house), text, CLERK)
    assert entered_by(house) == [FIRST, UNKNOWN, OTHER]


def test_who_entered_is_kept_before_anything_is_logged(house: House) -> None:
    class Killed:
        def __getattr__(self, call: str) -> object:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enter_order(replace(kept(house), log=Killed()), print_order(an_order(since=house.now)), FIRST)
    complete_orders(kept(house))
    assert entered_by(house) == [FIRST]


def test_where_nobody_is_kept_whoever_enters_the_text_again_is_named(house: House) -> None:
    text = print_order(an_order(since=house.now))
    with pytest.raises(BindsUnloggedError):
        enter_order(replace(house.desk, log=Broken(), keep=refuse), text, FIRST)
    enter_order(replace(house.desk, keep=refuse), text, OTHER)
    assert entered_by(house) == [OTHER]


def refuse(_name: str, _paper: bytes) -> None:
    raise OSError(28, "No space left on device")


def test_what_is_kept_about_who_entered_has_to_be_an_id(house: House) -> None:
    text = print_order(an_order(since=house.now))
    enter_order(replace(house.desk, kept=lambda name: b"Jane Doe 900-00-0000"), text, OTHER)
    enter_order(
        replace(house.desk, kept=lambda name: b"\xff"), print_order(an_order("order-2", since=house.now)), OTHER
    )
    assert entered_by(house) == [OTHER, OTHER]


def test_only_a_stop_has_the_kind_that_ends_by_itself(house: House) -> None:
    """A9. A court's order of that kind is refused at once; so is a text that only looks like a stop."""
    for court in ("A Court", WITHOUT_PAPER):
        order = an_order(kind=PROVISIONAL, court=court, since=house.now, ends=house.now + LASTS)
        with pytest.raises(Refused, match=r"order_kind.*NOTHING WAS ENTERED"):
            enter_order(house.desk, print_order(order), CLERK)
    assert house.office.register.texts() == {}
    file = stop(house.desk, FIRST, (), "why")
    assert enter_order(house.desk, house.office.register.texts()[file], OTHER) == file
    assert entered_by(house) == [FIRST]


def test_every_act_is_listed_with_what_it_lacks(house: House) -> None:
    house.order(an_order(since=house.now))
    house.act(ActKind.VERIFY, "act-0")
    house.act(ActKind.DISSOLVE, "act-1", keys={"person_c_1": KEYS["person_c_1"]})
    house.act(ActKind.STAY, "act-2")

    def listed(desk: OrderDesk = house.desk) -> dict[str, str]:
        return {each.act.id: each.stands for each in acts_now(desk)}

    found = listed()
    assert found["act-0"] == "counts"
    assert all(each in found["act-1"] for each in ("two humans", "served", "wait"))
    assert "two humans" not in found["act-2"]
    assert set(listed(replace(house.desk, log=Broken())).values()) == {
        "counts",
        "waits to be lifted; what it lacks cannot be told now",
    }
    house.serve("act-2")
    house.later(24)
    before = dict(house.waits)
    assert listed()["act-2"].startswith("waits: the wait")
    house.office.log.publish()
    assert listed()["act-2"] == "may be lifted: `order lift act-2`"
    assert house.waits == before
