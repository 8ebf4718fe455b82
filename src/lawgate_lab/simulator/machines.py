# SPDX-License-Identifier: Apache-2.0
"""Two ways to choose what goes wrong: anywhere by chance, or where the protocol stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from random import Random

from lawgate_lab.simulator.cheats import cheat_before_prepared
from lawgate_lab.simulator.clockwork import Pause, Task
from lawgate_lab.simulator.faults import ELSEWHERE
from lawgate_lab.simulator.menu import FAULTS
from lawgate_lab.simulator.posts import BRIEF
from lawgate_lab.simulator.world import World

Hook = Callable[[Task, Pause], float]

HANDING = (
    *("gate-lent", "look-begun", "look-log-read", "look-orders-read", "leaf-asked", "turn-waited", "turn-taken"),
    *("leaf-begun", "leaf-written", "leaf-durable", "head-signed", "head-cosigned", "hand-asked", "spending", "spent"),
    *("sealing", "brief-before-write", "tar-going", "keys-going", "key-gone", "handed"),
)
"""Where a worker or a keeper stands during a hand-out, in the order in which it comes by."""
BESIDE = (
    *("head-checked", "cosigned", "order-written", "order-bound", "draining", "drained", "lift-written"),
    *("preparing", "prepared"),
)
"""Where everybody else stands."""
PLAIN = ("crash", "power_cut", "stall", "slow_disk", "bad_net", "clock_step")
PAIRS = (
    *((place, fault) for place in HANDING for fault in FAULTS),
    *((place, fault) for place in BESIDE for fault in PLAIN),
)
A_SEED = 5
"""Pairs of place and fault that one seed of the state-aware machine tries."""
PREPARING = 79
"""One seed in so many cheats while packages are prepared; it fits no other place, so it is no pair."""
ALL_PAIRS = -(-len(PAIRS) // A_SEED)
"""So many seeds in a row try every pair of place and fault."""


class Machine(ABC):
    """Makes things go wrong while `on`. A subclass says what, and when."""

    def __init__(self, seed: int) -> None:
        """Chance of its own, so that another choice of faults leaves the world's alone."""
        self.rand = Random(f"faults {seed}")
        self.on = True
        self.world: World | None = None

    def hook(self, task: Task, pause: Pause) -> float:
        """Seconds by which a task is held up. Between a look at the lease and the write that is never long."""
        if not self.on or self.world is None:
            return 0.0
        held_up = self.choose(self.world, task, pause.at)
        return min(held_up, BRIEF) if pause.at == "brief-before-write" else held_up

    @abstractmethod
    def choose(self, world: World, task: Task, at: str) -> float:
        """What goes wrong where a task stands, if anything; seconds by which it is held up."""

    def strike(self, world: World, task: Task, name: str) -> float:
        """Let one fault happen where a task stands."""
        process = task.process or self.rand.choice(world.custodial)
        return FAULTS[name](world, process, world.in_hand)


class Naive(Machine):
    """Any fault of the seed's set, on any process and package, at any step, all alike."""

    def __init__(self, seed: int) -> None:
        """A seed has half of the faults, and a rate."""
        super().__init__(seed)
        self._kinds = self.rand.sample(list(FAULTS), len(FAULTS) // 2)
        self._rate = self.rand.choice((0.002, 0.005, 0.01, 0.02))

    def choose(self, world: World, task: Task, at: str) -> float:
        """Mostly nothing; where the task stands does not matter."""
        del task, at
        if self.rand.random() >= self._rate:
            return 0.0
        everybody = [*world.custodial, world.keepers[1], *world.witnesses]
        package = self.rand.choice(list(world.packages.values()))
        return max(0.0, FAULTS[self.rand.choice(self._kinds)](world, self.rand.choice(everybody), package))


class Aware(Machine):
    """Some pairs of place and fault for each seed, all pairs over enough seeds: the fault strikes who stands there."""

    def __init__(self, seed: int) -> None:
        """The pairs of this seed: the next ones of a fixed order."""
        super().__init__(seed)
        order = list(PAIRS)
        Random(f"pairs {seed // ALL_PAIRS}").shuffle(order)
        first = seed % ALL_PAIRS * A_SEED
        self.pairs = tuple(order[first : first + A_SEED])
        self._at: dict[str, list[str]] = {}
        for place, fault in self.pairs:
            self._at.setdefault(place, []).append(fault)
        self._left = dict.fromkeys(self.pairs, 6)
        self._early = seed % PREPARING == PREPARING - 1

    def choose(self, world: World, task: Task, at: str) -> float:
        """The pair's fault at its place, at some visits; now and then an order, so that there is one to break."""
        held_up = 0.0
        if self._early and at == "preparing" and task.process is not None:
            return max(0.0, cheat_before_prepared(world, task.process, world.in_hand))
        if self.rand.random() < 0.0015:
            held_up = self.strike(world, task, self.rand.choice(("order", "order_and_stall", "crash")))
        stands = at in BESIDE or (task.process is not None and task.process.role in ("worker", "keeper"))
        for name in self._at.get(at, ()) if stands else ():
            if self._left[at, name] and self.rand.random() < 0.4:
                seconds = self.strike(world, task, name)
                if seconds != ELSEWHERE:
                    self._left[at, name] -= 1
                    held_up += seconds
        return held_up


MACHINES: dict[str, type[Machine]] = {"state-aware": Aware, "naive": Naive}
