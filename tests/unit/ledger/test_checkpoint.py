# SPDX-License-Identifier: Apache-2.0
"""Checkpoints, quorum policies and log proofs: one spelling each, and nothing counts without its signatures."""

from base64 import b64encode
from dataclasses import replace

import pytest

from lawgate.drivers.keys import KeySigner, verify
from lawgate.ledger import checkpoint as checkpoints
from lawgate.ledger import merkle, proof, quorum
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import COSIGNATURE, ED25519, Note, cosign_line, sign_line
from lawgate.ledger.quorum import Policy
from lawgate.ledger.sequence import sign_head

SPEC_TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SPEC_NOTE = (
    SPEC_TEXT + "\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
).encode()
LOG = KeySigner("log.example/1", ED25519, bytes(range(32)))
WITNESSES = [KeySigner(f"witness.example/{n}", COSIGNATURE, bytes([n] * 32)) for n in range(3)]
POLICY = Policy(LOG.key, tuple(each.key for each in WITNESSES), 2)
ENTRIES = [b"zero", b"one", b"two", b"three", b"four"]
HASHES = merkle.leaf_hashes(ENTRIES)
HEAD = Checkpoint(LOG.name, len(ENTRIES), merkle.root_of(HASHES))


def witnessed(head: Checkpoint = HEAD, count: int = 2, seconds: int = 1_750_000_000) -> bytes:
    cosigned = [cosign_line(each.key, each.sign, head.text, seconds + n) for n, each in enumerate(WITNESSES[:count])]
    return Note(head.text, (sign_line(LOG.key, LOG.sign, head.text), *cosigned)).render()


def test_the_public_example() -> None:
    found, note = checkpoints.parse_note(SPEC_NOTE)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text == SPEC_TEXT
    assert note.render() == SPEC_NOTE


@pytest.mark.parametrize(
    "text",
    [
        SPEC_TEXT + "extension line\n",
        SPEC_TEXT + "\n",
        SPEC_TEXT[:-1],
        SPEC_TEXT.replace("20852163", "020852163"),
        SPEC_TEXT.replace("20852163", "+20852163"),
        SPEC_TEXT.replace("20852163", "-1"),
        SPEC_TEXT.replace("20852163", "2085_2163"),
        SPEC_TEXT.replace("20852163", "٢"),
        SPEC_TEXT.replace("20852163", "9223372036854775808"),
        SPEC_TEXT.replace("20852163", "0"),
        SPEC_TEXT.replace("q2I=", "q2J="),
        SPEC_TEXT.replace("q2I=", "q2I"),
        SPEC_TEXT.replace("CsUY", ""),
        SPEC_TEXT.replace("example.com/behind-the-sofa", ""),
        SPEC_TEXT.replace("\n", "\r\n"),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        checkpoints.parse_text(text)


def test_a_quorum_is_counted() -> None:
    found = quorum.check(witnessed(), POLICY, verify)
    assert found.checkpoint == HEAD
    assert found.seconds == 1_750_000_000
    assert quorum.check(witnessed(count=3), POLICY, verify).checkpoint == HEAD
    with pytest.raises(MalformedError, match="quorum"):
        quorum.check(witnessed(count=1), POLICY, verify)


def test_the_logs_own_signature_is_needed() -> None:
    cosigned = [cosign_line(each.key, each.sign, HEAD.text, 1) for each in WITNESSES]
    with pytest.raises(MalformedError, match="unsigned"):
        quorum.check(Note(HEAD.text, tuple(cosigned)).render(), POLICY, verify)


def test_another_origin_is_refused_although_the_key_signed_it() -> None:
    with pytest.raises(MalformedError, match="origin"):
        quorum.check(witnessed(replace(HEAD, origin="log.example/2")), POLICY, verify)


def test_a_witness_signature_does_not_stand_for_the_log_or_twice() -> None:
    keys = tuple(each.key for each in WITNESSES)
    double = replace(keys[0], name="witness.example/9")
    for bad in (
        lambda: Policy(LOG.key, keys, 0),
        lambda: Policy(LOG.key, keys, -1),
        lambda: Policy(LOG.key, keys, 4),
        lambda: Policy(LOG.key, (), 0),
        lambda: Policy(LOG.key, (), 1),
        lambda: Policy(LOG.key, (keys[0], keys[0]), 2),
        lambda: Policy(LOG.key, (keys[0], double), 2),
        lambda: Policy(keys[0], keys[1:], 1),
        lambda: Policy(LOG.key, (LOG.key,), 1),
        lambda: Policy(LOG.key, (replace(LOG.key, kind=COSIGNATURE, name="w"),), 1),
    ):
        with pytest.raises(ValueError, match=r"."):
            bad()


def test_a_policy_has_one_text() -> None:
    lines = POLICY.render().splitlines()
    assert [line.split(" ")[0] for line in lines] == ["log", "witness", "witness", "witness", "group", "quorum"]
    assert Policy(LOG.key, POLICY.witnesses[::-1], 2).digest == POLICY.digest
    assert replace(POLICY, required=1).digest != POLICY.digest


def test_two_roots_before_signing() -> None:
    assert sign_head(HEAD, HEAD.root, LOG.key, LOG.sign).text == HEAD.text
    with pytest.raises(MalformedError, match="two_roots"):
        sign_head(HEAD, bytes(32), LOG.key, LOG.sign)
    with pytest.raises(MalformedError, match="origin"):
        sign_head(replace(HEAD, origin="other"), HEAD.root, LOG.key, LOG.sign)


def proof_of(index: int, checkpoint: bytes) -> proof.LogProof:
    return proof.LogProof(index, tuple(merkle.inclusion_proof(index, 5, merkle.nodes_of(HASHES))), checkpoint)


def test_log_proofs_round_trip_and_verify() -> None:
    for index, entry in enumerate(ENTRIES):
        found = proof_of(index, witnessed())
        assert proof.parse(found.render()) == found
        assert proof.verify_entry(entry, found, POLICY, verify).checkpoint == HEAD
    with_extra = replace(found, extra=b"anything")
    assert proof.parse(with_extra.render()) == with_extra


def test_every_proof_of_another_entry_is_refused() -> None:
    checkpoint = witnessed()
    for index in range(5):
        for other, entry in enumerate(ENTRIES):
            if other != index:
                with pytest.raises(MalformedError, match="not_included"):
                    proof.verify_entry(entry, proof_of(index, checkpoint), POLICY, verify)


def test_other_spellings_of_a_proof_are_refused() -> None:
    good = proof_of(3, witnessed()).render().decode()
    for bad in (
        good.replace("@v1", "@v2"),
        good.replace("index 3", "index 03"),
        good.replace("index 3", "index"),
        good.replace("index 3\n", ""),
        good.replace("index 3", "extra \nindex 3"),
        good.replace("index 3", "extra !\nindex 3"),
        good.replace("index 3", "index 3\n" + b64encode(b"short").decode()),
        good.replace("\n\n", "\n", 1),
        good.replace("\n", "\r\n"),
        good.replace("index 3", "index 3 "),
        good.rsplit("\n\n", 1)[0] + "\n",
        "",
    ):
        with pytest.raises(MalformedError):
            proof.parse(bad.encode())
