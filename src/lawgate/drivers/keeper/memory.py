# SPDX-License-Identifier: Apache-2.0
"""What a keeper remembers of the log, as a file of its own."""

from __future__ import annotations

import os
from pathlib import Path

from lawgate.ports.keeper import KeeperError

NAME = "seen"


class FileMemory:
    """A `Memory` (see `ports.keeper`): size and root (hex) in one line, replaced whole."""

    def __init__(self, folder: Path) -> None:
        """The keeper's folder."""
        self._folder = folder

    def read(self) -> tuple[int, bytes]:
        """Size and root. KeeperError when there is a file that does not say them."""
        try:
            size, root = (self._folder / NAME).read_text("ascii").split()
            return int(size), bytes.fromhex(root)
        except FileNotFoundError:
            return 0, b""
        except (OSError, ValueError):
            raise KeeperError("what the keeper remembers of the log cannot be read") from None

    def write(self, size: int, root: bytes) -> None:
        """Another file, synced, takes the place of the old one."""
        fresh = self._folder / f".{NAME}"
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
                out.write(f"{size} {root.hex()}\n")
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(self._folder / NAME)
            handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError:
            raise KeeperError("what the keeper remembers of the log cannot be written") from None
