# SPDX-License-Identifier: Apache-2.0
"""Explain one row of a decided batch: the decision made again from its pattern, as a letter."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass

from lawgate.decide.decide import decide
from lawgate.decide.explain import Letter, letter
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.decision import Pattern, Verdict
from lawgate.model.fault import Refused
from lawgate.office.bench import DecideDesk
from lawgate.office.disclosed import HandOut, handouts_of
from lawgate.office.pinned import pinned_bench
from lawgate.office.redecide import KIND, intact, named
from lawgate.office.release import pattern_of
from lawgate.ports.engine import RowView
from lawgate.scrutiny.load import seconds_per_case

RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Since:
    """What a later re-decision says of the row: its leaf, the outcome, the orders that cover it."""

    leaf: int
    outcome: str
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """The letter of one row and what it rests on; `load` is seconds of an official's working year per case.

    `handouts` are those of packages that held the row; `since` the newest re-decision, if there is one.
    """

    batch: str
    row: RowView
    letter: Letter
    citation: str
    rulebook: str
    as_of: str
    leaf: int
    load: float
    changed: bool
    handouts: tuple[HandOut, ...]
    since: Since | None


def explain(desk: DecideDesk, batch_id: str, row_id: str) -> Explained:
    """The letter for one row, decided again from its pattern.

    The law is that of the decision, from the copy kept with it. Refused E_ROW when the batch is not decided or has no
    row of that id; LawgateError when that copy is gone or the stored pattern is not the one that was decided.
    """
    batch = desk.cases.batch(batch_id)
    row = desk.engine.row(desk.rooms.path(batch_id), row_id) if batch and batch.state == "decided" else None
    if batch is None or row is None:
        raise Refused(
            "E_ROW", "that batch has no decided row of that id; `lawgate request faults` shows what was rejected"
        )
    bench = pinned_bench(desk, batch.decision_leaf)
    record = pattern_of(desk, batch_id, row)
    pattern = Pattern(record["clauses"], Verdict(record["match"]), tuple(record["years"]))
    decision = decide(bench.provision, pattern, bench.cover.fields, tuple(record["orders"]))
    leaves = list(desk.log.leaves())
    handouts = handouts_of(desk.rooms, leaves, batch_id, row.n)
    own = letter(bench.provision, decision)
    # What the requester has in hand is no secret to it any more; a hand-out that may not have arrived still is.
    if any(each.sent is not None for each in handouts):
        own = dataclasses.replace(own, outside=(RELEASED,))
    again = [str(decision.row_outcome), str(decision.outcome)]
    return Explained(
        batch=batch_id,
        row=row,
        letter=own,
        citation=bench.provision.citation if bench.provision else "",
        rulebook=f"{bench.rulebook.id} {bench.rulebook.version}",
        as_of=batch.as_of,
        leaf=batch.decision_leaf,
        load=seconds_per_case(max(1, batch.figures.get("measure.people_of_top_official", 1))),
        changed=again != [record["row_outcome"], record["outcome"]],
        handouts=handouts,
        since=_since(desk, leaves, batch_id, row.pattern),
    )


def _since(desk: DecideDesk, leaves: Sequence[tuple[int, StageLeaf]], batch: str, pattern: int) -> Since | None:
    again = [(index, leaf) for index, leaf in leaves if leaf.kind == KIND and leaf.text("batch") == batch]
    if not again:
        return None
    index, leaf = again[-1]
    record = json.loads(intact(desk, batch, named(leaf.text("patterns")), leaf.text("patterns")).splitlines()[pattern])
    return Since(index, record["outcome"], tuple(record["orders"]))
