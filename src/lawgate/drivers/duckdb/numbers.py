# SPDX-License-Identifier: Apache-2.0
"""`ports.accounting.Numbers` on the imported records: handle to number, for records that are in an accounting entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lawgate.drivers.duckdb.connection import connect, parquet, told
from lawgate.model.confidential import Confidential
from lawgate.model.fault import LawgateError

QUERY = "SELECT DISTINCT record, tin FROM {history} WHERE record IN (SELECT unnest(?::BIGINT[]))"


class ParquetNumbers:
    """Reads the keyed copy of an import; `check` has to find the import whole before anything is read."""

    def __init__(self, base: Path, check: Callable[[str], None]) -> None:
        """`base` holds the imports by manifest; `check(manifest)` raises unless every byte is the one imported."""
        self._base, self._check = base, check

    @told
    def of(self, manifest: str, records: Sequence[int]) -> Mapping[int, Confidential[str]]:
        """See `ports.accounting.Numbers`."""
        self._check(manifest)
        con = connect(self._base / manifest, [])
        try:
            query = QUERY.format(history=parquet(self._base / manifest / "history.parquet"))
            found = con.execute(query, [list(records)]).fetchall()
        finally:
            con.close()
        made = {int(record): Confidential(str(number)) for record, number in found}
        if set(records) - made.keys() or len(found) != len(made):
            raise LawgateError("a record of an accounting entry is not in the import it was decided on")
        return made
