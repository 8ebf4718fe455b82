# SPDX-License-Identifier: Apache-2.0
"""docs/spec/log.md says what the code does: the table of leaves and every example are checked."""

import re
from pathlib import Path

from lawgate.drivers.keys import KeySigner, verify
from lawgate.ledger import commit, leaf, merkle, proof
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.note import COSIGNATURE, ED25519, Note, cosign_line, sign_line
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import FIELDS
from lawgate.ledger.tile import encode_bundle

PAGE = (Path(__file__).resolve().parents[3] / "docs/spec/log.md").read_text("utf-8")
LINES = [line.strip() for line in PAGE.splitlines()]
LOG = KeySigner("log.example/2025", ED25519, bytes(range(32)))
WITNESS = KeySigner("witness.example/1", COSIGNATURE, bytes(range(1, 33)))


def test_the_table_of_leaves_is_the_schema() -> None:
    for kind, fields in FIELDS.items():
        row = ", ".join(f"`{name}` {type_}" for name, type_ in fields.items())
        assert f"| `{kind}` | {row} |" in LINES


def test_the_example_of_a_log_is_true() -> None:
    entries = [line.encode() for line in LINES if line.startswith('{"at"')]
    assert [leaf.parse(entry).render() for entry in entries] == entries
    hashes = merkle.leaf_hashes(entries)
    text = Checkpoint(LOG.name, 2, merkle.root_of(hashes)).text
    signed = Note(text, (sign_line(LOG.key, LOG.sign, text), cosign_line(WITNESS.key, WITNESS.sign, text, 1758807002)))
    found = proof.LogProof(1, (hashes[:32],), signed.render())
    shown = "\n".join(LINES)
    for part in (
        hashes[:32].hex(),
        hashes[32:].hex(),
        f"`{merkle.root_of(hashes).hex()}`",
        f"`{encode_bundle(entries)[:12].hex()}`",
        LOG.key.vkey,
        WITNESS.key.vkey,
        found.render().decode(),
    ):
        assert part in shown
    policy = Policy(LOG.key, (WITNESS.key,), 1)
    assert proof.verify_entry(entries[1], found, policy, verify).seconds == 1758807002


def test_the_example_of_commitments_is_true() -> None:
    committed = commit.commit(b"abcdef", 2, bytes(32), "batch-1/decided")
    salts = commit.salts(bytes(32), "batch-1/decided", 0, 3)
    for row in range(3):
        at = LINES.index(salts[32 * row :][:32].hex())
        assert LINES[at + 1] == committed.leaf_hashes[32 * row :][:32].hex()
    assert committed.root.hex() in LINES


def test_the_kinds_said_to_be_unwritten_are_those_no_step_names() -> None:
    source = Path(__file__).resolve().parents[3] / "src" / "lawgate"
    text = "".join(p.read_text("utf-8") for p in sorted(source.rglob("*.py")) if p.name != "schema.py")
    said = PAGE.split("No version writes these kinds yet;")[1].split("\n\n")[0]
    written = set(re.findall(r'(?:StageLeaf\(\s*|\b(?:[A-Z_]+) = )"([a-z-]+)"', text))
    unwritten = set(FIELDS) - written
    assert unwritten == {kind for kind in FIELDS if f"`{kind}`" in said} and "handout" not in unwritten
