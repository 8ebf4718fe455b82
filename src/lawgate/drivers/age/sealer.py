# SPDX-License-Identifier: Apache-2.0
"""age (X25519) through pyrage: files that the age program opens with `age -d -i`."""

from __future__ import annotations

import pyrage

from lawgate.ports.seal import FreshIdentity, SealError


class AgeSealer:
    """A `Sealer` (see `ports.seal`) for `age1…` recipients."""

    def fresh(self) -> FreshIdentity:
        """A new X25519 identity."""
        identity = pyrage.x25519.Identity.generate()
        return FreshIdentity(str(identity), str(identity.to_public()))

    def fresh_for(self, recipient: str) -> FreshIdentity:
        """A new identity. SealError when the text is no recipient."""
        self._must_be(recipient)
        return self.fresh()

    def ending(self, recipient: str) -> str:
        """`age`. SealError when the text is no recipient."""
        self._must_be(recipient)
        return "age"

    def is_recipient(self, recipient: str) -> bool:
        """Whether the text is an X25519 recipient in its one spelling."""
        try:
            return str(pyrage.x25519.Recipient.from_str(recipient)) == recipient
        except pyrage.RecipientError:
            return False

    def seal(self, plain: bytes, recipient: str) -> bytes:
        """One age file for one recipient. SealError when it is no recipient or sealing failed."""
        self._must_be(recipient)
        try:
            return bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(recipient)]))
        except pyrage.EncryptError:
            raise SealError("sealing failed") from None

    def _must_be(self, recipient: str) -> None:
        if not self.is_recipient(recipient):
            raise SealError("not an age recipient")
