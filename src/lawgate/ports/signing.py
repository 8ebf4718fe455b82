# SPDX-License-Identifier: Apache-2.0
"""Who signs and how a signature is checked."""

from typing import Protocol

from lawgate.ledger.note import NoteKey


class Signer(Protocol):
    """One private key that never leaves its driver.

    Contract: `sign` is deterministic Ed25519 (RFC 8032) over the whole message and gives 64 bytes that a `Verifier`
    accepts under `public_key`; the properties never change; nothing about the private key is in `repr`, a log or an
    error.
    """

    @property
    def key(self) -> NoteKey:
        """The public half: name, signature type, 32 bytes."""

    @property
    def name(self) -> str:
        """The name that stands on signature lines; for a log it is the origin."""

    @property
    def key_id(self) -> bytes:
        """Four bytes that stand before each signature."""

    @property
    def public_key(self) -> bytes:
        """32 bytes of Ed25519."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes over the message."""


class Verifier(Protocol):
    """A check of one Ed25519 signature.

    Contract: never raises for any bytes; refuses a key that is not 32 bytes, not canonical or of low order before it
    looks at the signature; True only for a valid signature over exactly this message.
    """

    def __call__(self, public_key: bytes, message: bytes, signature: bytes, /) -> bool:
        """Whether the signature holds."""
