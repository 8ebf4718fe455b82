# SPDX-License-Identifier: Apache-2.0
"""Sealing bytes so that one key opens them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from lawgate.model.fault import LawgateError


class SealError(LawgateError):
    """Sealing failed or the recipient text is not a key. Nothing of the plaintext is in the message."""

    stop = "E_SEAL"


@dataclass(frozen=True, slots=True)
class FreshIdentity:
    """A key made for one record: the secret line that opens it (not shown by `repr`) and its public recipient text."""

    secret: str = field(repr=False)
    recipient: str


class Sealer(Protocol):
    """Seals to age recipients.

    Contract: what `seal` returns is one complete age file that any age program opens with the matching identity and
    with no other; sealing twice gives different bytes; `fresh` never gives the same identity twice.
    """

    def fresh(self) -> FreshIdentity:
        """A new identity from the system's randomness."""

    def is_recipient(self, recipient: str) -> bool:
        """Whether `seal` would accept this recipient text."""

    def seal(self, plain: bytes, recipient: str) -> bytes:
        """The sealed file. SealError for a recipient text that is not a key."""
