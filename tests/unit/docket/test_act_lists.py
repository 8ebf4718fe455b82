# SPDX-License-Identifier: Apache-2.0
"""An act that tightens is drained and listed as an order is: what went out since its effect stands in a leaf."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lawgate.docket.act_text import print_act
from lawgate.docket.acts import ActKind, Direction
from lawgate.ledger.fold import fold
from lawgate.office.handout import pull
from lawgate.office.order_acts import enter_act
from lawgate.office.order_asof import as_of
from lawgate.office.order_leaves import exposures
from lawgate.office.orders import BindsUnloggedError, complete_orders
from lawgate.protocol.exposure import SPREAD
from unit.docket.house import CLERK, TWO, House, a_house
from unit.docket.made import an_act, an_order, signed
from unit.release.desk import PACKAGE, FewLists
from unit.release.promises import broken

NAMING = ("order-bar", "order-act", "in-force")
KINDS = [kind for kind in ActKind if kind.direction is Direction.TIGHTEN]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An order was stayed; while it was, a package went out, and an hour has passed since."""
    made = a_house(tmp_path)
    made.office.prepared()
    made.later(1)
    made.order(an_order(since=made.now))
    made.lifted(ActKind.STAY)
    return made


def handed(house: House) -> str:
    """A hand-out of now; its name on a list."""
    return f"{PACKAGE}@{pull(house.release, PACKAGE, 'rk-1', house.office.courier).handout}"


def lists(house: House) -> list[tuple[str, ...]]:
    return [leaf.texts("exposed") for leaf in house.office.kinds("in-force")]


@pytest.mark.parametrize("kind", KINDS)
def test_i4_what_slipped_since_an_act_that_tightens_is_listed(house: House, kind: ActKind) -> None:
    ended = house.now
    out = handed(house)
    house.later(1)
    house.act(kind, "act-2", effective_at=ended)
    assert lists(house) == [(), (out,)]
    kinds = [leaf.kind for _, leaf in house.office.log.leaves()]
    assert kinds[-2:] == ["order-act", "in-force"]
    (told,) = as_of(house.desk, house.now).released
    assert (told.exposed, told.near) == (("order-1",), ())
    # The small custodian's log has no leaf `start`; nothing else in it is out of place.
    assert {each.why for each in fold(house.office.log.leaves()).misplaced if each.kind in NAMING} == set()
    assert [said for said in broken(house.office.root) if said.startswith("in-force")] == []
    before = list(house.office.log.leaves())
    complete_orders(house.desk)
    assert list(house.office.log.leaves()) == before


def test_what_went_out_before_the_act_is_history_and_near_it_within_the_tolerance(house: House) -> None:
    handed(house)
    house.later(1)
    out = handed(house)
    house.later(1)
    house.act(ActKind.STAY_END, "act-2", effective_at=house.now - timedelta(hours=1) + SPREAD)
    assert lists(house) == [(), (out,)]
    assert [each.near for each in exposures(list(house.office.log.leaves()))] == [True]
    assert [said for said in broken(house.office.root) if said.startswith("in-force")] == []


def test_an_act_is_listed_from_its_learning_when_that_was_earlier(house: House) -> None:
    """A leaf about an act states its effect only; when it was learned of stands in its text."""
    learned = house.now
    out = handed(house)
    house.later(1)
    house.act(ActKind.STAY_END, "act-2", learned_at=learned, effective_at=house.now + timedelta(hours=1))
    assert lists(house) == [(), (out,)]
    (told,) = as_of(house.desk, house.now).released
    assert (told.exposed, told.near) == (("order-1",), ())


def test_two_acts_without_a_list_get_one_from_the_earlier_effect(house: House) -> None:
    """Whoever completes makes up for both at once."""
    house.later(1)
    out = [handed(house)]
    house.later(1)
    out.append(handed(house))
    house.later(1)
    for name, hours in (("act-2", 1), ("act-3", 3)):
        text = signed(an_act(ActKind.STAY_END, name, house.now, effective_at=house.now - timedelta(hours=hours)), **TWO)
        with pytest.raises(BindsUnloggedError):
            enter_act(replace(house.desk, log=FewLists(house.office.log)), print_act(text), CLERK)
    assert lists(house) == [()]
    complete_orders(house.desk)
    assert lists(house) == [(), tuple(out)]


@pytest.mark.parametrize("kind", [kind for kind in ActKind if kind.direction is not Direction.TIGHTEN])
def test_what_does_not_tighten_has_no_list(house: House, kind: ActKind) -> None:
    handed(house)
    house.later(1)
    more = {"successor": "order-2"} if kind is ActKind.MODIFY else {}
    house.order(an_order("order-2", since=house.now))
    before = lists(house)
    house.act(kind, "act-2", effective_at=house.now - timedelta(hours=1), **more)
    assert lists(house) == before == [(), ()]


def test_the_list_comes_behind_the_drain(house: House) -> None:
    """No leaf says in force while somebody may still hold a gate from before."""
    seen = []

    class Watched:
        def drain(self) -> None:
            seen.append([len(house.office.kinds(kind)) for kind in ("order-act", "in-force")])
            house.office.gate.drain()

    text = print_act(signed(an_act(ActKind.STAY_END, "act-2", house.now), **TWO))
    enter_act(replace(house.desk, gate=Watched()), text, CLERK)
    assert seen == [[2, 1]]
    assert len(house.office.kinds("in-force")) == 2
