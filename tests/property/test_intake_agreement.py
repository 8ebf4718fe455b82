# SPDX-License-Identifier: Apache-2.0
"""The fast reading and the exact one give the same rows and the same faults, however the file is cut or spoiled."""

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import MonkeyPatch

from lawgate.drivers.parser import packed
from lawgate.drivers.parser.answer import Answer, Lines
from lawgate.drivers.parser.room import Room
from lawgate.drivers.parser.stream import Torn
from lawgate.model.code import CODES
from lawgate.model.fault import Scope
from lawgate.ports.intake import FAULT_BATCH, FILES, Count, Instruction, Limits
from lawgate.posts.parser import file, patterns
from lawgate.posts.parser.child import read_request
from lawgate.posts.parser.chunk import Rows
from lawgate.posts.parser.fields import Judge, take_apart
from lawgate.posts.parser.identifiers import Numbers
from lawgate.posts.parser.out import Out
from unit.intake.samples import CASE_HEADER, DAY, LAYOUT, ROW_HEADER, Sent, case, parse, row, text

KNOWN = {f"case-{n}": n for n in range(6)}
NASTY = [
    *('"', '""', ",", ";", "\n", " ", '","', '"\n', "\n\n", "#", "\0", "\t", "-", "0", "é", "e\u0301", "\u00a0"),
    *("\u200d", "\u202e", "\U0001f3e0", "\ue000", "\u0661", "王", "yes", "2024-02-30", "000-00-0000", "x" * 70),
]

lines = st.integers(0, 7).map(row)
spoiled = st.tuples(lines, st.lists(st.tuples(st.integers(0, 120), st.sampled_from(NASTY)), max_size=3)).map(
    lambda pair: _spoil(*pair)
)
ODD = {
    "row_id": ["", "row-1", "row 1", "réf", " row-1", "row-2\u00a0", " r 1"],
    "case_id": ["", "case-5", "case-9", "case-9;"],
    "role": ["", "Subject", "witness"],
    "dob": ["", "2024-02-30", "2025-11-21", "2025-11-22", "1899-12-31"],
    "pending": ["yes", "x", "yes "],
    "tin": ["666-01-0001", "000000000", "912010001", "90-1010001"],
    "years": ["2021", "2021;", "21", "all", "año", "２０２１"],
    "last": ["", "é" * 41, "é" * 40, "नमस्ते", "a\u0301", " x", "x", "-", "李", "Smitһ", "Ж", "Жук", "Ñu", "D'A"],
    "reason": ['""', '"x"', '" ,"', '","', '"a"b"', '"a,b'],
}
odd = st.sampled_from(sorted(ODD)).flatmap(
    lambda name: st.builds(
        lambda number, value: row(number, **{name: value}), st.integers(0, 7), st.sampled_from(ODD[name])
    )
)
files = st.lists(st.one_of(lines, spoiled, odd), min_size=1, max_size=12)


def _spoil(line: str, insertions: list[tuple[int, str]]) -> str:
    for at, piece in insertions:
        line = line[:at] + piece + line[at + len(piece) * (at % 2) :]
    return line


def exact(whole: list[str]) -> tuple[list[list[str]], list[tuple[int, int, str]]]:
    """The reference: one line after the other, by the definition alone."""
    judge, accepted, faults = Judge(LAYOUT.rows, 1, DAY), [], []
    seen: set[str] = set()
    torn = lost = False
    for number, line in enumerate(whole, start=2):
        found = take_apart(line, len(LAYOUT.rows), torn)
        if lost:
            mine = [(-1, "E_NEWLINE_IN_FIELD")]
        elif found.code:
            mine, lost, torn = [(found.column, found.code)], found.torn and found.code == "E_QUOTE", found.torn
        else:
            torn, mine = False, judge.row(found.fields)
            wrong = dict(mine)
            key = found.fields[0].strip() if wrong.get(0) in (None, "E_SPACE") else ""
            if re.fullmatch("[A-Za-z0-9._:-]+", key):
                mine = [(0, "E_ROW_ID"), *(f for f in mine if f[0])] if key in seen else mine
                seen.add(key)
            if 1 not in wrong and found.fields[1] not in KNOWN:
                mine.append((1, "E_CASE"))
        faults += [(number, column, code) for column, code in sorted(mine)]
        if not mine:
            accepted.append(found.fields)
    return accepted, faults


def fast(whole: list[str], cut: int) -> tuple[list[list[str]], list[tuple[int, int, str]]]:
    """The product: in chunks of `cut` lines."""
    known = Numbers()
    known.add(pa.array(list(KNOWN)))
    rows, accepted, faults = Rows(LAYOUT.rows, 1, known, DAY), [], []
    for start in range(0, len(whole), cut):
        data = "".join(f"{line}\n" for line in whole[start : start + cut]).encode()
        taken, found = rows.chunk(data, start + 2)
        faults += found
        accepted += [list(r.values()) for r in pa.table(taken.columns, [c.name for c in LAYOUT.rows]).to_pylist()]
        assert len(taken.lines) == len(taken.columns[0])
    return accepted, faults


@given(files, st.integers(1, 13))
def test_fast_and_exact_agree(made: list[str], cut: int) -> None:
    whole = "\n".join(made).split("\n")
    assert fast(whole, cut) == exact(whole)


@given(st.lists(lines, min_size=1, max_size=30, unique=True))
def test_well_formed_lines_never_need_the_exact_reading(made: list[str]) -> None:
    data = "".join(f"{line}\n" for line in made).encode()
    pattern = patterns.line_pattern(LAYOUT.rows, 1)
    assert patterns.odd_characters(data) == frozenset()
    assert patterns.surely_fine(patterns.split_lines(data), pattern, frozenset()).to_pylist() == [True] * len(made)


@given(files)
def test_the_answer_does_not_depend_on_the_fast_reading(made: list[str]) -> None:
    whole = "\n".join(made).split("\n")
    with MonkeyPatch.context() as patch:
        patch.setattr(patterns, "surely_fine", lambda lines, pattern, odd: pa.repeat(pa.scalar(False), len(lines)))
        slow = fast(whole, 5)
    assert slow == fast(whole, 5)


@given(st.binary(max_size=40) | st.text(max_size=20).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_what_is_utf8_is_what_python_can_read(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        assert not patterns.is_utf8(data)
    else:
        assert patterns.is_utf8(data)


GOOD = Sent(cases=text(CASE_HEADER, [case(n) for n in range(6)]), rows=text(ROW_HEADER, [row(n) for n in range(6)]))
flips = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255), st.booleans()), min_size=1, max_size=4)


@given(flips, st.booleans())
def test_every_row_is_accounted_for_whatever_the_bytes(changes: list[tuple[int, int, bool]], rows: bool) -> None:
    data = bytearray(GOOD.rows if rows else GOOD.cases)
    for at, byte, insert in changes:
        data[at : at + (not insert)] = bytes([byte])
    sent = Sent(GOOD.cases, bytes(data)) if rows else Sent(bytes(data), GOOD.rows)
    with TemporaryDirectory() as folder:
        found = parse(sent, Path(folder))
        left = sorted(path.name for path in (Path(folder) / "room").iterdir())
    for count in (found.cases, found.rows):
        assert count.sent == count.accepted + count.rejected
    assert left == ([] if found.refused else ["cases.parquet", "faults.parquet", "rows.parquet"])
    spoiled_count = found.rows if rows else found.cases
    assert spoiled_count.sent == data.count(b"\n") + (data[-1:] != b"\n") - 1
    assert bool(found.faults) == (found.refused or found.rows.rejected + found.cases.rejected > 0)


cuts = st.tuples(st.integers(1, 400), st.integers(1, 9))


@given(files, cuts)
@settings(max_examples=25)
def test_where_a_file_is_cut_moves_no_fault(made: list[str], cut: tuple[int, int]) -> None:
    """Blocks as they are read, and parts of so many lines, are of any size; line numbers are those of the file."""
    sent = Sent(GOOD.cases, text(ROW_HEADER, made))
    with TemporaryDirectory() as folder:
        whole = parse(sent, Path(folder) / "whole")
        with MonkeyPatch.context() as patch:
            patch.setattr(file, "_BLOCK", cut[0])
            patch.setattr(file, "_LINES", cut[1])
            parts = parse(sent, Path(folder) / "parts")
        assert parts.refused == whole.refused
        assert (parts.cases, parts.rows) == (whole.cases, whole.rows)
        if not whole.refused:
            assert parts.faults == whole.faults
            one, other = (pq.read_table(Path(folder) / each / "room" / "rows.parquet") for each in ("whole", "parts"))
            assert one.to_pylist() == other.to_pylist()


def _said() -> list[tuple[bytes, bytes]]:
    said: list[bytes] = []
    out = Out(lambda part: said.append(bytes(part)) or len(part))
    with TemporaryDirectory() as folder:
        request = Sent(rows=text(ROW_HEADER, [row(0), row(1, dob="x"), row(2)])).write(Path(folder) / "request")
        files = tuple(os.open(request / name, os.O_RDONLY) for name in FILES)
        read_request(Instruction(0, files, LAYOUT, DAY, Limits()), out)
    for descriptor in files:
        os.close(descriptor)
    return [(head[:1], data) for head, data in zip(said[::2], said[1::2], strict=True)]


SAID = _said()
changes = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6)


@given(st.integers(0, len(SAID) - 1), changes, st.sampled_from(b"CRFE"))
def test_a_child_that_lies_is_torn_or_keeps_the_forms(which: int, lies: list[tuple[int, int]], tag: int) -> None:
    with TemporaryDirectory() as folder, Room(Path(folder), LAYOUT) as room:
        answer = Answer(room, LAYOUT, Limits())
        try:
            for number, (said_tag, said) in enumerate(SAID):
                data = bytearray(said)
                if number == which:
                    for at, byte in lies:
                        data[at % len(data)] = byte
                answer.take(said_tag if number != which or len(lies) % 2 else bytes([tag]), data)
        except Torn:
            return
        assert {f.code for f in [*answer.row_faults, *answer.file_faults]} <= {code.name for code in CODES}
        assert answer.rows.sent == answer.rows.accepted + answer.rows.rejected


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
def test_a_child_that_sends_compressed_batches_is_torn(codec: str) -> None:
    """Few bytes would then ask for more memory than there is."""
    for number, (tag, said) in enumerate(SAID[:-1]):
        sink = pa.BufferOutputStream()
        with pa.ipc.open_stream(said) as stream:
            batch = stream.read_next_batch()
        with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as out:
            out.write_batch(batch)
        with TemporaryDirectory() as folder, Room(Path(folder), LAYOUT) as room:
            answer = Answer(room, LAYOUT, Limits())
            for each, data in SAID[:number]:
                answer.take(each, pa.py_buffer(data))
            with pytest.raises(Torn):
                answer.take(tag, sink.getvalue())


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
def test_a_child_that_says_in_the_old_way_that_a_batch_is_compressed_is_torn(codec: str) -> None:
    tag, said = SAID[0]
    with pa.ipc.open_stream(said) as stream:
        batch = stream.read_next_batch()
    sink = pa.BufferOutputStream()
    old = pa.ipc.IpcWriteOptions(metadata_version=pa.ipc.MetadataVersion.V4, compression=codec)
    with pa.ipc.new_stream(sink, batch.schema, options=old) as out:
        out.write_batch(batch, custom_metadata={"ARROW:experimental_compression": codec})
    data = sink.getvalue().to_pybytes()
    for message in pa.ipc.MessageReader.open_stream(data):
        data = data.replace(bytes(message.metadata), _unsaid(bytes(message.metadata)))
    with pa.ipc.open_stream(data) as stream:
        assert stream.read_next_batch().equals(batch)  # Arrow does unpack it
    with TemporaryDirectory() as folder, Room(Path(folder), LAYOUT) as room, pytest.raises(Torn):
        Answer(room, LAYOUT, Limits()).take(tag, pa.py_buffer(data))


def _unsaid(head: bytes) -> bytes:
    """The head of a batch without the field that says how it is compressed; any other head as it is."""
    message = packed._number(head, 0, 4)
    if head[packed._field(head, message, 1)] != 3:
        return head
    batch = packed._table(head, message, 2)
    slot = batch - packed._number(head, batch, 4, signed=True) + 4 + 3 * 2
    return head[:slot] + bytes(2) + head[slot + 2 :]


def test_a_child_that_finds_no_end_of_faults_is_torn() -> None:
    many = pa.array([0] * 1001)
    at = next(index for index, code in enumerate(CODES) if code.scope is Scope.FILE)
    fields = {"file": pa.int8(), "line": pa.int32(), "column": pa.int16(), "code": pa.int16()}
    columns = [many.cast(kind) if name != "code" else pa.array([at] * 1001, kind) for name, kind in fields.items()]
    schema = pa.schema([pa.field(name, kind, nullable=False) for name, kind in fields.items()])
    batch = pa.RecordBatch.from_arrays(columns, schema=schema)

    def said(rows: pa.RecordBatch) -> pa.Buffer:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, schema) as out:
            out.write_batch(rows)
        return sink.getvalue()

    with TemporaryDirectory() as folder, Room(Path(folder), LAYOUT) as room:
        answer = Answer(room, LAYOUT, Limits())
        answer.take(FAULT_BATCH, said(batch.slice(1)))
        with pytest.raises(Torn):
            answer.take(FAULT_BATCH, said(batch.slice(0, 1)))


rising = st.sets(st.integers(2, 40), max_size=12).map(sorted)


@given(rising, rising, st.integers(0, 12), st.integers(0, 2))
def test_lines_settle_only_when_each_is_accepted_or_rejected(
    accepted: list[int], rejected: list[int], cut: int, more: int
) -> None:
    lines = Lines()
    for part in (accepted[:cut], accepted[cut:]):
        lines.accept(pa.array(part, pa.int32()))
    lines.reject(pa.array(rejected, pa.int32()))
    sent = max([*accepted, *rejected], default=1) - 1
    fits = not set(accepted) & set(rejected) and not more
    try:
        lines.settle(Count(sent, len(accepted), len(rejected) + more))
    except ValueError:
        assert not fits
    else:
        assert fits


@given(st.binary(max_size=300), st.binary(max_size=200))
def test_any_bytes_are_faults_and_nothing_worse(cover: bytes, signature: bytes) -> None:
    sent = Sent(signature=signature)
    sent.cover = lambda: cover  # type: ignore[method-assign] # the cover is any bytes here
    with TemporaryDirectory() as folder:
        found = parse(sent, Path(folder))
    assert {(f.file, f.code) for f in found.faults} >= {("cover.toml", "E_COVER")}
    assert found.cover is None
