# SPDX-License-Identifier: Apache-2.0
"""Opening JWE files: one form only, whatever else the format allows."""

from __future__ import annotations

import base64
import json
import re

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from lawgate.drivers.jwe.key import public_key, public_text, secret_key, secret_texts, thumbprint
from lawgate.drivers.jwe.sealer import AGREED, SEALED
from lawgate.ports.seal import OpenError

_SIGN = rb"[A-Za-z0-9_-]"
# Header, wrapped content key (40 bytes), nonce (12), content, tag (16).
_FORM = re.compile(rb"(%b+)\.(%b{54})\.(%b{16})\.(%b*)\.(%b{22})" % (_SIGN, _SIGN, _SIGN, _SIGN, _SIGN))
_HEADER = {"alg", "enc", "epk", "kid"}


class _Registry(jwe.JWERegistry):
    """What the library may read: as much as a whole file of keys, by the two algorithms alone."""

    max_ciphertext_length = 64 << 20

    def __init__(self) -> None:
        super().__init__(algorithms=[AGREED, SEALED])


class JweOpener:
    """An `Opener` (see `ports.seal`) for keys on P-384."""

    def identities(self, text: str) -> tuple[str, ...]:
        """Every secret key in a JWK, or in a set of them."""
        return tuple(secret_texts(text))

    def recipient(self, identity: str) -> str:
        """The public JWK. OpenError when the text is no secret key."""
        return public_text(_secret(identity))

    def open(self, sealed: bytes, identity: str) -> bytes:
        """The content. OpenError when the key is another one, or the file is not as it was sealed."""
        key = _secret(identity)
        form = _FORM.fullmatch(sealed)
        if form is None or not all(_one_spelling(part) for part in form.groups()) or not _for_key(form[1], key):
            raise OpenError("the identity does not open this file")
        try:
            plain = jwe.decrypt_compact(sealed, key, registry=_Registry()).plaintext
        except (JoseError, ValueError, TypeError, KeyError, AssertionError):
            raise OpenError("the identity does not open this file") from None
        if plain is None:
            raise OpenError("the identity does not open this file")
        return plain


def _secret(identity: str) -> ECKey:
    key = secret_key(identity)
    if key is None:
        raise OpenError("not a secret key on P-384")
    return key


def _bytes(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def _one_spelling(part: bytes) -> bool:
    """Whether no bits stand in the text that the bytes do not have: otherwise two files would hold the same."""
    return len(part) % 4 != 1 and base64.urlsafe_b64encode(_bytes(part)).rstrip(b"=") == part


def _for_key(part: bytes, key: ECKey) -> bool:
    """Whether the header states the two algorithms, an ephemeral key on the curve, this key, and nothing else."""
    raw = _bytes(part)
    try:
        found = json.loads(raw)
        compact = json.dumps(found, separators=(",", ":")).encode() == raw
    except (ValueError, RecursionError):
        return False
    if not compact or not isinstance(found, dict) or set(found) != _HEADER or not isinstance(found["epk"], dict):
        return False
    ephemeral = json.dumps(found["epk"], separators=(",", ":"), sort_keys=True)
    stated = (found["alg"], found["enc"], found["kid"])
    return stated == (AGREED, SEALED, thumbprint(key)) and public_key(ephemeral) is not None
