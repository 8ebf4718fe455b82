# SPDX-License-Identifier: Apache-2.0
"""Who hashes the rows of a batch into commitments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

HEAD = "<QII"
"""What goes to a process that hashes before each piece: bytes of salts, number of rows, bytes of a row.

Then the salts, then the rows; back come the hashes."""


class LeafHashes(Protocol):
    """Leaf hashes of salted rows, as `ledger.commit.commit_pieces` defines them.

    Contract: the same bytes, piece by piece, wherever they are made; LawgateError when they cannot be.
    """

    def __call__(self, chunks: Iterable[bytes], width: int, key: bytes, batch: str, rows: int) -> Iterator[bytes]:
        """Hashes (32 bytes each, concatenated) of rows of `width` bytes that come in pieces, `rows` of them in all."""
