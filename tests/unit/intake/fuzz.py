# SPDX-License-Identifier: Apache-2.0
"""A fuzzer of the parser: lines, covers and whole requests, mutated, each answer held against what must always be true.

An execution is one input that the code under test judged to its end: one line of rows.csv put to `Rows.chunk` (many go
in one call; a line that stands behind a lost quote is not judged and not counted), one text put to `read_cover`, or one
request of four files put to `read_request`.
"""

from __future__ import annotations

import csv
import io
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lawgate.model.code import CODES
from lawgate.model.fault import Scope
from lawgate.model.layout import Layout
from lawgate.ports.intake import COVER_KEYS, FILES, FRAME_BYTES, Instruction, Limits
from lawgate.posts.parser.child import read_request
from lawgate.posts.parser.chunk import Rows
from lawgate.posts.parser.cover import read_cover
from lawgate.posts.parser.fields import Judge, take_apart
from lawgate.posts.parser.identifiers import Numbers
from lawgate.posts.parser.out import Out
from scenarios.bench import LAYOUT
from unit.intake.bad import TABLE, case, row
from unit.intake.samples import DAY, Sent

REAL: Layout = LAYOUT
REFERENCE = [c.name for c in REAL.rows].index("case_id")
ABSENT = b"absent"
LIMITS = Limits(rows=50, bytes=4_000)
LINES = 64  # a batch: few enough that a lost quote costs little
CASES = tuple(f"case-{n}" for n in range(1, 5))
TOKENS = (
    *('"', '""', ",", ";", " ", "  ", "#", "\0", "\t", "-", "--", ".", "0", "9", "yes", "no", "x" * 70, "y" * 2001),
    *("é", "e\u0301", "\u0301" * 5, "\u00a0", "\u3000", "\u200d", "\u200b", "\u00ad", "\u202e", "\ufeff", "\ue000"),
    *(
        "\uffff",
        "\u0378",
        "\U0001f3e0",
        "\u2400",
        "\u0661",
        "９",
        "王",
        "Ж",
        "ο",
        "ﬁ",
        "İ",
        "ß",
        "№",
        "\u1160",
        "\U000e0100",
    ),
    *(
        "case-1",
        "case-9",
        "row-1",
        "subject",
        "2024-02-30",
        "1899-12-31",
        "2099-01-01",
        "000-00-0000",
        "9.0E+08",
        "2022;",
    ),
    *("'; DROP TABLE rows", "=SUM(1)", "NULL", "read_csv('x')", "../x", "\x07", "\x7f", "\u2028", "\u0085", "\ud7ff"),
)
SMALL = '"", \n\r\0\x1a\t-;.09ae'
ROW_CODES = {code.name for code in CODES if code.scope is Scope.ROW}
Feature = tuple[str, str]


def good_lines() -> list[str]:
    """Lines to begin with: well-formed ones, and every bad row of the table."""
    bad = [line for b in TABLE for line in b.sent.rows.decode("utf-8", "replace").split("\n")[3:5] if len(line) < 4000]
    more = [row(n, middle="Q", suffix="Jr", event_number=f"e{n}", final_order_date="2024-11-04") for n in range(20)]
    quoted = [row(n, reason_text='"The ""late"", then moved"', addr_line1='"12, Elm"') for n in range(20)]
    empty = [row(n, **{name: ""}) for n, name in enumerate(("case_id", "role", "row_id"), 30)]
    return [*more, *quoted, *empty, *(line.replace("\r", " ") for line in bad)]


def mutated(line: str, chance: random.Random, others: Sequence[str]) -> str:
    """The line with one to four things done to it; no line ends are added."""
    for _ in range(chance.randrange(1, 5)):
        at, kind = chance.randrange(len(line) + 1), chance.randrange(8)
        if kind <= 2:
            line = line[:at] + chance.choice(TOKENS) + line[at + chance.randrange(3) :]
        elif kind == 3:
            line = line[:at] + line[at + chance.randrange(1, 12) :]
        elif kind == 4:
            line = line[:at] + chr(chance.choice((chance.randrange(128), chance.randrange(0x3000)))) + line[at + 1 :]
        elif kind == 5:
            line = line[:at] + chance.choice(others)[at:]
        else:
            fields = line.split(",")
            fields[chance.randrange(len(fields))] = chance.choice((*TOKENS, chance.choice(fields), ""))
            line = ",".join(fields)
    return line[:9000].replace("\n", " ").replace("\r", " ").encode("utf-8", "replace").decode()


def known() -> Numbers:
    """The cases a row may name."""
    made = Numbers()
    made.add(pa.array(CASES, pa.string()))
    return made


def by_chunks(lines: Sequence[str]) -> tuple[dict[int, list[str]], dict[int, list[tuple[int, str]]], int]:
    """The product's answer: accepted fields and faults by line number from 2, and how many lines were judged."""
    rows = Rows(REAL.rows, REFERENCE, known(), DAY)
    kept: dict[int, list[str]] = {}
    faults: dict[int, list[tuple[int, str]]] = {}
    cut = len(lines[0]) % len(lines)  # a file is cut anywhere between two lines
    for first, part in ((2, lines[:cut]), (2 + cut, lines[cut:])):
        if part:
            accepted, found = rows.chunk("".join(f"{line}\n" for line in part).encode(), first)
            columns = [column.to_pylist() for column in accepted.columns]
            kept |= {line: [c[at] for c in columns] for at, line in enumerate(accepted.lines.to_pylist())}
            for line, column, code in found:
                faults.setdefault(line, []).append((column, code))
    return kept, faults, len(lines)


def by_definition(lines: Sequence[str]) -> tuple[dict[int, list[str]], dict[int, list[tuple[int, str]]], int]:
    """The same, one line after the other by the definition alone; lines behind a lost quote are not judged."""
    judge, seen = Judge(REAL.rows, REFERENCE, DAY), set[str]()
    kept: dict[int, list[str]] = {}
    faults: dict[int, list[tuple[int, str]]] = {}
    torn = lost = False
    judged = 0
    for number, line in enumerate(lines, 2):
        judged += not lost
        shape = take_apart(line, len(REAL.rows), torn)
        if lost:
            faults[number] = [(-1, "E_NEWLINE_IN_FIELD")]
        elif shape.code:
            faults[number] = [(shape.column, shape.code)]
            lost, torn = shape.torn and shape.code == "E_QUOTE", shape.torn
        else:
            torn = False
            mine = _row(judge, shape.fields, seen)
            faults |= {number: mine} if mine else {}
            kept |= {} if mine else {number: shape.fields}
    return kept, faults, judged


def _row(judge: Judge, fields: list[str], seen: set[str]) -> list[tuple[int, str]]:
    mine = judge.row(fields)
    wrong = dict(mine)
    key = fields[0].strip() if wrong.get(0) in (None, "E_SPACE") else ""
    if key and len(key) <= REAL.rows[0].limit and all(c.isascii() and (c.isalnum() or c in "._:-") for c in key):
        mine = [(0, "E_ROW_ID"), *(f for f in mine if f[0])] if key in seen else mine
        seen.add(key)
    if REFERENCE not in wrong and fields[REFERENCE] not in CASES:
        mine.append((REFERENCE, "E_CASE"))
    return sorted(mine)


def holds_for_lines(lines: Sequence[str]) -> tuple[int, set[Feature]]:
    """Judge one batch both ways; AssertionError when they differ, a row is lost or one does not print as it was read.

    How many lines were judged, and every (column, code) that came up.
    """
    kept, faults, _ = by_chunks(lines)
    wanted, expected, judged = by_definition(lines)
    assert (kept, faults) == (wanted, expected)
    assert not kept.keys() & faults.keys()
    assert kept.keys() | faults.keys() == set(range(2, len(lines) + 2))
    for number, fields in kept.items():
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(fields)
        assert written.getvalue() == lines[number - 2]
    codes = {(column, code) for found in faults.values() for column, code in found}
    assert {code for _, code in codes} <= ROW_CODES
    return judged, {(str(column), code) for column, code in codes} | ({("", "accepted")} if kept else set())


def holds_for_cover(text: bytes) -> set[Feature]:
    """Read one cover; AssertionError when it is neither whole nor faulted by known keys."""
    data, wrong = read_cover(text)
    assert (data is None) == bool(wrong)
    assert set(wrong) <= set(range(-1, len(COVER_KEYS)))
    assert data is None or (set(data) == set(COVER_KEYS) and b"\r" not in text)
    return {("cover", str(at)) for at in wrong}


@dataclass
class Told(Out):
    """Counts what the child would say; frames themselves are dropped once they are seen to be frames."""

    faults: set[Feature] = field(default_factory=set)
    summary: dict[str, object] = field(default_factory=dict)
    rejected: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin as any other."""
        super().__init__(len)

    def fault(self, file: int, code: str, scope: Scope = Scope.FILE, line: int = 0, column: int = -1) -> None:
        """See `Out.fault`."""
        self.faults.add((f"{scope}{file}", code))
        if scope is Scope.ROW:
            self.rejected.setdefault(file, set()).add(line)
        super().fault(file, code, scope, line, column)

    def batch(self, tag: bytes, batch: pa.RecordBatch) -> None:
        """See `Out.batch`."""
        assert 0 < len(batch.serialize()) < FRAME_BYTES
        batch.validate(full=True)
        super().batch(tag, batch)

    def end(self, summary: dict[str, object]) -> None:
        """See `Out.end`."""
        self.summary = summary
        super().end(summary)


def holds_for_request(files: Sequence[bytes]) -> set[Feature]:
    """Read four files as the child does; AssertionError when a row is lost or a count does not add up.

    A file that holds nothing but the word `absent` is not there.
    """
    opened = [-1 if data == ABSENT else os.memfd_create(name) for name, data in zip(FILES, files, strict=True)]
    try:
        for descriptor, data in zip(opened, files, strict=True):
            if descriptor >= 0:
                os.write(descriptor, data)
                os.lseek(descriptor, 0, os.SEEK_SET)
        out = Told()
        read_request(Instruction(0, tuple(opened), REAL, DAY, LIMITS), out)
    finally:
        for descriptor in opened:
            if descriptor >= 0:
                os.close(descriptor)
    for file, name in ((2, "cases"), (3, "rows")):
        sent, accepted = out.summary[name]  # type: ignore[misc] # two numbers, as the parent also expects
        rows = max(files[file].count(b"\n") + (files[file][-1:] not in (b"", b"\n")) - 1, 0)
        assert sent == (0 if files[file] == ABSENT else rows) or len(files[file]) > LIMITS.bytes
        assert out.refused or sent == accepted + len(out.rejected.get(file, ()))
    return out.faults


def covers(chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """One mutated cover."""
    words = (
        b'"',
        b"'",
        b"[",
        b"]",
        b"{",
        b"}",
        b".",
        b",",
        b"=",
        b"\n",
        b"\r",
        b"#",
        b"true",
        b"1e400",
        b"nan",
        b"\xff",
    )
    text = bytearray(chance.choice(corpus))
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(text) + 1)
        text[at : at + chance.randrange(4)] = chance.choice(
            (*words, b"2025-06-27", b"[" * 2000, b"a." * 400, b"inf", b"")
        )
    return bytes(text)


def requests(chance: random.Random, lines: Sequence[str]) -> list[bytes]:
    """Four files of which one is mutated as bytes, with a cover that states them as they are (mostly)."""
    some = [chance.choice(lines) for _ in range(chance.randrange(6))]
    sent = Sent(
        "\n".join([_head(REAL.cases), *map(_case, CASES), ""]).encode(),
        "\n".join([_head(REAL.rows), *some, ""]).encode(),
    )
    which = chance.randrange(8)
    spoilt = bytearray(sent.cases if which < 3 else sent.rows)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(spoilt) + 1)
        bits = (
            chance.choice(SMALL).encode(),
            bytes([chance.randrange(256)]),
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"PK\x03\x04",
            b"\r\n",
        )
        spoilt[at : at + chance.randrange(3)] = chance.choice(bits)
    made = Sent(bytes(spoilt), sent.rows) if which < 3 else Sent(sent.cases, bytes(spoilt))
    signature = made.signature if chance.randrange(10) else made.signature[: chance.randrange(90)]
    stale = made.cover() if chance.randrange(10) else sent.cover()
    files = [stale, signature, made.cases, made.rows]
    if not chance.randrange(20):
        files[chance.randrange(4)] = chance.choice((ABSENT, b"", (bytes(chance.choice(files)) * 9)[:4100]))
    return files


def _head(columns: Sequence[object]) -> str:
    return ",".join(c.name for c in columns)  # type: ignore[attr-defined] # columns of a layout


def _case(name: str) -> str:
    return case(case_id=name)


def batches(chance: random.Random, corpus: Sequence[str]) -> Iterator[list[str]]:
    """Batches of mutated lines for ever. Well-formed lines stand between them, as in a real file."""
    fresh = 0
    while True:
        batch = []
        for _ in range(LINES):
            line = chance.choice(corpus)
            fresh += 1
            batch.append(mutated(line, chance, corpus) if fresh % 4 else row(fresh))
        yield batch
