# SPDX-License-Identifier: Apache-2.0
"""The lab registers the played recipient keys, some days back: with two played registrars, and with the real steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pyrage

from lawgate.authority.keys import USE, Registered
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.request import RecipientKey
from lawgate.office.recipient_keys import (
    KeyDesk,
    answer_key,
    challenge_key,
    propose_key,
    register_key,
    registration_paper,
)
from lawgate.protocol.manifest import text_digest
from lawgate.protocol.recipient_key import Registration, fingerprint_of, render
from lawgate_lab.played import RECIPIENT_KEYS, age_identity, signing_key

BACK = timedelta(hours=80)
"""How far back the lab founds an office, so that keys registered then have waited long enough."""
AUTHORISATION = b"PLAYED BY THE LAB: this key is ours.\n"
PLAYED = tuple(key for key, _ in RECIPIENT_KEYS)
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Past:
    """A clock that stands some time back: `lawgate.wiring.folder.create` takes one, no command does."""

    back: timedelta = BACK

    def now(self) -> datetime:
        """The moment that lies so far back."""
        return datetime.now(UTC) - self.back

    def monotonic(self) -> float:
        """It stands still."""
        return 0.0


def register_now(desk: KeyDesk, seed: int) -> None:
    """Register the played keys of the register, `BACK` ago, by the steps anybody else takes.

    The office has to be founded as far back (`create(..., clock=Past())`): time in a log never runs backwards, so in
    any other the wait begins now. Faulty when a step refuses.
    """
    past = Past()
    register_at(replace(desk, clock=past, witnessed=past.now), seed)


def register_at(desk: KeyDesk, seed: int) -> None:
    """Register the played keys of the register at the moment of the desk's own clock. Faulty when a step refuses."""
    recipients = desk.registers().recipients
    for name in [each for each in PLAYED if each in recipients]:
        key, identity = recipients[name], age_identity(seed, name)
        first, second = sorted(key.registrars)
        propose_key(desk, name, key.agency, key.age, AUTHORISATION, first)
        sealed = challenge_key(desk, name, first)
        answer_key(desk, name, pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]), first)
        fingerprint = fingerprint_of(key.age)
        paper = registration_paper(desk, name, key.registrars, f"{key.agency}.keys", "voice", fingerprint)
        register_key(desk, paper, [signing_key(seed, each).sign(paper) for each in (first, second)])


def registration(key: RecipientKey, signs: Sequence[tuple[str, Sign]], at: datetime) -> tuple[Registered, StageLeaf]:
    """A registration of any key as it would be kept, and its leaf: for a test without an office folder.

    `signs` gives for each registrar, in the order of their ids, a signature over bytes; `at` is the moment, from which
    the key waits as long as anybody's.
    """
    said = Registration(
        key=key.id,
        agency=key.agency,
        text=key.age,
        authorisation="0" * 64,
        challenge="0" * 64,
        read_back_by=f"{key.agency}.keys",
        channel="voice",
        fingerprint=fingerprint_of(key.age),
        registrars=tuple(person for person, _ in signs),
        said_at=at,
    )
    paper = render(said)
    body: dict[str, Value] = {"key": key.id, "use": USE, "owner": key.agency, "public_key": text_digest(key.age)}
    body |= {"people": list(said.registrars), "usable_from": instant(at)}
    return Registered(paper, tuple(sign(paper) for _, sign in signs)), StageLeaf("key-registered", instant(at), body)
