# SPDX-License-Identifier: Apache-2.0
"""Contracts of OrderRegister, Gate, Lease and Clock, held by every driver of them."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.model.fault import Refused
from lawgate.ports.orders import RegisterBrokenError
from lawgate.protocol.lease import DRAIN_SECONDS, LEASE_SECONDS


@pytest.fixture(params=[FolderRegister])
def register(request, tmp_path: Path):
    return request.param.create(tmp_path / "docket")


def test_what_was_entered_is_in_every_later_reading(register, tmp_path: Path) -> None:
    assert register.texts() == {}
    names = [register.enter(name, text) for name, text in (("order-1", b"one"), ("order-1", b"two"), ("paper", b""))]
    assert names == ["0001-order-1.toml", "0002-order-1.toml", "0003-paper.toml"]
    assert type(register)(tmp_path / "docket").texts() == dict(zip(names, (b"one", b"two", b""), strict=True))


def test_nothing_takes_an_order_away(register) -> None:
    calls = {name for name in dir(register) if not name.startswith("_")}
    assert calls == {"create", "enter", "texts"}


@pytest.mark.parametrize("name", ["", "a", "../x", "A-b-c", "a/b", "order 1", "order-900000001"])
def test_a_name_that_is_no_order_id(register, name: str) -> None:
    with pytest.raises(ValueError, match="id"):
        register.enter(name, b"x")
    assert register.texts() == {}


def test_a_missing_register_is_not_an_empty_one(tmp_path: Path) -> None:
    lost = FolderRegister(tmp_path / "nowhere")
    with pytest.raises(RegisterBrokenError):
        lost.texts()
    with pytest.raises(RegisterBrokenError):
        lost.enter("order-1", b"x")
    (tmp_path / "here").mkdir()
    with pytest.raises(RegisterBrokenError):
        FolderRegister.create(tmp_path / "here")


def test_what_does_not_belong_is_shown_or_breaks(register, tmp_path: Path) -> None:
    for name in ("order-1", "order-2", "order-3"):
        register.enter(name, b"x")
    (tmp_path / "docket/notes.txt").write_bytes(b"hello")
    (tmp_path / "docket/0002-order-2.toml").unlink()
    assert set(register.texts()) == {"0001-order-1.toml", "0003-order-3.toml", "notes.txt", "0002.missing"}
    assert register.enter("order-4", b"x") == "0004-order-4.toml"
    (tmp_path / "docket/link").symlink_to(tmp_path / "docket/notes.txt")
    with pytest.raises(RegisterBrokenError):
        register.texts()
    (tmp_path / "docket/link").unlink()
    (tmp_path / "docket/folder").mkdir()
    with pytest.raises(RegisterBrokenError):
        register.texts()


def test_many_clerks_at_once(register) -> None:
    clerks = [threading.Thread(target=register.enter, args=(f"order-{n}", bytes([n]))) for n in range(8)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    texts = register.texts()
    assert sorted(texts.values()) == [bytes([n]) for n in range(8)]
    assert sorted(int(file[:4]) for file in texts) == list(range(1, 9))


def test_a_name_that_is_to_be_alone_is_asked_for_where_it_is_written(register, tmp_path: Path) -> None:
    """The same text goes in again, another one does not; where the docket cannot be read whole it does all the same."""
    assert register.enter("order-1", b"one", alone=True) == "0001-order-1.toml"
    with pytest.raises(Refused, match=r"order_id_taken: 0001-order-1\.toml"):
        register.enter("order-1", b"two", alone=True)
    assert register.enter("order-1", b"one", alone=True) == "0001-order-1.toml"
    assert register.enter("order-2", b"two", alone=True) == "0002-order-2.toml"
    (tmp_path / "docket/folder").mkdir()
    assert register.enter("order-1", b"two", alone=True) == "0003-order-1.toml"
    (tmp_path / "docket/folder").rmdir()
    assert sorted(register.texts().values()) == [b"one", b"two", b"two"]


def test_of_many_clerks_with_one_name_one_is_alone(register) -> None:
    start, found = threading.Barrier(8), []

    def clerk(n: int) -> None:
        start.wait(5)
        try:
            found.append(register.enter("order-1", bytes([n]), alone=True))
        except Refused as refused:
            found.append(refused.code)

    clerks = [threading.Thread(target=clerk, args=(n,)) for n in range(8)]
    for each in clerks:
        each.start()
    for each in clerks:
        each.join()
    assert sorted(found) == ["0001-order-1.toml", *["order_id_taken"] * 7]
    assert len(register.texts()) == 1


@pytest.fixture
def gate(tmp_path: Path) -> FileGate:
    return FileGate(tmp_path / "gate.lock")


def test_one_lease_at_a_time(gate: FileGate, tmp_path: Path) -> None:
    with gate.lease() as lease:
        assert 0 < lease.left() <= LEASE_SECONDS
        with pytest.raises(Refused, match="gate_busy"), FileGate(tmp_path / "gate.lock").lease():
            raise AssertionError
    with gate.lease():
        pass


def test_a_lease_is_given_back_when_its_work_fails(gate: FileGate) -> None:
    with pytest.raises(KeyError), gate.lease():
        raise KeyError
    assert gate.drain()


def test_a_lease_runs_out_and_cannot_be_renewed(tmp_path: Path) -> None:
    now = [100.0]
    with FileGate(tmp_path / "gate", lambda: now[0]).lease() as lease:
        now[0] += LEASE_SECONDS
        assert lease.left() <= 0
        assert [name for name in dir(lease) if not name.startswith("_")] == ["left"]


def test_draining_waits_for_the_lease(gate: FileGate) -> None:
    entered, leave, found = threading.Event(), threading.Event(), []

    def holder() -> None:
        with gate.lease():
            entered.set()
            leave.wait(5)

    thread = threading.Thread(target=holder)
    thread.start()
    entered.wait(5)
    drainer = threading.Thread(target=lambda: found.append(gate.drain()))
    drainer.start()
    drainer.join(0.1)
    assert found == []
    leave.set()
    drainer.join(5)
    thread.join(5)
    assert found == [True]


def test_draining_ends_although_a_stopped_process_keeps_the_lock(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from lawgate.drivers.orders.gate import FileGate\n"
        "with FileGate(pathlib.Path(sys.argv[1])).lease(): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "gate.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as held:
        assert held.stdout.readline() == b"held\n"
        os.kill(held.pid, signal.SIGSTOP)
        gate, start = FileGate(tmp_path / "gate.lock"), time.monotonic()
        assert gate.drain() is False
        assert DRAIN_SECONDS <= time.monotonic() - start < DRAIN_SECONDS + 1
        os.kill(held.pid, signal.SIGKILL)
        held.wait()
        # The lease dies with its process.
        with gate.lease():
            pass


def test_a_clock_says_its_offset_and_never_runs_back() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is not None
    first = clock.monotonic()
    assert clock.monotonic() >= first


def test_the_same_text_is_kept_once_and_written_again(register, tmp_path: Path) -> None:
    """A sync that failed leaves a text nobody can be sure of: entering it again makes it last."""
    file = register.enter("order-1", b"one")
    before = (tmp_path / "docket" / file).stat().st_ino
    assert register.enter("order-1", b"one") == file
    assert (tmp_path / "docket" / file).stat().st_ino != before
    assert register.texts() == {file: b"one"}
    assert sorted(place.name for place in tmp_path.iterdir()) == ["docket", "docket.lock", "docket.reserve"]


def test_an_order_finds_room_where_there_is_none(register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set aside is given back, once; it is set aside again when there is room."""
    reserve, real = tmp_path / "docket.reserve", os.fsync
    assert reserve.stat().st_size == reserve.stat().st_blocks * 512 == 1 << 20

    def full(handle: int) -> None:
        if reserve.exists() and Path(f"/proc/self/fd/{handle}").readlink().suffix == ".toml":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    assert register.enter("order-1", b"one") == "0001-order-1.toml"
    assert not reserve.exists()
    monkeypatch.undo()
    register.enter("order-2", b"two")
    assert reserve.stat().st_size == 1 << 20
    assert register.texts() == {"0001-order-1.toml": b"one", "0002-order-2.toml": b"two"}


def test_no_room_even_for_that_is_told(register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RegisterBrokenError):
        register.enter("order-1", b"one")


def test_draining_waits_for_the_gates_of_others(tmp_path: Path) -> None:
    """Also for one that may not be looked at: its lease has to run out."""
    now = [0.0]

    def monotonic() -> float:
        now[0] += 0.5
        return now[0]

    other = FileGate(tmp_path / "gate-2")
    gate = FileGate(tmp_path / "gate", monotonic, also=(tmp_path / "gate-2", tmp_path / "gate-3"))
    assert gate.drain()
    with other.lease():
        assert gate.drain() is False
    assert gate.drain()
    (tmp_path / "gate-3").symlink_to(tmp_path / "nowhere")
    assert gate.drain() is False
    assert now[0] >= DRAIN_SECONDS
