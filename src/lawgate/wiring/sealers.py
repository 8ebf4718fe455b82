# SPDX-License-Identifier: Apache-2.0
"""Which sealer a recipient key uses follows from its text; which kinds an office takes, from its profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lawgate.drivers.age.opener import AgeOpener
from lawgate.drivers.age.sealer import AgeSealer
from lawgate.drivers.jwe.opener import JweOpener
from lawgate.drivers.jwe.sealer import JweSealer
from lawgate.drivers.package.unpack import unpack
from lawgate.office.receive import Received, receive
from lawgate.office.receive_folder import read_delivery, read_identity
from lawgate.ports.seal import FreshIdentity, Opener, OpenError, Sealer, SealError

PROFILES: Mapping[str, tuple[type[AgeSealer | JweSealer], ...]] = {
    "age": (AgeSealer, JweSealer),
    "approved": (JweSealer,),
}
"""`age`: keys of both kinds. `approved`: keys with approved algorithms only; an age key is no recipient there."""


@dataclass(frozen=True, slots=True)
class Sealers:
    """A `Sealer` (see `ports.seal`) over several: each recipient goes to the one whose recipient it is."""

    kinds: tuple[Sealer, ...]

    def fresh(self) -> FreshIdentity:
        """A new identity of the profile's first kind."""
        return self.kinds[0].fresh()

    def fresh_for(self, recipient: str) -> FreshIdentity:
        """A new identity of the recipient's kind. SealError when it is of none."""
        return self._of(recipient).fresh_for(recipient)

    def ending(self, recipient: str) -> str:
        """How files of the recipient's kind end. SealError when it is of none."""
        return self._of(recipient).ending(recipient)

    def is_recipient(self, recipient: str) -> bool:
        """Whether it is a recipient of any kind the profile has."""
        return any(kind.is_recipient(recipient) for kind in self.kinds)

    def seal(self, plain: bytes, recipient: str) -> bytes:
        """Sealed in the recipient's kind. SealError when it is of none."""
        return self._of(recipient).seal(plain, recipient)

    def _of(self, recipient: str) -> Sealer:
        for kind in self.kinds:
            if kind.is_recipient(recipient):
                return kind
        raise SealError("not a recipient key of this profile")


@dataclass(frozen=True, slots=True)
class Openers:
    """An `Opener` (see `ports.seal`) over several: each identity goes to the one whose identity it is."""

    kinds: tuple[Opener, ...]

    def identities(self, text: str) -> tuple[str, ...]:
        """Every identity of any kind."""
        return tuple(each for kind in self.kinds for each in kind.identities(text))

    def recipient(self, identity: str) -> str:
        """The recipient text. OpenError when it is an identity of no kind."""
        return self._of(identity).recipient(identity)

    def open(self, sealed: bytes, identity: str) -> bytes:
        """Opened in the identity's kind. OpenError when that fails, or it is of none."""
        return self._of(identity).open(sealed, identity)

    def _of(self, identity: str) -> Opener:
        for kind in self.kinds:
            if kind.identities(identity) == (identity,):
                return kind
        raise OpenError("not an identity")


def sealers(profile: str) -> Sealers:
    """The sealers of a profile. SealError for a profile that there is not."""
    if profile not in PROFILES:
        raise SealError("there is no such profile of sealing")
    return Sealers(tuple(kind() for kind in PROFILES[profile]))


def openers() -> Openers:
    """Every opener there is: a recipient opens whatever was sealed to a key of theirs."""
    return Openers((AgeOpener(), JweOpener()))


def receive_handout(folder: Path, identity: Path) -> Received:
    """Open the hand-out in a folder with an identity file; see `office.receive`."""
    return receive(read_delivery(folder), read_identity(identity), openers(), unpack)
