# SPDX-License-Identifier: Apache-2.0
"""However hostile a file is, the child that reads it stays far below its ceiling of memory, and gives an answer."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from house.tree import ROOT
from lawgate.ports.intake import Limits
from unit.intake.samples import CASE_HEADER, ROW_HEADER, Sent, case, row, text

MIB = 1 << 20
BOUND = 384  # MiB resident, a quarter of the ceiling on address space; a child that reads nothing takes about 80
HEAD = f"{ROW_HEADER}\n".encode()


def spread(count: int, stride: int) -> bytes:
    """Rows whose identifiers come in no order, each wrong in five places."""
    bad = {"dob": "x", "tin": "1", "pending": "z", "last": "-", "years": "２０２１"}
    return text(ROW_HEADER, [row(1, row_id=f"r{n * stride % count:07d}{'x' * 50}", **bad) for n in range(count)])


# What is sent at size ci and full, and the code it must be answered with.
HOSTILE: dict[str, tuple[str, Callable[[bool], Sent]]] = {
    "rows of one comma": ("E_COLS", lambda full: Sent(rows=HEAD + b",\n" * (1_000_000 if full else 100_000))),
    "blank lines": ("E_BLANK", lambda full: Sent(rows=HEAD + b"\n" * (1_280_000 if full else 100_000))),
    "no line feed": ("E_FIELD_LEN", lambda full: Sent(rows=HEAD + b"x" * (512 * MIB if full else 64 * MIB))),
    "huge fields": ("E_FIELD_LEN", lambda full: Sent(rows=HEAD + f"{row(1, reason='y' * (7 * MIB))}\n".encode() * 4)),
    "many quotes": ("E_COLS", lambda full: Sent(rows=HEAD + (b'"' * (7 * MIB) + b"\n") * (8 if full else 2))),
    "many commas": ("E_COLS", lambda full: Sent(rows=HEAD + (b"," * (7 * MIB) + b"\n") * (8 if full else 2))),
    "many quoted fields": ("E_COLS", lambda full: Sent(rows=HEAD + (b'"a,b",' * MIB + b"\n") * (8 if full else 1))),
    "an open quote": ("E_QUOTE", lambda full: Sent(rows=HEAD + b'a,"\n' + b"x\n" * (1_000_000 if full else 50_000))),
    "identifiers in no order": ("E_DATE", lambda full: Sent(rows=spread(300_007 if full else 20_011, 7919))),
    "a deep cover": ("E_COVER", lambda full: Sent(changes=[('["mailing_address"]', "[" * 60_000)])),
    "a long dotted key": (
        "E_COVER",
        lambda full: Sent(changes=[("[files]", f"{'.'.join('a' * 30_000)} = 1\n[files]")]),
    ),
    "many tables": ("E_COVER", lambda full: Sent(changes=[("[files]", "[[a]]\n" * 9_000 + "[files]")])),
}


def read(sent: Sent, folder: Path) -> dict[str, object]:
    """What reading the request took, by a process that has no other child."""
    (folder / "room").mkdir()
    command = [sys.executable, str(ROOT / "tests/unit/intake/peak.py"), str(sent.write(folder / "r")), folder / "room"]
    paths = os.pathsep.join(str(ROOT / part) for part in ("tests", "src"))
    done = subprocess.run(command, env={"PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("how", HOSTILE)
def test_memory_is_bounded_whatever_is_sent(how: str, tmp_path: Path, size: str) -> None:
    code, make = HOSTILE[how]
    took = read(make(size == "full"), tmp_path)
    assert code in took["codes"] and "E_PARSER" not in took["codes"], took
    assert took["mib"] <= BOUND <= Limits().memory >> 22, took


def test_a_good_file_of_the_largest_size_stays_below_as_well(tmp_path: Path, size: str) -> None:
    count = 1_280_000 if size == "full" else 60_000
    rows = HEAD + b"".join(f"{row(1, row_id=f'r{n:07d}')}\n".encode() for n in range(count))
    took = read(Sent(text(CASE_HEADER, [case(1)]), rows), tmp_path)
    assert (took["sent"], took["accepted"], took["codes"]) == (count, count, [])
    assert took["mib"] <= BOUND, took
