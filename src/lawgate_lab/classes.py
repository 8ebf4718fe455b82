# SPDX-License-Identifier: Apache-2.0
"""False grants and false refusals by defect class, and how alike people are answered who differ in nothing that counts.

Every row of the truth has one of three expectations. `yes`: the request is proper as it stands, so that any other
answer is a false refusal. `no`: the law, the records or the address rule an answer out, so that a grant is false.
`ask`: the person is rightly meant but written otherwise, or hard to tell apart; nobody may guess, so a refusal is not
false, and neither is a grant of the right record. Whatever the expectation, a grant of another record, or to an address
that is not on file, is false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lawgate_lab.intervals import Interval, at_most, difference_interval, share_interval
from lawgate_lab.labels import DEFECTS
from lawgate_lab.seeds import Array, Column

GRANTS = ("REQUIRE", "PERMIT")
YES, ASK, NO = "yes", "ask", "no"
_PROPER = frozenset({"none", "address_style", "former_address", "name_hyphen", "name_accents_lost", "name_capitals"})
# With a namesake in the building, a number or the flat may still tell who is meant.
_UNSURE = frozenset(
    {
        "name_swapped",
        "name_spelled_otherwise",
        "name_maiden",
        "name_truncated",
        "name_suffix_in_last",
        "left_out_name",
        "namesake",
    }
)
EXPECTED = {label: YES if label in _PROPER else ASK if label in _UNSURE else NO for label in DEFECTS}
# As above; and of years not all filed, those filed may be answered.
_OPEN_REASONS = frozenset({"namesake_at_building", "period_not_filed"})
# No two groups of people may be farther apart than this, in points.
ALIKE = 0.1
GROUPS = {
    "accented": "name on file with a letter that bears an accent",
    "two_surnames": "surname on file of more than one word, whose order may differ",
    "itin_shaped": "number on file in the ITIN ranges",
}


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Rows of one class: all, granted, to be granted (`proper`), to be asked about, granted or refused falsely.

    Rows that intake rejected are among the rows, and among those refused.
    """

    rows: int
    granted: int
    proper: int
    asked: int
    false_grants: int
    false_refusals: int

    @property
    def false_grant_share(self) -> Interval:
        """Exact 95 % interval of the share of the rows granted falsely."""
        return share_interval(self.false_grants, self.rows)

    @property
    def false_refusal_share(self) -> Interval | None:
        """Exact 95 % interval of the share of proper rows refused; None where the class has none."""
        return share_interval(self.false_refusals, self.proper) if self.proper else None

    def document(self) -> dict[str, Any]:
        """Counts and intervals as plain data."""
        refused = self.false_refusal_share
        return {
            "rows": self.rows, "granted": self.granted, "proper": self.proper, "asked": self.asked,
            "false_grants": self.false_grants, "false_grants_95": as_list(self.false_grant_share),
            "false_refusals": self.false_refusals, "false_refusals_95": as_list(refused) if refused else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Clean rows granted, and all clean rows, of people of whom something is true and of all others.

    A row that intake rejected is one of those not granted.
    """

    yes: int
    of: int
    other_yes: int
    other_of: int

    @property
    def difference(self) -> float:
        """Yes-rate of the group minus that of the others; 0 when one of them is empty."""
        return self.yes / self.of - self.other_yes / self.other_of if self.of and self.other_of else 0.0

    @property
    def interval(self) -> Interval:
        """Interval of the difference that covers at least 95 %."""
        return difference_interval(self.yes, self.of, self.other_yes, self.other_of)

    def sentence(self, what: str) -> str:
        """Both counts, and the difference in points with its interval, on one line."""
        low, high = 100 * self.interval.low, 100 * self.interval.high
        counts = f"yes to {self.yes:,} of {self.of:,}, to {self.other_yes:,} of {self.other_of:,} others"
        if not (self.of and self.other_of):
            return f"{what}: {counts}; nobody to compare"
        within = within_alike(low, high)
        return f"{what}: {counts}; {100 * self.difference:+.4f} points ({low:+.4f} to {high:+.4f}), {within}"

    def document(self) -> dict[str, Any]:
        """Counts, difference and interval, in points (hundredths), as plain data."""
        points = Interval(100 * self.interval.low, 100 * self.interval.high)
        return {
            "yes": self.yes, "of": self.of, "other_yes": self.other_yes, "other_of": self.other_of,
            "difference_points": round(100 * self.difference, 4), "difference_95": as_list(points),
        }  # fmt: skip


def within_alike(low: float, high: float) -> str:
    """What an interval of a difference, in points, says of ALIKE: within, beyond, or too wide to tell."""
    if low >= -ALIKE and high <= ALIKE:
        return f"within {ALIKE}"
    return f"beyond {ALIKE}" if low > ALIKE or high < -ALIKE else "left open"


def as_list(found: Interval) -> list[float]:
    """An interval with three digits that count."""
    return [float(f"{found.low:.3g}"), float(f"{found.high:.3g}")]


def class_figures(rows: Column) -> dict[str, ClassFigures]:
    """Figures by class, of a table with one line for every row of the truth.

    Columns: defect, otherwise (what else stands against the row, empty for nothing), confirmed, meant, record and
    row_outcome, the last two NULL where intake rejected the row. A class is the defect's label or, without a defect,
    what else stands against the row.
    """
    granted = _mask(pc.fill_null(pc.is_in(rows["row_outcome"], pa.array(GRANTS)), False))
    expected = _expected(rows)
    right = _mask(rows["confirmed"]) & _mask(pc.fill_null(pc.equal(rows["record"], rows["meant"]), False))
    false_grants = granted & (~right | (expected == NO))
    false_refusals = ~granted & (expected == YES)
    return {
        name: ClassFigures(*(int(some[here].sum()) for some in (
            np.ones(len(granted), bool), granted, expected == YES, expected == ASK, false_grants, false_refusals,
        )))
        for name, here in _classes(rows)
    }  # fmt: skip


def _expected(rows: Column) -> Array:
    by_label = np.array([EXPECTED[label] for label in rows["defect"].to_pylist()])
    reasons = np.array(rows["otherwise"].to_pylist())
    shut = (reasons != "") & ~np.isin(reasons, list(_OPEN_REASONS))
    unsure = np.isin(reasons, list(_OPEN_REASONS)) & (by_label == YES)
    made: Array = np.where(shut, NO, np.where(unsure, ASK, by_label))
    return made


def _classes(rows: Column) -> Iterator[tuple[str, Array]]:
    labels, reasons = (np.array(rows[name].to_pylist()) for name in ("defect", "otherwise"))
    named = np.where((labels == "none") & (reasons != ""), reasons, labels)
    for name in sorted(set(named.tolist())):
        yield name, named == name


def group_figures(rows: Column) -> dict[str, GroupFigures]:
    """Figures by group over all clean rows; `rows` has clean, row_outcome (NULL where rejected), and the groups."""
    clean = _mask(rows["clean"])
    granted = _mask(pc.fill_null(pc.is_in(rows["row_outcome"], pa.array(GRANTS)), False))
    made = {}
    for name in GROUPS:
        inside = _mask(rows[name])
        sides = (clean & inside, clean & ~inside)
        made[name] = GroupFigures(*(int(n) for s in sides for n in ((granted & s).sum(), s.sum())))
    return made


def per_grant(classes: Mapping[str, ClassFigures]) -> tuple[int, int, float]:
    """False grants, grants, and the exact one-sided 95 % upper bound of the share of grants that are false."""
    false = sum(c.false_grants for c in classes.values())
    granted = sum(c.granted for c in classes.values())
    return false, granted, at_most(false, granted)


def _mask(column: Column) -> Array:
    found: Array = np.asarray(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column)
    return found.astype(bool)
