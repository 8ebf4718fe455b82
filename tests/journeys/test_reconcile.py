# SPDX-License-Identifier: Apache-2.0
"""From a hand-out to the recipient's receipt and back: what agrees, what does not, and that a gap is an incident."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from journeys.office import KEY, Office
from lawgate.office.handout import pull
from lawgate_lab.played import signing_key

RECIPIENT, STRANGER = "person.doj.2", "person.dhs.1"


@pytest.fixture(scope="module")
def given(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Path, str]:
    """An office that handed out a package of three; the delivery, and its batch."""
    top = tmp_path_factory.mktemp("reconcile")
    office = opened.copy(top / "office")
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1, 2]).manifest.package
    house = office.house
    done = pull(house.release.release, package, KEY, house.courier(top / "out"))
    return office, top / "out" / done.name, batch


@pytest.fixture
def handed(given: tuple[Office, Path, str], tmp_path: Path) -> tuple[Office, Path, str]:
    """The same, one's own."""
    office, delivery, batch = given
    return office.copy(tmp_path / "office"), delivery, batch


def receipt(office: Office, delivery: Path, paper: Path, by: str = RECIPIENT) -> Path:
    """What the recipient counts in the delivery, signed; the signature lies beside it."""
    from typer.testing import CliRunner

    from lawgate.surfaces.cli.app import build
    from lawgate.surfaces.cli.doors import Doors

    def never(*_: object) -> object:
        raise AssertionError("the recipient has no office")

    app = build(Doors(never, never, never))  # type: ignore[arg-type]  # nothing of the office is opened
    done = CliRunner().invoke(app, ["reconcile", "receipt", str(delivery), str(paper), "--by", by])
    assert done.exit_code == 0, done.output
    paper.with_suffix(".sig").write_bytes(signing_key(office.seed, by).sign(paper.read_bytes()))
    return paper


def lacking(delivery: Path, target: Path, name: str) -> Path:
    """The delivery with one sealed record lost on the way."""
    target.mkdir(parents=True)
    with tarfile.open(delivery / "package.tar") as whole, tarfile.open(target / "package.tar", "w") as less:
        for member in whole.getmembers():
            if member.name != name:
                stream = whole.extractfile(member)
                assert stream is not None
                less.addfile(member, io.BytesIO(stream.read()))
    return target


def alarms(office: Office) -> list[str]:
    return [leaf.text("subject") for _, leaf in office.house.decide.log.leaves() if leaf.kind == "alarm"]


def test_before_the_receipt_nothing_differs_and_nothing_is_received(handed: tuple[Office, Path, str]) -> None:
    office, _, _ = handed
    done = office.call("reconcile", "run")
    assert done.exit_code == 0, done.output
    assert "accounted 3, manifest 3, transmitted 3, received not yet" in done.output
    assert alarms(office) == []


def test_a_whole_delivery_agrees(handed: tuple[Office, Path, str], tmp_path: Path) -> None:
    office, delivery, _ = handed
    paper = receipt(office, delivery, tmp_path / "receipt.json")
    for _ in range(2):
        taken = office.call("reconcile", "take", paper, paper.with_suffix(".sig"))
        assert taken.exit_code == 0, taken.output
    assert sum(leaf.kind == "ack" for _, leaf in office.house.decide.log.leaves()) == 1
    done = office.call("reconcile", "run", "--stated", "3")
    assert (done.exit_code, alarms(office)) == (0, []), done.output
    assert "accounted 3, manifest 3, transmitted 3, received 3" in done.output
    assert office.broken() == []


def test_a_receipt_that_was_changed_is_found(handed: tuple[Office, Path, str], tmp_path: Path) -> None:
    """By `log verify`, whatever was changed: the paper, its signature, or that either is gone."""
    office, delivery, batch = handed
    paper = receipt(office, delivery, tmp_path / "receipt.json")
    assert office.call("reconcile", "take", paper, paper.with_suffix(".sig")).exit_code == 0
    assert office.broken() == []
    for kept in sorted(office.room(batch).glob("receipt-*")):
        was = kept.read_bytes()
        for now in (bytes([was[0] ^ 1]) + was[1:], None):
            kept.unlink()
            if now is not None:
                kept.write_bytes(now)
            (said,) = [each for each in office.house.check_log() if each.broken]
            assert (said.code, kept.stem in said.sentence) == ("receipt_differs", True)
            kept.write_bytes(was)
    assert office.broken() == []


def test_a_lost_record_is_an_incident_once(handed: tuple[Office, Path, str], tmp_path: Path) -> None:
    office, delivery, _ = handed
    part = lacking(delivery, tmp_path / "part" / delivery.name, "0002.age")
    paper = receipt(office, part, tmp_path / "receipt.json")
    assert office.call("reconcile", "take", paper, paper.with_suffix(".sig")).exit_code == 0
    for _ in range(2):
        done = office.call("reconcile", "run")
        assert done.exit_code == 1
        assert "transmitted 3, received 2: 1 missing, 0 too many" in done.output
        assert "reconcile_differs" in done.stderr
    package = json.loads(paper.read_bytes())["package"]
    assert alarms(office) == [package]
    # A later receipt, of the whole delivery, ends the difference; the incident stays in the log.
    whole = receipt(office, delivery, tmp_path / "whole.json")
    assert office.call("reconcile", "take", whole, whole.with_suffix(".sig")).exit_code == 0
    assert office.call("reconcile", "run").exit_code == 0
    assert alarms(office) == [package]


def test_a_number_told_to_somebody_that_is_not_what_left_is_an_incident(handed: tuple[Office, Path, str]) -> None:
    office, _, _ = handed
    done = office.call("reconcile", "run", "--stated", "203")
    assert done.exit_code == 1
    assert "transmitted 3, stated 203: 0 missing, 200 too many" in done.output
    assert alarms(office) == ["stated"]


def test_entries_that_are_not_those_of_the_log_account_for_nobody(handed: tuple[Office, Path, str]) -> None:
    office, _, batch = handed
    (entries,) = office.room(batch).glob("*.acc.bin")
    entries.write_bytes(entries.read_bytes()[:-76] + bytes(76))
    done = office.call("reconcile", "run")
    assert done.exit_code == 1
    assert "accounted 0, manifest 3: 0 missing, 3 too many" in done.output


def test_a_receipt_of_somebody_else_is_not_taken(handed: tuple[Office, Path, str], tmp_path: Path) -> None:
    office, delivery, _ = handed
    for paper, code in (
        (receipt(office, delivery, tmp_path / "stranger.json", by=STRANGER), "E_RECEIPT_SIGNED"),
        (receipt(office, lacking(delivery, tmp_path / "other-9", "none"), tmp_path / "other.json"), "E_RECEIPT"),
    ):
        done = office.call("reconcile", "take", paper, paper.with_suffix(".sig"))
        assert (done.exit_code, code in done.stderr) == (1, True), done.output
    paper = receipt(office, delivery, tmp_path / "mine.json")
    paper.with_suffix(".sig").write_bytes(bytes(64))
    assert office.call("reconcile", "take", paper, paper.with_suffix(".sig")).exit_code == 1
    assert not [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "ack"]
