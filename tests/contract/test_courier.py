# SPDX-License-Identifier: Apache-2.0
"""What every Courier promises: a new name, nothing overwritten, each file safe before the next is asked for."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from contract.promises import Disk, Place, Suite, dies_at, open_to_others, watched
from lawgate.drivers.package.folders import FolderCourier
from lawgate.ports.release import Courier, PackageError

COURIERS: Suite[Courier] = Suite(FolderCourier)
FILES = [("package.tar", bytes(range(256)) * 99), ("keys.age", b"keys"), ("letter.txt", b"")]
ELSEWHERE = ["", "..", "../box-1", "a/b", "/etc", "a\x00b", ".new-1"]


def arrived(place: Place[Courier], name: str = "box-1") -> dict[str, bytes]:
    """What lies where the recipient collects it."""
    return {path.name: path.read_bytes() for path in (place.root / name).iterdir()}


@COURIERS.promise
def every_file_arrives_under_the_name(place: Place[Courier]) -> None:
    for name in ("box-1", "box-11"):
        place.open().deliver(name, iter(FILES))
        assert arrived(place, name) == dict(FILES)
    place.open().deliver("box-2", [])
    assert arrived(place, "box-2") == {}


@COURIERS.promise
def a_second_keeper_puts_its_file_beside_the_first_ones(place: Place[Courier]) -> None:
    with pytest.raises(PackageError):
        place.open().deliver("box-1", [("keys-2.age", b"second")], beside=True)
    assert not (place.root / "box-1").exists()
    place.open().deliver("box-1", FILES)
    place.open().deliver("box-1", [("keys-2.age", b"second")], beside=True)
    with pytest.raises(PackageError):
        place.open().deliver("box-1", [("keys.age", b"over it")], beside=True)
    assert arrived(place) == {**dict(FILES), "keys-2.age": b"second"}


@COURIERS.promise
def a_name_is_used_once(place: Place[Courier]) -> None:
    courier = place.open()
    courier.deliver("box-1", FILES)
    for again in (courier, place.open()):
        for files in ([], FILES, [("keys.age", b"other")], [("more.txt", b"more")]):
            with pytest.raises(PackageError):
                again.deliver("box-1", files)
    assert arrived(place) == dict(FILES)


@COURIERS.promise
def nothing_is_asked_for_when_the_name_is_used(place: Place[Courier]) -> None:
    courier, asked = place.open(), []

    def files() -> Iterator[tuple[str, bytes]]:
        asked.append("asked")
        yield "keys.age", b"keys"

    courier.deliver("box-1", [])
    with pytest.raises(PackageError):
        courier.deliver("box-1", files())
    assert asked == []


@COURIERS.promise
def a_file_of_one_delivery_is_never_overwritten(place: Place[Courier]) -> None:
    with pytest.raises(PackageError):
        place.open().deliver("box-1", [("keys.age", b"one"), ("keys.age", b"two")])
    assert arrived(place) == {"keys.age": b"one"}


@COURIERS.promise
def each_file_is_on_the_disk_before_the_next_is_asked_for(place: Place[Courier]) -> None:
    courier = place.open()
    with watched(Disk()) as disk:

        def files() -> Iterator[tuple[str, bytes]]:
            for number, file in enumerate(FILES):
                assert disk.lost(place.root) == []
                assert arrived(place) == dict(FILES[:number])
                yield file

        courier.deliver("box-1", files())
        assert disk.lost(place.root) == []


def stopping(error: BaseException) -> Iterator[tuple[str, bytes]]:
    """One file, and then an error."""
    yield FILES[0]
    raise error


@COURIERS.promise
def an_error_of_the_files_comes_through(place: Place[Courier]) -> None:
    for number, error in enumerate((KeyError("k"), ValueError("v"), PackageError("p"), KeyboardInterrupt())):
        with pytest.raises(type(error)) as caught:
            place.open().deliver(f"box-{number}", stopping(error))
        assert caught.value is error
        assert arrived(place, f"box-{number}") == dict(FILES[:1]), "and what was delivered before stays"


@COURIERS.promise
def a_disk_that_refuses_is_said_and_ends_it(place: Place[Courier]) -> None:
    for number in range(1, 30):
        asked: list[str] = []

        def files(asked: list[str] = asked) -> Iterator[tuple[str, bytes]]:
            for name, data in FILES:
                asked.append(name)
                yield name, data

        courier = place.open()
        with watched(Disk(number)) as disk:
            try:
                courier.deliver(f"box-{number}", files())
            except PackageError:
                assert disk.count == number and len(asked) <= number
            else:
                assert disk.count < number
                break
    assert number > 3


@COURIERS.promise
def what_was_delivered_outlives_the_process(place: Place[Courier]) -> None:
    assert dies_at(0, lambda: place.open().deliver("box-1", FILES))
    assert arrived(place) == dict(FILES)


@COURIERS.promise
def names_that_lead_elsewhere_are_refused(place: Place[Courier]) -> None:
    courier = place.open()
    for name in ELSEWHERE:
        with pytest.raises(PackageError):
            courier.deliver(name, FILES)
    for number, name in enumerate(ELSEWHERE):
        with pytest.raises(PackageError):
            courier.deliver(f"box-{number}", [(name, b"x")])
    assert [path for path in place.root.parent.rglob("*") if path.is_file()] == []


@COURIERS.promise
def only_the_custodian_and_the_recipient_get_in(place: Place[Courier]) -> None:
    place.open().deliver("box-1", FILES)
    assert open_to_others(place.root) == []


Deliver = Callable[[str, Iterable[tuple[str, bytes]]], None]
TAKEN = ("a_name_is_used_once", "nothing_is_asked_for_when_the_name_is_used")


class Bold(FolderCourier):
    """Removes what stands in its way."""

    def clear(self, name: str) -> None:
        for file in (self._room / name).glob("*") if name.startswith("box-") else ():
            file.unlink()
        if name.startswith("box-") and (self._room / name).exists():
            (self._room / name).rmdir()


@COURIERS.breaks(*TAKEN, "a_second_keeper_puts_its_file_beside_the_first_ones")
class Overwriting(Bold):
    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        self.clear(name)
        super().deliver(name, files, beside=beside)


@COURIERS.breaks(
    "each_file_is_on_the_disk_before_the_next_is_asked_for",
    "an_error_of_the_files_comes_through",
    "nothing_is_asked_for_when_the_name_is_used",
    "a_disk_that_refuses_is_said_and_ends_it",
)
class AllAtOnce(FolderCourier):
    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        super().deliver(name, list(files), beside=beside)


@COURIERS.breaks("an_error_of_the_files_comes_through")
class Smoothing(FolderCourier):
    """Takes an error of the files for the end of them."""

    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        def until_error() -> Iterator[tuple[str, bytes]]:
            try:
                yield from files
            except (KeyError, ValueError):
                return

        super().deliver(name, until_error(), beside=beside)


@COURIERS.breaks("an_error_of_the_files_comes_through")
class Tidying(Bold):
    """Takes away what had arrived when the rest does not come."""

    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        try:
            super().deliver(name, files, beside=beside)
        except (KeyError, ValueError):
            self.clear(name)
            raise


@COURIERS.breaks("each_file_is_on_the_disk_before_the_next_is_asked_for", "a_disk_that_refuses_is_said_and_ends_it")
class Unsynced(FolderCourier):
    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.fsync", lambda handle: None)
            super().deliver(name, files, beside=beside)


@COURIERS.breaks(
    "every_file_arrives_under_the_name",
    "a_name_is_used_once",
    "what_was_delivered_outlives_the_process",
    "a_second_keeper_puts_its_file_beside_the_first_ones",
)
class LosingEmptyFiles(FolderCourier):
    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        super().deliver(name, ((file, data) for file, data in files if data), beside=beside)


@COURIERS.breaks("only_the_custodian_and_the_recipient_get_in")
class ForAll(FolderCourier):
    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        super().deliver(name, files, beside=beside)
        (self._room / name).chmod(0o755)


test_courier, test_a_planted_courier_is_seen = COURIERS.tests()


@pytest.mark.parametrize("error", [OSError(5, "gone"), TimeoutError(), ConnectionResetError()], ids=repr)
def test_an_error_of_the_files_that_a_disk_could_raise_comes_through(error: OSError, tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:
        FolderCourier(tmp_path / "place").deliver("box-1", stopping(error))
    assert caught.value is error
