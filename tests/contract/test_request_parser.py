# SPDX-License-Identifier: Apache-2.0
"""What every RequestParser promises: every row accounted for, all or nothing in the room, no value in a fault.

The child process keeps the same promises as the same parser without it; how a child can go wrong, and what its cage
holds back, is told in the journeys.
"""

import hashlib
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from contract.promises import Disk, Place, Suite, watched
from lawgate.drivers.parser.driver import ChildParser
from lawgate.model.fault import Fault, LawgateError, Scope
from lawgate.model.layout import Column, Layout
from lawgate.ports.intake import FILES, Count, Limits, Parsed, RequestParser
from unit.intake.samples import DAY, LAYOUT, ROW_HEADER, HereParser, Sent, row, text


def child(_: Path) -> RequestParser:
    """The parser that reads in a child process."""
    return ChildParser()


def here(_: Path) -> RequestParser:
    """The same without a child, so that much can be tried."""
    return HereParser()


PARSERS: Suite[RequestParser] = Suite(here, child)
KEPT = ("cases.parquet", "rows.parquet", "faults.parquet")
CANARY = "Zyxwvut"
MIXED = [
    row(0, tin="912-05-0001"),
    row(1, tin="912050002", reason=""),
    row(2, dob=CANARY, tin=CANARY),
    row(1, row_id="row-9", case_id=CANARY),
    row(0, row_id="row-8", dob="", pending=""),
]


def parse(place: Place[RequestParser], sent: Sent, name: str = "one") -> tuple[Parsed, Path]:
    """Parse a request into a new room; the room."""
    room = place.root / name / "room"
    room.mkdir(parents=True)
    return place.open().parse(sent.write(place.root / name / "request"), room, LAYOUT, DAY), room


def balanced(found: Parsed) -> bool:
    """Whether every row of both files is accounted for."""
    return all(c.sent == c.accepted + c.rejected for c in (found.cases, found.rows))


def is_refused(found: Parsed, room: Path) -> bool:
    """Whether a request was refused as a whole, with nothing left of it."""
    assert found.refused and balanced(found)
    assert (found.cases.accepted, found.rows.accepted) == (0, 0)
    assert [path.name for path in room.iterdir()] == []
    return True


@PARSERS.promise
def accepted_rows_are_kept_in_order_as_text(place: Place[RequestParser]) -> None:
    found, room = parse(place, Sent(rows=text(ROW_HEADER, MIXED)))
    assert not found.refused and (found.cases, found.rows) == (Count(3, 3, 0), Count(5, 3, 2))
    cases, rows = (parquet.read_table(room / name) for name in KEPT[:2])
    assert cases.schema.names == ["n", "line", *(c.name for c in LAYOUT.cases)]
    assert rows.schema.names == ["n", "line", "case_n", *(c.name for c in LAYOUT.rows)]
    for table in (cases, rows):
        numbers = [f for f in table.schema if f.name in ("n", "line", "case_n")]
        assert {f.type for f in numbers} == {pa.int32()}
        assert {f.type for f in table.schema if f not in numbers} == {pa.string()}
        assert [table[name].null_count for name in table.column_names] == [0] * table.num_columns
    assert cases.select(["n", "line"]).to_pydict() == {"n": [0, 1, 2], "line": [2, 3, 4]}
    assert rows.select(["n", "line", "case_n"]).to_pydict() == {"n": [0, 1, 2], "line": [2, 3, 6], "case_n": [0, 1, 0]}
    assert rows["tin"].to_pylist() == ["912050001", "912050002", "900000001"], "nine digits, however written"
    assert (rows["reason"].to_pylist()[1], rows["dob"].to_pylist()[2]) == ("", "")
    assert cases["case_id"].to_pylist() == ["case-0", "case-1", "case-2"]


@PARSERS.promise
def every_row_fault_is_kept_without_its_value(place: Place[RequestParser]) -> None:
    found, room = parse(place, Sent(rows=text(ROW_HEADER, MIXED)))
    said = [(f.scope, f.file, f.line, f.column, f.code) for f in found.faults]
    assert said == [
        (Scope.ROW, "rows.csv", 4, "dob", "E_DATE"),
        (Scope.ROW, "rows.csv", 4, "tin", "E_TIN"),
        (Scope.ROW, "rows.csv", 5, "case_id", "E_CASE"),
    ]
    kept = parquet.read_table(room / "faults.parquet").to_pylist()
    assert [Fault(**{**k, "scope": Scope(k["scope"])}) for k in kept] == list(found.faults)
    assert CANARY not in repr(found.faults) and CANARY.encode() not in (room / "faults.parquet").read_bytes()


@PARSERS.promise
def the_kept_faults_are_read_again_in_order(place: Place[RequestParser]) -> None:
    rows = [row(n % 3, row_id=f"row-{n}", dob="no", tin="no") for n in range(1005)]
    found, room = parse(place, Sent(rows=text(ROW_HEADER, rows)))
    again = list(place.open().faults(room))
    assert [(f.line, f.code) for f in again[:1000]] == [(f.line, f.code) for f in found.faults]
    assert [(f.line, f.column) for f in again] == [(n, c) for n in range(2, 1007) for c in ("dob", "tin")]
    (room / "faults.parquet").write_bytes((room / "faults.parquet").read_bytes()[:-9])
    with pytest.raises(LawgateError):
        list(place.open().faults(room))


@PARSERS.promise
def every_line_is_accepted_or_has_a_fault(place: Place[RequestParser]) -> None:
    torn = [row(0), row(1, reason='"begins, here'), row(3), 'ends here"', "", row(2), row(0)]
    found, room = parse(place, Sent(rows=text(ROW_HEADER, torn)))
    kept = parquet.read_table(room / "rows.parquet")["line"].to_pylist()
    faulty = {f.line for f in place.open().faults(room) if f.file == "rows.csv"}
    assert (kept, faulty) == ([2, 7], {3, 4, 5, 6, 8})
    assert found.rows == Count(7, 2, 5)


@PARSERS.promise
def all_row_faults_are_kept_and_the_first_thousand_told(place: Place[RequestParser]) -> None:
    rows = [row(n % 3, row_id=f"row-{n}", dob="no") for n in range(1005)]
    found, room = parse(place, Sent(rows=text(ROW_HEADER, rows)))
    assert found.rows == Count(1005, 0, 1005) and not found.refused
    kept = parquet.read_table(room / "faults.parquet")
    assert kept["line"].to_pylist() == list(range(2, 1007))
    assert [f.line for f in found.faults] == list(range(2, 1002))


@PARSERS.promise
def the_cover_and_the_signature_come_back_as_sent(place: Place[RequestParser]) -> None:
    sent = Sent()
    found, _ = parse(place, sent)
    assert (found.cover_bytes, found.signature) == (sent.cover(), bytes(range(64)))
    assert found.cover is not None and found.cover.digest == hashlib.sha256(sent.cover()).hexdigest()
    assert (found.cover.request_id, found.cover.fields) == ("req-2025-0003", ("mailing_address",))
    assert (found.cover.cases.rows, found.cover.rows.rows) == (3, 3)


@PARSERS.promise
def the_day_decides_who_cannot_have_been_born(place: Place[RequestParser]) -> None:
    rows = [row(n, row_id=f"row-{n}", dob=(DAY + timedelta(days=n)).isoformat()) for n in range(2)]
    found, _ = parse(place, Sent(rows=text(ROW_HEADER, rows)))
    assert found.rows == Count(2, 1, 1)
    assert [(f.file, f.line, f.column) for f in found.faults] == [("rows.csv", 3, "dob")]


@PARSERS.promise
def what_is_kept_is_on_the_disk_and_its_owners(place: Place[RequestParser]) -> None:
    with watched(Disk()) as disk:
        _, room = parse(place, Sent())
        assert disk.lost(room) == []
    assert {path.name: path.stat().st_mode & 0o777 for path in room.iterdir()} == dict.fromkeys(KEPT, 0o600)


SPOILT: dict[str, Sent] = {
    **{f"no {name}": Sent(without=[name]) for name in FILES},
    "another file than signed for": Sent(changes=[("sha256 = ", 'sha256 = "00", other = ')]),
    "a cover that is no cover": Sent(changes=[("format = ", "= ")]),
    "a signature that is none": Sent(signature=b"no signature"),
    "no rows": Sent(rows=text(ROW_HEADER, [])),
    "another header": Sent(rows=text("a,b", [row(0)])),
    "not text": Sent(rows=b"PK\x03\x04" + bytes(200)),
    "not UTF-8": Sent(rows=text(ROW_HEADER, [row(0)]) + b"\xff\xfe\n"),
    "an open quote": Sent(rows=text(ROW_HEADER, [row(0), row(1, reason='"' + CANARY)])),
    "more than stated": Sent(rows=text(ROW_HEADER, [row(0)]), changes=[("rows = 1", "rows = 9")]),
}


@PARSERS.promise
def a_file_fault_refuses_the_whole(place: Place[RequestParser]) -> None:
    some = SPOILT if place.driver is not child else {k: SPOILT[k] for k in ("no rows.csv", "an open quote")}
    for number, sent in enumerate(some.values()):
        found, room = parse(place, sent, str(number))
        assert is_refused(found, room)
        assert CANARY not in repr(found.faults)
        assert all(f.mend and f.code.startswith("E_") for f in found.faults)


@PARSERS.promise
def a_request_of_any_bytes_raises_nothing(place: Place[RequestParser]) -> None:
    chance = random.Random(7)
    for number in range({child: 2, here: 40}.get(place.driver, 8)):
        sent = Sent()
        at = chance.randrange(4)
        whole = {"cases": sent.cases, "rows": sent.rows, "signature": sent.signature, "cover": b""}
        name = list(whole)[at]
        spoilt = bytearray(whole[name] or sent.cover())
        for _ in range(chance.choice((1, 3, 30))):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        request = (replace(sent, **{name: bytes(spoilt)}) if name != "cover" else sent).write(
            place.root / str(number) / "request"
        )
        if name == "cover":
            (request / "cover.toml").write_bytes(bytes(spoilt))
        room = place.root / str(number) / "room"
        room.mkdir()
        found = place.open().parse(request, room, LAYOUT, DAY)
        assert balanced(found)
        if found.refused:
            assert is_refused(found, room)
        else:
            assert sorted(path.name for path in room.iterdir()) == sorted(KEPT)


@PARSERS.promise
def a_room_is_used_once(place: Place[RequestParser]) -> None:
    _, room = parse(place, Sent())
    before = {path.name: path.read_bytes() for path in room.iterdir()}
    with pytest.raises(LawgateError):
        place.open().parse(place.root / "one" / "request", room, LAYOUT, DAY)
    assert {path.name: path.read_bytes() for path in room.iterdir()} == before
    for name in KEPT:
        used = place.root / name
        used.mkdir()
        (used / name).write_bytes(b"")
        with pytest.raises(LawgateError):
            place.open().parse(place.root / "one" / "request", used, LAYOUT, DAY)
        assert [path.name for path in used.iterdir()] == [name] and (used / name).read_bytes() == b""


@PARSERS.promise
def an_unusable_layout_is_machinery(place: Place[RequestParser]) -> None:
    room = place.root / "room"
    room.mkdir(parents=True)
    request = Sent().write(place.root / "request")
    strange = [
        Layout(LAYOUT.cases, (*LAYOUT.rows, Column("x", "number", 5, False))),
        Layout(LAYOUT.cases, (*LAYOUT.rows, LAYOUT.rows[0])),
        Layout(LAYOUT.cases, ()),
        Layout(LAYOUT.cases, tuple(c for c in LAYOUT.rows if c.name != "case_id")),
    ]
    for layout in strange:
        with pytest.raises(LawgateError):
            place.open().parse(request, room, layout, DAY)
    assert list(room.iterdir()) == []


class Bent(HereParser):
    """Sound; each planted parser below changes one thing of what it gives back or leaves."""

    def __init__(self, _: Path) -> None:
        super().__init__()

    def parse(self, request: Path, room: Path, layout: Layout, day: date) -> Parsed:
        return self.bend(super().parse(request, room, layout, day), request, room)

    def bend(self, found: Parsed, request: Path, room: Path) -> Parsed:
        return found


def rewritten(room: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change one of the kept files, synced."""
    table = change(parquet.read_table(room / name))
    with (room / name).open("wb") as file:
        parquet.write_table(table, file)
        file.flush()
        os.fsync(file.fileno())


@PARSERS.breaks("accepted_rows_are_kept_in_order_as_text", "every_line_is_accepted_or_has_a_fault")
class DroppingARow(Bent):
    def bend(self, found: Parsed, request: Path, room: Path) -> Parsed:
        if not found.refused:
            rewritten(room, "rows.parquet", lambda table: table.slice(0, max(table.num_rows - 1, 0)))
        return found


@PARSERS.breaks(
    "accepted_rows_are_kept_in_order_as_text",
    "all_row_faults_are_kept_and_the_first_thousand_told",
    "the_day_decides_who_cannot_have_been_born",
    "a_request_of_any_bytes_raises_nothing",
    "a_file_fault_refuses_the_whole",
    "every_line_is_accepted_or_has_a_fault",
)
class CountingAccepted(Bent):
    """Says that only what it accepted was sent."""

    def bend(self, found: Parsed, request: Path, room: Path) -> Parsed:
        return replace(found, rows=Count(found.rows.accepted, found.rows.accepted, found.rows.rejected))


@PARSERS.breaks("every_row_fault_is_kept_without_its_value", "a_file_fault_refuses_the_whole")
class Quoting(Bent):
    """Shows in a fault what was wrong."""

    def bend(self, found: Parsed, request: Path, room: Path) -> Parsed:
        sent = (request / "rows.csv").read_text("utf-8", "replace") if (request / "rows.csv").exists() else ""
        return replace(found, faults=tuple(replace(f, mend=f"{f.mend}: {sent}") for f in found.faults))


@PARSERS.breaks("the_kept_faults_are_read_again_in_order")
class ReadingThemBackwards(Bent):
    def faults(self, room: Path) -> Iterator[Fault]:
        return iter(list(super().faults(room))[::-1])


@PARSERS.breaks("all_row_faults_are_kept_and_the_first_thousand_told", "the_kept_faults_are_read_again_in_order")
class KeepingSomeFaults(Bent):
    def bend(self, found: Parsed, request: Path, room: Path) -> Parsed:
        if not found.refused:
            rewritten(room, "faults.parquet", lambda table: table.slice(0, 1000))
        return found


@PARSERS.breaks("a_file_fault_refuses_the_whole", "a_request_of_any_bytes_raises_nothing")
class KeepingHalf(Bent):
    def bend(self, found: Parsed, request: Path, room: Path) -> Parsed:
        if found.refused:
            (room / "rows.parquet").write_bytes(b"half of it")
        return found


@PARSERS.breaks("a_room_is_used_once")
class UsingAgain(Bent):
    def parse(self, request: Path, room: Path, layout: Layout, day: date) -> Parsed:
        for name in KEPT:
            (room / name).unlink(missing_ok=True)
        return super().parse(request, room, layout, day)


@PARSERS.breaks("a_request_of_any_bytes_raises_nothing", "a_file_fault_refuses_the_whole")
class Raising(Bent):
    def bend(self, found: Parsed, request: Path, room: Path) -> Parsed:
        if found.refused:
            raise ValueError(found.faults[0].code)
        return found


@PARSERS.breaks("what_is_kept_is_on_the_disk_and_its_owners")
class Unsynced(Bent):
    def bend(self, found: Parsed, request: Path, room: Path) -> Parsed:
        if not found.refused:
            (room / "rows.parquet").write_bytes((room / "rows.parquet").read_bytes())
        return found


@PARSERS.breaks("the_day_decides_who_cannot_have_been_born")
class OnAnotherDay(Bent):
    def parse(self, request: Path, room: Path, layout: Layout, day: date) -> Parsed:
        return super().parse(request, room, layout, date(day.year + 1, 1, 1))


test_request_parser, test_a_planted_parser_is_seen = PARSERS.tests()


def failing(program: str) -> RequestParser:
    """A parser whose reader does this instead of reading."""
    return ChildParser(Limits(seconds=1), (sys.executable, "-I", "-c", program))


FAILING: Sequence[str] = ["import os; os.abort()", "import time; time.sleep(60)", "print('nonsense' * 99)", "1 / 0"]


@pytest.mark.parametrize("program", FAILING)
def test_a_reader_that_crashes_hangs_or_answers_nonsense_is_a_fault(program: str, tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    found = failing(program).parse(Sent().write(tmp_path / "request"), tmp_path / "room", LAYOUT, DAY)
    assert [(f.scope, f.code) for f in found.faults] == [(Scope.FILE, "E_PARSER")]
    assert (found.cover, found.cases, found.rows) == (None, Count(0, 0, 0), Count(0, 0, 0))
    assert is_refused(found, tmp_path / "room")
