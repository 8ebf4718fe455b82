# SPDX-License-Identifier: Apache-2.0
"""Runs seeds: faults everywhere, or faults that stop so that what is allowed has to happen in the end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lawgate_lab.simulator.faults import heal_net
from lawgate_lab.simulator.machines import MACHINES, Machine
from lawgate_lab.simulator.people import settle
from lawgate_lab.simulator.planted import Bug
from lawgate_lab.simulator.stores import Order
from lawgate_lab.simulator.truth import Broken
from lawgate_lab.simulator.world import World, Worse

CALM_SECONDS = 90.0
IN_FORCE_SECONDS = 5.0
"""For each order on the desks, one after the other: a lease, its margin, and the writing."""


class Mode(StrEnum):
    """Safety: faults to the end. Liveness: they stop after three fifths, and then orders and deliveries must finish."""

    safety = "safety"
    liveness = "liveness"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a seed: steps, hand-outs, orders in force, leaves; and the invariant that broke, if one did."""

    seed: int
    mode: Mode
    steps: int
    handed: int
    in_force: int
    leaves: int
    invariant: str = ""
    why: str = ""


def mode_of(seed: int) -> Mode:
    """Odd seeds are liveness runs."""
    return Mode.liveness if seed % 2 else Mode.safety


def run(seed: int, steps: int, machine: str = "state-aware", planted: frozenset[Bug] = frozenset()) -> Outcome:
    """One seed. The same arguments give the same run, step by step."""
    mode = mode_of(seed)
    chooser: Machine = MACHINES[machine](seed)
    world = World(seed, planted, chooser.hook)
    chooser.world = world
    settle(world)
    invariant = why = ""
    try:
        _play(world, chooser, steps, mode)
    except Broken as broken:
        invariant, why = broken.invariant, broken.why
    truth = world.truth
    handed = sum(truth.handed.values())
    return Outcome(seed, mode, world.clock.steps, handed, len(truth.in_force), world.log.synced, invariant, why)


def _play(world: World, chooser: Machine, steps: int, mode: Mode) -> None:
    storm = steps if mode is Mode.safety else steps * 3 // 5
    while world.clock.steps < storm and world.clock.step():
        world.truth.look()
    if mode is Mode.liveness:
        chooser.on = False
        _calm(world)
        _finish(world, steps)


def _calm(world: World) -> None:
    """Faults stop: everything is reachable, right and up again; some orders are lifted, and a new one comes."""
    world.worse = Worse(calm=True)
    heal_net(world)
    for process in (*world.custodial, world.keepers[1], *world.witnesses):
        process.host.skew = 0.0
    for paper in world.papers:
        paper.lift = paper.lift or paper.order.scope is None or world.rand.random() < 0.6
    # Leaves written under a clock that ran ahead hold hand-outs up until the day that they name.
    ahead = world.log.leaves[-1].at - world.true_wall() if world.log.leaves else 0.0
    world.shift += max(ahead, 0.0)
    world.comes(Order("last", frozenset(("package0",)), "the last order"), 0.0, 0)
    stay = [paper.order for paper in world.papers if not paper.lift]
    world.wanted = {name for name in world.packages if not any(order.covers(name) for order in stay)}


def _finish(world: World, steps: int) -> None:
    """Until everything is done that has to be done, and the seed has its steps."""
    begun, first = world.now, world.log.synced
    truth = world.truth
    backlog = sum(not paper.done for paper in world.papers)
    while world.clock.step():
        truth.look()
        for name in list(world.wanted):
            need, made = world.packages[name].custody, truth.delivered.get(name, ())
            if any(index >= first and len(truth.sent_keys[index]) >= need for _, index, _ in made):
                world.wanted.discard(name)
        undone = [paper for paper in world.papers if paper.order.id not in truth.in_force]
        waited = world.now - begun
        if waited > IN_FORCE_SECONDS * (1 + backlog) and undone:
            raise Broken("L1", "an order does not come into force although nothing goes wrong any more")
        if waited > CALM_SECONDS and world.wanted:
            raise Broken("L2", "an allowed delivery does not finish although nothing goes wrong any more")
        if not undone and not world.wanted and world.clock.steps >= steps:
            return
