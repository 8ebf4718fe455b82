# SPDX-License-Identifier: Apache-2.0
"""The process that hashes salted rows while the one that started it grows the tree of what was hashed before.

It reads salts and rows from standard input, writes leaf hashes to standard output, opens nothing and ends with its
input. It never sees the key that the salts come from.
"""

from __future__ import annotations

import struct
import sys

from lawgate.ledger.commit import commitments
from lawgate.ports.leaves import HEAD


def main() -> None:
    """Answer each piece with its leaf hashes, 32 bytes a row, until the input ends."""
    size = struct.calcsize(HEAD)
    while len(head := sys.stdin.buffer.read(size)) == size:
        salts, count, width = struct.unpack(HEAD, head)
        salted = sys.stdin.buffer.read(salts)
        sys.stdout.buffer.write(commitments(sys.stdin.buffer.read(count * width), width, salted))
        sys.stdout.buffer.flush()
