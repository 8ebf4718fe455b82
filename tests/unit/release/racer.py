# SPDX-License-Identifier: Apache-2.0
"""Long-lived processes that race: pullers and a clerk, each over the same fresh copy of a prepared office.

A race begins when every worker has opened the office and said so; each then waits its own small delay and acts. Nobody
waits for a clock to show that something happened.
"""

from __future__ import annotations

import multiprocessing
import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lawgate.docket.printing import print_order
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.keeper.memory import FileMemory
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.tiles import TileLog
from lawgate.drivers.tiles.reader import TileReader
from lawgate.drivers.tiles.turn import turn
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import Refused
from lawgate.office.handout import ReleaseDesk, pull
from lawgate.office.orders import OrderDesk, enter_order
from lawgate.ports.release import Courier
from lawgate.posts.keeper.keeper import Keeper, KeeperDesk
from lawgate.posts.keeper.replay import Replay
from lawgate.protocol.bars import Barred
from unit.release.desk import BULK, ORIGIN, PACKAGE, ROWS, HandClock, Office, an_order, nothing
from unit.release.promises import cosigned, readable


@dataclass(frozen=True)
class Puller:
    """Pull so many times, after so many seconds."""

    root: str
    keepers: int
    delay: float
    times: int = 1


@dataclass(frozen=True)
class Clerk:
    """Enter an order of this id, that has effect since so many seconds, after so many seconds."""

    root: str
    delay: float
    since: float
    name: str = "order-1"


@dataclass
class Pulled:
    """What a puller did: how each try ended, the published size before each key file, and the seconds it all took."""

    ended: list[str] = field(default_factory=list)
    head: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass
class Entered:
    """When bar and force came, seconds after the order was begun; what the recipient could read then, and later."""

    bar: float = 0.0
    force: float = 0.0
    at_force: dict[str, tuple[int, str]] = field(default_factory=dict)
    after: dict[str, tuple[int, str]] = field(default_factory=dict)


PAPERS = "papers.pickle"
Wrap = Callable[[Any, str], Any]


def _as_it_is(port: Any, _name: str) -> Any:
    return port


class RacingOffice(Office):
    """The small custodian with the machine's clock, the turn at the log, and keepers that replay it themselves."""

    def __init__(self, root: Path, keepers: int = 1) -> None:
        super().__init__(root, SystemClock())
        self.keepers = keepers
        self.papers = pickle.loads((root / PAPERS).read_bytes())

    def approve(self, package: str = PACKAGE, *by: str) -> None:
        """As ever, and whoever opens this folder next has the papers too."""
        super().approve(package, *by)
        keep_papers(self)

    @contextmanager
    def store(self) -> Iterator[TileLog]:
        with turn(self.root / "log", ORIGIN) as log:
            yield log

    def orders(self) -> OrderDesk:
        """As the real office has it: an order waits for both keepers."""
        return replace(super().orders(), gate=FileGate(self.root / "gate0.lock", also=(self.root / "gate1.lock",)))

    def desk(self, wrapped: Wrap = _as_it_is) -> ReleaseDesk:
        """The desk with a keeper, or two, each with its own look at the log's files; every port `wrapped`."""
        desk = super().release()
        ports = {name: wrapped(getattr(desk, name), name) for name in ("register", "log", "packages", "sealer")}
        desk = replace(desk, **ports)
        keepers = [wrapped(self._keeper(desk, number, wrapped), f"keeper{number}") for number in range(self.keepers)]
        return replace(desk, keepers=tuple(keepers))

    def _keeper(self, desk: ReleaseDesk, number: int, wrapped: Wrap) -> Keeper:
        own = self.root / f"keeper-{number}"
        own.mkdir(exist_ok=True)
        replay = wrapped(Replay(lambda: TileReader(self.root / "log"), FileMemory(own)), "replay")
        sources = replace(desk.sources, publish=nothing, leaves=replay.leaves, proof=replay.proof)
        keys = wrapped((self.keys, self.second_keys)[number], "keys")
        return Keeper(KeeperDesk(number, self.gates[number], sources, desk.packages, keys, desk.sealer, replay.size))


def noon() -> datetime:
    """Yesterday's noon (UTC): a review is of one day, and this one is over."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)


def prepare_office(root: Path, keepers: int) -> None:
    """A package that can be pulled."""
    office = Office(root, HandClock(noon()))
    office.keepers = keepers
    office.prepared(rows=BULK if keepers > 1 else ROWS)
    if keepers > 1:
        office.approve()
    keep_papers(office)


def keep_papers(office: Office) -> None:
    """Keep what these tests hold in memory beside the office: registrations and approvals."""
    (office.root / PAPERS).write_bytes(pickle.dumps(office.papers))


def order_text(name: str, since: float) -> bytes:
    """An order that is entered now and has had effect for so many seconds."""
    now = datetime.now(UTC)
    moments = {"entered_at": now, "learned_at": now, "effective_at": now - timedelta(seconds=since)}
    order = an_order(name, **moments)
    if name.startswith("other-"):
        order = replace(order, effects=(replace(order.effects[0], recipients=("us.agency-z",)),))
    return print_order(order)


class Workers:
    """A few processes, kept over all races."""

    def __init__(self, count: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._talks: list[Connection] = []
        self._processes = []
        for _ in range(count):
            ours, theirs = spawn.Pipe()
            self._processes.append(spawn.Process(target=_work, args=(theirs,), daemon=True))
            self._processes[-1].start()
            theirs.close()
            self._talks.append(ours)

    def race(self, *jobs: Puller | Clerk) -> list[Pulled | Entered]:
        """Run the jobs at once; what came of each. RuntimeError with what went wrong in a worker."""
        talks = self._talks[: len(jobs)]
        for talk, job in zip(talks, jobs, strict=True):
            talk.send(job)
        _heard(talks)
        for talk in talks:
            talk.send("go")
        return _heard(talks)

    def end(self) -> None:
        """Let them go."""
        for talk in self._talks:
            talk.close()
        for process in self._processes:
            process.join(10)


def _heard(talks: Iterable[Connection]) -> list[Pulled | Entered]:
    found = []
    for talk in talks:
        if not talk.poll(60):
            raise RuntimeError("a worker says nothing")
        found.append(talk.recv())
    if wrong := [each for each in found if isinstance(each, str) and each != "ready"]:
        raise RuntimeError(wrong[0])
    return found


def _work(talk: Connection) -> None:
    while True:
        try:
            job = talk.recv()
        except EOFError:
            return
        try:
            office = RacingOffice(Path(job.root), getattr(job, "keepers", 1))
            talk.send("ready")
            talk.recv()
            time.sleep(job.delay)
            talk.send(_pull(office, job) if isinstance(job, Puller) else _enter(office, job))
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent has to hear of it
            talk.send(f"{type(job).__name__}: {type(error).__name__}: {error}")


def _pull(office: RacingOffice, job: Puller) -> Pulled:
    made, begun = Pulled(), time.monotonic()
    for _ in range(job.times):
        try:
            pull(office.desk(), PACKAGE, "rk-1", _WatchedCourier(office.courier, made.head))
            made.ended.append("handed out")
        except Barred as barred:
            made.ended.append(f"{barred.step}: {' '.join(sorted({bar.code for bar in barred.bars}))}")
        except Refused as refused:
            made.ended.append(refused.code)
    made.seconds = time.monotonic() - begun
    return made


class _WatchedCourier:
    """Notes how far the published log reached just before each key file is written."""

    def __init__(self, courier: Courier, head: dict[str, int]) -> None:
        self._courier, self._head = courier, head
        self.room = courier.room

    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], **beside: bool) -> None:
        def watched() -> Iterator[tuple[str, bytes]]:
            for file, data in files:
                if file.startswith("keys"):
                    self._head[f"{name}/{file}"] = cosigned(self.room.parent)
                yield file, data

        self._courier.deliver(name, watched(), **beside)


class _WatchedLog:
    """Notes when the bar was durable, and what the recipient could read when the order was about to be in force."""

    def __init__(self, log: object, root: Path, made: Entered, begun: float) -> None:
        self._log, self._root, self._made, self._begun = log, root, made, begun

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def append(self, leaf: StageLeaf, still: object = None) -> int:
        if leaf.kind == "in-force":
            self._made.at_force = readable(self._root)
        index = self._log.append(leaf, still)
        if leaf.kind == "order-bar":
            self._made.bar = time.monotonic() - self._begun
        return index


def _enter(office: RacingOffice, job: Clerk) -> Entered:
    made, desk = Entered(), office.orders()
    text, begun = order_text(job.name, job.since), time.monotonic()
    enter_order(replace(desk, log=_WatchedLog(desk.log, office.root, made, begun)), text, "person.c.1")
    made.force = time.monotonic() - begun
    made.after = readable(office.root)
    return made
