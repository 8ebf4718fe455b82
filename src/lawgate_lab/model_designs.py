# SPDX-License-Identifier: Apache-2.0
"""Nine ways to hand out a key while a court may stop it, each as the safeguards it has. The last one is what we do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Safeguard(StrEnum):
    """One thing a design does so that an order is safe. The value says it in plain words."""

    LOOK_EACH = "a look at the orders before each part"
    SEALED = "the recipient gets sealed parts first and the key last"
    LEAF_FIRST = "look, leaf and accounting are one durable step before the key"
    GATE = "whoever hands out holds a gate"
    HELD = "the gate is held until the key is sent"
    DRAIN = "an order comes into force only when the gate is free"
    NO_REPLAY = "nothing is sent again by itself after a crash"
    LOOKS_AGAIN = "every new try looks at the orders again"
    BAR = "an order bars new holders of the gate before it waits"
    LEASE = "the gate is lent for a short time, and the holder looks at that time before it sends"
    WAIT_OUT = "an order waits until every lease was given back or has run out, whatever the register's gate says"
    MARGIN = "the register lets a margin pass after the lease, for the moment between the look and the sending"
    OWN_LEAF = "every hand-out has a leaf of its own"
    GATE_WAITS = "the gate is lent again only when the old lease was given back or has run out"


@dataclass(frozen=True, slots=True)
class Design:
    """A name, one line for the table, and what the design has."""

    name: str
    says: str
    has: frozenset[Safeguard]

    def without(self, safeguard: Safeguard) -> Design:
        """The same design without one of its safeguards. ValueError when it does not have it."""
        if safeguard not in self.has:
            raise ValueError(f"{self.name} does not have this safeguard")
        return replace(self, name=f"{self.name} without {safeguard.name.lower()}", has=self.has - {safeguard})


def _ladder() -> dict[str, Design]:
    every = Safeguard
    sealed = {every.SEALED, every.NO_REPLAY, every.LOOKS_AGAIN}
    atomic = sealed | {every.LEAF_FIRST}
    gated = atomic | {every.GATE, every.HELD, every.DRAIN}
    two_phase = gated | {every.BAR}
    leased = two_phase | {every.LEASE, every.WAIT_OUT, every.MARGIN}
    rungs = (
        ("D0", "readable parts stream after one look", {every.NO_REPLAY, every.LOOKS_AGAIN}),
        ("D1", "a look before each readable part", {every.NO_REPLAY, every.LOOKS_AGAIN, every.LOOK_EACH}),
        ("D2", "sealed parts first; look, send the key, log it after", sealed),
        ("D3", "look and leaf in one step, then send the key", atomic),
        ("D4", "a gate held over the sending; a crash is made good by sending again", gated - {every.NO_REPLAY}),
        ("D5", "as D4, but a new try looks again", gated),
        ("D6", "an order bars first, then waits for the gate", two_phase),
        ("D7", "leases run out, and an order waits until they have", leased),
        (
            "D8",
            "a leaf for each hand-out; the gate waits for the old lease",
            leased | {every.OWN_LEAF, every.GATE_WAITS},
        ),
    )
    return {name: Design(name, says, frozenset(has)) for name, says, has in rungs}


DESIGNS = _ladder()
