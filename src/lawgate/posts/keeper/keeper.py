# SPDX-License-Identifier: Apache-2.0
"""What a key keeper does: keep identities, hold the gate, look for itself, seal to the recipient, hand out.

It takes no command to release. Somebody names a leaf; whether that leaf is in the published log, what it is about and
whether anything stands against it, the keeper finds out in its own replay of the log and its own reading of docket,
registers and package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import sha256

from lawgate.authority.gates import Sources
from lawgate.authority.look import Evidence, Look, look, prove
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.ports.release import Courier, Gate, KeyRoom, Lease, PackageError, PackageStore, delivered_as, opened
from lawgate.ports.seal import Sealer
from lawgate.protocol import steps
from lawgate.protocol.bars import CLOCK_SECONDS, Bar, Barred, Last, last_bars
from lawgate.protocol.manifest import TAR, keys_name


@dataclass(frozen=True, slots=True)
class KeeperDesk:
    """What a keeper needs. `number` is its place among the keepers of the office, 0 or 1.

    `sources` are its own: it can publish nothing, so its `publish` does nothing, and an old head bars. `size` is how
    many leaves the log has, without reading them; LawgateError when it is shorter than it was.
    """

    number: int
    gate: Gate
    sources: Sources
    packages: PackageStore
    keys: KeyRoom
    sealer: Sealer
    size: Callable[[], int]


class Keeper:
    """A `KeyKeeper` (see `ports.release`)."""

    def __init__(self, desk: KeeperDesk) -> None:
        """Everything comes through `desk`."""
        self._desk = desk

    def keep(self, package: str, identities: bytes) -> None:
        """Take the identities of a package."""
        self._desk.keys.put(package, identities)

    def keeps(self, package: str) -> bool:
        """Whether there are any."""
        return self._desk.keys.has(package)

    @contextmanager
    def open(self, package: str, key_asked: str, courier: Courier) -> Iterator[KeeperLease]:
        """Take the gate; it is given back when this ends, whatever happened."""
        with self._desk.gate.lease() as lease:
            # Only a leaf that is written while the gate is held is good for what is handed out under it.
            begins = self._desk.size()
            yield KeeperLease(self._desk, lease, Asked(package, key_asked, begins), courier)


@dataclass(frozen=True, slots=True)
class Asked:
    """The package, the recipient key that asks, and how many leaves there were when the gate was taken."""

    package: str
    key: str
    begins: int


class KeeperLease:
    """A `Holding` (see `ports.release`)."""

    def __init__(self, desk: KeeperDesk, lease: Lease, asked: Asked, courier: Courier) -> None:
        """`lease` is held by whoever made this."""
        self._desk, self._lease, self._courier = desk, lease, courier
        self._package, self._asked, self._begins = asked.package, asked.key, asked.begins
        self._seen: Look | None = None
        self._logged = False
        self._envelope, self._keys = b"", ""

    def left(self) -> float:
        """Seconds left of the lease."""
        return self._lease.left()

    def hand(self, handout: int) -> steps.Handed | steps.Stopped:
        """See for itself, and hand out under the number of the leaf."""
        found = opened(self._desk.packages, self._package)
        first_keeper = self._desk.number == 0
        parts = (steps.TAR, steps.KEYS) if first_keeper else (steps.KEYS,)
        parcels = _Parcels(self, found, steps.hand(handout, parts))
        try:
            first = parcels.until_write()
            if first is None:
                return parcels.ended()
            beside = {} if first_keeper else {"beside": True}
            self._courier.deliver(delivered_as(self._package, handout), parcels.files(first), **beside)
        except Barred as barred:
            return steps.Stopped(barred.bars, barred.step)
        return parcels.ended()

    def look(self, found: Evidence, handout: int) -> tuple[Bar, ...]:
        """Every bar, those of the leaf and the lease among them."""
        # The log is read once, after the leaf was written: all that is told of it rests on one reading.
        sources = replace(self._desk.sources, leaves=cache(self._desk.sources.leaves))
        self._seen = look(sources, found, self._asked)
        leaf = next((each for index, each in sources.leaves() if index == handout), None)
        self._logged = leaf is not None and handout >= self._begins and self._shown(found, handout, leaf)
        return self.still()

    def _shown(self, found: Evidence, handout: int, leaf: StageLeaf) -> bool:
        """Whether a leaf is about this hand-out, under witnesses, and of the moment at which they saw it."""
        if self._seen is None or not _is_about(leaf, handout, found, self._seen):
            return False
        head = prove(self._desk.sources, handout, leaf)
        # A log whose time ran ahead carries that on from leaf to leaf: then its moments say nothing.
        said = datetime.fromisoformat(leaf.at).timestamp()
        return head is not None and abs(head.seconds - said) <= CLOCK_SECONDS

    def still(self) -> tuple[Bar, ...]:
        """The bars of the last look once more, with the lease as it is now."""
        if self._seen is None:
            raise LawgateError("a hand-out before a look")
        return last_bars(self._seen.facts, Last(self._logged, self._lease.left()))

    def spend(self, handout: int) -> bool:
        """Use the leaf up; False when it is used."""
        try:
            self._desk.keys.spend(self._package, handout)
        except PackageError:
            return False
        return True

    def seal(self) -> steps.Handed:
        """Seal the identities to the key of the register."""
        if self._seen is None or self._seen.facts.key is None:
            raise LawgateError("no recipient key after all bars were passed")
        recipient = self._seen.facts.key.age
        self._keys = keys_name(self._desk.sealer.ending(recipient), self._desk.number + 1)
        self._envelope = self._desk.sealer.seal(self._desk.keys.read(self._package), recipient)
        return steps.Handed(sha256(self._envelope).hexdigest(), len(self._envelope))

    def file(self, part: str, found: Evidence) -> tuple[str, bytes]:
        """A file for the recipient. The tar goes with the custodian's own keeper only."""
        if part == steps.KEYS:
            return self._keys, self._envelope
        if found.tar is None:
            raise LawgateError("no package after all bars were passed")
        return TAR, found.tar


class _Parcels:
    """The keeper's steps, done for real; what is to be written comes out as files, in order."""

    def __init__(self, lease: KeeperLease, found: Evidence, handing: steps.Handing) -> None:
        self._lease, self._found, self._handing = lease, found, handing
        self._answer: object = None
        self._made: steps.Handed | steps.Stopped | None = None

    def until_write(self) -> steps.Write | None:
        """Go on to the next file; None when there is none, and then `ended` says what came of it all."""
        while True:
            try:
                step = self._handing.send(self._answer)
            except StopIteration as end:
                self._made = end.value
                return None
            if isinstance(step, steps.Write):
                return step
            self._answer = self._do(step)

    def files(self, first: steps.Write) -> Iterator[tuple[str, bytes]]:
        """The files, each asked for when the one before it is durable. Barred when one of them may not go."""
        step: steps.Write | None = first
        while step is not None:
            yield self._lease.file(step.part, self._found)
            self._answer = None
            step = self.until_write()
        if isinstance(self._made, steps.Stopped):
            raise Barred(self._made.bars, self._made.step)

    def ended(self) -> steps.Handed | steps.Stopped:
        """What came of it."""
        if self._made is None:
            raise LawgateError("the hand-out did not come to its end")
        return self._made

    def _do(self, step: steps.Look | steps.Spend | steps.Seal | steps.StillMay) -> object:
        match step:
            case steps.Look(handout):
                return self._lease.look(self._found, handout)
            case steps.Spend(handout):
                return self._lease.spend(handout)
            case steps.Seal():
                return self._lease.seal()
            case steps.StillMay():
                return self._lease.still()


def _is_about(leaf: StageLeaf, handout: int, found: Evidence, seen: Look) -> bool:
    """Whether a leaf is a hand-out of this very package, to this very key, over the rows accounted for."""
    if leaf.kind != "handout" or seen.prepared is None:
        return False
    index, prepared = seen.prepared
    if index >= handout:
        return False
    same = all(leaf.text(name) == prepared.text(name) for name in ("package", "root", "recipient", "recipient_key"))
    named = (leaf.text("package"), leaf.number("prepared_leaf"), leaf.number("rows"), leaf.text("recipient_text"))
    return same and named == (found.manifest.package, index, found.rows, found.manifest.recipient_text)
