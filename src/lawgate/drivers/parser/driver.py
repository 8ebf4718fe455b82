# SPDX-License-Identifier: Apache-2.0
"""RequestParser by a child: the parent opens the files, the child reads them, the parent writes what is sound."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa

from lawgate.drivers.parser.answer import Answer
from lawgate.drivers.parser.kept import read_faults
from lawgate.drivers.parser.room import Room
from lawgate.drivers.parser.stream import Stream, Torn
from lawgate.model.code import CODES, INDEX
from lawgate.model.fault import Fault, LawgateError, Scope
from lawgate.model.layout import Layout
from lawgate.ports import intake
from lawgate.ports.intake import Count, Instruction, Limits, Parsed

CHILD = (sys.executable, "-I", "-m", "lawgate.wiring.parser")
# The child fills buffers of one size again and again. Giving each back to the kernel, to ask for it anew, costs a third
# of its time.
_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 28),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 28),
    "MALLOC_TOP_PAD_": str(1 << 26),
}
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_AHEAD = 3  # frames read and not yet stored
_GRACE = 2.0  # seconds a child may take to end after its last word


class ChildParser:
    """Implements `RequestParser`. `command` starts the child; its text never holds anything of a request."""

    def __init__(self, limits: Limits | None = None, command: tuple[str, ...] = CHILD) -> None:
        """`limits` bound every single reading."""
        self._limits = limits or Limits()
        self._command = command

    def parse(self, request: Path, room: Path, layout: Layout, day: date) -> Parsed:
        """See `RequestParser.parse`."""
        _check(layout)
        with Room(room, layout) as place, _opened(request) as files:
            cover = os.pread(files[intake.COVER], intake.COVER_BYTES, 0) if files[intake.COVER] >= 0 else b""
            answer = Answer(place, layout, self._limits)
            try:
                self._converse(Instruction(os.getpid(), files, layout, day, self._limits), answer)
                if answer.digest != hashlib.sha256(cover).hexdigest() and answer.cover is not None:
                    raise Torn
            except Torn:
                return _unsafe(cover)
            if not answer.file_faults:
                place.keep()
            # Arrow would keep what the frames took for its own next use; whoever decides the batch needs it elsewhere.
            pa.default_memory_pool().release_unused()
            faults = (*answer.file_faults, *answer.row_faults)
            return Parsed(answer.cover, cover, answer.signature, answer.cases, answer.rows, faults)

    def faults(self, room: Path) -> Iterator[Fault]:
        """See `RequestParser.faults`."""
        return read_faults(room)

    def _converse(self, instruction: Instruction, answer: Answer) -> None:
        deadline = time.monotonic() + self._limits.seconds
        child = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # whatever a failing child says may hold values
            pass_fds=[descriptor for descriptor in instruction.files if descriptor >= 0],
            env=_MEMORY,
            cwd="/",
            start_new_session=True,
        )
        try:
            self._tell(child, instruction.to_json())
            if child.stdout is None:
                raise Torn
            _take_all(Stream(child.stdout.fileno(), deadline), answer)
            if child.wait(_GRACE):
                raise Torn
        except subprocess.TimeoutExpired:
            raise Torn from None
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()

    @staticmethod
    def _tell(child: subprocess.Popen[bytes], text: bytes) -> None:
        if child.stdin is None:
            raise Torn
        try:
            child.stdin.write(text)
            child.stdin.close()
        except OSError:  # the child ended before it listened
            raise Torn from None


def _take_all(stream: Stream, answer: Answer) -> None:
    """Check and store frames while the next ones are read, so that the child need not wait for the disk."""
    with ThreadPoolExecutor(1) as other:
        taken: deque[Future[None]] = deque()
        for tag, data in stream.frames():
            if len(taken) == _AHEAD:
                taken.popleft().result()
            taken.append(other.submit(answer.take, tag, data))
        for frame in taken:
            frame.result()


@contextmanager
def _opened(request: Path) -> Iterator[tuple[int, ...]]:
    """Descriptors of the four files, -1 for one that is absent or not a plain file. LawgateError without a folder."""
    opened: list[int] = []
    try:
        folder = os.open(request, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise LawgateError(f"the folder of the request cannot be opened (error {error.errno})") from None
    try:
        opened.extend(_open(folder, name) for name in intake.FILES)
        yield tuple(opened)
    finally:
        for descriptor in (folder, *opened):
            if descriptor >= 0:
                os.close(descriptor)


def _open(folder: int, name: str) -> int:
    try:
        descriptor = os.open(name, _OPEN, dir_fd=folder)
    except OSError:
        return -1
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return -1


def _unsafe(cover: bytes) -> Parsed:
    code = CODES[INDEX["E_PARSER", Scope.FILE]]
    none = Count(0, 0, 0)
    return Parsed(None, cover, None, none, none, (Fault(Scope.FILE, "request", 0, "", code.name, code.mend),))


def _check(layout: Layout) -> None:
    """LawgateError for a layout that no file could follow."""
    for columns in (layout.cases, layout.rows):
        names = [column.name for column in columns]
        if len(columns) < 2 or len(set(names)) != len(names) or not {c.kind for c in columns} <= intake.KINDS:
            raise LawgateError("the layout needs two columns or more, different names and known kinds")
    if layout.cases[0].name not in {column.name for column in layout.rows}:
        raise LawgateError("the layout of the rows does not name the case")
