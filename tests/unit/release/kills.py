# SPDX-License-Identifier: Apache-2.0
"""Deeds of the release side in a forked process that is killed (SIGKILL by its own hand) at one of its points.

Points are: before and after every call of a port, before and after everything that changes the disk, and the middle of
every file. What was acknowledged before the kill the process told its parent over a pipe.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lawgate.drivers.orders import register
from lawgate.drivers.package import folders
from lawgate.drivers.tiles import files
from lawgate.ledger.leaf import StageLeaf
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.office.prepare import prepare
from lawgate.office.review import Review
from unit.release.desk import BULK, PACKAGE, ROWS, fetched, granted, outgoing
from unit.release.racer import RacingOffice

Point = Callable[[str], None]
Deed = Callable[["Killable"], object]


@dataclass(frozen=True)
class Told:
    """The points that were passed, and what was acknowledged: `leaf <index> <kind>`, or a deed's own word."""

    points: tuple[str, ...]
    said: tuple[str, ...]
    killed: bool

    def leaves(self) -> dict[int, str]:
        """Acknowledged leaves: index and kind."""
        named = (line.split() for line in self.said if line.startswith("leaf "))
        return {int(index): kind for _, index, kind in named}


@dataclass(frozen=True)
class Killable:
    """An office every port of which passes points."""

    root: Path
    keepers: int
    point: Point
    tell: Callable[[str], None]

    def office(self) -> RacingOffice:
        """Opened anew."""
        return RacingOffice(self.root, self.keepers)

    def wrapped(self, port: Any, name: str) -> Any:
        """The port with its points; a log also tells what it acknowledged."""
        return _Log(port, name, self) if name == "log" else _Port(port, name, self)

    def pull(self) -> None:
        """Pull once, whole."""
        office = self.office()
        desk = office.desk(self.wrapped)
        done = pull(desk, PACKAGE, "rk-1", _Courier(office.courier, "courier", self))
        self.tell(f"pulled {done.handout}")

    def enter(self, text: bytes) -> None:
        """Enter an order."""
        desk = self.office().orders()
        ports = {name: self.wrapped(getattr(desk, name), name) for name in ("register", "log", "gate", "packages")}
        enter_order(replace(desk, **ports), text, "person.c.1")
        self.tell("in force")

    def prepare(self, review: Review, package: str = PACKAGE) -> None:
        """Prepare a package of what the review accepted."""
        office = self.office()
        rows = BULK if self.keepers > 1 else ROWS
        desk = office.desk(self.wrapped)
        account = _Port(office, "accounting", self).account
        prepare(desk, outgoing(package, rows), granted(rows), review, fetched, account)
        self.tell("prepared")


class _Port:
    """Any port, with a point before and after each call."""

    def __init__(self, port: Any, name: str, into: Killable) -> None:
        self._port, self._name, self._into = port, name, into

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._port, call)
        if not callable(found):
            return found

        def pointed(*args: Any, **more: Any) -> Any:
            self._into.point(f"before {self._name}.{call}")
            made = found(*args, **more)
            self._into.point(f"after {self._name}.{call}")
            return made

        return pointed


class _Log(_Port):
    """The log: what `append` returned is acknowledged."""

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        self._into.point(f"before log.append {leaf.kind}")
        index: int = self._port.append(leaf, still)
        self._into.tell(f"leaf {index} {leaf.kind}")
        self._into.point(f"after log.append {leaf.kind}")
        return index


class _Courier(_Port):
    """The way out, with a point before and after each file."""

    def deliver(self, name: str, parcels: Iterable[tuple[str, bytes]], **beside: bool) -> None:
        def pointed() -> Iterator[tuple[str, bytes]]:
            for file, data in parcels:
                self._into.point(f"before {file}")
                yield file, data
                self._into.point(f"after {file}")

        self._port.deliver(name, pointed(), **beside)


def run(root: Path, keepers: int, deed: Deed, place: int = 0) -> Told:
    """Do the deed in a forked process that is killed at the point of this number (from 1; 0: never).

    AssertionError with its traceback when the process ended in another way than by the kill or by finishing.
    """
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        _child(root, keepers, deed, place, into)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        lines = pipe.read().decode().splitlines()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.WEXITSTATUS(status) == 0, "\n".join(lines[-30:])
    points = tuple(line[2:] for line in lines if line.startswith("p "))
    return Told(points, tuple(line[2:] for line in lines if line.startswith("s ")), killed)


def _child(root: Path, keepers: int, deed: Deed, place: int, into: int) -> None:
    status = 1
    try:
        passed = 0

        def point(name: str) -> None:
            nonlocal passed
            passed += 1
            os.write(into, f"p {name}\n".encode())
            if passed == place:
                os.kill(os.getpid(), signal.SIGKILL)

        watch(point)
        deed(Killable(root, keepers, point, lambda word: os.write(into, f"s {word}\n".encode()) and None))
        status = 0
    except BaseException:  # noqa: BLE001 - the child says what it was and ends; the parent's test fails with it
        os.write(into, traceback.format_exc().encode())
    os._exit(status)


def watch(point: Point) -> None:
    """From now on this process passes a point before and after all that changes the disk, and inside each file."""
    calls = ((os, "fsync"), *((Path, name) for name in ("replace", "rename", "unlink", "rmdir", "mkdir")))
    for owner, name in calls:
        setattr(owner, name, _between(getattr(owner, name), name, point))
    whole = files.write_synced

    def in_two(path: Path, data: bytes) -> None:
        path.write_bytes(data[: len(data) // 2])
        point("half a file of the log")
        whole(path, data)

    files.write_synced = in_two
    _halves(point)


def _halves(point: Point) -> None:
    """Files that are written in place, a half first: packages, keys, hand-outs, orders."""

    def written(path: Path, data: bytes) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data[: len(data) // 2])
            out.flush()
            point(f"half of {path.name}")
            out.write(data[len(data) // 2 :])
            out.flush()
            os.fsync(out.fileno())

    whole = register.FolderRegister._put

    def entered(self: register.FolderRegister, file: str, text: bytes, *, again: bool) -> None:
        if again:
            whole(self, file, text, again=again)
        else:
            written(self._folder / file, text)
            register._sync(self._folder)

    folders._write = written
    register.FolderRegister._put = entered


def _between(call: Callable[..., object], name: str, point: Point) -> Callable[..., object]:
    def watched(*args: object, **more: object) -> object:
        point(f"before {name}")
        done = call(*args, **more)
        point(f"after {name}")
        return done

    return watched
