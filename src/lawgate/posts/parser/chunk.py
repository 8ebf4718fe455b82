# SPDX-License-Identifier: Apache-2.0
"""One chunk of whole lines at a time: fast where all is well, exact where it is not, the same answer either way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from lawgate.model.layout import Column
from lawgate.posts.parser import patterns
from lawgate.posts.parser.fields import Judge, is_id, take_apart
from lawgate.posts.parser.identifiers import Numbers, Seen

Found = tuple[int, int, str]  # line, column (-1: the line), code
_SINGLE = frozenset({"id", "tin"})  # kinds that are joined or rewritten: they stay texts
_TIMES = 4  # a column says each of its texts this often, or its texts are not worth telling apart


@dataclass(frozen=True, slots=True)
class Accepted:
    """Accepted rows of one chunk: line numbers (int32), one array per column, of strings or a dictionary of them.

    `cases` holds the `n` of the case of each row (int32), None when the file refers to nothing that is known.
    """

    lines: pa.Array
    columns: list[pa.Array]
    cases: pa.Array | None


@dataclass(frozen=True, slots=True)
class Looked:
    """The lines of a chunk (large_binary), and for each whether it is surely well-formed."""

    lines: pa.Array
    fine: pa.Array

    def below(self, count: int) -> Looked:
        """Without the first `count` lines."""
        return Looked(self.lines.slice(count), self.fine.slice(count))


@dataclass
class Rows:
    """Reads the lines of one file chunk by chunk; remembers the identifiers seen and whether a quote is open.

    `known` maps the identifiers of the referenced file to their `n`; None when this file refers to nothing, or when
    the other file could not be read, so that its absence is not reported once more for every row. `torn_since` is the
    line of a quote that is still open, 0 for none; when it is not 0 after the last line, the file is unreadable.
    """

    columns: tuple[Column, ...]
    reference: int
    known: Numbers | None
    day: date
    seen: Seen = field(default_factory=Seen)
    torn_since: int = 0
    _lost: bool = False
    _often: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Prepare what every chunk needs."""
        self._judge = Judge(self.columns, self.reference, self.day)
        self._pattern = patterns.line_pattern(self.columns, self.reference)
        self._days = patterns.Days(self.day)
        self._names = [column.name for column in self.columns]

    def look(self, data: bytes, lines: pa.Array | None = None) -> Looked:
        """A first look at the lines of `data` (valid UTF-8, no CR, ends with LF). It needs nothing but `data`.

        `lines` are the lines of `data`, where they are apart already.
        """
        lines = patterns.split_lines(data) if lines is None else lines
        return Looked(lines, patterns.surely_fine(lines, self._pattern, patterns.odd_characters(data)))

    def chunk(self, data: bytes, first: int, looked: Looked | None = None) -> tuple[Accepted, list[Found]]:
        """Judge the lines of `data`, the first of which is line `first`; `looked` is what `look` said of them.

        Gives the accepted rows in order and the faults sorted by line and column.
        """
        looked = looked or self.look(data)
        chunk = _Chunk(self, looked.lines, first)
        if self.torn_since or not pc.all(looked.fine).as_py():
            chunk.look_at(pc.indices_nonzero(pc.invert(looked.fine)).to_pylist())
        chunk.take_columns(data)
        chunk.judge_columns()
        chunk.join()
        return chunk.result()

    def shape(self, line: str, number: int) -> tuple[list[str], list[tuple[int, str]]]:
        """The fields of one line and its faults, following the open quote from line to line."""
        if self._lost:
            return [], [(-1, "E_NEWLINE_IN_FIELD")]
        found = take_apart(line, len(self.columns), torn=bool(self.torn_since))
        self._lost = found.torn and found.code == "E_QUOTE"
        self.torn_since = (self.torn_since or number) if found.torn else 0
        if found.code:
            return [], [(found.column, found.code)]
        return found.fields, self._judge.row(found.fields)

    def faults_of(self, fields: list[str]) -> list[tuple[int, str]]:
        """The faults of fields that are already apart."""
        return self._judge.row(fields)

    def doubtful(self, columns: list[pa.Array]) -> list[int]:
        """Positions of rows in which some value needs the exact judge."""
        pairs = zip(self.columns, columns, strict=True)
        masks = [mask for c, v in pairs if (mask := patterns.look_closer(c, v, self._days)) is not None]
        return sorted({at for mask in masks for at in pc.indices_nonzero(mask).to_pylist()})

    def table(self, data: bytes) -> list[pa.Array]:
        """The columns of well-formed lines. Those that say the same texts often, as the first do, are dictionaries."""
        if not data:
            return [pa.array([], patterns.OFTEN if n in (self._often or ()) else pa.string()) for n in self._names]
        columns = patterns.to_columns(data, self._names)
        if self._often is None:
            kinds = zip(self.columns, columns, strict=True)
            self._often = frozenset(k.name for k, c in kinds if k.kind not in _SINGLE and _repeats_itself(c))
        return [c.dictionary_encode() if n in self._often else c for n, c in zip(self._names, columns, strict=True)]


def _repeats_itself(column: pa.Array) -> bool:
    return bool(pc.count_distinct(column).as_py() * _TIMES <= len(column))


@dataclass
class _Chunk:
    rows: Rows
    lines: pa.Array
    first: int
    faults: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    rejected_ids: dict[int, tuple[str, str]] = field(default_factory=dict)
    at: pa.Array = field(default_factory=lambda: pa.array([], pa.int64()))
    columns: list[pa.Array] = field(default_factory=list)
    cases: pa.Array | None = None

    def look_at(self, doubtful: list[int]) -> None:
        """Judge exactly the doubtful lines, and every line that stands inside an open quote."""
        pointer = 0
        pending = iter([*doubtful, len(self.lines)])
        suspect = next(pending)
        while True:
            if not self.rows.torn_since:
                while suspect < pointer:
                    suspect = next(pending)
                pointer = suspect
            if pointer >= len(self.lines):
                return
            self._judge_line(pointer)
            pointer += 1

    def _judge_line(self, at: int) -> None:
        fields, faults = self.rows.shape(self.lines[at].as_py().decode(), self.first + at)
        if faults:
            self._reject(at, fields, faults)

    def _reject(self, at: int, fields: list[str], faults: list[tuple[int, str]]) -> None:
        self.faults[at] = faults
        if fields:
            wrong = dict(faults)
            key = "" if 0 in wrong else fields[0]
            if wrong.get(0) == "E_SPACE" and is_id(fields[0].strip(), self.rows.columns[0]):
                key = fields[0].strip()  # spaces around it make no other identifier
            refers = self.rows.reference
            self.rejected_ids[at] = (key, "" if refers < 0 or refers in wrong else fields[refers])

    def take_columns(self, data: bytes) -> None:
        """Take apart all lines that were not rejected."""
        self.at = pa.arange(0, len(self.lines))
        if self.faults:
            self.at = self.at.filter(self._stays())
            data = self._kept(data)
        self.columns = self.rows.table(data)
        if len(self.columns[0]) != len(self.at):
            raise ValueError("the two readings of a chunk differ")

    def _kept(self, data: bytes) -> bytes:
        """The lines that were not rejected, with their line feeds."""
        # The lines stand in `data` one behind the other: where each begins follows from the lengths before it.
        ends = memoryview(self.lines.buffers()[1]).cast("q")[self.lines.offset :]
        parts, begin = [], 0
        for at in sorted(self.faults):
            parts.append(data[begin : ends[at] - ends[0] + at])
            begin = ends[at + 1] - ends[0] + at + 1
        return b"".join([*parts, data[begin:]])

    def judge_columns(self) -> None:
        """Judge exactly the rows in which a whole-column check saw something, and drop those that are faulty."""
        for position in self.rows.doubtful(self.columns):
            fields = [column[position].as_py() for column in self.columns]
            if faults := self.rows.faults_of(fields):
                self._reject(self.at[position].as_py(), fields, faults)
        self._drop()

    def join(self) -> None:
        """Reject repeated identifiers and rows whose case is not among the accepted ones."""
        at, keys = self._identifiers()
        for position in self.rows.seen.repeats(keys):
            others = [fault for fault in self.faults.get(at[position].as_py(), []) if fault[0]]
            self.faults[at[position].as_py()] = [(0, "E_ROW_ID"), *others]
        if self.rows.known is not None:
            self._find_cases(self.rows.known)
        self._drop()

    def _identifiers(self) -> tuple[pa.Array, pa.Array]:
        """Every identifier that can be read, of rejected rows too, in the order of the lines; and where each stands."""
        rejected = {at: key for at, (key, _) in self.rejected_ids.items() if key}
        if not rejected:
            return self.at, self.columns[0]
        at = pa.concat_arrays([self.at, pa.array(rejected.keys(), pa.int64())])
        keys = pa.concat_arrays([self.columns[0], pa.array(rejected.values(), pa.string())])
        order = pc.sort_indices(at)
        return at.take(order), keys.take(order)

    def _find_cases(self, known: Numbers) -> None:
        refused = {at: case for at, (_, case) in self.rejected_ids.items() if case}
        named = pa.concat_arrays([self.columns[self.rows.reference], pa.array(refused.values(), pa.string())])
        numbers = known.find(named)
        self.cases = numbers.slice(0, len(self.at))
        of_refused = numbers.slice(len(self.at)).to_pylist()
        absent = [at for at, number in zip(refused, of_refused, strict=True) if number is None]
        absent += self.at.filter(pc.is_null(self.cases)).to_pylist()
        for at in absent:
            self.faults.setdefault(at, []).append((self.rows.reference, "E_CASE"))

    def _stays(self) -> pa.Array:
        return pc.invert(pc.is_in(self.at, value_set=pa.array(list(self.faults), pa.int64())))

    def _drop(self) -> None:
        if len(self.at) + len(self.faults) > len(self.lines):
            stay = self._stays()
            self.columns = [column.filter(stay) for column in self.columns]
            self.at = self.at.filter(stay)
            self.cases = self.cases if self.cases is None else self.cases.filter(stay)

    def result(self) -> tuple[Accepted, list[Found]]:
        """What the chunk gave."""
        found = [
            (self.first + at, column, code) for at in sorted(self.faults) for column, code in sorted(self.faults[at])
        ]
        return Accepted(pc.add(self.at, self.first).cast(pa.int32()), self.columns, self.cases), found
