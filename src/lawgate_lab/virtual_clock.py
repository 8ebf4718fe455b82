# SPDX-License-Identifier: Apache-2.0
"""A clock that only the story moves, an office folder opened under it, and a keeper of keys that goes by it.

Nothing of the product can be told the time from outside: `lawgate.wiring` takes a clock as an argument, and no command
or setting passes one.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lawgate.drivers.keeper.client import Connect, SocketKeeper
from lawgate.drivers.package.folders import FolderCourier
from lawgate.office.house import House
from lawgate.ports.keeper import KeeperError
from lawgate.ports.release import KeyKeeper
from lawgate.posts.keeper.serve import converse
from lawgate.wiring.folder import KEEPER, open_house
from lawgate.wiring.keeper import keeper_at

PATIENCE = 60.0


class VirtualClock:
    """A `Clock` (see `ports.clock`) that stands still until it is moved, and is never moved back."""

    def __init__(self, at: datetime) -> None:
        """`at` has an offset."""
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The moment at which it was left, in UTC."""
        return self._at

    def monotonic(self) -> float:
        """The seconds of this machine: a lease lasts as long as it lasts."""
        return time.monotonic()

    def at(self, moment: datetime) -> datetime:
        """Move it on to a moment. ValueError for one that has passed, or without an offset."""
        if moment.tzinfo is None or moment < self._at:
            raise ValueError("the story is told in the order in which it happened")
        self._at = moment.astimezone(UTC)
        return self._at

    def on(self, passed: timedelta) -> datetime:
        """Move it on by so much. ValueError as for `at`."""
        return self.at(self._at + passed)


def house_at(folder: Path, clock: VirtualClock) -> House:
    """The house of an office folder under a clock, its one keeper of keys too. LawgateError as for `open_house`."""
    return with_keepers(open_house(folder, clock), (keeper_of(folder, clock),))


def with_keepers(house: House, keepers: Sequence[KeyKeeper]) -> House:
    """The same house with other keepers of keys."""
    desk = replace(house.release.release, keepers=tuple(keepers))
    return replace(house, release=replace(house.release, release=desk))


def keeper_of(folder: Path, clock: VirtualClock) -> SocketKeeper:
    """The keeper of an office under a clock, over a socket as ever.

    It runs in a thread of this process: another process would go by the machine's clock.
    """
    return SocketKeeper(_conversation(folder, clock))


def _conversation(folder: Path, clock: VirtualClock) -> Connect:
    @contextmanager
    def connect() -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        talk = threading.Thread(target=_keep, args=(theirs, folder, clock), daemon=True)
        with ours:
            ours.settimeout(PATIENCE)
            talk.start()
            try:
                yield ours
                ours.shutdown(socket.SHUT_WR)
            except OSError:
                raise KeeperError("the key keeper does not answer") from None
            finally:
                talk.join(PATIENCE)

    return connect


def _keep(theirs: socket.socket, folder: Path, clock: VirtualClock) -> None:
    with theirs:
        converse(theirs, keeper_at(folder, folder / KEEPER, 0, clock), FolderCourier)


def beside(step: Callable[[], object]) -> threading.Thread:
    """Begin a step in a thread of its own; the caller joins it."""
    made = threading.Thread(target=step, daemon=True)
    made.start()
    return made
