# SPDX-License-Identifier: Apache-2.0
"""Counts for the public: of years that are over, with small cells hidden; of this year only what counts no person."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.bench import DecideDesk
from lawgate.office.reports import Sheet, statutory
from lawgate.office.statistics_cells import ALL, hide, line

PUBLIC = "public"
FIGURES = "figures.json"
OUTCOME = "row_outcome."
RUNNING = ("request", "order-bar", "barred", "alarm")
"""Kinds of leaves that are acts of offices and count nobody."""

Indexed = tuple[int, StageLeaf]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Rows of one year by what each came out as by itself; None where a number is not shown. `ALL` is the total."""

    year: int
    rows: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The public counts.

    `sheets`, `outcomes`: one for each year that is over. `running`: of the year that is not, by the kind of leaf.
    """

    year: int
    running: tuple[tuple[str, int], ...]
    sheets: tuple[Sheet, ...]
    outcomes: tuple[Outcomes, ...]


def statistics(desk: DecideDesk) -> Statistics:
    """The public counts of an office, from its log and the files its leaves name.

    A year that is not over has no counts of people: the difference of two pages, a day apart, would be a small cell
    that nobody hid. Errors as in `reports.statutory`; Refused E_ENTRIES as well when the figures of a decision are not
    those of the log.
    """
    leaves = list(desk.log.leaves())
    now = desk.clock.now().astimezone(UTC).year
    over = sorted({int(leaf.at[:4]) for _, leaf in leaves if int(leaf.at[:4]) < now})
    kinds = Counter(leaf.kind for _, leaf in leaves if int(leaf.at[:4]) == now)
    return Statistics(
        now,
        tuple((kind, kinds[kind]) for kind in RUNNING),
        tuple(statutory(desk, year, PUBLIC) for year in over),
        tuple(outcomes_of(desk, leaves, year) for year in over),
    )


def outcomes_of(desk: DecideDesk, leaves: Sequence[Indexed], year: int) -> Outcomes:
    """Rows decided in a year by outcome, small cells hidden."""
    counted: Counter[str] = Counter()
    for _, leaf in leaves:
        if leaf.kind == "decision-batch" and int(leaf.at[:4]) == year:
            counted.update(_figures(desk, leaf))
    rows = {**dict(sorted(counted.items())), ALL: sum(counted.values())}
    hidden = hide(line(tuple(sorted(counted))), rows, rows, rows) if counted else frozenset()
    return Outcomes(year, {name: None if name in hidden else n for name, n in rows.items()})


def _figures(desk: DecideDesk, decision: StageLeaf) -> Counter[str]:
    batch = decision.text("batch")
    try:
        data = desk.rooms.read(batch, FIGURES)
    except LawgateError:
        data = b""
    if sha256(data).hexdigest() != decision.text("figures"):
        raise Refused("E_ENTRIES", f"batch {batch}: the figures of its decision are not those the log names")
    found = json.loads(data)["figures"]
    return Counter({k.removeprefix(OUTCOME): n for k, n in found.items() if k.startswith(OUTCOME)})
