# SPDX-License-Identifier: Apache-2.0
"""JWE (RFC 7516) through joserfc: files that the program `jose` opens with `jose jwe dec`."""

from __future__ import annotations

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from lawgate.drivers.jwe.key import CURVE, public_key, public_text, secret_text, thumbprint
from lawgate.ports.seal import FreshIdentity, SealError

AGREED, SEALED = "ECDH-ES+A256KW", "A256GCM"
"""The one way a key is agreed on and the one way content is sealed; nothing else is written or opened."""


class JweSealer:
    """A `Sealer` (see `ports.seal`) for public keys on P-384, each the text of a JWK.

    Each file has a content key and an ephemeral key of its own. Its header names the one key it is for: without that,
    bytes could be made that open with two keys to two different texts.
    """

    def fresh(self) -> FreshIdentity:
        """A new key on P-384."""
        key = ECKey.generate_key(CURVE)
        return FreshIdentity(secret_text(key), public_text(key))

    def fresh_for(self, recipient: str) -> FreshIdentity:
        """A new key. SealError when the text is no recipient."""
        _recipient(recipient)
        return self.fresh()

    def ending(self, recipient: str) -> str:
        """`jwe`. SealError when the text is no recipient."""
        _recipient(recipient)
        return "jwe"

    def is_recipient(self, recipient: str) -> bool:
        """Whether the text is a public JWK on P-384 in its one spelling."""
        return public_key(recipient) is not None

    def seal(self, plain: bytes, recipient: str) -> bytes:
        """One JWE in compact form for one recipient. SealError when it is no recipient or sealing failed."""
        key = _recipient(recipient)
        header = {"alg": AGREED, "enc": SEALED, "kid": thumbprint(key)}
        try:
            return jwe.encrypt_compact(header, plain, key, algorithms=[AGREED, SEALED]).encode("ascii")
        except (JoseError, ValueError):
            raise SealError("sealing failed") from None


def _recipient(text: str) -> ECKey:
    key = public_key(text)
    if key is None:
        raise SealError("not a public key on P-384")
    return key
