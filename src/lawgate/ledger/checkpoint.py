# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-checkpoint: origin, size, root. Extension lines are refused: no witness vouches for them."""

import re
from base64 import b64encode
from dataclasses import dataclass

from lawgate.ledger import note as notes
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import EMPTY_ROOT, HASH

MAX_SIZE = 2**63 - 1
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: who it is, how many leaves, root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """MalformedError when a part is outside the format."""
        if not self.origin or any(char < " " for char in self.origin):
            raise MalformedError("origin")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH:
            raise MalformedError("checkpoint")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise MalformedError("empty_root", "checkpoint")

    @property
    def text(self) -> str:
        """Three lines: the text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse_text(text: str) -> Checkpoint:
    """The checkpoint in a note's text; MalformedError unless it is exactly three lines in the one form."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise MalformedError("checkpoint", "number of lines")
    if not _SIZE.fullmatch(lines[1]):
        raise MalformedError("checkpoint", "size")
    return Checkpoint(lines[0], int(lines[1]), notes.from_base64(lines[2], "root"))


def parse_note(data: bytes) -> tuple[Checkpoint, notes.Note]:
    """The checkpoint of a signed note and the note. Signatures are not looked at here."""
    note = notes.parse(data)
    return parse_text(note.text), note
