# SPDX-License-Identifier: Apache-2.0
"""Several processes at one log: each gets its turn, nothing is lost, and waiting has an end."""

import multiprocessing
from pathlib import Path

import pytest

from lawgate.drivers.tiles.store import TileLog
from lawgate.drivers.tiles.turn import turn
from lawgate.ports.log import LogBrokenError

ORIGIN = "test/log"
EACH = 20


def _write(folder: Path, name: str) -> None:
    for k in range(EACH):
        with turn(folder, ORIGIN) as log:
            log.append([f"{name}-{k}".encode()])


def test_every_writer_gets_its_turn(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    TileLog.create(folder, ORIGIN).close()
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(folder, name)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with turn(folder, ORIGIN) as log:
        stored = [log.read(i).decode() for i in range(log.size())]
    assert sorted(stored) == sorted(f"{name}-{k}" for name in "abc" for k in range(EACH))
    assert [s for s in stored if s.startswith("a")] == [f"a-{k}" for k in range(EACH)]


def test_waiting_has_an_end(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    TileLog.create(folder, ORIGIN).close()
    with turn(folder, ORIGIN), pytest.raises(LogBrokenError), turn(folder, ORIGIN, wait=0.05):
        pass
