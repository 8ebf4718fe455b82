# SPDX-License-Identifier: Apache-2.0
"""A scenario: an order names an agency and one of its people; a stay in part for the agency, then one for both."""

from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.docket.acts import ActKind
from lawgate.model.order import EVERY, Part
from lawgate.office.handout import pull
from lawgate.protocol.bars import Barred
from unit.docket.house import House
from unit.docket.made import STOP, an_order
from unit.release.desk import AGENCY, PACKAGE, Office

SIGNER, OFFICER = "person.a.1", "person.a.9"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """The small custodian with a package that the agency's signer asked for, to be received by its officer."""
    made = Office(tmp_path)
    made.prepared()
    return House(made)


def barred_by(house: House) -> set[str]:
    """The orders for which a hand-out is refused now; none when it goes out."""
    try:
        pull(house.release, PACKAGE, "rk-1", house.office.courier)
    except Barred as barred:
        assert {bar.code for bar in barred.bars} == {"order"}
        return {order for bar in barred.bars for order in bar.orders}
    return set()


@pytest.mark.parametrize(("scope", "named"), [("requesters", SIGNER), ("recipients", SIGNER), ("recipients", OFFICER)])
def test_a_stay_for_the_agency_leaves_the_person_bound(house: House, scope: str, named: str) -> None:
    """Whoever asks or is named to receive is bound, for office and key keeper alike, until a stay names them."""
    house.order(an_order("order-1", replace(STOP, **{scope: (AGENCY, named)}), since=house.now))
    assert barred_by(house) == {"order-1"}
    out = replace(Part(EVERY, EVERY, EVERY, EVERY, EVERY, EVERY), **{scope: (AGENCY,)})
    house.lifted(ActKind.STAY, "act-1", stayed=(out,))
    assert barred_by(house) == {"order-1"}
    house.lifted(ActKind.STAY, "act-2", stayed=(replace(out, **{scope: (AGENCY, named)}),))
    assert barred_by(house) == set()


def test_a_stay_for_the_agency_frees_its_people_of_an_order_on_everybody(house: House) -> None:
    house.order(an_order("order-1", STOP, since=house.now))
    assert barred_by(house) == {"order-1"}
    house.lifted(ActKind.STAY, "act-1", stayed=(Part(EVERY, EVERY, (AGENCY,), EVERY, EVERY, EVERY),))
    assert barred_by(house) == set()
