# SPDX-License-Identifier: Apache-2.0
"""The operating system's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """A `Clock` (see `ports.clock`) that asks the operating system."""

    def now(self) -> datetime:
        """The moment in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of the monotonic clock, the same for all processes of this machine."""
        return time.monotonic()
