# SPDX-License-Identifier: Apache-2.0
"""Keepers and witnesses: a keeper does the steps of `protocol.steps.hand`; a witness remembers one head and signs."""

from __future__ import annotations

from hashlib import sha256

from lawgate.ledger.merkle import verify_consistency
from lawgate.protocol import steps
from lawgate.protocol.lease import LEASE_SECONDS
from lawgate_lab.simulator.clockwork import Pause, Process, Run
from lawgate_lab.simulator.planted import Bug
from lawgate_lab.simulator.sight import Seen, look
from lawgate_lab.simulator.stores import Lent, Package
from lawgate_lab.simulator.truth import Wrote
from lawgate_lab.simulator.world import World

BRIEF = 0.2
"""Seconds that may pass between a look at the lease and the write: with the clocks' drift, less than the margin."""


def lend(world: World, number: int, owner: Process, package: str, asked: str) -> Run[Lent | None]:
    """A keeper's answer to somebody who wants its gate: the lease, or None when it is lent."""
    yield Pause(world.rand.random() * 0.003, "gate-asked")
    gate, now = world.gates[number], world.passed()
    gate.tidy(now)
    taken = gate.locked is not None if world.has(Bug.GATE_LENT_TOO_EARLY) else bool(gate.lent)
    if taken and not world.has(Bug.BUSY_IGNORED):
        return None
    world.leases += 1
    lent = Lent(
        number=world.leases,
        owner=owner,
        owner_life=owner.life,
        package=package,
        asked=asked,
        host=gate.host,
        taken=now * gate.host.rate,
        log_size=world.log.synced,
        began=world.now,
        wall=world.wall(gate.host),
        slept=gate.host.slept,
    )
    gate.lent.append(lent)
    gate.locked = lent
    world.truth.lent(number, len(gate.lent))
    yield Pause(0.0, "gate-lent")
    return lent


def left(world: World, lent: Lent) -> float:
    """Seconds left of a lease, as its keeper counts them."""
    if world.has(Bug.LEASE_BY_THE_WALL_CLOCK):
        return LEASE_SECONDS - (world.wall(lent.host) - lent.wall)
    if world.has(Bug.LEASE_SLEEPS):
        return lent.left(world.passed() - (lent.host.slept - lent.slept))
    return lent.left(world.passed()) + (8.0 if world.has(Bug.LEASE_FOR_TEN_SECONDS) else 0.0)


class Handing:
    """A keeper's part of one hand-out."""

    def __init__(self, world: World, number: int, lent: Lent, to: Process) -> None:
        """`lent` is the lease that whoever asks says it has."""
        self._world, self._number, self._lent, self._to = world, number, lent, to
        self._me = world.keepers[number]
        self._package: Package = world.packages[lent.package]
        self._seen: Seen | None = None
        self._looked = False
        self._lasts = 0
        self._tar = ""

    def run(self, handout: int) -> Run[steps.Handed | steps.Stopped]:
        """All steps under the number of a leaf."""
        world, gate = self._world, self._world.gates[self._number]
        if self._lent not in gate.lent:
            return steps.Stopped((), "busy")
        self._lent.handing += 1
        self._tar = self._package.stored
        made = yield from self._steps(handout)
        self._lent.handing -= 1
        if not self._lent.handing and self._lent.owner.life != self._lent.owner_life:
            gate.give_back(self._lent)
        yield Pause(world.rand.random() * 0.002, "handed")
        return made

    def _steps(self, handout: int) -> Run[steps.Handed | steps.Stopped]:
        handing = steps.hand(handout)
        answer: object = None
        while True:
            try:
                step = handing.send(answer)
            except StopIteration as end:
                made: steps.Handed | steps.Stopped = end.value
                return made
            answer = yield from self._do(step, handout)

    def _do(self, step: object, handout: int) -> Run[object]:
        world = self._world
        world.in_hand = self._package
        match step:
            case steps.Look(number):
                self._seen = yield from look(
                    world, self._me, self._package, self._tar, self._lent.asked, number, self._lent
                )
                self._looked = not world.has(Bug.KEEPER_DOES_NOT_LOOK)
                return () if not self._looked else self._still()
            case steps.Spend(number):
                return (yield from self._spend(number))
            case steps.Seal():
                yield Pause(world.rand.random() * 0.005, "sealing")
                return steps.Handed(sha256(self._package.identities.encode()).hexdigest(), 1)
            case steps.StillMay():
                return self._last()
            case steps.Write(part):
                yield from self._write(part, handout)
                return None
        raise TypeError("a step that the simulator does not know")

    def _last(self) -> object:
        self._lasts += 1
        world, last = self._world, self._lasts > 1
        unasked = world.has(Bug.NO_LOOK_AT_THE_LEASE) or (last and world.has(Bug.NO_LAST_LOOK_AT_THE_LEASE))
        unasked = unasked or (not self._looked and left(world, self._lent) > 0)
        return () if unasked else self._still()

    def _still(self) -> object:
        if self._seen is None:
            return None
        return self._seen.last_bars(left(self._world, self._lent))

    def _spend(self, number: int) -> Run[bool]:
        world, used = self._world, self._world.used[self._number]
        yield Pause(world.disk(), "spending")
        if world.has(Bug.LEAF_NOT_SPENT) or world.has(Bug.SPENT_TOO_LATE):
            return number not in used.synced
        if number in used.written:
            return False
        used.written.add(number)
        if not world.has(Bug.SPENT_NOT_SYNCED):
            used.synced.add(number)
        world.sending[self._number] = (number, self)
        yield Pause(world.disk(), "spent")
        return True

    def again(self, handout: int) -> None:
        """Send the key once more without asking anybody. Only a planted bug does that."""
        self._let_go(steps.KEYS, handout)

    def _write(self, part: str, handout: int) -> Run[None]:
        world = self._world
        world.brief_until = world.now + 2 * BRIEF
        yield Pause(world.rand.random() * 0.01, "brief-before-write")
        self._let_go(part, handout)
        yield Pause(world.disk(0.3), f"{part}-going")
        if part == steps.KEYS:
            if world.has(Bug.SPENT_TOO_LATE):
                world.used[self._number].synced.add(handout)
            world.sending.pop(self._number, None)
            yield Pause(0.0, "key-gone")

    def _let_go(self, part: str, handout: int) -> None:
        world, package, seen = self._world, self._package, self._seen
        identities = package.identities
        if world.has(Bug.FRESH_IDENTITIES):
            identities = f"{identities} under {handout}"
        sealed_to = seen.key.age if seen and seen.key else ""
        if world.has(Bug.SEALED_TO_WHO_ASKS):
            sealed_to = world.keys.get(self._lent.asked, "")
        world.truth.wrote(
            Wrote(
                self._number,
                self._lent,
                package,
                handout,
                part,
                self._lent.asked,
                sealed_to,
                identities,
                self._tar,
                seen.head if seen else None,
                self._looked,
                seen.clock_off if seen else 0.0,
            )
        )


def wake(world: World, number: int) -> Run[None]:
    """A keeper starts. It takes nothing up again."""
    yield Pause(world.rand.random() * 0.05, "keeper-starts")
    if world.has(Bug.KEEPER_SENDS_AGAIN) and number in world.sending:
        handout, handing = world.sending.pop(number)
        handing.again(handout)


def cosign(world: World, number: int, size: int, root: bytes, proof: list[bytes], old: int) -> Run[int | None]:
    """A witness's answer to a head: the second on its clock, or None when it does not go on from the one it has."""
    witness = world.witnesses[number]
    yield Pause(world.rand.random() * 0.005, "head-checked")
    known, known_root = world.cosigned.get(witness.name, (0, b""))
    if not world.has(Bug.WITNESS_FORGETS):
        if size < known or (size == known and root != known_root):
            return None
        if 0 < known < size and not (old == known and verify_consistency(known, size, proof, known_root, root)):
            return None
    world.cosigned[witness.name] = (size, root)
    yield Pause(0.0, "cosigned")
    return world.wall(witness.host)
