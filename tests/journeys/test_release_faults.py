# SPDX-License-Identifier: Apache-2.0
"""The machine breaks under a hand-out or an order: disk, syncs, clock, witnesses, messages. The door stays shut."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from house.tree import ROOT
from journeys.soaked import keep
from lawgate.drivers.keys import verify
from lawgate.drivers.witness import LocalWitness, Quorum
from lawgate.ledger.leaf import instant
from lawgate.office.handout import pull
from lawgate.office.orders import BindsUnloggedError, enter_order
from lawgate.ports.log import WitnessRefusalError
from lawgate.protocol.bars import Barred
from lawgate.protocol.lease import LEASE_SECONDS
from unit.release.crash import pull_stopping
from unit.release.desk import (
    LOG_KEY,
    ORIGIN,
    PACKAGE,
    POLICY,
    START,
    WITNESS_KEY,
    HandClock,
    Office,
    an_order_text,
)
from unit.release.once import STOPPED
from unit.release.promises import Folder, broken, readable
from unit.release.racer import RacingOffice, order_text, prepare_office

ENV = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))}
SYNCS = "fsync,fdatasync"
DAY = timedelta(hours=25)


@pytest.fixture
def top() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def ready(top: Path) -> Path:
    """A package that can be pulled, and the text of an order beside its office."""
    prepare_office(top / "ready", 1)
    (top / "order.toml").write_bytes(order_text("order-1", 3600.0))
    return top / "ready"


def chosen(count: int, size: str, some: int) -> list[int]:
    """All numbers from 1 to `count`, or some over the whole length."""
    if size == "full" or count <= some:
        return list(range(1, count + 1))
    return sorted({1 + round(k * (count - 1) / (some - 1)) for k in range(some)})


def once(deed: str, root: Path, *before: str) -> subprocess.CompletedProcess[str]:
    """A deed in a process of its own, started by the words `before`."""
    command = [*before, sys.executable, "-m", "unit.release.once", deed, str(root)]
    return subprocess.run(command, env=ENV, capture_output=True, text=True, check=False, timeout=120)


# The disk says that a sync failed.


@pytest.mark.parametrize("deed", ["pull", "enter"])
def test_a_sync_that_fails(ready: Path, top: Path, deed: str, size: str, need: Callable[[str], Path]) -> None:
    """Whatever was acknowledged before is there, the process stops, and whoever asks again starts over."""
    strace = str(need("strace"))
    whole = shutil.copytree(ready, top / "whole")
    counted = once(deed, whole, strace, "-f", "-qq", "-o", str(top / "trace"), "-e", f"trace={SYNCS}")
    assert counted.returncode == 0, counted.stdout + counted.stderr
    count = most_syncs((top / "trace").read_text())
    assert count > 20
    for number in chosen(count, size, 5):
        root = shutil.copytree(ready, top / f"{deed}-{number}")
        inject = (strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={SYNCS}")
        done = once(deed, root, *inject, "-e", f"inject={SYNCS}:error=EIO:when={number}")
        assert done.returncode == STOPPED, f"sync {number}: {done.stdout}{done.stderr}"
        lasts(root, done.stdout.splitlines())
        goes_on(root, deed, (top / "order.toml").read_bytes())
        shutil.rmtree(root)
    keep(f"a sync fails: {deed}", size, {"syncs": count, "stopped": count, "lost": 0})


def most_syncs(trace: str) -> int:
    """How many syncs the busiest thread did; strace counts those of each thread for itself."""
    return max(Counter(re.findall(r"^(\d+) +f(?:data)?sync\(", trace, re.MULTILINE)).values())


def lasts(root: Path, said: list[str]) -> None:
    """Acknowledged leaves are in the log, and every promise holds."""
    found = Folder.read(root)
    for line in said:
        if line.startswith("leaf "):
            _, index, kind = line.split()
            assert found.leaves[int(index)].kind == kind
    assert broken(root) == []


def goes_on(root: Path, deed: str, text: bytes) -> None:
    """The next pull works, unless something of an order is in the docket; an order can be entered again."""
    office = RacingOffice(root)
    if deed == "enter":
        binds = bool(office.register.texts())
        assert done_or_codes(lambda: pull(office.desk(), PACKAGE, "rk-1", office.courier)) == {
            "order" if binds else "done"
        }
        enter_order(office.orders(), text, "person.c.1")
        assert (root / "docket" / "0001-order-1.toml").read_bytes() == text
        assert [len(Folder.read(root).of(kind)) for kind in ("order-bar", "in-force")] == [1, 1]
    else:
        pull(office.desk(), PACKAGE, "rk-1", office.courier)
    assert broken(root) == []


def done_or_codes(deed: Callable[[], object]) -> set[str]:
    """`done`, or the codes of what barred."""
    try:
        deed()
    except Barred as barred:
        return {bar.code for bar in barred.bars}
    return {"done"}


# The disk is full.


def test_a_full_disk_stops_release_and_no_order(ready: Path, top: Path, need: Callable[[str], Path]) -> None:
    """T54: nothing leaves without room for its leaf; an order comes in from what was set aside for it."""
    shutil.copy(top / "order.toml", ready / "order.toml")
    disk = top / "disk"
    disk.mkdir()
    mounted = f'mount -t tmpfs -o size=4m none "{disk}" && cp -a "{ready}" "{disk}/office" && exec "$@"'
    command = [str(need("unshare")), "--map-root-user", "--mount", "sh", "-c", mounted, "sh"]
    done = once("full", disk / "office", *command)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["pull when full"] != "done"
    assert (said["out"], said["out at the end"], said["broken"]) == (0, 0, [])
    assert said["reserve"] == 1 << 20
    assert (said["order when full"], said["docket"]) == ("done", [True])
    assert "order" in said["pull under the order"].split()
    assert (said["order again"], said["pull at the end"]) == ("done", "Barred order")


# The clock is set.


class TwoClocks(Office):
    """The small custodian; its witness has a clock of its own, that nobody sets."""

    def __init__(self, root: Path, clock: HandClock, at: Callable[[str], None] | None = None) -> None:
        super().__init__(root, clock, at)
        keys = {ORIGIN: LOG_KEY.key}
        witness = LocalWitness(root / "witness", WITNESS_KEY, keys, verify, lambda: int(START.timestamp()))
        self.gather = Quorum([witness], POLICY, verify)


@pytest.mark.parametrize("step", [DAY, -DAY], ids=["forward", "back"])
def test_a_clock_set_between_two_steps(top: Path, step: timedelta, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """I27, T16: set before the last look it bars; whenever it is set, no promise is broken and times never run back."""
    Office(top / "ready").prepared()
    names: list[str] = []
    pull_stopping(shutil.copytree(top / "ready", top / "whole"), names.append)
    # The keeper's look reads the clock after all proofs but one, that of the leaf `handout`.
    proofs = [at for at, name in enumerate(names, 1) if name == "after log.proof"]
    last = [at for at in proofs if at <= names.index("before package.tar")][-2]
    barred = 0
    for place in chosen(len(names), size, 12):
        root, clock, passed = shutil.copytree(top / "ready", top / f"at-{place}"), HandClock(), iter(range(1, 10_000))

        def at(_name: str, place: int = place, clock: HandClock = clock, passed: Iterator[int] = passed) -> None:
            if next(passed) == place:
                clock.at += step

        monkeypatch.setattr("unit.release.crash.Office", lambda where, at, clock=clock: TwoClocks(where, clock, at))
        try:
            pull_stopping(root, at)
        except Barred as found:
            assert {bar.code for bar in found.bars} & {"clock", "fresh", "handout_leaf"}
            barred += 1
        else:
            assert place > last, "the last look came after the clock was set, and saw nothing"
        assert broken(root) == []
        clock.at = START
        office = TwoClocks(root, clock)
        pulls_or_waits(office, step)
        shutil.rmtree(root)
    assert barred


def pulls_or_waits(office: Office, step: timedelta) -> None:
    """With the clock put right a pull works. Where a leaf was dated ahead, nothing goes before time has caught up."""
    ahead = any(leaf.at > instant(START + timedelta(minutes=2)) for _, leaf in office.log.leaves())
    if ahead:
        with pytest.raises(Barred) as found:
            pull(office.release(), PACKAGE, "rk-1", office.courier)
        assert step > timedelta(0)
        assert {bar.code for bar in found.value.bars} == {"handout_leaf"}
    else:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert broken(office.root) == []


@pytest.mark.parametrize("back", [timedelta(seconds=100), DAY], ids=["a little", "a day"])
def test_a_clock_set_back_before_an_order_hands_out_nothing(top: Path, back: timedelta) -> None:
    """Whatever is in the docket binds, also when by the clock it has yet to be learned."""
    clock = HandClock()
    office = TwoClocks(top, clock)
    office.prepared()
    enter_order(office.orders(), an_order_text(), "person.c.1")
    clock.at -= back
    with pytest.raises(Barred) as barred:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert ("order" if back < DAY else "clock") in {bar.code for bar in barred.value.bars}
    assert readable(top) == {}


# Witnesses are away, or slow.


class Away:
    """A witness that is switched off and on."""

    key = WITNESS_KEY.key

    def __init__(self, witness: LocalWitness) -> None:
        self.witness, self.off = witness, False

    def cosign(self, *asked: object) -> bytes:
        if self.off:
            raise WitnessRefusalError("unreachable", None)
        return self.witness.cosign(*asked)

    def latest(self, origin: str) -> bytes | None:
        return None if self.off else self.witness.latest(origin)


def away(office: Office) -> Away:
    """The office's witness, with a switch."""
    witness = LocalWitness(
        office.root / "witness", WITNESS_KEY, {ORIGIN: LOG_KEY.key}, verify, lambda: int(START.timestamp())
    )
    made = Away(witness)
    office.gather = Quorum([made], POLICY, verify)
    return made


def test_without_witnesses_nothing_leaves_and_an_order_binds(top: Path) -> None:
    """T55: release waits, and no data is lost; an order waits for nobody."""
    office = Office(top)
    office.prepared()
    witness = away(office)
    witness.off = True
    with pytest.raises(Barred) as barred:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert "witness" in {bar.code for bar in barred.value.bars}
    with pytest.raises(BindsUnloggedError):
        enter_order(office.orders(), an_order_text(), "person.c.1")
    assert [len(office.kinds(kind)) for kind in ("order-bar", "in-force", "handout")] == [1, 1, 0]
    witness.off = False
    enter_order(office.orders(), an_order_text(), "person.c.1")
    with pytest.raises(Barred) as barred:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert {bar.code for bar in barred.value.bars} == {"order"}
    assert (readable(top), broken(top)) == ({}, [])


def test_a_witness_that_goes_away_after_the_leaf(top: Path) -> None:
    """The leaf is there, and no key: those who are told later are told of a hand-out that may have been."""
    office = Office(top)
    office.prepared()
    witness, desk = away(office), office.release()

    class Log:
        def __getattr__(self, name: str) -> object:
            return getattr(office.log, name)

        def append(self, leaf: object, still: object = None) -> int:
            witness.off = leaf.kind == "handout" or witness.off
            return office.log.append(leaf, still)

    with pytest.raises(Barred) as barred:
        pull(replace(desk, log=Log()), PACKAGE, "rk-1", office.courier)
    assert (barred.value.step, {bar.code for bar in barred.value.bars}) == ("logged", {"handout_leaf"})
    assert (len(office.kinds("handout")), readable(top)) == (1, {})
    witness.off = False
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert (len(office.kinds("handout")), broken(top)) == (2, [])


def test_a_slow_witness_uses_up_the_lease(top: Path) -> None:
    """I4: a hand-out does not wait for a witness longer than its lease lasts."""
    office = Office(top)
    office.prepared()
    witness, plain = away(office), LocalWitness.cosign

    def slow(self: LocalWitness, *asked: object) -> bytes:
        office.clock.seconds += LEASE_SECONDS
        return plain(self, *asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalWitness, "cosign", slow)
        with pytest.raises(Barred) as barred:
            pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert witness.off is False
    assert {bar.code for bar in barred.value.bars} == {"lease"}
    assert (readable(top), office.kinds("handout")) == ({}, [])
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert broken(top) == []
