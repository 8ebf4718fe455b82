# SPDX-License-Identifier: Apache-2.0
"""Without the quorum nothing is released: witnesses away, with another key, or written out of the policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.office import Office
from journeys.witnessed import Watched, watched
from lawgate.ledger.quorum_text import parse_policy
from lawgate.model.fault import LawgateError
from lawgate.office.handout import HandedOut
from lawgate.protocol.bars import Barred
from lawgate.wiring import witness
from lawgate_lab.witnesses import Post


@pytest.fixture(scope="module")
def place(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("quorum"), opened.lab) as made:
        yield made


def barred(place: Watched) -> None:
    """The package is asked for and nothing of it leaves; the log has a leaf about that, and none of a hand-out."""
    before, leaves = place.delivered(), place.kinds()
    asked = place.pull()
    assert isinstance(asked, Barred) and "witness" in [bar.code for bar in asked.bars]
    assert place.delivered() == before
    assert place.kinds()[len(leaves) :] == ["barred"]


def handed_out(place: Watched) -> None:
    before = place.delivered()
    asked = place.pull()
    assert isinstance(asked, HandedOut)
    assert place.delivered() == sorted([*before, asked.name])


def back(post: Post) -> None:
    post.start()
    post.wait()


def test_two_of_three_are_enough_and_one_is_not(place: Watched) -> None:
    """Each witness away, each two away, all away; then all are back, and follow although they missed heads."""
    handed_out(place)
    first, second, third = place.posts
    first.stop()
    handed_out(place)
    second.stop()
    barred(place)
    back(first)
    handed_out(place)
    third.stop()
    barred(place)
    back(second)
    handed_out(place)
    first.stop()
    barred(place)
    second.stop()
    barred(place)
    for post in place.posts:
        back(post)
    handed_out(place)
    assert place.office.broken() == []


def test_a_witness_with_another_key_is_none(place: Watched, tmp_path: Path) -> None:
    first, second, _ = place.posts
    witness.init(tmp_path / "other", f"{first.name}.example/witness", [_log_key(place)])
    first.stop()
    impostor = Post(first.name, tmp_path / "other", first.key, first.port)
    back(impostor)
    try:
        handed_out(place)
        second.stop()
        barred(place)
    finally:
        impostor.stop()
        for post in (first, second):
            back(post)
    handed_out(place)


def _log_key(place: Watched) -> str:
    return place.office.house.log_policy.split()[1]


def edited(place: Watched, text: str) -> None:
    """Nothing leaves under another policy than the one in leaf 0, and `log verify` says so."""
    file = place.office.folder / "policy"
    good = file.read_text()
    assert text != good
    file.write_text(text)
    before = place.delivered()
    try:
        if parse_policy(text.encode()).policy.log.name == "journey/log":
            asked = place.pull()
            assert isinstance(asked, Barred) and "witness" in [bar.code for bar in asked.bars]
            found = {check.code for check in place.office.house.check_log() if check.broken}
            # A head that a witness signed who is written out of the file is told by that; else leaf 0 tells.
            assert found & {"other_start", "unknown_signer"}
    finally:
        file.write_text(good)
    assert place.delivered() == before
    handed_out(place)


def test_a_smaller_quorum_releases_nothing(place: Watched) -> None:
    text = (place.office.folder / "policy").read_text()
    edited(place, text.replace("group quorum 2 ", "group quorum 1 "))


def test_fewer_witnesses_release_nothing(place: Watched) -> None:
    text = (place.office.folder / "policy").read_text()
    first, *_ = re.findall(r"^witness (\S+) .*\n", text, re.MULTILINE)
    without = re.sub(rf"^witness {re.escape(first)} .*\n", "", text, flags=re.MULTILINE).replace(f" {first}", "")
    edited(place, without)


@pytest.mark.parametrize("text", ["", "quorum none\n", "spoilt"])
def test_without_a_policy_the_office_does_not_open(place: Watched, text: str) -> None:
    file = place.office.folder / "policy"
    good = file.read_text()
    for change in (lambda: file.write_text(text), file.unlink):
        change()
        with pytest.raises(LawgateError) as stopped:
            place.pull()
        assert stopped.value.stop == "E_SETTINGS"
    file.write_text(good)


def test_a_witness_may_move_without_another_policy(place: Watched) -> None:
    """Where a witness is asked is no part of what leaf 0 names: it moves, and the log goes on."""
    first, second, _ = place.posts
    file = place.office.folder / "policy"
    old = first.place
    first.stop()
    first.port = 0
    back(first)
    file.write_text(file.read_text().replace(old, first.place))
    second.stop()
    handed_out(place)
    back(second)
    assert place.office.broken() == []


def test_the_note_says_who_the_witnesses_are(place: Watched) -> None:
    said = place.office.call("log", "policy")
    assert said.exit_code == 0 and "plaintiffs.example/witness" in said.stderr and "at least 2" in said.stderr
    policy = parse_policy(said.stdout.encode()).policy
    assert policy.render() == said.stdout and not policy.splittable
    (first, *_) = [leaf for _, leaf in place.office.house.decide.log.leaves()]
    assert first.text("log_policy") == policy.digest.hex()
