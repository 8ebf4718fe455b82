# SPDX-License-Identifier: Apache-2.0
"""Entering orders: what binds when, what the log says, and that nothing undoes the register."""

import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lawgate.drivers.clock.system import SystemClock
from lawgate.model.fault import Faulty, LawgateError, Refused
from lawgate.model.order import EVERY
from lawgate.office.handout import pull
from lawgate.office.orders import BindsUnloggedError, complete_orders, enter_order, enter_unreadable
from lawgate.protocol.bars import Barred
from unit.release.desk import PACKAGE, START, FewLists, Office, an_order, an_order_text


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.prepared()
    return made


class Broken:
    """A log whose disk is full."""

    def __getattr__(self, call: str) -> object:
        raise LawgateError("the log is full")


def test_an_order_is_registered_then_logged_then_in_force(office: Office) -> None:
    file = enter_order(office.orders(), an_order_text(), "person.c.1")
    assert office.register.texts()[file] == an_order_text()
    (bar,), (force,) = office.kinds("order-bar"), office.kinds("in-force")
    assert (bar.text("order"), bar.text("person"), bar.texts("effects")) == ("order-1", "person.c.1", ("stop",))
    assert force.number("exposed_rows") == 0
    before = list(office.log.leaves())
    complete_orders(office.orders())
    assert list(office.log.leaves()) == before


def test_a_broken_log_does_not_keep_an_order_from_binding(office: Office) -> None:
    with pytest.raises(BindsUnloggedError):
        enter_order(replace(office.orders(), log=Broken()), an_order_text(), "person.c.1")
    with pytest.raises(Barred, match="order-1"):
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert office.kinds("order-bar") == []
    enter_order(office.orders(), an_order_text(), "person.c.1")
    assert len(office.register.texts()) == len(office.kinds("order-bar")) == len(office.kinds("in-force")) == 1


def test_a_bar_without_its_end_is_completed(office: Office) -> None:
    with pytest.raises(BindsUnloggedError):
        enter_order(replace(office.orders(), log=FewLists(office.log)), an_order_text(), "person.c.1")
    assert [len(office.kinds(kind)) for kind in ("order-bar", "in-force")] == [1, 0]
    complete_orders(office.orders())
    assert [len(office.kinds(kind)) for kind in ("order-bar", "in-force")] == [1, 1]


def test_an_id_belongs_to_one_instrument(office: Office) -> None:
    enter_order(office.orders(), an_order_text(), "person.c.1")
    with pytest.raises(Refused, match="order_id_taken"):
        enter_order(office.orders(), an_order_text(note="other"), "person.c.1")
    assert len(office.register.texts()) == 1


def test_a_paper_nobody_can_read_binds_everything(office: Office) -> None:
    with pytest.raises(Faulty):
        enter_order(office.orders(), b"\x89 scan", "person.c.1")
    with pytest.raises(Refused, match="order_readable"):
        enter_unreadable(office.orders(), "paper-1", an_order_text(), "person.c.1")
    with pytest.raises(Refused, match="order_name"):
        enter_unreadable(office.orders(), "Paper 1", b"\x89 scan", "person.c.1")
    assert office.register.texts() == {}
    enter_unreadable(office.orders(), "paper-1", b"\x89 scan", "person.c.1")
    with pytest.raises(Barred, match="unreadable:0001-paper-1"):
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    (bar,) = office.kinds("order-bar")
    assert bar.texts("effects") == ("unreadable",)
    assert bar.body["provisional"] is True


def test_a_package_that_is_not_the_one_in_its_leaf_counts_as_exposed(office: Office, tmp_path: Path) -> None:
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    tar = next((tmp_path / "packages").rglob("package.tar"))
    tar.write_bytes(tar.read_bytes() + bytes(512))
    effect = replace(an_order().effects[0], fields=("income",))  # of another field than went out
    enter_order(office.orders(), an_order_text("order-4", effective_at=START, effects=(effect,)), "p.c")
    assert [leaf.number("exposed_rows") for leaf in office.kinds("in-force")] == [3]


def test_exposure_counts_from_the_legal_moment_and_only_what_is_covered(office: Office) -> None:
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    office.clock.at += timedelta(hours=1)
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    times = {"learned_at": START + timedelta(hours=1), "entered_at": START + timedelta(hours=1)}
    enter_order(office.orders(), an_order_text("order-1", effective_at=START + timedelta(minutes=5), **times), "p.c")
    enter_order(office.orders(), an_order_text("order-2", effective_at=START, **times), "p.c")
    effect = replace(an_order().effects[0], fields=("income",))
    enter_order(office.orders(), an_order_text("order-3", effective_at=START, effects=(effect,), **times), "p.c")
    found = {leaf.text("order"): leaf.number("exposed_rows") for leaf in office.kinds("in-force")}
    assert found == {"order-1": 3, "order-2": 6, "order-3": 0}


def test_exposure_counts_a_person_under_any_of_their_ids(office: Office) -> None:
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    known = office.registers.people["person.a.1"]  # who signed the request
    other = replace(known, id="person.z.9")
    office.registers = replace(office.registers, people={**office.registers.people, "person.z.9": other})
    effect = replace(an_order().effects[0], requesters=("person.z.9",), recipients=EVERY)
    enter_order(office.orders(), an_order_text("order-5", effective_at=START, effects=(effect,)), "p.c")
    assert [leaf.number("exposed_rows") for leaf in office.kinds("in-force")] == [3]


def test_where_nobody_can_tell_who_is_who_everything_counts_as_exposed(office: Office) -> None:
    def lost(_: object) -> Iterable[str]:
        raise LawgateError("no registers")

    pull(office.release(), PACKAGE, "rk-1", office.courier)
    effect = replace(an_order().effects[0], requesters=("person.nobody",), recipients=EVERY)
    enter_order(
        replace(office.orders(), humans=lost), an_order_text("order-6", effective_at=START, effects=(effect,)), "p"
    )
    assert [leaf.number("exposed_rows") for leaf in office.kinds("in-force")] == [3]


def test_an_order_against_many_pulls_at_once(tmp_path: Path) -> None:
    """Whoever asks while an order comes in: nothing goes out after it is in force, and the log says what did before."""

    clock = SystemClock()
    ready = Office(tmp_path, clock)
    ready.prepared()
    ends = []

    def ask() -> None:
        office = Office(tmp_path, clock)
        office.registers, office.identity, office.papers = ready.registers, ready.identity, ready.papers
        while True:
            try:
                pull(office.release(), PACKAGE, "rk-1", office.courier)
            except Barred as refused:
                # Somebody else's leaf between publishing and reading is one more reason to ask again.
                if any(bar.code == "order" for bar in refused.bars):
                    ends.append("order")
                    return
            except Refused:  # the gate is busy
                time.sleep(0.01)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    while len(ready.kinds("sent")) < 3:
        time.sleep(0.01)
    times = dict.fromkeys(("entered_at", "learned_at", "effective_at"), clock.now().replace(microsecond=0))
    enter_order(ready.orders(), an_order_text(**times), "person.c.1")
    for thread in threads:
        thread.join(20)
    assert ends == ["order"] * 3
    kinds = [leaf.kind for _, leaf in ready.log.leaves()]
    force = kinds.index("in-force")
    assert "handout" not in kinds[force:]
    assert len(ready.handed_out()) <= kinds.count("handout")
    exposed = ready.kinds("in-force")[0].texts("exposed")
    late = [at for at, leaf in ready.log.leaves() if leaf.kind == "handout" and at > kinds.index("order-bar")]
    assert {f"{PACKAGE}@{at}" for at in late} <= set(exposed)
    assert len(late) <= 1
