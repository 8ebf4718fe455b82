# SPDX-License-Identifier: Apache-2.0
"""The steps between a stored tree and a signed head, without their effects."""

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
