# SPDX-License-Identifier: Apache-2.0
"""No key byte without its leaf under witnesses, wherever a hand-out stops; the next pull starts over."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lawgate.office.handout import pull
from unit.release.crash import pull_stopping
from unit.release.desk import PACKAGE, Office

ROOT = Path(__file__).resolve().parents[2]


class Stop(Exception):
    """The injected failure."""


def steps(root: Path) -> list[str]:
    """Every step of one undisturbed pull, in order, on a copy."""
    copy = root.with_name("copy")
    shutil.copytree(root, copy)
    seen: list[str] = []
    pull_stopping(copy, seen.append)
    shutil.rmtree(copy)
    return seen


KILLED = ("after_head", "before package.tar", "before keys.age", "after keys.age")


def chosen(names: list[str], size: str) -> list[int]:
    """Every step in size full; else the first of each name, which is each port and each stage of its work once."""
    return sorted(range(len(names)) if size == "full" else {names.index(name) for name in names})


def holds(office: Office) -> None:
    """Every key file that ever arrived, whole or half, belongs to a leaf; no package is counted short."""
    leaves = {index for index, leaf in office.log.leaves() if leaf.kind == "handout"}
    delivered = {int(file.parent.name.rsplit("-", 1)[1]) for file in office.handed_out()}
    assert delivered <= leaves
    note = (office.root / "log/checkpoint").read_text().splitlines()
    assert all(index < int(note[1]) for index in delivered), "a key left before its leaf was under witnesses"


@pytest.fixture
def ready() -> Iterator[Path]:
    # In memory where there is such a place: hundreds of hand-outs, and what a killed process leaves is the same there.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        root = Path(folder) / "office"
        root.mkdir()
        Office(root).prepared()
        yield root


def test_a_failure_at_any_step_gives_no_key_away(ready: Path, size: str) -> None:
    names = steps(ready)
    assert len(names) > 30
    for place in chosen(names, size):
        root = ready.with_name(f"at-{place}")
        shutil.copytree(ready, root)
        count = iter(range(len(names)))

        def at(step: str, place: int = place, count=count) -> None:
            if next(count) == place:
                raise Stop(step)

        with pytest.raises(Stop):
            pull_stopping(root, at)
        after = Office(root)
        holds(after)
        # Before the key file was asked for, none may exist.
        early = names[place] == "before keys.age" or place < names.index("before keys.age")
        assert not (early and after.handed_out())
        done = pull(after.release(), PACKAGE, "rk-1", after.courier)
        holds(after)
        assert (root / "out" / done.name / "keys.age").is_file()
        shutil.rmtree(root)


def test_a_killed_process_gives_no_key_away(ready: Path, size: str) -> None:
    names = steps(ready)
    turns = range(len(names)) if size == "full" else [names.index(step) for step in KILLED]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))}
    for place in turns:
        root = ready.with_name(f"kill-{place}")
        shutil.copytree(ready, root)
        command = [sys.executable, "-m", "unit.release.crash", str(root), str(place + 1)]
        killed = subprocess.run(command, env=env, capture_output=True, check=False)
        assert killed.returncode == -9, killed.stderr.decode()
        after = Office(root)
        holds(after)
        assert len(after.handed_out()) == (place >= names.index("after keys.age"))
        # The gate died with the process: nobody waits for it, and the order of things is as before.
        assert after.gate.drain()
        pull(after.release(), PACKAGE, "rk-1", after.courier)
        holds(after)
