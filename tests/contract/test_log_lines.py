# SPDX-License-Identifier: Apache-2.0
"""Lines of a head that nobody here can check are named, and count for nothing; and how a log stands to a memory."""

from pathlib import Path

import pytest

from contract.log_crash import LOG, ORIGIN, WITNESS
from contract.test_log_store import alarms
from lawgate.drivers import keys
from lawgate.drivers.tiles import TileLog, verify
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import leaf_hashes, root_of
from lawgate.ledger.note import ML_DSA_44, Note, NoteKey, SignatureLine, cosign_line, sign_line
from lawgate.ledger.quorum import Policy, check
from lawgate.ledger.sequence import FORKED, SET_BACK, against_memory

LATER = NoteKey("later.example/1", ML_DSA_44, bytes(1312))


def test_a_line_of_ml_dsa_is_named_and_counts_for_nothing(tmp_path: Path) -> None:
    policy = Policy(LOG.key, (WITNESS.key, LATER), 1)
    with TileLog.create(tmp_path / "log", ORIGIN) as log:
        log.append(alarms(0, 3))
        text = log.head().text
        line = SignatureLine(LATER.name, LATER.key_id, bytes(8 + 2420))
        own, other = sign_line(LOG.key, LOG.sign, text), cosign_line(WITNESS.key, WITNESS.sign, text, 1_750_000_000)
        log.publish(Note(text, (own, other, line)).render())
        found = verify(tmp_path / "log", policy, keys.verify)
        assert [(each.code, each.broken, each.place) for each in found] == [
            ("line_not_checked", False, "signature line 3")
        ]
        log.publish(Note(text, (own, line)).render())
        assert "too_few_witnesses" in {each.code for each in verify(tmp_path / "log", policy, keys.verify)}
        with pytest.raises(MalformedError, match="quorum"):
            check(log.checkpoint() or b"", policy, keys.verify)
        log.publish(Note(text, (own, other, SignatureLine(LATER.name, LATER.key_id, bytes(2420)))).render())
        assert [each.code for each in verify(tmp_path / "log", policy, keys.verify)] == ["signature_invalid"]


def test_how_a_log_stands_to_a_memory() -> None:
    hashes = leaf_hashes(alarms(0, 5))

    def root_at(size: int) -> bytes:
        return root_of(hashes[: 32 * size])

    for size in range(6):
        assert against_memory(5, root_at, Checkpoint(ORIGIN, size, root_at(size))) == ""
    assert against_memory(5, root_at, Checkpoint(ORIGIN, 6, bytes(32))) == SET_BACK
    assert against_memory(5, root_at, Checkpoint(ORIGIN, 4, bytes(32))) == FORKED
    assert against_memory(5, root_at, Checkpoint(ORIGIN, 5, bytes(32))) == FORKED
