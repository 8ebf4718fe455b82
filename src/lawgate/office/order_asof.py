# SPDX-License-Identifier: Apache-2.0
"""What was in force at a moment, as it was known at a moment, and what had been released by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lawgate.authority.lifts import lifted
from lawgate.authority.verified import verified
from lawgate.docket.acts import Act
from lawgate.docket.register import sort
from lawgate.docket.standing import standing
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.model.order import Order, Standing
from lawgate.office.order_leaves import Exposed, acts_began, exposures
from lawgate.office.orders import OrderDesk

Indexed = tuple[int, StageLeaf]
ENTRIES = ("order-bar", "order-act")


@dataclass(frozen=True, slots=True)
class Released:
    """One hand-out by then: its leaf, package, rows, recipient and the moment the log states.

    `exposed` are the orders whose list names it as handed out since they took effect, `near` those that name it only
    because clocks may differ: dated before the effect, by no more than the tolerance.
    """

    leaf: int
    package: str
    rows: int
    recipient: str
    at: str
    exposed: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AsOf:
    """The docket at `at` as known at `known`: the ids of orders and acts in the register by then, how they stand, and
    every hand-out up to the earlier of the two.
    """

    at: datetime
    known: datetime
    orders: tuple[str, ...]
    acts: tuple[str, ...]
    stands: Standing
    released: tuple[Released, ...]


def as_of(desk: OrderDesk, at: datetime, known: datetime | None = None) -> AsOf:
    """What stood at `at`, by what the log shows was entered and lifted by `known` (`at` unless said).

    A text without a leaf counts from the entry it states, and one nobody can read always. LawgateError when docket, log
    or registers cannot be read: half an answer about the past would be a wrong one.
    """
    known = known or at
    leaves = [(index, leaf) for index, leaf in desk.log.leaves() if leaf.at <= instant(known)]
    texts = _known(desk.register.texts(), list(desk.log.leaves()), known)
    found = sort(texts)
    lifting = desk.lifting()
    stands = standing(texts, at, lifted(leaves, texts, lifting, at), held=verified(leaves, texts, lifting))
    until = instant(min(at, known))
    lists = exposures(leaves, acts_began(texts))
    released = tuple(
        _released(index, leaf, lists) for index, leaf in leaves if leaf.kind == "handout" and leaf.at <= until
    )
    orders = tuple(each.what.id for each in found.orders if isinstance(each.what, Order))
    acts = tuple(each.what.id for each in found.acts if isinstance(each.what, Act))
    return AsOf(at, known, orders, acts, stands, released)


def _released(index: int, leaf: StageLeaf, lists: Sequence[Exposed]) -> Released:
    by = [each for each in lists if each.leaf == index]
    since = tuple(sorted({each.order for each in by if not each.near}))
    near = tuple(sorted({each.order for each in by if each.near} - set(since)))
    return Released(index, leaf.text("package"), leaf.number("rows"), leaf.text("recipient"), leaf.at, since, near)


def _known(texts: Mapping[str, bytes], leaves: Sequence[Indexed], known: datetime) -> dict[str, bytes]:
    logged: dict[str, str] = {}
    for _, leaf in leaves:
        if leaf.kind in ENTRIES:
            logged.setdefault(leaf.text("instrument"), leaf.at)
    by_text = sort(texts, known)
    readable = {each.file for each in (*by_text.orders, *by_text.acts)} | set(by_text.unreadable)

    def entered(file: str, text: bytes) -> bool:
        at = logged.get(sha256(text).hexdigest())
        return at <= instant(known) if at is not None else file in readable

    return {file: text for file, text in texts.items() if entered(file, text)}
