# SPDX-License-Identifier: Apache-2.0
"""The steps between a stored tree and a signed head, without their effects."""

from collections.abc import Callable

from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import Note, NoteKey, Sign, sign_line


def sign_head(head: Checkpoint, stored_root: bytes, key: NoteKey, sign: Sign) -> Note:
    """The note a log signs: only when the running root and the root of the stored bytes are the same.

    MalformedError `two_roots` when they differ, `origin` when the key belongs to another log: nothing is signed.
    """
    if stored_root != head.root:
        raise MalformedError("two_roots", f"size {head.size}")
    if key.name != head.origin:
        raise MalformedError("origin", "log key")
    return Note(head.text, (sign_line(key, sign, head.text),))


SET_BACK, FORKED = "set_back", "forked"


def against_memory(size: int, root_at: Callable[[int], bytes], remembered: Checkpoint) -> str:
    """How a log of `size` leaves stands to a head that somebody outside remembers of it.

    Empty when it continues that head; `set_back` when it holds fewer leaves, `forked` when its first leaves have
    another root (`root_at(n)`: root of the first n leaves from stored bytes).
    """
    if remembered.size > size:
        return SET_BACK
    return "" if root_at(remembered.size) == remembered.root else FORKED
