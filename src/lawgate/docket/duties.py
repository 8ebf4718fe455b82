# SPDX-License-Identifier: Apache-2.0
"""What has to be done before something may leave, and where two orders want opposite things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lawgate.docket.scope import overlap
from lawgate.docket.standing import applies, binding_since
from lawgate.model.order import ApprovalTerms, Covered, EffectKind, NoticeTerms, Standing

DUTIES = (EffectKind.NOTICE, EffectKind.APPROVAL)
FORBIDDING = (EffectKind.STOP, EffectKind.FREEZE_RECIPIENT)


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty that covers something: its order, the place of its effect (the first is 0), kind and terms.

    Without terms it cannot be met. `since` is when the order began to bind without a gap: what was done for this duty
    before that counts for nothing.
    """

    order: str
    effect: int
    kind: EffectKind
    notice: NoticeTerms | None
    approval: ApprovalTerms | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """One order compels what another forbids, by id. Nothing leaves; counsel asks the courts."""

    compels: str
    forbids: str


def duties(docket: Standing, covered: Covered) -> tuple[Duty, ...]:
    """Every duty of notice or approval in force that covers it, in the order of the docket."""
    return tuple(
        Duty(order.id, at, each.kind, each.notice, each.approval, binding_since(docket, order.id))
        for order in docket.in_force
        for at, each in enumerate(order.effects)
        if each.kind in DUTIES and applies(docket, order, at, covered)
    )


def conflicts(docket: Standing, covered: Covered | None = None) -> tuple[Conflict, ...]:
    """Each pair of orders in force of which one compels what the other forbids; with `covered`, about that alone."""
    placed = [(order, at, effect) for order in docket.in_force for at, effect in enumerate(order.effects)]
    about = [each for each in placed if covered is None or applies(docket, each[0], each[1], covered)]
    found = [
        Conflict(one.id, other.id)
        for one, _, compels in about
        if compels.kind is EffectKind.COMPEL
        for other, _, forbids in about
        if forbids.kind in FORBIDDING and overlap(compels, forbids)
    ]
    return tuple(dict.fromkeys(found))
