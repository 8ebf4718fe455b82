# SPDX-License-Identifier: Apache-2.0
"""Plays of the edge cases about notice, each under the code the rulebook gives; `test_events` runs them.

Notice is given in a small office whose log has one witness, all under one clock that the play moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from lawgate.authority.notices import Met, Missing
from lawgate.office.notify import give_notice, record
from lawgate.office.notify_served import take_report
from unit.protocol.notified import BY, Noticed
from unit.protocol.test_notice_served import report
from unit.release.desk import PACKAGE

CHANGED = "pkg-0002"
FRIDAY, SATURDAY = "2025-09-26T16:00:00-04:00", "2025-11-01T16:00:00-04:00"


def clock_not_started(_place: Any, out: Path) -> None:
    """Friday at 16:00; the mail to one party came back, and nobody saw it."""
    place = office(out, FRIDAY)
    leaf = place.give()
    place.serve("court/clerk", "org/hook")
    # The mail server took the message: that is no service.
    assert [where for where, _ in place.mail.parcels] == ["counsel@organisation.example"]
    place.later(days=30)
    # "The clock has not started, because service is not complete."
    assert place.met() == Missing("clock_not_started", ("org/mail",))
    # Somebody sees it then; it is the same, and said.
    back = report(place.office.kinds("notice")[-1].text("paper"), "failed")
    assert take_report(place.desk, PACKAGE, back, BY) is not None
    assert [each.text("subject") for each in place.office.kinds("alarm")] == [f"{leaf}/org/mail"]
    assert place.met() == Missing("clock_not_started", ("org/mail",))


def clock_rolls_to_business_day(_place: Any, out: Path) -> None:
    """24 hours of notice, served on everybody on Friday at 16:00 Eastern time."""
    # The 24 hours would end on a Saturday; the clock runs until Monday at 16
    place = served(office(out / "one", FRIDAY))
    runs_until(place, "2025-09-29T16:00:00-04:00", "Saturday 27 September 2025 is a Saturday")
    # or the next business day
    place = served(office(out / "two", "2025-10-10T16:00:00-04:00"))
    runs_until(place, "2025-10-14T16:00:00-04:00", "Monday 13 October 2025 is Columbus Day")


def clock_counts_elapsed_hours(_place: Any, out: Path) -> None:
    """Served on Saturday at 16:00 daylight time; summer time ends in the night."""
    place = served(office(out, SATURDAY))
    # 24 hours that passed end on Sunday at 15 by standard time, no business day; the clock runs until Monday at 15
    runs_until(place, "2025-11-03T15:00:00-05:00", "they end on Sunday 2 November 2025, 15:00 (UTC-05:00)")


def notice_void(_place: Any, out: Path) -> None:
    """One row of the batch is changed after notice was served."""
    place = served(office(out, FRIDAY, changed=CHANGED))
    place.later(days=3)
    assert isinstance(place.met(), Met)
    told, other = place.of(PACKAGE), place.of(CHANGED)
    assert (told.set != other.set, told.rows - other.rows) == (True, 1)
    # "The notice is void ..." for anything but the very set, whatever it is called.
    assert place.code(transfer=replace(told, set=other.set)) == "notice_void"
    assert place.code(transfer=replace(told, rows=other.rows)) == "notice_void"
    assert place.code(transfer=other) == "notice_not_sent"
    # "... and a new clock is needed."
    give_notice(place.desk, CHANGED, BY)
    assert place.code(transfer=other, record=record(place.desk, CHANGED)) == "clock_not_started"
    assert place.code() == "met"


def office(out: Path, at: str, **more: str) -> Noticed:
    """An office under an order for notice, at a local time."""
    out.mkdir(parents=True)
    return Noticed(out, at, **more)


def served(place: Noticed) -> Noticed:
    """Notice is given and served on everybody, in the same minute."""
    place.give()
    place.serve()
    return place


def runs_until(place: Noticed, end: str, step: str) -> None:
    """The clock ends then and no second earlier, and says why."""
    moment = datetime.fromisoformat(end)
    found = place.met()
    assert isinstance(found, Missing) and found.code == "clock_running"
    assert found.counted is not None and found.counted.acts.ends == moment
    assert any(step in each for each in found.counted.acts.steps), found.counted.acts.steps
    place.later(seconds=(moment - place.clock.at).total_seconds() - 1)
    assert place.code() == "clock_running"
    place.later(seconds=1)
    assert place.code() == "met"


PLAYS = (clock_not_started, clock_rolls_to_business_day, clock_counts_elapsed_hours, notice_void)
NOTICE_PLAYS: dict[str, Callable[[Any, Path], None]] = {play.__name__: play for play in PLAYS}
