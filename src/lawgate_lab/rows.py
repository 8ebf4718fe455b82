# SPDX-License-Identifier: Apache-2.0
"""The rows of a request as columns of small numbers, and their rendering as the text of rows.csv."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lawgate_lab.addresses import supplied_address
from lawgate_lab.labels import CODE, GROUNDS, NAME_NOISE, ROLES, YES_NO
from lawgate_lab.noise import NOISE
from lawgate_lab.people import draw_given, draw_surnames
from lawgate_lab.seeds import Array, Column, stream
from lawgate_lab.words import Lexicon
from lawgate_lab.world import World, dates, name_columns, taken

HEADER = ("row_id", "case_id", "role", "first", "middle", "last", "suffix", "dob", "addr_line1", "addr_line2", "city",
          "state", "zip", "event_number", "fingerprint_id", "final_order_date", "removal_ground", "review_pending",
          "deferred_action", "court_order_date", "relief_pending", "tin", "taxable_periods", "reason_text")  # fmt: skip
NO_DATE = np.iinfo(np.int32).min
ROW = np.dtype([
    ("meant", "i4"), ("defect", "u1"), ("noise", "u1"), ("first", "i2"), ("middle", "u1"), ("last", "i4"),
    ("suffix", "u1"), ("born", "i4"), ("home", "i4"), ("street", "i4"), ("number", "i4"), ("unit", "i4"),
    ("place", "i4"), ("form", "u1"), ("arg", "u1"), ("tin", "i4"), ("dashed", "?"), ("periods", "u1"), ("case", "i4"),
    ("role", "u1"), ("order", "i4"), ("ground", "u1"), ("review", "u1"), ("deferred", "u1"), ("reason", "i8"),
    ("confirmed", "?"),
])  # fmt: skip
"""meant: record or 0. home: index of the on-file home supplied, -1 for none. periods: a bit per year from 2018."""
STEP = 200_000


@dataclass(frozen=True)
class Style:
    """How the ids of one request read, and the reason for each row (a function of its `reason` numbers)."""

    event: str
    fingerprint: str
    case: str
    reasons: Any


def rows_of(world: World, person: Array) -> Array:
    """Rows that name the people (indexes) rightly, with the address of their latest return and no number."""
    rows = np.zeros(len(person), dtype=ROW)
    rows["meant"] = person + 1
    for name in ("first", "middle", "last", "suffix", "born"):
        rows[name] = getattr(world, name)[person]
    rows["order"], rows["role"] = NO_DATE, 0
    live_at(world, rows, np.ones(len(rows), dtype=bool), world.current_home(person))
    return rows


def rows_of_strangers(words: Lexicon, n: int, seed: int, name: str) -> Array:
    """Rows that name people who are in no record, at addresses that are in no record."""
    rng = stream(seed, name)
    rows = np.zeros(n, dtype=ROW)
    rows["first"], rows["middle"] = draw_given(rng, words, n)
    rows["last"] = draw_surnames(rng, words, n)
    rows["born"] = rng.integers(-7300, 13000, n)
    rows["order"], rows["defect"] = NO_DATE, CODE["not_in_file"]
    elsewhere(words, rows, np.ones(n, dtype=bool), rng)
    return rows


def live_at(world: World, rows: Array, which: Array, home: Array) -> None:
    """Sets the supplied address of the rows to on-file homes."""
    rows["home"][which] = home
    for name in ("street", "number", "unit", "place"):
        rows[name][which] = getattr(world.homes, name)[home]


def elsewhere(words: Lexicon, rows: Array, which: Array, rng: np.random.Generator) -> None:
    """Sets the supplied address of the rows to complete addresses drawn anew, one in four a flat."""
    n = int(which.sum())
    rows["home"][which] = -1
    rows["street"][which] = rng.integers(1, len(words.streets), n)
    rows["number"][which] = rng.integers(1, len(words.numbers) or 10_000, n)
    rows["unit"][which] = np.where(rng.random(n) < 0.25, rng.integers(1, min(61, len(words.units)), n), 0)
    rows["place"][which] = rng.integers(0, len(words.places), n)


def _named(words: Lexicon, rows: Array) -> list[Column]:
    columns = name_columns(words, rows["first"], rows["middle"], rows["last"], rows["suffix"])
    noisy = np.flatnonzero(rows["noise"])
    if not len(noisy):
        return columns
    given = zip(*(column.take(pa.array(noisy)).to_pylist() for column in columns), rows[noisy], strict=True)
    changed = [
        NOISE[NAME_NOISE[row["noise"] - 1]](first, middle, last, suffix, words, int(row["born"]))
        for first, middle, last, suffix, row in given
    ]
    mask = pa.array(rows["noise"] > 0)
    return [pc.replace_with_mask(column, mask, pa.array([new[k] for new in changed], pa.string()))
            for k, column in enumerate(columns)]  # fmt: skip


def serials(prefix: str, numbers: Array, width: int = 8) -> Column:
    """Ids such as `r00000001`, as a pyarrow string array."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def _tins(rows: Array) -> Column:
    plain = pa.array(rows["tin"]).cast(pa.string())
    parts = [pc.utf8_slice_codeunits(plain, a, b) for a, b in ((0, 3), (3, 5), (5, 9))]
    shown = pc.if_else(pa.array(rows["dashed"]), pc.binary_join_element_wise(*parts, "-"), plain)
    return pc.if_else(pa.array(rows["tin"] == 0), "", shown)


PERIODS = tuple(";".join(str(2018 + y) for y in range(8) if bits >> y & 1) for bits in range(256))


def row_pieces(words: Lexicon, rows: Array, style: Style, serial: int = 1) -> Iterator[list[Column]]:
    """The columns of rows.csv, a piece at a time; row ids count from `serial`."""
    for a in range(0, len(rows), STEP):
        part = rows[a : a + STEP]
        ids = np.arange(a, a + len(part)) + serial
        yield [
            serials("r", ids), serials(style.case, part["case"] + 1), taken(ROLES, part["role"]), *_named(words, part),
            dates(part["born"], part["born"] == NO_DATE), *supplied_address(words, part),
            serials(style.event, ids * 7 + 1_000_000), _fingerprints(style, ids),
            dates(part["order"], part["order"] == NO_DATE), taken(GROUNDS, part["ground"]),
            taken(YES_NO, part["review"]), taken(YES_NO, part["deferred"]), taken(("",), part["review"] * 0),
            # No steps to be released are under way for anybody whose row speaks of an order at all.
            taken(("", "no"), (part["deferred"] > 0).astype("i4")), _tins(part),
            taken(PERIODS, part["periods"]), style.reasons(part),
        ]  # fmt: skip


def _fingerprints(style: Style, ids: Array) -> Column:
    return serials(style.fingerprint, ids * 13 + 5_000_000) if style.fingerprint else taken(("",), ids * 0)
