# SPDX-License-Identifier: Apache-2.0
"""Who is who on the two sides of a release: one human is one, whatever they are called."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.request import Registers


def apart(registers: Registers, reviewer: str, asking: frozenset[str]) -> bool:
    """Whether the reviewer is nobody of the asking side, under any id."""
    return not registers.humans({reviewer}) & registers.humans(asking)


def reviewed_on(registers: Registers, leaves: Sequence[StageLeaf], reviewer: str, day: str) -> int:
    """Rows this human reviewed on a day, as the leaves of kind `review` count them, accepted and declined."""
    ids = registers.humans({reviewer})
    mine = [leaf for leaf in leaves if leaf.kind == "review" and leaf.text("reviewer").casefold() in ids]
    return sum(leaf.number("rows") for leaf in mine if leaf.text("day") == day)


def same_house(agencies: Collection[str], other: str) -> bool:
    """Whether one of these agencies is the other one, a part of it, or what it is a part of."""
    return any(f"{each}.".startswith(f"{other}.") or f"{other}.".startswith(f"{each}.") for each in agencies)


def own_agencies(registers: Registers, office: str, day: date) -> frozenset[str]:
    """The agencies in which the reviewing office is held that day: the custodian's own."""
    held = (person.holds_on(office, day) for person in registers.people.values())
    return frozenset(tenure.agency for tenure in held if tenure is not None)


def of_the_house(
    registers: Registers, office: str, person: str, day: date, asking: frozenset[str] = frozenset()
) -> bool:
    """Whether a person serves the custodian that day, and under no id a house that ever asked or may receive.

    `office` is the reviewing office; `asking` are the agencies that ever asked.
    """
    ids = registers.humans({person})
    others = asking | frozenset(key.agency for key in registers.recipients.values())
    custodian = own_agencies(registers, office, day)
    own = {each.casefold() for agency in custodian for each in registers.officers(agency, day).own}
    held = {agency for p in registers.people.values() if p.id.casefold() in ids for agency in p.agencies_on(day)}
    held |= {s.agency for s in registers.staff if day in s.span and ids & {one.casefold() for one in s.people}}
    # The custodian may be a receiving agency's sibling, never its part: only what is not its own is looked at.
    return bool(ids & own) and not any(same_house(held - custodian, other) for other in others)
