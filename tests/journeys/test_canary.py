# SPDX-License-Identifier: Apache-2.0
"""Nothing personal gets out: a mark in every field of a request, and where it is found after the whole route.

Only the batch's room and the request folder may hold it. Watched: both outputs of every command, every exception,
every other file of the office, the folder for temporary files, and what is new in the system's own.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, KEY, REVIEWER, Office, addresses_on_file, an_order, rewritten

FREE = ("first", "middle", "last", "suffix", "addr_line1", "addr_line2", "city", "reason_text")
NUMBERED = ("event_number", "fingerprint_id", "removal_ground")
DAYS = {"dob": "1907-03-29", "final_order_date": "1911-11-13"}
TIN = "973-41-8265"
SYSTEM = Path("/tmp")  # the folder that programs use who do not ask for one


@dataclass
class Watch:
    """Runs commands of one office and keeps everything they said."""

    office: Office
    capture: pytest.CaptureFixture[bytes]
    said: list[bytes] = field(default_factory=list)

    def __call__(self, *words: str | Path, code: int | None = 0) -> str:
        done = self.office.call(*words)
        out, err = self.capture.readouterr()
        self.said += [out, err, done.stdout_bytes, done.stderr_bytes]
        if done.exception is not None:
            self.said.append("".join(traceback.format_exception(done.exception)).encode())
            self.said.append(repr(vars(done.exception)).encode())
        assert isinstance(done.exception, SystemExit | type(None)), done.exception
        assert code is None or done.exit_code == code, done.output
        return done.stdout


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files, for this process and for every child."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    monkeypatch.setattr(tempfile, "tempdir", None)


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for top, _, names in os.walk(folder):
        for name in names:
            path = Path(top) / name
            try:
                yield path, os.fsencode(path) + b"\0" + (b"" if path.is_symlink() else path.read_bytes())
            except OSError:  # somebody else's file, or gone by now
                continue


def fresh(before: set[Path]) -> Iterator[tuple[Path, bytes]]:
    """Files that came up in the system's folder while the test ran, other test runs left out."""
    for path in set(SYSTEM.iterdir()) - before:
        if not path.name.startswith("pytest-"):
            if path.is_dir() and path.stat().st_uid == os.getuid():
                yield from contents(path)
            elif path.is_file() and os.access(path, os.R_OK) and path.stat().st_size < 1 << 20:
                yield path, path.read_bytes()


def nowhere(watch: Watch, temporary: Path, before: set[Path], marks: list[str]) -> None:
    """None of the marks in anything that was said, or in any file outside the rooms; temporary files are gone."""
    office = watch.office.folder
    rooms, places = office / "batches", [*contents(office), *contents(temporary), *fresh(before)]
    if office.parent != temporary.parent:
        places += contents(office.parent)
    seen = [(path, data) for path, data in places if not path.is_relative_to(rooms)]
    assert len(seen) > 20
    # A right address stands in the records too, which have a room of their own; a planted mark stands nowhere there.
    own = office / "records"
    leaks = [
        (mark, path)
        for mark in marks
        for path, data in seen
        if has(data, mark) and not (path.is_relative_to(own) and not mark.startswith("Zq"))
    ]
    leaks += [(mark, Path("said")) for mark in marks for said in watch.said if has(said, mark)]
    assert leaks == []
    assert [path for path, _ in contents(temporary)] == []


def has(data: bytes, mark: str) -> bool:
    """Whether the mark is in there, in UTF-8, UTF-16, or as escapes, in any case."""
    low = data.lower()
    forms = {mark, mark.replace("-", ""), ascii(mark)[1:-1], mark.encode().hex()}
    return any(form.lower().encode(code) in low for form in forms for code in ("utf-8", "utf-16-le"))


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def written(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return out.getvalue().encode()


def marked(mark: str) -> Callable[[bytes], bytes]:
    """Nine rows with marks everywhere, eleven with one that meets the records, ten that are granted all the same."""

    def change(data: bytes) -> bytes:
        rows = table(data)
        for at, row in enumerate(rows):
            everywhere = {name: f"{mark}{name.replace('_', '')}" for name in (*FREE, *NUMBERED)} | DAYS | {"tin": TIN}
            one = (*FREE, *DAYS, "tin")[at % 11]
            beside = {"event_number": f"{mark}e", "fingerprint_id": f"{mark}f", "reason_text": f"{mark} {at}"}
            row.update(everywhere if at < 9 else {one: everywhere[one]} if at < 20 else beside)
        return written(rows)

    return change


def cases_marked(mark: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        rows = table(data)
        extra = {**rows[0], "case_id": "case-of-nobody", "statute_cite": f"{mark}statute"}
        return written([*rows, extra])

    return change


def test_nothing_well_formed_gets_out(
    office: Office, tmp_path: Path, temporary: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    mark, before = f"Zq{secrets.token_hex(6)}", set(SYSTEM.iterdir())
    request = rewritten(office.lab / "thirty", tmp_path / "request", rows=marked(mark), cases=cases_marked(mark))
    watch = Watch(office, capfdbinary)
    batch = watch("request", "receive", request).split(":")[0]
    assert "30 accepted" in watch.said[2].decode()
    watch("decide", batch)
    kept = [row for row in office.rows(batch) if row["grants"]]
    assert {row["n"] for row in kept} >= set(range(20, 30))
    for row in office.rows(batch)[8:23]:
        watch("explain", batch, row["row_id"])
    watch("explain", batch, f"{mark}-no-such-row", code=1)
    watch.said = [said.replace(f"{mark}-no-such-row".encode(), b"") for said in watch.said]
    watch("review", "list", batch)
    for row in kept[:3]:
        watch("review", "show", batch, str(row["n"]), "--by", REVIEWER)
    watch("prepare", batch, code=1)
    office.prepared(batch, [row["n"] for row in kept])
    watch("prepare", batch, code=None)
    (tmp_path / "order.toml").write_bytes(an_order("order-1", AGENCY))
    watch("pull", f"{batch}-p01", "--key", KEY, "--out", office.folder / "out")
    watch("order", "enter", tmp_path / "order.toml", "--by", CLERK)
    watch("pull", f"{batch}-p01", "--key", KEY, "--out", office.folder / "out", code=1)
    watch("status")
    watch("log", "verify")
    watch("request", "receive", request, code=1)
    spoil(office.room(batch) / "rows.parquet")
    watch("log", "verify", code=1)
    watch("explain", batch, kept[0]["row_id"], code=None)
    marks = [mark, *DAYS.values(), TIN]
    marks += [value for row in kept for value in on_file(office, row)]
    assert mark.encode() in (request / "rows.csv").read_bytes()
    nowhere(watch, temporary, before, marks)


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def on_file(office: Office, row: dict[str, object]) -> set[str]:
    """What the records say of somebody who was granted: it went into the sealed package, and nowhere else."""
    found = addresses_on_file(office.lab, int(str(row["record"])), range(2018, 2025))
    return {address["line1"] for address in found.values()}


TOO_LONG = "x" * 2100
NUL, CONTROL, WIDE, OPEN = "\0", "\x1b[31m", "\u00a0", '"'
"""Ways to spoil a field of any kind; `{}` is the mark."""
SPOILT = [
    f"{{}}{TOO_LONG}",
    f"{{}}{NUL}x",
    f"{{}}{CONTROL}",
    f" {{}}{WIDE}",
    f"{{}} {OPEN}x",
    "{}\u202e",
    "{}e\u0301",
    "{}\r",
    "1990-13-41{}",
    "{},{},{}",
    '"{}\n{}"',
    "=1+{}",
]


def test_nothing_malformed_gets_out(
    office: Office, tmp_path: Path, temporary: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    mark, before = f"Zq{secrets.token_hex(6)}", set(SYSTEM.iterdir())
    watch = Watch(office, capfdbinary)

    def everywhere(data: bytes) -> bytes:
        lines = data.decode().split("\n")
        columns = lines[0].split(",")
        made = [
            ",".join(way.format(*[mark] * 3) if at == spoilt else "x" for at in range(len(columns)))
            for way in SPOILT
            for spoilt in range(len(columns))
        ]
        return "\n".join([*lines[:-1], *made, ""]).encode()

    request = rewritten(office.lab / "proper", tmp_path / "rows", rows=everywhere)
    batch = watch("request", "receive", request, code=None).split(":")[0]
    for name, change in {
        "cases": {"cases": everywhere},
        "utf8": {"rows": lambda data: data + f"{mark}".encode() + b"\xff\n"},
        "nul": {"cases": lambda data: data + f"{mark}\0\n".encode()},
        "header": {"rows": lambda data: data.replace(b"first", mark.encode(), 1)},
        "torn": {"rows": lambda data: data + f'"{mark}'.encode()},
        "cover": {"cover": lambda text: text.replace("criminal_investigation", f"{mark} {mark}")},
        "keys": {"cover": lambda text: text + f'{mark} = "{mark}"\n'},
        "toml": {"cover": lambda text: text + f'= {mark} "\n'},
    }.items():
        watch("request", "receive", rewritten(office.lab / "proper", tmp_path / name, **change), code=None)
    odd = rewritten(office.lab / "proper", tmp_path / "signature")
    (odd / "cover.toml.sig").write_text(mark)
    watch("request", "receive", odd, code=1)
    watch("decide", batch, code=None)
    watch("explain", batch, "r00000001", code=None)
    watch("review", "list", batch, code=None)
    watch("prepare", batch, code=1)
    for word in ("status",), ("log", "verify"):
        watch(*word)
    (tmp_path / "order.toml").write_text(f"{mark} = [")
    watch("order", "enter", tmp_path / "order.toml", "--by", CLERK, code=1)
    (tmp_path / "paper").write_text(mark)
    watch("review", "hand-in", batch, tmp_path / "paper", tmp_path / "paper", code=None)
    nowhere(watch, temporary, before, [mark])


@pytest.mark.parametrize("form", ["Zqabc-1", "zqABC-1", "Zqabc1", "5a71616263"])
def test_a_leak_would_be_seen(
    office: Office, temporary: Path, capfdbinary: pytest.CaptureFixture[bytes], form: str
) -> None:
    marks, before = ["Zqabc-1" if form.endswith("1") else "Zqabc"], set(SYSTEM.iterdir())
    said, file, room = Watch(office, capfdbinary), Watch(office, capfdbinary), office.folder / "batches" / "one"
    room.mkdir(parents=True)
    (room / "kept").write_text(form)
    nowhere(said, temporary, before, marks)
    said.said.append(f"at line 3: {form}!".encode())
    with pytest.raises(AssertionError):
        nowhere(said, temporary, before, marks)
    (office.folder / "log" / "notes").write_text(form)
    with pytest.raises(AssertionError):
        nowhere(file, temporary, before, marks)
    (office.folder / "log" / "notes").unlink()
    (temporary / "left").touch()
    with pytest.raises(AssertionError):
        nowhere(file, temporary, before, marks)
