# SPDX-License-Identifier: Apache-2.0
"""Salted commitments of the rows of one batch stage: a subtree that shows nothing and binds everything.

Entry i is salt i (32 bytes) and row i (fixed width); its commitment is the RFC 6962 leaf hash of the entry. The salts
of 1,024 rows come from one SHAKE-256 call, so a single row is opened without the salts of a whole batch.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256, shake_256
from struct import iter_unpack

from lawgate.ledger.merkle import Frontier, grow, inclusion_proof, leaf_hash, nodes_of, verify_inclusion

SALT = 32
KEY = 32
ROWS_PER_CALL = 1024
_CHUNK = 32 * ROWS_PER_CALL
_TAG = b"lawgate-salt-v1"


@dataclass(frozen=True, slots=True)
class Commitments:
    """A committed batch: number of rows, root of the subtree, and all leaf hashes (32 bytes each, concatenated)."""

    count: int
    root: bytes
    leaf_hashes: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """One row with its salt: what the person concerned, or an auditor, is given beside the path."""

    index: int
    salt: bytes
    row: bytes

    @property
    def commitment(self) -> bytes:
        """The leaf hash this opening leads to."""
        return leaf_hash(self.salt + self.row)


def salts(key: bytes, batch: str, first: int, count: int) -> bytes:
    """Salts of rows `first` to `first + count - 1`, 32 bytes each, concatenated.

    `key` is 32 secret bytes, used for this only; `batch` names the batch and stage and is never used twice under one
    key. ValueError when a length or number is out of range.
    """
    if len(key) != KEY or first < 0 or count < 0:
        raise ValueError("a salt key has 32 bytes and rows count from 0")
    if count == 0:
        return b""
    name = batch.encode()
    seed = _TAG + key + len(name).to_bytes(2, "big") + name
    low, high = first // ROWS_PER_CALL, (first + count - 1) // ROWS_PER_CALL
    size = SALT * ROWS_PER_CALL
    calls = [shake_256(seed + call.to_bytes(8, "big")).digest(size) for call in range(low, high + 1)]
    start = (first - low * ROWS_PER_CALL) * SALT
    return b"".join(calls)[start : start + count * SALT]


def _pieces(data: bytes, width: int) -> Iterator[bytes]:
    return (data[at : at + width] for at in range(0, len(data), width))


def commitments(rows: bytes, width: int, salted: bytes) -> bytes:
    """Leaf hashes of rows under their salts, 32 bytes each, concatenated.

    `rows` is rows of `width` bytes behind each other; ValueError when the lengths do not fit.
    """
    if width < 1 or len(rows) % width or len(salted) != len(rows) // width * SALT:
        raise ValueError("rows have one width, and each row has one salt")
    # One comprehension without slices of our own: the hashing is more than half of the time.
    pairs = zip(iter_unpack(f"{SALT}s", salted), iter_unpack(f"{width}s", rows), strict=True)
    join = b"".join
    return join([sha256(join((b"\x00", salt, row))).digest() for (salt,), (row,) in pairs])


def commit_pieces(chunks: Iterable[bytes], width: int, key: bytes, batch: str) -> Iterator[bytes]:
    """Leaf hashes (32 bytes each) of rows that come in pieces, each a whole number of rows, piece by piece.

    ValueError as for `salts` and `commitments`.
    """
    first = 0
    for chunk in chunks:
        yield commitments(chunk, width, salts(key, batch, first, len(chunk) // width))
        first += len(chunk) // width


def commit_chunks(chunks: Iterable[bytes], width: int, key: bytes, batch: str) -> Commitments:
    """Commit rows that come in pieces, each a whole number of rows; memory beside the leaf hashes follows the piece.

    Zero rows have the RFC 6962 root of the empty tree. ValueError as for `salts` and `commitments`.
    """
    frontier, kept = Frontier(), []
    for hashes in commit_pieces(chunks, width, key, batch):
        frontier = grow(frontier, hashes)[0]
        kept.append(hashes)
    return Commitments(frontier.size, frontier.root(), b"".join(kept))


def commit(rows: bytes, width: int, key: bytes, batch: str) -> Commitments:
    """Commit all rows of a batch held in one byte string; the same result as `commit_chunks`."""
    if width < 1:
        raise ValueError("a row has at least one byte")
    return commit_chunks(_pieces(rows, width * _CHUNK), width, key, batch)


def open_row(rows: bytes, width: int, key: bytes, batch: str, index: int) -> Opening:
    """Salt and row at `index`. ValueError when there is no such row."""
    if not 0 <= index < len(rows) // width:
        raise ValueError("no such row")
    return Opening(index, salts(key, batch, index, 1), rows[index * width : (index + 1) * width])


def row_proof(committed: Commitments, index: int) -> list[bytes]:
    """The path of row `index` in the subtree. (From stored tiles: `merkle.inclusion_proof`, `tile.node_getter`.)"""
    return inclusion_proof(index, committed.count, nodes_of(committed.leaf_hashes))


def verify_row(root: bytes, size: int, opening: Opening, path: Sequence[bytes]) -> bool:
    """Whether the opened row is in the subtree with this root and number of rows, at the place the opening says.

    The caller holds the row to the width that the stage leaf names.
    """
    return len(opening.salt) == SALT and verify_inclusion(opening.commitment, opening.index, size, path, root)
