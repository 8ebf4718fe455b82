# SPDX-License-Identifier: Apache-2.0
"""What the child said, checked piece by piece. A child that was taken over can lie here, but only inside the forms."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lawgate.drivers.parser.packed import is_compressed
from lawgate.drivers.parser.room import OFTEN, Room, cases_schema, faults_schema, rows_schema
from lawgate.drivers.parser.stream import Torn
from lawgate.model.code import CODES
from lawgate.model.fault import Fault, LawgateError, Scope
from lawgate.model.layout import Layout
from lawgate.model.request import Cover, FileStated
from lawgate.ports import intake
from lawgate.ports.intake import Count

ROW_FAULTS_AT_MOST = 1000
FILE_FAULTS_AT_MOST = 1000  # far more than four files have: who says more is not believed
_WIRE = pa.schema([("file", pa.int8()), ("line", pa.int32()), ("column", pa.int16()), ("code", pa.int16())])
_DASH = "-"
# What taking apart bytes that mean nothing can raise; all of it says only that the child is not to be believed.
_NONSENSE = (
    pa.ArrowException,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    EOFError,
    OSError,
    StopIteration,
)


class Answer:
    """Collects the frames of one child. Every method is Torn when a frame is not what a sound child would send."""

    def __init__(self, room: Room, layout: Layout, limits: intake.Limits) -> None:
        """Accepted rows and row faults go to `room`; file faults and counts stay here."""
        self._cases, self._rows, self._faults = room.tables
        self._schemas = {intake.CASE_BATCH: cases_schema(layout), intake.ROW_BATCH: rows_schema(layout)}
        self._tins = {"cases": _tins(layout.cases), "rows": _tins(layout.rows)}
        self._limits = limits
        self._names = (intake.COVER_KEYS, (), tuple(c.name for c in layout.cases), tuple(c.name for c in layout.rows))
        self._counted = {intake.CASE_BATCH: 0, intake.ROW_BATCH: 0}
        self._lines = {intake.CASES: Lines(), intake.ROWS: Lines()}
        self.row_faults: list[Fault] = []
        self.file_faults: list[Fault] = []
        self.cover: Cover | None = None
        self.digest = ""
        self.signature: bytes | None = None
        self.cases = self.rows = Count(0, 0, 0)

    def take(self, tag: bytes, data: pa.Buffer) -> None:
        """Take one frame."""
        try:
            if tag == intake.END:
                self._end(json.loads(bytes(data)))
            elif tag == intake.FAULT_BATCH:
                self._take_faults(_batch(data, _WIRE))
            else:
                self._take_rows(tag, _batch(data, self._schemas[tag]))
        except _NONSENSE:
            raise Torn from None

    def _take_rows(self, tag: bytes, batch: pa.RecordBatch) -> None:
        start, count = self._counted[tag], batch.num_rows
        self._counted[tag] += count
        if self._counted[tag] > self._limits.rows:
            raise Torn
        if not batch.column(0).equals(pa.arange(start, start + count).cast(pa.int32())):
            raise Torn
        self._lines[intake.CASES if tag == intake.CASE_BATCH else intake.ROWS].accept(batch.column(1))
        if tag == intake.CASE_BATCH:
            _keep(self._cases.add, _plain_tins(batch, self._tins["cases"]))
        else:
            reach = pc.min_max(batch.column(2)).as_py()
            if count and not 0 <= reach["min"] <= reach["max"] < self._counted[intake.CASE_BATCH]:
                raise Torn
            _keep(self._rows.add, _plain_tins(batch, self._tins["rows"]))

    def _take_faults(self, batch: pa.RecordBatch) -> None:
        if (pc.min(batch.column("line")).as_py() or 0) < 0:
            raise Torn
        by_row = pa.array([code.scope is Scope.ROW for code in CODES]).take(batch.column("code"))
        files = batch.filter(pc.invert(by_row))
        if len(self.file_faults) + files.num_rows > FILE_FAULTS_AT_MOST:
            raise Torn
        self.file_faults += [self._fault(entry) for entry in files.to_pylist()]
        rows = batch.filter(by_row)
        room = ROW_FAULTS_AT_MOST - len(self.row_faults)
        self.row_faults += [self._fault(entry) for entry in rows.slice(0, room).to_pylist()]
        for file in (intake.CASES, intake.ROWS):
            some = rows.filter(pc.equal(rows.column("file"), file))
            self._lines[file].reject(some.column("line"))
            _keep(self._faults.add, _worded(some, intake.FILES[file], self._names[file]))
        if self._other_files(rows):
            raise Torn

    @staticmethod
    def _other_files(rows: pa.RecordBatch) -> bool:
        known = pc.is_in(rows.column("file"), pa.array([intake.CASES, intake.ROWS], pa.int8()))
        return not pc.all(known, min_count=0).as_py()

    def _fault(self, entry: dict[str, int]) -> Fault:
        code, at = CODES[_natural(entry["code"])], entry["column"]
        column = self._names[_natural(entry["file"])][at] if at >= 0 else ""
        return Fault(code.scope, intake.FILES[entry["file"]], _natural(entry["line"]), column, code.name, code.mend)

    def _end(self, summary: dict[str, Any]) -> None:
        refused = bool(self.file_faults)
        self.cases = _count(summary["cases"], self._counted[intake.CASE_BATCH], refused)
        self.rows = _count(summary["rows"], self._counted[intake.ROW_BATCH], refused)
        if not refused:
            self._lines[intake.CASES].settle(self.cases)
            self._lines[intake.ROWS].settle(self.rows)
        signature, cover = summary["signature"], summary["cover"]
        self.digest = summary["digest"]
        self.signature = None if signature is None else base64.b64decode(signature, validate=True)
        self.cover = None if cover is None else _cover(cover, self.digest)
        if not refused and (self.cover is None or self.signature is None):
            raise Torn


class Lines:
    """What became of each line of one file: accepted once, or named by at least one fault, never both, never neither.

    ValueError from any method when the child says otherwise: then some row would have gone missing in silence.
    """

    def __init__(self) -> None:
        """No line was spoken of yet."""
        self._accepted: list[pa.Array] = []
        self._rejected: list[pa.Array] = []
        self._last = {"accepted": 0, "rejected": 0}

    def accept(self, lines: pa.Array) -> None:
        """Take the lines (int32) of more accepted rows."""
        if len(lines):
            # A copy: the column itself would keep the whole frame it came in.
            self._accepted.append(pc.add(self._after("accepted", lines), pa.scalar(0, pa.int32())))
            self._last["accepted"] = lines[-1].as_py()

    def reject(self, lines: pa.Array) -> None:
        """Take the lines of more faults; a line with several faults comes several times in a row."""
        more = pc.unique(lines)
        if len(more) and more[0].as_py() == self._last["rejected"]:
            more = more.slice(1)
        if len(more):
            self._rejected.append(self._after("rejected", more))
            self._last["rejected"] = more[-1].as_py()

    def _after(self, which: str, lines: pa.Array) -> pa.Array:
        rising = pc.all(pc.greater(lines.slice(1), lines.slice(0, len(lines) - 1)), min_count=0).as_py()
        if not rising or lines[0].as_py() <= max(self._last[which], 1):  # line 1 is the header
            raise ValueError("lines out of order")
        return lines

    def settle(self, count: Count) -> None:
        """Hold the lines against the counts, when the file was read to its end."""
        rejected = pa.chunked_array(self._rejected, pa.int32())
        if len(rejected) != count.rejected or max(self._last.values()) > count.sent + 1:
            raise ValueError("the faults do not agree with the counts")
        # Both rise from line to line, so a line can come twice only when it is among both.
        both = (pc.any(pc.is_in(some, value_set=rejected.combine_chunks())).as_py() for some in self._accepted)
        if len(rejected) and any(both):
            raise ValueError("a line is accepted and rejected")


def _batch(data: pa.Buffer, schema: pa.Schema) -> pa.RecordBatch:
    """The one batch of a stream, sound, without nulls, in the columns of `schema`; a text may come as a dictionary."""
    if is_compressed(data):
        raise ValueError("a compressed batch")
    with pa.ipc.open_stream(data) as stream:
        batch = stream.read_next_batch()
        if next(stream, None) is not None:
            raise ValueError("more than one batch")
    kinds = [_kind(field.type, column) for field, column in zip(schema, batch.columns, strict=True)]
    named = pa.schema([field.with_type(kind) for field, kind in zip(schema, kinds, strict=True)])
    batch = pa.RecordBatch.from_arrays(batch.columns, schema=named)
    batch.validate(full=True)
    parts = [c.dictionary for c in batch.columns if pa.types.is_dictionary(c.type)]
    if any(part.null_count for part in (*batch.columns, *parts)):
        raise ValueError("a null")
    return batch


def _kind(wanted: pa.DataType, column: pa.Array) -> pa.DataType:
    if column.type != wanted and not (wanted == pa.string() and column.type == OFTEN):
        raise ValueError("another type")
    return column.type


def _keep(add: Callable[[pa.RecordBatch], None], batch: pa.RecordBatch) -> None:
    """Write a sound batch. A disk that takes nothing more is the custodian's fault, not the child's."""
    try:
        add(batch)
    except OSError as error:
        raise LawgateError(f"the room cannot be written (error {error.errno})") from None


def _natural(number: int) -> int:
    if type(number) is not int or number < 0:
        raise ValueError("not a natural number")
    return number


def _tins(columns: Sequence[Any]) -> frozenset[str]:
    return frozenset(column.name for column in columns if column.kind == "tin")


def _plain_tins(batch: pa.RecordBatch, names: frozenset[str]) -> pa.RecordBatch:
    for name in names:
        at = batch.schema.get_field_index(name)
        digits = pc.replace_substring(batch.column(at), _DASH, "")
        batch = batch.set_column(at, batch.schema.field(at), digits)
    return batch


def _worded(rows: pa.RecordBatch, file: str, names: tuple[str, ...]) -> pa.RecordBatch:
    """Faults as words, in the schema of faults.parquet; every word comes from this program, none from the child."""
    zero = pa.array([0] * rows.num_rows, pa.int16())
    columns = pc.add(rows.column("column"), pa.scalar(1, pa.int16()))
    codes = rows.column("code")
    arrays = [
        _words(zero, [Scope.ROW.value]),
        _words(zero, [file]),
        rows.column("line"),
        _words(columns, ["", *names]),
        _words(codes, [code.name for code in CODES]),
        _words(codes, [code.mend for code in CODES]),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=faults_schema())


def _words(indices: pa.Array, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(indices.cast(pa.int16()), pa.array(words, pa.string()))


def _count(pair: list[int], seen: int, refused: bool) -> Count:
    sent, accepted = map(_natural, pair)
    if refused:
        return Count(sent, 0, sent)
    if accepted != seen or accepted > sent:
        raise ValueError("the counts do not agree with the rows")
    return Count(sent, accepted, sent - accepted)


def _cover(data: dict[str, Any], digest: str) -> Cover:
    texts = [data[key] for key in intake.COVER_KEYS if key not in ("signed_at", "sole_use", "fields", "files")]
    sound = all(isinstance(text, str) for text in [*texts, *data["fields"]]) and isinstance(data["sole_use"], bool)
    signed_at = datetime.fromisoformat(data["signed_at"])
    if not sound or signed_at.tzinfo is None or set(data) != set(intake.COVER_KEYS):
        raise ValueError("the cover is not in its form")
    cases, rows = (_stated(data["files"][intake.FILES[file]]) for file in (intake.CASES, intake.ROWS))
    plain = {k: v for k, v in data.items() if k not in ("format", "signed_at", "fields", "files")}
    return Cover(**plain, signed_at=signed_at, fields=tuple(data["fields"]), cases=cases, rows=rows, digest=digest)


def _stated(entry: dict[str, Any]) -> FileStated:
    digest, rows = entry["sha256"], entry["rows"]
    if not isinstance(digest, str) or not isinstance(rows, int):
        raise TypeError("a stated file is not in its form")
    return FileStated(digest, rows)
