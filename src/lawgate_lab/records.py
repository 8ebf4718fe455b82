# SPDX-License-Identifier: Apache-2.0
"""Writes a population as the custodian's two Parquet files (docs/spec/records-format.md), piece by piece."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lawgate_lab.people import make_world
from lawgate_lab.world import FIRST_YEAR, KINDS, World, address_columns, name_columns, taken

TAXPAYERS = pa.schema([
    ("record", pa.int64()), ("kind", pa.string()), ("tin", pa.string()), ("first", pa.string()),
    ("middle", pa.string()), ("last", pa.string()), ("suffix", pa.string()), ("dob", pa.date32()),
    ("deceased", pa.bool_()), ("flags", pa.int32()),
])  # fmt: skip
ADDRESSES = pa.schema([
    ("record", pa.int64()), ("line1", pa.string()), ("line2", pa.string()), ("city", pa.string()),
    ("state", pa.string()), ("zip", pa.string()), ("from_year", pa.int16()), ("to_year", pa.int16()),
])  # fmt: skip
STEP = 250_000


def _people(world: World, a: int, b: int) -> Any:
    names = name_columns(world.lexicon, world.first[a:b], world.middle[a:b], world.last[a:b], world.suffix[a:b])
    columns = [
        pa.array(np.arange(a + 1, b + 1)), taken(KINDS, world.kind[a:b]), pa.array(world.tin[a:b]).cast(pa.string()),
        *names, pa.array(world.born[a:b]).cast(pa.date32()), pa.array(world.deceased[a:b]),
        pa.array(world.flags[a:b].astype(np.int32)),
    ]  # fmt: skip
    return pa.record_batch(columns, schema=TAXPAYERS)


def _addresses(world: World, a: int, b: int) -> Any:
    home, homes = world.span_home[a:b], world.homes
    lines = address_columns(world.lexicon, homes.street[home], homes.number[home], homes.unit[home], homes.place[home])
    years = [pa.array(span[a:b].astype(np.int16) + np.int16(FIRST_YEAR)) for span in (world.span_from, world.span_to)]
    record = pa.array(world.span_person[a:b].astype(np.int64) + 1)
    return pa.record_batch([record, *lines, *years], schema=ADDRESSES)


def write_records(world: World, folder: Path) -> None:
    """`taxpayers.parquet` and `addresses.parquet` in `folder`; the same world gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    files = (("taxpayers", TAXPAYERS, _people, len(world)), ("addresses", ADDRESSES, _addresses, len(world.span_home)))
    for name, schema, piece, rows in files:
        wordy = [field.name for field in schema if field.name not in {"record", "tin", "line1"}]
        with pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="snappy", use_dictionary=wordy) as out:
            for a in range(0, rows, STEP):
                out.write_batch(piece(world, a, min(a + STEP, rows)))


def make_records(n: int, seed: int, folder: Path) -> World:
    """Makes `n` people, writes them below `folder`/records, returns the population."""
    world = make_world(n, seed)
    write_records(world, folder / "records")
    return world
