# SPDX-License-Identifier: Apache-2.0
"""A replica of the check of 2025, for comparison. It gives counts and row ids: never an address, never a record.

TIN path: the row has a number, the number exists, first and last name agree, and the address field is not blank.
Address path: the row has no number, and first and last name and the whole address agree with one on file.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from lawgate_lab.seeds import Array, Column
from lawgate_lab.words import fold

_ASKED = ("row_id", "first", "last", "tin", "addr_line1", "addr_line2", "city", "state", "zip")
_LINES = ("line1", "line2", "city", "state", "zip")
_BATCH = 500_000


@dataclass(frozen=True)
class ReplicaResult:
    """How many rows each path would have answered, and which (pyarrow arrays of row ids, in the order of the file)."""

    tin_path: int
    address_path: int
    row_ids_tin: Column
    row_ids_address: Column


def _read_rows(path: Path) -> Column:
    text = {name: pa.string() for name in _ASKED}
    convert = pacsv.ConvertOptions(column_types=text, include_columns=list(_ASKED), strings_can_be_null=False)
    return pacsv.read_csv(path, convert_options=convert).combine_chunks()


def _address_text(table: Column, names: tuple[str, ...]) -> Column:
    """The address as one upper-case string; empty when every part is blank."""
    return pc.utf8_trim_whitespace(pc.utf8_upper(pc.binary_join_element_wise(*(table[name] for name in names), " ")))


def _names(table: Column) -> list[tuple[str, str]]:
    return [(fold(a), fold(b)) for a, b in zip(table["first"].to_pylist(), table["last"].to_pylist(), strict=True)]


def _names_on_file(records: Path, column: str, wanted: Column) -> dict[int | str, tuple[str, str]]:
    """Folded names of the filers whose `column` (tin or record) is among the wanted values."""
    found: dict[int | str, tuple[str, str]] = {}
    file = pq.ParquetFile(records / "taxpayers.parquet")
    for batch in file.iter_batches(_BATCH, columns=[column, "kind", "first", "last"]):
        keep = pc.and_(pc.is_in(batch[column], wanted), pc.not_equal(batch["kind"], "dependent"))
        some = batch.filter(keep)
        found.update(zip(some[column].to_pylist(), _names(some), strict=True))
    return found


def _tin_path(records: Path, rows: Column) -> Array:
    has = pc.not_equal(rows["tin"], "")
    tins = pc.replace_substring(rows["tin"], "-", "")
    held = _names_on_file(records, "tin", pc.unique(tins.filter(has)))
    able = pc.and_(pc.and_(has, pc.not_equal(_address_text(rows, _ASKED[4:]), "")), pc.is_in(tins, _strings(held)))
    at = np.flatnonzero(able.to_numpy(zero_copy_only=False))
    some = rows.take(pa.array(at))
    agree = [held[t] == name for t, name in zip(tins.take(pa.array(at)).to_pylist(), _names(some), strict=True)]
    found: Array = at[np.array(agree, dtype=bool)]
    return found


def _strings(held: dict[int | str, tuple[str, str]]) -> Column:
    return pa.array([str(key) for key in held], pa.string())


def _address_path(records: Path, rows: Column) -> Array:
    asked = np.flatnonzero(pc.equal(rows["tin"], "").to_numpy(zero_copy_only=False))
    some = rows.take(pa.array(asked))
    keys = _address_text(some, _ASKED[4:])
    wanted, places = pc.unique(keys.filter(pc.not_equal(keys, ""))), pc.unique(some["zip"])
    tenants: dict[str, list[int]] = {}
    for batch in pq.ParquetFile(records / "addresses.parquet").iter_batches(_BATCH, columns=["record", *_LINES]):
        here = batch.filter(pc.is_in(batch["zip"], places))
        text = _address_text(here, _LINES)
        hit = pc.is_in(text, wanted)
        for key, record in zip(text.filter(hit).to_pylist(), here["record"].filter(hit).to_pylist(), strict=True):
            tenants.setdefault(key, []).append(record)
    records_hit = pa.array(sorted({record for held in tenants.values() for record in held}), pa.int64())
    held = _names_on_file(records, "record", records_hit)
    near = np.flatnonzero(pc.is_in(keys, pa.array(list(tenants), pa.string())).to_numpy(zero_copy_only=False))
    names, texts = _names(some.take(pa.array(near))), keys.take(pa.array(near)).to_pylist()
    agree = [any(held.get(r) == name for r in tenants[text]) for name, text in zip(names, texts, strict=True)]
    found: Array = asked[near[np.array(agree, dtype=bool)]]
    return found


def replica_2025(records_dir: Path, request_dir: Path) -> ReplicaResult:
    """Runs both paths over `rows.csv`. Raises FileNotFoundError if the records or the request are missing."""
    rows = _read_rows(request_dir / "rows.csv")
    by_tin, by_address = _tin_path(records_dir, rows), _address_path(records_dir, rows)
    ids = rows["row_id"]
    return ReplicaResult(len(by_tin), len(by_address), ids.take(pa.array(by_tin)), ids.take(pa.array(by_address)))
