# SPDX-License-Identifier: Apache-2.0
"""Request and the people around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from lawgate.model.period import Span


@dataclass(frozen=True, slots=True)
class FileStated:
    """What the cover says of one of its files."""

    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Cover:
    """The written request, as signed. `digest` is the SHA-256 (hex) of its exact bytes."""

    request_id: str
    provision: str
    agency: str
    signer: str
    office: str
    signed_at: datetime
    contact: str
    purpose: str
    sole_use: bool
    agreement: str
    recipient_key: str
    fields: tuple[str, ...]
    cases: FileStated
    rows: FileStated
    digest: str

    @property
    def signed_on(self) -> date:
        """The day of signing, in the zone the signer wrote."""
        return self.signed_at.date()


@dataclass(frozen=True, slots=True)
class Tenure:
    """One office held by one person over a span of days."""

    office: str
    agency: str
    span: Span


@dataclass(frozen=True, slots=True)
class Person:
    """A person in the custodian's register, with the raw Ed25519 public key (32 bytes) they sign with."""

    id: str
    name: str
    key: bytes
    holds: tuple[Tenure, ...]

    def holds_on(self, office: str, day: date) -> Tenure | None:
        """The tenure of `office` on `day`, or None."""
        return next((t for t in self.holds if t.office == office and day in t.span), None)


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """A registered key to which a hand-out may be sealed (`age` recipient text)."""

    id: str
    agency: str
    age: str
    registrars: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Registers:
    """The custodian's registers of people, recipient keys and safeguard standing, with their digest (hex)."""

    people: dict[str, Person]
    recipients: dict[str, RecipientKey]
    safeguards: dict[str, Span]
    digest: str
