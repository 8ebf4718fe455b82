# SPDX-License-Identifier: Apache-2.0
"""Looks at every state a design can reach, breadth first, so that the first way to a fault is the shortest one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lawgate_lab.model_designs import Design
from lawgate_lab.model_moves import PARTS, Move, Order, State, moves, start


class Property(StrEnum):
    """What has to hold. The value says what it means when it does not."""

    LATE = "something readable is sent although the order is in force"
    UNLOOKED = "something readable is sent with no look at the orders since the last thing sent"
    OVERTAKEN = "somebody new gets the gate although the order was entered"
    PART = "the order leaves the recipient with a part that can be read"
    UNLOGGED = "a hand-out begins without a durable leaf of its own"
    MORE = "there are more hand-outs than leaves"
    UNACCOUNTED = "something readable is sent before it is accounted for"
    TWO = "two workers hold a lease at the same time"
    STUCK = "the order can be kept from ever coming into force"


def _two(move: Move) -> bool:
    return move.takes and sum(worker.lease for worker in move.after.workers) > 1


BROKEN: Mapping[Property, Callable[[State, Move], bool]] = {
    Property.LATE: lambda before, move: move.sends is not None and before.order is Order.IN_FORCE,
    Property.UNLOOKED: lambda _, move: move.sends is not None and not move.sends.looked,
    Property.OVERTAKEN: lambda before, move: move.takes and before.order is not Order.NONE,
    Property.PART: lambda _, move: move.after.order is Order.IN_FORCE and 0 < readable(move.after) < PARTS,
    Property.UNLOGGED: lambda _, move: move.begins and move.sends is not None and not move.sends.own,
    Property.MORE: lambda _, move: move.after.spare < 0,
    Property.UNACCOUNTED: lambda before, move: move.sends is not None and not before.accounted,
    Property.TWO: lambda _, move: _two(move),
}
"""Whether one step breaks a property. STUCK is about all states at once: see `_stuck`."""


@dataclass(frozen=True, slots=True)
class World:
    """How many workers there are and how much may fail."""

    workers: int = 2
    crashes: int = 2
    losses: int = 1
    hangs: int = 1


USUAL = World()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out: states seen, the shortest way to each property that breaks, and whether it is not all vacuous.

    `delivers`: there is a way to deliver everything. `withholds`: there is a way in which the order comes after all
    parts have travelled and nothing can be read.
    """

    design: Design
    states: int
    traces: Mapping[Property, tuple[str, ...]]
    delivers: bool
    withholds: bool

    @property
    def holds(self) -> bool:
        """Whether no property breaks and the design both delivers and withholds."""
        return not self.traces and self.delivers and self.withholds


def readable(state: State) -> int:
    """Parts the recipient can read: with the key all; without it none, unless the parts travel open."""
    return PARTS if state.key else state.parts * state.open


def check(design: Design, world: World = USUAL) -> Verdict:
    """Every state of the design in this world, and what breaks in it. Workers that only differ in name are one."""
    first = start(design, world.workers, world.crashes, world.losses, world.hangs)
    seen: dict[State, State | None] = {_same(first): None}
    back: dict[State, list[State]] = {}
    ends: dict[Property, tuple[State, Move | None]] = {}
    waiting = deque(seen)
    while waiting:
        state = waiting.popleft()
        for move in moves(state, design):
            for broken, test in BROKEN.items():
                if broken not in ends and test(state, move):
                    ends[broken] = (state, move)
            after = _same(move.after)
            if not move.fault:
                back.setdefault(after, []).append(state)
            if after not in seen:
                seen[after] = state
                waiting.append(after)
    if stuck := _stuck(seen, back):
        ends[Property.STUCK] = (stuck, None)
    traces = {broken: _told(design, first, _way(seen, state), broken, move) for broken, (state, move) in ends.items()}
    delivers = any(readable(state) == PARTS for state in seen)
    withholds = any(s.order is Order.IN_FORCE and s.parts == PARTS and not readable(s) for s in seen)
    return Verdict(design, len(seen), traces, delivers, withholds)


def _same(state: State) -> State:
    """The state with its workers in order: who is called A and who B changes nothing."""
    return state._replace(workers=tuple(sorted(state.workers)))


def _way(seen: Mapping[State, State | None], state: State) -> list[State]:
    way, before = [state], seen[state]
    while before is not None:
        way.append(before)
        before = seen[before]
    return way[::-1]


def _told(design: Design, first: State, way: list[State], broken: Property, end: Move | None) -> tuple[str, ...]:
    """The way once more from the first state, now with one name for each worker from beginning to end."""
    told, state = [], first
    for goal in way[1:]:
        move = next(each for each in moves(state, design) if _same(each.after) == goal)
        told.append(move.says)
        state = move.after
    if end is not None:
        test, goal = BROKEN[broken], _same(end.after)
        told.append(next(m.says for m in moves(state, design) if _same(m.after) == goal and test(state, m)))
    return tuple(told)


def _stuck(seen: Iterable[State], back: Mapping[State, list[State]]) -> State | None:
    """The first state found from which no way without a further failure leads to an order in force; None when each has.

    Found backwards from the states in which it is in force.
    """
    fine = {state for state in seen if state.order is Order.IN_FORCE}
    waiting = list(fine)
    while waiting:
        for before in back.get(waiting.pop(), ()):
            if before not in fine:
                fine.add(before)
                waiting.append(before)
    return next((state for state in seen if state not in fine), None)
