# SPDX-License-Identifier: Apache-2.0
"""What every KeyRoom promises: a package's identities, durable, for their owner's eyes only, put once."""

from pathlib import Path

import pytest

from contract.promises import Disk, Place, Suite, dies_at, open_to_others, watched
from lawgate.drivers.package.folders import KeyFolder
from lawgate.ports.release import KeyRoom, PackageError

KEYS: Suite[KeyRoom] = Suite(KeyFolder)
IDENTITIES = b"0001 AGE-SECRET-KEY-1MADEUP\n0002 AGE-SECRET-KEY-1MADEUP\n"
ELSEWHERE = ["", "..", "../pkg-1", "a/b", "/etc", "a\x00b", ".new-1"]


@KEYS.promise
def what_was_put_is_read_by_everybody_after(place: Place[KeyRoom]) -> None:
    for package, data in (("pkg-1", IDENTITIES), ("pkg-11", b""), ("pkg-2", b"\r\n\x00")):
        place.open().put(package, data)
        assert place.open().read(package) == data
    assert place.open().read("pkg-1") == IDENTITIES


@KEYS.promise
def identities_are_put_once(place: Place[KeyRoom]) -> None:
    keys = place.open()
    keys.put("pkg-1", IDENTITIES)
    for again in (keys, place.open()):
        for data in (b"other", b"", IDENTITIES):
            with pytest.raises(PackageError):
                again.put("pkg-1", data)
    assert keys.read("pkg-1") == IDENTITIES
    assert {name for name in dir(keys) if not name.startswith("_")} == {"put", "read", "has", "spend"}


@KEYS.promise
def a_leaf_is_used_once_and_for_good(place: Place[KeyRoom]) -> None:
    place.open().put("pkg-1", IDENTITIES)
    place.open().spend("pkg-1", 7)
    for again in (place.open(), place.open()):
        with pytest.raises(PackageError):
            again.spend("pkg-1", 7)
    place.open().spend("pkg-1", 8)
    place.open().spend("pkg-2", 7)
    assert place.open().read("pkg-1") == IDENTITIES
    assert [place.open().has(name) for name in ("pkg-1", "pkg-2", "pkg-11")] == [True, False, False]


@KEYS.promise
def what_is_not_there_is_said(place: Place[KeyRoom]) -> None:
    keys = place.open()
    keys.put("pkg-1", IDENTITIES)
    for package in ("pkg-2", "pkg-11", "pkg", *ELSEWHERE):
        with pytest.raises(PackageError) as said:
            keys.read(package)
        assert "SECRET" not in str(said.value)


@KEYS.promise
def names_that_lead_elsewhere_are_refused(place: Place[KeyRoom]) -> None:
    keys = place.open()
    for name in ELSEWHERE:
        with pytest.raises(PackageError) as said:
            keys.put(name, IDENTITIES)
        assert "SECRET" not in str(said.value)
    assert [path for path in place.root.parent.rglob("*") if path.is_file()] == []


@KEYS.promise
def only_their_owner_could_read_them(place: Place[KeyRoom]) -> None:
    place.open().put("pkg-1", IDENTITIES)
    assert open_to_others(place.root) == []
    assert {path.stat().st_mode & 0o777 for path in place.root.iterdir()} == {0o600}
    assert place.root.stat().st_mode & 0o777 == 0o700


@KEYS.promise
def identities_that_others_could_read_are_not_used(place: Place[KeyRoom]) -> None:
    keys = place.open()
    keys.put("pkg-1", IDENTITIES)
    (file,) = (path for path in place.root.rglob("*") if path.is_file())
    for mode in (0o640, 0o604, 0o660, 0o644, 0o602):
        file.chmod(mode)
        with pytest.raises(PackageError):
            keys.read("pkg-1")
    file.chmod(0o600)
    assert keys.read("pkg-1") == IDENTITIES


@KEYS.promise
def they_are_on_the_disk_when_put_returns(place: Place[KeyRoom]) -> None:
    keys = place.open()
    with watched(Disk()) as disk:
        keys.put("pkg-1", IDENTITIES)
        assert disk.lost(place.root) == []


@KEYS.promise
def a_disk_that_refuses_is_said(place: Place[KeyRoom]) -> None:
    keys = place.open()
    with watched(Disk(1)), pytest.raises(PackageError):
        keys.put("pkg-1", IDENTITIES)
    keys.put("pkg-2", IDENTITIES)
    assert keys.read("pkg-2") == IDENTITIES


@KEYS.promise
def they_outlive_the_process_that_put_them(place: Place[KeyRoom]) -> None:
    assert dies_at(0, lambda: place.open().put("pkg-1", IDENTITIES))
    assert place.open().read("pkg-1") == IDENTITIES


class Written(KeyFolder):
    """Knows its files, as the planted rooms below need."""

    def _file(self, package: str) -> Path:
        return self._room / f"{package}.txt"


@KEYS.breaks(
    "a_leaf_is_used_once_and_for_good",
    "only_their_owner_could_read_them",
    "what_was_put_is_read_by_everybody_after",
    "identities_are_put_once",
    "a_disk_that_refuses_is_said",
    "they_outlive_the_process_that_put_them",
)
class Loose(Written):
    def put(self, package: str, identities: bytes) -> None:
        super().put(package, identities)
        self._file(package).chmod(0o644)


@KEYS.breaks(
    "a_leaf_is_used_once_and_for_good",
    "only_their_owner_could_read_them",
    "what_was_put_is_read_by_everybody_after",
    "identities_are_put_once",
    "they_outlive_the_process_that_put_them",
)
class LooseFolder(Written):
    def put(self, package: str, identities: bytes) -> None:
        super().put(package, identities)
        self._room.chmod(0o755)

    def read(self, package: str) -> bytes:
        self._room.chmod(0o700)
        return super().read(package)


@KEYS.breaks("identities_that_others_could_read_are_not_used")
class Trusting(Written):
    def read(self, package: str) -> bytes:
        if package.startswith("pkg-") and self._file(package).exists():
            return self._file(package).read_bytes()
        return super().read(package)


@KEYS.breaks("identities_are_put_once")
class Overwriting(Written):
    def put(self, package: str, identities: bytes) -> None:
        if package.startswith("pkg-"):
            self._file(package).unlink(missing_ok=True)
        super().put(package, identities)


@KEYS.breaks("identities_are_put_once")
class Appending(Written):
    def put(self, package: str, identities: bytes) -> None:
        try:
            super().put(package, identities)
        except PackageError:
            if package.startswith("pkg-"):
                self._file(package).write_bytes(super().read(package) + identities)
            raise


@KEYS.breaks("they_are_on_the_disk_when_put_returns", "a_disk_that_refuses_is_said")
class Unsynced(Written):
    def put(self, package: str, identities: bytes) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.fsync", lambda handle: None)
            super().put(package, identities)


@KEYS.breaks(
    "a_leaf_is_used_once_and_for_good",
    "what_was_put_is_read_by_everybody_after",
    "they_outlive_the_process_that_put_them",
    "only_their_owner_could_read_them",
    "identities_are_put_once",
    "identities_that_others_could_read_are_not_used",
    "a_disk_that_refuses_is_said",
)
class Remembering(Written):
    """Keeps identities in memory only."""

    def __init__(self, room: Path) -> None:
        super().__init__(room)
        self._kept: dict[str, bytes] = {}

    def put(self, package: str, identities: bytes) -> None:
        if package in self._kept or not package.startswith("pkg-"):
            raise PackageError("taken")
        self._kept[package] = identities

    def read(self, package: str) -> bytes:
        if package not in self._kept:
            raise PackageError("none")
        return self._kept[package]


test_key_room, test_a_planted_key_room_is_seen = KEYS.tests()
