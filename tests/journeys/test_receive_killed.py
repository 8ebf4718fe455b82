# SPDX-License-Identifier: Apache-2.0
"""I6: opened records that a killed `receive` left beside its folder do not stay there."""

import fcntl
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from journeys.delivered import made
from lawgate.drivers.age.sealer import AgeSealer
from lawgate.drivers.package.unpack import unpack
from lawgate.office import receive_folder
from lawgate.office.receive import Delivered, Received, receive
from lawgate.office.receive_folder import write_received
from lawgate.wiring.sealers import openers


@pytest.fixture(scope="module")
def received() -> Received:
    sent = made(AgeSealer(), 3, 1)
    return receive(Delivered(sent.tar(), sent.keys(1), None), sent.me.secret, openers(), unpack)


def left_in(folder: Path) -> list[Path]:
    return list(folder.glob(".receiving-*"))


def killed_in(write: Callable[[], object]) -> None:
    """Kill a process after it has written its first record."""
    child = os.fork()
    if child == 0:  # never comes back into the tests
        real = receive_folder._write

        def once(path: Path, data: bytes) -> None:
            real(path, data)
            os.kill(os.getpid(), signal.SIGKILL)

        receive_folder._write = once
        try:
            write()
        finally:
            os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_what_a_kill_left_goes_with_the_next_one(received: Received, tmp_path: Path) -> None:
    killed_in(lambda: write_received(tmp_path / "out", received))
    (left,) = left_in(tmp_path)
    assert len(list(left.iterdir())) == 1 and not (tmp_path / "out").exists()
    assert write_received(tmp_path / "out", received) == 3
    assert left_in(tmp_path) == []
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_what_somebody_is_writing_stays(received: Received, tmp_path: Path) -> None:
    busy, link = tmp_path / ".receiving-busy", tmp_path / ".receiving-link"
    busy.mkdir()
    (tmp_path / "elsewhere").mkdir()
    link.symlink_to(tmp_path / "elsewhere")
    handle = os.open(busy, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        write_received(tmp_path / "out", received)
    finally:
        os.close(handle)
    assert sorted(left_in(tmp_path)) == [busy, link] and (tmp_path / "elsewhere").is_dir()
    write_received(tmp_path / "again", received)
    assert left_in(tmp_path) == [link]
