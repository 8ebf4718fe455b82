# SPDX-License-Identifier: Apache-2.0
"""What the processes do all day: packages are prepared, recipients ask, clerks enter orders, somebody inside cheats."""

from __future__ import annotations

from functools import partial

from lawgate_lab.simulator.clockwork import Pause, Process, Run
from lawgate_lab.simulator.office import Asking, Entering, append, fold, publish, returned
from lawgate_lab.simulator.planted import Bug
from lawgate_lab.simulator.posts import Handing, lend, wake
from lawgate_lab.simulator.stores import Leaf, Lent, Package
from lawgate_lab.simulator.truth import ROGUE
from lawgate_lab.simulator.world import World


def settle(world: World) -> None:
    """Give every process its work, and start it."""
    for number, worker in enumerate(world.workers):
        worker.begin = partial(_work, world, worker, number == 0)
    for number, clerk in enumerate(world.clerks):
        clerk.begin = partial(_enter, world, clerk, number)
    for number in range(len(world.keepers)):
        world.keepers[number].begin = partial(wake, world, number)
    for number, recipient in enumerate(world.recipients):
        recipient.begin = partial(_receive, world, recipient, number)
    for process in (*world.workers, *world.clerks, *world.keepers, *world.recipients):
        if process.begin is not None:
            world.clock.spawn(process, process.begin())


def _work(world: World, me: Process, prepares: bool) -> Run[None]:
    """A worker starts: it makes the tables good first; one of them prepares what is not prepared."""
    yield Pause(world.disk(0.02), "worker-starts")
    fold(world)
    for package in world.packages.values() if prepares else ():
        if package.prepared < 0:
            yield from _prepare(world, me, package)


def _prepare(world: World, me: Process, package: Package) -> Run[None]:
    """Account for the rows, then write the leaf."""
    if not world.has(Bug.ACCOUNTED_AFTER):
        package.accounted = True
    yield Pause(world.disk(0.1), "preparing")
    made = yield from append(world, me, Leaf("prepared", 0, package.id, text=package.tar), once=True)
    package.prepared = made if isinstance(made, int) else -1
    yield Pause(world.rand.random() * 1.5, "prepared")
    package.accounted = True


def pull(world: World, me: Process, package: Package, asked: str, to: Process) -> Run[str]:
    """A worker's answer to a recipient; it does one thing at a time."""
    if me.name in world.busy:
        return "busy"
    world.busy[me.name] = 1
    if world.has(Bug.TAR_ON_REQUEST):
        world.truth.tar_alone()
    made = yield from Asking(world, me, package, asked, to).run()
    world.busy.pop(me.name, None)
    return made


def _receive(world: World, me: Process, number: int) -> Run[None]:
    rand, key = world.rand, f"key{number}"
    own = [each for each in world.packages.values() if each.key == key]
    while True:
        yield Pause(rand.expovariate(2.5), "recipient-waits")
        others = not world.worse.calm and rand.random() < 0.1
        package = rand.choice(list(world.packages.values()) if others else own)
        if world.worse.calm and (left := [each for each in own if each.id in world.wanted]):
            package = left[0]
        worker = rand.choice(world.workers)
        yield from world.ask(me, worker, partial(pull, world, worker, package, key, me), 15.0)


def _enter(world: World, me: Process, number: int) -> Run[None]:
    """A clerk goes through the papers on the desk. A paper stays there until its order is in force."""
    while True:
        yield Pause(0.1 + world.rand.random() * 0.3, "clerk-waits")
        for paper in list(world.papers):
            if paper.clerk != number:
                continue
            if not paper.done and not (paper.begun and world.has(Bug.BAR_NOT_TAKEN_UP)):
                yield from Entering(world, me, paper).run()
            if paper.done and paper.lift and not paper.lifted:
                yield from Entering(world, me, paper).lift()


def cheat(world: World, package: Package, leaf: int | str, asked: str, twice: bool) -> Run[None]:
    """Somebody inside takes a lease and names a leaf, maybe twice: the one of a number, or one of their own making.

    A text names the package that the leaf is about: they write it without a look, and have it published.
    """
    me, keeper = world.insider, world.keepers[0]
    lent: object = None
    for _ in range(8):
        lent = yield from world.ask(me, keeper, lambda: lend(world, 0, me, package.id, asked), 0.3)
        if isinstance(lent, Lent):
            break
        yield Pause(world.rand.random() * 0.5, "cheat-waits")
    if not isinstance(lent, Lent):
        return
    if isinstance(leaf, str):
        made = yield from append(world, me, Leaf("handout", 0, package=leaf, text=ROGUE))
        yield from publish(world, me)
        leaf = made if isinstance(made, int) else -1
    for _ in range(2 if twice else 1):
        handing = Handing(world, 0, lent, me)
        yield from world.ask(me, keeper, partial(handing.run, leaf), 3.0)
    yield from world.ask(me, keeper, lambda: returned(world, 0, lent), 0.05)
