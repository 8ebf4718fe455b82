# SPDX-License-Identifier: Apache-2.0
"""What the docket says at one instant, and which of its orders keep something from leaving."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256

from lawgate.docket.reading import read_order
from lawgate.model.fault import Faulty
from lawgate.model.order import EVERY, Covered, Effect, Order, Standing

UNREADABLE = "unreadable:"


def standing(texts: Mapping[str, bytes], at: datetime) -> Standing:
    """Fold every entered text (file name -> bytes) into what stands at `at`.

    Orders in force are in file order. A text that cannot be read is listed by file and binds everything, always.
    ValueError for a moment without an offset.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its offset")
    found: list[Order] = []
    unreadable: list[str] = []
    for file, text in sorted(texts.items(), key=lambda item: _name(item[0])):
        try:
            order = read_order(text, file)
        except Faulty:
            unreadable.append(file)
            continue
        if in_force(order, at):
            found.append(order)
    return Standing(at, tuple(found), tuple(unreadable), digest(texts))


def in_force(order: Order, at: datetime) -> bool:
    """Whether an entered order binds at `at`: from the earlier of learning and effect, until its own text ends it."""
    begins = min(order.learned_at, order.effective_at)
    return begins <= at and (order.ends is None or at < order.ends)


def digest(texts: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) of the docket: what `sha256sum -- * | sha256sum` prints in its folder in byte order of names."""
    lines = [f"{sha256(texts[file]).hexdigest()}  ".encode() + _name(file) + b"\n" for file in sorted(texts, key=_name)]
    return sha256(b"".join(lines)).hexdigest()


def _name(file: str) -> bytes:
    return file.encode("utf-8", "surrogateescape")


def covering(docket: Standing, covered: Covered) -> tuple[str, ...]:
    """Ids of the orders with a blocking effect that covers it, then `unreadable:<file>` for each text nobody can read.

    A part of `covered` that is unknown (empty text, no fields, no years, a year below 1, fewer than 0 rows) is covered
    by every scope. None of a docket's orders can make another one stop covering.
    """
    ids = [o.id for o in docket.in_force if any(e.kind.blocks and covers(e, covered) for e in o.effects)]
    return (*dict.fromkeys(ids), *(UNREADABLE + file for file in docket.unreadable))


def covers(effect: Effect, covered: Covered) -> bool:
    """Whether every part of the effect's scope takes in the same part of `covered`."""
    names = (
        _within(effect.provisions, (covered.provision,))
        and _within(effect.requesters, (covered.requester,))
        and _within(effect.recipients, (covered.recipient,))
        and _within(effect.fields, covered.fields)
    )
    unknown_year = not covered.years or min(covered.years) < 1
    years = effect.years == EVERY or unknown_year or bool(set(effect.years) & set(covered.years))
    return names and years and (covered.rows < 0 or covered.rows >= effect.rows_at_least)


def _within(scope: Collection[str] | str, parts: tuple[str, ...]) -> bool:
    if scope == EVERY or not parts or "" in parts:
        return True
    # Another letter case is the same name: an order must not miss somebody by a capital.
    names = {name.casefold() for name in scope}
    return any(part.casefold() in names for part in parts)
