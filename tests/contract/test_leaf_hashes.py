# SPDX-License-Identifier: Apache-2.0
"""`ports.leaves.LeafHashes`: the same bytes wherever they are made, and a process that goes wrong is not believed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lawgate.drivers.leaves import beside
from lawgate.ledger.commit import commit_pieces
from lawgate.model.fault import LawgateError

KEY, WIDTH, NAME = bytes(range(32)), 12, "batch/decisions"


def rows(*counts: int) -> list[bytes]:
    return [bytes(at % 251 for at in range(k * WIDTH)) for k in counts]


def here(chunks: Iterable[bytes], _count: int) -> Iterator[bytes]:
    return commit_pieces(chunks, WIDTH, KEY, NAME)


def apart(chunks: Iterable[bytes], count: int) -> Generator[bytes]:
    return beside.leaf_hashes(chunks, WIDTH, KEY, NAME, count)


@pytest.mark.parametrize("counts", [(), (1,), (5, 7), (3000, 1, 3000, 2)])
def test_the_same_bytes_in_the_same_pieces(counts: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "FEW", 0)
    made = list(apart(rows(*counts), sum(counts)))
    assert made == list(here(rows(*counts), sum(counts)))
    assert [len(piece) for piece in made] == [32 * k for k in counts]


def test_few_rows_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "CHILD", ("/nowhere",))
    assert list(apart(rows(9), 9)) == list(here(rows(9), 9))


WRONG = {
    "ends at once": "",
    "says nothing": "import sys; sys.stdin.buffer.read(16 + 9 * 44)",
    "says too little": "import sys; sys.stdin.buffer.read(16 + 9 * 44); sys.stdout.buffer.write(bytes(32))",
    "says other hashes": "import sys; sys.stdin.buffer.read(16 + 9 * 44); sys.stdout.buffer.write(bytes(9 * 32))",
}


@pytest.mark.parametrize("how", WRONG)
def test_a_process_that_goes_wrong(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "FEW", 0)
    monkeypatch.setattr(beside, "CHILD", (sys.executable, "-c", WRONG[how]))
    with pytest.raises(LawgateError, match="hashing process"):
        list(apart(rows(9), 9))


def test_a_process_that_listens_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "FEW", 0)
    monkeypatch.setattr(beside, "CHILD", (sys.executable, "-S", "-c", ""))

    def late() -> Iterator[bytes]:
        time.sleep(0.2)
        yield from rows(9, 9)

    with pytest.raises(LawgateError, match="hashing process"):
        list(apart(late(), 18))


HANGS = (sys.executable, "-S", "-c", "import sys, time; sys.stdin.buffer.read(16); time.sleep(60)")


def test_a_process_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "FEW", 0)
    monkeypatch.setattr(beside, "CHILD", HANGS)
    monkeypatch.setattr(beside, "PATIENCE", 0.2)
    start = time.monotonic()
    with pytest.raises(LawgateError, match="does not answer"):
        list(apart(rows(9, 9), 18))
    assert time.monotonic() - start < 20


def test_whoever_goes_wrong_meanwhile_does_not_wait_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "FEW", 0)
    monkeypatch.setattr(beside, "CHILD", HANGS)

    def spoilt() -> Iterator[bytes]:
        yield from rows(100_000)  # more than a pipe holds
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(apart(spoilt(), 100_000))
    assert time.monotonic() - start < 20


def test_whoever_stops_asking_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "FEW", 0)
    started: list[int] = []
    popen = subprocess.Popen

    def kept(command: tuple[str, ...], **more: Any) -> "subprocess.Popen[bytes]":
        child: subprocess.Popen[bytes] = popen(command, **more)
        started.append(child.pid)
        return child

    monkeypatch.setattr(subprocess, "Popen", kept)
    asked = apart(rows(9, 9, 9), 27)
    next(asked)
    asked.close()
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


ASKS = """
import sys
from lawgate.drivers.leaves import beside
beside.FEW = 0
popen = beside.subprocess.Popen
def kept(*args, **more):
    child = popen(*args, **more)
    print(child.pid, flush=True)
    return child
beside.subprocess.Popen = kept
asked = beside.leaf_hashes(iter([bytes(12 * 9)] * 3), 12, bytes(32), "batch/decisions", 27)
next(asked)
print("asked", flush=True)
sys.stdin.read()
"""


def test_the_process_ends_with_the_one_that_started_it() -> None:
    with subprocess.Popen((sys.executable, "-c", ASKS), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asker:
        assert asker.stdout is not None
        child = int(asker.stdout.readline())
        assert asker.stdout.readline() == b"asked\n" and running(child)
        asker.send_signal(signal.SIGKILL)
    end = time.monotonic() + 20
    while running(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not running(child)


def running(process: int) -> bool:
    """Whether it runs: one that ended and that nobody has asked about yet does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
