# SPDX-License-Identifier: Apache-2.0
"""Acts on an order: what can happen to it after it was entered, and which way each of them moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lawgate.model.order import Part


class Direction(StrEnum):
    """Which way an act moves an order. Only `loosen` can ever make it bind less, and never by itself."""

    TIGHTEN = "tighten"
    LOOSEN = "loosen"
    NONE = "none"


class ActKind(StrEnum):
    """The closed set of acts."""

    VERIFY = "verify"
    REJECT = "reject"
    ADMIN_STAY = "admin-stay"
    STAY = "stay"
    STAY_END = "stay-end"
    MODIFY = "modify"
    EXPIRY = "expiry-confirmed"
    EXTEND = "extend"
    REVERSAL = "reversal"
    MANDATE = "mandate"
    RECALL = "mandate-recalled"
    DISSOLVE = "dissolved"
    SETTLE = "settled"
    MOOT = "moot"
    AFFIRM = "affirmed"
    CITED = "cited"
    INDICATIVE = "indicative-ruling"

    @property
    def direction(self) -> Direction:
        """Which way it moves the order."""
        return _DIRECTIONS.get(self, Direction.LOOSEN)


_DIRECTIONS = {
    ActKind.VERIFY: Direction.TIGHTEN,
    ActKind.STAY_END: Direction.TIGHTEN,
    ActKind.EXTEND: Direction.TIGHTEN,
    ActKind.RECALL: Direction.TIGHTEN,
    ActKind.REVERSAL: Direction.NONE,
    ActKind.AFFIRM: Direction.NONE,
    ActKind.CITED: Direction.NONE,
    ActKind.INDICATIVE: Direction.NONE,
}
STAYS = (ActKind.ADMIN_STAY, ActKind.STAY)
ENDINGS = (ActKind.DISSOLVE, ActKind.SETTLE, ActKind.MOOT)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs, in which office, and the Ed25519 signature in base64 over the text before the first signature."""

    person: str
    office: str
    value: str


@dataclass(frozen=True, slots=True)
class Act:
    """One act as entered. `successor` is the order that a modification puts in the place of this one, else empty.

    `until=None` is *until further notice*; only a stay lapses. `stayed` has the parts of a stay in part; empty is the
    whole order.
    """

    id: str
    order: str
    kind: ActKind
    successor: str
    document: str
    entered_at: datetime
    learned_at: datetime
    effective_at: datetime
    until: datetime | None
    note: str
    stayed: tuple[Part, ...]
    signatures: tuple[Signature, ...]

    @property
    def direction(self) -> Direction:
        """Which way it moves the order."""
        return self.kind.direction

    @property
    def people(self) -> tuple[str, ...]:
        """Whoever signed, each once, in the order of the text."""
        return tuple(dict.fromkeys(each.person for each in self.signatures))
