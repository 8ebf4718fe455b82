# SPDX-License-Identifier: Apache-2.0
"""The room of one request: Parquet files that appear together, synced, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

import pyarrow as pa
from pyarrow import parquet

from lawgate.model.fault import LawgateError
from lawgate.model.layout import Column, Layout

_GROUP = 61_440  # rows of a row group: the engine gives whole groups to its threads, and likes this many
OFTEN = pa.dictionary(pa.int32(), pa.string())  # how a column may come that says the same texts often
_FEW = frozenset(
    {"date", "birth_date", "flag", "years", "choice"}
)  # kinds with few distinct values: worth a dictionary


def cases_schema(layout: Layout) -> pa.Schema:
    """The schema of cases.parquet and of the batches the child sends for it."""
    return _schema(["n", "line"], layout.cases)


def rows_schema(layout: Layout) -> pa.Schema:
    """The schema of rows.parquet and of the batches the child sends for it."""
    return _schema(["n", "line", "case_n"], layout.rows)


def faults_schema() -> pa.Schema:
    """The schema of faults.parquet."""
    words = pa.dictionary(pa.int16(), pa.string())
    kinds = [
        ("scope", words),
        ("file", words),
        ("line", pa.int32()),
        ("column", words),
        ("code", words),
        ("mend", words),
    ]
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in kinds])


def _schema(numbers: list[str], columns: tuple[Column, ...]) -> pa.Schema:
    fields = [pa.field(name, pa.int32(), nullable=False) for name in numbers]
    return pa.schema(fields + [pa.field(column.name, pa.string(), nullable=False) for column in columns])


class _Table:
    """One Parquet file under a temporary name, written a row group at a time.

    Its first batch says which columns come as dictionaries; all others must be like it.
    """

    def __init__(self, folder: int, name: str, schema: pa.Schema, dictionary: list[str]) -> None:
        self.name, self.part, self._schema, self._dictionary = name, f".{name}.part", schema, dictionary
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.fdopen(os.open(self.part, flags, 0o600, dir_fd=folder), "wb")
        self._like: pa.Schema | None = None
        self._writer: parquet.ParquetWriter | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch; ValueError for one unlike the first."""
        self._like = self._like or batch.schema
        if batch.schema != self._like:
            raise ValueError("the batches of one file differ")
        self._waiting.append(batch)
        self._count += batch.num_rows
        if self._count >= _GROUP:
            self._write()

    def _write(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting).unify_dictionaries()
            self._open(table.schema).write_table(table, row_group_size=_GROUP)
            self._waiting, self._count = [], 0

    def _open(self, schema: pa.Schema) -> parquet.ParquetWriter:
        if self._writer is None:
            often = [field.name for field in schema if pa.types.is_dictionary(field.type)]
            self._writer = parquet.ParquetWriter(
                self._file,
                schema,
                compression="lz4",
                use_dictionary=[*self._dictionary, *often],
                store_schema=False,
                write_statistics=False,
            )
        return self._writer

    def finish(self) -> None:
        self._write()
        self._open(self._schema).close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        if not self._file.closed:
            if self._writer is not None:
                self._writer.close()
            self._file.close()


def _names(folder: int) -> set[str]:
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries}


class Room:
    """Three tables in one folder. Used as a context: without `keep`, leaving it removes every trace."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        """Open the tables; LawgateError when the folder is missing or was used before."""
        self._folder = -1
        self._tables: list[_Table] = []
        kinds = {c.name for c in (*layout.cases, *layout.rows) if c.kind in _FEW}
        schemas = {"cases": cases_schema(layout), "rows": rows_schema(layout), "faults": faults_schema()}
        try:
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            if used := {f"{name}.parquet" for name in schemas} & _names(self._folder):
                raise LawgateError(f"this room was used before: it holds {sorted(used)[0]}")
            for name, schema in schemas.items():
                words = [field.name for field in schema if field.name in kinds or name == "faults"]
                self._tables.append(_Table(self._folder, f"{name}.parquet", schema, words))
        except OSError as error:
            self._clear()
            raise LawgateError(f"the room cannot be used (error {error.errno})") from None
        except LawgateError:
            self._clear()
            raise

    def __enter__(self) -> Room:
        """The room itself."""
        return self

    @property
    def tables(self) -> tuple[_Table, _Table, _Table]:
        """Cases, rows, faults."""
        cases, rows, faults = self._tables
        return cases, rows, faults

    def keep(self) -> None:
        """Make the three files appear, synced: names are given only after all bytes are on disk."""
        for table in self._tables:
            table.finish()
        for table in self._tables:
            os.rename(table.part, table.name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        os.fsync(self._folder)
        self._tables.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what was not kept."""
        self._clear()

    def _clear(self) -> None:
        for table in self._tables:
            table.abandon()
            for name in {table.part, table.name} & _names(self._folder):
                os.unlink(name, dir_fd=self._folder)
        self._tables.clear()
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1
