# SPDX-License-Identifier: Apache-2.0
"""How a key keeper is started and listens: nobody holds it up, nothing in passing ends it, a dead one is in no way."""

import errno
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest

from lawgate.drivers.keeper import client
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.package.folders import FolderCourier
from lawgate.model.fault import LawgateError
from lawgate.ports.keeper import KeeperError, Message, read_frame, write_frame
from lawgate.posts.keeper import serve as served
from lawgate.posts.keeper.keeper import Keeper
from lawgate.wiring.keeper import USAGE

MODULE = [sys.executable, "-I", "-m", "lawgate.wiring.keeper"]


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short path, as a socket needs it, that other accounts may enter."""
    place = Path(tempfile.mkdtemp(prefix="lawgate-"))
    yield place
    shutil.rmtree(place)


class Kept:
    """Stands for a keeper that is asked one thing."""

    def keeps(self, package: str) -> bool:
        return package == "pkg-0001"


def kept() -> Keeper:
    """One question is all that is asked here."""
    return cast(Keeper, Kept())


def served_at(place: Path, make: Callable[[], Keeper]) -> socket.socket:
    """A keeper that listens in a thread of its own, until the socket is shut down."""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind(str(place))
    door.listen(8)

    def run() -> None:
        with suppress(OSError):
            served.serve(door, make, FolderCourier)

    threading.Thread(target=run, daemon=True).start()
    return door


def asked(place: Path) -> Message | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
        talk.settimeout(10)
        talk.connect(str(place))
        with suppress(BrokenPipeError):
            write_frame(talk.sendall, {"keeps": "pkg-0001"})
        return read_frame(talk.recv)


def test_files_that_are_being_replaced_do_not_end_a_keeper(short: Path) -> None:
    errors: list[Exception] = [
        PermissionError(errno.EACCES, "not now", "/a/path"),
        FileNotFoundError(errno.ENOENT, "gone", "/a/path"),
        ValueError("half of a value"),
        KeeperError("the keeper's own words"),
    ]
    wanted: list[Message] = [{"failed": name} for name in ("PermissionError", "FileNotFoundError", "ValueError")]

    def make() -> Keeper:
        if errors:
            raise errors.pop(0)
        return kept()

    door = served_at(short / "s", make)
    try:
        assert [asked(short / "s") for _ in range(5)] == [
            *wanted,
            {"failed": "the keeper's own words"},
            {"keeps": True},
        ]
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()


def test_a_byte_now_and_then_holds_a_keeper_up_for_one_patience(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "PATIENCE", 0.4)
    door = served_at(short / "s", kept)
    slow, enough = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), threading.Event()
    slow.connect(str(short / "s"))

    def drip() -> None:
        with suppress(OSError):
            # A frame of many bytes, of which one comes long before the patience with a single read is over.
            slow.sendall(b"\0\1\0\0")
            while not enough.wait(0.05):
                slow.sendall(b" ")

    dripping = threading.Thread(target=drip, daemon=True)
    try:
        dripping.start()
        assert asked(short / "s") == {"keeps": True}
    finally:
        enough.set()
        dripping.join(10)
        slow.close()
        door.shutdown(socket.SHUT_RDWR)
        door.close()


def test_what_fails_at_the_office_is_not_told_as_the_keepers_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    says = "import socket; s = socket.socket(fileno=0); s.sendall(b'ready\\n'); s.recv(1)"
    monkeypatch.setattr(client, "START", (sys.executable, "-I", "-c", says))
    with pytest.raises(OSError, match="No space left") as failed, client.started([])():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert not isinstance(failed.value, LawgateError)
    monkeypatch.setattr(client, "START", (sys.executable, "-I", "-c", ""))
    with pytest.raises(KeeperError), client.started([])():
        pass


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["office"],
        ["office", "own"],
        ["office", "own", "2"],
        ["office", "own", "-1"],
        ["office", "own", "one"],
        ["office", "own", "0", "--listen"],
        ["office", "own", "0", "--hear", "socket"],
        ["office", "own", "0", "--listen", "socket", "more"],
    ],
)
def test_a_line_that_is_wrong_is_answered_with_the_right_one(arguments: list[str]) -> None:
    line = [*MODULE, *arguments]
    done = subprocess.run(line, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", USAGE + "\n")


def listener(office: Path, place: Path) -> subprocess.Popen[str]:
    command = [*MODULE, str(office), str(office), "0", "--listen", str(place)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def ended(child: subprocess.Popen[str]) -> tuple[int, str]:
    said = child.communicate(timeout=60)[1]
    return child.returncode, said


def test_a_keeper_listens_in_the_place_of_one_that_was_killed_and_of_no_other(short: Path) -> None:
    place, office = short / "s", short / "office"
    office.mkdir()
    for _ in range(2):
        child = listener(office, place)
        try:
            until = time.monotonic() + 30
            while time.monotonic() < until:
                with suppress(OSError):
                    # It is no office, and that is what it says: somebody listens.
                    found = asked(place)
                    break
                time.sleep(0.02)
            assert found is not None and set(found) == {"failed"}
            assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0
            assert ended(listener(office, place)) == (2, "a key keeper listens there already\n")
            assert asked(place) == found, "whoever came second took nothing away"
        finally:
            child.kill()
            child.communicate()
        assert place.is_socket(), "what a kill leaves"


def test_a_keeper_does_not_listen_over_a_file_of_somebodys(short: Path) -> None:
    (short / "office").mkdir()
    (short / "s").write_text("mine")
    code, said = ended(listener(short / "office", short / "s"))
    assert (code, said.startswith("the key keeper cannot listen there: ")) == (2, True)
    assert (short / "s").read_text() == "mine"
    assert ended(listener(short / "none", short / "t"))[0] == 2


FIRST, SECOND = 64_001, 64_002
"""Numbers of accounts; nobody need have them."""


def under(account: int, work: Callable[[], bool]) -> bool:
    """What `work` says, run in a process of that account."""
    child = os.fork()
    if child == 0:  # never comes back into the tests
        code = 2
        try:
            os.setgroups([])
            os.setgid(account)
            os.setuid(account)
            os.umask(0o077)
            code = 0 if work() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_gate_that_another_account_made_first_can_be_taken_and_drained(
    short: Path, need: Callable[[str], Path]
) -> None:
    """Else an order would wait for good behind a command that root ran once."""
    need("account:root")
    short.chmod(0o777)

    def taken() -> bool:
        with FileGate(short / "gate").lease() as lease:
            return lease.left() > 0

    def drained() -> bool:
        return FileGate(short / "gate").drain()

    for account in (FIRST, SECOND, FIRST):
        assert under(account, taken) and under(account, drained)
    assert (short / "gate").stat().st_uid == FIRST


def test_a_keeper_does_not_listen_under_another_account_than_the_offices(
    short: Path, need: Callable[[str], Path]
) -> None:
    """It could read nothing there, and every hand-out would end in an error: it says so at once."""
    need("account:root")
    (short / "office").mkdir()
    os.chown(short / "office", FIRST, FIRST)
    code, said = ended(listener(short / "office", short / "s"))
    assert (code, "account that owns the office folder" in said) == (2, True)
    assert not (short / "s").exists()
