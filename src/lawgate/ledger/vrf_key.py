# SPDX-License-Identifier: Apache-2.0
"""That a key of the VRF gives every input one proof, shown by whoever has its primes to whoever has not. Pure.

RFC 9381 calls this trusted uniqueness and leaves it to whoever made the key. For some moduli raising to the exponent is
no permutation: one number could then have two proofs, two labels, and two lists. The certificate is that of Goldberg,
Reyzin, Sagga and Baldimtsi (Efficient Noninteractive Certification of RSA Moduli and Beyond, 2019): roots of numbers
that a hash chooses. Unless raising to `e * n` is a permutation of the numbers below n, some prime that divides both
`e * n` and the order of the group lets at most one number in 65,537 have a root, of those that share no factor with n;
with the others it is fewer than one in 40,000. That nine of them all have one has a chance below 2^-128.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.vrf import VrfPrivateKey, VrfPublicKey, mgf1, octets

ROOTS = 9
SMALLEST = 65537  # no smaller prime may divide the modulus
_TAG = b"lawgate-vrf-key-roots-v1\0"
_EVEN = 16  # bytes drawn beyond the modulus, so that no remainder is likelier than another


def certify(key: VrfPrivateKey) -> tuple[bytes, ...]:
    """The certificate of a key: nine roots, each as many bytes as the modulus has. The same key, the same certificate.

    MalformedError when the key has none, which is what a certificate is for.
    """
    made = tuple(_root(key, drawn) for drawn in _drawn(key.public))
    verify_key(key.public, made)
    return made


def verify_key(key: VrfPublicKey, roots: Sequence[bytes]) -> None:
    """Return when the certificate shows that each input has one proof under this key; MalformedError otherwise."""
    if len(roots) != ROOTS or any(key.n % number == 0 for number in range(3, SMALLEST, 2)):
        raise MalformedError("vrf_key")
    for root, drawn in zip(roots, _drawn(key), strict=True):
        number = int.from_bytes(root, "big")
        if len(root) != key.size or number >= key.n or pow(number, key.e * key.n, key.n) != drawn:
            raise MalformedError("vrf_key")


def _drawn(key: VrfPublicKey) -> list[int]:
    """The numbers whose roots are wanted: nobody can choose them without choosing another modulus."""
    seeds = [_TAG + key.digest + octets(place, 4) for place in range(ROOTS)]
    return [int.from_bytes(mgf1(seed, key.size + _EVEN), "big") % key.n for seed in seeds]


def _root(key: VrfPrivateKey, drawn: int) -> bytes:
    exponent = key.public.e * key.public.n
    try:
        one, two = (pow(drawn, pow(exponent, -1, prime - 1), prime) for prime in (key.p, key.q))
    except ValueError:
        raise MalformedError("vrf_key") from None
    return octets(two + key.q * ((one - two) * key.q_inverse % key.p), key.public.size)
