# SPDX-License-Identifier: Apache-2.0
"""Which hand-outs the list in a leaf `in-force` begins with, and which of them stand on it for the clocks' sake only.

A leaf's moment may lie one tolerance from that of its witnesses, and theirs one from the court's. A list that began
at the stated second would hide a hand-out whose clock was slow.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from lawgate.protocol.bars import CLOCK_SECONDS

SPREAD = timedelta(seconds=2 * CLOCK_SECONDS)
"""How much earlier than it happened, by the court's clock, a hand-out may be dated."""


def listed(at: datetime, effective: datetime) -> bool:
    """Whether a hand-out dated `at` is on the list of what took effect at `effective`. Both with their offsets."""
    return at > effective or effective - at <= SPREAD


def only_near(at: datetime, effective: datetime) -> bool:
    """Whether it is listed although dated before the effect: within the tolerance of the clocks, no nearer."""
    return at < effective and listed(at, effective)
