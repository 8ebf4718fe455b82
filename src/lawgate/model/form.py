# SPDX-License-Identifier: Apache-2.0
"""The form floor: what every releasing provision must carry, and the ceilings nobody can raise.

These are rules about the *form* of a disclosure, not law: a rulebook may lower a ceiling, never raise it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

ROWS_REVIEWED_A_DAY = 200
ROWS_PER_PACKAGE = 500
WITNESS_QUORUM_AT_LEAST = 1
APPROVALS_AT_LEAST = 2
BULK_AT_MOST = 50
KEY_COOLOFF_HOURS = 72

_LONGEST_HOURS = 24 * 366 * 10

REQUIRED_PARTS = (
    "authority",
    "requester_office",
    "one_person_per_claim",
    "named_recipients",
    "purpose",
    "period_or_event",
    "fields",
    "accounting",
)


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Rows one reviewer may review a day, rows in one package. Lower than the floor's, or equal."""

    reviewed_a_day: int = ROWS_REVIEWED_A_DAY
    per_package: int = ROWS_PER_PACKAGE

    def __post_init__(self) -> None:
        """Refuse a raised, zero or negative ceiling."""
        if not 1 <= self.reviewed_a_day <= ROWS_REVIEWED_A_DAY:
            raise ValueError(f"a reviewer may review between 1 and {ROWS_REVIEWED_A_DAY} rows a day")
        if not 1 <= self.per_package <= ROWS_PER_PACKAGE:
            raise ValueError(f"a package may hold between 1 and {ROWS_PER_PACKAGE} rows")


def bulk_threshold(stated: object) -> int:
    """From how many rows of a request its packages need approvals: what a rulebook states, or less, never more.

    Nothing stated (None) is the floor's own; what is no number of rows makes every package need them.
    """
    if stated is None:
        return BULK_AT_MOST
    return min(stated, BULK_AT_MOST) if type(stated) is int and stated >= 1 else 1


def key_cooloff(stated: object) -> timedelta:
    """How long a recipient key waits after it was registered: what a rulebook states, never less than the floor.

    What is no number of hours cannot shorten it: the wait is then without end (`timedelta.max`).
    """
    if stated is None:
        return timedelta(hours=KEY_COOLOFF_HOURS)
    if type(stated) is not int or not 0 <= stated <= _LONGEST_HOURS:
        return timedelta.max
    return timedelta(hours=max(stated, KEY_COOLOFF_HOURS))


def missing_parts(form: Mapping[str, str]) -> tuple[str, ...]:
    """Parts of the form floor that `form` (part -> element id or citation) leaves out or fills with a wildcard."""
    return tuple(p for p in REQUIRED_PARTS if not form.get(p, "").strip() or form[p].strip() in {"*", "all", "any"})
