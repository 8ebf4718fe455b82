# SPDX-License-Identifier: Apache-2.0
"""Who is who on the two sides of a release: one human is one, whatever they are called."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.request import Registers


def apart(registers: Registers, reviewer: str, asking: frozenset[str]) -> bool:
    """Whether the reviewer is nobody of the asking side, under any id."""
    return not registers.humans({reviewer}) & registers.humans(asking)


def reviewed_on(registers: Registers, leaves: Sequence[StageLeaf], reviewer: str, day: str) -> int:
    """Rows this human reviewed on a day, as the leaves of kind `review` count them, accepted and declined."""
    ids = registers.humans({reviewer})
    mine = [leaf for leaf in leaves if leaf.kind == "review" and leaf.text("reviewer").casefold() in ids]
    return sum(leaf.number("rows") for leaf in mine if leaf.text("day") == day)


def same_house(agencies: Collection[str], other: str) -> bool:
    """Whether one of these agencies is the other one, a part of it, or what it is a part of."""
    return any(f"{each}.".startswith(f"{other}.") or f"{other}.".startswith(f"{each}.") for each in agencies)
