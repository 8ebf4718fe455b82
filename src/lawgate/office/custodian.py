# SPDX-License-Identifier: Apache-2.0
"""Who the custodian is: the agencies of whoever holds the reviewing office."""

from __future__ import annotations

from datetime import date

from lawgate.model.request import Registers


def agencies(registers: Registers, office: str, day: date) -> frozenset[str]:
    """The agencies in which somebody holds this office on that day."""
    held = (tenure for person in registers.people.values() for tenure in person.holds if tenure.office == office)
    return frozenset(tenure.agency for tenure in held if day in tenure.span)


def of_custodian(registers: Registers, office: str, person: str, day: date) -> bool:
    """Whether this person holds any office, on that day, in an agency in which somebody holds `office`."""
    known = registers.people.get(person)
    return known is not None and bool(known.agencies_on(day) & agencies(registers, office, day))


def ever_of_custodian(registers: Registers, office: str, person: str) -> bool:
    """Whether this person ever held an office in an agency in which somebody ever held `office`."""
    everybody = (tenure for each in registers.people.values() for tenure in each.holds)
    own = {tenure.agency for tenure in everybody if tenure.office == office}
    return person in registers.people and any(tenure.agency in own for tenure in registers.people[person].holds)
