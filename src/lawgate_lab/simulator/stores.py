# SPDX-License-Identifier: Apache-2.0
"""What lies on disks: the log, the register of orders, packages, used leaves, and the gate. A power cut takes what was
not synced; a killed process takes nothing but its turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from lawgate.ledger.merkle import consistency_proof, leaf_hash, nodes_of, root_of
from lawgate.protocol.lease import DRAIN_SECONDS, LEASE_SECONDS, left
from lawgate_lab.simulator.clockwork import Host, Process


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the log. `names` is the leaf it refers to (-1: none), `listed` the hand-outs of a leaf `in-force`."""

    kind: str
    at: int
    package: str = ""
    order: str = ""
    names: int = -1
    text: str = ""
    listed: tuple[int, ...] = ()

    def render(self) -> bytes:
        """The bytes that are hashed."""
        return repr((self.kind, self.at, self.package, self.order, self.names, self.text, self.listed)).encode()


@dataclass(frozen=True, slots=True)
class Head:
    """A published head: size, root, and the second that each witness stated."""

    size: int
    root: bytes
    seconds: tuple[tuple[str, int], ...]


@dataclass(slots=True, eq=False)
class Log:
    """Leaves as written, how many of them are acknowledged, whose turn it is, and the published head.

    `safe` of them a power cut cannot take away: all that are acknowledged, or a bug is planted.
    """

    leaves: list[Leaf] = field(default_factory=list)
    synced: int = 0
    safe: int = 0
    hashes: bytes = b""
    turn: Process | None = None
    head: Head | None = None
    roots: dict[int, bytes] = field(default_factory=dict)

    def write(self, leaf: Leaf) -> int:
        """Write a leaf behind the others, not yet durable; its index."""
        self.leaves.append(leaf)
        return len(self.leaves) - 1

    def sync(self, durably: bool = True) -> None:
        """Make everything that was written durable, and acknowledge it."""
        self.hashes += b"".join(leaf_hash(leaf.render()) for leaf in self.leaves[self.synced :])
        self.synced = len(self.leaves)
        self.safe = self.synced if durably else self.safe

    def cut(self) -> bool:
        """Lose what was not synced; whether something acknowledged was among it."""
        lost = self.synced > self.safe
        del self.leaves[self.safe :]
        return lost

    def root(self, size: int) -> bytes:
        """The root over the first durable leaves."""
        if size not in self.roots:
            self.roots[size] = root_of(self.hashes[: 32 * size])
        return self.roots[size]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that a larger tree goes on from a smaller one."""
        return consistency_proof(old, new, nodes_of(self.hashes[: 32 * new])) if 0 < old < new else []


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the register keeps it: id, the packages it covers (None: nobody can tell, so all), and its text."""

    id: str
    scope: frozenset[str] | None
    text: str

    def covers(self, package: str) -> bool:
        """Whether it covers a package; what nobody can tell covers."""
        return self.scope is None or package in self.scope


@dataclass(slots=True, eq=False)
class Register:
    """Rows of orders ("order") and of the acts that lift them ("lift"), in the sequence in which they were written.

    `synced` rows are acknowledged, `safe` ones a power cut cannot take.
    """

    rows: list[tuple[str, Order]] = field(default_factory=list)
    synced: int = 0
    safe: int = 0

    def cut(self) -> None:
        """Lose what was not synced."""
        del self.rows[self.safe :]
        self.synced = self.safe


@dataclass(slots=True, eq=False)
class Package:
    """A prepared package. `stored` is the digest of the tar on disk; it differs from `tar` when the disk spoilt it."""

    id: str
    key: str
    key_text: str
    custody: int
    tar: str
    identities: str
    stored: str = ""
    prepared: int = -1
    accounted: bool = False


def tar_digest(name: str) -> str:
    """A made-up digest of a package's tar."""
    return sha256(name.encode()).hexdigest()


@dataclass(slots=True, eq=False)
class Used:
    """A keeper's note of the leaves that are used up; what is not `synced` is lost with the power."""

    written: set[int] = field(default_factory=set)
    synced: set[int] = field(default_factory=set)

    def cut(self) -> None:
        """Lose what was not synced."""
        self.written = set(self.synced)


@dataclass(slots=True, eq=False)
class Lent:
    """One lease: who asked for it, the monotonic second at which it began, the size of the durable log then."""

    number: int
    owner: Process
    owner_life: int
    package: str
    asked: str
    host: Host
    taken: float
    log_size: int
    began: float
    wall: float
    slept: float
    handing: int = 0

    def left(self, now: float) -> float:
        """Seconds left at a true second, those asleep counted."""
        return left(self.taken, now * self.host.rate)


@dataclass(slots=True, eq=False)
class Gate:
    """One lease at a time. `locked` is what a lost connection frees; `lent` remembers until it is over for certain."""

    host: Host
    lent: list[Lent] = field(default_factory=list)
    locked: Lent | None = None
    margin: float = DRAIN_SECONDS - LEASE_SECONDS

    def tidy(self, now: float) -> None:
        """Forget leases whose time is over, with the margin for the clocks' rates."""
        self.lent = [each for each in self.lent if not self.over(each, now)]
        if self.locked is not None and self.over(self.locked, now):
            self.locked = None

    def over(self, lent: Lent, now: float) -> bool:
        """Whether a lease has run out by this host's clock, margin and all."""
        return now * self.host.rate - lent.taken >= LEASE_SECONDS + self.margin

    def give_back(self, lent: Lent) -> None:
        """A lease ends before its time."""
        if lent in self.lent:
            self.lent.remove(lent)
        if self.locked is lent:
            self.locked = None
