# SPDX-License-Identifier: Apache-2.0
"""Explain one row of a decided batch: the decision made again from its pattern, as a letter."""

from __future__ import annotations

from dataclasses import dataclass

from lawgate.decide.decide import decide
from lawgate.decide.explain import Letter, letter
from lawgate.model.decision import Pattern, Verdict
from lawgate.model.fault import Refused
from lawgate.office.adjudicate import DecideDesk, read_bench
from lawgate.office.release import pattern_of
from lawgate.ports.engine import RowView
from lawgate.scrutiny.load import seconds_per_case


@dataclass(frozen=True, slots=True)
class Explained:
    """The letter of one row and what it rests on; `load` is seconds of an official's working year per case."""

    batch: str
    row: RowView
    letter: Letter
    citation: str
    rulebook: str
    as_of: str
    leaf: int
    load: float
    changed: bool


def explain(desk: DecideDesk, batch_id: str, row_id: str) -> Explained:
    """The letter for one row, decided again from its pattern.

    Refused E_ROW when the batch is not decided or has no row of that id, E_MOVED when the law has other clauses now;
    LawgateError when the stored pattern is not the one that was decided.
    """
    batch = desk.cases.batch(batch_id)
    row = desk.engine.row(desk.rooms.path(batch_id), row_id) if batch and batch.state == "decided" else None
    if batch is None or row is None:
        raise Refused("E_ROW", "there is no decided row of that id in that batch")
    bench = read_bench(desk, batch)
    record = pattern_of(desk, batch_id, row)
    pattern = Pattern(record["clauses"], Verdict(record["match"]), tuple(record["years"]))
    if bench.provision is not None and len(pattern.clauses) != len(bench.provision.clauses):
        raise Refused("E_MOVED", "the rulebook has other clauses now than those this row was decided by")
    decision = decide(bench.provision, pattern, bench.cover.fields, tuple(record["orders"]))
    again = [str(decision.row_outcome), str(decision.outcome)]
    return Explained(
        batch=batch_id,
        row=row,
        letter=letter(bench.provision, decision),
        citation=bench.provision.citation if bench.provision else "",
        rulebook=f"{bench.rulebook.id} {bench.rulebook.version}",
        as_of=batch.as_of,
        leaf=batch.decision_leaf,
        load=seconds_per_case(max(1, batch.figures.get("measure.cases_of_top_official", 1))),
        changed=again != [record["row_outcome"], record["outcome"]],
    )
