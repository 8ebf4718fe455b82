# SPDX-License-Identifier: Apache-2.0
"""Three-valued findings and the closed set of outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """What was shown of one element."""

    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


class Outcome(StrEnum):
    """What happens to one row; nothing but REQUIRE and PERMIT ever grants a field."""

    DENY = "DENY"
    RETURN_FOR_CURE = "RETURN_FOR_CURE"
    HOLD = "HOLD"
    REQUIRE = "REQUIRE"
    PERMIT = "PERMIT"

    @property
    def grants(self) -> bool:
        """True for the two outcomes under which a field may leave."""
        return self in (Outcome.REQUIRE, Outcome.PERMIT)

    def stricter_or_equal(self, other: Outcome) -> bool:
        """True when this refusal is `other` or stands before it: DENY, RETURN_FOR_CURE, HOLD."""
        order = list(Outcome)
        return order.index(self) <= order.index(other)


REFUSING = (Outcome.DENY, Outcome.RETURN_FOR_CURE, Outcome.HOLD)


def strictest(outcomes: Iterable[Outcome]) -> Outcome | None:
    """The strictest refusing outcome present (DENY, then RETURN_FOR_CURE, then HOLD), or None."""
    present = set(outcomes)
    return next((o for o in REFUSING if o in present), None)
