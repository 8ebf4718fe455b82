# SPDX-License-Identifier: Apache-2.0
"""What goes over the socket between office and key keeper (docs/spec/keeper.md), and what a keeper remembers.

A frame is four bytes, the length, and that many bytes of JSON. One connection is one conversation: `keep`, `keeps`, or
`open` and then `hand`. When the connection ends, whatever it held is given back.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any, Protocol

from lawgate.model.fault import LawgateError
from lawgate.protocol.bars import Bar
from lawgate.protocol.steps import Handed, Stopped

HEAD = struct.Struct(">I")
MOST = 1 << 20
Message = dict[str, Any]


class KeeperError(LawgateError):
    """The key keeper cannot be reached, does not answer, or says something it may not say."""

    stop = "E_KEEPER"


class Memory(Protocol):
    """The largest log a keeper has seen."""

    def read(self) -> tuple[int, bytes]:
        """Size and root; (0, b"") before the first. KeeperError when it cannot be read."""

    def write(self, size: int, root: bytes) -> None:
        """Remember, durably."""


def write_frame(send: Callable[[bytes], None], message: Message) -> None:
    """Send one message. KeeperError when it is too long."""
    data = json.dumps(message).encode()
    if len(data) > MOST:
        raise KeeperError("a message to or from the keeper is too long")
    send(HEAD.pack(len(data)) + data)


def read_frame(receive: Callable[[int], bytes]) -> Message | None:
    """The next message; None when the other side has ended. KeeperError for anything that is no message.

    `receive(n)` gives up to n bytes, and none at the end.
    """
    head = _exactly(receive, HEAD.size)
    if not head:
        return None
    (length,) = HEAD.unpack(head)
    if length > MOST:
        raise KeeperError("a message to or from the keeper is too long")
    try:
        found = json.loads(_exactly(receive, length))
    except (ValueError, RecursionError):
        raise KeeperError("a message to or from the keeper cannot be read") from None
    if not isinstance(found, dict):
        raise KeeperError("a message to or from the keeper cannot be read")
    return found


def _exactly(receive: Callable[[int], bytes], count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = receive(count - len(data))
        if not part:
            if data:
                raise KeeperError("the other side ended in the middle of a message")
            return b""
        data += part
    return data


def told(made: Handed | Stopped) -> Message:
    """What came of a hand-out, as a message."""
    if isinstance(made, Handed):
        return {"handed": {"envelope": made.envelope, "size": made.size}}
    bars = [{"code": b.code, "because": b.because, "orders": list(b.orders), "says": b.says} for b in made.bars]
    return {"stopped": {"bars": bars, "step": made.step}}


def heard(message: Message) -> Handed | Stopped:
    """What came of a hand-out, from its message. KeeperError for another message."""
    try:
        if "handed" in message:
            return Handed(str(message["handed"]["envelope"]), int(message["handed"]["size"]))
        said = message["stopped"]
        bars = tuple(Bar(b["code"], b["because"], tuple(b["orders"]), b["says"]) for b in said["bars"])
        return Stopped(bars, str(said["step"]))
    except (KeyError, TypeError, ValueError):
        raise KeeperError(f"the keeper could not answer: {message.get('failed', 'it said something else')}") from None
