# SPDX-License-Identifier: Apache-2.0
"""RSA-FDH-VRF-SHA256 against the examples of RFC 9381, and what it refuses."""

import dataclasses
import json
from pathlib import Path

import pytest

from lawgate.ledger import vrf
from lawgate.ledger.errors import MalformedError

VECTORS = json.loads((Path(__file__).parent / "vrf_rfc9381.json").read_text("utf-8"))["vectors"]
KEYS = [vrf.private_key(int(each["p"], 16), int(each["q"], 16)) for each in VECTORS]
CASES = [
    (key, bytes.fromhex(each["alpha"]), bytes.fromhex(each["pi"]), bytes.fromhex(each["beta"]))
    for key, each in zip(KEYS, VECTORS, strict=True)
]


@pytest.mark.parametrize(("key", "alpha", "proof", "value"), CASES, ids=[str(each["bits"]) for each in VECTORS])
def test_the_examples_of_the_standard(key: vrf.VrfPrivateKey, alpha: bytes, proof: bytes, value: bytes) -> None:
    assert vrf.prove(key, alpha) == proof
    assert vrf.proof_to_hash(key.public, proof) == value
    assert vrf.verify(key.public, alpha, proof) == value


def test_there_are_examples_of_three_sizes() -> None:
    assert [each["bits"] for each in VECTORS] == [2048, 3072, 4096]


def test_another_input_key_or_proof_is_refused() -> None:
    key, alpha, proof, _ = CASES[0]
    bent = bytes([proof[0], proof[1] ^ 1, *proof[2:]])
    larger = (int.from_bytes(proof, "big") + key.public.n).to_bytes(key.public.size + 1, "big")
    wrong = [(alpha + b"\0", proof), (alpha, bent), (alpha, proof[:-1]), (alpha, b"\0" + proof), (alpha, larger)]
    for said, shown in wrong:
        with pytest.raises(MalformedError):
            vrf.verify(key.public, said, shown)
    with pytest.raises(MalformedError):
        vrf.verify(vrf.VrfPublicKey(KEYS[0].public.n + 2), alpha, proof)


def test_a_number_beyond_the_modulus_is_no_second_proof() -> None:
    """Adding the modulus gives the same residue; a verifier that took it would have two proofs for one input."""
    key = KEYS[0]
    found = (
        (alpha, number)
        for alpha in (bytes([each]) for each in range(64))
        if (number := int.from_bytes(vrf.prove(key, alpha), "big") + key.public.n) < 1 << 2048
    )
    alpha, number = next(found)
    with pytest.raises(MalformedError):
        vrf.verify(key.public, alpha, number.to_bytes(256, "big"))


@pytest.mark.parametrize("n", [(1 << 2046) + 1, 1 << 2047, (1 << 8192) + 1])
def test_a_weak_or_misshapen_key_is_refused(n: int) -> None:
    with pytest.raises(MalformedError):
        vrf.VrfPublicKey(n)


def test_another_exponent_is_refused() -> None:
    with pytest.raises(MalformedError):
        vrf.VrfPublicKey(KEYS[0].public.n, 3)


def test_a_private_key_whose_parts_do_not_fit_is_refused_and_never_prints() -> None:
    key = KEYS[0]
    assert str(key.p) not in repr(key)
    assert str(key.d_p) not in repr(key)
    for part in ("p", "q", "d_p", "d_q", "q_inverse"):
        with pytest.raises(MalformedError):
            dataclasses.replace(key, **{part: getattr(key, part) + 2})


def test_the_digest_names_the_key() -> None:
    assert len({key.public.digest for key in KEYS}) == 3
