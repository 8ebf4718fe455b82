# SPDX-License-Identifier: Apache-2.0
"""The office: workers do the steps of `protocol.steps.ask`, clerks those of `protocol.steps.enter`; one log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from lawgate.protocol import steps
from lawgate.protocol.bars import Bar
from lawgate.protocol.exposure import SPREAD
from lawgate.protocol.lease import DRAIN_SECONDS
from lawgate_lab.simulator.clockwork import Pause, Process, Run
from lawgate_lab.simulator.planted import Bug
from lawgate_lab.simulator.posts import Handing, cosign, left, lend
from lawgate_lab.simulator.sight import Seen, docket_of, look
from lawgate_lab.simulator.stores import Head, Leaf, Lent, Package
from lawgate_lab.simulator.world import QUORUM, Paper, World

Still = Callable[[], tuple[Bar, ...]]
MOVED = (Bar("docket", "not_met", (), "the docket is another one than at the look"),)
"""Found in the log's turn when somebody entered something after the look: no reason to stop, but to look again."""


def append(
    world: World, me: Process, leaf: Leaf, still: Still | None = None, once: bool = False
) -> Run[int | tuple[Bar, ...]]:
    """Write a leaf when it is this process's turn, and return when it is durable: its index, or what `still` found.

    With `once` a leaf of this kind about this package or order that is there already is taken instead.
    """
    log = world.log
    yield Pause(world.disk(0.004), "leaf-asked")
    while log.turn is not None and not world.has(Bug.TURN_IGNORED):
        yield Pause(0.002 + world.disk(0.01), "turn-waited")
    log.turn = me
    yield Pause(world.disk(0.01), "turn-taken")
    if len(log.leaves) > log.synced and not world.has(Bug.TURN_IGNORED):
        # Somebody died between writing and syncing: nobody was told of that leaf, so it may stay or go.
        if world.rand.random() < 0.5:
            log.cut()
        else:
            log.sync()
    if still is not None and (found := still()):
        log.turn = None
        return found
    there = [i for i, known in enumerate(log.leaves) if once and _about(known) == _about(leaf)]
    if there:
        log.turn = None
        return there[0]
    last = log.leaves[-1].at if log.leaves and not world.has(Bug.TIME_RUNS_BACK) else 0
    leaf = replace(leaf, at=max(world.wall(me.host), last))
    place = len(log.leaves)
    if world.has(Bug.TABLE_BEFORE_LEAF):
        _tabulate(world, leaf, place)
    yield Pause(world.disk(0.01), "leaf-begun")
    log.leaves[place:] = [leaf]
    yield Pause(world.disk(), "leaf-written")
    log.sync(durably=not world.has(Bug.LEAF_NOT_SYNCED))
    yield Pause(world.disk(0.002), "leaf-durable")
    fold(world)
    log.turn = None
    return place


def _about(leaf: Leaf) -> tuple[str, str, str]:
    return leaf.kind, leaf.package, leaf.order


def fold(world: World) -> None:
    """Bring the tables up to the log."""
    table, log = world.table, world.log
    while table.through < log.synced:
        _tabulate(world, log.leaves[table.through], table.through)


def _tabulate(world: World, leaf: Leaf, place: int) -> None:
    table = world.table
    if leaf.kind == "handout":
        table.counts = {**table.counts, leaf.package: table.counts.get(leaf.package, 0) + 1}
    table.through = place + 1


def publish(world: World, me: Process) -> Run[bool]:
    """Have the head cosigned, and publish it when enough witnesses did."""
    log = world.log
    size = log.synced
    if not size:
        return False
    root = log.root(size)
    yield Pause(world.disk(0.002), "head-signed")
    seconds: dict[str, int] = {}

    def one(number: int) -> Run[None]:
        witness = world.witnesses[number]
        old = world.cosigned.get(witness.name, (0, b""))[0]
        proof = log.consistency(old, size)
        made = yield from world.ask(me, witness, lambda: cosign(world, number, size, root, proof, old), 1.0)
        if isinstance(made, int):
            seconds[witness.name] = made

    for number in range(len(world.witnesses)):
        world.clock.spawn(me, one(number))
    until = world.now + 1.0
    while len(seconds) < QUORUM and world.now < until:
        yield Pause(0.03, "witnesses-waited")
    if len(seconds) < QUORUM:
        return False
    yield Pause(world.disk(0.005), "head-cosigned")
    return store_head(world, Head(size, root, tuple(seconds.items())))


def store_head(world: World, head: Head) -> bool:
    """Publish a cosigned head unless a later one is published."""
    world.truth.head(head)
    if world.log.head is None or head.size >= world.log.head.size:
        world.log.head = head
    return True


class Asking:
    """The office's part of one hand-out."""

    def __init__(self, world: World, me: Process, package: Package, asked: str, to: Process) -> None:
        """`asked` is the key that whoever asks shows."""
        self._world, self._me, self._package, self._asked, self._to = world, me, package, asked, to
        self._leases: list[Lent] = []
        self._seen: Seen | None = None
        self._used: int | None = None

    def run(self) -> Run[str]:
        """All steps; one word on how it ended."""
        asking = steps.ask(self._package.custody)
        answer: object = None
        made = "broken"
        while True:
            try:
                step = asking.send(answer)
            except StopIteration as end:
                made = "delivered" if isinstance(end.value, steps.Delivered) else "stopped"
                break
            except TypeError:
                break
            answer = yield from self._do(step)
            if answer is None and isinstance(step, steps.Hand):
                break  # a keeper that did not answer may have handed out: nothing is said and nothing is tried again
        yield from self._give_back()
        return made

    def _do(self, step: object) -> Run[object]:
        world, me = self._world, self._me
        world.in_hand = self._package
        match step:
            case steps.Lease(number):
                return (yield from self._lease(number))
            case steps.Look():
                return (yield from self._look())
            case steps.Record():
                return (yield from self._record())
            case steps.Publish():
                return None if world.has(Bug.NO_PUBLISH) else (yield from publish(world, me))
            case steps.Hand(number, handout):
                return (yield from self._hand(number, handout))
            case steps.Note():
                return (yield from append(world, me, Leaf("barred", 0, package=self._package.id)))
            case steps.RecordSent(handout):
                return (yield from append(world, me, Leaf("sent", 0, package=self._package.id, names=handout)))
        raise TypeError("a step that the simulator does not know")

    def _lease(self, number: int) -> Run[bool]:
        world, me, name = self._world, self._me, self._package.id
        keeper = world.keepers[number]
        lent = yield from world.ask(me, keeper, lambda: lend(world, number, me, name, self._asked), 0.3)
        if not isinstance(lent, Lent):
            return False
        self._leases.append(lent)
        return True

    def _look(self) -> Run[tuple[Bar, ...]]:
        world, me = self._world, self._me
        yield from publish(world, me)
        self._seen = yield from look(world, me, self._package, self._package.stored, self._asked, -1, None)
        return () if world.has(Bug.NO_FIRST_LOOK) else self._seen.bars()

    def _record(self) -> Run[object]:
        """As the program does it (`office/handout`): each try ends, and the lease ends them all."""
        world = self._world
        if world.has(Bug.LEAF_REUSED):
            before = [i for i, leaf in self._handouts() if leaf.package == self._package.id]
            if before:
                return before[-1]
        while True:
            made = yield from append(world, self._me, Leaf("handout", 0, package=self._package.id), self._still)
            if made is not MOVED:
                return made
            if world.has(Bug.MOVED_DOCKET_NOT_LOOKED_AT) and self._seen is not None:
                self._seen = replace(self._seen, docket=docket_of(world, self._me))
            elif found := (yield from self._look()):
                return found

    def _still(self) -> tuple[Bar, ...]:
        """Asked in the log's turn: what the look found, the lease, and whether the docket is the one of the look."""
        world, seen = self._world, self._seen
        if seen is None or world.has(Bug.NOTHING_ASKED_IN_TURN):
            return ()
        known = () if world.has(Bug.NO_FIRST_LOOK) else seen.bars()
        least = min(left(world, lent) for lent in self._leases)
        if late := known + ((Bar("lease", "not_met", (), "the lease has ended"),) if least <= 0 else ()):
            return late
        docket = docket_of(world, self._me)
        if docket is None:
            return (Bar("docket", "unknown", (), "the orders cannot be read in the turn"),)
        return MOVED if docket != seen.docket and not world.has(Bug.DOCKET_NOT_ASKED_IN_TURN) else ()

    def _handouts(self) -> list[tuple[int, Leaf]]:
        log = self._world.log
        return [(i, leaf) for i, leaf in enumerate(log.leaves[: log.synced]) if leaf.kind == "handout"]

    def _hand(self, number: int, handout: int) -> Run[object]:
        world, lent = self._world, self._leases[number]
        yield Pause(world.rand.random() * 0.003, "hand-asked")
        handing = Handing(world, number, lent, self._to)
        made = yield from world.ask(self._me, world.keepers[number], lambda: handing.run(handout), 12.0)
        if isinstance(made, steps.Stopped) and world.has(Bug.SENT_WITHOUT_SENDING):
            return steps.Handed("0" * 64, 1)
        return made

    def _give_back(self) -> Run[None]:
        world = self._world
        for lent, (number, keeper) in zip(self._leases, enumerate(world.keepers), strict=False):
            yield from world.ask(self._me, keeper, partial(returned, world, number, lent), 0.05)


def returned(world: World, number: int, lent: Lent) -> Run[bool]:
    """A keeper's answer to somebody who gives a lease back. While it hands out, it keeps the lease itself."""
    if not lent.handing:
        world.gates[number].give_back(lent)
    yield Pause(0.0, "gate-returned")
    return True


class Entering:
    """A clerk's part: an order from paper into force."""

    def __init__(self, world: World, me: Process, paper: Paper) -> None:
        """Doing it again completes what is missing."""
        self._world, self._me, self._paper = world, me, paper

    def run(self) -> Run[None]:
        """All steps. When one of them fails the paper stays on the desk."""
        entering = steps.enter()
        self._paper.begun = True
        answer: object = None
        while True:
            try:
                step = entering.send(answer)
            except StopIteration:
                self._paper.done = True
                return
            answer = yield from self._do(step)

    def _do(self, step: object) -> Run[object]:
        world, me, order = self._world, self._me, self._paper.order
        match step:
            case steps.Bind():
                yield from self._bind("order")
                return None
            case steps.RecordBar():
                return (yield from append(world, me, Leaf("order-bar", 0, order=order.id, text=order.text), once=True))
            case steps.Drain():
                if not world.has(Bug.NO_DRAIN):
                    yield from self._drain()
                return None
            case steps.RecordInForce(bar):
                made = Leaf("in-force", 0, order=order.id, names=bar, listed=self._slipped())
                return (yield from append(world, me, made, once=True))
            case steps.Publish():
                return (yield from publish(world, me))
        raise TypeError("a step that the simulator does not know")

    def lift(self) -> Run[None]:
        """Lift the order: the act first, then the leaf that makes it count."""
        yield from self._bind("lift")
        yield Pause(self._world.rand.random() * 0.4, "lift-written")
        yield from append(self._world, self._me, Leaf("lift", 0, order=self._paper.order.id), once=True)
        self._paper.lifted = True

    def _bind(self, kind: str) -> Run[None]:
        register, world, row = self._world.register, self._world, (kind, self._paper.order)
        if row in register.rows[: register.synced]:
            world.truth.bound.setdefault(row[1].id, (row[1], world.now))
            return
        register.rows.append(row)
        yield Pause(world.disk(), "order-written")
        if row in register.rows:
            register.synced = len(register.rows)
            register.safe = register.safe if world.has(Bug.ORDER_NOT_SYNCED) else register.synced
            world.truth.bound.setdefault(row[1].id, (row[1], world.now))
        yield Pause(world.disk(0.002), "order-bound")

    def _drain(self) -> Run[None]:
        """Wait until each lease of now was given back or is over. Where a gate cannot be seen, wait the whole time."""
        world, me = self._world, self._me
        begun = world.passed() * me.host.rate
        gates = list(zip(world.gates, world.keepers, strict=True))
        if world.has(Bug.FIRST_KEEPER_ONLY):
            gates = gates[:1]
        unseen = any(not world.wires.reaches(me, keeper) for gate, keeper in gates if gate.host is not me.host)
        before = [(gate, lent) for gate, _ in gates for lent in gate.lent]
        while world.passed() * me.host.rate - begun < DRAIN_SECONDS:
            if world.has(Bug.DRAIN_SEES_THE_LOCK_ONLY):
                under_way = any(gate.locked is lent for gate, lent in before)
            else:
                under_way = unseen or any(lent in gate.lent for gate, lent in before)
            if not under_way:
                break
            yield Pause(0.1, "draining")
        yield Pause(0.0, "drained")

    def _slipped(self) -> tuple[int, ...]:
        """Leaves of hand-outs, since the order took effect, that it covers. A clock may be a little off either way."""
        world, log = self._world, self._world.log
        slack = 0 if world.has(Bug.EXPOSURE_BY_THE_SECOND) else SPREAD.total_seconds()
        since = self._paper.since - slack
        leaves: Sequence[Leaf] = log.leaves[: log.synced]
        order = self._paper.order
        return tuple(
            i
            for i, leaf in enumerate(leaves)
            if leaf.kind == "handout" and order.covers(leaf.package) and leaf.at >= since
        )
