# SPDX-License-Identifier: Apache-2.0
"""What goes wrong: each fault takes the world, the process it is about and the package in hand, and ends by itself."""

from __future__ import annotations

from collections.abc import Callable

from lawgate_lab.simulator.clockwork import Process, Run
from lawgate_lab.simulator.stores import Order, Package
from lawgate_lab.simulator.world import World

HOURS_25 = 25 * 3600.0
ELSEWHERE = -1.0
"""What a fault gives that makes no sense for whoever stands here: nothing was done."""
Fault = Callable[[World, Process, Package], float]
"""Makes something go wrong; seconds by which the process at hand is held up."""


def later(world: World, seconds: float, change: Callable[[], object]) -> None:
    """Let something change after so many seconds."""

    def run() -> Run[None]:
        change()
        return
        yield

    world.clock.spawn(None, run(), seconds)


def crash(world: World, me: Process, _: Package) -> float:
    """The process dies; a quarter of the time it dies once more while it starts."""
    if me.role not in ("recipient", "insider"):
        world.crash(me, world.rand.uniform(0.01, 0.8))
        if world.rand.random() < 0.25:
            later(world, 0.9, lambda: world.crash(me, 0.3))
    return 0.0


def power_cut(world: World, *_: object) -> float:
    """The office's machine loses its power."""
    world.power_cut(world.rand.uniform(0.05, 1.0))
    return 0.0


def stall(world: World, *_: object) -> float:
    """The process is held up, maybe for longer than a lease lasts."""
    return world.rand.uniform(0.3, 5.0)


def order(world: World, _: Process, package: Package) -> float:
    """An order comes; one in eight covers nobody knows what."""
    rand, number = world.rand, len(world.papers)
    if number < 10:
        others = [name for name in world.packages if rand.random() < 0.12]
        scope = None if rand.random() < 0.08 else frozenset((package.id, *others))
        clerk = rand.randrange(2)
        paper = world.comes(Order(f"order{number}", scope, f"text of order {number}"), rand.random() * 40, clerk)
        if rand.random() < 0.85:
            later(world, rand.uniform(0.5, 6.0), lambda: setattr(paper, "lift", True))
    return 0.0


def order_and_stall(world: World, me: Process, package: Package) -> float:
    """An order comes while the process is held up: for less than a lease, or until the order may be in force."""
    order(world, me, package)
    return world.rand.choice((world.rand.uniform(0.4, 1.8), world.rand.uniform(3.2, 6.0)))


def order_and_crash(world: World, me: Process, package: Package) -> float:
    """An order comes while the process dies and starts again."""
    order(world, me, package)
    return crash(world, me, package)


def clock_step(world: World, me: Process, _: Package) -> float:
    """A clock jumps by a day, forward or back, and is set right after a while; or is a minute or so off."""
    host, rand = me.host, world.rand
    if host.name != "out":
        host.skew = rand.choice((HOURS_25, -HOURS_25, rand.uniform(-100, 100)))
        later(world, rand.uniform(0.5, 5.0), lambda: setattr(host, "skew", 0.0))
    return 0.0


def night(world: World, *_: object) -> float:
    """Every machine sleeps for a day; not between a look at the lease and the write: the margin assumes that."""
    if world.now > world.brief_until:
        world.shift += HOURS_25
    return 0.0


def slow_disk(world: World, *_: object) -> float:
    """Writing takes fifty times as long for a while."""
    world.worse.disk = 50.0
    later(world, world.rand.uniform(0.5, 4.0), lambda: setattr(world.worse, "disk", 1.0))
    return 0.0


def bad_net(world: World, *_: object) -> float:
    """Messages are lost, doubled, late."""
    wires, rand = world.wires, world.rand
    wires.loses, wires.doubles, wires.slow = rand.uniform(0, 0.3), rand.uniform(0, 0.5), rand.uniform(0.02, 0.8)
    later(world, rand.uniform(0.5, 4.0), lambda: heal_net(world))
    return 0.0


def heal_net(world: World) -> None:
    """Make the net good again."""
    wires = world.wires
    wires.loses, wires.doubles, wires.slow = 0.0, 0.0, 0.02
    wires.cut.clear()


def partition(world: World, *_: object) -> float:
    """A machine cannot be reached by the others."""
    away = world.rand.choice([world.keepers[1], *world.witnesses, *world.recipients])
    for process in (*world.workers, *world.clerks, *world.recipients):
        world.wires.cut.add(frozenset((process.name, away.name)))
    later(world, world.rand.uniform(0.5, 4.0), lambda: heal_net(world))
    return 0.0


def witnesses_out(world: World, *_: object) -> float:
    """One, two or all witnesses are gone for a while."""
    for witness in world.rand.sample(world.witnesses, world.rand.randint(1, 3)):
        world.crash(witness, world.rand.uniform(0.5, 3.0))
    return 0.0


def stale_orders(world: World, *_: object) -> float:
    """Everybody who hands out reads an old copy of the register for a while."""
    size, until = world.register.synced, world.now + world.rand.uniform(3.0, 9.0)
    for process in (*world.workers, *world.keepers):
        world.worse.docket[process.name] = (until, size)
    return 0.0


def stale_orders_and_order(world: World, me: Process, package: Package) -> float:
    """An order comes, and those who hand out read a copy from before it."""
    stale_orders(world)
    return order(world, me, package)


def stale_log(world: World, me: Process, _: Package) -> float:
    """A process reads an old copy of the log for a while."""
    world.worse.log[me.name] = (world.now + world.rand.uniform(1.0, 5.0), world.log.synced)
    return 0.0


def unreadable_orders(world: World, me: Process, package: Package) -> float:
    """An order comes, and nobody can read the register for a while."""
    for process in (*world.workers, *world.keepers):
        world.worse.unreadable[process.name] = world.now + world.rand.uniform(3.0, 8.0)
    return order(world, me, package)


def lock_lost(world: World, *_: object) -> float:
    """The service that keeps the lock loses a connection and frees it; whoever holds the lease does not notice."""
    for gate in world.gates:
        gate.locked = None
    return 0.0


def lock_lost_and_order(world: World, me: Process, package: Package) -> float:
    """The same while an order comes and whoever holds the lease is held up for less than it lasts."""
    lock_lost(world)
    order(world, me, package)
    return world.rand.uniform(0.4, 1.7)


def revoke(world: World, _: Process, package: Package) -> float:
    """A recipient's key is revoked; it is registered again later."""
    if package.key in world.keys:
        world.keys.pop(package.key)
        world.revoked[package.key] = world.now
        later(world, world.rand.uniform(3.0, 8.0), lambda: _register(world, package))
    return 0.0


def _register(world: World, package: Package) -> None:
    world.keys[package.key] = package.key_text
    world.revoked.pop(package.key, None)


def swap_key(world: World, _: Process, package: Package) -> float:
    """Somebody puts another key under the recipient's id."""
    if package.key in world.keys:
        world.keys[package.key] = "text of another key"
        later(world, world.rand.uniform(0.5, 3.0), lambda: _swap_back(world, package))
    return 0.0


def _swap_back(world: World, package: Package) -> None:
    if package.key in world.keys:
        world.keys[package.key] = package.key_text


def spoil(world: World, _: Process, package: Package) -> float:
    """The disk changes a stored package; it comes back from a copy later."""
    package.stored = "0" * 64
    later(world, world.rand.uniform(1.0, 4.0), lambda: setattr(package, "stored", package.tar))
    return 0.0


def asleep(world: World, *_: object) -> float:
    """The second keeper's machine sleeps, and an order comes. Not between a look at the lease and the write."""
    host = world.apart
    if world.now > world.brief_until and host.asleep <= world.now:
        seconds = world.rand.uniform(1.0, 6.0)
        host.asleep = world.now + seconds
        host.slept += seconds
        order(world, world.keepers[1], world.in_hand)
    return 0.0


def order_stall_and_clock_back(world: World, me: Process, package: Package) -> float:
    """An order comes, the process is held up until it may be in force, and the clock goes back."""
    if me.role != "keeper":
        return ELSEWHERE
    me.host.skew = -HOURS_25
    later(world, 6.0, lambda: setattr(me.host, "skew", 0.0))
    order(world, me, package)
    return world.rand.uniform(3.2, 6.0)


def order_and_first_keeper_dies(world: World, me: Process, package: Package) -> float:
    """An order comes, the first keeper dies, and the second, which stands here, is held up a little."""
    if me is not world.keepers[1]:
        return ELSEWHERE
    order(world, me, package)
    crash(world, world.keepers[0], package)
    return world.rand.uniform(0.2, 1.8)


def order_and_its_keeper_dies(world: World, me: Process, package: Package) -> float:
    """An order comes, the first keeper dies, and the worker who has its lease is held up a little."""
    if me.role != "worker":
        return ELSEWHERE
    order(world, me, package)
    crash(world, world.keepers[0], package)
    return world.rand.uniform(0.2, 1.8)
