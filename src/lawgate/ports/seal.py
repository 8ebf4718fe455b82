# SPDX-License-Identifier: Apache-2.0
"""Sealing bytes so that one key opens them, and opening them with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from lawgate.model.fault import LawgateError


class SealError(LawgateError):
    """Sealing failed or the recipient text is not a key. Nothing of the plaintext is in the message."""

    stop = "E_SEAL"


class OpenError(LawgateError):
    """Bytes that an identity does not open: sealed to another one, or not as they were sealed. No value is in it."""

    stop = "E_OPEN"


@dataclass(frozen=True, slots=True)
class FreshIdentity:
    """A key made for one record: the secret line that opens it (not shown by `repr`) and its public recipient text."""

    secret: str = field(repr=False)
    recipient: str


class Sealer(Protocol):
    """Seals to recipients, of one kind or of several: what kind a recipient is shows in its text.

    Contract: what `seal` returns is one complete file that opens with the matching identity and with no other, in this
    program and in one by others (`age` for recipients `age1…`, `jose` for public keys on P-384); sealing twice gives
    different bytes; `fresh` and `fresh_for` never give the same identity twice.
    """

    def fresh(self) -> FreshIdentity:
        """A new identity from the system's randomness."""

    def fresh_for(self, recipient: str) -> FreshIdentity:
        """A new identity of the kind of this recipient: a package is sealed in one kind, its keys in the same."""

    def ending(self, recipient: str) -> str:
        """How names of files end that are sealed to recipients of this kind, without the dot; SealError for others."""

    def is_recipient(self, recipient: str) -> bool:
        """Whether `seal` would accept this recipient text."""

    def seal(self, plain: bytes, recipient: str) -> bytes:
        """The sealed file. SealError for a recipient text that is not a key."""


class Opener(Protocol):
    """Opens what a `Sealer` sealed, for whoever has the identity; needs no office.

    Contract: `open` returns exactly the bytes that were sealed, or raises OpenError: never a part, never other bytes.
    """

    def identities(self, text: str) -> tuple[str, ...]:
        """Every identity in a file as its keeper has it, each in its one spelling; empty when there is none."""

    def recipient(self, identity: str) -> str:
        """The recipient text to which files for this identity are sealed. OpenError when it is no identity."""

    def open(self, sealed: bytes, identity: str) -> bytes:
        """The sealed bytes. OpenError when this identity does not open them, or they were changed."""
