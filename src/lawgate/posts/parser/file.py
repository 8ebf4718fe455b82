# SPDX-License-Identifier: Apache-2.0
"""One CSV file from its first byte to its last: what it is, its header, its chunks, its digest and its count."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from lawgate.model.fault import Scope
from lawgate.model.request import FileStated
from lawgate.ports.intake import Limits
from lawgate.posts.parser.chunk import Accepted, Looked, Rows
from lawgate.posts.parser.identifiers import Numbers
from lawgate.posts.parser.out import Out
from lawgate.posts.parser.patterns import is_utf8, split_lines

_BLOCK = 4 << 20
_AHEAD = 2  # pieces looked at and not yet judged
_LINE_BYTES = 8 << 20
_LINES = 1 << 16  # judged at a time: what one faulty line costs in memory is far more than its bytes
_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")  # UTF-16 and UTF-32 with a mark
_MAGIC = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"PAR1", b"\x1f\x8b", b"SQLite format 3\x00", b"\x28\xb5\x2f\xfd", b"BZh"),
    *(b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"%PDF", b"\xd0\xcf\x11\xe0", b"ARROW1", b"Obj\x01"),
    *(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),  # pickles
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Whole lines, how many line feeds, why none of them can be trusted, and what a first look said.

    `wrong` is a code, the number of lines before, and the column (-1: the line).
    """

    data: bytes
    lines: int
    wrong: tuple[str, int, int] | None
    looked: Looked | None


@dataclass
class CsvFile:
    """Reads one CSV file; accepted rows and faults go to `out`.

    After `read`, `sent` and `accepted` are counts and `numbers`, if given, has the `n` of each accepted identifier. A
    file fault stops the parsing, never the counting and the hashing.
    """

    file: int
    tag: bytes
    rows: Rows
    out: Out
    limits: Limits
    numbers: Numbers | None = None
    accepted: int = 0
    _lines: int = 0  # line feeds so far
    _open_end: bool = False
    _bytes: int = 0
    _stopped: bool = False

    @property
    def sent(self) -> int:
        """Rows in the file, the header apart."""
        return max(self._lines + self._open_end - 1, 0)

    def read(self, descriptor: int, stated: FileStated | None) -> None:
        """Read the whole file and compare it with what the cover states (None: the cover could not be read)."""
        if descriptor < 0:
            self._stop("E_MISSING")
            return
        digest = hashlib.sha256()
        pieces = (piece for data in _pieces(descriptor, digest, self.limits.bytes) for piece in self._looked_at(data))
        # The first look at a piece needs nothing of those before it: a second thread takes it meanwhile.
        with ThreadPoolExecutor(1) as other:
            coming = deque(other.submit(next, pieces, None) for _ in range(_AHEAD))
            while (piece := coming.popleft().result()) is not None:
                coming.append(other.submit(next, pieces, None))
                self._take(piece)
        self._finish()
        if self._bytes > self.limits.bytes:
            self._stop("E_SIZE")
        elif stated is not None:
            if digest.hexdigest() != stated.sha256:
                self.out.fault(self.file, "E_DIGEST")
            self._compare(stated.rows)
        self.out.flush()

    def _looked_at(self, data: bytes) -> Iterator[_Piece]:
        """The piece, in parts of at most `_LINES` lines. Rows of ordinary length never need more than one."""
        wrong = _unreadable(data, len(self.rows.columns))
        if wrong or not data.endswith(b"\n"):
            yield _Piece(data, data.count(b"\n"), wrong, None)
            return
        lines = split_lines(data)
        if len(lines) <= _LINES:
            yield _Piece(data, len(lines), None, self.rows.look(data, lines))
            return
        cut = (data.rfind(b"\n", 0, len(data) // 2) + 1) or (data.find(b"\n") + 1)
        yield from self._looked_at(data[:cut])
        yield from self._looked_at(data[cut:])

    def _take(self, piece: _Piece) -> None:
        data = piece.data
        if not self._bytes:
            self._first_bytes(data)
        self._bytes += len(data)
        if not data.endswith(b"\n") and not self._stopped:
            code = "E_FIELD_LEN" if len(data) > _LINE_BYTES else "E_TRAILER"
            header = self._header() if not self._lines else b""
            self._stop(_of_header(data, header) if header and data != header else code, self._lines + 1)
        if not self._lines and not self._stopped:
            piece = self._take_header(piece)
        if not self._stopped and piece.data:
            self._chunk(piece)
        self._lines += piece.lines
        self._open_end = bool(data) and not data.endswith(b"\n")

    def _take_header(self, piece: _Piece) -> _Piece:
        head, _, data = piece.data.partition(b"\n")
        self._lines = 1
        if head != self._header():
            self._stop(_of_header(head, self._header()), 1)
        wrong = (piece.wrong[0], piece.wrong[1] - 1, piece.wrong[2]) if piece.wrong else None
        return _Piece(data, piece.lines - 1, wrong, piece.looked.below(1) if piece.looked else None)

    def _header(self) -> bytes:
        return ",".join(column.name for column in self.rows.columns).encode()

    def _first_bytes(self, data: bytes) -> None:
        if data.startswith(_BOM):
            self._stop("E_BOM", 1)
        elif data.startswith(_WIDE):
            self._stop("E_UTF8", 1)
        elif data.startswith(_MAGIC):
            self._stop("E_TYPE")

    def _chunk(self, piece: _Piece) -> None:
        if self._lines - 1 + piece.lines > self.limits.rows:
            self._stop("E_ROWS", self.limits.rows + 2)
            return
        if piece.wrong:
            code, before, column = piece.wrong
            self._stop(code, self._lines + 1 + before, column)
            return
        accepted, faults = self.rows.chunk(piece.data, self._lines + 1, piece.looked)
        for line, column, code in faults:
            self.out.fault(self.file, code, Scope.ROW, line, column)
        self._send(accepted)

    def _send(self, accepted: Accepted) -> None:
        start, count = self.accepted, len(accepted.lines)
        if not count:
            return
        arrays = [pa.arange(start, start + count).cast(pa.int32()), accepted.lines]
        if self.rows.reference >= 0:
            arrays.append(pa.repeat(pa.scalar(0, pa.int32()), count) if accepted.cases is None else accepted.cases)
        arrays += accepted.columns
        if self.numbers is not None:
            self.numbers.add(accepted.columns[0])
        self.accepted += count
        if not self.out.refused:
            names = [str(at) for at in range(len(arrays))]
            self.out.batch(self.tag, pa.RecordBatch.from_arrays(arrays, names=names))

    def _finish(self) -> None:
        if not self._stopped and self.rows.torn_since:
            self._stop("E_QUOTE", self.rows.torn_since)
        if not self._stopped and not self.sent:
            self._stop("E_EMPTY")

    def _compare(self, stated: int) -> None:
        if self.sent > stated:
            self.out.fault(self.file, "E_TRAILER", line=stated + 2)
        elif self.sent < stated:
            self.out.fault(self.file, "E_ROWS")

    def _stop(self, code: str, line: int = 0, column: int = -1) -> None:
        self.out.fault(self.file, code, line=line, column=column)
        self._stopped = True


def _pieces(descriptor: int, digest: hashlib._Hash, most: int) -> Iterator[bytes]:
    """Pieces of the file that end with a line feed, except perhaps the last, and any line too long to be kept."""
    rest, total = b"", 0
    while total <= most and (block := os.read(descriptor, _BLOCK)):
        digest.update(block)
        total += len(block)
        end = block.rfind(b"\n") + 1
        if end:
            yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
        if len(rest) > _LINE_BYTES:
            yield rest
            rest = b""
    if rest:
        yield rest


def _of_header(line: bytes, header: bytes) -> str:
    """Why a first line is not the header."""
    return "E_LINE_END" if line.startswith(header + b"\r") else "E_HEADER"


def _unreadable(data: bytes, width: int) -> tuple[str, int, int] | None:
    """The first reason why no line of `data` can be trusted, the lines before it, and the column (-1: the line)."""
    try:
        if not is_utf8(data):
            data.decode()
    except UnicodeDecodeError as error:
        line = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
        column = sum(part.count(b",") for part in line.split(b'"')[::2])  # commas outside quotes
        return "E_UTF8", data.count(b"\n", 0, error.start), column if column < width else -1
    found = data.find(b"\r")
    return ("E_LINE_END", data.count(b"\n", 0, found), -1) if found >= 0 else None


def stated_of(files: object, name: str) -> FileStated | None:
    """What the read cover states of one file, or None."""
    if not isinstance(files, dict):
        return None
    return FileStated(files[name]["sha256"], files[name]["rows"])
