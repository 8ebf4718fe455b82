# SPDX-License-Identifier: Apache-2.0
"""I8: a hand-out that broke off after its leaf counts as disclosed, down to the statement of each person in it."""

import json
from pathlib import Path

import pytest

from journeys.accounting import CLERK, numbers
from journeys.office import KEY, Office
from lawgate.model.fault import LawgateError
from lawgate.office.accounting import make_root
from lawgate.office.handout import pull
from lawgate.office.statement import statement


def test_i8_whoever_was_in_a_hand_out_that_broke_off_is_told_of_it(office: Office, tmp_path: Path) -> None:
    package = office.prepared(office.decided(office.lab / "proper"), [0, 1]).manifest.package
    house, out = office.house, tmp_path / "out"
    courier = house.courier(out)
    # Something lies where the keeper would deliver, so that it stops behind the leaf.
    for index in range(len(list(house.decide.log.leaves())), 60):
        (out / f"{package}-{index}").mkdir(mode=0o700)
    with pytest.raises(LawgateError):
        pull(house.release.release, package, KEY, courier)
    kinds = [leaf.kind for _, leaf in house.decide.log.leaves()]
    assert (kinds.count("handout"), kinds.count("sent")) == (1, 0)
    make_root(house.accounting(), CLERK)
    for number in numbers(office, package):
        said = json.loads(statement(house.accounting(), number).data)
        assert [each["opened"]["kind"] for each in said["entries"]] == ["prepared", "handed_out"]
