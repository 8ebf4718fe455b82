# SPDX-License-Identifier: Apache-2.0
"""Opening age files with an X25519 identity."""

from __future__ import annotations

import pyrage

from lawgate.ports.seal import OpenError

_PREFIX = "AGE-SECRET-KEY-1"


class AgeOpener:
    """An `Opener` (see `ports.seal`) for `AGE-SECRET-KEY-1…` identities."""

    def identities(self, text: str) -> tuple[str, ...]:
        """Every line that is an identity, as `age-keygen` writes them among its comments."""
        lines = (line.strip() for line in text.splitlines())
        return tuple(line for line in lines if line.startswith(_PREFIX) and _identity(line) is not None)

    def recipient(self, identity: str) -> str:
        """The `age1…` text. OpenError when the text is no identity."""
        return str(_known(identity).to_public())

    def open(self, sealed: bytes, identity: str) -> bytes:
        """The content. OpenError when the identity is another one, or the file is not as it was sealed."""
        try:
            return bytes(pyrage.decrypt(sealed, [_known(identity)]))
        except pyrage.DecryptError:
            raise OpenError("the identity does not open this file") from None


def _known(identity: str) -> pyrage.x25519.Identity:
    found = _identity(identity)
    if found is None:
        raise OpenError("not an age identity")
    return found


def _identity(text: str) -> pyrage.x25519.Identity | None:
    try:
        found = pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        return None
    return found if str(found) == text else None
