# SPDX-License-Identifier: Apache-2.0
"""How long the gate may be held, and how long an order waits for it."""

from __future__ import annotations

LEASE_SECONDS = 2.0
DRAIN_SECONDS = 2.5
"""An order is in force this long after it was entered at the latest: one lease, and a margin for the clocks' rates."""


def left(taken: float, now: float) -> float:
    """Seconds left of a lease taken at monotonic second `taken`; 0 or less means it has ended.

    A monotonic clock that seems to run backwards ends the lease.
    """
    return LEASE_SECONDS - (now - taken) if now >= taken else 0.0
