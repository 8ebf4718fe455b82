# SPDX-License-Identifier: Apache-2.0
"""A request that is refused as a whole leaves a trace; two receipts at once do each other no harm."""

import dataclasses
from pathlib import Path

import pytest

from journeys.office import Office, rewritten
from lawgate.drivers.parser.driver import ChildParser
from lawgate.model.fault import Refused
from lawgate.office.adjudicate import decide_batch
from lawgate.office.intake import receive, refusal_digest
from lawgate.ports.rooms import Rooms


def torn(office: Office, place: Path) -> Path:
    """A good cover over a changed file of rows."""
    request = rewritten(office.lab / "proper", place)
    rows = request / "rows.csv"
    head, _, tail = rows.read_bytes().rpartition(b"2")
    rows.write_bytes(head + b"3" + tail)
    return request


def test_its_leaves_and_its_codes_stay(office: Office, tmp_path: Path) -> None:
    request = torn(office, tmp_path / "request")
    done = office.call("request", "receive", request)
    assert (done.exit_code, "E_DIGEST" in done.stderr) == (1, True)
    house = office.house
    (batch,) = house.decide.cases.batches()
    leaves = dict(house.decide.log.leaves())
    parse = leaves[batch.parse_leaf]
    assert (batch.state, batch.figures) == ("refused", {"fault.E_DIGEST": 1})
    assert (parse.number("file_faults"), parse.number("accepted"), parse.text("batch")) == (1, 0, batch.id)
    assert leaves[parse.number("request_leaf")].text("request") == batch.request_id
    faults = ChildParser().parse(request, _room(tmp_path), house.intake.layout, house.decide.clock.now().date()).faults
    assert parse.text("faults") == refusal_digest(faults)
    shown = office.call("request", "faults", batch.id)
    assert (shown.exit_code, "refused as a whole" in shown.stderr, "E_DIGEST" in shown.stderr) == (1, True, True)
    assert office.broken() == [] and not (office.folder / "batches" / batch.id).exists()
    count = len(leaves)
    office.call("request", "receive", request)
    assert len(list(office.house.decide.log.leaves())) == count, "the same again says nothing new"


def test_the_right_files_under_the_same_cover_are_received_after_all(office: Office, tmp_path: Path) -> None:
    request = torn(office, tmp_path / "request")
    assert office.call("request", "receive", request).exit_code == 1
    (request / "rows.csv").write_bytes((office.lab / "proper" / "rows.csv").read_bytes())
    done = office.call("request", "receive", request)
    assert done.exit_code == 0, done.stderr
    batch = done.stdout.split(":")[0]
    assert decide_batch(office.house.decide, batch).state == "decided"
    assert office.broken() == []


def _room(place: Path) -> Path:
    (place / "room").mkdir()
    return place / "room"


class Overtaken:
    """The rooms, with a second receipt that begins at one moment of the first."""

    def __init__(self, rooms: Rooms, second: object) -> None:
        self._rooms, self._second, self.told = rooms, second, ""

    def __getattr__(self, name: str) -> object:
        return getattr(self._rooms, name)

    def write(self, batch: str, name: str, data: bytes) -> None:
        if name == "cover.toml" and not self.told:
            self.told = "..."
            with pytest.raises(Refused) as refused:
                self._second()  # type: ignore[operator]  # a plain function
            self.told = refused.value.code
        self._rooms.write(batch, name, data)


def test_the_second_of_two_at_once_is_told_and_takes_nothing_away(office: Office, tmp_path: Path) -> None:
    request = office.lab / "proper"
    intake = office.house.intake
    rooms = Overtaken(intake.rooms, lambda: receive(office.house.intake, request))
    got = receive(dataclasses.replace(intake, rooms=rooms), request)
    assert rooms.told == "batch_busy"
    assert got.batch.state == "received"
    with pytest.raises(Refused, match="E_AGAIN"):
        receive(office.house.intake, request)
    assert decide_batch(office.house.decide, got.batch.id).state == "decided"
    assert office.broken() == []


def test_more_faults_than_the_screen_shows_are_counted(office: Office, tmp_path: Path) -> None:
    def blank(rows: bytes) -> bytes:
        lines = rows.split(b"\n")
        return b"\n".join([lines[0], *[b"" for _ in lines[1:-2]], lines[-2], b""])

    request = rewritten(office.lab / "thirty", tmp_path / "request", rows=blank)
    done = office.call("request", "receive", request)
    batch = done.stdout.split(":")[0]
    assert f"and 9 more; `lawgate request faults {batch}` lists all" in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("E_")]) == 20
    listed = office.call("request", "faults", batch).stdout.splitlines()
    assert len([line for line in listed if line.startswith("E_")]) == 29
