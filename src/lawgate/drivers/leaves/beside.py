# SPDX-License-Identifier: Apache-2.0
"""Leaf hashes from a second process: hashing holds the interpreter, so a thread would not help a second core."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from lawgate.ledger.commit import SALT, commit_pieces, commitments, salts
from lawgate.ledger.merkle import HASH
from lawgate.model.fault import LawgateError
from lawgate.ports.leaves import HEAD

FEW = 100_000  # rows for which starting a process is not worth it
PATIENCE = 60.0  # seconds for one piece, which takes far less than one
CHILD = (sys.executable, "-I", "-m", "lawgate.wiring.leaves")


def leaf_hashes(chunks: Iterable[bytes], width: int, key: bytes, batch: str, rows: int) -> Generator[bytes]:
    """See `ports.leaves.LeafHashes`."""
    if rows < FEW:
        yield from commit_pieces(chunks, width, key, batch)
        return
    with _child() as (other, talk):
        first = 0
        coming: Future[bytes] | None = None
        for chunk in chunks:
            count = len(chunk) // width
            asked = talk.submit(_ask, other, salts(key, batch, first, count), chunk, width)
            first += count
            if coming is not None:
                yield _answer(coming)
            coming = asked
        if coming is not None:
            yield _answer(coming)


@contextmanager
def _child() -> Iterator[tuple[subprocess.Popen[bytes], ThreadPoolExecutor]]:
    """The process, and the one thread that talks to it. However this is left, neither is there afterwards."""
    child = subprocess.Popen(
        CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={}
    )
    talk = ThreadPoolExecutor(1)
    try:
        yield child, talk
    finally:
        # First the process: only then does a thread that waits for it come back.
        child.kill()
        talk.shutdown(cancel_futures=True)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _answer(coming: Future[bytes]) -> bytes:
    try:
        return coming.result(PATIENCE)
    except TimeoutError:
        raise LawgateError("the hashing process does not answer") from None


def _ask(child: subprocess.Popen[bytes], salted: bytes, rows: bytes, width: int) -> bytes:
    """The leaf hashes of one piece, of which the first and the last are made here too."""
    count = len(rows) // width
    if child.stdin is None or child.stdout is None:
        raise LawgateError("the hashing process has no pipes")
    try:
        for part in (struct.pack(HEAD, len(salted), count, width) + salted, rows):
            _say(child.stdin.fileno(), part)
    except OSError:
        raise LawgateError("the hashing process ended") from None
    found = child.stdout.read(count * HASH)
    for at in {0, count - 1} if count else ():
        here = commitments(rows[at * width : (at + 1) * width], width, salted[at * SALT : (at + 1) * SALT])
        if found[at * HASH : (at + 1) * HASH] != here:
            raise LawgateError("the hashing process gives other hashes than this one")
    return found


def _say(descriptor: int, data: bytes) -> None:
    """All of it at once: what waited in a buffer would be written when the pipe is closed, and fail there again."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
