# SPDX-License-Identifier: Apache-2.0
"""Keys on the curve P-384 as JSON Web Keys, each text in its one spelling."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from hashlib import sha256

import rfc8785
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

CURVE = "P-384"
_PUBLIC = ("crv", "kty", "x", "y")
_SECRET = ("crv", "d", "kty", "x", "y")


def public_text(key: ECKey) -> str:
    """The public half: the four members a thumbprint is taken of (RFC 7638), in canonical JSON (RFC 8785)."""
    return _text(key, _PUBLIC, private=False)


def secret_text(key: ECKey) -> str:
    """The key with its secret, on one line, in canonical JSON."""
    return _text(key, _SECRET, private=True)


def thumbprint(key: ECKey) -> str:
    """SHA-256 of the public text, as RFC 7638 spells it (base64url)."""
    return base64.urlsafe_b64encode(sha256(public_text(key).encode()).digest()).rstrip(b"=").decode()


def public_key(text: str) -> ECKey | None:
    """The public key this text is; None unless it is one, in its one spelling."""
    key = _key(text, _PUBLIC)
    return key if key is not None and public_text(key) == text else None


def secret_key(text: str) -> ECKey | None:
    """The secret key this text is; None unless it is one, in its one spelling."""
    key = _key(text, _SECRET)
    return key if key is not None and secret_text(key) == text else None


def secret_texts(text: str) -> Iterator[str]:
    """Every secret key on P-384 in a file as `jose` writes it: one JWK or a set; other members are left out."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    listed = found.get("keys") if isinstance(found, dict) and "keys" in found else [found]
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and set(_SECRET) <= set(each):
            # A key that says of itself that it is for something else is not used.
            key = _key(json.dumps({name: each[name] for name in _SECRET}), _SECRET)
            if key is not None and each.get("use", "enc") == "enc":
                yield secret_text(key)


def _key(text: str, members: tuple[str, ...]) -> ECKey | None:
    try:
        found = json.loads(text)
        if not isinstance(found, dict) or set(found) != set(members) or found["crv"] != CURVE:
            return None
        # A point off the curve, or a secret that is not this point's, is refused by the library. Read a second time
        # from the numbers: a key that was read from a text would give that text again, in whatever spelling.
        return ECKey.import_key(ECKey.import_key(found).raw_value)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _text(key: ECKey, members: tuple[str, ...], *, private: bool) -> str:
    found = key.as_dict(private=private)
    return rfc8785.dumps({name: str(found[name]) for name in members}).decode()
