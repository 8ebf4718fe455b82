# SPDX-License-Identifier: Apache-2.0
"""The real processes of a hand-out: the keeper killed, the office killed, the machine's clock a day out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, KEY, Office, an_order
from lawgate.drivers.keeper import client
from lawgate.drivers.orders.gate import FileGate
from lawgate.ledger.checkpoint import parse_note
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.ports.keeper import KeeperError
from lawgate.protocol.bars import Barred
from lawgate.wiring.orders import open_orders

QUIET = ("-qq", "-e", "trace=fsync")


@pytest.fixture(scope="module")
def ready(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """An office with a package that can be pulled, and the package's id."""
    office = opened.copy(tmp_path_factory.mktemp("processes") / "office")
    return office, office.prepared(office.decided(office.lab / "proper"), [0, 1]).manifest.package


def pulled(office: Office, package: str, out: Path) -> object:
    """Pull. On a machine with much other work a lease can end before a process has started: then once more."""
    for _ in range(8):
        house = office.house
        try:
            return pull(house.release.release, package, KEY, house.courier(out))
        except Barred as barred:
            if {bar.code for bar in barred.bars} != {"lease"}:
                raise
    raise AssertionError("eight leases ended before anything was done")


def chosen(count: int, size: str) -> list[int]:
    """Every number at size full; else two."""
    return list(range(1, count + 1)) if size == "full" else [count // 3, count - 1]


def syncs(trace: Path) -> int:
    return len(re.findall(r"fsync\(", trace.read_text()))


def holds(office: Office, package: str, out: Path) -> None:
    """Every key file has its leaf under witnesses, nobody holds the gate, and the next pull works."""
    assert FileGate(office.folder / "gate").drain()
    leaves = {index for index, leaf in office.house.decide.log.leaves() if leaf.kind == "handout"}
    sent = {int(file.parent.name.rsplit("-", 1)[1]) for file in out.glob("*/keys.age")}
    assert sent <= leaves
    published, _ = parse_note((office.folder / "log" / "checkpoint").read_bytes())
    assert all(leaf < published.size for leaf in sent)
    assert office.broken() == []
    pulled(office, package, out)
    assert len(list(out.glob("*/keys.age"))) == len(sent) + 1
    enter_order(open_orders(office.folder), an_order("order-after", AGENCY), CLERK)
    with pytest.raises(Barred):
        pulled(office, package, out)
    assert len(list(out.glob("*/keys.age"))) == len(sent) + 1


def test_a_keeper_killed_in_the_middle_of_a_hand_out(
    ready: tuple[Office, str],
    tmp_path: Path,
    size: str,
    need: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its gate goes with it, and the office says that it may have handed out."""
    (office, package), strace, plain = ready, str(need("strace")), client.START
    whole = office.copy(tmp_path / "whole")
    monkeypatch.setattr(client, "START", (strace, *QUIET, "-o", str(tmp_path / "trace"), *plain))
    pulled(whole, package, tmp_path / "whole-out")
    for number in chosen(syncs(tmp_path / "trace"), size):
        each, out = office.copy(tmp_path / f"at-{number}"), tmp_path / f"out-{number}"
        kill = (*QUIET, "-o", "/dev/null", "-e", f"inject=fsync:signal=KILL:when={number}")
        monkeypatch.setattr(client, "START", (strace, *kill, *plain))
        with pytest.raises(KeeperError):
            pulled(each, package, out)
        monkeypatch.setattr(client, "START", plain)
        holds(each, package, out)
        shutil.rmtree(each.folder)


def test_an_office_killed_in_the_middle_of_a_hand_out(
    ready: tuple[Office, str], tmp_path: Path, size: str, need: Callable[[str], Path]
) -> None:
    """The keeper it had started ends by itself."""
    (office, package), strace = ready, str(need("strace"))

    def cli(office: Office, out: Path, *traced: str) -> int:
        command = [strace, *QUIET, *traced, sys.executable, "-m", "lawgate.wiring.main", "pull", package]
        command += ["--key", KEY, "--out", str(out), "--office", str(office.folder)]
        for _ in range(8):
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
            if "the lease has ended" not in done.stderr:
                break
        return done.returncode

    whole = office.copy(tmp_path / "whole")
    assert cli(whole, tmp_path / "whole-out", "-o", str(tmp_path / "trace")) == 0
    for number in chosen(syncs(tmp_path / "trace"), size):
        each, out = office.copy(tmp_path / f"at-{number}"), tmp_path / f"out-{number}"
        assert cli(each, out, "-o", "/dev/null", "-e", f"inject=fsync:signal=KILL:when={number}") == -9
        holds(each, package, out)
        shutil.rmtree(each.folder)


@pytest.mark.parametrize("step", ["-25h", "+25h"])
def test_with_the_clock_a_day_out_nothing_leaves(
    ready: tuple[Office, str], tmp_path: Path, step: str, need: Callable[[str], Path]
) -> None:
    """T16: the command line on a machine whose clock was set back, or forward; the keeper's own clock is right.

    The office's one witness is on the same machine and has the same clock: it is the keeper that sees it then.
    """
    (office, package), out = ready, tmp_path / "out"
    each = office.copy(tmp_path / "office")
    command = [str(need("faketime")), "-f", step, sys.executable, "-m", "lawgate.wiring.main", "pull", package]
    command += ["--key", KEY, "--out", str(out), "--office", str(each.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode != 0
    assert not out.exists() or list(out.rglob("*")) == []
