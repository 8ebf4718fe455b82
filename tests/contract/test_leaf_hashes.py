# SPDX-License-Identifier: Apache-2.0
"""`ports.leaves.LeafHashes`: the same bytes wherever they are made, and a process that goes wrong is not believed."""

import os
import sys
from collections.abc import Iterable, Iterator

import pytest

from lawgate.drivers.leaves import beside
from lawgate.ledger.commit import commit_pieces
from lawgate.model.fault import LawgateError

KEY, WIDTH, NAME = bytes(range(32)), 12, "batch/decisions"


def rows(*counts: int) -> list[bytes]:
    return [bytes(at % 251 for at in range(k * WIDTH)) for k in counts]


def here(chunks: Iterable[bytes], _count: int) -> Iterator[bytes]:
    return commit_pieces(chunks, WIDTH, KEY, NAME)


def apart(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
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


def test_whoever_stops_asking_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "FEW", 0)
    started: list[int] = []
    popen = beside.subprocess.Popen

    def kept(*args: object, **more: object) -> object:
        child = popen(*args, **more)  # type: ignore[call-overload]  # only handed on
        started.append(child.pid)
        return child

    monkeypatch.setattr(beside.subprocess, "Popen", kept)
    asked = apart(rows(9, 9, 9), 27)
    next(asked)
    asked.close()  # type: ignore[attr-defined]  # a generator
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
