# SPDX-License-Identifier: Apache-2.0
"""kill -9 anywhere in log and witness: no acknowledged entry is lost, no root is known that the bytes do not give.

I25 by name: the log only grows, and what is signed is what two computations from stored bytes give.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.log_crash import LOG, ORIGIN, POLICY, count_steps, killed_at, witness_at
from contract.test_log_store import alarms, check_folder
from lawgate.drivers import keys
from lawgate.drivers.tiles import TileLog, publish_head
from lawgate.drivers.witness import Quorum
from lawgate.ledger.checkpoint import Checkpoint, parse_note
from lawgate.ledger.merkle import leaf_hashes, root_of, verify_consistency
from lawgate.ledger.quorum import check
from lawgate.ledger.tile import bundles_for

KILLS = {"ci": 48, "full": 1_050}
A_LOG = 12
"""So many kills meet one and the same log, which goes on from where each left it; then a new one is begun."""


@pytest.fixture
def memory() -> Iterator[Path]:
    # In memory where there is such a place: what a killed process leaves is the same there, and a thousand are quick.
    place = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=place if place.is_dir() else None) as folder:
        yield Path(folder)


def a_plan(chance: random.Random, start: int) -> list[list[bytes]]:
    """Two or three appends from this number on, some across the edge of a tile."""
    plan = []
    for _ in range(chance.choice((2, 2, 3))):
        count = chance.choice((1, 2, 7, 40, 255, 256, 300))
        plan.append(alarms(start, start + count))
        start += count
    return plan


def begun(top: Path) -> Path:
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir()
    with TileLog.create(top / "log", ORIGIN) as log:
        log.append(alarms(0, 1))
        publish_head(log, LOG, POLICY, keys.verify, Quorum([witness_at(top)], POLICY, keys.verify))
    return top


def remembered(top: Path) -> Checkpoint:
    note = witness_at(top).latest(ORIGIN)
    assert note is not None
    return parse_note(note)[0]


def held(top: Path, stored: list[bytes], heads: list[Checkpoint]) -> list[bytes]:
    """What a process finds that opens the log after the kill; every promise made before is kept."""
    with TileLog.open(top / "log", ORIGIN) as log:
        entries = [entry for bundle in bundles_for(log.size()) for entry in log.bundle(bundle)]
        hashes = leaf_hashes(entries)
        assert log.head().root == log.stored_root() == root_of(hashes), "I25: two computations, one root"
        assert entries[: len(stored)] == stored, "an acknowledged entry is lost"
        note = log.checkpoint()
        assert note is not None
        heads = [*heads, check(note, POLICY, keys.verify).checkpoint, remembered(top)]
        for head in heads:
            assert head.size <= len(entries) and head.root == root_of(hashes[: 32 * head.size]), "a root without bytes"
            assert verify_consistency(
                head.size, len(entries), log.prove_consistency(head.size, len(entries)), head.root, log.head().root
            ), "I25: every head is continued by every later one"
    assert [each for each in check_folder(top / "log") if each.broken] == []
    return entries


def test_i25_no_kill_loses_an_acknowledged_entry_or_leaves_a_root_without_its_bytes(memory: Path, size: str) -> None:
    chance, kills, reached = random.Random(f"kill -9, {size}"), 0, 0
    while kills < KILLS[size]:
        top = begun(memory / "log-and-witness")
        stored, heads = alarms(0, 1), [remembered(top)]
        trial = shutil.copytree(top, memory / "trial")
        steps = count_steps(trial, a_plan(chance, 1))
        shutil.rmtree(trial)
        for _ in range(A_LOG):
            told = killed_at(top, a_plan(chance, len(stored)), chance.randrange(1, steps + 1))
            kills += told.killed
            reached += bool(told.stored)
            stored += told.stored
            heads += [check(note, POLICY, keys.verify).checkpoint for note in told.published]
            stored = held(top, stored, heads)
        with TileLog.open(top / "log", ORIGIN) as log:
            publish_head(log, LOG, POLICY, keys.verify, Quorum([witness_at(top)], POLICY, keys.verify))
        assert not any(each.broken for each in check_folder(top / "log"))
    print(f"{kills:,} kills, {reached:,} of them after something was acknowledged")
    assert reached > kills // 4


def test_every_step_of_one_run_is_a_place_to_be_killed_at(memory: Path, size: str) -> None:
    plan = [alarms(1, 3), alarms(3, 260)]
    top = begun(memory / "first")
    steps = count_steps(shutil.copytree(top, memory / "trial"), plan)
    assert steps > 60
    for step in range(1, steps + 1, 1 if size == "full" else 7):
        each = shutil.copytree(top, memory / f"at-{step}")
        told = killed_at(each, plan, step)
        assert told.killed
        held(each, [*alarms(0, 1), *told.stored], [check(n, POLICY, keys.verify).checkpoint for n in told.published])
        shutil.rmtree(each)
