# SPDX-License-Identifier: Apache-2.0
"""Stopped at any call to a port, each step is taken up again: one decision, one review, nothing lost, nothing twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from journeys.office import AS_OF, REVIEWER, Office, ahead, seen
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.adjudicate import decide_batch
from lawgate.office.intake import receive
from lawgate.office.release import Release, hand_in_review, prepare_package, review_paper
from lawgate.protocol.statement import Looked
from lawgate_lab.played import signing_key
from unit.release.crash import Stopping

At = Callable[[str], None]


class Stop(Exception):
    """The process ends here."""


def taken(office: Office, request: Path, at: At) -> str:
    """Receive and decide, every port telling `at` before and after what it does."""
    house = office.house
    ports = {name: Stopping(getattr(house.intake, name), name, at) for name in ("log", "cases", "rooms")}
    batch = receive(dataclasses.replace(house.intake, **ports), request).batch
    return decided(office, batch.id, at)


def decided(office: Office, batch: str, at: At) -> str:
    """Decide, every port telling `at`."""
    desk = office.house.decide
    ports = {name: Stopping(getattr(desk, name), name, at) for name in ("log", "cases", "rooms", "pins", "engine")}
    decide_batch(dataclasses.replace(desk, **ports), batch, AS_OF)
    return batch


def again(office: Office, request: Path) -> str:
    """What somebody does who finds the office after a crash: the same commands once more."""
    try:
        batch = receive(office.house.intake, request).batch
    except Refused as refused:
        assert refused.code == "E_AGAIN"
        (batch,) = office.house.decide.cases.batches()
    if batch.state != "decided":
        decide_batch(office.house.decide, batch.id, AS_OF)
    return batch.id


LASTING = ("log.append", "log.publish", "cases.save", "cases.add_package", "rooms.keep", "keys.put", "packages.put")


def places(names: list[str], size: str) -> list[int]:
    """Every step in size full; else right after each thing that lasts, the first and the last time it is done."""
    if size == "full":
        return list(range(len(names)))
    wanted = [f"after {name}" for name in LASTING if f"after {name}" in names]
    last = {name: at for at, name in enumerate(names)}
    return sorted({names.index(name) for name in wanted} | {last[name] for name in wanted})


def stopping(place: int) -> At:
    """A function that ends the process at the step with this number."""
    count = iter(range(1_000_000))

    def at(step: str) -> None:
        if next(count) == place:
            raise Stop(step)

    return at


def test_receiving_and_deciding_go_on_after_a_stop_anywhere(office: Office, tmp_path: Path, size: str) -> None:
    request = office.lab / "proper"
    names: list[str] = []
    whole = office.copy(tmp_path / "whole")
    batch = taken(whole, request, names.append)
    rows = whole.rows(batch)
    assert len(names) > 40
    for place in places(names, size):
        each = office.copy(tmp_path / f"at-{place}")
        with pytest.raises(Stop):
            taken(each, request, stopping(place))
        assert again(each, request) == batch, names[place]
        kinds = [leaf.kind for _, leaf in each.house.decide.log.leaves()]
        registered = ["key-registered"] * 2
        assert kinds == ["start", *registered, "request", "parse", "decision-batch"], names[place]
        assert each.broken() == [], names[place]
        assert [row["outcome"] for row in each.rows(batch)] == [row["outcome"] for row in rows]


def reviewed(office: Office, batch: str, at: At, signed: bytes) -> None:
    """Hand in a review, every port of the room and the log telling `at`."""
    desk = ahead(_stopping(office.house.release, at), 2)
    hand_in_review(desk, batch, signed, signing_key(office.seed, REVIEWER).sign(signed))


def _stopping(house: Release, at: At) -> Release:
    names = ("log", "cases", "rooms")
    decide = dataclasses.replace(
        house.decide, **{name: Stopping(getattr(house.decide, name), name, at) for name in names}
    )
    review = dataclasses.replace(house.review, log=Stopping(house.review.log, "log", at))
    ports = {name: Stopping(getattr(house.release, name), name, at) for name in ("log", "packages")}
    ports["keepers"] = tuple(Stopping(each, "keeper", at) for each in house.release.keepers)
    return dataclasses.replace(house, decide=decide, review=review, release=dataclasses.replace(house.release, **ports))


def test_a_review_and_a_package_go_on_after_a_stop_anywhere(office: Office, tmp_path: Path, size: str) -> None:
    batch = office.decided(office.lab / "proper")
    looked = [Looked(n, True, moment) for n, moment in seen([0, 1])]
    signed = review_paper(office.house.release, batch, REVIEWER, looked)
    names: list[str] = []
    whole = office.copy(tmp_path / "whole")
    reviewed(whole, batch, names.append, signed)
    first = len(names)
    prepare_package(_stopping(whole.house.release, names.append), batch)
    assert len(names) > first + 20
    for place in places(names, size):
        each = office.copy(tmp_path / f"at-{place}")
        at = stopping(place)
        with pytest.raises(Stop):
            _both(each, batch, at, signed)
        _both_again(each, batch, signed)
        kinds = [leaf.kind for _, leaf in each.house.decide.log.leaves()]
        assert (kinds.count("review"), kinds.count("prepared")) == (1, 1), names[place]
        assert each.broken() == [], names[place]


def _both(office: Office, batch: str, at: At, signed: bytes) -> None:
    reviewed(office, batch, at, signed)
    prepare_package(_stopping(office.house.release, at), batch)


def _both_again(office: Office, batch: str, signed: bytes) -> None:
    if not any(leaf.kind == "review" for _, leaf in office.house.decide.log.leaves()):
        reviewed(office, batch, lambda step: None, signed)
    try:
        prepare_package(office.house.release, batch)
    except Refused as refused:
        assert refused.code == "E_PACKAGED"


def test_a_logged_decision_whose_files_changed_is_not_taken_over(office: Office) -> None:
    """The crash came before the case store; then somebody changed what is stored."""
    batch = receive(office.house.intake, office.lab / "proper").batch
    names: list[str] = []
    with pytest.raises(Stop):
        decided(office, batch.id, _at(names, "before cases.save"))
    assert [leaf.kind for _, leaf in office.house.decide.log.leaves()][-1] == "decision-batch"
    place = office.room(batch.id) / "patterns.jsonl"
    place.write_bytes(place.read_bytes().replace(b'"REQUIRE"', b'"PERMIT"'))
    with pytest.raises(LawgateError):
        decide_batch(office.house.decide, batch.id, AS_OF)
    known = office.house.decide.cases.batch(batch.id)
    assert known is not None
    assert known.state == "received"


def test_a_logged_decision_is_taken_over_with_its_own_instant(office: Office) -> None:
    batch = receive(office.house.intake, office.lab / "proper").batch
    with pytest.raises(Stop):
        decided(office, batch.id, _at([], "before cases.save"))
    made = decide_batch(office.house.decide, batch.id, None)
    assert datetime.fromisoformat(made.as_of) == AS_OF
    assert made.figures["row_outcome.REQUIRE"] == 3


def _at(names: list[str], step: str) -> At:
    def at(found: str) -> None:
        names.append(found)
        if found == step:
            raise Stop(step)

    return at
