# SPDX-License-Identifier: Apache-2.0
"""Time, as the steps of the route ask for it."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol

_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """What time it is, and how much has passed.

    Contract: `now` carries an offset; `monotonic` never runs backwards and is not moved by setting the clock. Whether
    `now` is right is judged elsewhere, against the times that witnesses sign.
    """

    def now(self) -> datetime:
        """The moment, with its offset."""

    def monotonic(self) -> float:
        """Seconds since some fixed point."""


def running() -> float:
    """Seconds that only grow, those counted in which the machine slept, where its system counts them.

    By these, and by no others, a lease is measured: by the gate that gives it, and by the office that holds it.
    """
    return time.clock_gettime(_RUNNING)
