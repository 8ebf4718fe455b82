# SPDX-License-Identifier: Apache-2.0
"""Which cells of a table of counts are not shown, so that no small one can be worked out from the totals.

A table is a network: every cell is an arc, every sum an equation "what flows in flows out". Hidden cells can take
other values exactly as far as something can flow round through other hidden cells. So how closely an outsider can come
to a hidden number is a question of flow, and is answered exactly for numbers that are not negative.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

SMALL = 11
"""A number of people below this, and above nought, is not shown."""

Cell = TypeVar("Cell", bound=Hashable)
Arc = tuple[str, str]
ALL = "all"
_ENDLESS = 10**15


def grid(rows: Sequence[str], columns: Sequence[str]) -> dict[tuple[str, str], Arc]:
    """The arcs of a table with a total for each row and column and one over all; `ALL` names a total."""
    arcs = {(row, column): (f"row {row}", f"column {column}") for row in rows for column in columns}
    arcs |= {(row, ALL): (f"column {ALL}", f"row {row}") for row in rows}
    arcs |= {(ALL, column): (f"column {column}", f"row {ALL}") for column in columns}
    arcs[ALL, ALL] = (f"row {ALL}", f"column {ALL}")
    return arcs


def line(parts: Sequence[str]) -> dict[str, Arc]:
    """The arcs of one line of parts and their total, named `ALL`."""
    return {**dict.fromkeys(parts, ("from", "to")), ALL: ("to", "from")}


def hide(
    arcs: Mapping[Cell, Arc],
    people: Mapping[Cell, int],
    distinct: Mapping[Cell, int],
    besides: Mapping[Cell, int],
) -> frozenset[Cell]:
    """The cells that are not shown, one pattern for all three measures.

    `people` counts people, one by one, and adds up; `distinct` counts each person once, so that a total can be less
    than its parts, and no cell is above the same cell of `people`; `besides` adds up and counts something else. Small
    are the cells with 1 to `SMALL` - 1 people. From what is shown each small number could be any of `SMALL` numbers at
    least, and every other hidden number above nought one of two at least. The same table is hidden in the same way.
    """
    small = {cell for counts in (people, distinct) for cell, n in counts.items() if 0 < n < SMALL}
    hidden = set(small)
    while (found := _first_open(arcs, hidden, small, (people, distinct, besides))) is not None:
        hidden.add(_cheapest(arcs, hidden, found, people))
    return frozenset(hidden)


Measures = tuple[Mapping[Cell, int], Mapping[Cell, int], Mapping[Cell, int]]


def _first_open(arcs: Mapping[Cell, Arc], hidden: set[Cell], small: set[Cell], of: Measures[Cell]) -> Cell | None:
    """A hidden cell that what is shown gives away; None when there is none, as when nothing is shown."""
    if not hidden or len(hidden) == len(arcs):
        return None
    people, distinct, besides = of
    spreads = spread(arcs, hidden, distinct)
    for cell in sorted(hidden, key=str):
        need = SMALL - 1 if cell in small else 1
        low, high = interval(arcs, hidden, people, cell)
        least, most = spreads[cell]
        # Nobody is counted once where nobody is counted: what is known of one measure bounds the other.
        if people[cell] and min(high - max(low, least), min(most, high) - least) < need:
            return cell
        fewest, top = interval(arcs, hidden, besides, cell)
        if besides[cell] and top == fewest:
            return cell
    return None


def interval(
    arcs: Mapping[Cell, Arc], hidden: Iterable[Cell], counts: Mapping[Cell, int], cell: Cell
) -> tuple[int, int]:
    """The smallest and the largest value of a hidden cell that fit everything shown of a measure that adds up."""
    tail, head = arcs[cell]
    others = {each: arcs[each] for each in hidden if each != cell}
    less = _flow(others, counts, tail, head, counts[cell])
    return counts[cell] - less, counts[cell] + _flow(others, counts, head, tail, _ENDLESS)


def spread(arcs: Mapping[Cell, Arc], hidden: Iterable[Cell], counts: Mapping[Cell, int]) -> dict[Cell, tuple[int, int]]:
    """The same for a measure whose totals lie between their largest part and the sum of their parts."""
    shut = set(hidden)
    low = {cell: 0 if cell in shut else n for cell, n in counts.items()}
    high = {cell: _ENDLESS if cell in shut else n for cell, n in counts.items()}
    sums = list(_sums(arcs))
    for _ in arcs:  # bounds travel one sum further each time
        for total, parts in sums:
            high[total] = min(high[total], sum(high[part] for part in parts))
            low[total] = max(low[total], *(low[part] for part in parts))
            for part in parts:
                high[part] = min(high[part], high[total])
                low[part] = max(low[part], low[total] - sum(high[other] for other in parts if other != part))
    return {cell: (low[cell], high[cell]) for cell in shut}


def _sums(arcs: Mapping[Cell, Arc]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Each total with its parts: at every node one arc on one side is the sum of those on the other."""
    for node in sorted({node for ends in arcs.values() for node in ends}):
        out, into = ([cell for cell, ends in arcs.items() if ends[side] == node] for side in (0, 1))
        one, many = (into, out) if len(into) == 1 else (out, into)
        yield one[0], many


def _flow(arcs: Mapping[Cell, Arc], counts: Mapping[Cell, int], start: str, end: str, most: int) -> int:
    """The largest flow (up to `most`): with an arc without limit, against it as far as its number can fall."""
    left: dict[tuple[str, str], int] = {}
    for cell, (tail, head) in arcs.items():
        left[tail, head] = left.get((tail, head), 0) + _ENDLESS
        left[head, tail] = left.get((head, tail), 0) + counts[cell]
    sent = 0
    while sent < most and (path := _path(left, start, end)):
        step = min(most - sent, *(left[edge] for edge in path))
        for tail, head in path:
            left[tail, head] -= step
            left[head, tail] = left.get((head, tail), 0) + step
        sent += step
    return sent


def _path(left: Mapping[tuple[str, str], int], start: str, end: str) -> list[tuple[str, str]]:
    """A shortest way over edges that still have room; empty when there is none."""
    came: dict[str, str] = {start: ""}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for (tail, head), room_left in left.items():
            if tail == here and room_left > 0 and head not in came:
                came[head] = here
                waiting.append(head)
    if end not in came or start == end:
        return []
    way, at = list[tuple[str, str]](), end
    while at != start:
        way.append((came[at], at))
        at = came[at]
    return way


def _cheapest(arcs: Mapping[Cell, Arc], hidden: set[Cell], beside: Cell, people: Mapping[Cell, int]) -> Cell:
    """The cell to hide next: in a sum with `beside` if there is any, with the fewest people, nought last."""
    ends = set(arcs[beside])

    def cost(cell: Cell) -> tuple[bool, bool, int, str]:
        return not ends & set(arcs[cell]), people[cell] == 0, people[cell], str(cell)

    return min((cell for cell in arcs if cell not in hidden), key=cost)
