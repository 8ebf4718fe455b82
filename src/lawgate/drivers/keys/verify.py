# SPDX-License-Identifier: Apache-2.0
"""Check an Ed25519 signature, and before that the key: two verifiers must never differ about one key.

Libraries disagree on keys that are not in canonical form and on keys of low order (under which one signature can hold
for many messages). Both kinds are refused before the signature is looked at.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_P = 2**255 - 19
_SIGN_BIT = 1 << 255
# y coordinates of the eight points of low order: orders 1, 2, 4, and the two y of order 8.
_ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_LOW_ORDER = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})


def is_usable(public_key: bytes) -> bool:
    """Whether these are 32 bytes in canonical form that do not stand for a point of low order."""
    if len(public_key) != 32:
        return False
    y = int.from_bytes(public_key, "little") & (_SIGN_BIT - 1)
    return y < _P and y not in _LOW_ORDER


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is a valid signature (64 bytes, RFC 8032) over the message by a usable key. Never raises."""
    if len(signature) != 64 or not is_usable(public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
