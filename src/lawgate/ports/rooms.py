# SPDX-License-Identifier: Apache-2.0
"""Rooms: one folder a batch, the only place where request values are kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Rooms(Protocol):
    """Folders readable by their owner only. What `write` and `keep` did is durable when they return."""

    def start(self) -> Path:
        """A new empty room without a name. What is left of rooms whose process died is removed."""
        ...

    def keep(self, room: Path, batch: str) -> Path:
        """Give a room its batch's name. Refused (`batch_busy`) when the name is taken.

        Whoever started the room stays alone in it until they `drop` it or their process ends.
        """
        ...

    def again(self, batch: str, names: Sequence[str]) -> Path:
        """A new room without a name that holds these files of a batch, to work on them a second time.

        What is made there never reaches the batch's own room. LawgateError when a file is missing.
        """
        ...

    def drop(self, room: Path) -> None:
        """Remove a room that was started and not kept; let others into one that was kept."""
        ...

    def alone(self, batch: str) -> AbstractContextManager[None]:
        """Work on a batch alone, over all processes. Refused (`batch_busy`) when somebody else is at it."""
        ...

    def has(self, batch: str) -> bool:
        """Whether the batch has a room."""
        ...

    def discard(self, batch: str) -> None:
        """Remove the room of a batch that never came into the log; nothing when there is none. Be alone in it."""
        ...

    def path(self, batch: str) -> Path:
        """The room of a batch. LawgateError when there is none."""
        ...

    def write(self, batch: str, name: str, data: bytes) -> None:
        """Write one file whole."""
        ...

    def read(self, batch: str, name: str) -> bytes:
        """One file whole. LawgateError when it is not there."""
        ...

    def digest(self, batch: str, name: str) -> str:
        """SHA-256 (hex) of one file."""
        ...
