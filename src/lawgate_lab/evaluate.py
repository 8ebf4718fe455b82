# SPDX-License-Identifier: Apache-2.0
"""How good the decisions of a made-up request are: settled rows held against the truth the lab wrote beside them.

Every figure is about `row_outcome`: what a row gets by itself, before findings about its batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lawgate_lab.classes import GRANTS, GROUPS, ClassFigures, GroupFigures, class_figures, group_figures, per_grant
from lawgate_lab.groups import beside
from lawgate_lab.intervals import CONFIDENCE, at_most
from lawgate_lab.seeds import Column

OTHERWISE = ("DENY", "RETURN_FOR_CURE", "HOLD")
_DECIDED = ("row_id", "row_outcome", "outcome", "record")
_KNOWN = ("row_id", "defect", "meant", "confirmed", "clean", "excluded")


@dataclass(frozen=True)
class Figures:
    """Counts of rows.

    `rows` decided; `granted` by row outcome; `wrong` granted for a record that is not the one meant; `clean` without
    any defect put in, decided or not, `clean_granted` of them; `false_refusals` the other clean rows by row outcome or
    as `rejected`; `by_defect` row outcomes by defect label; `outcomes` with batch findings; `unconfirmed` granted
    though the truth says that the address given is not complete and on file. `rejected` are rows of the truth that
    intake never let through.
    `replica` counts, of the rows the 2025 check matches by number, `REQUIRE` where the address is confirmed, `REQUIRE
    unconfirmed` where it is not, each other row outcome, and `rejected`; None when no such rows were given.
    `classes` are false grants and false refusals by defect class, rejected rows included; `groups` compare the clean
    rows of people who differ in nothing that counts, and are empty when no groups lie beside the truth.
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
    classes: Mapping[str, ClassFigures]
    groups: Mapping[str, GroupFigures]

    @property
    def yes_rate(self) -> float:
        """Share of clean rows that are granted; 1.0 when there are none."""
        return self.clean_granted / self.clean if self.clean else 1.0

    @property
    def wrong_at_most(self) -> float:
        """Exact one-sided 95 % upper bound (Clopper-Pearson) of the share of grants that are wrong."""
        return at_most(self.wrong, self.granted)

    def document(self) -> dict[str, Any]:
        """Everything as plain data, rates included."""
        return {
            **{f.name: _plain(getattr(self, f.name)) for f in fields(self)},
            "false_grants": per_grant(self.classes)[0],
            "false_grants_at_most": float(f"{per_grant(self.classes)[2]:.3g}"),
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
            "false grants, of any kind: {:,} of {:,} grants, at most {:.2e} of them".format(*per_grant(self.classes)),
        ]
        said += [group.sentence(GROUPS[name]) for name, group in self.groups.items()]
        if self.replica is not None:
            said.append(f"rows the 2025 check would have sent on name and number: {_listed(self.replica)}")
        return said


def evaluate(decisions: Path, truth: Path, replica_rows: Column | None) -> Figures:
    """Figures of one settled request.

    `decisions` is the batch's `decisions.parquet`, `truth` the lab's truth of the same request, `replica_rows` the row
    ids (pyarrow array) that the replica matches by number, or None. ValueError when a row stands twice or in one file
    only, except for rows of the truth that intake rejected.
    """
    decided, known = pq.read_table(decisions, columns=list(_DECIDED)), _known(truth)
    both = decided.join(known, "row_id", join_type="inner")
    if not both.num_rows == decided.num_rows == len(pc.unique(decided["row_id"])):
        raise ValueError("decisions and truth are not of one request")
    grants = pc.is_in(both["row_outcome"], pa.array(GRANTS))
    wrong = pc.and_(grants, pc.not_equal(both["record"], both["meant"]))
    every = known.join(decided, "row_id", join_type="left outer")
    yes = pc.fill_null(pc.is_in(every["row_outcome"], pa.array(GRANTS)), False)
    refused = every.filter(pc.and_(every["clean"], pc.invert(yes)))
    return Figures(
        rows=both.num_rows,
        rejected=known.num_rows - both.num_rows,
        granted=_true(grants),
        wrong=_true(wrong),
        unconfirmed=_true(pc.and_(grants, pc.invert(both["confirmed"]))),
        clean=_true(every["clean"]),
        clean_granted=_true(pc.and_(yes, every["clean"])),
        false_refusals=_counts(pc.fill_null(refused["row_outcome"], "rejected")),
        outcomes=_counts(both["outcome"]),
        by_defect={label: _counts(_of(both, label)) for label in sorted(pc.unique(both["defect"]).to_pylist())},
        replica=None if replica_rows is None else _replica(both, replica_rows),
        classes=class_figures(every),
        groups=group_figures(every) if set(GROUPS) <= set(every.column_names) else {},
    )


def _known(truth: Path) -> Column:
    """The truth, with the groups beside it; without them what stands against a row besides its defect is not known."""
    known = pq.read_table(truth, columns=list(_KNOWN))
    if beside(truth).exists():
        return known.join(pq.read_table(beside(truth)), "row_id", join_type="inner")
    return known.append_column("otherwise", pc.if_else(pc.equal(known["excluded"], "defect"), "", known["excluded"]))


def _plain(value: Any) -> Any:
    if isinstance(value, ClassFigures | GroupFigures):
        return value.document()
    return {k: _plain(v) for k, v in value.items()} if isinstance(value, Mapping) else value


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
