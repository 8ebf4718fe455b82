# SPDX-License-Identifier: Apache-2.0
"""A closed log and the one in which it goes on name each other; a verifier follows the seam, and nothing else."""

from dataclasses import replace

import pytest

from lawgate.drivers.keys import KeySigner, verify
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, parse
from lawgate.ledger.merkle import inclusion_proof, leaf_hashes, nodes_of, root_of
from lawgate.ledger.note import COSIGNATURE, ED25519, Note, cosign_line, sign_line
from lawgate.ledger.proof import LogProof
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import Value
from lawgate.ledger.seam import Shown, previous_fields, verify_seam
from unit.ledger.test_log_fold import AT, leaf

WITNESS = KeySigner("witness.example/1", COSIGNATURE, bytes(range(1, 33)))


def shown(signer: KeySigner, leaves: list[StageLeaf], index: int) -> Shown:
    """A leaf of a log of these leaves, with its proof under a cosigned head."""
    entries = [each.render() for each in leaves]
    hashes = leaf_hashes(entries)
    text = Checkpoint(signer.name, len(entries), root_of(hashes)).text
    lines = (sign_line(signer.key, signer.sign, text), cosign_line(WITNESS.key, WITNESS.sign, text, 1758807002))
    path = tuple(inclusion_proof(index, len(entries), nodes_of(hashes)))
    return Shown(
        entries[index], LogProof(index, path, Note(text, lines).render()), Policy(signer.key, (WITNESS.key,), 1)
    )


OLD, NEW, THIRD = (KeySigner(f"log.example/{year}", ED25519, bytes([year % 256] * 32)) for year in (2025, 2026, 2027))
CLOSING = [leaf("start"), leaf("order-bar"), leaf("shard-close", size=2, next_origin=NEW.name)]
HEAD = Checkpoint(OLD.name, 3, root_of(leaf_hashes(each.render() for each in CLOSING)))


def start(**said: Value) -> StageLeaf:
    return StageLeaf("start", AT, {**leaf("start").body, **previous_fields(HEAD), **said})


def test_both_sides_name_each_other() -> None:
    closing, starting = shown(OLD, CLOSING, 2), shown(NEW, [start(), leaf("order-bar")], 0)
    old, new = verify_seam(closing, starting, verify)
    assert (old, new.origin, new.size) == (HEAD, NEW.name, 2)


def test_a_start_leaf_has_all_three_fields_or_none() -> None:
    assert parse(start().render()) == start()
    assert parse(leaf("start").render()) == leaf("start")
    for name in previous_fields(HEAD):
        with pytest.raises(MalformedError, match="leaf_fields"):
            StageLeaf("start", AT, {key: value for key, value in start().body.items() if key != name})


@pytest.mark.parametrize(
    ("closing", "at", "starting", "signer"),
    [
        (CLOSING, 1, [start()], NEW),
        (CLOSING, 2, [leaf("start")], NEW),
        (CLOSING, 2, [start(previous="log.example/2024")], NEW),
        (CLOSING, 2, [start(previous_size=2)], NEW),
        (CLOSING, 2, [start(previous_root="00" * 32)], NEW),
        (CLOSING, 2, [start()], THIRD),
        ([*CLOSING[:2], leaf("shard-close", size=1, next_origin=NEW.name)], 2, [start()], NEW),
        ([*CLOSING, leaf("order-bar")], 2, [start(previous_size=4)], NEW),
    ],
)
def test_a_seam_that_does_not_fit_is_refused(
    closing: list[StageLeaf], at: int, starting: list[StageLeaf], signer: KeySigner
) -> None:
    with pytest.raises(MalformedError, match="seam"):
        verify_seam(shown(OLD, closing, at), shown(signer, starting, 0), verify)


def test_a_seam_needs_the_witnesses_of_both_logs() -> None:
    closing, starting = shown(OLD, CLOSING, 2), shown(NEW, [start()], 0)
    other = Policy(OLD.key, (KeySigner("witness.example/2", COSIGNATURE, bytes(32)).key,), 1)
    with pytest.raises(MalformedError):
        verify_seam(replace(closing, policy=other), starting, verify)
    with pytest.raises(MalformedError):
        verify_seam(closing, replace(starting, leaf=leaf("start").render()), verify)
