# SPDX-License-Identifier: Apache-2.0
"""How good the decisions of a made-up request are: settled rows held against the truth the lab wrote beside them.

Every figure is about `row_outcome`: what a row gets by itself, before findings about its batch.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lawgate_lab.seeds import Column

GRANTS = ("REQUIRE", "PERMIT")
OTHERWISE = ("DENY", "RETURN_FOR_CURE", "HOLD")
CONFIDENCE = 0.95
_DECIDED = ("row_id", "row_outcome", "outcome", "record")
_KNOWN = ("row_id", "defect", "meant", "confirmed", "clean")


@dataclass(frozen=True)
class Figures:
    """Counts of rows.

    `rows` decided; `granted` by row outcome; `wrong` granted for a record that is not the one meant; `clean` without
    any defect put in, `clean_granted` of them; `false_refusals` the other clean rows by row outcome; `by_defect` row
    outcomes by defect label; `outcomes` with batch findings; `unconfirmed` granted though the truth says that the
    address given is not complete and on file. `rejected` are rows of the truth that intake never let through.
    `replica` counts, of the rows the 2025 check matches by number, `REQUIRE` where the address is confirmed, `REQUIRE
    unconfirmed` where it is not, each other row outcome, and `rejected`; None when no such rows were given.
    """

    rows: int
    rejected: int
    granted: int
    wrong: int
    unconfirmed: int
    clean: int
    clean_granted: int
    false_refusals: Mapping[str, int]
    outcomes: Mapping[str, int]
    by_defect: Mapping[str, Mapping[str, int]]
    replica: Mapping[str, int] | None

    @property
    def yes_rate(self) -> float:
        """Share of clean rows that are granted; 1.0 when there are none."""
        return self.clean_granted / self.clean if self.clean else 1.0

    @property
    def wrong_at_most(self) -> float:
        """Exact one-sided 95 % upper bound (Clopper-Pearson) of the share of grants that are wrong."""
        return upper_bound(self.wrong, self.granted)

    def document(self) -> dict[str, Any]:
        """Everything as plain data, rates included."""
        return {
            **asdict(self),
            "yes_rate": round(self.yes_rate, 6),
            "wrong_at_most": float(f"{self.wrong_at_most:.3g}"),
        }

    def lines(self) -> list[str]:
        """The figures in words, yes-rate and bound side by side."""
        said = [
            f"{self.rows:,} rows decided, {self.granted:,} granted, {self.wrong:,} of them wrong",
            f"yes to {self.yes_rate:.2%} of {self.clean:,} clean rows; at most {self.wrong_at_most:.2e} of grants "
            f"wrong (exact one-sided {CONFIDENCE:.0%} bound over {self.granted:,} grants)",
            f"false refusals: {_listed(self.false_refusals)}",
        ]
        if self.replica is not None:
            said.append(f"rows the 2025 check would have sent on name and number: {_listed(self.replica)}")
        return said


def evaluate(decisions: Path, truth: Path, replica_rows: Column | None) -> Figures:
    """Figures of one settled request.

    `decisions` is the batch's `decisions.parquet`, `truth` the lab's truth of the same request, `replica_rows` the row
    ids (pyarrow array) that the replica matches by number, or None. ValueError when a row stands twice or in one file
    only, except for rows of the truth that intake rejected.
    """
    decided, known = pq.read_table(decisions, columns=list(_DECIDED)), pq.read_table(truth, columns=list(_KNOWN))
    both = decided.join(known, "row_id", join_type="inner")
    if not both.num_rows == decided.num_rows == len(pc.unique(decided["row_id"])):
        raise ValueError("decisions and truth are not of one request")
    grants = pc.is_in(both["row_outcome"], pa.array(GRANTS))
    wrong = pc.and_(grants, pc.not_equal(both["record"], both["meant"]))
    refused = both.filter(pc.and_(both["clean"], pc.invert(grants)))
    return Figures(
        rows=both.num_rows,
        rejected=known.num_rows - both.num_rows,
        granted=_true(grants),
        wrong=_true(wrong),
        unconfirmed=_true(pc.and_(grants, pc.invert(both["confirmed"]))),
        clean=_true(both["clean"]),
        clean_granted=_true(pc.and_(grants, both["clean"])),
        false_refusals=_counts(refused["row_outcome"]),
        outcomes=_counts(both["outcome"]),
        by_defect={label: _counts(_of(both, label)) for label in sorted(pc.unique(both["defect"]).to_pylist())},
        replica=None if replica_rows is None else _replica(both, replica_rows),
    )


def _replica(both: Column, wanted: Column) -> dict[str, int]:
    rows = both.filter(pc.is_in(both["row_id"], wanted))
    yes = pc.is_in(rows["row_outcome"], pa.array(GRANTS))
    found = _counts(rows.filter(pc.invert(yes))["row_outcome"])
    if set(found) - set(OTHERWISE):
        raise ValueError("an outcome nobody knows")
    sure = _true(pc.and_(yes, rows["confirmed"]))
    told = {"REQUIRE": sure, "REQUIRE unconfirmed": _true(yes) - sure}
    told |= {outcome: found.get(outcome, 0) for outcome in OTHERWISE}
    return {**told, "rejected": len(wanted) - rows.num_rows}


def _of(both: Column, label: str) -> Column:
    return both.filter(pc.equal(both["defect"], label))["row_outcome"]


def _true(mask: Column) -> int:
    return int(pc.sum(mask).as_py() or 0)


def _counts(values: Column) -> dict[str, int]:
    found = {entry["values"]: entry["counts"] for entry in pc.value_counts(values).to_pylist()}
    return dict(sorted(found.items()))


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items()) or "none"


def upper_bound(bad: int, of: int) -> float:
    """The share p at which `bad` or fewer of `of` independent draws have a chance of 5 %; 1.0 for no draws.

    For `bad` 0 that is 1 - 0.05**(1/of). ValueError when `bad` is not between 0 and `of`.
    """
    if not 0 <= bad <= of:
        raise ValueError("more bad ones than there are")
    if bad == of:
        return 1.0
    if bad == 0:
        # Written so that a small bound keeps its digits.
        return -math.expm1(math.log(1 - CONFIDENCE) / of)
    low, high = bad / of, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(bad, of, middle) > 1 - CONFIDENCE else (low, middle)
    return high


def _at_most(bad: int, of: int, p: float) -> float:
    """Probability of `bad` or fewer in `of` draws, 0 < p < 1."""
    whole = math.lgamma(of + 1)
    terms = (
        whole - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * math.log(p) + (of - k) * math.log1p(-p)
        for k in range(bad + 1)
    )
    return math.fsum(math.exp(term) for term in terms)
