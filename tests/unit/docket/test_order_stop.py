# SPDX-License-Identifier: Apache-2.0
"""T59: a stop without a paper ends by itself, and the same human's second one in a row needs another person."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from lawgate.docket.acts import ActKind
from lawgate.docket.standing import standing
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import EVERY, State
from lawgate.office.order_stop import again_paper, last_stop, stop
from lawgate.office.orders import complete_orders
from unit.docket.house import BOTH, KEYS, House, a_house

FIRST = "person.c.1"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def states(house: House) -> list[State]:
    return [each.state for each in standing(house.office.register.texts(), house.now).stood]


def test_one_person_stops_everything_now_and_is_named(house: House) -> None:
    stop(house.desk, FIRST, (), "the paper is on its way")
    (bar,) = house.office.kinds("order-bar")
    (order,) = standing(house.office.register.texts(), house.now).in_force
    assert (bar.text("person"), bar.texts("effects")) == (FIRST, ("stop",))
    assert (order.docket_number, order.effects[0].recipients, order.note) == (FIRST, EVERY, "the paper is on its way")


def test_it_ends_by_itself_and_a_leaf_says_so(house: House) -> None:
    stop(house.desk, FIRST, ("us.agency-a",), "why")
    house.later(71)
    complete_orders(house.desk)
    assert (states(house), house.office.kinds("order-act")) == ([State.REPORTED], [])
    house.later(1)
    assert states(house) == [State.EXPIRED]
    for _ in range(2):
        complete_orders(house.desk)
    (leaf,) = house.office.kinds("order-act")
    assert (leaf.text("does"), leaf.texts("people")) == ("expired", ())


def test_a_paper_confirms_it(house: House) -> None:
    file = stop(house.desk, FIRST, (), "why")
    name = file.removeprefix("0001-").removesuffix(".toml")
    house.act(ActKind.VERIFY, order=name, keys={"person_c_2": KEYS["person_c_2"]})
    house.later(1000)
    complete_orders(house.desk)
    assert states(house) == [State.REPORTED]
    assert last_stop(house.desk, FIRST, house.now) is None


@pytest.mark.parametrize("hours", [1, 73, 143])
@pytest.mark.parametrize("who", [FIRST, "person.c.8", "PERSON.C.1"])
def test_the_same_humans_next_stop_needs_a_second_person(house: House, hours: float, who: str) -> None:
    stop(house.desk, FIRST, (), "why")
    house.later(hours)
    before = last_stop(house.desk, who, house.now)
    assert before is not None
    paper = again_paper(who, before.id, ())
    second = KEYS["person_c_2"].sign(paper)
    for by, signature in (
        ("", b""),
        ("person.c.2", b""),
        ("person.c.2", KEYS["person_c_1"].sign(paper)),
        ("person.c.2", KEYS["person_c_2"].sign(again_paper(who, before.id, ("us.agency-a",)))),
        ("person.c.1", KEYS["person_c_1"].sign(paper)),
        ("person.a.2", BOTH.sign(paper)),
        ("person.nobody", second),
    ):
        with pytest.raises(Refused, match="stop_again" if not by or signature else "stop_second"):
            stop(house.desk, who, (), "again", by, signature)
    assert len(house.office.register.texts()) == 1
    stop(house.desk, who, (), "again", "person.c.2", second)
    assert len(house.office.register.texts()) == 2


def test_another_person_and_a_later_time_need_nobody(house: House) -> None:
    stop(house.desk, FIRST, (), "why")
    stop(house.desk, "person.c.2", (), "why")
    house.later(145)
    stop(house.desk, FIRST, (), "why")
    assert len(house.office.register.texts()) == 3


def test_where_nobody_can_tell_who_is_who_a_stop_goes_in(house: House) -> None:
    def lost(_ids: object) -> object:
        raise LawgateError("lost")

    stop(house.desk, FIRST, (), "why")
    stop(replace(house.desk, humans=lost), FIRST, (), "again")
    assert len(house.office.register.texts()) == 2


def test_of_two_stops_of_one_id_each_has_a_leaf_when_it_ends(house: House) -> None:
    file = stop(house.desk, FIRST, (), "why")
    text, register = house.office.register.texts()[file], house.office.root / "docket"
    second = text.replace(b'note = "why"', b'note = "other"')
    (register / f"0002-{file.removeprefix('0001-')}").write_bytes(second)
    house.later(73)
    complete_orders(house.desk)
    ended = [leaf.text("instrument") for leaf in house.office.kinds("order-act")]
    assert sorted(ended) == sorted(sha256(each).hexdigest() for each in (text, second))
