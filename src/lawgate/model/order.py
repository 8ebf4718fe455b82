# SPDX-License-Identifier: Apache-2.0
"""Orders: the instrument, and its effects. An empty scope never means all; `EVERY` is written on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

EVERY = "every"


class EffectKind(StrEnum):
    """The closed set of effects an order can have on a release."""

    STOP = "stop"
    NOTICE = "notice"
    FREEZE_RECIPIENT = "freeze_recipient"
    APPROVAL = "approval"
    LEAVE_IN_PLACE = "leave_in_place"
    FREEZE_EXPANSION = "freeze_expansion"
    PRESERVE = "preserve"

    @property
    def blocks(self) -> bool:
        """True for effects that keep a package from leaving for as long as they stand."""
        return self in (EffectKind.STOP, EffectKind.NOTICE, EffectKind.FREEZE_RECIPIENT, EffectKind.APPROVAL)


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect and its scope: each part is a tuple of ids, or the single word `every`."""

    kind: EffectKind
    provisions: tuple[str, ...] | str
    requesters: tuple[str, ...] | str
    recipients: tuple[str, ...] | str
    fields: tuple[str, ...] | str
    years: tuple[int, ...] | str
    rows_at_least: int


@dataclass(frozen=True, slots=True)
class Order:
    """One instrument as entered. `ends=None` is *until further notice*: it never expires by itself."""

    id: str
    court: str
    docket_number: str
    kind: str
    document: str
    entered_at: datetime
    learned_at: datetime
    effective_at: datetime
    ends: datetime | None
    effects: tuple[Effect, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Covered:
    """What is about to be decided or released, as orders see it."""

    provision: str
    requester: str
    recipient: str
    fields: tuple[str, ...]
    years: tuple[int, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The docket as of one instant. An instrument that cannot be read stands in `unreadable` and binds everything."""

    at: datetime
    in_force: tuple[Order, ...]
    unreadable: tuple[str, ...]
    digest: str
