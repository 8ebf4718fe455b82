# SPDX-License-Identifier: Apache-2.0
"""The row faults that a room keeps, read back a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from lawgate.model.fault import Fault, LawgateError, Scope

NAME = "faults.parquet"


def read_faults(room: Path) -> Iterator[Fault]:
    """Every fault of `faults.parquet` in the order kept. LawgateError when the file is missing or is another one."""
    try:
        with parquet.ParquetFile(room / NAME) as file:
            for batch in file.iter_batches():
                for kept in batch.to_pylist():
                    yield Fault(**{**kept, "scope": Scope(kept["scope"])})
    except (OSError, pa.ArrowException, TypeError, ValueError):
        raise LawgateError("the faults of this batch cannot be read") from None
