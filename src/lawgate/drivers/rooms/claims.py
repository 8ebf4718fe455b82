# SPDX-License-Identifier: Apache-2.0
"""`ports.claims.SentClaims` over the two Parquet files that intake leaves in a room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute, parquet

from lawgate.model.confidential import Confidential
from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.claims import SentRow, Texts

CASES, ROWS = "cases.parquet", "rows.parquet"
ENGAGED, RECIPIENTS, BETWEEN = "engaged_official", "recipients", ";"
PLACES = frozenset({"n", "line", "case_n"})


class ParquetClaims:
    """Stateless: every call reads afresh, a part of the file at a time."""

    def row(self, room: Path, n: int) -> SentRow:
        """See `ports.claims.SentClaims`."""
        row = _numbered(room / ROWS, n)
        if row is None:
            raise Refused("E_ROW", f"the batch has no row {n}; `lawgate review list` shows their numbers")
        case = _numbered(room / CASES, row["case_n"])
        if case is None:
            raise LawgateError(f"the case of row {n} is not among the claims of this batch")
        return SentRow(n, row["line"], case["line"], _texts(row), _texts(case))

    def people(self, room: Path) -> frozenset[str]:
        """See `ports.claims.SentClaims`."""
        texts: set[str] = set()
        with _opened(room / CASES) as file:
            for part in file.iter_batches(columns=[ENGAGED, RECIPIENTS]):
                for column in part.columns:
                    texts.update(compute.unique(column).to_pylist())
        return frozenset(each.strip() for text in texts for each in text.split(BETWEEN)) - {""}


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        with parquet.ParquetFile(file) as opened:
            yield opened
    except (OSError, pa.ArrowException, KeyError):
        # What went wrong may quote a value; that the claims cannot be read is all there is to say.
        raise LawgateError("the claims of this batch cannot be read") from None


def _numbered(file: Path, n: int) -> dict[str, Any] | None:
    """The row with this number in its column `n`, or None."""
    with _opened(file) as opened:
        for part in opened.iter_batches():
            if found := part.filter(compute.equal(part.column("n"), n)).to_pylist():
                row: dict[str, Any] = found[0]
                return row
    return None


def _texts(row: dict[str, Any]) -> Texts:
    return {name: Confidential(text) for name, text in row.items() if name not in PLACES}
