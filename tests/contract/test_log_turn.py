# SPDX-License-Identifier: Apache-2.0
"""Several processes at one log: each gets its turn, nothing is lost, and waiting has an end."""

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.drivers.tiles.store import TileLog
from lawgate.drivers.tiles.turn import grown, turn
from lawgate.ledger.merkle import HASH, leaf_hashes, root_of
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


HASHES = leaf_hashes([b"1", b"2", b"3"])


def test_writers_go_on_while_a_subtree_is_grown(tmp_path: Path) -> None:
    """A batch is hashed for seconds; an order has the log's turn meanwhile (T53), and the subtree comes in whole."""
    folder = tmp_path / "log"
    TileLog.create(folder, ORIGIN).close()

    def hashes() -> Iterator[bytes]:
        for number in range(3):
            with turn(folder, ORIGIN, wait=0.05) as log:
                log.append([b"beside-%d" % number])
            yield HASHES[number * HASH : (number + 1) * HASH]

    with grown(folder, hashes()) as tree, turn(folder, ORIGIN, wait=0.05) as log:
        log.keep_subtree(tree, "b1")
    assert tree.root == root_of(HASHES)
    with turn(folder, ORIGIN) as log:
        assert [log.read(index) for index in range(log.size())] == [b"beside-0", b"beside-1", b"beside-2"]
        assert log.put_subtree([HASHES], lambda _: "b1") == tree.root
        with pytest.raises(LogBrokenError, match="another subtree"):
            log.put_subtree([HASHES[:HASH]], lambda _: "b1")
    assert not tree.place.exists()


def test_what_was_grown_and_not_kept_is_gone(tmp_path: Path) -> None:
    """By an error inside, and by a process that died: the next to grow removes what it left."""
    folder = tmp_path / "log"
    TileLog.create(folder, ORIGIN).close()
    with pytest.raises(LogBrokenError), grown(folder, [HASHES]) as tree:
        assert tree.place.is_dir()
        raise LogBrokenError("made up")
    assert not tree.place.exists()
    tree.place.mkdir()
    (tree.place / "0").write_bytes(b"left by a dead process")
    with grown(folder, [HASHES]) as again, turn(folder, ORIGIN) as log:
        log.keep_subtree(again, "b1")
    assert again.root == tree.root
    with grown(folder, [HASHES]) as same, turn(folder, ORIGIN) as log:
        log.keep_subtree(same, "b1")
        other = replace(same, place=tmp_path / "other")
        other.place.mkdir()
        with pytest.raises(LogBrokenError, match="another subtree"):
            log.keep_subtree(other, "b1")
        with pytest.raises(ValueError, match="code"):
            log.keep_subtree(same, "a/b")


def test_only_one_grows_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    TileLog.create(folder, ORIGIN).close()
    with grown(folder, [HASHES]), pytest.raises(LogBrokenError), grown(folder, [HASHES], wait=0.05):
        pass
