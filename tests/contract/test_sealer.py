# SPDX-License-Identifier: Apache-2.0
"""Contracts of PackageStore, KeyRoom, Courier, Confidential and ReleaseLog, held by every driver of them."""

import stat
from pathlib import Path

import pytest

from lawgate.drivers.package.archive import write_tar
from lawgate.drivers.package.folders import FolderCourier, KeyFolder, PackageFolders
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.proof import verify_entry
from lawgate.model.fault import LawgateError
from lawgate.ports.release import PackageError
from unit.release.desk import POLICY, Office, Value, verify

MEMBERS = [("manifest.json", b"{}"), ("0001.age", b"one"), ("0002.age", b"")]


def test_a_package_is_whole_the_same_and_never_written_twice(tmp_path: Path) -> None:
    store = PackageFolders(tmp_path / "packages")
    tar = store.put("pkg-1", MEMBERS, {"review.json": b"r"})
    assert tar == store.tar("pkg-1") == write_tar(MEMBERS) == store.put("pkg-2", MEMBERS, {})
    assert [store.member(tar, name) for name, _ in MEMBERS] == [data for _, data in MEMBERS]
    assert store.beside("pkg-1", "review.json") == b"r"
    with pytest.raises(PackageError):
        store.put("pkg-1", MEMBERS, {})
    assert store.beside("pkg-1", "review.json") == b"r"
    assert sorted(path.name for path in (tmp_path / "packages").iterdir()) == ["pkg-1", "pkg-2"]


@pytest.mark.parametrize("name", ["", "..", "../pkg-1", "a/b", "/etc", "a\x00b", ".new-1"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    store, keys, courier = PackageFolders(tmp_path / "p"), KeyFolder(tmp_path / "k"), FolderCourier(tmp_path / "o")
    for call in (lambda: store.put(name, MEMBERS, {}), lambda: store.tar(name), lambda: keys.put(name, b""),
                 lambda: keys.read(name), lambda: courier.deliver(name, [])):  # fmt: skip
        with pytest.raises(PackageError):
            call()


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    store = PackageFolders(tmp_path / "packages")
    with pytest.raises(PackageError):
        store.tar("pkg-1")
    for tar in (b"", b"junk" * 500, write_tar([("a.age", b"1"), ("a.age", b"2")])):
        with pytest.raises(PackageError):
            store.member(tar, "a.age")


def test_identities_are_for_their_owner_only(tmp_path: Path) -> None:
    room = KeyFolder(tmp_path / "keys")
    room.put("pkg-1", b"AGE")
    file = tmp_path / "keys/pkg-1.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert room.read("pkg-1") == b"AGE"
    with pytest.raises(PackageError):
        room.put("pkg-1", b"other")
    file.chmod(0o640)
    with pytest.raises(PackageError):
        room.read("pkg-1")
    file.parent.chmod(0o750)
    with pytest.raises(PackageError):
        KeyFolder(tmp_path / "keys")


def test_a_courier_never_overwrites_and_asks_for_each_file_in_turn(tmp_path: Path) -> None:
    courier = FolderCourier(tmp_path / "out")

    def files():
        yield "package.tar", b"tar"
        assert (tmp_path / "out/box-1/package.tar").read_bytes() == b"tar"
        yield "keys.age", b"keys"

    courier.deliver("box-1", files())
    with pytest.raises(PackageError):
        courier.deliver("box-1", files())

    def stops():
        yield "package.tar", b"tar"
        raise KeyError

    with pytest.raises(KeyError):
        courier.deliver("box-2", stops())
    assert [path.name for path in (tmp_path / "out/box-2").iterdir()] == ["package.tar"]


def test_a_confidential_value_shows_itself_only_when_asked() -> None:
    assert "Made-up" not in f"{Value('1 Made-up Way')!r}"
    assert Value("1 Made-up Way").reveal() == {"line1": "1 Made-up Way", "city": "Springfield"}


def test_the_log_as_releasing_sees_it(tmp_path: Path) -> None:
    office = Office(tmp_path)
    leaf = StageLeaf("alarm", "2030-05-06T14:00:00Z", {"code": "test", "subject": "", "detail": ""})
    other = StageLeaf("alarm", "2030-05-06T14:00:00Z", {"code": "other", "subject": "", "detail": ""})
    before = list(office.log.leaves())
    at = len(before)
    assert office.log.append(leaf) == at
    with pytest.raises(LawgateError):
        office.log.proof(at)
    office.log.publish()
    assert office.log.append(other) == at + 1
    assert list(office.log.leaves()) == list(Office(tmp_path).log.leaves()) == [*before, (at, leaf), (at + 1, other)]
    found = verify_entry(leaf.render(), office.log.proof(at), POLICY, verify)
    assert found.checkpoint.size == at + 1
    with pytest.raises(MalformedError):
        verify_entry(other.render(), office.log.proof(at), POLICY, verify)
    for index in (at + 1, at + 2, -1):
        with pytest.raises(LawgateError):
            office.log.proof(index)
