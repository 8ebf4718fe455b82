# SPDX-License-Identifier: Apache-2.0
"""A room of one's own for a piece of work: made when it is not there, and nobody else in it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lawgate.ports.rooms import Rooms


def make_room(rooms: Rooms, name: str) -> None:
    """Make the room when it is not there. Refused `batch_busy` when somebody else makes it at this moment."""
    if not rooms.has(name):
        place = rooms.start()
        try:
            rooms.keep(place, name)
        finally:
            rooms.drop(place)


@contextmanager
def alone(rooms: Rooms, name: str) -> Iterator[None]:
    """Be alone in a room, which is made when it is not there. Refused `batch_busy` when somebody else is in it."""
    make_room(rooms, name)
    with rooms.alone(name):
        yield
