# SPDX-License-Identifier: Apache-2.0
"""What the registers say today of a hand-out that left before, and what nobody can tell any more."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lawgate.docket.printing import print_order
from lawgate.ledger.evidence import Subject
from lawgate.ledger.evidence_check import in_scope
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.model.order import EVERY, Effect, EffectKind, Exempt
from lawgate.office.evidence_today import meant_today
from lawgate.office.handout import pull
from unit.docket.house import House, a_house
from unit.docket.made import an_order
from unit.release.desk import PACKAGE

LATER_ID = "person.a.9"
STOP = Effect(EffectKind.STOP, EVERY, (LATER_ID,), EVERY, EVERY, EVERY, 0)


@dataclass
class Told:
    """A hand-out, an hour later an order, and the range up to the order."""

    house: House
    leaves: dict[int, StageLeaf]
    subject: Subject

    def meant(self, broken: bool = False) -> list[int]:
        def humans(ids: Iterable[str]) -> Iterable[str]:
            if broken:
                raise LawgateError("the registers cannot be read")
            return self.house.office.registers.humans(ids)

        return list(meant_today(self.subject, self.leaves, self.house.office.packages, humans))

    @property
    def left(self) -> list[int]:
        return [at for at, leaf in self.leaves.items() if leaf.kind == "handout"]


def told(root: Path, *effects: Effect, alias: bool = True) -> Told:
    house = a_house(root)
    house.office.prepared()
    house.later(1)
    pull(house.release, PACKAGE, "rk-1", house.office.courier)
    house.later(1)
    if alias:
        registers = house.office.registers
        person = replace(registers.people["person.a.1"], id=LATER_ID)
        house.office.registers = replace(registers, people={**registers.people, LATER_ID: person})
    order = an_order("order-1", *effects, since=house.now)
    house.order(order)
    leaves = dict(house.office.log.leaves())
    paper = house.office.packages.beside(PACKAGE, "parts.json").decode()
    return Told(house, leaves, Subject("non-release", "order-1", 0, max(leaves), print_order(order), (paper,)))


@pytest.mark.parametrize(
    "effect",
    [
        STOP,
        replace(STOP, kind=EffectKind.FREEZE_EXPANSION),
        replace(STOP, exceptions=(Exempt(("p1",), 1_000, ("none",)),)),
    ],
)
def test_an_id_from_after_the_hand_out_is_known(tmp_path: Path, effect: Effect) -> None:
    """By the paper of then it is outside, and the list of exposure begins with the order: the registers know better."""
    found = told(tmp_path, effect)
    assert found.left and list(in_scope(found.subject, found.leaves)) == []
    assert set(found.left) <= set(found.meant())


def test_somebody_else_is_somebody_else(tmp_path: Path) -> None:
    assert told(tmp_path, STOP, alias=False).meant() == []


def test_where_nobody_can_tell_the_leaves_alone_count(tmp_path: Path) -> None:
    """Registers that cannot be read: another provision stands in the leaves, who asked does not."""
    found = told(tmp_path / "a", STOP, alias=False)
    assert set(found.left) <= set(found.meant(broken=True))
    other = told(tmp_path / "b", replace(STOP, provisions=("elsewhere",)), alias=False)
    assert other.meant(broken=True) == []


def test_an_effect_that_holds_nothing_means_nobody(tmp_path: Path) -> None:
    found = told(tmp_path, replace(STOP, requesters=("us.others",)), replace(STOP, kind=EffectKind.PRESERVE))
    assert found.meant() == []
