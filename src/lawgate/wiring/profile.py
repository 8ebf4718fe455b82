# SPDX-License-Identifier: Apache-2.0
"""Profile `synthetic` at intake: a request with a number that could be somebody's is refused as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from lawgate.model.code import CODES, INDEX
from lawgate.model.fault import Fault, LawgateError, Scope
from lawgate.model.layout import Layout
from lawgate.ports.intake import FILES, Count, Parsed, RequestParser

RANGES = "tin_ranges"
TABLES = ("cases.parquet", "rows.parquet", "faults.parquet")
REFUSES = CODES[INDEX["E_PROFILE", Scope.FILE]]


class SyntheticOnly:
    """A `RequestParser` (see `ports.intake`) that lets no number through which none of `patterns` fits as a whole."""

    def __init__(self, parser: RequestParser, patterns: Sequence[str]) -> None:
        """`patterns`: regular expressions (RE2) over nine digits. Without any, every number is refused."""
        self._parser, self._patterns = parser, tuple(patterns)

    def parse(self, request: Path, room: Path, layout: Layout, day: date) -> Parsed:
        """See `RequestParser.parse`."""
        found = self._parser.parse(request, room, layout, day)
        foreign = () if found.refused else tuple(self._foreign(room, layout))
        if not foreign:
            return found
        for name in TABLES:
            (room / name).unlink()
        cases, rows = (Count(count.sent, 0, count.sent) for count in (found.cases, found.rows))
        return Parsed(found.cover, found.cover_bytes, found.signature, cases, rows, foreign)

    def faults(self, room: Path) -> Iterator[Fault]:
        """See `RequestParser.faults`."""
        return self._parser.faults(room)

    def _foreign(self, room: Path, layout: Layout) -> Iterator[Fault]:
        """A fault for each column with such a number, at the line of the first."""
        for file, table, columns in ((FILES[2], TABLES[0], layout.cases), (FILES[3], TABLES[1], layout.rows)):
            for name in (column.name for column in columns if column.kind == "tin"):
                if (line := self._first(room / table, name)) is not None:
                    yield Fault(Scope.FILE, file, line, name, REFUSES.name, REFUSES.mend)

    def _first(self, table: Path, name: str) -> int | None:
        fits = "^(" + "|".join(["", *(f"({pattern})" for pattern in self._patterns)]) + ")$"
        try:
            with parquet.ParquetFile(table) as file:
                for batch in file.iter_batches(columns=["line", name]):
                    strange = batch.filter(pc.invert(pc.match_substring_regex(batch.column(name), fits)))
                    if strange.num_rows:
                        return int(pc.min(strange.column("line")).as_py())
        except (OSError, pa.ArrowException):
            raise LawgateError("the rows that were just read cannot be read again") from None
        return None
