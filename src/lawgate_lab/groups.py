# SPDX-License-Identifier: Apache-2.0
"""Beside the truth of a request: what else stands against each row, and three things about the person meant.

The three are for the evaluator alone, which asks whether they make a difference; the program decides without them.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lawgate_lab.rows import serials
from lawgate_lab.seeds import Array
from lawgate_lab.tins import ITIN_FROM
from lawgate_lab.truth import REASONS, Truth
from lawgate_lab.words import Lexicon, unaccented
from lawgate_lab.world import World, surnames, taken

SCHEMA = pa.schema([
    ("row_id", pa.string()), ("otherwise", pa.string()), ("accented", pa.bool_()), ("two_surnames", pa.bool_()),
    ("itin_shaped", pa.bool_()),
])  # fmt: skip


def beside(truth: Path) -> Path:
    """Where the groups of a truth file are."""
    return truth.with_name(f"{truth.stem}.groups.parquet")


def write_groups(world: World, truth: Truth, path: Path) -> None:
    """One line for each row, in the order of rows.csv; every group is false where nobody is meant."""
    n, known = len(truth.meant), truth.meant > 0
    person = np.maximum(truth.meant - 1, 0)
    accented = _given_accented(world.lexicon)[world.first[person]]
    family, two = _families(world.lexicon, world.last[person])
    columns = [
        serials("r", np.arange(1, n + 1)), taken(REASONS, truth.otherwise), pa.array(known & (accented | family)),
        pa.array(known & two), pa.array(known & (world.tin[person] // 10_000 % 100 >= ITIN_FROM)),
    ]  # fmt: skip
    pq.write_table(pa.table(columns, schema=SCHEMA), path, compression="snappy")


def _given_accented(words: Lexicon) -> Array:
    return np.array([unaccented(word) != word for word in words.given])


def _families(words: Lexicon, codes: Array) -> tuple[Array, Array]:
    """For each surname code whether it bears an accent, and whether it is two names."""
    different, at = np.unique(codes, return_inverse=True)
    text = surnames(words, different)
    two = pc.match_substring_regex(text, "[ -]").to_numpy(zero_copy_only=False)
    accented = np.array([unaccented(word) != word for word in text.to_pylist()])
    return accented[at], two[at]
