# SPDX-License-Identifier: Apache-2.0
"""Figures of the demonstration, each computed from decisions, truth and replica; nothing is written in by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from lawgate.ports.cases import BatchRow
from lawgate.scrutiny.load import seconds_per_case
from lawgate_lab.replica import ReplicaResult


@dataclass(frozen=True)
class AffairFigures:
    """What the affair's request comes to. All are numbers of rows unless said otherwise."""

    rows: int
    officials: int
    reasons: int
    load: float
    would_send: int
    would_send_number: int
    confirmed: int
    not_confirmed: int
    other_person: int
    other_element: int
    others: int
    minors: int
    sends: int
    wrong: int
    on_hold: int
    holding: tuple[str, ...]
    row_outcomes: dict[str, int]
    outcomes: dict[str, int]
    first_failures: dict[str, int]


def affair_figures(room: Path, truth: Path, batch: BatchRow, replica: ReplicaResult) -> AffairFigures:
    """The figures, from `decisions.parquet` in the batch's room and the truth the lab kept to itself."""
    decided = pq.read_table(
        room / "decisions.parquet", columns=["row_id", "row_outcome", "outcome", "record", "others", "minors", "grants"]
    )
    known = {r["row_id"]: r for r in pq.read_table(truth).to_pylist()}
    would = set(replica.row_ids_tin.to_pylist()) | set(replica.row_ids_address.to_pylist())
    kinds: Counter[str] = Counter()
    others = minors = wrong = sends = 0
    for row in decided.to_pylist():
        real = known[row["row_id"]]
        if row["row_outcome"] == "REQUIRE":
            wrong += row["record"] != real["meant"]
            others, minors = others + row["others"], minors + row["minors"]
        sends += row["grants"]
        if row["row_id"] in would:
            kinds[_kind(row, real)] += 1
    # Rows that intake refused for their form were never decided; the 2025 check would have answered them all the same.
    kinds["other_element"] += len(would) - kinds.total()
    f = batch.figures
    whole = {k.removeprefix("because.") for k, v in f.items() if k.startswith("because.") and v == batch.accepted}
    return AffairFigures(
        rows=batch.accepted,
        officials=f["measure.officials"],
        reasons=f["measure.distinct_reasons"],
        load=seconds_per_case(f["measure.people_of_top_official"]),
        would_send=len(would),
        would_send_number=replica.tin_path,
        confirmed=kinds["confirmed"],
        not_confirmed=kinds["not_confirmed"],
        other_person=kinds["other_person"],
        other_element=kinds["other_element"],
        others=others,
        minors=minors,
        sends=sends,
        wrong=wrong,
        on_hold=batch.accepted if whole else 0,
        holding=tuple(sorted(whole)),
        row_outcomes=_outcomes(f, "row_outcome."),
        outcomes=_outcomes(f, "outcome."),
        first_failures=_outcomes(f, "because."),
    )


def _kind(row: dict[str, Any], real: dict[str, Any]) -> str:
    """Where a row that the 2025 check would have answered ends: exactly one of four."""
    if row["row_outcome"] == "REQUIRE":
        return "confirmed"
    if real["tin_of"] and real["tin_of"] != real["meant"]:
        return "other_person"
    return "other_element" if real["confirmed"] else "not_confirmed"


def _outcomes(figures: Any, prefix: str) -> dict[str, int]:
    return {k.removeprefix(prefix): v for k, v in sorted(figures.items()) if k.startswith(prefix)}
