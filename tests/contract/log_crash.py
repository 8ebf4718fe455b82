# SPDX-License-Identifier: Apache-2.0
"""A process that writes to a log and its witness, and is killed at one of the steps that touch the disk.

The process is forked, so each turn costs milliseconds, and really killed (SIGKILL by its own hand): nothing of it runs
after the step. What it acknowledged before that it told its parent over a pipe.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lawgate.drivers import keys
from lawgate.drivers.tiles import TileLog, files, publish_head
from lawgate.drivers.witness import LocalWitness, Quorum
from lawgate.ledger.note import COSIGNATURE, ED25519
from lawgate.ledger.quorum import Policy

ORIGIN = "log.example/2025"
LOG = keys.KeySigner(ORIGIN, ED25519, bytes(range(32)))
WITNESS = keys.KeySigner("witness.example/1", COSIGNATURE, bytes(range(1, 33)))
POLICY = Policy(LOG.key, (WITNESS.key,), 1)

Point = Callable[[str], None]


def witness_at(top: Path) -> LocalWitness:
    """The one witness, with its memory beside the log."""
    return LocalWitness(top / "witness", WITNESS, {ORIGIN: LOG.key}, keys.verify, lambda: 1_750_000_000)


@dataclass
class Told:
    """What a process said before it ended: entries it was told are stored, notes that were published, steps it took."""

    stored: list[bytes] = field(default_factory=list)
    published: list[bytes] = field(default_factory=list)
    steps: int = 0
    killed: bool = False


def work(top: Path, plan: Sequence[Sequence[bytes]], point: Point, tell: Callable[[bytes, bytes], None]) -> None:
    """Append what the plan says, one append an item, with a subtree and a publication after each."""
    gather = Quorum([witness_at(top)], POLICY, keys.verify)
    with TileLog.open(top / "log", ORIGIN, point) as log:
        for entries in plan:
            log.append(entries)
            for entry in entries:
                tell(b"s", entry)
            log.put_subtree([bytes(32 * len(entries))], lambda root: f"t.{root.hex()[:12]}")
            publish_head(log, LOG, POLICY, keys.verify, gather)
            tell(b"p", log.checkpoint() or b"")


def count_steps(top: Path, plan: Sequence[Sequence[bytes]]) -> int:
    """How many steps an undisturbed run of the plan takes. The log is changed by it."""
    return _run(top, plan, 0).steps


def killed_at(top: Path, plan: Sequence[Sequence[bytes]], step: int) -> Told:
    """Run the plan in a process that is killed at this step (from 1); what it told before."""
    return _run(top, plan, step)


def _run(top: Path, plan: Sequence[Sequence[bytes]], step: int) -> Told:
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        status = 1
        with suppress(BaseException):
            _child(top, plan, step, into)
            status = 0
        os._exit(status)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        told = _read(pipe.read())
    _, status = os.waitpid(child, 0)
    told.killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert told.killed or os.WEXITSTATUS(status) == 0, "the process ended in another way"
    return told


def _child(top: Path, plan: Sequence[Sequence[bytes]], step: int, into: int) -> None:
    taken = 0

    def point(_name: str) -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def tell(kind: bytes, data: bytes) -> None:
        os.write(into, kind + len(data).to_bytes(4, "big") + data)

    _watch(point)
    work(top, plan, point, tell)
    tell(b"n", taken.to_bytes(8, "big"))


def _watch(point: Point) -> None:
    """A step before and after everything that changes the disk, and one in the middle of each file."""
    calls = (os, "fsync"), *((Path, name) for name in ("replace", "rename", "unlink", "rmdir", "mkdir"))
    for owner, name in calls:
        setattr(owner, name, _between(getattr(owner, name), name, point))
    whole = files.write_synced

    def in_two(path: Path, data: bytes) -> None:
        path.write_bytes(data[: len(data) // 2])
        point("half")
        whole(path, data)

    files.write_synced = in_two


def _between(call: Callable[..., object], name: str, point: Point) -> Callable[..., object]:
    def watched(*args: object, **more: object) -> object:
        point(f"before {name}")
        done = call(*args, **more)
        point(f"after {name}")
        return done

    return watched


def _read(data: bytes) -> Told:
    told, at = Told(), 0
    while at + 5 <= len(data):
        kind, size = data[at : at + 1], int.from_bytes(data[at + 1 : at + 5], "big")
        body = data[at + 5 : at + 5 + size]
        at += 5 + size
        if kind == b"s":
            told.stored.append(body)
        elif kind == b"p":
            told.published.append(body)
        else:
            told.steps = int.from_bytes(body, "big")
    return told
