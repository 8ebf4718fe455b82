# SPDX-License-Identifier: Apache-2.0
"""A request read in a real child process: the good case, and every way in which a child can go wrong."""

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lawgate.drivers.parser.driver import CHILD, ChildParser
from lawgate.model.fault import LawgateError, Scope
from lawgate.model.layout import Column, Layout
from lawgate.ports.intake import FILES, FRAME, Count, Instruction, Limits, Parsed
from unit.intake.samples import CASE_HEADER, DAY, LAYOUT, ROW_HEADER, Sent, case, row, text

NOTHING = Count(0, 0, 0)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    made = tmp_path / "room"
    made.mkdir()
    return made


def parse(request: Path, room: Path, limits: Limits | None = None, command: tuple[str, ...] = CHILD) -> Parsed:
    return ChildParser(limits, command).parse(request, room, LAYOUT, DAY)


def test_a_good_request_becomes_parquet(tmp_path: Path, room: Path) -> None:
    rows = [row(0, tin="912-05-0001"), row(1, tin="912050002"), row(2, dob="nine"), row(1, row_id="x", tin="")]
    sent = Sent(rows=text(ROW_HEADER, rows))
    found = parse(sent.write(tmp_path / "request"), room)
    assert [(f.scope, f.file, f.line, f.column, f.code) for f in found.faults] == [
        (Scope.ROW, "rows.csv", 4, "dob", "E_DATE")
    ]
    assert (found.cases, found.rows) == (Count(3, 3, 0), Count(4, 3, 1))
    assert found.cover is not None
    assert (found.cover_bytes, found.signature) == (sent.cover(), bytes(range(64)))
    assert (found.cover.request_id, found.cover.fields, found.cover.rows.rows) == (
        "req-2025-0003",
        ("mailing_address",),
        4,
    )
    assert str(found.cover.signed_at) == "2025-06-27 14:00:00-04:00"
    table = pq.read_table(room / "rows.parquet")
    assert table.schema.names == ["n", "line", "case_n", *(c.name for c in LAYOUT.rows)]
    assert all(not field.nullable for field in table.schema)
    assert table.column("tin").to_pylist() == ["912050001", "912050002", ""]
    assert table.column("reason").to_pylist()[1] == 'Filed "late", then moved'
    assert table.select(["n", "line", "case_n"]).to_pydict() == {"n": [0, 1, 2], "line": [2, 3, 5], "case_n": [0, 1, 1]}
    assert pq.read_table(room / "cases.parquet").column("case_id").to_pylist() == ["case-0", "case-1", "case-2"]
    assert {p.name: p.stat().st_mode & 0o777 for p in room.iterdir()} == {
        f"{name}.parquet": 0o600 for name in ("cases", "rows", "faults")
    }


def test_a_used_room_a_missing_folder_and_a_bad_layout_are_machinery(tmp_path: Path, room: Path) -> None:
    request = Sent().write(tmp_path / "request")
    parse(request, room)
    before = {path.name: path.read_bytes() for path in room.iterdir()}
    with pytest.raises(LawgateError, match="used before"):
        parse(request, room)
    assert {path.name: path.read_bytes() for path in room.iterdir()} == before
    (tmp_path / "other").mkdir()
    with pytest.raises(LawgateError, match="cannot be opened"):
        parse(tmp_path / "none", tmp_path / "other")
    with pytest.raises(LawgateError, match="cannot be used"):
        parse(request, tmp_path / "none")
    strange = Layout(LAYOUT.cases, (*LAYOUT.rows[:2], Column("x", "number", 5, False)))
    with pytest.raises(LawgateError, match="known kinds"):
        ChildParser().parse(request, tmp_path / "other", strange, DAY)
    assert list((tmp_path / "other").iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_a_link_or_a_pipe_is_not_a_file(name: str, tmp_path: Path, room: Path) -> None:
    request = Sent(without=[name]).write(tmp_path / "request")
    (request / name).symlink_to("/etc/hostname") if name.endswith("csv") else os.mkfifo(request / name)
    found = parse(request, room)
    assert [(f.file, f.code) for f in found.faults] == [(name, "E_MISSING")]


def refused(found: Parsed, room: Path) -> bool:
    assert [(f.scope, f.file, f.code) for f in found.faults] == [(Scope.FILE, "request", "E_PARSER")]
    assert (found.cover, found.signature, found.cases, found.rows) == (None, None, NOTHING, NOTHING)
    assert list(room.iterdir()) == []
    return found.refused


def child(program: str) -> tuple[str, ...]:
    """A command that runs `program` instead of the child; `i` is its instruction, `say` writes a frame."""
    start = (
        "import json, os, struct, sys, time; i = json.load(sys.stdin)\n"
        f"def say(tag, data): os.write(1, struct.pack({FRAME!r}, tag, len(data)) + data)\n"
    )
    return sys.executable, "-c", start + program


BATCH = """
import base64, hashlib, tomllib
import pyarrow as pa
i8, i16, i32, s = pa.int8(), pa.int16(), pa.int32(), pa.string()

def often(at, texts, kind=s):
    return pa.DictionaryArray.from_arrays(pa.array(at, i32), pa.array(texts, kind), safe=False)

def batch(tag, *columns, times=1):
    made = [c if isinstance(c, pa.Array) else pa.array(*c) for c in columns]
    one = pa.RecordBatch.from_arrays(made, names=[str(n) for n in range(len(made))])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, one.schema) as stream:
        for _ in range(times): stream.write_batch(one)
    say(tag, sink.getvalue().to_pybytes())

def cases(n=0, text=pa.array(["c"]), count=5, line=2, times=1):
    batch(b"C", ([n], i32), ([line], i32), *[text] * count, times=times)
def rows(n=0, case=0): batch(b"R", ([n], i32), ([2], i32), ([case], i32), *[(["r"], s)] * 10)
def fault(file=3, line=2, column=0, code=20): batch(b"F", ([file], i8), ([line], i32), ([column], i16), ([code], i16))

def end(cases=1, rows=1, sent=None, **changed):
    text = os.read(i["files"][0], 65536)
    cover = tomllib.loads(text.decode())
    cover["signed_at"] = cover["signed_at"].isoformat()
    said = {"cover": cover, "digest": hashlib.sha256(text).hexdigest()}
    said |= {"signature": base64.b64encode(bytes(64)).decode(), "cases": [cases, cases], "rows": [sent or rows, rows]}
    say(b"E", json.dumps(said | changed).encode())

"""
HONEST = "cases(); rows(); end()"
WRONG = {
    "says nothing": "",
    "does not listen": "os.close(0)",
    "is killed": "os.kill(os.getpid(), 9)",
    "is killed in the middle": "cases(); os.write(1, b'R123'); os.kill(os.getpid(), 9)",
    "is killed before the end": "cases(); rows(); os.kill(os.getpid(), 9)",
    "says an unknown thing": f"say(b'X', b''); {HONEST}",
    "announces too much": f"os.write(1, struct.pack({FRAME!r}, b'R', 1 << 62))",
    "ends with nonsense": "cases(); rows(); say(b'E', b'not json')",
    "ends with deep nonsense": "cases(); rows(); say(b'E', b'[' * 100000)",
    "ends with other types": "cases(); rows(); say(b'E', b'[1, 2]')",
    "accepts without a cover": "cases(); rows(); end(cover=None)",
    "accepts without a signature": "cases(); rows(); end(signature=None)",
    "read another cover": "cases(); rows(); end(digest='0' * 64)",
    "counts more": "cases(); rows(); end(rows=2)",
    "counts a half": "cases(); rows(); end(rows=1.0)",
    "goes on after the end": f"{HONEST}; os.write(1, b'x')",
    "ends badly": f"{HONEST}; sys.exit(3)",
    "stays after the end": f"{HONEST}; os.close(1); time.sleep(30)",
    "sends rubbish for rows": f"say(b'R', os.urandom(4000)); {HONEST}",
    "sends rubbish for faults": f"say(b'F', bytes(4000)); {HONEST}",
    "sends nulls": "cases(text=pa.array([None], s)); rows(); end()",
    "numbers cases wrongly": "cases(n=7); rows(); end()",
    "names a case that is not there": "cases(); rows(case=1); end()",
    "names a negative case": "cases(); rows(case=-1); end()",
    "sends other columns": "cases(count=4); rows(); end()",
    "sends bytes that are no text": "cases(text=pa.array([b'\\xff'], pa.binary()).view(s)); rows(); end()",
    "points beyond a dictionary": "cases(text=often([1], ['c'])); rows(); end()",
    "points before a dictionary": "cases(text=often([-1], ['c'])); rows(); end()",
    "has a null in a dictionary": "cases(text=often([0], [None])); rows(); end()",
    "has a null in no dictionary": "cases(text=often([None], ['c'])); rows(); end()",
    "has a dictionary of no text": "cases(text=often([0], [b'\\xff'], pa.binary())); rows(); end()",
    "has a dictionary of other numbers": "cases(text=often([0], ['c']).cast(pa.dictionary(pa.int8(), s)))",
    "changes its mind on dictionaries": "cases(); cases(n=1, line=3, text=often([0], ['c'])); rows(); end(cases=2)",
    "sends numbers for texts": "cases(text=pa.array([1], i32)); rows(); end()",
    "sends two batches at once": "cases(times=2); rows(); end()",
    "sends no batch": "cases(times=0); rows(); end()",
    "rejects in silence": "cases(); rows(); end(rows=2, sent=2)",
    "rejects what it accepts": f"fault(); {HONEST}",
    "rejects a line that is not there": "cases(); rows(); fault(line=4); end(sent=2)",
    "rejects the header": "cases(); rows(); fault(line=1); end(sent=2)",
    "rejects in no order": "cases(); rows(); fault(line=4); fault(line=3); end(sent=3)",
    "accepts a line twice": "cases(); rows(); rows(n=1); end(rows=2, sent=2)",
    "invents a code": f"fault(code=999); {HONEST}",
    "invents a negative code": f"fault(code=-1); {HONEST}",
    "invents a column": f"fault(column=99); {HONEST}",
    "invents a file": f"fault(file=9); {HONEST}",
    "invents a negative line": f"fault(line=-5); {HONEST}",
}


@pytest.mark.parametrize("how", WRONG)
def test_a_child_that_goes_wrong(how: str, tmp_path: Path, room: Path) -> None:
    found = parse(Sent().write(tmp_path / "request"), room, command=child(BATCH + WRONG[how]))
    assert refused(found, room)


def test_a_child_that_goes_right_is_believed(tmp_path: Path, room: Path) -> None:
    found = parse(
        Sent().write(tmp_path / "request"), room, command=child(BATCH + "cases(); rows(); fault(line=3); end(sent=2)")
    )
    assert (found.cases, found.rows) == (Count(1, 1, 0), Count(2, 1, 1))
    assert [f.column for f in found.faults] == ["row_id"]


def test_texts_said_often_may_come_as_a_dictionary(tmp_path: Path, room: Path) -> None:
    program = "cases(text=often([0], ['c', 'd'])); rows(); end()"
    found = parse(Sent().write(tmp_path / "request"), room, command=child(BATCH + program))
    assert (found.cases, found.rows) == (Count(1, 1, 0), Count(1, 1, 0))
    kept = pq.read_table(room / "cases.parquet")
    assert kept.schema.field(2).type == pa.string() and kept.column(2).to_pylist() == ["c"]


def test_a_child_that_never_ends(tmp_path: Path, room: Path) -> None:
    pid = tmp_path / "pid"
    program = f"open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    begun = time.monotonic()
    found = parse(Sent().write(tmp_path / "request"), room, Limits(seconds=1), child(program))
    assert refused(found, room)
    assert time.monotonic() - begun < 10
    assert not alive(int(pid.read_text()))


def test_a_child_without_memory(tmp_path: Path, room: Path) -> None:
    found = parse(Sent().write(tmp_path / "request"), room, Limits(memory=64 << 20))
    assert refused(found, room)


def test_the_ceiling_on_memory_is_twice_what_many_chunks_need(tmp_path: Path, room: Path) -> None:
    cases = text(CASE_HEADER, map(case, range(3)))
    rows = text(ROW_HEADER, [row(n, case_id="case-1") for n in range(150_000)])
    found = parse(Sent(cases, rows).write(tmp_path / "request"), room, Limits(memory=Limits().memory // 2))
    assert (found.faults, found.rows.accepted) == ((), 150_000)


def test_a_bomb_meets_the_ceiling(tmp_path: Path, room: Path) -> None:
    lock = "from lawgate.posts.parser import cage; from lawgate.ports.intake import Limits\n"
    program = lock + "cage.lock(i['parent'], Limits(memory=1 << 30)); b = bytearray(4 << 30)"
    begun = time.monotonic()
    assert refused(parse(Sent().write(tmp_path / "request"), room, command=child(program)), room)
    assert time.monotonic() - begun < 10


ESCAPES = {
    "open": "open('/etc/hostname')",
    "create": "open({tmp!r} + '/made', 'w')",
    "create without a descriptor": "os.mknod({tmp!r} + '/made')",
    "make a folder": "os.mkdir({tmp!r} + '/made')",
    "remove": "os.unlink({tmp!r} + '/kept')",
    "socket": "socket.socket()",
    "pipe": "os.pipe()",
    "start a program": "os.posix_spawn('/bin/true', ['true'], {{}})",
    "write": "os.write(fd, b'x')",
}
NEEDS_LANDLOCK = {"create without a descriptor", "make a folder", "remove", "start a program"}


@pytest.mark.parametrize("what", ESCAPES)
def test_nothing_can_be_reached_from_the_cage(what: str, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    program = (
        "import os, socket, sys\nfrom lawgate.posts.parser import cage\nfrom lawgate.ports.intake import Limits\n"
        f"fd = os.open({str(tmp_path / 'kept')!r}, os.O_WRONLY)\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "closed = cage.lock(os.getppid(), Limits())\n"
        f"if not closed and {what in NEEDS_LANDLOCK}: os._exit(77)\n"
        f"try:\n    {ESCAPES[what].format(tmp=str(tmp_path))}\nexcept OSError:\n    os._exit(42)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], env={}, check=False, capture_output=True)
    if done.returncode == 77:
        return  # this kernel has no Landlock, and the cage said so; without it paths stay open to a taken-over child
    assert done.returncode == 42, done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept"]
    assert (tmp_path / "kept").read_text() == "kept"


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def eventually(check: object, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if check():
            return True
        time.sleep(0.02)
    return False


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    lock = "import os,time\nfrom lawgate.posts.parser import cage\nfrom lawgate.ports.intake import Limits\n"
    grandchild = lock + "cage.lock(os.getppid(), Limits()); os.write(1, str(os.getpid()).encode()); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', {grandchild!r}])"
    middle = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    assert middle.stdout is not None
    pid = int(os.read(middle.stdout.fileno(), 20))
    assert alive(pid)
    os.kill(middle.pid, signal.SIGKILL)
    middle.wait()
    middle.stdout.close()
    assert eventually(lambda: not alive(pid))


CANARY = "Zyxwvut"
PERSONAL = {"last": CANARY, "address": f"9 {CANARY} Way", "reason": f'"{CANARY}, again"', "row_id": f"r-{CANARY}"}
BAD = {"dob": f"{CANARY}", "tin": CANARY, "pending": CANARY, "years": CANARY, "role": CANARY, "case_id": CANARY}
SPOILT = {
    "well formed": row(1, **PERSONAL),
    "malformed": row(1, **(PERSONAL | BAD)),
    "long": row(1, last=CANARY * 50),
    "torn": row(1, reason=f'"{CANARY}'),
    "no columns": CANARY,
    "carriage return": row(1, last=f"{CANARY}\r"),
    "not text": row(1, last=f"{CANARY}\udcff"),
}


@pytest.fixture
def whole_tree(tmp_path: Path) -> Iterator[None]:
    """Fails when a canary is left in any file outside the request and the room."""
    yield
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.parent.name not in ("request", "room"):
            assert CANARY.encode() not in path.read_bytes()


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.usefixtures("whole_tree")
def test_no_value_ever_appears(
    how: str, tmp_path: Path, room: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{line}\n" for line in (ROW_HEADER, row(0), SPOILT[how], row(2))).encode("utf-8", "surrogateescape")
    cases = text(CASE_HEADER, [case(0), case(1, engaged=f"{CANARY}!"), case(1, case_id="case-2"), case(1)])
    request = Sent(cases, rows).write(tmp_path / "request")
    found = parse(request, room)
    assert found.faults
    seen = capfd.readouterr()
    assert CANARY not in "".join(f.sentence() for f in found.faults) + repr(found.faults) + seen.out + seen.err
    faults = room / "faults.parquet"
    assert not faults.exists() or CANARY.encode() not in faults.read_bytes()


@pytest.mark.parametrize("memory", [60 << 20, 3 << 29])
def test_the_child_itself_says_no_value_on_standard_error(memory: int, tmp_path: Path) -> None:
    cover = [("agency.one", f"{CANARY} one"), ("sole_use = true", f"sole_use = true\n{CANARY} = 1")]
    sent = Sent(rows=text(ROW_HEADER, [row(1, **PERSONAL)]), changes=cover, signature=CANARY.encode())
    request = sent.write(tmp_path / "request")
    files = tuple(os.open(request / name, os.O_RDONLY) for name in FILES)
    told = Instruction(os.getpid(), files, LAYOUT, DAY, Limits(memory=memory)).to_json()
    done = subprocess.run(CHILD, input=told, pass_fds=files, capture_output=True, env={}, check=False)
    for descriptor in files:
        os.close(descriptor)
    assert done.stderr in (b"", b"parser: stopped\n")
    assert bool(done.returncode) == bool(done.stderr) == (memory < 1 << 30)
    assert CANARY.encode() not in b"".join(frame for tag, frame in frames(done.stdout) if tag != b"R")


def frames(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    size = struct.calcsize(FRAME)
    while data:
        tag, length = struct.unpack(FRAME, data[:size])
        yield tag, data[size : size + length]
        data = data[size + length :]


def test_nonsense_on_standard_input_ends_the_child_quietly() -> None:
    done = subprocess.run(CHILD, input=CANARY.encode(), capture_output=True, env={}, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"parser: stopped\n")
