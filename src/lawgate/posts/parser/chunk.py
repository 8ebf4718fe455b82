# SPDX-License-Identifier: Apache-2.0
"""One chunk of whole lines at a time: fast where all is well, exact where it is not, the same answer either way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import compress

import pyarrow as pa
import pyarrow.compute as pc

from lawgate.model.layout import Column
from lawgate.posts.parser import patterns
from lawgate.posts.parser.fields import Judge, take_apart

Found = tuple[int, int, str]  # line, column (-1: the line), code


@dataclass(frozen=True, slots=True)
class Accepted:
    """Accepted rows of one chunk: identifiers, line numbers, one string array per column.

    `cases` holds the `n` of the case of each row, empty when the file refers to nothing that is known.
    """

    keys: list[str]
    lines: list[int]
    columns: list[pa.Array]
    cases: list[int | None]


@dataclass
class Rows:
    """Reads the lines of one file chunk by chunk; remembers the identifiers seen and whether a quote is open.

    `known` maps the identifiers of the referenced file to their `n`; None when this file refers to nothing, or when
    the other file could not be read, so that its absence is not reported once more for every row. `torn_since` is the
    line of a quote that is still open, 0 for none; when it is not 0 after the last line, the file is unreadable.
    """

    columns: tuple[Column, ...]
    reference: int
    known: dict[str, int] | None
    day: date
    seen: set[str] = field(default_factory=set)
    torn_since: int = 0
    _lost: bool = False

    def __post_init__(self) -> None:
        """Prepare what every chunk needs."""
        self._judge = Judge(self.columns, self.reference, self.day)
        self._pattern = patterns.line_pattern(self.columns, self.reference)
        self._days = patterns.Days(self.day)
        self._names = [column.name for column in self.columns]

    def chunk(self, data: bytes, first: int) -> tuple[Accepted, list[Found]]:
        """Judge the lines of `data` (valid UTF-8, no CR, ends with LF), the first of which is line `first`.

        Gives the accepted rows in order and the faults sorted by line and column.
        """
        lines = patterns.split_lines(data)
        fine = patterns.surely_fine(lines, self._pattern, patterns.odd_characters(data))
        chunk = _Chunk(self, lines, first)
        if self.torn_since or not pc.all(fine).as_py():
            chunk.look_at(pc.indices_nonzero(pc.invert(fine)).to_pylist())
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
        """The columns of well-formed lines."""
        if not data:
            return [pa.array([], pa.string()) for _ in self.columns]
        return patterns.to_columns(data, self._names)


@dataclass
class _Chunk:
    rows: Rows
    lines: pa.Array
    first: int
    faults: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    rejected_ids: dict[int, tuple[str, str]] = field(default_factory=dict)
    at: list[int] = field(default_factory=list)
    columns: list[pa.Array] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    cases: list[int | None] = field(default_factory=list)

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
            wrong = {column for column, _ in faults}
            key = "" if 0 in wrong else fields[0]
            refers = self.rows.reference
            self.rejected_ids[at] = (key, "" if refers < 0 or refers in wrong else fields[refers])

    def take_columns(self, data: bytes) -> None:
        """Take apart all lines that were not rejected."""
        self.at = [at for at in range(len(self.lines)) if at not in self.faults]
        if self.faults:
            kept = self.lines.take(pa.array(self.at, pa.int64())).to_pylist()
            data = b"".join(line + b"\n" for line in kept)
        self.columns = self.rows.table(data)
        if len(self.columns[0]) != len(self.at):
            raise ValueError("the two readings of a chunk differ")

    def judge_columns(self) -> None:
        """Judge exactly the rows in which a whole-column check saw something, and drop those that are faulty."""
        for position in self.rows.doubtful(self.columns):
            fields = [column[position].as_py() for column in self.columns]
            if faults := self.rows.faults_of(fields):
                self._reject(self.at[position], fields, faults)
        self._drop()

    def join(self) -> None:
        """Reject repeated identifiers and rows whose case is not among the accepted ones."""
        self.keys = self.columns[0].to_pylist()
        every = self.keys + [key for key, _ in self.rejected_ids.values() if key]
        if len(set(every)) == len(every) and self.rows.seen.isdisjoint(every):
            self.rows.seen.update(every)
        else:
            self._find_repeats()
        if self.rows.known is not None:
            self._find_cases(self.rows.known)
        self._drop()

    def _find_repeats(self) -> None:
        every = dict(zip(self.at, self.keys, strict=True)) | {at: key for at, (key, _) in self.rejected_ids.items()}
        for at in sorted(every):
            if every[at] and every[at] in self.rows.seen:
                self.faults.setdefault(at, []).append((0, "E_ROW_ID"))
            elif every[at]:
                self.rows.seen.add(every[at])

    def _find_cases(self, known: dict[str, int]) -> None:
        self.cases = list(map(known.get, self.columns[self.rows.reference].to_pylist()))
        absent = [at for at, (_, case) in self.rejected_ids.items() if case and case not in known]
        if None in self.cases:
            absent += [at for at, case in zip(self.at, self.cases, strict=True) if case is None]
        for at in absent:
            self.faults.setdefault(at, []).append((self.rows.reference, "E_CASE"))

    def _drop(self) -> None:
        if len(self.at) + len(self.faults) > len(self.lines):
            stay = [at not in self.faults for at in self.at]
            mask = pa.array(stay)
            self.columns = [column.filter(mask) for column in self.columns]
            self.at = list(compress(self.at, stay))
            self.keys = list(compress(self.keys, stay))
            self.cases = list(compress(self.cases, stay))

    def result(self) -> tuple[Accepted, list[Found]]:
        """What the chunk gave."""
        found = [
            (self.first + at, column, code) for at in sorted(self.faults) for column, code in sorted(self.faults[at])
        ]
        return Accepted(self.keys, [self.first + at for at in self.at], self.columns, self.cases), found
