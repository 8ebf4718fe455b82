# SPDX-License-Identifier: Apache-2.0
"""Everything there is in one run: machines, processes, disks, orders on paper; and what only the observer knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from lawgate_lab.simulator.clockwork import Clockwork, Host, Pause, Process, Run, Task
from lawgate_lab.simulator.planted import Bug
from lawgate_lab.simulator.stores import Gate, Head, Leaf, Lent, Log, Order, Package, Register, Used, tar_digest
from lawgate_lab.simulator.truth import Truth
from lawgate_lab.simulator.wires import Wires, call

if TYPE_CHECKING:
    from lawgate_lab.simulator.posts import Handing

BASE = 1_800_000_000
QUORUM = 2
DRIFT = 0.04


@dataclass(slots=True, eq=False)
class Paper:
    """An order of a court on a clerk's desk; `lift` that it shall be lifted again.

    `since` is the moment from which it is effective, as a right clock shows it.
    """

    order: Order
    since: float
    clerk: int
    begun: bool = False
    done: bool = False
    lift: bool = False
    lifted: bool = False


@dataclass(slots=True, eq=False)
class Table:
    """The office's tables: hand-outs of each package, folded from so many leaves of the log."""

    through: int = 0
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Worse:
    """What is wrong with reading just now, by process name: until when, and how much of it an old copy has."""

    docket: dict[str, tuple[float, int]] = field(default_factory=dict)
    log: dict[str, tuple[float, int]] = field(default_factory=dict)
    unreadable: dict[str, float] = field(default_factory=dict)
    forged: tuple[float, Leaf, Head] | None = None
    disk: float = 1.0
    calm: bool = False


class World:
    """One run from a seed. `hook` is told every pause of every task, and may do something to it."""

    def __init__(self, seed: int, planted: frozenset[Bug], hook: Callable[[Task, Pause], float]) -> None:
        """All machines are up, every package is still to be prepared, no order has come."""
        self.rand = Random(seed)
        self.planted = planted
        self.clock = Clockwork(hook)
        self.wires = Wires(self.rand)
        self.log, self.register, self.table, self.worse = Log(), Register(), Table(), Worse()
        self.shift = 0.0
        self.office, *others = (Host(name, rate=self._rate()) for name in ("office", "other", "w0", "w1", "w2", "out"))
        self.apart, outside = others[0], others[-1]
        self.workers = [Process(f"worker{n}", "worker", self.office) for n in range(3)]
        self.clerks = [Process(f"clerk{n}", "clerk", self.office) for n in range(2)]
        self.keepers = [Process("keeper0", "keeper", self.office), Process("keeper1", "keeper", self.apart)]
        self.witnesses = [Process(f"witness{n}", "witness", others[1 + n]) for n in range(3)]
        self.recipients = [Process(f"recipient{n}", "recipient", outside) for n in range(4)]
        self.insider = Process("insider", "insider", self.office)
        for witness in self.witnesses:
            witness.host.skew = self.rand.uniform(-2, 2)
        self.gates = [Gate(keeper.host) for keeper in self.keepers]
        self.used = [Used(), Used()]
        self.remembered: dict[str, list[tuple[str, Order]]] = {}
        self.key_cache: dict[str, str] = {}
        self.sending: dict[int, tuple[int, Handing]] = {}
        self.cosigned: dict[str, tuple[int, bytes]] = {}
        self.keys = {f"key{n}": f"text{n}" for n in range(4)}
        self.revoked: dict[str, float] = {}
        self.packages = {each.id: each for each in self._packages()}
        self.papers: list[Paper] = []
        self.brief_until = 0.0
        self.wanted: set[str] = set()
        self.busy: dict[str, int] = {}
        self.leases = 0
        self.truth = Truth(self)
        self.in_hand = next(iter(self.packages.values()))
        self._begin_log()

    def _begin_log(self) -> None:
        """The log has its first leaf, and every witness has its head: before that it could not tell two logs apart."""
        self.log.write(Leaf("start", self.wall(self.office)))
        self.log.sync()
        root = self.log.root(1)
        self.cosigned = {witness.name: (1, root) for witness in self.witnesses}
        self.log.head = Head(1, root, tuple((witness.name, self.wall(witness.host)) for witness in self.witnesses))
        self.table.through = 1

    def _rate(self) -> float:
        return 1.0 + self.rand.uniform(-DRIFT, DRIFT)

    def _packages(self) -> Iterator[Package]:
        for number in range(6):
            name, key = f"package{number}", f"key{number % 4}"
            custody = 2 if number % 3 == 2 else 1
            tar = tar_digest(name)
            yield Package(name, key, self.keys[key], custody, tar, f"identities of {name}", stored=tar)

    def has(self, bug: Bug) -> bool:
        """Whether a bug is planted."""
        return bug in self.planted

    @property
    def now(self) -> float:
        """The true second."""
        return self.clock.now

    def true_wall(self) -> float:
        """What a right clock would show."""
        return BASE + self.now + self.shift

    def passed(self) -> float:
        """Seconds that passed for machines, also while they slept: what a lease is measured by."""
        return self.now + (0.0 if self.has(Bug.LEASE_SLEEPS) else self.shift)

    def wall(self, host: Host) -> int:
        """What a machine's clock shows."""
        return int(self.true_wall() + host.skew)

    def disk(self, most: float = 0.02) -> float:
        """Seconds that writing takes."""
        return self.rand.random() * most * self.worse.disk

    @property
    def custodial(self) -> list[Process]:
        """Processes on the office's machine: what a power cut there ends."""
        return [*self.workers, *self.clerks, self.keepers[0]]

    def comes(self, order: Order, ago: float, clerk: int) -> Paper:
        """An order arrives at a clerk's desk, effective for so many seconds already."""
        paper = Paper(order, self.true_wall() - ago, clerk)
        self.papers.append(paper)
        return paper

    def crash(self, process: Process, down: float) -> None:
        """Kill a process; it starts again after so many seconds. What it wrote stays; what it held it loses."""
        process.life += 1
        process.up = False
        if self.log.turn is process:
            self.log.turn = None
        self.busy.pop(process.name, None)
        for gate, keeper in zip(self.gates, self.keepers, strict=True):
            if keeper is process:
                # The lock is the kernel's and goes with its process; nothing of it can still be sending.
                gate.lent, gate.locked = [], None
            for lent in [each for each in gate.lent if each.owner is process]:
                self.clock.spawn(None, self._hang_up(gate, lent), self.rand.random() * 0.3)
        self.clock.spawn(None, self._start(process, process.life), down)

    def _hang_up(self, gate: Gate, lent: Lent) -> Run[None]:
        if not lent.handing:
            gate.give_back(lent)
        return
        yield

    def _start(self, process: Process, life: int) -> Run[None]:
        if process.life == life:
            process.up = True
            if process.begin is not None:
                self.clock.spawn(process, process.begin())
        return
        yield

    def power_cut(self, down: float) -> None:
        """The office's machine stops and starts again: what was not synced is gone."""
        for process in self.custodial:
            self.crash(process, down)
        if self.log.cut():
            self.truth.broken("I1", "a power cut took an acknowledged leaf")
        self.register.cut()
        self.used[0].cut()

    def ask(self, caller: Process, server: Process, serve: Callable[[], Run[object]], wait: float) -> Run[object]:
        """Ask another process; None when no answer came in time."""
        return (yield from call(self.clock, self.wires, caller, server, serve, wait))
