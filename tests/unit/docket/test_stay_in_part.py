# SPDX-License-Identifier: Apache-2.0
"""A scenario: an order names an agency and one of its people; a stay in part for the agency, then one for both."""

from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.docket.acts import ActKind
from lawgate.docket.scope import covers, taken_out
from lawgate.model.order import EVERY, Covered, Part
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


def asked(agency: str, who: str = "") -> Covered:
    """A package of an agency, under one of its names or somebody's own."""
    return Covered("p1", who or agency, who or agency, ("f",), (2021,), 1, agency=agency)


@pytest.mark.parametrize("scope", ["requesters", "recipients"])
@pytest.mark.parametrize("meant", [("us.a",), ("us.a.b",), EVERY])
def test_a_part_for_an_agency_frees_its_parts(scope: str, meant: tuple[str, ...] | str) -> None:
    """What lies wholly inside is out, whoever of it asks; the agency above, one beside it and nobody known are not."""
    stop = replace(STOP, **{scope: meant})
    part = replace(Part(EVERY, EVERY, EVERY, EVERY, EVERY, EVERY), **{scope: ("US.a",)})
    for each in (asked("us.a.b"), asked("us.a.b", "us.a.b.c"), asked("us.a.b.c")):
        assert covers(stop, each) and taken_out(part, 0, stop, each)
    small = replace(part, **{scope: ("us.a.b",)})
    assert taken_out(small, 0, stop, asked("us.a.b"))
    for other in (asked("us.a"), asked("us.a.bc"), asked("", "us.a.b.c")):
        assert not taken_out(small, 0, stop, other)


@pytest.mark.parametrize("named", ["person.a.1", "us.a.b.key-1"])
def test_a_part_for_an_agency_frees_no_person_and_no_key_by_name(named: str) -> None:
    """Also where the name reads as if it lay below the agency, or the part has a name above it."""
    stop = replace(STOP, recipients=("us.a", named))
    package = asked("us.a.b", named)
    assert covers(stop, package)
    for out in (("us.a",), ("us.a.b",), ("person.a",)):
        assert not taken_out(replace(Part(EVERY, EVERY, EVERY, EVERY, EVERY, EVERY), recipients=out), 0, stop, package)
    assert taken_out(Part(EVERY, EVERY, EVERY, (named,), EVERY, EVERY), 0, stop, package)


@pytest.mark.parametrize("scope", ["requesters", "recipients"])
def test_an_office_named_besides_its_agency_is_out_only_by_its_own_name(scope: str) -> None:
    """Who names both means both: the stricter reading of a part for the agency alone."""
    stop = replace(STOP, **{scope: ("us.a", "us.a.b")})
    part = Part(EVERY, EVERY, EVERY, EVERY, EVERY, EVERY)
    for out, free in ((("us.a",), False), (("us.a.b",), True), (("us.a", "US.A.B"), True), (EVERY, True)):
        assert taken_out(replace(part, **{scope: out}), 0, stop, asked("us.a.b")) is free, out
    assert taken_out(replace(part, **{scope: ("us.a",)}), 0, stop, asked("us.a"))
