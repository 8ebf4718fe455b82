# SPDX-License-Identifier: Apache-2.0
"""What every RecordsRoom promises: each import stays under its own manifest, whole, and the latest is the current."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.records import RecordsRoom, RecordStore
from lawgate.wiring.records import KeptRecords

DAY = date(2025, 6, 30)
NOBODY = "0" * 64


def written(text: bytes) -> tuple[str, Callable[[Path], str]]:
    """An import of one made-up file: its manifest, and what writes it."""
    manifest = json.dumps({"files": {"people": hashlib.sha256(text).hexdigest()}}).encode()
    digest = hashlib.sha256(manifest).hexdigest()

    def write(folder: Path) -> str:
        (folder / "people").write_bytes(text)
        (folder / "manifest.json").write_bytes(manifest)
        return digest

    return digest, write


@pytest.fixture
def kept(tmp_path: Path) -> KeptRecords:
    return KeptRecords(tmp_path / "records")


def test_before_the_first_import_there_is_nothing(kept: KeptRecords) -> None:
    room: RecordsRoom = kept
    for ask in (room.current, lambda: room.at(NOBODY, DAY), lambda: room.check(NOBODY)):
        with pytest.raises(LawgateError):
            ask()


def test_an_older_import_stays_beside_the_new_one(kept: KeptRecords) -> None:
    (first, write), (second, write_again) = written(b"one"), written(b"two")
    assert kept.keep(write) == first == kept.current()
    assert kept.keep(write_again) == second == kept.current()
    for manifest in (first, second):
        store: RecordStore = kept.at(manifest, DAY)
        assert store.manifest == manifest
        kept.check(manifest)


def test_the_same_import_again_heals_it_and_is_kept_once(kept: KeptRecords, tmp_path: Path) -> None:
    first, write = written(b"one")
    kept.keep(write)
    place = tmp_path / "records" / first / "people"
    place.write_bytes(b"onf")
    with pytest.raises(LawgateError, match="people is not what was imported"):
        kept.check(first)
    place.unlink()
    with pytest.raises(LawgateError, match="people is not what was imported"):
        kept.check(first)
    assert kept.keep(write) == first
    kept.check(first)
    assert sorted(path.name for path in (tmp_path / "records").iterdir()) == sorted([first, "manifest.json"])


def test_a_manifest_under_another_name_is_not_believed(kept: KeptRecords, tmp_path: Path) -> None:
    (first, write), (second, _) = written(b"one"), written(b"two")
    kept.keep(write)
    (tmp_path / "records" / first).rename(tmp_path / "records" / second)
    for ask in (lambda: kept.at(second, DAY), lambda: kept.check(second), lambda: kept.at(first, DAY)):
        with pytest.raises(LawgateError):
            ask()


@pytest.mark.parametrize("name", ["", ".", "..", "../records", "a" * 63])
def test_a_name_that_leads_elsewhere_is_refused(kept: KeptRecords, name: str) -> None:
    kept.keep(written(b"one")[1])
    with pytest.raises(LawgateError, match="not kept here"):
        kept.at(name, DAY)


def test_an_import_that_fails_leaves_everything_as_it_was(kept: KeptRecords, tmp_path: Path) -> None:
    first, write = written(b"one")
    kept.keep(write)
    before = sorted(path.name for path in (tmp_path / "records").rglob("*"))

    def fails(folder: Path) -> str:
        (folder / "people").write_bytes(b"half")
        raise LawgateError("the source cannot be read")

    with pytest.raises(LawgateError, match="source"):
        kept.keep(fails)
    assert (kept.current(), sorted(path.name for path in (tmp_path / "records").rglob("*"))) == (first, before)


def test_what_an_import_left_that_died_is_cleared_away(kept: KeptRecords, tmp_path: Path) -> None:
    kept.keep(written(b"one")[1])
    left = tmp_path / "records" / ".new-left"
    left.mkdir()
    (left / "people").write_bytes(b"values")
    kept.keep(written(b"two")[1])
    assert not left.exists()
    assert len(list((tmp_path / "records").iterdir())) == 3


def test_one_import_at_a_time(kept: KeptRecords, tmp_path: Path) -> None:
    first, write = written(b"one")

    def twice(folder: Path) -> str:
        with pytest.raises(Refused) as busy:
            KeptRecords(tmp_path / "records").keep(write)
        assert busy.value.code == "import_busy"
        return write(folder)

    assert kept.keep(twice) == first
    kept.check(first)
