# SPDX-License-Identifier: Apache-2.0
"""T12: a package rests on the law and records of its decision; office and keeper each see for themselves."""

from pathlib import Path

import pytest

from journeys.office import BOOK, KEY, Office
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.office.release import still_holds
from lawgate.protocol.steps import Handed, Stopped
from lawgate.wiring.keeper import keepers_of
from lawgate.wiring.settings import read_settings


@pytest.fixture
def prepared(office: Office) -> tuple[Office, str, str]:
    """An office with a package: its id, and its batch."""
    batch = office.decided(office.lab / "proper")
    return office, office.prepared(batch, [0, 1]).manifest.package, batch


def hand(office: Office, package: str, out: Path) -> Handed | Stopped:
    """Go to the keeper past the office: the leaf is written as it should be, and nobody has looked."""
    house = office.house
    (keeper,) = keepers_of(office.folder, read_settings(office.folder))
    found = [(i, each) for i, each in house.decide.log.leaves() if each.kind == "prepared"]
    ((index, leaf),) = found
    names = ("package", "root", "rows", "recipient", "recipient_key", "recipient_text")
    body = {**{name: leaf.body[name] for name in names}, "prepared_leaf": index, "standing": "0" * 64}
    attempt = 1 + sum(each.kind == "handout" for _, each in house.decide.log.leaves())
    with keeper.open(package, KEY, house.courier(out)) as lease:
        now = instant(house.decide.clock.now())
        made = house.decide.log.append(StageLeaf("handout", now, {**body, "attempt": attempt}))
        house.decide.log.publish()
        return lease.hand(made)


@pytest.mark.parametrize("file", ["rulebooks", "records"])
def test_t12_the_keeper_sees_by_itself_that_law_or_records_moved(
    prepared: tuple[Office, str, str], file: str, tmp_path: Path
) -> None:
    office, package, _ = prepared
    assert isinstance(hand(office, package, tmp_path / "one"), Handed)
    law = office.folder / "rulebooks" / BOOK / "rulebook.toml"
    place = law if file == "rulebooks" else office.folder / "records" / "manifest.json"
    place.write_bytes(place.read_bytes() + b"\n")
    found = hand(office, package, tmp_path / "two")
    assert isinstance(found, Stopped)
    assert "request" in {bar.code for bar in found.bars}
    assert not [each for each in (tmp_path / "two").rglob("*") if each.is_file()]


def test_t12_what_cannot_be_told_does_not_hold(prepared: tuple[Office, str, str]) -> None:
    office, _, batch = prepared
    assert still_holds(office.house.decide, batch) is True
    assert still_holds(office.house.decide, "no-such-batch") is None
    (office.folder / "batches" / batch / "cover.toml").write_bytes(b"nothing")
    assert still_holds(office.house.decide, batch) is not True
