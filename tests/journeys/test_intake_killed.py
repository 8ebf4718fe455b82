# SPDX-License-Identifier: Apache-2.0
"""The receiving process is killed at any step, by a signal nothing can catch; the same command once more finishes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from house.tree import ROOT
from journeys.office import Office, rewritten
from journeys.test_requester import spoiled

PROGRAM = """
import dataclasses, os, signal, sys
from pathlib import Path
from lawgate.office.intake import receive
from lawgate.wiring.folder import open_house
from unit.release.crash import Stopping

office, request, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])

steps = []

def at(step):
    global left
    left -= 1
    steps.append(step)
    if left == 0:
        print(step, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

desk = open_house(office).intake
ports = {name: Stopping(getattr(desk, name), name, at) for name in ("parser", "log", "cases", "rooms", "clock")}
receive(dataclasses.replace(desk, **ports), request)
print("\\n".join(steps))
"""
SOME = ("before rooms.keep", "after rooms.keep", "after log.append", "before cases.save")  # at size ci


def run(office: Office, request: Path, step: int) -> subprocess.CompletedProcess[str]:
    """Receive in a process of its own that kills itself at this step; 0 is never."""
    paths = os.pathsep.join(str(ROOT / part) for part in ("tests", "src"))
    words = [sys.executable, "-c", PROGRAM, str(office.folder), str(request), str(step)]
    return subprocess.run(words, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False)


@pytest.fixture
def request_with_faults(office: Office, tmp_path: Path) -> Path:
    """Thirty rows, two of them wrong."""
    return rewritten(office.lab / "thirty", tmp_path / "request", rows=spoiled)


def settled(office: Office, request: Path) -> str:
    """Send it again until the office says it has it; the batch. Everything is there once, nothing is left over."""
    done = office.call("request", "receive", request)
    if done.exit_code:
        assert "not done: E_AGAIN" in done.stderr
    (batch,) = office.house.decide.cases.batches()
    assert (batch.state, batch.sent, batch.accepted, batch.rejected) == ("received", 30, 28, 2)
    kinds = [leaf.kind for _, leaf in office.house.decide.log.leaves()]
    assert kinds == ["start", "key-registered", "key-registered", "request", "parse"]
    kept = {p.name for p in office.room(batch.id).iterdir()}
    assert kept >= {"cases.parquet", "cover.toml", "cover.toml.sig", "faults.parquet", "rows.parquet"}
    assert [p.name for p in office.room(batch.id).parent.iterdir()] == [batch.id], "no room without a name stays"
    shown = office.call("request", "faults", batch.id)
    assert (shown.exit_code, "2 rows rejected; rooted in leaf 4" in shown.stdout) == (0, True)
    assert office.broken() == []
    return batch.id


def test_receiving_is_taken_up_again_after_a_kill(
    office: Office, request_with_faults: Path, tmp_path: Path, size: str
) -> None:
    whole = office.copy(tmp_path / "whole")
    steps = run(whole, request_with_faults, 0).stdout.splitlines()
    assert len(steps) > 30
    batch = settled(whole, request_with_faults)
    for step in range(1, len(steps) + 1) if size == "full" else [steps.index(name) + 1 for name in SOME]:
        each = office.copy(tmp_path / f"at-{step}")
        killed = run(each, request_with_faults, step)
        assert killed.returncode == -9, killed.stderr
        assert settled(each, request_with_faults) == batch, killed.stdout


def test_killed_in_the_middle_of_reading_no_child_and_no_room_stays(
    office: Office, request_with_faults: Path, tmp_path: Path
) -> None:
    """The child is alive when its parent is killed: it ends with it, and the half-written room goes next time."""
    program = (
        "import os, signal, sys\nfrom lawgate.drivers.parser.answer import Answer\n"
        "take = Answer.take\n"
        "def once(self, tag, data):\n    take(self, tag, data)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "Answer.take = once\n"
    ) + PROGRAM
    paths = os.pathsep.join(str(ROOT / part) for part in ("tests", "src"))
    words = [sys.executable, "-c", program, str(office.folder), str(request_with_faults), "0"]
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    left = [p.name for p in (office.folder / "batches").iterdir()]
    assert len(left) == 1 and left[0].startswith(".")
    settled(office, request_with_faults)
