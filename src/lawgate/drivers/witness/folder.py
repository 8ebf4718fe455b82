# SPDX-License-Identifier: Apache-2.0
"""The folder of a witness that runs by itself: its key, the logs it knows, its memory.

witness.key     its private key (mode 0600)
logs            public keys of logs, one line each; read anew at every question
memory/         what it has cosigned (`drivers.witness.local`)
"""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from lawgate.drivers.witness.local import LocalWitness
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import ED25519, NoteKey, Verify, parse_vkey
from lawgate.model.fault import Refused
from lawgate.ports.signing import Signer

KEY, LOGS, MEMORY = "witness.key", "logs", "memory"


class KnownLogs(Mapping[str, NoteKey]):
    """Keys of logs by origin, as the file says at the moment it is asked. MalformedError for a file not of its form."""

    def __init__(self, file: Path) -> None:
        """The file may not be there yet: then no log is known."""
        self._file = file

    def __getitem__(self, origin: str) -> NoteKey:
        return self._read()[origin]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def add(self, text: str) -> NoteKey:
        """Make a log known, durably; its key. Refused E_WITNESS_LOG for no such key, or another key of that name.

        A log that is known stays known: no line is ever taken away or changed.
        """
        try:
            key = parse_vkey(text)
        except MalformedError:
            raise Refused("E_WITNESS_LOG", "this is not the public key of a log") from None
        if key.kind != ED25519 or self.get(key.name, key) != key:
            raise Refused("E_WITNESS_LOG", "this is no key of a log, or the log of this name has another key")
        if key.name not in self:
            self._replace("".join(f"{each.vkey}\n" for each in (*self.values(), key)).encode())
        return key

    def _replace(self, data: bytes) -> None:
        # Whole or not at all: a line cut short by a crash would make every log unknown.
        fresh = self._file.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
        folder = os.open(self._file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _read(self) -> dict[str, NoteKey]:
        try:
            lines = self._file.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return {}
        return {key.name: key for key in map(parse_vkey, lines)}


def witness_in(folder: Path, signer: Signer, verify: Verify) -> LocalWitness:
    """The witness whose folder this is, with the machine's clock."""
    return LocalWitness(folder / MEMORY, signer, KnownLogs(folder / LOGS), verify, lambda: int(time.time()))
