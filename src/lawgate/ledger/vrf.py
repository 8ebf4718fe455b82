# SPDX-License-Identifier: Apache-2.0
"""RSA-FDH-VRF-SHA256 (RFC 9381, section 4): a keyed hash whose value anybody can check with the public key. Pure.

For one key and one input there is one proof and one value, and without the private key nobody can compute the value of
a guessed input. `docs/spec/accounting.md` says what it is used for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from lawgate.ledger.errors import MalformedError

MIN_BITS, MAX_BITS = 2048, 8192
EXPONENT = 65537
OUTPUT = 32
_SUITE, _ENCODE, _HASH = b"\x01", b"\x01", b"\x02"
_TAG = b"lawgate-vrf-key-v1\0"


@dataclass(frozen=True, slots=True)
class VrfPublicKey:
    """An RSA public key: modulus of 2,048 to 8,192 bits, exponent 65537. MalformedError for anything else."""

    n: int
    e: int = EXPONENT

    def __post_init__(self) -> None:
        """Refuse a modulus that is too small, too large or even, and every other exponent."""
        if not MIN_BITS <= self.n.bit_length() <= MAX_BITS or self.n % 2 == 0 or self.e != EXPONENT:
            raise MalformedError("vrf_key")

    @property
    def size(self) -> int:
        """Bytes of the modulus, which is the length of a proof."""
        return (self.n.bit_length() + 7) // 8

    @property
    def digest(self) -> bytes:
        """SHA-256 that names this key: over its tag, the size (4 bytes), the modulus and the exponent (4 bytes)."""
        return sha256(_TAG + self.size.to_bytes(4, "big") + octets(self.n, self.size) + octets(self.e, 4)).digest()


@dataclass(frozen=True, slots=True)
class VrfPrivateKey:
    """The two primes and what the Chinese remainder theorem needs. Nothing of it is in `repr`.

    MalformedError when the parts do not make one key.
    """

    public: VrfPublicKey
    p: int = field(repr=False)
    q: int = field(repr=False)
    d_p: int = field(repr=False)
    d_q: int = field(repr=False)
    q_inverse: int = field(repr=False)

    def __post_init__(self) -> None:
        """Hold the parts to each other: a slip here would give away the primes with the first proof."""
        fits = self.p * self.q == self.public.n and self.q * self.q_inverse % self.p == 1
        inverse = all(d * self.public.e % (prime - 1) == 1 for d, prime in ((self.d_p, self.p), (self.d_q, self.q)))
        if not fits or not inverse:
            raise MalformedError("vrf_key")


def private_key(p: int, q: int) -> VrfPrivateKey:
    """The private key of two primes. MalformedError when they give no key of the form above."""
    try:
        d_p, d_q, inverse = pow(EXPONENT, -1, p - 1), pow(EXPONENT, -1, q - 1), pow(q, -1, p)
    except ValueError:
        raise MalformedError("vrf_key") from None
    return VrfPrivateKey(VrfPublicKey(p * q), p, q, d_p, d_q, inverse)


def octets(number: int, size: int) -> bytes:
    """A number as so many bytes, the most significant first."""
    return number.to_bytes(size, "big")


def mgf1(seed: bytes, size: int) -> bytes:
    """So many bytes from a seed: MGF1 of RFC 8017, B.2.1, with SHA-256."""
    calls = -(-size // OUTPUT)
    return b"".join([sha256(seed + octets(call, 4)).digest() for call in range(calls)])[:size]


def _message(key: VrfPublicKey, alpha: bytes) -> int:
    salt = octets(key.size, 4) + octets(key.n, key.size)
    return int.from_bytes(mgf1(_SUITE + _ENCODE + salt + alpha, key.size - 1), "big")


def prove(key: VrfPrivateKey, alpha: bytes) -> bytes:
    """The proof for an input: as many bytes as the modulus has. LawgateError's MalformedError for a faulty machine.

    The result is held against the input before it is returned: one wrong half would show the primes.
    """
    message = _message(key.public, alpha)
    one, two = pow(message % key.p, key.d_p, key.p), pow(message % key.q, key.d_q, key.q)
    found = two + key.q * ((one - two) * key.q_inverse % key.p)
    if pow(found, key.public.e, key.public.n) != message:
        raise MalformedError("vrf_proof")
    return octets(found, key.public.size)


def proof_to_hash(key: VrfPublicKey, proof: bytes) -> bytes:
    """The value (32 bytes) that a proof gives. MalformedError for a wrong length. It says nothing about the input."""
    if len(proof) != key.size:
        raise MalformedError("vrf_proof")
    return sha256(_SUITE + _HASH + proof).digest()


def verify(key: VrfPublicKey, alpha: bytes, proof: bytes) -> bytes:
    """The value (32 bytes) of this input under this key. MalformedError unless the proof is the one for it."""
    number = int.from_bytes(proof, "big")
    if len(proof) != key.size or number >= key.n or pow(number, key.e, key.n) != _message(key, alpha):
        raise MalformedError("vrf_proof")
    return proof_to_hash(key, proof)
