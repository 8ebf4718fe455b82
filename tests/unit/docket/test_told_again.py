# SPDX-License-Identifier: Apache-2.0
"""A scenario: an act is told, one party is served, somebody tells again; nobody's service is lost by that."""

from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.docket.acts import ActKind
from lawgate.ledger.leaf import instant
from lawgate.model.fault import Refused
from lawgate.office.order_acts import lift, served, tell
from unit.docket.house import CLERK, House, a_house, a_party, told
from unit.docket.made import an_order


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An order that names nobody, an act that would end it, and a court with two addresses."""
    made = a_house(tmp_path)
    made.parties = told(a_party("court", "clerk", "second"))
    made.office.prepared()
    made.order(an_order(since=made.now))
    made.later(1)
    made.act(ActKind.DISSOLVE)
    return made


def notice_of(house: House, receipt: int) -> int:
    """The notice to which a receipt in the log belongs."""
    return dict(house.office.log.leaves())[receipt].number("notice_leaf")


def test_telling_again_takes_no_service_away(house: House) -> None:
    first, paper = tell(house.desk, "act-1")
    late = house.receipt("act-1", "court/second")
    house.served("act-1", "court/clerk")
    house.later(1)
    assert tell(house.desk, "act-1") == (first, paper)
    assert len(house.office.kinds("act-notice")) == 1
    house.later(30)
    served(house.desk, "act-1", late)
    lift(house.desk, "act-1", CLERK)


def test_telling_somebody_new_is_a_new_notice(house: House) -> None:
    """A receipt of the first one still goes to the first: a statement speaks of one paper."""
    first, paper = tell(house.desk, "act-1")
    late = house.receipt("act-1", "court/clerk")
    house.parties = told(a_party("court", "clerk", "second", "third"))
    house.later(1)
    second, other = tell(house.desk, "act-1")
    assert (second > first, other == paper) == (True, False)
    assert notice_of(house, served(house.desk, "act-1", late)) == first
    assert notice_of(house, house.served("act-1", "court/third")) == second
    house.parties = told(a_party("court", "clerk", "second"))
    assert tell(house.desk, "act-1")[0] > second


def test_of_two_notices_with_the_same_bytes_it_is_the_last_from_before_the_service(house: House) -> None:
    """A log from before the mend has the same notice twice."""
    first, _ = tell(house.desk, "act-1")
    early = house.receipt("act-1", "court/clerk")
    house.later(1)
    (leaf,) = house.office.kinds("act-notice")
    again = house.office.log.append(replace(leaf, at=instant(house.now)))
    for receipt, where in ((early, first), (house.receipt("act-1", "court/second"), again)):
        assert notice_of(house, served(house.desk, "act-1", receipt)) == where


def test_nobody_was_served_before_any_notice_of_these_bytes_or_ahead_of_now(house: House) -> None:
    tell(house.desk, "act-1")
    receipt = house.receipt("act-1", "court/clerk")
    house.later(-0.5)
    with pytest.raises(Refused, match="ahead of now"):
        served(house.desk, "act-1", receipt)
    early = house.receipt("act-1", "court/clerk")
    house.later(1)
    with pytest.raises(Refused, match="before the notice was written"):
        served(house.desk, "act-1", early)
    with pytest.raises(Refused, match="no notice of this act"):
        house.served("act-1", "court/clerk", notice="0" * 64)
