# SPDX-License-Identifier: Apache-2.0
"""The observer: sees what really happens, believes no process, and says which invariant broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lawgate.ledger.merkle import leaf_hashes, root_of
from lawgate.protocol.bars import CLOCK_SECONDS
from lawgate.protocol.steps import KEYS
from lawgate_lab.simulator.stores import Head, Leaf, Lent, Order, Package

if TYPE_CHECKING:
    from lawgate_lab.simulator.world import World

FRESH = 60
QUORUM = 2
ROGUE = "rogue"
"""Text of a leaf that somebody wrote who cares for no rule: the leaf may stand, nothing may leave under it."""
SLACK = 5
"""Seconds that witnesses' clocks and rounding may add to a comparison of two clocks."""


class Broken(Exception):
    """An invariant does not hold. `invariant` is its name, `why` a sentence."""

    def __init__(self, invariant: str, why: str) -> None:
        """Says both."""
        super().__init__(f"{invariant}: {why}")
        self.invariant, self.why = invariant, why


@dataclass(frozen=True, slots=True)
class Wrote:
    """Something that left a keeper: which part, of what, under which leaf and lease, and on what look it rests."""

    keeper: int
    lent: Lent
    package: Package
    handout: int
    part: str
    asked: str
    sealed_to: str
    identities: str
    tar: str
    head: Head | None
    looked: bool
    clock_off: float


class Truth:
    """What happened so far. Every method raises Broken when an invariant does not hold."""

    def __init__(self, world: World) -> None:
        """Nothing has happened."""
        self._world = world
        self._checked = 0
        self._last_at = 0
        self.prepared: dict[str, int] = {}
        self.counts: list[dict[str, int]] = [{}]
        self.barred: dict[str, tuple[int, float]] = {}
        self.in_force: dict[str, int] = {}
        self.bound: dict[str, tuple[Order, float]] = {}
        self.lifted: set[str] = set()
        self.used: set[tuple[int, int, str]] = set()
        self.handed: dict[tuple[int, str], int] = {}
        self.delivered: dict[str, list[tuple[float, int, int]]] = {}
        self.sent_keys: dict[int, set[int]] = {}
        self.identities: dict[str, str] = {}
        self.leases: dict[tuple[int, int], int] = {}

    def broken(self, invariant: str, why: str) -> None:
        """Say that an invariant broke."""
        raise Broken(invariant, why)

    def _need(self, invariant: str, holds: bool, why: str) -> None:
        if not holds:
            raise Broken(invariant, why)

    # --- after each step ----------------------------------------------------------------------------------

    def look(self) -> None:
        """Whatever can be seen at any moment: new leaves, the tables, the number of hand-outs and of leases."""
        log, table = self._world.log, self._world.table
        while self._checked < log.synced:
            self._leaf(self._checked, log.leaves[self._checked])
            self._checked += 1
        known = table.through < len(self.counts) and table.through <= log.synced
        self._need("I26", known, "the tables know a leaf that is not durable")
        self._need("I26", self.counts[table.through] == table.counts, "the tables are not the log's")

    def _leaf(self, index: int, leaf: Leaf) -> None:
        self._need("I27", leaf.at >= self._last_at, "the time of a leaf is before that of the leaf before it")
        self._last_at = leaf.at
        counts = self.counts[-1]
        if leaf.kind == "handout":
            counts = {**counts, leaf.package: counts.get(leaf.package, 0) + 1}
            honest = leaf.text != ROGUE
            self._need("I3", not (honest and self._stopped(leaf.package)), "a leaf `handout` under an order in force")
        elif leaf.kind == "prepared":
            self.prepared.setdefault(leaf.package, index)
        elif leaf.kind == "order-bar":
            self.barred.setdefault(leaf.order, (index, self._world.now))
        elif leaf.kind == "in-force":
            self._listed(leaf)
            self.in_force.setdefault(leaf.order, index)
        elif leaf.kind == "lift":
            self.lifted.add(leaf.order)
        elif leaf.kind == "sent":
            package = self._world.packages[leaf.package]
            all_keys = len(self.sent_keys.get(leaf.names, ())) >= package.custody
            self._need("I9", all_keys, "a leaf `sent`, and not every key was sent")
        self.counts.append(counts)

    def _stopped(self, package: str) -> bool:
        return any(o not in self.lifted and self.bound[o][0].covers(package) for o in self.in_force)

    def _listed(self, leaf: Leaf) -> None:
        order = self.bound[leaf.order][0]
        paper = next(each for each in self._world.papers if each.order.id == leaf.order)
        slipped = {
            index
            for name, all_of in self.delivered.items()
            for when, index, _ in all_of
            if order.covers(name) and when >= paper.since
        }
        self._need("I4", slipped <= set(leaf.listed), "the list of an order lacks a hand-out that slipped through")
        leaves = self._world.log.leaves
        since = paper.since - 2 * CLOCK_SECONDS
        fits = all(
            leaves[i].kind == "handout" and order.covers(leaves[i].package) and leaves[i].at >= since
            for i in leaf.listed
        )
        self._need("I4", fits, "the list of an order names what it does not cover, or what was long before it")

    # --- when something leaves ----------------------------------------------------------------------------

    def lent(self, keeper: int, live: int) -> None:
        """A keeper lent its gate; so many leases of it run now."""
        self._need("I4", live <= 1, f"keeper {keeper} has lent its gate twice")

    def wrote(self, wrote: Wrote) -> None:
        """Bytes leave a keeper."""
        self._logged(wrote)
        self._authorised(wrote)
        self._bound_to(wrote)
        key = (wrote.keeper, wrote.handout, wrote.part)
        self._need("I9", key not in self.used, "the same leaf let the same part out twice")
        self.used.add(key)
        if wrote.part == KEYS:
            self._counted(wrote)

    def tar_alone(self) -> None:
        """A tar left without any leaf."""
        self.broken("I9", "a tar left with no leaf for it")

    def _logged(self, wrote: Wrote) -> None:
        log, name = self._world.log, wrote.package.id
        there = 0 <= wrote.handout < log.synced
        self._need("I1", there, "something is sent and its leaf is not durable")
        leaf, head = log.leaves[wrote.handout], wrote.head
        self._need("I1", leaf.kind == "handout" and leaf.package == name, "the leaf is about something else")
        if head is None or head.size <= wrote.handout:
            raise Broken("I1", "something is sent and its leaf is not in a published head")
        self._need("I1", len({who for who, _ in head.seconds}) >= QUORUM, "the head has too few witnesses")
        self._need("I25", head.size <= log.synced and head.root == log.root(head.size), "the head is another log's")
        stated = min(seconds for _, seconds in head.seconds)
        self._need("I27", self._world.true_wall() - stated <= FRESH + SLACK, "the head is old")
        self._need("I27", abs(leaf.at - stated) <= CLOCK_SECONDS + SLACK, "the time in the leaf is wrong")
        self._need("I27", abs(wrote.clock_off) <= CLOCK_SECONDS + SLACK, "the keeper's clock was wrong when it looked")

    def _authorised(self, wrote: Wrote) -> None:
        package, lent, world = wrote.package, wrote.lent, self._world
        self._need("I2", wrote.looked, "the keeper did not look for itself")
        self._need(
            "I2",
            self.prepared.get(package.id, wrote.handout) < wrote.handout,
            "the package was not prepared before the leaf",
        )
        gone = world.revoked.get(package.key)
        self._need("I2", gone is None or gone >= lent.began, "the recipient's key was revoked before the lease")
        self._need("I3", not self._stopped(package.id), "something is sent under an order in force")
        for order, (_, when) in self.barred.items():
            if order not in self.lifted and self.bound[order][0].covers(package.id):
                self._need("I3", lent.began <= when, "something is sent under a lease that is younger than the bar")
        self._need("I8", package.accounted, "something is sent and its rows are not accounted for")

    def _bound_to(self, wrote: Wrote) -> None:
        package = wrote.package
        self._need("I5", wrote.tar == package.tar, "another tar is sent than was prepared")
        self._need("I6", wrote.asked == package.key, "it goes to somebody it was not prepared for")
        if wrote.part == KEYS:
            self._need("I6", wrote.sealed_to == package.key_text, "it is sealed to another key")
            first = self.identities.setdefault(package.id, wrote.identities)
            self._need("I7", first == wrote.identities, "the same package has other identities than before")

    def _counted(self, wrote: Wrote) -> None:
        name, keeper = wrote.package.id, wrote.keeper
        self.handed[keeper, name] = self.handed.get((keeper, name), 0) + 1
        self._need("I1", self.handed[keeper, name] <= self.counts[-1].get(name, 0), "more hand-outs than leaves")
        under = self.leases.setdefault((keeper, wrote.lent.number), wrote.handout)
        self._need("I4", under == wrote.handout, "two hand-outs under one lease")
        self.sent_keys.setdefault(wrote.handout, set()).add(keeper)
        self.delivered.setdefault(name, []).append((self._world.true_wall(), wrote.handout, keeper))

    # --- heads --------------------------------------------------------------------------------------------

    def head(self, head: Head) -> None:
        """A head has a quorum: it has to be this log's, made from the bytes as they lie there now, and not shorter."""
        log = self._world.log
        here = head.size <= log.synced and head.root == log.root(head.size)
        self._need("I25", here, "witnesses cosigned a head that is not this log's")
        again = root_of(leaf_hashes(leaf.render() for leaf in log.leaves[: head.size]))
        self._need("I25", again == head.root, "the leaves on disk do not make the root")
