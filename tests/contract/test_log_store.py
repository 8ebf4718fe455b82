# SPDX-License-Identifier: Apache-2.0
"""What every LogReader and LogStore promises, held against the folder driver: durability, crashes, every byte."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lawgate.drivers import keys, tiles
from lawgate.drivers.tiles import Finding, TileLog, TileReader
from lawgate.drivers.witness import LocalWitness, Quorum
from lawgate.ledger import commit, merkle
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import leaf_hashes, root_of
from lawgate.ledger.note import COSIGNATURE, ED25519, Note, sign_line
from lawgate.ledger.quorum import Policy, check
from lawgate.ledger.schema import FIELDS
from lawgate.ledger.tile import ENTRIES, TileId
from lawgate.ports.log import LogBrokenError, LogReader, LogStore

ORIGIN = "log.example/2025"
LOG = keys.KeySigner(ORIGIN, ED25519, bytes(range(32)))
WITNESS = keys.KeySigner("witness.example/1", COSIGNATURE, bytes(range(1, 33)))
POLICY = Policy(LOG.key, (WITNESS.key,), 1)
AT = "2025-09-25T13:30:{:02}Z"
STEPS = ("before_tile", "after_tile", "after_head")


def alarm(number: int) -> bytes:
    return StageLeaf("alarm", AT.format(number % 60), {"code": "test", "subject": f"s{number}", "detail": ""}).render()


def alarms(start: int, end: int) -> list[bytes]:
    return [alarm(0).replace(b"s0", f"s{number}".encode()) for number in range(start, end)]


def prepared(name: str, root: bytes, rows: int) -> bytes:
    empty = {"digest": "00" * 32, "id": "x", "number": 0, "count": 0}
    body = {field: empty.get(type_, "x") for field, type_ in FIELDS["prepared"].items()}
    return StageLeaf("prepared", AT.format(0), {**body, "subtree": name, "root": root.hex(), "rows": rows}).render()


def gather(folder: Path) -> Quorum:
    witness = LocalWitness(folder, WITNESS, {ORIGIN: LOG.key}, keys.verify, lambda: 1_750_000_000)
    return Quorum([witness], POLICY, keys.verify)


def publish(log: LogStore, folder: Path) -> Checkpoint:
    return tiles.publish_head(log, LOG, POLICY, keys.verify, gather(folder)).checkpoint


@pytest.fixture
def log(tmp_path: Path) -> Iterator[TileLog]:
    with TileLog.create(tmp_path / "log", ORIGIN) as found:
        yield found


def check_folder(folder: Path) -> list[Finding]:
    return tiles.verify(folder, POLICY, keys.verify)


def test_the_driver_is_the_port(log: TileLog) -> None:
    reader: LogReader = TileReader(log._folder)
    store: LogStore = log
    assert reader.head() == store.head() == Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT)
    assert store.checkpoint() is None


@pytest.mark.parametrize("steps", [[1] * 5, [255, 1, 1], [256], [257, 255], [1000], [0, 3, 0], [300, 300, 300]])
def test_appended_leaves_are_there_after_reopening(log: TileLog, tmp_path: Path, steps: list[int]) -> None:
    total = 0
    for count in steps:
        assert log.append(alarms(total, total + count)) == range(total, total + count)
        total += count
        assert log.head().root == log.stored_root() == root_of(leaf_hashes(alarms(0, total)))
    log.close()
    with TileLog.open(tmp_path / "log", ORIGIN) as again:
        assert again.size() == total
        assert [again.read(index) for index in range(total)] == alarms(0, total)
        publish(again, tmp_path / "w")
    assert check_folder(tmp_path / "log") == []


def test_proofs_from_tiles_verify(log: TileLog) -> None:
    log.append(alarms(0, 300))
    log.append(alarms(300, 700))
    hashes = leaf_hashes(alarms(0, 700))
    for size in (1, 255, 256, 257, 299, 512, 700):
        root = root_of(hashes[: 32 * size])
        for index in {0, size // 2, size - 1}:
            path = log.prove_inclusion(index, size)
            assert merkle.verify_inclusion(hashes[32 * index :][:32], index, size, path, root)
        path = log.prove_consistency(size, 700)
        assert merkle.verify_consistency(size, 700, path, root, root_of(hashes))
    for call in (lambda: log.prove_inclusion(0, 701), lambda: log.prove_consistency(1, 701)):
        with pytest.raises(ValueError, match=r"."):
            call()


def test_reading_what_is_not_there(log: TileLog) -> None:
    log.append(alarms(0, 3))
    for index in (-1, 3):
        with pytest.raises(IndexError):
            log.read(index)
    for name in (TileId(0, 1, 1), TileId(1, 0, 1), TileId(ENTRIES, 0, 4)):
        with pytest.raises(KeyError):
            log.tile(name)
    assert len(log.tile(TileId(0, 0, 3))) == 96


def test_partial_tiles_of_published_sizes_stay_until_the_full_one_is_there(log: TileLog, tmp_path: Path) -> None:
    log.append(alarms(0, 3))
    publish(log, tmp_path / "w")
    log.append(alarms(3, 9))
    assert len(log.tile(TileId(0, 0, 3))) == 96
    log.append(alarms(9, 256))
    assert not (tmp_path / "log/tile/0/000.p").exists()
    assert len(log.tile(TileId(0, 0, 3))) == 96
    assert log.tile(TileId(ENTRIES, 0, 3)) == b"".join(len(x).to_bytes(2, "big") + x for x in alarms(0, 3))


def test_a_leaf_too_long_writes_nothing(log: TileLog) -> None:
    with pytest.raises(ValueError, match="65535"):
        log.append([b"x", b"x" * 65536])
    assert log.size() == 0
    assert log.append([b"x" * 65535]) == range(1)


def test_one_writer(log: TileLog, tmp_path: Path) -> None:
    with pytest.raises(LogBrokenError, match="another writer"):
        TileLog.open(tmp_path / "log", ORIGIN)
    log.close()
    with pytest.raises(LogBrokenError, match="closed"):
        log.append([b"x"])
    with pytest.raises(LogBrokenError, match="already"):
        TileLog.create(tmp_path / "log", ORIGIN)
    with pytest.raises(LogBrokenError, match="another origin"):
        TileLog.open(tmp_path / "log", "log.example/other")
    with pytest.raises(LogBrokenError, match="no log"):
        TileLog.open(tmp_path / "none", ORIGIN)
    TileLog.open(tmp_path / "log", ORIGIN).close()


class StopError(Exception):
    """The program stops here."""


def stopping(at: str) -> Callable[[str], None]:
    def stop(name: str) -> None:
        if name == at:
            raise StopError(name)

    return stop


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("before", "more"), [(3, 2), (255, 1), (250, 600), (256, 256), (0, 1)])
def test_a_torn_append_is_gone_or_whole(tmp_path: Path, step: str, before: int, more: int) -> None:
    folder = tmp_path / "log"
    with TileLog.create(folder, ORIGIN) as log:
        log.append(alarms(0, before))
        publish(log, tmp_path / "w")
    torn = TileLog.open(folder, ORIGIN, stopping(step))
    with pytest.raises(StopError):
        torn.append(alarms(before, before + more))
    with pytest.raises(LogBrokenError, match="failed"):
        torn.append([b"x"])
    torn.close()
    with TileLog.open(folder, ORIGIN) as again:
        total = before + (more if step == "after_head" else 0)
        assert again.size() == total
        again.append(alarms(total, total + 7))
        publish(again, tmp_path / "w")
        assert [again.read(index) for index in range(total + 7)] == alarms(0, total + 7)
    assert check_folder(folder) == []


def test_every_cut_between_two_renames_is_recovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop before each single rename of an append that touches many files; the old log must come back whole."""
    rename, number = Path.replace, 0
    while True:
        folder = tmp_path / f"log{number}"
        with TileLog.create(folder, ORIGIN) as log:
            log.append(alarms(0, 250))
            left = [number]

            def replace(path: Path, target: Path, left: list[int] = left) -> Path:
                left[0] -= 1
                if left[0] < 0:
                    raise StopError
                return rename(path, target)

            monkeypatch.setattr(Path, "replace", replace)
            stopped = False
            try:
                log.append(alarms(250, 520))
            except StopError:
                stopped = True
            monkeypatch.setattr(Path, "replace", rename)
        with TileLog.open(folder, ORIGIN) as again:
            total = 250 if stopped else 520
            assert again.size() == total
            assert again.stored_root() == root_of(leaf_hashes(alarms(0, total)))
        shutil.rmtree(folder)
        number += 1
        if not stopped:
            break
    assert number > 8


def test_a_tail_under_a_checkpoint_is_never_cut(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    with TileLog.create(folder, ORIGIN) as log:
        log.append(alarms(0, 3))
        early = (folder / "head").read_bytes()
        log.append(alarms(3, 6))
        publish(log, tmp_path / "w")
    (folder / "head").write_bytes(early)
    before = sorted(path.as_posix() for path in folder.rglob("*"))
    with pytest.raises(LogBrokenError, match="not covered"):
        TileLog.open(folder, ORIGIN)
    assert sorted(path.as_posix() for path in folder.rglob("*")) == before
    assert "smaller_than_checkpoint" in {each.code for each in check_folder(folder)}


@pytest.mark.parametrize("name", ["tile/0/000.p/6", "tile/entries/000.p/6", "head", "checkpoint"])
def test_a_spoilt_log_is_not_opened(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "log"
    with TileLog.create(folder, ORIGIN) as log:
        log.append(alarms(0, 6))
        publish(log, tmp_path / "w")
    data = bytearray((folder / name).read_bytes())
    data[24] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(LogBrokenError):
        TileLog.open(folder, ORIGIN)


def test_nothing_is_signed_over_rotten_bytes(tmp_path: Path) -> None:
    signed: list[bytes] = []

    class Counting(keys.KeySigner):
        def sign(self, message: bytes) -> bytes:
            signed.append(message)
            return super().sign(message)

    signer = Counting(ORIGIN, ED25519, bytes(range(32)))
    for name, at in (("tile/entries/000.p/6", 30), ("tile/0/000.p/6", 30), ("tile/0/000.p/6", 150)):
        folder = tmp_path / name.replace("/", "-") / str(at)
        with TileLog.create(folder, ORIGIN) as log:
            log.append(alarms(0, 2))
            publish(log, tmp_path / f"w{at}{len(name)}")
            log.append(alarms(2, 6))
            data = bytearray((folder / name).read_bytes())
            data[at] ^= 1
            (folder / name).write_bytes(bytes(data))
            with pytest.raises(LogBrokenError):
                quorum = gather(tmp_path / f"w{at}{len(name)}")
                tiles.publish_head(log, signer, POLICY, keys.verify, quorum)
    assert signed == []


def test_publishing_checks_the_head(log: TileLog, tmp_path: Path) -> None:
    log.append(alarms(0, 6))
    assert publish(log, tmp_path / "w").size == 6

    def note(origin: str, size: int, root: bytes) -> bytes:
        text = Checkpoint(origin, size, root).text
        return Note(text, (sign_line(LOG.key, LOG.sign, text),)).render()

    root = log.head().root
    smaller = root_of(leaf_hashes(alarms(0, 5)))
    for bad in (
        note("other", 6, root),
        note(ORIGIN, 5, smaller),
        note(ORIGIN, 7, root),
        note(ORIGIN, 6, bytes(32)),
        b"x",
    ):
        with pytest.raises(LogBrokenError):
            log.publish(bad)
    published = log.checkpoint()
    assert published is not None
    assert check(published, POLICY, keys.verify).checkpoint.size == 6


def test_the_wrong_key_signs_nothing(log: TileLog, tmp_path: Path) -> None:
    other = keys.KeySigner(ORIGIN, ED25519, bytes(32))
    with pytest.raises(LogBrokenError, match="not the log key"):
        tiles.publish_head(log, other, POLICY, keys.verify, gather(tmp_path / "w"))


@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257, 1000, 70_000])
def test_subtrees(log: TileLog, tmp_path: Path, rows: int) -> None:
    committed = commit.commit(bytes(4 * rows), 4, bytes(32), "b1/decided")
    assert log.put_subtree([committed.leaf_hashes], lambda _: "b1.decided") == committed.root
    assert log.put_subtree([committed.leaf_hashes], lambda _: "b1.decided") == committed.root
    with pytest.raises(LogBrokenError, match="another subtree"):
        log.put_subtree([committed.leaf_hashes, bytes(32)], lambda _: "b1.decided")
    assert [each.code for each in check_folder(tmp_path / "log") if each.broken] == []
    log.append([prepared("b1.decided", committed.root, rows)])
    publish(log, tmp_path / "w")
    assert check_folder(tmp_path / "log") == []
    for index in {0, rows // 2, rows - 1} if rows else ():
        opening = commit.open_row(bytes(4 * rows), 4, bytes(32), "b1/decided", index)
        assert commit.verify_row(committed.root, rows, opening, log.prove_row("b1.decided", index, rows))


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", ".x", "a" * 65, "a\n"])
def test_a_subtrees_name_is_a_code(log: TileLog, name: str) -> None:
    with pytest.raises(ValueError, match="code"):
        log.put_subtree([bytes(32)], lambda _: name)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with a full and a partial bundle, two published heads, two subtrees, older partial tiles."""
    top = tmp_path_factory.mktemp("small")
    rows = {"b1.decided": 300, "b1.prepared": 2}
    with TileLog.create(top / "log", ORIGIN) as log:
        log.append(alarms(0, 255))
        publish(log, top / "w")
        for name, count in rows.items():
            committed = commit.commit(bytes(count), 1, bytes(32), name)
            root = log.put_subtree([committed.leaf_hashes], lambda _, name=name: name)
            log.append([prepared(name, root, count)])
        log.append([alarm(1)])
        publish(log, top / "w")
    assert check_folder(top / "log") == []
    return top / "log"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of five leaves with two published heads, a subtree and an older partial tile."""
    top = tmp_path_factory.mktemp("tiny")
    with TileLog.create(top / "log", ORIGIN) as log:
        log.append(alarms(0, 2))
        publish(log, top / "w")
        committed = commit.commit(bytes(3), 1, bytes(32), "b1")
        log.append([*alarms(2, 4), prepared("b1", log.put_subtree([committed.leaf_hashes], lambda _: "b1"), 3)])
        publish(log, top / "w")
    return top / "log"


def flip_and_check(folder: Path, step: int) -> int:
    """Flip one bit in every `step`-th byte of every file; each must be found, and its file named."""
    flipped = 0
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name, good = path.relative_to(folder).as_posix(), path.read_bytes()
        for at in range(0, len(good), step):
            path.write_bytes(good[:at] + bytes([good[at] ^ (1 << at % 8)]) + good[at + 1 :])
            found = [each for each in check_folder(folder) if each.broken]
            assert found, f"byte {at} of {name}"
            # A head that names a larger size cannot be told from lost files: both are then named by what is missing.
            assert name in {each.path for each in found} or name == "head", f"byte {at} of {name}: {found}"
            flipped += 1
        path.write_bytes(good)
    assert check_folder(folder) == []
    return flipped


def test_every_flipped_byte_is_found(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "log")
    assert flip_and_check(tmp_path / "log", 1) > 1500


def test_flipped_bytes_of_a_log_with_full_tiles_are_found(small: Path, tmp_path: Path, size: str) -> None:
    shutil.copytree(small, tmp_path / "log")
    assert flip_and_check(tmp_path / "log", 7 if size == "full" else 97) > 400


@pytest.mark.parametrize(
    ("name", "at", "place"),
    [
        ("tile/entries/000", 5000, "entry"),
        ("tile/entries/001.p/2", 40, "entry 0 (leaf 256)"),
        ("tile/0/000", 64, "hash 2 (bytes 64 to 95)"),
        ("tile/0/001.p/2", 63, "hash 1 (bytes 32 to 63)"),
        ("tile/1/000.p/1", 0, "hash 0 (bytes 0 to 31)"),
        ("subtree/b1.decided/0", 0, "hash 0 or one of the next 255"),
        ("subtree/b1.decided/1", 0, "hash 0"),
        ("subtree/b1.prepared/0", 0, ""),
    ],
)
def test_the_place_is_named(small: Path, tmp_path: Path, name: str, at: int, place: str) -> None:
    shutil.copytree(small, tmp_path / "log")
    data = bytearray((tmp_path / "log" / name).read_bytes())
    data[at] ^= 0x10
    (tmp_path / "log" / name).write_bytes(bytes(data))
    found = check_folder(tmp_path / "log")
    assert {each.path for each in found} == {name}
    assert found[0].place.startswith(place)
    assert name in found[0].sentence()


def test_missing_cut_and_foreign_files_are_found(small: Path, tmp_path: Path) -> None:
    files = {each.relative_to(small) for each in small.rglob("*") if each.is_file()}
    for name in sorted(files - {Path("lock"), Path("tile/0/001.p/1"), Path("tile/entries/001.p/1")}):
        path = small / name
        for damage in ("remove", "cut", "grow"):
            shutil.copytree(small, tmp_path / "log")
            if damage == "remove":
                (tmp_path / "log" / name).unlink()
            else:
                data = path.read_bytes()
                (tmp_path / "log" / name).write_bytes(data[:-1] if damage == "cut" else data + b"\n")
            found = check_folder(tmp_path / "log")
            if name.as_posix() in {"checkpoint"} and damage == "remove":
                assert [(each.code, each.broken) for each in found] == [("not_published", False)]
            else:
                assert name.as_posix() in {each.path for each in found if each.broken}, (name, damage, found)
            shutil.rmtree(tmp_path / "log")
    shutil.copytree(small, tmp_path / "log")
    for stranger in ("extra", "tile/0/007", "tile/9/000", "subtree/b1.decided/9"):
        (tmp_path / "log" / stranger).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / stranger).write_bytes(b"x")
        assert [(each.path, each.code) for each in check_folder(tmp_path / "log")] == [
            (stranger, "not_part_of_the_log")
        ]
        (tmp_path / "log" / stranger).unlink()


def test_a_rewrite_signed_with_the_logs_own_key_lacks_the_witness(small: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "log", ignore_errors=True)
    with TileLog.create(tmp_path / "log", ORIGIN) as log:
        log.append(alarms(1, 3))
        text = log.head().text
        log.publish(Note(text, (sign_line(LOG.key, LOG.sign, text),)).render())
    assert {each.code for each in check_folder(tmp_path / "log")} == {"too_few_witnesses"}


def test_leaves_out_of_form_or_out_of_time_are_found(log: TileLog, tmp_path: Path) -> None:
    log.append([alarm(5), alarm(4), b"{}"])
    publish(log, tmp_path / "w")
    found = check_folder(tmp_path / "log")
    assert [(each.place, each.code) for each in found] == [
        ("leaf 1", "time_runs_back"),
        ("leaf 2", "leaf_malformed:leaf_form"),
    ]
