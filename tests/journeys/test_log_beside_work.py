# SPDX-License-Identifier: Apache-2.0
"""`log verify` beside work that is under way accuses nobody, and beside damage it still does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from journeys.office import Office
from lawgate.drivers.tiles.store import TileLog
from lawgate.ledger.leaf import StageLeaf, parse
from lawgate.ports.log import LogBrokenError
from lawgate.wiring import log as wired


@contextmanager
def writing(office: Office, stop_at: str) -> Iterator[threading.Event]:
    """Somebody in the middle of an append, holding the log's turn, until the event is set."""
    there, go_on = threading.Event(), threading.Event()

    def point(name: str) -> None:
        if name == stop_at:
            there.set()
            assert go_on.wait(20)

    def work() -> None:
        folder = office.folder / "log"
        with wired.alone_at(folder), TileLog.open(folder, "journey/log", point) as log:
            # Any leaf that fits behind the last one; a second `start` would be misplaced.
            log.append(
                [
                    StageLeaf(
                        "alarm", parse(log.read(log.size() - 1)).at, {"code": "a", "subject": "", "detail": ""}
                    ).render()
                ]
            )

    worker = threading.Thread(target=work)
    worker.start()
    assert there.wait(20)
    try:
        yield go_on
    finally:
        go_on.set()
        worker.join()


def test_a_leaf_half_written_is_waited_for(office: Office) -> None:
    with writing(office, "after_tile") as go_on:
        folder = wired.check_folder(office.folder / "log", office.house.release.release.policy, wired.verify)
        assert any(each.broken for each in folder), "looked at without a turn, this very moment looks like damage"
        threading.Timer(0.3, go_on.set).start()
        assert office.broken() == []


def test_a_writer_that_never_ends_is_no_damage_either(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    house = office.house
    real = wired.alone_at
    monkeypatch.setattr(wired, "alone_at", lambda folder: real(folder, 0.1))
    with writing(office, "after_tile"):
        monkeypatch.setattr(wired, "alone_at", lambda folder: real(folder, 0.1))
        with pytest.raises(LogBrokenError, match="too long"):
            house.check_log()


def test_a_batch_somebody_works_on_is_passed_over_with_a_remark(office: Office) -> None:
    batch = office.decided(office.lab / "proper")
    spoilt = office.room(batch) / "patterns.jsonl"
    data = spoilt.read_bytes()
    spoilt.write_bytes(data[:-2] + b"x\n")
    with office.house.decide.rooms.alone(batch):
        said = office.house.check_log()
    assert [each.sentence for each in said if each.broken] == []
    assert any(f"batch {batch}: somebody is at work on it" in each.sentence for each in said)
    assert office.broken() != [], "once nobody is in it, the damage shows"
    spoilt.write_bytes(data)
    assert office.broken() == []
