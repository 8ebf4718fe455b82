# SPDX-License-Identifier: Apache-2.0
"""Copies of the texts that decisions rest on, found again by the digest that a decision names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lawgate.model.fault import LawgateError


class PinMissingError(LawgateError):
    """A kept text is not there, or is not the one that was kept."""

    stop = "E_PINS"


class PinStore(Protocol):
    """Small texts only: rulebooks, registers, dockets. No personal value of a request or a record is ever in it.

    Contract: what `keep` returned is durable and in every later `files`; nothing is ever changed or removed. Whoever
    asks recomputes the digest of what comes back: this store names texts, it does not know how each digest is made.
    """

    def keep(self, digest: str, files: Mapping[str, bytes]) -> None:
        """Keep files (name -> bytes) under a digest of 64 hex digits. Keeping the same again changes nothing."""
        ...

    def files(self, digest: str) -> Mapping[str, bytes]:
        """The files kept under a digest. PinMissingError when any of them is gone or spoilt."""
        ...
