# SPDX-License-Identifier: Apache-2.0
"""What became of packages, folded from the log: handed out, sent, barred; and which of them a row was in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.office.stored import review_stem
from lawgate.ports.rooms import Rooms
from lawgate.protocol.statement import parse

Indexed = tuple[int, StageLeaf]


@dataclass(frozen=True, slots=True)
class HandOut:
    """One hand-out: the index of its leaf, and of the leaf `sent` behind it (None when nothing says it arrived).

    Without `sent` the rows count as disclosed all the same: whether a key went cannot be told any more.
    """

    leaf: int
    sent: int | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one package. `barred`: leaf index, bar codes, order ids of each hand-out that did not happen."""

    package: str
    rows: int
    prepared: int
    handouts: tuple[HandOut, ...]
    barred: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...]


def fates(leaves: Sequence[Indexed], batch: str) -> tuple[Fate, ...]:
    """The packages of a batch in the order they were prepared."""
    made = []
    for index, leaf in leaves:
        if leaf.kind == "prepared" and leaf.text("batch") == batch:
            name = leaf.text("package")
            made.append(Fate(name, leaf.number("rows"), index, _handouts(leaves, name), _barred(leaves, name)))
    return tuple(made)


def handouts_of(rooms: Rooms, leaves: Sequence[Indexed], batch: str, row: int) -> tuple[HandOut, ...]:
    """Every hand-out of a package that held this row. LawgateError when a review it rests on cannot be shown."""
    found: list[HandOut] = []
    for fate in fates(leaves, batch):
        prepared = dict(leaves)[fate.prepared]
        if fate.handouts and row in _accepted(rooms, leaves, batch, prepared.text("set")):
            found += fate.handouts
    return tuple(found)


def _handouts(leaves: Sequence[Indexed], package: str) -> tuple[HandOut, ...]:
    sent = {leaf.number("handout_leaf"): index for index, leaf in leaves if leaf.kind == "sent"}
    own = [index for index, leaf in leaves if leaf.kind == "handout" and leaf.text("package") == package]
    return tuple(HandOut(index, sent.get(index)) for index in own)


def _barred(leaves: Sequence[Indexed], package: str) -> tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...]:
    own = [(index, leaf) for index, leaf in leaves if leaf.kind == "barred" and leaf.text("package") == package]
    return tuple((index, leaf.texts("bars"), leaf.texts("orders")) for index, leaf in own)


def _accepted(rooms: Rooms, leaves: Sequence[Indexed], batch: str, reviewed: str) -> frozenset[int]:
    """The rows accepted by the review over this set."""
    for _, leaf in leaves:
        if leaf.kind == "review" and (leaf.text("batch"), leaf.text("set")) == (batch, reviewed):
            paper = rooms.read(batch, f"{review_stem(leaf.text('paper'))}.json")
            if hashlib.sha256(paper).hexdigest() != leaf.text("paper"):
                raise LawgateError("a stored review is not the one the log holds")
            return frozenset(parse(paper).accepted)
    raise LawgateError(f"batch {batch} has a package whose review is not in the log")
