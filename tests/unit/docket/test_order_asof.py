# SPDX-License-Identifier: Apache-2.0
"""Two times: what held at a moment, as it was known at a moment; and what had been released."""

from datetime import timedelta
from pathlib import Path

from lawgate.docket.acts import ActKind
from lawgate.model.order import State
from lawgate.office.handout import pull
from lawgate.office.order_asof import as_of
from unit.docket.house import a_house
from unit.docket.made import an_order
from unit.release.desk import PACKAGE


def test_as_of_answers_in_both_times(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    house.office.prepared()
    start = house.now
    house.later(1)
    pull(house.release, PACKAGE, "rk-1", house.office.courier)
    house.later(1)
    house.order(an_order(since=house.now, effective_at=start))
    entered = house.now
    house.lifted(ActKind.STAY)
    end = house.now
    hour = timedelta(hours=1)

    def asked(at, known):
        found = as_of(house.desk, at, known)
        return found.orders, found.acts, [each.state for each in found.stands.stood], [r.rows for r in found.released]

    assert asked(start, None) == ((), (), [], [])
    assert asked(start + hour, entered - hour / 2) == ((), (), [], [3])
    # It had effect before anybody here knew of it.
    assert asked(start + hour / 2, entered) == (("order-1",), ("act-1",), [State.REPORTED], [])
    assert asked(end - hour, end) == (("order-1",), ("act-1",), [State.REPORTED], [3])
    assert asked(end, end) == (("order-1",), ("act-1",), [State.STAYED], [3])
    assert asked(end + hour, entered + hour)[2] == [State.REPORTED]
