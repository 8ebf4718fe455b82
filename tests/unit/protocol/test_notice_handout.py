# SPDX-License-Identifier: Apache-2.0
"""I23 at the door: office and key keeper hand nothing out before the clock of a notice has run by witnesses' time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.office.handout import pull
from lawgate.office.notify import record
from lawgate.protocol.bars import Barred
from unit.protocol.notified import ORDER, Noticed
from unit.release.desk import PACKAGE

FRIDAY = "2030-09-27T16:00:00-04:00"


def asked(place: Noticed) -> tuple[str, ...]:
    """The bars that a pull meets now; none when it is handed out."""
    office, held = place.office, record(place.desk, PACKAGE)
    office.time_rule, office.parties = place.rule, place.parties
    office.papers = replace(office.papers, notices=held.papers, proofs=held.proofs)
    try:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    except Barred as barred:
        assert not office.handed_out()
        assert all(each.orders == (ORDER,) for each in barred.bars if each.code == "notice")
        return tuple(each.code for each in barred.bars)
    return ()


@pytest.fixture
def place(tmp_path: Path) -> Noticed:
    made = Noticed(tmp_path, FRIDAY)
    made.office.approve()
    return made


def test_i23_nothing_is_handed_out_before_the_clock_has_run(place: Noticed) -> None:
    assert asked(place) == ("notice",)
    place.give()
    assert asked(place) == ("notice",)
    place.serve("court/clerk", "org/mail")
    place.later(hours=24)
    assert asked(place) == ("notice",)
    place.serve("org/hook")
    # Saturday at 16: 24 hours would end on Sunday, so it is Monday at 16.
    place.later(hours=48, seconds=-1)
    assert asked(place) == ("notice",)
    place.later(seconds=1)
    assert asked(place) == ()
    assert len(place.office.handed_out()) == 1


def test_i23_what_came_back_after_the_clock_ran_shuts_the_door_again(place: Noticed) -> None:
    index = place.give()
    place.serve()
    place.later(hours=72)
    place.bounced(index, "org/mail")
    assert asked(place) == ("notice",)


def test_i23_the_time_to_release_ends(place: Noticed) -> None:
    place.give()
    place.serve()
    place.later(hours=72 + 72)
    assert asked(place) == ("notice",)
    place.give(anew=True)
    place.serve()
    place.later(hours=24)
    assert asked(place) == ()


def test_without_a_time_rule_or_a_register_the_door_stays_shut(place: Noticed) -> None:
    place.give()
    place.serve()
    place.later(hours=72)
    rule, place.rule = place.rule, None
    assert asked(place) == ("notice",)
    place.rule = rule
    assert asked(place) == ()
