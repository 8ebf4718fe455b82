# SPDX-License-Identifier: Apache-2.0
"""What every PackageStore promises: whole or absent, durable, the same bytes for the same files, never changed."""

import io
import tarfile
import threading
from collections.abc import Callable, Mapping, Sequence

import pytest

from contract.promises import Disk, Place, Suite, dies_at, open_to_others, watched
from lawgate.drivers.package.folders import PackageFolders
from lawgate.ports.release import PackageError, PackageStore

STORES: Suite[PackageStore] = Suite(PackageFolders)
MEMBERS = [("manifest.json", b"{}"), ("0001.age", b"one"), ("0002.age", b""), ("0003.age", bytes(range(256)) * 99)]
BESIDE = {"review.json": b"r", "statement.json": b""}
OTHER = [("manifest.json", b"{}"), ("0001.age", b"eno")]
ELSEWHERE = ["", "..", "../pkg-1", "a/b", "/etc", "a\x00b", ".new-1"]


def absent(store: PackageStore, package: str = "pkg-1") -> bool:
    """Whether nothing of a package can be read."""
    for ask in (lambda: store.tar(package), lambda: store.beside(package, "review.json")):
        with pytest.raises(PackageError):
            ask()
    return True


def whole(store: PackageStore, tar: bytes, package: str = "pkg-1") -> bool:
    """Whether a package is there as it was put."""
    return store.tar(package) == tar and all(store.beside(package, n) == data for n, data in BESIDE.items())


def refused(put: Callable[[], object]) -> bool:
    """Whether putting is a PackageError."""
    try:
        put()
    except PackageError:
        return True
    return False


@STORES.promise
def what_was_put_is_there_for_everybody(place: Place[PackageStore]) -> None:
    tar = place.open().put("pkg-1", MEMBERS, BESIDE)
    assert whole(place.open(), tar)
    assert [place.open().member(tar, name) for name, _ in MEMBERS] == [data for _, data in MEMBERS]


@STORES.promise
def the_tar_holds_the_members_in_their_order_and_nothing_else(place: Place[PackageStore]) -> None:
    tar = place.open().put("pkg-1", MEMBERS[::-1], BESIDE)
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        found = archive.getmembers()
    assert [m.name for m in found] == [name for name, _ in MEMBERS[::-1]] and all(m.isreg() for m in found)


@STORES.promise
def the_same_members_give_the_same_bytes(place: Place[PackageStore]) -> None:
    store = place.open()
    tars = {store.put(f"pkg-{n}", MEMBERS, {"review.json": bytes([n])} if n else {}) for n in range(3)}
    assert len(tars) == 1
    assert store.put("pkg-4", OTHER, BESIDE) not in tars


@STORES.promise
def an_id_is_taken_once_and_nothing_changes(place: Place[PackageStore]) -> None:
    store = place.open()
    tar = store.put("pkg-1", MEMBERS, BESIDE)
    for again in (store, place.open()):
        for members, beside in (
            (OTHER, {"review.json": b"x"}),
            (MEMBERS, BESIDE),
            ([], {}),
            (OTHER, {"more.json": b""}),
        ):
            assert refused(lambda m=members, b=beside, s=again: s.put("pkg-1", m, b))
    assert whole(store, tar)
    with pytest.raises(PackageError):
        store.beside("pkg-1", "more.json")
    assert {name for name in dir(store) if not name.startswith("_")} == {"put", "tar", "member", "beside"}


@STORES.promise
def of_rivals_for_one_id_one_gets_it(place: Place[PackageStore]) -> None:
    told: dict[int, bytes] = {}
    together = threading.Barrier(4)

    def put(n: int) -> None:
        store, made = place.open(), [("0001.age", bytes([n]))]
        together.wait()
        if not refused(lambda: told.setdefault(n, store.put("pkg-1", made, {"review.json": bytes([n])}))):
            return

    threads = [threading.Thread(target=put, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((winner, tar),) = told.items()
    assert place.open().tar("pkg-1") == tar and place.open().beside("pkg-1", "review.json") == bytes([winner])


@STORES.promise
def it_is_on_the_disk_when_put_returns(place: Place[PackageStore]) -> None:
    store = place.open()
    with watched(Disk()) as disk:
        store.put("pkg-1", MEMBERS, BESIDE)
        store.put("pkg-2", OTHER, {})
        assert disk.lost(place.root) == []


@STORES.promise
def a_disk_that_refuses_leaves_all_or_nothing(place: Place[PackageStore]) -> None:
    store = place.open()
    tar = store.put("pkg-0", MEMBERS, BESIDE)
    for number in range(1, 30):
        package = f"pkg-{number}"
        with watched(Disk(number)) as disk:
            failed = refused(lambda p=package: store.put(p, MEMBERS, BESIDE))
        if disk.count < number:
            break
        assert failed, "a disk that refuses is said"
        if not refused(lambda p=package: store.tar(p)):
            assert whole(store, tar, package)
        else:
            assert absent(store, package) and store.put(package, MEMBERS, BESIDE) == tar
    assert 3 <= number < 29 and whole(store, tar, "pkg-0")


@STORES.promise
def a_process_that_dies_leaves_all_or_nothing(place: Place[PackageStore]) -> None:
    tar = place.open().put("pkg-0", MEMBERS, BESIDE)
    ended, number = False, 0
    while not ended:
        number += 1
        package = f"pkg-{number}"
        ended = dies_at(number, lambda p=package: place.open().put(p, MEMBERS, BESIDE))
        store = place.open()
        gone = refused(lambda s=store, p=package: s.tar(p))
        assert absent(store, package) if gone else whole(store, tar, package)
        assert gone is refused(lambda s=store, p=package: s.beside(p, "review.json"))
    assert not gone


@STORES.promise
def what_is_not_there_is_said(place: Place[PackageStore]) -> None:
    store = place.open()
    assert absent(store)
    tar = store.put("pkg-1", MEMBERS, BESIDE)
    assert absent(store, "pkg-11")
    for ask in (lambda: store.beside("pkg-1", "other.json"), lambda: store.member(tar, "0009.age")):
        with pytest.raises(PackageError):
            ask()
    for spoilt in (b"", b"junk" * 500, tar[:700]):
        with pytest.raises(PackageError):
            store.member(spoilt, "0003.age")


@STORES.promise
def names_that_lead_elsewhere_are_refused(place: Place[PackageStore]) -> None:
    store = place.open()
    store.put("pkg-1", MEMBERS, BESIDE)
    for name in ELSEWHERE:
        calls = (lambda n: store.put(n, OTHER, {}), store.tar, lambda n: store.beside("pkg-1", n))
        for call in (*calls, lambda n: store.put("pkg-2", OTHER, {n: b""})):
            with pytest.raises(PackageError):
                call(name)
    assert absent(store, "pkg-2"), "a name that is refused leaves no package behind"


@STORES.promise
def only_its_owner_reads_it(place: Place[PackageStore]) -> None:
    place.open().put("pkg-1", MEMBERS, BESIDE)
    assert open_to_others(place.root) == []


LEAVES_HALF = "a_disk_that_refuses_leaves_all_or_nothing", "a_process_that_dies_leaves_all_or_nothing"


@STORES.breaks("what_was_put_is_there_for_everybody", "the_same_members_give_the_same_bytes", *LEAVES_HALF)
class ChangingBytes(PackageFolders):
    """Also changes what it says it stored, so that only another look, or another package, shows it."""

    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        return super().put(package, [(name, data.replace(b"one", package.encode())) for name, data in members], beside)


@STORES.breaks("the_tar_holds_the_members_in_their_order_and_nothing_else", "names_that_lead_elsewhere_are_refused")
class Sorting(PackageFolders):
    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        return super().put(package or "pkg-0", sorted(members), beside)


class Forgetting(PackageFolders):
    """Removes a package first when its id is taken; one caller at a time, so that all of them succeed."""

    turn = threading.Lock()

    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        with self.turn:
            for file in (self._room / package).glob("*") if package.startswith("pkg-") else ():
                file.unlink()
            return super().put(package, members, beside)


STORES.breaks("an_id_is_taken_once_and_nothing_changes", "of_rivals_for_one_id_one_gets_it")(Forgetting)


@STORES.breaks("it_is_on_the_disk_when_put_returns")
class Unsynced(PackageFolders):
    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        tar = super().put(package, members, beside)
        (self._room / package / "package.tar").write_bytes(tar)
        return tar


class OneByOne(PackageFolders):
    """Writes the files where they will stand, one after the other."""

    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        tar = super().put(package, members, {})
        if beside:
            rest = super().put(f"{package}.rest", [], beside)
            assert rest
        return tar

    def beside(self, package: str, name: str) -> bytes:
        return super().beside(package if name == "package.tar" else f"{package}.rest", name)


STORES.breaks("names_that_lead_elsewhere_are_refused", *LEAVES_HALF)(OneByOne)


@STORES.breaks("only_its_owner_reads_it")
class ForAll(PackageFolders):
    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        tar = super().put(package, members, beside)
        (self._room / package / "package.tar").chmod(0o644)
        return tar


@STORES.breaks("what_is_not_there_is_said")
class Obliging(PackageFolders):
    def member(self, tar: bytes, name: str) -> bytes:
        try:
            return super().member(tar, name)
        except PackageError:
            return b""


test_package_store, test_a_planted_store_is_seen = STORES.tests()
