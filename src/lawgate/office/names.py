# SPDX-License-Identifier: Apache-2.0
"""Whether an order names what anybody here has ever heard of: a slip of the pen makes an order bind nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC

from lawgate.docket.reading import read_order
from lawgate.law.read import read_rulebook
from lawgate.law.registers import read_registers
from lawgate.model.order import EVERY, Effect
from lawgate.office.bench import DecideDesk

PARTS = ("provisions", "requesters", "recipients", "fields")


def unknown_names(desk: DecideDesk, text: bytes) -> tuple[str, ...]:
    """What an order's scopes name that rulebook and registers do not have, each as `part: name`.

    A warning, never a refusal: the order binds as it is written, and a name may come into a register later. Faulty
    when the text is no order, or when rulebook or registers cannot be read.
    """
    known = _known(desk)
    order = read_order(text, "order")
    found = (each for effect in order.effects for each in _unknown(effect, known))
    return tuple(dict.fromkeys(found))


def _known(desk: DecideDesk) -> Mapping[str, frozenset[str]]:
    rulebook = read_rulebook(desk.law(), desk.clock.now().astimezone(UTC).date())
    registers = read_registers(desk.registers())
    agencies = {entry.get("agency", "") for entry in rulebook.registers.get("offices", {}).values()}
    agencies |= {tenure.agency for person in registers.people.values() for tenure in person.holds}
    agencies |= {key.agency for key in registers.recipients.values()}
    asking = frozenset(agencies | registers.people.keys())
    return {
        "provisions": frozenset(rulebook.provisions),
        "requesters": asking,
        "recipients": asking | registers.recipients.keys(),
        "fields": frozenset(field for each in rulebook.provisions.values() for field in each.fields),
    }


def _unknown(effect: Effect, known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for part in PARTS:
        scope = getattr(effect, part)
        if scope != EVERY:
            yield from (f"{part}: {name}" for name in scope if name not in known[part])
