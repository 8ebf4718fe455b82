# SPDX-License-Identifier: Apache-2.0
"""What every Gate and its Lease promise: one at a time over all processes, short, not renewable, gone with its process.

Time is a clock moved by hand: a driver is made with the clock it is to read.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.promises import Driver, Place, Suite
from lawgate.drivers.orders.gate import FileGate
from lawgate.model.fault import Refused
from lawgate.ports.release import Gate, Lease
from lawgate.protocol.lease import DRAIN_SECONDS, LEASE_SECONDS, left


@dataclass
class Hand:
    """A monotonic clock: `step` seconds pass each time somebody looks at it."""

    now: float = 100.0
    step: float = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@dataclass(frozen=True)
class Timed:
    """A gate, and the clock it reads."""

    gate: Gate
    clock: Hand


def timed(make: Callable[[Path, Callable[[], float]], Gate]) -> Driver[Timed]:
    """A driver of the suite from a gate's factory (file, clock)."""

    def driver(place: Path) -> Timed:
        place.mkdir(exist_ok=True)
        clock = Hand()
        return Timed(make(place / "gate.lock", clock), clock)

    driver.__name__ = make.__name__
    return driver


GATES: Suite[Timed] = Suite(timed(FileGate))


def busy(gate: Gate) -> bool:
    """Whether the gate refuses because somebody holds it."""
    try:
        with gate.lease():
            return False
    except Refused as refused:
        assert refused.code == "gate_busy"
        return True


@contextmanager
def held_elsewhere(gate: Gate) -> Iterator[int]:
    """Another process holds the gate meanwhile; its id."""
    inside, outside = os.pipe()
    child = os.fork()
    if child == 0:  # never comes back into the tests
        try:
            with gate.lease():
                os.write(outside, b"h")
                signal.pause()
        finally:
            os._exit(0)
    try:
        assert os.read(inside, 1) == b"h"
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(inside)
        os.close(outside)


@GATES.promise
def one_lease_at_a_time(place: Place[Timed]) -> None:
    one, two = place.open().gate, place.open().gate
    with one.lease():
        assert busy(one) and busy(two)
    with two.lease():
        assert busy(one)
    assert not busy(one)


@GATES.promise
def a_lease_excludes_other_processes_and_dies_with_its_own(place: Place[Timed]) -> None:
    gate = place.open().gate
    with held_elsewhere(gate) as child:
        assert busy(gate) and busy(place.open().gate)
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert not busy(gate)


@GATES.promise
def a_lease_ends_by_itself_and_cannot_be_renewed(place: Place[Timed]) -> None:
    timed = place.open()
    with timed.gate.lease() as lease:
        assert [name for name in dir(lease) if not name.startswith("_")] == ["left"]
        assert lease.left() == LEASE_SECONDS == lease.left()
        timed.clock.now += LEASE_SECONDS / 4
        assert 0 < lease.left() < LEASE_SECONDS
        timed.clock.now += LEASE_SECONDS
        assert lease.left() <= 0 and busy(timed.gate), "ended, but not yet given back"
        timed.clock.now += 1000
        assert lease.left() <= 0
    with timed.gate.lease() as lease:
        assert lease.left() == LEASE_SECONDS, "the next one is a lease of its own"


@GATES.promise
def a_clock_that_runs_back_gives_nothing(place: Place[Timed]) -> None:
    timed = place.open()
    with timed.gate.lease() as lease:
        timed.clock.now -= 1
        assert lease.left() <= LEASE_SECONDS
        timed.clock.now -= 1000
        assert lease.left() <= LEASE_SECONDS


@GATES.promise
def it_is_given_back_when_the_work_fails(place: Place[Timed]) -> None:
    gate = place.open().gate
    for error in (KeyError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error), gate.lease():
            raise error
        assert not busy(gate)


@GATES.promise
def being_refused_takes_nothing_from_the_holder(place: Place[Timed]) -> None:
    timed = place.open()
    with timed.gate.lease() as lease:
        for _ in range(20):
            assert busy(place.open().gate)
        assert lease.left() == LEASE_SECONDS
        assert busy(timed.gate)


@GATES.promise
def draining_an_idle_gate_is_done_at_once(place: Place[Timed]) -> None:
    timed = place.open()
    before = timed.clock.now
    assert timed.gate.drain() and timed.gate.drain()
    assert timed.clock.now == before and not busy(timed.gate)


@GATES.promise
def draining_waits_until_the_lease_is_given_back(place: Place[Timed]) -> None:
    timed, entered, leave = place.open(), threading.Event(), threading.Event()
    found: list[bool] = []

    def hold() -> None:
        with place.open().gate.lease():
            entered.set()
            leave.wait(10)

    threads = [threading.Thread(target=hold), threading.Thread(target=lambda: found.append(timed.gate.drain()))]
    threads[0].start()
    assert entered.wait(10)
    threads[1].start()
    threads[1].join(0.1)
    waited = list(found)
    leave.set()
    for thread in threads:
        thread.join(10)
    assert (waited, found) == ([], [True])


@GATES.promise
def draining_outlasts_a_lease_that_is_kept(place: Place[Timed]) -> None:
    timed = place.open()
    with held_elsewhere(place.open().gate):
        before, timed.clock.step = timed.clock.now, DRAIN_SECONDS / 8
        assert timed.gate.drain() is False
        passed = timed.clock.now - before
    assert LEASE_SECONDS < DRAIN_SECONDS <= passed < 2 * DRAIN_SECONDS


class Counting(FileGate):
    """Keeps what a planted gate needs to go wrong."""

    def __init__(self, file: Path, monotonic: Callable[[], float]) -> None:
        super().__init__(file, monotonic)
        self.clock = monotonic


class Fixed:
    """A lease that says what it was made with."""

    def __init__(self, say: Callable[[], float]) -> None:
        self._say = say

    def left(self) -> float:
        return self._say()


TWO = ("one_lease_at_a_time", "a_lease_excludes_other_processes_and_dies_with_its_own")
THREE = (*TWO, "being_refused_takes_nothing_from_the_holder", "a_lease_ends_by_itself_and_cannot_be_renewed")
NEVER_WAITS = "draining_waits_until_the_lease_is_given_back", "draining_outlasts_a_lease_that_is_kept"


@GATES.breaks(*THREE, *NEVER_WAITS)
@timed
class TwoLeases(Counting):
    def lease(self) -> AbstractContextManager[Lease]:
        taken = self.clock()
        return nullcontext(Fixed(lambda: left(taken, self.clock())))


LOST: list[AbstractContextManager[Lease]] = []
LOCKS: dict[tuple[int, Path], threading.Lock] = {}


@GATES.breaks(TWO[1], *NEVER_WAITS)
@timed
class OfOneProcess(Counting):
    @contextmanager
    def lease(self) -> Iterator[Lease]:
        lock = LOCKS.setdefault((os.getpid(), self._file), threading.Lock())
        if not lock.acquire(blocking=False):
            raise Refused("gate_busy", "another thread has it")
        try:
            taken = self.clock()
            yield Fixed(lambda: left(taken, self.clock()))
        finally:
            lock.release()


@GATES.breaks("a_lease_ends_by_itself_and_cannot_be_renewed")
@timed
class Endless(Counting):
    @contextmanager
    def lease(self) -> Iterator[Lease]:
        with super().lease():
            yield Fixed(lambda: LEASE_SECONDS)


@GATES.breaks("a_clock_that_runs_back_gives_nothing")
@timed
class Believing(Counting):
    @contextmanager
    def lease(self) -> Iterator[Lease]:
        with super().lease():
            taken = self.clock()
            yield Fixed(lambda: taken + LEASE_SECONDS - self.clock())


@GATES.breaks("it_is_given_back_when_the_work_fails")
@timed
class Keeping(Counting):
    @contextmanager
    def lease(self) -> Iterator[Lease]:
        held = super().lease()
        LOST.append(held)
        yield held.__enter__()
        held.__exit__(None, None, None)


@GATES.breaks("being_refused_takes_nothing_from_the_holder", *TWO)
@timed
class GivingWay(Counting):
    """Whoever is refused takes the lock away from the holder."""

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        try:
            with super().lease() as lease:
                yield lease
        except Refused:
            self._file.unlink(missing_ok=True)
            raise


@GATES.breaks(*NEVER_WAITS)
@timed
class Hasty(Counting):
    def drain(self) -> bool:
        return True


@GATES.breaks(NEVER_WAITS[1])
@timed
class TooSoon(Counting):
    def drain(self) -> bool:
        until = self.clock() + LEASE_SECONDS / 2
        while busy(self) and self.clock() < until:
            time.sleep(0.01)
        return not busy(self)


@GATES.breaks("draining_an_idle_gate_is_done_at_once", NEVER_WAITS[0])
@timed
class Gloomy(Counting):
    def drain(self) -> bool:
        super().drain()
        return False


test_gate, test_a_planted_gate_is_seen = GATES.tests()
