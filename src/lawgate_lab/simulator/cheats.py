# SPDX-License-Identifier: Apache-2.0
"""What somebody inside does on purpose: names leaves, writes them without a look, forks and forges the log."""

from __future__ import annotations

from functools import partial

from lawgate.ledger.merkle import leaf_hash, root_of
from lawgate_lab.simulator.clockwork import Process, Run
from lawgate_lab.simulator.faults import ELSEWHERE, HOURS_25, crash, later, night, order, power_cut, revoke
from lawgate_lab.simulator.office import store_head
from lawgate_lab.simulator.people import cheat
from lawgate_lab.simulator.posts import cosign
from lawgate_lab.simulator.stores import Head, Leaf, Package
from lawgate_lab.simulator.world import QUORUM, World


def _newest(world: World, package: Package) -> int:
    leaves = world.log.leaves[: world.log.synced]
    found = [i for i, leaf in enumerate(leaves) if leaf.kind == "handout" and leaf.package == package.id]
    return found[-1] if found else -1


def cheat_by_number(world: World, _: Process, package: Package) -> float:
    """Somebody inside names a leaf: an old one of this package, used up or not, or of another, or none at all."""
    log, rand = world.log, world.rand
    handouts = [i for i, leaf in enumerate(log.leaves[: log.synced]) if leaf.kind == "handout"]
    named = rand.choice([*handouts[-6:], log.synced, log.synced - 1])
    world.clock.spawn(world.insider, cheat(world, package, named, package.key, rand.random() < 0.5), rand.random())
    return 0.0


def cheat_by_leaf(world: World, _: Process, package: Package) -> float:
    """Somebody inside writes a leaf without a look: about this package or another, for its own key or another."""
    rand = world.rand
    about = package.id if rand.random() < 0.7 else rand.choice(list(world.packages))
    asked = package.key if rand.random() < 0.7 else rand.choice(list(world.keys) or [package.key])
    world.clock.spawn(world.insider, cheat(world, package, about, asked, rand.random() < 0.3), rand.random())
    return 0.0


def order_and_cheat(world: World, me: Process, package: Package) -> float:
    """An order comes, and when it may be in force somebody inside writes a leaf without a look."""
    order(world, me, package)
    world.clock.spawn(
        world.insider, cheat(world, package, package.id, package.key, False), world.rand.uniform(0.1, 4.0)
    )
    return 0.0


def cheat_before_prepared(world: World, _: Process, __: Package) -> float:
    """Somebody inside writes a leaf about the package that is just being prepared, before it is."""
    waiting = [package for package in world.packages.values() if package.prepared < 0]
    if not waiting:
        return ELSEWHERE
    early = cheat(world, waiting[0], waiting[0].id, waiting[0].key, False)
    world.clock.spawn(world.insider, early)
    return world.rand.uniform(0.02, 0.2)


def revoke_and_cheat(world: World, me: Process, package: Package) -> float:
    """A recipient's key is revoked, and somebody inside writes a leaf without a look."""
    revoke(world, me, package)
    world.clock.spawn(
        world.insider, cheat(world, package, package.id, package.key, False), world.rand.uniform(0.1, 2.0)
    )
    return 0.0


def crash_and_cheat(world: World, me: Process, package: Package) -> float:
    """The process dies, and somebody inside names the newest leaf twice."""
    newest = _newest(world, package)
    crash(world, me, package)
    world.clock.spawn(world.insider, cheat(world, package, newest, package.key, True), world.rand.uniform(0.3, 3.0))
    return 0.0


def power_cut_and_cheat(world: World, me: Process, package: Package) -> float:
    """The power goes, and somebody inside names the newest leaf twice."""
    newest = _newest(world, package)
    power_cut(world)
    world.clock.spawn(world.insider, cheat(world, package, newest, package.key, True), world.rand.uniform(1.2, 4.0))
    return crash(world, me, package) if me.role == "keeper" else 0.0


def old_leaf_on_an_old_clock(world: World, me: Process, package: Package) -> float:
    """The process dies, a day passes, somebody sets the clock back by it and names the newest leaf."""
    newest = _newest(world, package)
    crash(world, me, package)
    night(world)
    for process in world.custodial:
        if process.role == "worker":
            world.crash(process, 2.0)
    world.office.skew = -HOURS_25
    later(world, 3.0, lambda: setattr(world.office, "skew", 0.0))
    world.clock.spawn(world.insider, cheat(world, package, newest, package.key, False), world.rand.uniform(0.3, 0.8))
    return 0.0


def hand_twice(world: World, *_: object) -> float:
    """For a moment every message arrives twice."""
    world.wires.doubles = 1.0
    later(world, 0.3, lambda: setattr(world.wires, "doubles", 0.0))
    return 0.0


def fork_offered(world: World, *_: object) -> float:
    """Somebody with the log's key offers another history to the witnesses."""
    size, root = world.log.synced + 1, b"\x07" * 32

    def run() -> Run[None]:
        seconds: dict[str, int] = {}
        for number, witness in enumerate(world.witnesses):
            signing = partial(cosign, world, number, size, root, [], 0)
            made = yield from world.ask(world.insider, witness, signing, 0.5)
            if isinstance(made, int):
                seconds[witness.name] = made
        if len(seconds) >= QUORUM:
            store_head(world, Head(size, root, tuple(seconds.items())))

    world.clock.spawn(world.insider, run())
    return 0.0


def forged_log(world: World, _: Process, package: Package) -> float:
    """A keeper is shown a log with a leaf that nobody wrote, under a head that one bought witness cosigned."""
    log = world.log
    if log.synced:
        leaf = Leaf("handout", max(world.wall(world.office), log.leaves[-1].at), package=package.id)
        root = root_of(log.hashes + leaf_hash(leaf.render()))
        head = Head(log.synced + 1, root, (("witness0", int(world.true_wall())),))
        world.worse.forged = (world.now + 5.0, leaf, head)
        world.clock.spawn(world.insider, cheat(world, package, log.synced, package.key, False))
    return 0.0
