# SPDX-License-Identifier: Apache-2.0
"""Conversations of the key keeper over a Unix socket, one connection at a time each."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Callable
from pathlib import Path

from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.clock import running
from lawgate.ports.keeper import KeeperError, Message, read_frame, told, write_frame
from lawgate.ports.release import Courier
from lawgate.posts.keeper.keeper import Keeper

SOON, LATE = 0.05, 4
"""Seconds, and times, that something may still be read when the lease is over."""
PATIENCE = 30.0
"""Seconds that a conversation has for its first message, however it comes, and for each answer to be taken."""


def converse(connection: socket.socket, keeper: Keeper, courier: Callable[[Path], Courier]) -> None:
    """One conversation, to its end. Whoever talks nonsense is told so and left.

    `courier` makes the way out from a folder; the folder comes as an open descriptor, so that the keeper need not be
    able to open it.
    """
    handed: list[int] = []

    def receive(count: int) -> bytes:
        data, descriptors, _, _ = socket.recv_fds(connection, count, 1)
        handed.extend(descriptors)
        return data

    try:
        message = read_frame(_in_time(connection, receive))
        connection.settimeout(PATIENCE)
        if message is not None:
            _answer(message, keeper, receive, connection, handed, courier)
    except Refused as refused:
        busy = refused.code == "gate_busy"
        _say(connection, {"refused": refused.code} if busy else {"failed": refused.why})
    except (LawgateError, OSError, ValueError, KeyError, TypeError) as error:
        _say(connection, {"failed": _why(error)})
    finally:
        for descriptor in handed:
            os.close(descriptor)


def _in_time(connection: socket.socket, receive: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """The same, with one end for all of its calls: a byte now and then holds nobody up. TimeoutError after it."""
    until = running() + PATIENCE

    def in_time(count: int) -> bytes:
        if (left := until - running()) <= 0:
            raise TimeoutError
        connection.settimeout(left)
        return receive(count)

    return in_time


def _why(error: Exception) -> str:
    """What may be said of it: words of ours, or the kind of error alone."""
    return str(error) if isinstance(error, LawgateError) else type(error).__name__


def _answer(
    message: Message,
    keeper: Keeper,
    receive: Callable[[int], bytes],
    connection: socket.socket,
    handed: list[int],
    courier: Callable[[Path], Courier],
) -> None:
    match message:
        case {"keep": str(package), "identities": str(text)}:
            keeper.keep(package, base64.b64decode(text, validate=True))
            _say(connection, {"kept": True})
        case {"keeps": str(package)}:
            _say(connection, {"keeps": keeper.keeps(package)})
        case {"open": str(package), "key": str(key)}:
            if len(handed) != 1:
                raise KeeperError("a hand-out needs the folder it goes to")
            out = courier(Path(f"/proc/self/fd/{handed[0]}"))
            with keeper.open(package, key, out) as lease:
                _say(connection, {"left": lease.left()})

                late = iter(range(LATE))

                def while_it_runs(count: int) -> bytes:
                    # Whoever says nothing, or a byte now and then, keeps the gate no longer than the lease. What is
                    # there already is read to its end, and is told that the lease is over.
                    if lease.left() <= 0 and next(late, None) is None:
                        raise KeeperError("the lease ended before a leaf was named")
                    connection.settimeout(max(lease.left(), SOON))
                    return receive(count)

                asked = read_frame(while_it_runs)
                connection.settimeout(PATIENCE)
                # No message is the end of the conversation: the office found a bar of its own.
                if asked is not None and type(asked.get("hand")) is int:
                    _say(connection, told(lease.hand(asked["hand"])))
        case _:
            raise KeeperError("the keeper takes `keep`, `keeps` and `open`, and nothing else")


def _say(connection: socket.socket, message: Message) -> None:
    try:
        write_frame(connection.sendall, message)
    except OSError:
        return  # nobody listens any more; what was done stands in folder and log


def serve(listening: socket.socket, keeper: Callable[[], Keeper], courier: Callable[[Path], Courier]) -> None:
    """Take one conversation after the other, for good. The gate allows one hand-out at a time anyway.

    `keeper` makes the keeper for each of them: what its policy and ceilings are is read afresh, like everything else.
    """
    while True:
        connection, _ = listening.accept()
        with connection:
            try:
                made = keeper()
            except (LawgateError, OSError, ValueError, KeyError, TypeError) as error:
                # Files that are just being replaced end one conversation, and not the keeper.
                connection.settimeout(PATIENCE)
                _say(connection, {"failed": _why(error)})
                continue
            converse(connection, made, courier)
