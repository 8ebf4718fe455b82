# SPDX-License-Identifier: Apache-2.0
"""Orders: the instrument, and its effects. An empty scope never means all; `EVERY` is written on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

EVERY = "every"
PROVISIONAL = "provisional-stop"
"""The kind of order that one person enters without a paper, and the only one that ends by itself."""
PROVISIONAL_STOP_HOURS = 72
WITHOUT_PAPER = "the custodian, without a paper"
"""What such an order states as its court."""
LOOSENING_WAIT_HOURS = 24
"""Between the entry of an act that loosens and its effect, by witnesses' clocks. A rulebook may ask for more."""


class EffectKind(StrEnum):
    """The closed set of effects an order can have on a release."""

    STOP = "stop"
    NOTICE = "notice"
    FREEZE_RECIPIENT = "freeze_recipient"
    APPROVAL = "approval"
    LEAVE_IN_PLACE = "leave_in_place"
    FREEZE_EXPANSION = "freeze_expansion"
    PRESERVE = "preserve"
    COMPEL = "compel"

    @property
    def blocks(self) -> bool:
        """True for effects that keep a package from leaving for as long as they stand."""
        return self in (EffectKind.STOP, EffectKind.NOTICE, EffectKind.FREEZE_RECIPIENT, EffectKind.APPROVAL)


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """What a notice duty asks: `hours` after service on all `parties`, and within how many hours of that to release."""

    hours: int
    parties: tuple[str, ...]
    window_hours: int


@dataclass(frozen=True, slots=True)
class ApprovalTerms:
    """What an approval duty asks: how many approvals, and the offices they may come from."""

    approvals: int
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exempt:
    """An exception of a stop, itself a rule: these provisions, at most so many rows, all elements shown as met."""

    provisions: tuple[str, ...]
    rows_at_most: int
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect and its scope: each part is a tuple of ids, or the single word `every`.

    A notice or approval without its terms, like a stop without exceptions, blocks for as long as it stands.
    """

    kind: EffectKind
    provisions: tuple[str, ...] | str
    requesters: tuple[str, ...] | str
    recipients: tuple[str, ...] | str
    fields: tuple[str, ...] | str
    years: tuple[int, ...] | str
    rows_at_least: int
    notice: NoticeTerms | None = None
    approval: ApprovalTerms | None = None
    exceptions: tuple[Exempt, ...] = ()


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

    @property
    def without_paper(self) -> bool:
        """Whether it is a stop as one person makes it, which ends by itself. The word `kind` alone does not make it so:
        whoever turns a court's paper into text may choose the same word.
        """
        at_once = self.entered_at == self.learned_at == self.effective_at
        lasts = timedelta(hours=PROVISIONAL_STOP_HOURS)
        short = self.ends is not None and self.ends - self.effective_at <= lasts
        return self.kind == PROVISIONAL and self.court == WITHOUT_PAPER and at_once and short


@dataclass(frozen=True, slots=True)
class Covered:
    """What is about to be decided or released, as orders see it.

    `elements` are the ids shown as met and `agency` the asking agency: what is not known there exempts from nothing.
    """

    provision: str
    requester: str
    recipient: str
    fields: tuple[str, ...]
    years: tuple[int, ...]
    rows: int
    elements: frozenset[str] = frozenset()
    agency: str = ""


class State(StrEnum):
    """How an order stands at a moment."""

    REPORTED = "REPORTED"
    PENDING_EFFECTIVE = "PENDING_EFFECTIVE"
    IN_FORCE = "IN_FORCE"
    ADMIN_STAYED = "ADMIN_STAYED"
    STAYED = "STAYED"
    PARTIALLY_STAYED = "PARTIALLY_STAYED"
    SUPERSEDED = "SUPERSEDED"
    EXPIRED = "EXPIRED"
    REVERSED_MANDATE_PENDING = "REVERSED_MANDATE_PENDING"
    VACATED = "VACATED"
    DISSOLVED = "DISSOLVED"
    REJECTED = "REJECTED"

    @property
    def binds(self) -> bool:
        """True where the order, or what is left of it, keeps things from leaving."""
        return self in BINDING


BINDING = frozenset(
    {
        State.REPORTED,
        State.PENDING_EFFECTIVE,
        State.IN_FORCE,
        State.PARTIALLY_STAYED,
        State.REVERSED_MANDATE_PENDING,
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a stay in part takes out of an order: effects by their number from 1, and a scope. `every` is written out.

    Something is inside only when every known part of it is: what is not known is never stayed.
    """

    effects: tuple[int, ...] | str
    provisions: tuple[str, ...] | str
    requesters: tuple[str, ...] | str
    recipients: tuple[str, ...] | str
    fields: tuple[str, ...] | str
    years: tuple[int, ...] | str


@dataclass(frozen=True, slots=True)
class Stood:
    """One order at a moment: its state, since when it binds without a gap (None when it does not), what is stayed."""

    order: Order
    state: State
    since: datetime | None
    stayed: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The docket as of one instant. An instrument that cannot be read stands in `unreadable` and binds everything.

    `in_force` are the orders that bind; `stood` every order that has begun, with its state.
    """

    at: datetime
    in_force: tuple[Order, ...]
    unreadable: tuple[str, ...]
    digest: str
    stood: tuple[Stood, ...] = ()
