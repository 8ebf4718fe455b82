# SPDX-License-Identifier: Apache-2.0
"""The table: every group of codes, and what a screen adds to a code."""

from __future__ import annotations

from lawgate.model.meanings import decided
from lawgate.model.meanings.approvals import APPROVALS, KEYS
from lawgate.model.meanings.bars import BARS
from lawgate.model.meanings.entry import Group
from lawgate.model.meanings.log import FINDINGS, FORMS, KEY_FILES, REPLAYS, WITNESSES
from lawgate.model.meanings.notice import CLOCKS, WAYS
from lawgate.model.meanings.papers import ORDERS, REGISTERS, REVIEWS, RULES
from lawgate.model.meanings.steps import STEPS
from lawgate.model.meanings.stops import STOPS

GROUPS: tuple[Group, ...] = (
    decided.FINDINGS,
    STEPS,
    STOPS,
    REVIEWS,
    ORDERS,
    RULES,
    REGISTERS,
    APPROVALS,
    KEYS,
    BARS,
    FINDINGS,
    CLOCKS,
    WAYS,
    REPLAYS,
    FORMS,
    WITNESSES,
    KEY_FILES,
)

REASONS: dict[str, Group] = {"E_KEY_FILE": KEY_FILES, "E_NOTIFY": WAYS, "E_WITNESS": WITNESSES, "E_MALFORMED": FORMS}
"""Stops that carry a second code beside a name or place, and the group it is in."""


def meaning(group: Group, code: str) -> str:
    """What this code of a group stands for; empty for a code that the group does not have."""
    return next((each.means for each in group.entries if each.code == code), "")


def mending(group: Group, code: str) -> str:
    """How to mend what this code of a group stands for; empty for a code that the group does not have."""
    return next((each.mend for each in group.entries if each.code == code), "")
