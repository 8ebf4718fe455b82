# SPDX-License-Identifier: Apache-2.0
"""Safeguards of releasing at their edges: exactly at a threshold, under another id, with a proof of something else."""

from __future__ import annotations

import fcntl
import inspect
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from lawgate.authority.look import prove
from lawgate.authority.people import reviewed_on
from lawgate.drivers.orders.gate import FileGate
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import Refused
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.office.prepare import prepare
from lawgate.ports.keeper import KeeperError
from lawgate.ports.log import LogBrokenError
from lawgate.protocol.bars import Barred, bars, last_bars
from unit.protocol.test_bars import GOOD, KEY, LAST
from unit.release.desk import (
    PACKAGE,
    REVIEWER,
    RULEBOOK,
    START,
    Office,
    an_order_text,
    fetched,
    granted,
    outgoing,
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.prepared()
    return made


def barred(office: Office, **ports: object) -> set[str]:
    """The bars that a pull meets now; none when it is handed out."""
    try:
        pull(office.release(**ports), PACKAGE, "rk-1", office.courier)
    except Barred as found:
        return {bar.code for bar in found.bars}
    return set()


def bulk_at(rows: int) -> dict[str, object]:
    """A rulebook that calls so many people a bulk."""
    book = SimpleNamespace(**{**vars(RULEBOOK), "parameters": {"bulk_threshold": rows}})
    return {"rulebook": lambda: book}


def test_one_registrar_named_twice_is_one() -> None:
    facts = replace(GOOD, key=replace(KEY, registrars=("p1", "p1")))
    assert [bar.code for bar in bars(facts)] == ["key_registrars"]


def test_what_barred_before_the_leaf_bars_behind_it() -> None:
    assert [bar.code for bar in last_bars(replace(GOOD, covering=("order-1",)), LAST)] == ["order"]
    assert last_bars(GOOD, LAST) == ()


def test_t24_the_proof_of_another_leaf_shows_nothing(office: Office) -> None:
    sources = office.release().sources
    sources.publish()
    leaves = list(office.log.leaves())
    for index, leaf in leaves:
        assert prove(sources, index, leaf) is not None
        other = replace(sources, proof=lambda _, at=index: office.log.proof((at + 1) % len(leaves)))
        assert prove(other, index, leaf) is None


def test_rows_of_one_human_are_counted_under_every_id(office: Office) -> None:
    twin = replace(office.registers.people["person.r.1"], id="person.r.7")
    registers = replace(office.registers, people={**office.registers.people, "person.r.7": twin})
    leaves = [leaf for _, leaf in office.log.leaves()]
    day = f"{START:%Y-%m-%d}"
    assert twin.key == REVIEWER.public_key
    assert reviewed_on(registers, leaves, "person.r.7", day) == 3
    assert reviewed_on(office.registers, leaves, "person.r.7", day) == 0


@pytest.mark.parametrize(("rows", "codes"), [(4, set()), (3, {"custody", "approvals"})])
def test_exactly_as_many_people_as_make_a_bulk_are_one(office: Office, rows: int, codes: set[str]) -> None:
    assert barred(office, **bulk_at(rows)) == codes


def test_t09_a_bulk_is_counted_over_the_request_and_not_the_package(tmp_path: Path) -> None:
    office = Office(tmp_path)
    review = office.review(office.decide(5), office.looked(range(3)))
    prepare(office.release(), outgoing(rows=5), granted(5)[:3], review, fetched, office.account)
    assert barred(office, **bulk_at(5)) == {"custody", "approvals"}
    assert barred(office, **bulk_at(6)) == set()


@pytest.mark.parametrize(("seconds", "codes"), [(60, {"order"}), (119, {"order"}), (600, set())])
def test_an_order_that_a_clerk_dated_a_moment_ahead_binds_already(
    office: Office, seconds: int, codes: set[str]
) -> None:
    at = START + timedelta(seconds=seconds)
    office.register.enter("order-1", an_order_text("order-1", entered_at=at, learned_at=at, effective_at=at))
    assert barred(office) == codes


def test_t17_a_lease_is_measured_by_a_clock_that_nobody_sets() -> None:
    clock = inspect.signature(FileGate).parameters["monotonic"].default
    kernels = (time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC)
    assert min(abs(time.clock_gettime(each) - clock()) for each in kernels) < 1


def test_t54_when_the_log_takes_no_leaf_it_is_the_log_that_stops_it(office: Office) -> None:
    """No earlier leaf is taken for this one: the keeper is not even asked."""
    barred(office)

    class Full:
        """The log on a full disk."""

        def __getattr__(self, name: str) -> object:
            return getattr(office.log, name)

        def append(self, leaf: StageLeaf, still: object = None) -> int:
            raise LogBrokenError("no space left")

    with pytest.raises(LogBrokenError):
        pull(office.release(log=Full()), PACKAGE, "rk-1", office.courier)
    assert len(office.handed_out()) == len(office.kinds("handout")) == 1


def test_a_keeper_has_the_keys_before_there_is_a_package(tmp_path: Path) -> None:
    office = Office(tmp_path)
    review = office.review(office.decide(), office.looked(range(3)))

    class Away:
        """A keeper that cannot be reached."""

        def keep(self, package: str, identities: bytes) -> None:
            raise KeeperError("the key keeper is not there")

    with pytest.raises(KeeperError):
        prepare(office.release(keepers=(Away(),)), outgoing(), granted(), review, fetched, office.account)
    assert not list((tmp_path / "packages").iterdir())
    assert not office.kinds("prepared")


def test_i4_an_order_waits_between_its_bar_and_being_in_force(office: Office) -> None:
    seen: list[tuple[int, int, int]] = []

    class Waited:
        """A gate that notes what there is when somebody waits for it."""

        def drain(self) -> bool:
            seen.append((len(office.register.texts()), len(office.kinds("order-bar")), len(office.kinds("in-force"))))
            return True

    enter_order(replace(office.orders(), gate=Waited()), an_order_text(), "person.c.1")
    assert seen == [(1, 1, 0)]
    assert len(office.kinds("in-force")) == 1


def test_no_two_clerks_write_at_once(office: Office) -> None:
    """Whoever has the docket's lock in any way is waited for."""
    lock = office.root / "docket.lock"
    clerk = threading.Thread(target=lambda: office.register.enter("order-1", an_order_text()))
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        clerk.start()
        clerk.join(0.3)
        assert clerk.is_alive()
        assert office.register.texts() == {}
    clerk.join(10)
    assert list(office.register.texts()) == ["0001-order-1.toml"]


@pytest.mark.parametrize("ahead", [{"entered_at": 1}, {"learned_at": 1, "entered_at": 1}])
def test_t14_an_order_dated_ahead_is_not_taken(office: Office, ahead: dict[str, int]) -> None:
    """It would stand in the docket and bind nobody until then."""
    dates = {name: START + timedelta(hours=hours) for name, hours in ahead.items()}
    with pytest.raises(Refused) as refused:
        enter_order(office.orders(), an_order_text(**dates), "person.c.1")
    assert refused.value.code == "order_ahead"
    assert office.register.texts() == {}
