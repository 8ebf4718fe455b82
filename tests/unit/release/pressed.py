# SPDX-License-Identifier: Apache-2.0
"""Programs that work at a real office folder until their standard input ends; each prints what it did as JSON.

`python -m unit.release.pressed clerk OFFICE`: enters one order after the other, each through a desk of its own as the
command line does. `... puller OFFICE PACKAGE KEY OUT`: pulls one package again and again.
"""

from __future__ import annotations

import json
import select
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lawgate.docket.printing import print_order
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY, Effect, EffectKind, Order
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.ports.release import ReleaseLog
from lawgate.protocol.bars import Barred
from lawgate.wiring.folder import open_house
from lawgate.wiring.orders import open_orders

NOBODY = "us.nobody"
"""The agency that the orders are about: it asks for nothing, so the pulls beside them go on."""


class TimedLog:
    """A log that notes when the leaf `order-bar` was durable."""

    def __init__(self, log: ReleaseLog) -> None:
        self._log, self.bar = log, 0.0

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def append(self, leaf: StageLeaf, still: object = None) -> int:
        index: int = self._log.append(leaf, still)
        if leaf.kind == "order-bar":
            self.bar = time.monotonic()
        return index


def clerk(office: Path) -> dict[str, object]:
    """Enter orders; for each: monotonic second of its beginning, seconds until the bar and until it is in force."""
    made: list[tuple[float, float, float]] = []
    while not told_to_end():
        now = datetime.now(UTC)
        effect = Effect(EffectKind.STOP, EVERY, (NOBODY,), EVERY, EVERY, EVERY, 0)
        order = Order(
            f"order-{len(made)}", "A Court", "1:30-cv-1", "stay", "a" * 64, now, now, now, None, (effect,), ""
        )
        text, begun = print_order(order), time.monotonic()
        desk = open_orders(office)
        log = TimedLog(desk.log)
        enter_order(replace(desk, log=log), text, "person.custodian.5")
        made.append((begun, log.bar - begun, time.monotonic() - begun))
    return {"orders": made}


def puller(office: Path, package: str, key: str, out: str) -> dict[str, object]:
    """Pull, each time through a house opened anew; how the pulls ended."""
    ended: Counter[str] = Counter()
    while not told_to_end():
        house = open_house(office)
        try:
            pull(house.release.release, package, key, house.courier(Path(out)))
            ended["handed out"] += 1
        except Barred as barred:
            ended[" ".join(sorted({bar.code for bar in barred.bars}))] += 1
        except Refused as refused:
            ended[refused.code] += 1
    return {"ended": dict(ended)}


def told_to_end() -> bool:
    """Whether standard input has ended. It never waits."""
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready)


if __name__ == "__main__":
    what, office, *more = sys.argv[1:]
    print(json.dumps(clerk(Path(office)) if what == "clerk" else puller(Path(office), *more)))
