# SPDX-License-Identifier: Apache-2.0
"""A freeze on expansion: a practice that is newer than such an order is not one to decide by."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date

from lawgate.docket.standing import covers
from lawgate.law.rulebook import Rulebook
from lawgate.model.order import Covered, EffectKind, Order, Standing
from lawgate.model.request import Cover


def without_new_practices(rulebook: Rulebook, docket: Standing, cover: Cover) -> Rulebook:
    """The rulebook less the practices that begin on or after the day of a freeze in force that covers the request.

    The day is that, in UTC, of the earlier of learning of the order and its effect. The digest stays that of the text.
    """
    days = [_day(order) for order in docket.in_force if _freezes(order, cover)]
    if not days:
        return rulebook
    kept = tuple(practice for practice in rulebook.practices if practice.span.start < min(days))
    return dataclasses.replace(rulebook, practices=kept)


def _day(order: Order) -> date:
    return min(order.learned_at, order.effective_at).astimezone(UTC).date()


def _freezes(order: Order, cover: Cover) -> bool:
    freezes = [effect for effect in order.effects if effect.kind is EffectKind.FREEZE_EXPANSION]
    asked = [
        # No years: which ones are asked for is a matter of rows, and what is not known is covered by every scope.
        Covered(cover.provision, who, to, cover.fields, (), cover.rows.rows)
        for who in (cover.agency, cover.signer, cover.contact)
        for to in (cover.agency, cover.recipient_key)
    ]
    return any(covers(effect, each) for effect in freezes for each in asked)
