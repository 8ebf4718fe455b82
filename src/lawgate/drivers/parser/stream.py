# SPDX-License-Identifier: Apache-2.0
"""Frames from the child's pipe, read against a deadline and against disbelief."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import time
from collections.abc import Iterator

import pyarrow as pa

from lawgate.ports import intake

_HEAD = struct.calcsize(intake.FRAME)
_SET_PIPE_SIZE, _PIPE_BYTES = 1031, 1 << 20
_TAGS = {intake.CASE_BATCH, intake.ROW_BATCH, intake.FAULT_BATCH, intake.END}


class Torn(Exception):
    """The child stopped, hung or said something it may not say. Carries nothing of what it said."""


class Stream:
    """Reads whole frames from a pipe until the last one."""

    def __init__(self, descriptor: int, deadline: float) -> None:
        """`deadline` is an instant of time.monotonic() after which reading is Torn."""
        self._descriptor, self._deadline = descriptor, deadline
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        _widen(descriptor)

    def frames(self) -> Iterator[tuple[bytes, pa.Buffer]]:
        """Every frame as (tag, bytes); the last is END and nothing follows it. Torn otherwise."""
        tag = b""
        while tag != intake.END:
            tag, length = struct.unpack(intake.FRAME, self._exactly(_HEAD))
            if tag not in _TAGS or length > intake.FRAME_BYTES:
                raise Torn
            yield tag, self._exactly(length)
        self._wait()
        if os.read(self._descriptor, 1):
            raise Torn

    def _exactly(self, length: int) -> pa.Buffer:
        data = pa.allocate_buffer(length)
        rest = memoryview(data)
        while rest:
            self._wait()
            count = os.readv(self._descriptor, [rest])
            if not count:
                raise Torn
            rest = rest[count:]
        return data

    def _wait(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0 or not self._poll.poll(left * 1000):
            raise Torn


def _widen(descriptor: int) -> None:
    """Ask for a wider pipe: fewer switches between parent and child. A kernel that declines changes nothing else."""
    try:
        fcntl.fcntl(descriptor, _SET_PIPE_SIZE, _PIPE_BYTES)
    except OSError:
        return
