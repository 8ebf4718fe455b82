# SPDX-License-Identifier: Apache-2.0
"""How each element truly stands for each row of a made-up history, from how the rows were made and from nothing else.

A column for each element and level: `met`, `not_met`, `undetermined`, or `not_looked_at` where the row fails on its own
text, so that the records are not asked.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from lawgate_lab.affair import SIGNED
from lawgate_lab.labels import FORM
from lawgate_lab.rows import NO_DATE, serials
from lawgate_lab.seeds import Array
from lawgate_lab.world import World, taken

STANDS = ("met", "not_met", "undetermined", "not_looked_at")
MET, NOT_MET, UNDETERMINED, NOT_LOOKED_AT = range(4)
OUTCOMES = ("REQUIRE", "HOLD", "RETURN_FOR_CURE", "DENY")
# What a reader of the law finds in it, for a request of one official, one statute, one reason and one file.
ENGAGED_AT_MOST, FEW, PRACTICE_ROWS, DAYS = 600, 50, 49, 91
ALWAYS_MET = (
    "i2.A.requester/request", "i2.B.writing/request", "i2.A.sole_use/request", "i2.p4/request", "i2.what/request",
    "i2.agreement/request", "i2.B.iii.statute/row", "i2.A.proceeding/row", "i2.A.engaged/row", "i2.B.i.name/batch",
    "i2.B.i.address/batch", "i2.A.proceeding/batch",
)  # fmt: skip


def history_truth(world: World, rows: Array) -> dict[str, Any]:
    """Columns of the truth by name: row_id, row_outcome, outcome, and `element/level`."""
    n, person = len(rows), rows["meant"].astype(np.int64) - 1
    bad = rows["form"] != FORM["full"]
    reason = _reason(rows)
    early = bad | (reason != MET)
    dead, withheld = world.deceased[person], world.flags[person] != 0
    nothing = (_years(world)[person] & rows["periods"]) == 0
    unconfirmed = ~((rows["home"] >= 0) & world.lived_at(person, np.maximum(rows["home"], 0)))
    stands = {name: np.full(n, MET) for name in ALWAYS_MET}
    stands |= {
        "i2.B.i.name/row": _late(early, dead),
        "i2.B.i.address/row": np.where(bad, NOT_MET, _late(early, unconfirmed)),
        "i2.B.ii.period/row": _late(early, nothing),
        "i2.B.iv.reason/row": reason,
        "i2.6/row": _late(early, withheld),
        "i2.held/row": _late(early, np.zeros(n, dtype=bool)),
        "i2.A.engaged/batch": np.full(n, NOT_MET if n > ENGAGED_AT_MOST else MET),
        "i2.B.iv.reason/batch": np.full(n, NOT_MET if n >= FEW else MET),
        "i2.practice/batch": np.full(n, NOT_MET if n > PRACTICE_ROWS else MET),
    }
    outcome = _outcome(stands)
    batch = any((stands[name] != MET).any() for name in stands if name.endswith("/batch"))
    held = np.maximum(outcome, OUTCOMES.index("HOLD")) if batch else outcome
    told = {name: taken(STANDS, column.astype(np.int32)) for name, column in stands.items()}
    ids: pa.Array = serials("r", np.arange(1, n + 1))
    return {"row_id": ids, "row_outcome": taken(OUTCOMES, outcome), "outcome": taken(OUTCOMES, held), **told}


def _late(early: Array, fails: Array) -> Array:
    """An element that rests on the records: not looked at where the row failed before."""
    found: Array = np.where(early, NOT_LOOKED_AT, np.where(fails, NOT_MET, MET))
    return found


def _reason(rows: Array) -> Array:
    """The facts of the cited statute: contradicted, or not told, or all there."""
    age = SIGNED - rows["order"].astype(np.int64)
    young = (rows["order"] != NO_DATE) & (age < DAYS)
    contradicted = young | (rows["ground"] >= 5) | (rows["review"] == 1) | (rows["deferred"] == 1)
    untold = (rows["order"] == NO_DATE) | (rows["review"] == 0)
    found: Array = np.where(contradicted, NOT_MET, np.where(untold, UNDETERMINED, MET))
    return found


def _years(world: World) -> Array:
    """A bit for each year from 2018 for which an address is on file, by person."""
    bits = np.zeros(len(world), dtype=np.int64)
    for year in range(7):
        there = (world.span_from <= year) & (world.span_to >= year)
        np.bitwise_or.at(bits, world.span_person[there], 1 << year)
    return bits


def _outcome(stands: dict[str, Array]) -> Array:
    """The row's own outcome, as an index of OUTCOMES: the strictest that any element leads to."""
    leads = {"i2.B.ii.period/row": "DENY", "i2.6/row": "DENY", "i2.B.i.address/row": "RETURN_FOR_CURE",
             "i2.B.i.name/row": "HOLD"}  # fmt: skip
    worst = np.where(stands["i2.B.iv.reason/row"] != MET, OUTCOMES.index("HOLD"), 0)
    for name, outcome in leads.items():
        worst = np.maximum(worst, np.where(stands[name] == NOT_MET, OUTCOMES.index(outcome), 0))
    return worst
