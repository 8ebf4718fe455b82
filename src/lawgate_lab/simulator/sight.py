# SPDX-License-Identifier: Apache-2.0
"""One look at everything that may bar a package, as a process sees it: maybe old, unreadable or forged.

The verdict over the facts is the program's own (`protocol.bars`): every check whose facts exist in this small world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lawgate.ledger.merkle import leaf_hashes, root_of
from lawgate.model.period import Span
from lawgate.model.request import RecipientKey
from lawgate.protocol.bars import CHECKS, CLOCK_SECONDS, LAST_CHECKS, Bar, Check
from lawgate.protocol.manifest import text_digest
from lawgate_lab.simulator.clockwork import Pause, Process, Run
from lawgate_lab.simulator.planted import Bug
from lawgate_lab.simulator.stores import Head, Leaf, Lent, Order, Package
from lawgate_lab.simulator.world import QUORUM, World

TODAY = date(2026, 1, 5)
YEAR = Span(date(2026, 1, 1), date(2027, 1, 1))
AGENCY = "agency"
KNOWN = {
    *("covering", "orders_missing", "published", "clock_apart", "prepared_logged", "contents_match"),
    *("key", "key_usable", "key_prepared", "key_asked", "key_text", "agency", "today"),
}
Row = tuple[str, Order]
HERE = tuple(check for check in CHECKS if set(check.needs) <= KNOWN)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found. `handout_logged` is about the leaf that was asked for.

    `docket` is the register as it was read, None where it could not be. `clock_off`, seconds by which the clock was
    wrong then, only the observer knows.
    """

    facts: Mapping[str, object]
    handout_logged: bool
    head: Head | None
    key: RecipientKey | None
    clock_off: float
    docket: tuple[Row, ...] | None

    def bars(self) -> tuple[Bar, ...]:
        """Every bar that these facts leave."""
        return _bars(HERE, self.facts)

    def last_bars(self, left: float) -> tuple[Bar, ...]:
        """The bars once more, with the leaf and the lease."""
        last = {"handout_logged": self.handout_logged, "lease_left": left}
        return self.bars() + _bars(LAST_CHECKS, last)


def _bars(checks: tuple[Check, ...], facts: Mapping[str, object]) -> tuple[Bar, ...]:
    found = []
    for check in checks:
        values = [facts[name] for name in check.needs]
        if any(value is None for value in values):
            found.append(Bar(check.code, "unknown", (), check.says))
        elif not check.test(*values):
            found.append(Bar(check.code, "not_met", (), check.says))
    return tuple(found)


def look(
    world: World, me: Process, package: Package, tar: str, asked: str, handout: int, lent: Lent | None
) -> Run[Seen]:
    """Read the log, then its head, then orders and keys, each as this process gets to see them, and put it together.

    `tar` is the digest of the tar as it was read before."""
    yield Pause(world.disk(0.004), "look-begun")
    leaves, head = _log(world, me)
    yield Pause(world.disk(0.004), "look-log-read")
    docket = docket_of(world, me)
    rows = None if docket is None else list(docket)
    yield Pause(world.disk(0.004), "look-orders-read")
    key = _key(world, me, package)
    covering, missing = _covering(world, rows, leaves, package)
    published = _published(world, leaves, head)
    stated = min((seconds for _, seconds in head.seconds), default=None) if head else None
    apart = None if stated is None else world.wall(me.host) - stated
    if world.has(Bug.CLOCK_UNCHECKED):
        apart = 0
    logged = lent is None or _logged(world, leaves, head, package, handout, lent)
    prepared = [leaf for leaf in leaves if leaf.kind == "prepared" and leaf.package == package.id]
    same = len(prepared) == 1 and prepared[0].text == tar
    facts: dict[str, object] = {
        "covering": covering,
        "orders_missing": missing,
        "published": published,
        "clock_apart": apart,
        "prepared_logged": len(prepared) == 1,
        "contents_match": same or world.has(Bug.CONTENTS_UNCHECKED),
        "key": key,
        "key_usable": None if key is None else True,
        "key_prepared": package.key,
        "key_asked": asked,
        "key_text": text_digest(package.key_text),
        "agency": AGENCY,
        "today": TODAY,
    }
    return Seen(facts, logged, head, key, world.wall(me.host) - world.true_wall(), docket)


def _log(world: World, me: Process) -> tuple[list[Leaf], Head | None]:
    log, worse = world.log, world.worse
    until, size = worse.log.get(me.name, (0.0, 0))
    head = log.head
    if me.role == "keeper" and worse.forged and worse.forged[0] > world.now:
        _, leaf, forged = worse.forged
        return [*log.leaves[: log.synced], leaf], forged
    if until > world.now:
        # An old copy: leaves and head of then.
        return log.leaves[:size], head if head and head.size <= size else None
    return log.leaves[: log.synced], head


def docket_of(world: World, me: Process) -> tuple[Row, ...] | None:
    """The register as this process gets to see it now, maybe an old copy of it; None when it cannot be read."""
    register, worse = world.register, world.worse
    if worse.unreadable.get(me.name, 0.0) > world.now:
        return () if world.has(Bug.UNREADABLE_MEANS_NONE) else None
    until, size = worse.docket.get(me.name, (0.0, 0))
    rows = register.rows[: size if until > world.now else register.synced]
    if me.role == "keeper" and world.has(Bug.ORDERS_REMEMBERED):
        return tuple(world.remembered.setdefault(me.name, rows))
    return tuple(rows)


def _key(world: World, me: Process, package: Package) -> RecipientKey | None:
    text = world.keys.get(package.key)
    if me.role == "keeper" and world.has(Bug.KEY_REMEMBERED):
        text = world.key_cache.setdefault(package.key, text or package.key_text)
    return None if text is None else RecipientKey(package.key, AGENCY, text, ("one", "two"), YEAR)


def _covering(
    world: World, rows: list[tuple[str, Order]] | None, leaves: list[Leaf], package: Package
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    if rows is None:
        return None, None
    acts = {order.id for kind, order in rows if kind == "lift"}
    lifts = {leaf.order for leaf in leaves if leaf.kind == "lift"}
    lifted = acts if world.has(Bug.LIFT_BEFORE_LEAF) else acts & lifts
    here = [order for kind, order in rows if kind == "order"]
    stands = [order for order in here if order.id not in lifted]
    if world.has(Bug.UNKNOWN_SCOPE_COVERS_NOTHING):
        stands = [order for order in stands if order.scope is not None]
    known = {order.id for order in here}
    missing = tuple(leaf.order for leaf in leaves if leaf.kind == "order-bar" and leaf.order not in known)
    unheld = world.has(Bug.DOCKET_NOT_HELD_AGAINST_LOG) or world.has(Bug.ORDERS_REMEMBERED)
    unheld = unheld or world.has(Bug.UNREADABLE_MEANS_NONE)
    return tuple(order.id for order in stands if order.covers(package.id)), () if unheld else missing


def _published(world: World, leaves: list[Leaf], head: Head | None) -> bool | None:
    if head is None or not leaves:
        return None
    enough = len({who for who, _ in head.seconds}) >= (1 if world.has(Bug.ONE_WITNESS) else QUORUM)
    if not enough or len(leaves) < head.size:
        return False
    if head.size <= world.log.synced and leaves[head.size - 1] is world.log.leaves[head.size - 1]:
        return head.root == world.log.root(head.size)
    return head.root == root_of(leaf_hashes(leaf.render() for leaf in leaves[: head.size]))


def _logged(world: World, leaves: list[Leaf], head: Head | None, package: Package, handout: int, lent: Lent) -> bool:
    """Whether the published head has the leaf, about this package, of this lease and hour, later than `prepared`."""
    if world.has(Bug.KEEPER_BELIEVES_THE_NUMBER):
        return True
    if head is None or not 0 <= handout < head.size or handout >= len(leaves):
        return False
    leaf = leaves[handout]
    about = leaf.kind == "handout" and (leaf.package == package.id or world.has(Bug.LEAF_OF_ANOTHER_PACKAGE))
    apart = abs(leaf.at - min(seconds for _, seconds in head.seconds))
    timely = apart <= CLOCK_SECONDS or world.has(Bug.LEAF_TIME_UNCHECKED)
    young = handout >= lent.log_size or world.has(Bug.LEAF_OF_AN_EARLIER_LEASE)
    ready = [i for i, known in enumerate(leaves) if known.kind == "prepared" and known.package == package.id]
    after = bool(ready) and (ready[0] < handout or world.has(Bug.LEAF_BEFORE_PREPARED))
    return about and timely and young and after
