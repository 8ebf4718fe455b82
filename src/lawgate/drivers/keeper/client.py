# SPDX-License-Identifier: Apache-2.0
"""`ports.release.KeyKeeper` over a socket: to a keeper that is started for one conversation, or is always there."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from lawgate.model.fault import Refused
from lawgate.ports.clock import running
from lawgate.ports.keeper import KeeperError, Message, heard, read_frame, write_frame
from lawgate.ports.release import Courier, PackageError
from lawgate.protocol.lease import left
from lawgate.protocol.steps import Handed, Stopped

PATIENCE = 60.0
START = (sys.executable, "-I", "-m", "lawgate.wiring.keeper")
READY = b"ready\n"
Connect = Callable[[], AbstractContextManager[socket.socket]]


class SocketKeeper:
    """A `KeyKeeper` (see `ports.release`)."""

    def __init__(self, connect: Connect) -> None:
        """`connect` opens one conversation, and ends it."""
        self._connect = connect

    def keep(self, package: str, identities: bytes) -> None:
        """Give the identities away. PackageError when the keeper has some already, or could not keep them."""
        with self._connect() as talk:
            said = _ask(talk, {"keep": package, "identities": base64.b64encode(identities).decode()})
        if said.get("kept") is not True:
            raise PackageError(f"the keeper did not take the keys: {said.get('failed', 'no reason given')}")

    def keeps(self, package: str) -> bool:
        """Whether the keeper has identities of the package. KeeperError when it cannot say."""
        with self._connect() as talk:
            found = _ask(talk, {"keeps": package}).get("keeps")
        if not isinstance(found, bool):
            raise KeeperError("the keeper does not say whether it has the keys of this package")
        return found

    @contextmanager
    def open(self, package: str, key_asked: str, courier: Courier) -> Iterator[RemoteLease]:
        """Have the keeper take its gate. Refused (`gate_busy`) when somebody else has it."""
        with self._connect() as talk, _folder(courier.room) as out:
            asked = running()
            said = _ask(talk, {"open": package, "key": key_asked}, out)
            if not isinstance(said.get("left"), (int, float)):
                raise KeeperError(f"the keeper gave no lease: {said.get('failed', 'no reason given')}")
            yield RemoteLease(talk, asked)


class RemoteLease:
    """A `Holding` (see `ports.release`): the lease as seen from here, which is never longer than it is over there."""

    def __init__(self, talk: socket.socket, asked: float) -> None:
        """`asked`: monotonic second at which the lease was asked for; it began after that."""
        self._talk, self._asked = talk, asked

    def left(self) -> float:
        """Seconds left, at the least."""
        return left(self._asked, running())

    def hand(self, handout: int) -> Handed | Stopped:
        """Name the leaf, and hear what came of it. KeeperError when nothing is heard: it may have handed out."""
        return heard(_ask(self._talk, {"hand": handout}))


def started(arguments: Sequence[str]) -> Connect:
    """A keeper that is started with these arguments for each conversation, and ends with it."""

    @contextmanager
    def connect() -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with ours:
            with theirs:
                child = subprocess.Popen(
                    [*START, *arguments],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env={},
                    start_new_session=True,
                )
            ours.settimeout(PATIENCE)
            try:
                with _answering():
                    _ready(ours)
                # What fails in here is the caller's own: it is not told as the keeper's fault.
                yield ours
                with _answering():
                    # It is let finish by itself: whatever it is at is durable before it answers.
                    ours.shutdown(socket.SHUT_WR)
                    child.wait(PATIENCE)
            finally:
                child.kill()
                child.wait()

    return connect


def listening(place: Path) -> Connect:
    """A keeper that listens on a Unix socket."""

    @contextmanager
    def connect() -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
            talk.settimeout(PATIENCE)
            try:
                talk.connect(str(place))
            except OSError:
                raise KeeperError("the key keeper is not there") from None
            yield talk

    return connect


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (OSError, subprocess.TimeoutExpired):
        raise KeeperError("the key keeper does not answer") from None


def _ready(talk: socket.socket) -> None:
    said = b""
    while len(said) < len(READY):
        part = talk.recv(len(READY) - len(said))
        if not part:
            raise KeeperError("the key keeper could not be started")
        said += part
    if said != READY:
        raise KeeperError("the key keeper said something it may not say")


def _ask(talk: socket.socket, message: Message, descriptor: int = -1) -> Message:
    def send(data: bytes) -> None:
        sent = socket.send_fds(talk, [data], [descriptor]) if descriptor >= 0 else 0
        # Nothing is sent after the end: a keeper that refused at once may be gone, and its answer is still to be read.
        if rest := data[sent:]:
            talk.sendall(rest)

    try:
        write_frame(send, message)
        said = read_frame(talk.recv)
    except OSError:
        raise KeeperError("the key keeper does not answer") from None
    if said is None:
        raise KeeperError("the key keeper ended without an answer")
    if "refused" in said:
        # The one thing a keeper refuses: everything else it says is a bar, or that it failed.
        raise Refused("gate_busy", "another hand-out holds the gate; ask again in a moment")
    return said


@contextmanager
def _folder(place: Path) -> Iterator[int]:
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        raise KeeperError("the folder for the recipient cannot be opened") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)
