# SPDX-License-Identifier: Apache-2.0
"""What every CaseStore promises, held against SQLite: what was saved is there, in order, however a process ends."""

import dataclasses
import multiprocessing
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from lawgate.drivers.sqlite.cases import SqliteCases
from lawgate.model.fault import LawgateError
from lawgate.ports.cases import BatchRow, CaseStore, PackageRow

Open = Callable[[], CaseStore]
BATCH = BatchRow("b-1", "req-1", "p", "agency.a", "rk-1", "received", 3, 2, 1, 0, -1, "", {"rows": 2})


def named(id: str, **more: object) -> BatchRow:
    return dataclasses.replace(BATCH, id=id, **more)


@pytest.fixture(params=["cases.sqlite", "a folder?x=1#y%20z.sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """A function that opens the same store again and again."""
    return lambda: SqliteCases(tmp_path / request.param)


def test_an_empty_store_knows_nothing(opened: Open) -> None:
    store = opened()
    assert (store.batch("b-1"), list(store.batches()), list(store.packages("b-1"))) == (None, [], [])


def test_what_was_saved_is_there_when_opened_again(opened: Open, tmp_path: Path) -> None:
    opened().save(BATCH)
    opened().add_package(PackageRow("k-1", "b-1", 2, 7))
    assert opened().batch("b-1") == BATCH
    assert list(opened().packages("b-1")) == [PackageRow("k-1", "b-1", 2, 7)]
    assert [p.suffix for p in tmp_path.iterdir()] == [".sqlite"], "the file is the one that was named"


def test_saving_again_replaces_and_keeps_the_place(opened: Open) -> None:
    store = opened()
    for id in ("b-2", "b-1", "b-3"):
        store.save(named(id))
    later = named("b-2", state="decided", decision_leaf=5, as_of="2025-06-27T00:00:00Z", figures={"x": 1, "y": 2**62})
    store.save(later)
    assert [b.id for b in store.batches()] == ["b-2", "b-1", "b-3"], "oldest first, whatever was saved last"
    assert store.batch("b-2") == later and store.batch("b-1") == named("b-1")


def test_ids_are_compared_whole(opened: Open) -> None:
    store = opened()
    store.save(named("b-1"))
    for other in ("B-1", "b-1 ", "b_1", "%", "", "b-1' OR 1=1 --"):
        assert store.batch(other) is None
        store.save(named(other))
        assert store.batch(other) == named(other)
    assert len(store.batches()) == 7


def test_a_package_id_is_taken_once(opened: Open) -> None:
    store = opened()
    for id in ("b-1", "b-2"):
        store.save(named(id))
    first = PackageRow("k-1", "b-1", 2, 7)
    store.add_package(first)
    for again in (first, PackageRow("k-1", "b-2", 9, 9)):
        with pytest.raises(LawgateError, match="k-1"):
            store.add_package(again)
    assert list(store.packages("b-1")) == [first] and list(store.packages("b-2")) == []


def test_a_package_needs_its_batch(opened: Open) -> None:
    store = opened()
    with pytest.raises(LawgateError):
        store.add_package(PackageRow("k-1", "absent", 1, 1))
    assert list(store.packages("absent")) == []


def test_packages_come_oldest_first_and_stay_when_the_batch_is_saved_again(opened: Open) -> None:
    store = opened()
    store.save(BATCH)
    made = [PackageRow(id, "b-1", n, n) for n, id in enumerate(("k-9", "k-1", "k-5"))]
    for package in made:
        store.add_package(package)
    store.save(named("b-1", state="decided"))
    assert list(store.packages("b-1")) == made
    assert list(store.every_package()) == made


def _save_and_die(file: Path) -> None:
    store = SqliteCases(file)
    for n in range(20):
        store.save(named(f"b-{n}"))
    os._exit(9)


def test_durable_when_the_call_returns(tmp_path: Path) -> None:
    child = multiprocessing.get_context("fork").Process(target=_save_and_die, args=(tmp_path / "c.sqlite",))
    child.start()
    child.join(30)
    assert child.exitcode == 9
    assert [b.id for b in SqliteCases(tmp_path / "c.sqlite").batches()] == [f"b-{n}" for n in range(20)]


def test_the_file_is_synced_and_has_no_second_journal(tmp_path: Path) -> None:
    store = SqliteCases(tmp_path / "c.sqlite")
    store.save(BATCH)
    with store._engine.connect() as con:
        said = [con.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous", "foreign_keys")]
    assert said == ["delete", 2, 1]
    assert sqlite3.connect(tmp_path / "c.sqlite").execute("SELECT count(*) FROM batch").fetchall() == [(1,)]


def test_a_spoilt_file_is_told_by_the_kind_of_error_and_no_statement(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    store = SqliteCases(file)
    store.save(named("b-secret"))
    file.write_bytes(b"no database" * 1000)
    calls = [
        lambda: SqliteCases(file),
        lambda: SqliteCases(tmp_path / "no folder" / "c.sqlite"),
        lambda: store.save(named("b-secret")),
        lambda: store.batch("b-secret"),
        lambda: list(store.batches()),
        lambda: list(store.packages("b-secret")),
        lambda: store.add_package(PackageRow("k-1", "b-secret", 1, 1)),
    ]
    for call in calls:
        with pytest.raises(LawgateError, match="case store") as told:
            call()
        assert "b-secret" not in str(told.value) and "SELECT" not in str(told.value)


def test_figures_nobody_can_read_are_told(tmp_path: Path) -> None:
    store = SqliteCases(tmp_path / "c.sqlite")
    store.save(BATCH)
    with sqlite3.connect(tmp_path / "c.sqlite") as con:
        con.execute("UPDATE batch SET figures = '('")
    with pytest.raises(LawgateError, match="case store"):
        store.batches()
