# SPDX-License-Identifier: Apache-2.0
"""A key of the labels shows that each number has one proof under it; keys that are no such key cannot."""

import json
from pathlib import Path

import pytest

from lawgate.ledger import vrf, vrf_key
from lawgate.ledger.errors import MalformedError

VECTORS = json.loads((Path(__file__).parent / "vrf_rfc9381.json").read_text("utf-8"))["vectors"]
KEYS = [vrf.private_key(int(each["p"], 16), int(each["q"], 16)) for each in VECTORS]
# A prime that is one more than a multiple of the exponent: under it 65,537 numbers share one power.
SHARING = int(
    "80000a7820cc5948ab852fd9febcf1d5ed034d91deb5e11e43af6c6a0835aa0d8e76d646c88cf61f716bbd2a96a1669b"
    "5556efc0638d8b75b0b4405e99ee2e57fc74ea4a529a27810689d55f0f3e8cc595bf5d7c0d4942b2d91b6ff01f9caf98"
    "a2520b60a13e3663b28c0e2b208aec6fb8fc86d13e8f9c55a31c907d574c061d",
    16,
)


@pytest.mark.parametrize("key", KEYS, ids=[str(each["bits"]) for each in VECTORS])
def test_a_key_made_as_it_should_be_is_certified(key: vrf.VrfPrivateKey) -> None:
    shown = vrf_key.certify(key)
    vrf_key.verify_key(key.public, shown)
    assert shown == vrf_key.certify(key)
    assert {len(root) for root in shown} == {key.public.size}


def test_a_certificate_is_whole_and_of_its_key() -> None:
    key, shown = KEYS[0].public, list(vrf_key.certify(KEYS[0]))
    bent = bytes([shown[0][0], shown[0][1] ^ 1, *shown[0][2:]])
    larger = (int.from_bytes(shown[0], "big") + key.n).to_bytes(key.size + 1, "big")
    wrong = [
        [],
        shown[:-1],
        [*shown, shown[0]],
        [shown[1], shown[0], *shown[2:]],
        [bent, *shown[1:]],
        [larger, *shown[1:]],
        [b"\0" + shown[0], *shown[1:]],
        list(vrf_key.certify(KEYS[1])),
    ]
    for each in wrong:
        with pytest.raises(MalformedError):
            vrf_key.verify_key(key, each)


def test_two_proofs_for_one_input_are_what_it_keeps_away() -> None:
    """Under a prime that shares powers one input has two proofs, both of which the VRF takes; the key has no roots."""
    q, e = KEYS[1].q, vrf.EXPONENT
    public = vrf.VrfPublicKey(SHARING * q)
    with pytest.raises(MalformedError):
        vrf.private_key(SHARING, q)
    # A number that is 1 to the exponent modulo both primes, and not 1: times a proof, it is another proof.
    unity = next(u for base in range(2, 50) if (u := pow(base, (SHARING - 1) // e, SHARING)) != 1)
    twin = unity + SHARING * ((1 - unity) * pow(SHARING, -1, q) % q)
    proof = 3**1000 % public.n
    message = pow(proof, e, public.n)
    other = proof * twin % public.n
    assert other != proof and pow(other, e, public.n) == pow(proof, e, public.n) == message
    drawn = vrf_key._drawn(public)
    assert any(pow(number, (SHARING - 1) // e, SHARING) != 1 for number in drawn)
    for roots in (vrf_key.certify(KEYS[0]), [number.to_bytes(public.size, "big") for number in drawn]):
        with pytest.raises(MalformedError):
            vrf_key.verify_key(public, roots)


def test_a_square_and_a_small_factor_have_no_certificate() -> None:
    p, q = KEYS[0].p, KEYS[0].q
    squared = vrf.VrfPublicKey(p * p * q)
    # Modulo a square of p only one number in p is a power of p.
    assert all(pow(number, p - 1, p * p) != 1 for number in vrf_key._drawn(squared))
    small = vrf.VrfPublicKey(3 * p * q)
    for key in (squared, small):
        with pytest.raises(MalformedError):
            vrf_key.verify_key(key, [(1).to_bytes(key.size, "big")] * vrf_key.ROOTS)


def test_the_drawn_numbers_differ_and_fill_the_modulus() -> None:
    for key in KEYS:
        drawn = vrf_key._drawn(key.public)
        assert len(set(drawn)) == vrf_key.ROOTS
        assert all(1 << 1900 < number < key.public.n for number in drawn)
        assert not set(drawn) & set(vrf_key._drawn(vrf.VrfPublicKey(key.public.n + 2)))
