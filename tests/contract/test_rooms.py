# SPDX-License-Identifier: Apache-2.0
"""What every Rooms promises: one private folder a batch, durable, whole, and never two batches in one room."""

import hashlib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from contract.promises import Disk, Place, Suite, dies_at, watched
from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.rooms import Rooms

ROOMS: Suite[Rooms] = Suite(FolderRooms)
ELSEWHERE = ["", "..", "../b-1", "a/b", "/etc", "a\x00b", ".hidden", "b 1"]


def kept(rooms: Rooms, batch: str = "b-1", data: bytes = b"one") -> Path:
    """A room under its batch's name, with one file in it."""
    started = rooms.start()
    room = rooms.keep(started, batch)
    rooms.write(batch, "a.bin", data)
    rooms.drop(started)
    return room


@ROOMS.promise
def a_new_room_is_empty_and_its_own(place: Place[Rooms]) -> None:
    rooms = place.open()
    made = [rooms.start() for _ in range(3)]
    assert len(set(made)) == 3
    assert [list(room.iterdir()) for room in made] == [[], [], []]


@ROOMS.promise
def only_its_owner_gets_in(place: Place[Rooms]) -> None:
    rooms = place.open()
    for room in (rooms.start(), kept(rooms), rooms.path("b-1"), place.root):
        assert room.stat().st_mode & 0o077 == 0


@ROOMS.promise
def what_was_in_the_room_is_there_under_its_name(place: Place[Rooms]) -> None:
    rooms = place.open()
    room = rooms.start()
    (room / "rows.parquet").write_bytes(b"rows")
    named = rooms.keep(room, "b-1")
    assert not room.exists() and named == rooms.path("b-1") == place.open().path("b-1")
    assert rooms.read("b-1", "rows.parquet") == b"rows" and [p.name for p in named.iterdir()] == ["rows.parquet"]


@ROOMS.promise
def a_name_is_taken_once(place: Place[Rooms]) -> None:
    rooms = place.open()
    kept(rooms)
    for again in (rooms, place.open()):
        other = again.start()
        with pytest.raises(LawgateError):
            again.keep(other, "b-1")
        assert other.exists(), "the room that could not be kept is still there to be dropped"
    assert rooms.read("b-1", "a.bin") == b"one"


@ROOMS.promise
def dropping_takes_a_room_that_was_not_kept_and_no_other(place: Place[Rooms]) -> None:
    rooms = place.open()
    first, other = rooms.start(), rooms.start()
    (first / "rows.parquet").write_bytes(b"rows")
    rooms.drop(first)
    rooms.drop(first)
    assert not first.exists() and other.exists()
    named = rooms.keep(other, "b-1")
    for room in (other, named):
        rooms.drop(room)
    assert rooms.path("b-1") == named


@ROOMS.promise
def what_a_process_that_died_left_is_cleared_away(place: Place[Rooms]) -> None:
    rooms = place.open()
    kept(rooms)
    here = rooms.start()
    child = os.fork()
    if not child:
        # Ends as a killed process does: nothing of it runs any more.
        (place.open().start() / "rows.parquet").write_bytes(b"values")
        os._exit(0)
    os.waitpid(child, 0)
    left = set(place.root.iterdir()) - {here, rooms.path("b-1")}
    assert [[file.name for file in room.iterdir()] for room in left] == [["rows.parquet"]]
    there = place.open().start()
    assert set(place.root.iterdir()) == {here, there, rooms.path("b-1")}, "only what nobody is in goes"


@ROOMS.promise
def the_same_files_again_are_worked_on_elsewhere(place: Place[Rooms]) -> None:
    rooms = place.open()
    kept(rooms)
    again = rooms.again("b-1", ["a.bin"])
    assert (again / "a.bin").read_bytes() == b"one"
    (again / "made.bin").write_bytes(b"two")
    rooms.drop(again)
    assert not again.exists()
    assert [path.name for path in rooms.path("b-1").iterdir()] == ["a.bin"]
    before = set(place.root.iterdir())
    for batch, names in (("b-1", ["a.bin", "b.bin"]), ("b-2", ["a.bin"]), ("b-1", ["../b-1/a.bin"])):
        with pytest.raises(LawgateError):
            rooms.again(batch, names)
    assert set(place.root.iterdir()) == before


@ROOMS.promise
def discarding_takes_the_room_of_that_batch_only(place: Place[Rooms]) -> None:
    rooms = place.open()
    kept(rooms, "b-1")
    kept(rooms, "b-10")
    for _ in range(2):
        rooms.discard("b-1")
    with pytest.raises(LawgateError):
        place.open().path("b-1")
    assert rooms.read("b-10", "a.bin") == b"one"
    kept(rooms, "b-1", b"anew")
    assert rooms.read("b-1", "a.bin") == b"anew"


@ROOMS.promise
def it_is_told_whether_a_batch_has_a_room(place: Place[Rooms]) -> None:
    rooms = place.open()
    assert not rooms.has("b-1")
    kept(rooms)
    assert place.open().has("b-1") and not place.open().has("b-10")
    rooms.discard("b-1")
    assert not rooms.has("b-1")


@ROOMS.promise
def what_is_not_there_is_said(place: Place[Rooms]) -> None:
    rooms = place.open()
    calls = [lambda: rooms.path("b-1"), lambda: rooms.read("b-1", "a"), lambda: rooms.write("b-1", "a", b"")]
    for call in (*calls, lambda: rooms.digest("b-1", "a")):
        with pytest.raises(LawgateError):
            call()
    kept(rooms)
    (rooms.path("b-1") / "folder").mkdir()
    for name in ("b.bin", "folder"):
        for ask in (rooms.read, rooms.digest):
            with pytest.raises(LawgateError):
                ask("b-1", name)


@ROOMS.promise
def a_file_is_read_back_whole(place: Place[Rooms]) -> None:
    rooms = place.open()
    kept(rooms)
    for data in (b"", b"\r\n\x00\xff", bytes(range(256)) * 9000, b"short"):
        rooms.write("b-1", "a.bin", data)
        assert rooms.read("b-1", "a.bin") == place.open().read("b-1", "a.bin") == data
        assert rooms.digest("b-1", "a.bin") == hashlib.sha256(data).hexdigest()


@ROOMS.promise
def names_that_lead_elsewhere_are_refused(place: Place[Rooms]) -> None:
    rooms = place.open()
    kept(rooms)
    for name in ELSEWHERE:
        for call in (rooms.path, rooms.discard, lambda n: rooms.keep(rooms.start(), n)):
            with pytest.raises(LawgateError):
                call(name)
        for ask in (rooms.read, rooms.digest, lambda b, n: rooms.write(b, n, b"x")):
            with pytest.raises(LawgateError):
                ask("b-1", name)
    assert rooms.read("b-1", "a.bin") == b"one"


@ROOMS.promise
def it_is_on_the_disk_when_the_call_returns(place: Place[Rooms]) -> None:
    rooms = place.open()
    with watched(Disk()) as disk:
        rooms.keep(rooms.start(), "b-1")
        assert "place" not in disk.lost(place.root), "the folder of rooms knows the new name"
        rooms.write("b-1", "a.bin", b"one")
        assert disk.lost(rooms.path("b-1")) == []
        rooms.write("b-1", "a.bin", b"other")
        assert disk.lost(rooms.path("b-1")) == []


@ROOMS.promise
def a_file_is_the_old_one_or_the_new_one_however_writing_ends(place: Place[Rooms]) -> None:
    kept(place.open())
    for number in range(9):
        before = place.open().read("b-1", "a.bin")
        ended = dies_at(number, lambda: place.open().write("b-1", "a.bin", b"new" * 9000))
        now = place.open().read("b-1", "a.bin")
        assert now == b"new" * 9000 if ended else now in (before, b"new" * 9000)
        place.open().write("b-1", "a.bin", b"one")


def rivals(rooms: Callable[[], Rooms], filled: bool) -> list[str]:
    """What four who keep a room under one name at once are told."""
    told: list[str] = []
    together = threading.Barrier(4)

    def keep() -> None:
        mine = rooms()
        room = mine.start()
        if filled:
            (room / "rows.parquet").write_bytes(b"rows")
        together.wait()
        try:
            mine.keep(room, "b-1")
            told.append("kept")
        except LawgateError:
            told.append("taken")
        except OSError:
            told.append("broken")

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


class Wrapping(FolderRooms):
    """Sound; the planted drivers below change one thing each."""


@ROOMS.breaks("only_its_owner_gets_in")
class Open(Wrapping):
    def start(self) -> Path:
        room = super().start()
        room.chmod(0o755)
        return room


@ROOMS.breaks("a_name_is_taken_once")
class Replacing(Wrapping):
    def keep(self, room: Path, batch: str) -> Path:
        self.discard(batch)
        return super().keep(room, batch)


@ROOMS.breaks("dropping_takes_a_room_that_was_not_kept_and_no_other")
class DroppingAll(Wrapping):
    def drop(self, room: Path) -> None:
        shutil.rmtree(room, ignore_errors=True)


@ROOMS.breaks("discarding_takes_the_room_of_that_batch_only")
class DiscardingByPrefix(Wrapping):
    def discard(self, batch: str) -> None:
        self._place(batch)
        for room in self._base.glob(f"{batch}*"):
            shutil.rmtree(room)


@ROOMS.breaks(
    "a_new_room_is_empty_and_its_own",
    "dropping_takes_a_room_that_was_not_kept_and_no_other",
    "only_its_owner_gets_in",
    "the_same_files_again_are_worked_on_elsewhere",
    "what_a_process_that_died_left_is_cleared_away",
)
class OneForAll(Wrapping):
    def start(self) -> Path:
        room = self._base / "unnamed-1"
        room.mkdir(exist_ok=True)
        room.chmod(0o700)
        return room


@ROOMS.breaks("what_a_process_that_died_left_is_cleared_away")
class Hoarding(Wrapping):
    def _sweep(self) -> None:
        return


@ROOMS.breaks(
    "a_new_room_is_empty_and_its_own",
    "dropping_takes_a_room_that_was_not_kept_and_no_other",
    "only_its_owner_gets_in",
    "what_a_process_that_died_left_is_cleared_away",
)
class Sweeping(Wrapping):
    def _sweep(self) -> None:
        for room in self._base.glob(".unnamed-*"):
            shutil.rmtree(room)


@ROOMS.breaks("the_same_files_again_are_worked_on_elsewhere")
class InTheSameRoom(Wrapping):
    def again(self, batch: str, names: Sequence[str]) -> Path:
        return self.path(batch)


@ROOMS.breaks("it_is_on_the_disk_when_the_call_returns")
class Unsynced(Wrapping):
    def write(self, batch: str, name: str, data: bytes) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.fsync", lambda handle: None)
            super().write(batch, name, data)


@ROOMS.breaks("a_file_is_the_old_one_or_the_new_one_however_writing_ends")
class InPlace(Wrapping):
    def write(self, batch: str, name: str, data: bytes) -> None:
        super().write(batch, name, b"")
        super().write(batch, name, data)


@ROOMS.breaks("it_is_told_whether_a_batch_has_a_room")
class Sure(Wrapping):
    def has(self, batch: str) -> bool:
        return self._base.is_dir()


@ROOMS.breaks("a_file_is_read_back_whole")
class Trimming(Wrapping):
    def read(self, batch: str, name: str) -> bytes:
        return super().read(batch, name).removeprefix(b"\r\n")


@ROOMS.breaks("what_is_not_there_is_said")
class Obliging(Wrapping):
    def write(self, batch: str, name: str, data: bytes) -> None:
        self._place(batch).mkdir(mode=0o700, exist_ok=True)
        super().write(batch, name, data)


test_rooms, test_a_planted_rooms_is_seen = ROOMS.tests()


@pytest.mark.parametrize("filled", [False, True])
def test_of_rivals_for_one_name_one_gets_it(filled: bool, tmp_path: Path) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for number in range(60):
            assert rivals(lambda n=number: FolderRooms(tmp_path / str(n)), filled) == ["kept", *["taken"] * 3]
    finally:
        sys.setswitchinterval(before)


def test_a_kept_room_is_never_dropped_whatever_its_name(tmp_path: Path) -> None:
    rooms = FolderRooms(tmp_path / "place")
    rooms.drop(kept(rooms, "unnamed-1"))
    assert rooms.read("unnamed-1", "a.bin") == b"one"


def test_one_at_a_time_at_a_batch(tmp_path: Path) -> None:
    rooms = FolderRooms(tmp_path / "place")
    started = rooms.start()
    rooms.keep(started, "b-1")
    with pytest.raises(Refused, match="batch_busy"), FolderRooms(tmp_path / "place").alone("b-1"):
        pass  # whoever started a room is alone in it under its new name, until they drop it
    rooms.drop(started)
    with rooms.alone("b-1"):
        with pytest.raises(Refused) as busy, FolderRooms(tmp_path / "place").alone("b-1"):
            pass
        assert busy.value.code == "batch_busy"
    with pytest.raises(BlockingIOError), rooms.alone("b-1"):
        raise BlockingIOError
    with FolderRooms(tmp_path / "place").alone("b-1"):
        pass
