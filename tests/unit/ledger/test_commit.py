# SPDX-License-Identifier: Apache-2.0
"""Row commitments: the settled construction, every row opens, nothing else does."""

from hashlib import sha256, shake_256
from itertools import pairwise

import pytest

from lawgate.ledger import commit, merkle

KEY = bytes(range(32))
WIDTH = 7
ROWS = b"".join(n.to_bytes(WIDTH, "big") for n in range(2500))


def test_the_construction_step_by_step() -> None:
    call = shake_256(b"lawgate-salt-v1" + KEY + b"\x00\x02b1" + (1).to_bytes(8, "big")).digest(32 * 1024)
    salt = call[(1500 - 1024) * 32 :][:32]
    assert commit.salts(KEY, "b1", 1500, 1) == salt
    row = (1500).to_bytes(WIDTH, "big")
    committed = commit.commit(ROWS, WIDTH, KEY, "b1")
    assert committed.leaf_hashes[1500 * 32 :][:32] == sha256(b"\x00" + salt + row).digest()
    assert committed.root == merkle.root_of(committed.leaf_hashes)
    assert committed.count == 2500


def test_a_known_batch() -> None:
    committed = commit.commit(b"abcdef", 2, bytes(32), "batch-1/decided")
    assert committed.root.hex() == "0a96845864c123d0b200466c43e587683e11883f5b4db7013beea273b0e16bbd"


@pytest.mark.parametrize(("first", "count"), [(0, 0), (0, 1), (0, 1024), (1023, 2), (1, 2499), (1024, 1024), (5, 3000)])
def test_salts_do_not_depend_on_how_they_are_asked(first: int, count: int) -> None:
    whole = commit.salts(KEY, "b1", 0, 4096)
    assert commit.salts(KEY, "b1", first, count) == whole[first * 32 : (first + count) * 32]


def test_salts_differ_by_key_batch_and_row() -> None:
    found = {
        commit.salts(key, batch, row, 1) for key in (KEY, bytes(32)) for batch in ("b1", "b2", "b") for row in (0, 1024)
    }
    assert len(found) == 12


def test_pieces_give_the_same_commitments() -> None:
    whole = commit.commit(ROWS, WIDTH, KEY, "b1")
    cuts = [0, 1, 1000, 1024, 2048, 2500]
    pieces = [ROWS[a * WIDTH : b * WIDTH] for a, b in pairwise(cuts)]
    assert commit.commit_chunks(pieces, WIDTH, KEY, "b1") == whole


def test_an_empty_batch_has_the_empty_root() -> None:
    empty = commit.commit(b"", WIDTH, KEY, "b1")
    assert (empty.count, empty.root, empty.leaf_hashes) == (0, merkle.EMPTY_ROOT, b"")


@pytest.mark.parametrize("index", [0, 1, 1023, 1024, 2499])
def test_a_row_opens_and_no_other_does(index: int) -> None:
    committed = commit.commit(ROWS, WIDTH, KEY, "b1")
    opening = commit.open_row(ROWS, WIDTH, KEY, "b1", index)
    path = commit.row_proof(committed, index)
    assert commit.verify_row(committed.root, 2500, opening, path)
    bad_row = bytes([opening.row[0] ^ 1]) + opening.row[1:]
    bad_salt = bytes([opening.salt[0] ^ 1]) + opening.salt[1:]
    for other in (
        commit.Opening(index, opening.salt, bad_row),
        commit.Opening(index, bad_salt, opening.row),
        commit.Opening(index ^ 1, opening.salt, opening.row),
        commit.Opening(index, opening.salt[:-1], opening.salt[-1:] + opening.row),
        commit.Opening(index, opening.salt + opening.row[:1], opening.row[1:]),
    ):
        assert not commit.verify_row(committed.root, 2500, other, path)
    assert not commit.verify_row(bytes(32), 2500, opening, path)


def test_lengths_that_do_not_fit_are_refused() -> None:
    for call in (
        lambda: commit.commit(b"abc", 2, KEY, "b"),
        lambda: commit.commit(b"abc", 0, KEY, "b"),
        lambda: commit.commit(b"abcd", 2, KEY[:-1], "b"),
        lambda: commit.commitments(b"abcd", 2, bytes(32)),
        lambda: commit.salts(KEY, "b", -1, 1),
        lambda: commit.salts(KEY, "b", 0, -1),
        lambda: commit.open_row(ROWS, WIDTH, KEY, "b1", 2500),
        lambda: commit.open_row(ROWS, WIDTH, KEY, "b1", -1),
    ):
        with pytest.raises(ValueError, match=r"."):
            call()
