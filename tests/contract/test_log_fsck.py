# SPDX-License-Identifier: Apache-2.0
"""`fsck` derives every file of a log from its leaves, says what mending takes, and that is what it takes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.log_crash import LOG, ORIGIN, POLICY, witness_at
from contract.test_log_store import alarms, prepared
from lawgate.drivers import keys
from lawgate.drivers.tiles import TileLog, publish_head, verify
from lawgate.drivers.tiles import fsck as fscks
from lawgate.drivers.tiles.fsck import Mend, derive, derived_files, fsck
from lawgate.drivers.witness import Quorum
from lawgate.ledger import commit
from lawgate.ledger.checkpoint import Checkpoint, parse_note
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import subtree_levels

ROWS = 300


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with full and partial bundles, a subtree of two levels, two published heads and a leaf nobody signed."""
    top = tmp_path_factory.mktemp("kept")
    quorum = Quorum([witness_at(top)], POLICY, keys.verify)
    with TileLog.create(top / "log", ORIGIN) as log:
        log.append(alarms(0, 255))
        publish_head(log, LOG, POLICY, keys.verify, quorum)
        made = commit.commit(bytes(ROWS), 1, bytes(32), "b1")
        log.append([*alarms(255, 259), prepared("b1", log.put_subtree([made.leaf_hashes], lambda _: "b1"), ROWS)])
        publish_head(log, LOG, POLICY, keys.verify, quorum)
        log.append(alarms(259, 260))
    assert fsck(top / "log", POLICY, keys.verify) == []
    return top


@pytest.fixture
def log(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept, tmp_path / "top") / "log"


def heads(log: Path) -> list[Checkpoint]:
    note = witness_at(log.parent).latest(ORIGIN)
    assert note is not None
    return [parse_note(note)[0]]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def digest(folder: Path) -> str:
    return hashlib.sha256(repr(sorted(files(folder).items())).encode()).hexdigest()


def mended(log: Path, good: dict[str, bytes], found: list[Mend]) -> None:
    """Do for each file what it takes, as it was said."""
    made = derive(log, [parse_note(good["checkpoint"])[0], *heads(log)])
    for each in found:
        path = each.finding.path
        match each.takes:
            case fscks.FROM_LEAVES:
                data = made.files.get(path) or Checkpoint(ORIGIN, made.size, root(log, made.size)).text.encode()
            case fscks.FROM_LEVEL:
                level = int(path.rpartition("/")[2])
                data = subtree_levels((log / "subtree/b1/0").read_bytes())[level]
            case fscks.FROM_ROWS:
                data = subtree_levels(commit.commit(bytes(ROWS), 1, bytes(32), "b1").leaf_hashes)[0]
            case fscks.FROM_LATER:
                later = max((log / path).parent.iterdir(), key=lambda beside: int(beside.name))
                data = later.read_bytes()[: len(good[path])]
            case fscks.EMPTY_IT:
                data = b""
            case _:
                assert each.takes in (fscks.FROM_COPY, fscks.FROM_WITNESS)
                data = good[path]
        (log / path).parent.mkdir(parents=True, exist_ok=True)
        (log / path).write_bytes(data)


def root(log: Path, size: int) -> bytes:
    with TileLog.open(log, ORIGIN) if (log / "head").exists() else TileLog.create(log, ORIGIN) as opened:
        return opened.head().root


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes() or b" ")
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("spoil", [Path.unlink, flip], ids=["gone", "flipped"])
def test_what_it_takes_is_what_it_takes(log: Path, spoil: Callable[[Path], object]) -> None:
    good, takes = files(log), {}
    for name in sorted(good):
        if name == "head" or (name == "lock" and spoil is Path.unlink):
            continue  # the head has its own test; an absent lock is made by whoever opens the log
        spoil(log / name)
        before = digest(log)
        found = fsck(log, POLICY, keys.verify, heads(log))
        assert digest(log) == before, "fsck changed something"
        broken = [each for each in found if each.finding.broken]
        if spoil is Path.unlink and (older(name, good) or name == "checkpoint"):
            assert broken == []  # a copy that newer ones replaced is not missed; a head is published anew
        else:
            assert {each.finding.path for each in broken} == {name}, name
            assert len({each.takes for each in broken}) == 1
            takes[name] = broken[0].takes
        mended(log, good, broken)
        (log / name).write_bytes(good[name])
        assert not any(each.finding.broken for each in fsck(log, POLICY, keys.verify))
    assert ("checkpoint" in takes) == (spoil is flip)
    derivable = {name for name, said in takes.items() if said == fscks.FROM_LEAVES}
    assert {"tile/0/000", "tile/0/001.p/5", "tile/1/000.p/1"} <= derivable
    assert takes["tile/entries/000"] == takes["tile/entries/001.p/5"] == fscks.FROM_COPY
    assert (takes["subtree/b1/0"], takes["subtree/b1/1"]) == (fscks.FROM_ROWS, fscks.FROM_LEVEL)
    assert takes.get("checkpoint", fscks.FROM_WITNESS) == fscks.FROM_WITNESS


def older(name: str, good: dict[str, bytes]) -> bool:
    folder, _, width = name.rpartition("/")
    return folder.endswith(".p") and any(
        each.startswith(f"{folder}/") and int(each.rpartition("/")[2]) > int(width) for each in good
    )


def test_a_head_is_made_again_from_leaves_only_where_they_were_signed(log: Path) -> None:
    (log / "head").unlink()
    (found,) = [each for each in fsck(log, POLICY, keys.verify, heads(log)) if each.finding.path == "head"]
    assert found.takes == fscks.FROM_LEAVES
    (log / "checkpoint").unlink()
    (found,) = [each for each in fsck(log, POLICY, keys.verify) if each.finding.path == "head"]
    assert found.takes == fscks.FROM_COPY


def test_every_hash_is_made_of_leaves_alone(log: Path) -> None:
    """Without one hash tile left, the leaves and the signed head are enough."""
    good = files(log)
    for name in good:
        if name.startswith("tile/") and not name.startswith("tile/entries/"):
            (log / name).unlink()
    found = [each for each in fsck(log, POLICY, keys.verify) if each.finding.broken]
    assert {each.takes for each in found} == {fscks.FROM_LEAVES}
    for path, data in derive(log, heads(log)).files.items():
        (log / path).parent.mkdir(parents=True, exist_ok=True)
        (log / path).write_bytes(data)
    assert not any(each.broken for each in verify(log, POLICY, keys.verify))
    assert derived_files([*alarms(0, 2)]).keys() == {"tile/entries/000.p/2", "tile/0/000.p/2"}


def test_a_leaf_behind_the_close_is_found_and_left_to_people(tmp_path: Path) -> None:
    closing = StageLeaf("shard-close", "2025-09-25T13:30:00Z", {"size": 1, "next_origin": "n/log", "reason": "year"})
    with TileLog.create(tmp_path / "log", ORIGIN) as log:
        log.append([*alarms(0, 1), closing.render()])
        publish_head(log, LOG, POLICY, keys.verify, Quorum([witness_at(tmp_path)], POLICY, keys.verify))
        assert fsck(tmp_path / "log", POLICY, keys.verify) == []
        log.append(alarms(2, 3))
        publish_head(log, LOG, POLICY, keys.verify, Quorum([witness_at(tmp_path)], POLICY, keys.verify))
    (found,) = fsck(tmp_path / "log", POLICY, keys.verify)
    assert (found.finding.code, found.takes) == ("leaf_after_close", fscks.PEOPLE)


def test_a_head_that_states_any_size_is_no_reason_to_search_for_ever(log: Path) -> None:
    text = (log / "head").read_text().split("\n")
    (log / "head").write_text("\n".join([text[0], "9" * 18, *text[2:]]))
    assert any(each.finding.broken for each in fsck(log, POLICY, keys.verify, heads(log)))
