# SPDX-License-Identifier: Apache-2.0
"""What each row really is: who is meant, whose number was given, what was put in, and whether it is clean."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lawgate_lab.labels import CODE, DEFECTS, FORM
from lawgate_lab.rows import serials
from lawgate_lab.seeds import Array
from lawgate_lab.world import DEPENDENT, World, taken

SCHEMA = pa.schema([
    ("row_id", pa.string()), ("defect", pa.string()), ("meant", pa.int64()), ("tin_of", pa.int64()),
    ("confirmed", pa.bool_()), ("clean", pa.bool_()), ("excluded", pa.string()),
])  # fmt: skip
REASONS = ("", "defect", "nobody_meant", "no_number_or_po_box", "namesake_at_building", "period_not_filed", "deceased",
           "withheld", "dependent")  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """Columns as in the truth file; `excluded` holds indexes into REASONS, `defect` into DEFECTS.

    `otherwise` is what `excluded` would be if no defect had been put in.
    """

    defect: Array
    meant: Array
    tin_of: Array
    confirmed: Array
    excluded: Array
    otherwise: Array

    @property
    def clean(self) -> Array:
        """True where nothing stands against the row."""
        found: Array = self.excluded == 0
        return found

    def counts(self) -> dict[str, object]:
        """Rows, clean rows, counts by defect label and by reason of exclusion."""
        reasons = np.bincount(self.excluded, minlength=len(REASONS))
        labels = np.bincount(self.defect, minlength=len(DEFECTS))
        return {
            "rows": len(self.defect), "clean": int(reasons[0]), "confirmed": int(self.confirmed.sum()),
            "defects": {label: int(n) for label, n in zip(DEFECTS, labels, strict=True) if n},
            "excluded": {reason: int(n) for reason, n in zip(REASONS, reasons, strict=True) if reason and n},
        }  # fmt: skip


def truth_of(world: World, rows: Array) -> Truth:
    """The truth of finished rows. A row is excluded for the first reason that holds, in the order of REASONS."""
    meant = rows["meant"].astype(np.int64)
    person = np.maximum(meant - 1, 0)
    home = np.maximum(rows["home"], 0)
    whole = (rows["form"] == FORM["full"]) | (rows["form"] == FORM["style"])
    on_file = (rows["home"] >= 0) & (meant > 0) & world.homes.complete()[home] & world.lived_at(person, home)
    reasons = {
        "dependent": world.kind[person] == DEPENDENT,
        "withheld": world.flags[person] != 0,
        "deceased": world.deceased[person],
        "period_not_filed": (rows["periods"] == 0) | ((rows["periods"] & ~world.filed[person]) != 0),
        "namesake_at_building": world.namesakes()[person],
        "no_number_or_po_box": ~(on_file & whole),
        "nobody_meant": meant == 0,
    }
    otherwise = np.zeros(len(rows), dtype=np.uint8)
    for reason, holds in reasons.items():  # the last written is the first to be named
        otherwise[holds] = REASONS.index(reason)
    excluded = np.where(rows["defect"] != CODE["none"], REASONS.index("defect"), otherwise).astype(np.uint8)
    tin_of = np.where(rows["tin"] > 0, world.record_of(rows["tin"]), 0)
    return Truth(rows["defect"], meant, tin_of, on_file & whole, excluded, otherwise)


def write_truth(truth: Truth, path: Path) -> None:
    """The truth of a request as Parquet, row by row in the order of rows.csv."""
    path.parent.mkdir(parents=True, exist_ok=True)
    n = len(truth.meant)
    columns = [
        serials("r", np.arange(1, n + 1)), taken(DEFECTS, truth.defect), pa.array(truth.meant), pa.array(truth.tin_of),
        pa.array(truth.confirmed), pa.array(truth.clean), taken(REASONS, truth.excluded),
    ]  # fmt: skip
    pq.write_table(pa.table(columns, schema=SCHEMA), path, compression="snappy")
