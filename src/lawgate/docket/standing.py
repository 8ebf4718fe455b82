# SPDX-License-Identifier: Apache-2.0
"""What the docket says at one instant, and which of its orders keep something from leaving."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256

from lawgate.docket.history import NOBODY, Held, begins, rejected, stood
from lawgate.docket.register import name, sort
from lawgate.docket.scope import covers, exempted, taken_out
from lawgate.model.order import Covered, Effect, Order, Standing

UNREADABLE = "unreadable:"
__all__ = ["UNREADABLE", "binding_since", "covering", "covers", "digest", "standing"]


def standing(
    texts: Mapping[str, bytes],
    at: datetime,
    lifted: Collection[str] = frozenset(),
    known_at: datetime | None = None,
    held: Held = NOBODY,
) -> Standing:
    """Fold every entered text (file name -> bytes) into what stands at `at`.

    `lifted` are the SHA-256 (hex) of the acts that may loosen: without them nothing ever does. `known_at` leaves out
    what was entered later. `held` has the humans whose signatures on a verification hold: without it no order is shown
    as verified, and nothing that binds rests on it. Orders are in the order of entry. A text that cannot be read is
    listed by file and binds everything, until its rejection is lifted. ValueError for a moment without an offset.
    """
    if at.tzinfo is None or (known_at is not None and known_at.tzinfo is None):
        raise ValueError("a moment needs its offset")
    found = sort(texts, known_at)
    orders = [each.what for each in found.orders if isinstance(each.what, Order) and begins(each.what) <= at]
    states = tuple(stood(order, found, at, lifted, held) for order in orders)
    unreadable = tuple(file for file in found.unreadable if not rejected(file, found, at, lifted))
    return Standing(at, tuple(s.order for s in states if s.state.binds), unreadable, digest(texts), states)


def binding_since(docket: Standing, order: str) -> datetime | None:
    """Since when an order binds without a gap: notice served before that is void. None when it does not bind."""
    found = [each.since for each in docket.stood if each.order.id == order and each.since is not None]
    return max(found, default=None)


def digest(texts: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) of the docket: what `sha256sum -- * | sha256sum` prints in its folder in byte order of names."""
    lines = [f"{sha256(texts[file]).hexdigest()}  ".encode() + name(file) + b"\n" for file in sorted(texts, key=name)]
    return sha256(b"".join(lines)).hexdigest()


def covering(docket: Standing, covered: Covered, met: Collection[tuple[str, int]] = frozenset()) -> tuple[str, ...]:
    """Ids of the orders with a blocking effect that covers it, then `unreadable:<file>` for each text nobody can read.

    `met` are the duties that were met, by order id and place of the effect (the first is 0); one without terms, and
    what is no duty, can never be met. A part of `covered` that is unknown (empty text, no fields, no years, a year
    below 1, fewer than 0 rows) is covered by every scope. No order can make another one stop covering.
    """
    ids = [
        order.id
        for order in docket.in_force
        if any(_blocks(docket, order, at, effect, covered, met) for at, effect in enumerate(order.effects))
    ]
    return (*dict.fromkeys(ids), *(UNREADABLE + file for file in docket.unreadable))


def _blocks(
    docket: Standing, order: Order, at: int, effect: Effect, covered: Covered, met: Collection[tuple[str, int]]
) -> bool:
    terms = effect.notice is not None or effect.approval is not None
    if not effect.kind.blocks or not applies(docket, order, at, covered):
        return False
    return not (terms and (order.id, at) in met) and not exempted(effect, covered)


def applies(docket: Standing, order: Order, at: int, covered: Covered) -> bool:
    """Whether the effect at this place of an order in force takes it in, and no stay in part takes it out."""
    # Two orders may have one id: then only what is stayed of both is out.
    parts = [each.stayed for each in docket.stood if each.order.id == order.id and each.state.binds]
    effect = order.effects[at]
    out = bool(parts) and all(any(taken_out(part, at, effect, covered) for part in stayed) for stayed in parts)
    return covers(effect, covered) and not out
