# SPDX-License-Identifier: Apache-2.0
"""An outsider who has the public table tries to work out what is not shown: by elimination, and by trying numbers.

Both attackers are written here and share no line with what hides. They know every shown number, that none is negative,
that sums are sums, and how a person counted once relates to an instance.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

from lawgate.office.statistics_cells import ALL, SMALL, grid, hide, line

Cell = tuple[str, str]
Table = dict[Cell, int]
KINDS = (0, 0, 1, 2, 5, 9, 10, 11, 14, 30, 200, 7_000)


def drawn(seed: int, most: int, kinds: tuple[int, ...] = KINDS) -> tuple[list[str], list[str], Table, Table, Table]:
    """Rows, columns, and three measures: instances, distinct people, requests. Somebody may be in several cells."""
    dice = random.Random(seed)
    rows = [f"r{n}" for n in range(dice.randint(1, most))]
    columns = [f"c{n}" for n in range(dice.randint(1, most))]
    crowd = max(2, dice.choice([1, 2, 8]) * max(kinds))
    who = {(r, c): frozenset(dice.sample(range(crowd), dice.choice(kinds))) for r in rows for c in columns}
    again = {cell: dice.choice([1, 1, 2]) for cell in who}
    asked = {cell: dice.choice([0, 1, 3]) if not found else dice.randint(1, 4) for cell, found in who.items()}
    inside = {
        (r, c): [cell for cell in who if r in (ALL, cell[0]) and c in (ALL, cell[1])]
        for r in (*rows, ALL)
        for c in (*columns, ALL)
    }
    instances = {cell: sum(len(who[part]) * again[part] for part in parts) for cell, parts in inside.items()}
    people = {cell: len(frozenset().union(*(who[part] for part in parts))) for cell, parts in inside.items()}
    requests = {cell: sum(asked[part] for part in parts) for cell, parts in inside.items()}
    return rows, columns, instances, people, requests


def sums(rows: list[str], columns: list[str]) -> list[tuple[Cell, list[Cell]]]:
    """Each total and its parts."""
    return [
        *(((r, ALL), [(r, c) for c in columns]) for r in (*rows, ALL)),
        *(((ALL, c), [(r, c) for r in rows]) for c in (*columns, ALL)),
    ]


def given_away(rows: list[str], columns: list[str], hidden: frozenset[Cell]) -> list[Cell]:
    """Hidden cells that elimination determines: those that no direction in the null space of the sums can move."""
    order = sorted(hidden)
    lines = [
        [float((cell in parts) - (cell == total)) for cell in order]
        for total, parts in sums(rows, columns)
        if hidden & {total, *parts}
    ]
    if not order:
        return []
    _, values, right = np.linalg.svd(np.array(lines))
    rank = int((values > 1e-9).sum())
    free = right[rank:]
    return [cell for place, cell in enumerate(order) if not len(free) or np.abs(free[:, place]).max() < 1e-9]


@pytest.fixture(scope="module")
def tables(size: str) -> int:
    return 60 if size == "ci" else 1_000


def test_elimination_finds_no_hidden_number(tables: int) -> None:
    seen = 0
    for seed in range(tables):
        rows, columns, instances, people, requests = drawn(seed, 6)
        hidden = hide(grid(rows, columns), instances, people, requests)
        small = {cell for cell in instances if 0 < people[cell] < SMALL or 0 < instances[cell] < SMALL}
        assert small <= hidden
        # A table of which nothing is shown has nothing to eliminate with.
        if len(hidden) < len(instances):
            worked_out = [cell for cell in given_away(rows, columns, hidden) if instances[cell] or requests[cell]]
            assert worked_out == [], seed
            seen += bool(hidden)
    assert seen > tables // 4


class Attack:
    """Tries whether a hidden number could be something else: bounds first, then one number after the other."""

    def __init__(self, rows: list[str], columns: list[str], hidden: frozenset[Cell], shown: list[Table]) -> None:
        self.sums, self.hidden, self.shown = sums(rows, columns), hidden, shown
        self.top = 3 * max(shown[0].values()) + 3 * SMALL

    def could_be(self, measure: int, cell: Cell, value: int) -> bool:
        bounds = [
            {each: (0, self.top) if each in self.hidden else (n, n) for each, n in table.items()}
            for table in self.shown
        ]
        bounds[measure][cell] = (value, value)
        return self._solve(bounds)

    def _solve(self, bounds: list[dict[Cell, tuple[int, int]]]) -> bool:
        if not self._narrow(bounds):
            return False
        loose = [
            (high - low, measure, cell)
            for measure, table in enumerate(bounds)
            for cell, (low, high) in table.items()
            if low < high
        ]
        if not loose:
            return True
        _, measure, cell = min(loose)
        low, high = bounds[measure][cell]
        truth = min(max(self.shown[measure][cell], low), high)
        for value in sorted(range(low, high + 1), key=lambda n: abs(n - truth)):
            tried = [dict(table) for table in bounds]
            tried[measure][cell] = (value, value)
            if self._solve(tried):
                return True
        return False

    def _narrow(self, bounds: list[dict[Cell, tuple[int, int]]]) -> bool:
        """Instances add up; of people a total lies between its largest part and the sum; people are never more."""
        instances, people = bounds
        before = None
        while before != (state := (dict(instances), dict(people))):
            before = state
            for cell, (low, high) in people.items():
                least, most = instances[cell]
                people[cell] = (max(low, int(least > 0)), min(high, most))
                instances[cell] = (max(least, people[cell][0]), most)
            for total, parts in self.sums:
                self._add(instances, total, parts, exact=True)
                self._add(people, total, parts, exact=False)
            if any(low > high for table in bounds for low, high in table.values()):
                return False
        return True

    def _add(self, table: dict[Cell, tuple[int, int]], total: Cell, parts: list[Cell], *, exact: bool) -> None:
        lows, highs = [table[part][0] for part in parts], [table[part][1] for part in parts]
        low, high = table[total]
        table[total] = (max(low, sum(lows) if exact else max(lows)), min(high, sum(highs)))
        low, high = table[total]
        for part, least, most in zip(parts, lows, highs, strict=True):
            upper = high - (sum(lows) - least) if exact else high
            table[part] = (max(least, low - (sum(highs) - most)), min(most, upper))


def test_trying_numbers_leaves_eleven_for_every_small_one(size: str) -> None:
    tried = 0
    for seed in range(12 if size == "ci" else 200):
        rows, columns, instances, people, requests = drawn(seed, 3, (0, 1, 4, 8, 12, 18))
        hidden = hide(grid(rows, columns), instances, people, requests)
        if len(hidden) == len(instances):
            continue
        attack = Attack(rows, columns, hidden, [instances, people])
        for measure, table in enumerate((instances, people)):
            for cell in sorted(hidden):
                if 0 < table[cell] < SMALL:
                    could = sum(attack.could_be(measure, cell, value) for value in range(4 * SMALL))
                    assert could >= SMALL, (seed, cell, measure)
                    tried += 1
    assert tried > 4


def test_the_attacks_work_where_nothing_else_is_hidden() -> None:
    rows, columns = ["r0", "r1"], ["c0", "c1"]
    inner = {("r0", "c0"): 3, ("r0", "c1"): 40, ("r1", "c0"): 50, ("r1", "c1"): 60}
    table = {
        (r, c): sum(n for (row, column), n in inner.items() if r in (ALL, row) and c in (ALL, column))
        for r in (*rows, ALL)
        for c in (*columns, ALL)
    }
    alone = frozenset({("r0", "c0")})
    assert given_away(rows, columns, alone) == [("r0", "c0")]
    attack = Attack(rows, columns, alone, [table, table])
    assert [value for value in range(20) if attack.could_be(0, ("r0", "c0"), value)] == [3]
    assert given_away(rows, columns, hide(grid(rows, columns), table, table, table)) == []


def test_one_line_of_parts_hides_a_second_one() -> None:
    counts = {"a": 4, "b": 900, "c": 30, ALL: 934}
    hidden = hide(line(("a", "b", "c")), counts, counts, counts)
    assert hidden == {"a", "c"}
    # Twelve in all could be told apart by nobody only if the total goes too.
    few = {"a": 1, "b": 1, ALL: 2}
    assert hide(line(("a", "b")), few, few, few) == {"a", "b", ALL}


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    counts = {"a": 11, "b": 0, "c": 30, ALL: 41}
    assert hide(line(("a", "b", "c")), counts, counts, counts) == frozenset()
