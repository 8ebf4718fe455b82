# SPDX-License-Identifier: Apache-2.0
"""The list of hand-outs that slipped: it begins as much before an order's effect as two clocks may be off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.docket.register import sort
from lawgate.office import orders
from lawgate.office.handout import pull
from lawgate.office.order_asof import as_of
from lawgate.office.order_leaves import courses, exposures
from lawgate.office.orders import BindsUnloggedError, complete_orders, enter_order
from lawgate.protocol.exposure import listed, only_near
from unit.docket.house import House
from unit.release.desk import PACKAGE, START, FewLists, Office, an_order_text
from unit.release.promises import broken

SECOND = timedelta(seconds=1)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.prepared()
    return made


def entered(office: Office, effective: datetime, name: str = "order-1") -> None:
    now = office.clock.now().replace(microsecond=0)
    text = an_order_text(name, effective_at=effective, learned_at=now, entered_at=now)
    enter_order(office.orders(), text, "person.c.1")


@pytest.mark.parametrize(("early", "rows", "near"), [(0, 3, False), (1, 3, True), (240, 3, True), (241, 0, False)])
def test_i4_a_hand_out_whose_clock_was_slow_is_on_the_list_and_says_so(
    office: Office, early: int, rows: int, near: bool
) -> None:
    at = pull(office.release(), PACKAGE, "rk-1", office.courier).handout
    office.clock.at += timedelta(hours=1)
    handed = datetime.fromisoformat(dict(office.log.leaves())[at].at)
    entered(office, handed + early * SECOND)
    (force,) = office.kinds("in-force")
    assert (force.number("exposed_rows"), len(force.texts("exposed"))) == (rows, bool(rows))
    assert [(each.leaf, each.near) for each in exposures(list(office.log.leaves()))] == [(at, near)] * bool(rows)
    (told,) = as_of(House(office).desk, office.clock.now()).released
    # History, exposed, or within the tolerance: whoever reads it is told which of the three.
    assert (told.exposed, told.near) == (("order-1",) * (rows > 0 and not near), ("order-1",) * near)


def test_what_went_out_knowing_of_an_order_is_on_its_list(office: Office) -> None:
    """Learned, handed out, entered, then of effect: the docket binds from the learning, and so does the list."""
    office.clock.at += timedelta(hours=1)
    learned = office.clock.now().replace(microsecond=0)
    office.clock.at += timedelta(minutes=10)
    at = pull(office.release(), PACKAGE, "rk-1", office.courier).handout
    office.clock.at += timedelta(minutes=10)
    now = office.clock.now().replace(microsecond=0)
    text = an_order_text("order-1", learned_at=learned, entered_at=now, effective_at=now + timedelta(hours=1))
    enter_order(office.orders(), text, "person.c.1")
    (force,) = office.kinds("in-force")
    assert force.texts("exposed") == (f"{PACKAGE}@{at}",)
    assert [each.near for each in exposures(list(office.log.leaves()))] == [False]


def test_a_hand_out_near_one_order_may_be_exposed_under_another(office: Office) -> None:
    at = pull(office.release(), PACKAGE, "rk-1", office.courier).handout
    office.clock.at += timedelta(hours=1)
    handed = datetime.fromisoformat(dict(office.log.leaves())[at].at)
    entered(office, handed, "order-1")
    entered(office, handed + SECOND, "order-2")
    (told,) = as_of(House(office).desk, office.clock.now()).released
    assert (told.exposed, told.near) == (("order-1",), ("order-2",))


@given(st.integers(-1000, 1000), st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), START]))
def test_the_list_is_of_what_came_later_and_of_four_minutes_before(apart: int, effective: datetime) -> None:
    if apart < 0 and effective.year == 1:
        return
    at = effective + apart * SECOND
    assert listed(at, effective) is (apart >= -240)
    assert only_near(at, effective) is (-240 <= apart < 0)


@pytest.mark.parametrize("takes", [0, 1, 2, 3])
def test_a_list_that_broke_off_goes_on_where_it_broke(
    office: Office, monkeypatch: pytest.MonkeyPatch, takes: int
) -> None:
    """With two names a leaf: four hand-outs are two full leaves, and a third that says that the list is over."""
    monkeypatch.setattr(orders, "MAX_LIST", 2)
    monkeypatch.setattr("lawgate.office.order_leaves.MAX_LIST", 2)
    out = [f"{PACKAGE}@{pull(office.release(), PACKAGE, 'rk-1', office.courier).handout}" for _ in range(4)]
    desk, text = office.orders(), an_order_text(effective_at=START)
    if takes < 3:
        with pytest.raises(BindsUnloggedError):
            enter_order(replace(desk, log=FewLists(office.log, takes)), text, "person.c.1")
        assert [course.lacking for course in courses(office.log.leaves()).values()] == [True]
        complete_orders(desk)
    else:
        enter_order(desk, text, "person.c.1")
    assert [list(leaf.texts("exposed")) for leaf in office.kinds("in-force")] == [out[:2], out[2:], []]
    before = list(office.log.leaves())
    complete_orders(desk)
    assert list(office.log.leaves()) == before


def test_a_text_that_comes_in_while_a_list_is_written_is_not_left_out(office: Office) -> None:
    """The docket moves between reading the log and the leaf's turn: the list is made anew, with both."""
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    log, came = office.log, []

    class Meanwhile:
        leaves, publish, proof = log.leaves, log.publish, log.proof

        def append(self, leaf, still=None):
            if leaf.kind == "in-force" and not came:
                came.append(office.register.enter("order-2", an_order_text("order-2", effective_at=START)))
            return log.append(leaf, still)

    enter_order(replace(office.orders(), log=Meanwhile()), an_order_text(effective_at=START), "person.c.1")
    assert len(sort(office.register.texts()).orders) == len(office.kinds("order-bar")) == 2
    assert [leaf.text("order") for leaf in office.kinds("in-force")] == ["order-1", "order-2"]


def test_a_docket_that_never_rests_is_an_error_and_the_order_binds(office: Office) -> None:
    log, count = office.log, iter(range(2, 100))

    class Restless:
        leaves, publish, proof = log.leaves, log.publish, log.proof

        def append(self, leaf, still=None):
            if leaf.kind == "in-force":
                name = f"order-{next(count)}"
                office.register.enter(name, an_order_text(name))
            return log.append(leaf, still)

    with pytest.raises(BindsUnloggedError, match="kept coming in"):
        enter_order(replace(office.orders(), log=Restless()), an_order_text(), "person.c.1")
    assert office.kinds("in-force") == []
    complete_orders(office.orders())
    assert len(office.kinds("in-force")) == len(office.register.texts()) == len(office.kinds("order-bar"))


def test_the_promise_about_lists_fails_when_the_list_begins_at_the_second(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = pull(office.release(), PACKAGE, "rk-1", office.courier).handout
    office.clock.at += timedelta(hours=1)
    effective = datetime.fromisoformat(dict(office.log.leaves())[at].at) + SECOND
    monkeypatch.setattr(orders, "listed", lambda at, effective: at >= effective)
    entered(office, effective)
    assert [said for said in broken(office.root) if said.startswith("in-force")] != []
