# SPDX-License-Identifier: Apache-2.0
"""Bars: every fact counts, unknown never helps, the yes-case exists, and no argument lets anything pass."""

import inspect
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.model.period import Span
from lawgate.model.request import RecipientKey
from lawgate.office import handout
from lawgate.protocol.bars import CHECKS, LAST_CHECKS, Barred, Facts, Last, bars, last_bars
from lawgate.protocol.lease import LEASE_SECONDS, left
from lawgate.protocol.manifest import text_digest

DAY = date(2030, 5, 6)
KEY = RecipientKey("rk-1", "agency", "age1x", ("p1", "p2"), Span(date(2030, 1, 1), date(2031, 1, 1)))
GOOD = Facts(
    covering=(),
    orders_missing=(),
    published=True,
    clock_apart=1.0,
    decision_logged=True,
    review_logged=True,
    prepared_logged=True,
    contents_match=True,
    review_signed=True,
    reviewer_apart=True,
    set_packed="a",
    set_reviewed="a",
    rows_packed=3,
    rows_accepted=3,
    rows_a_package=500,
    reviewed_that_day=3,
    reviewed_a_day=200,
    key=KEY,
    key_usable=True,
    key_prepared="rk-1",
    key_asked="rk-1",
    key_text=text_digest("age1x"),
    request_holds=True,
    agency="agency",
    safeguard=KEY.span,
    today=DAY,
    custody=1,
    bulk=False,
    approvals=(),
    notice=(),
    key_registration=(),
)
LAST = Last(handout_logged=True, lease_left=1.0)
WRONG = {
    "covering": ("order-1",),
    "orders_missing": ("order-1",),
    "clock_apart": -121.0,
    "set_packed": "b",
    "set_reviewed": "b",
    "rows_packed": 501,
    "rows_accepted": 2,
    "rows_a_package": 2,
    "reviewed_that_day": 201,
    "reviewed_a_day": 2,
    "key": replace(KEY, id="rk-2", agency="other", registrars=("p1", "p1"), span=Span(date(2031, 1, 1), None)),
    "key_prepared": "rk-2",
    "key_text": "0" * 64,
    "key_asked": "rk-2",
    "agency": "other",
    "safeguard": Span(date(2029, 1, 1), date(2030, 5, 6)),
    "today": date(2031, 1, 1),
    "custody": 0,
    "bulk": True,
    "approvals": ("E_DUAL",),
    "notice": ("order-1",),
    "key_registration": ("E_KEY_COOLOFF",),
}
NAMES = [field.name for field in fields(Facts)]


def codes(found) -> set[str]:
    return {bar.code for bar in found}


def test_with_nothing_in_the_way_there_is_no_bar() -> None:
    assert bars(GOOD) == ()
    assert last_bars(GOOD, LAST) == ()


@pytest.mark.parametrize("name", NAMES)
def test_each_fact_alone_bars(name: str) -> None:
    assert bars(replace(GOOD, **{name: WRONG.get(name, False)}))
    assert any(bar.because == "unknown" for bar in bars(replace(GOOD, **{name: None})))


@pytest.mark.parametrize("last", [Last(False, 1.0), Last(None, 1.0), Last(True, 0.0), Last(True, None)])
def test_each_last_fact_alone_bars(last: Last) -> None:
    assert last_bars(GOOD, last)


def test_every_check_can_bar_and_every_fact_is_asked_for() -> None:
    broken = replace(GOOD, **{name: WRONG.get(name, False) for name in NAMES if name not in ("key_usable",)})
    assert {check.code for check in CHECKS} >= codes(bars(broken))
    assert {need for check in CHECKS for need in check.needs} == set(NAMES)
    assert codes(bars(Facts(**dict.fromkeys(NAMES)))) == {check.code for check in CHECKS}
    assert {need for check in LAST_CHECKS for need in check.needs} == {field.name for field in fields(Last)}


@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)), st.sampled_from(NAMES))
def test_not_knowing_never_takes_a_bar_away(wrong, unknown, name) -> None:
    facts = replace(GOOD, **{each: WRONG.get(each, False) for each in wrong})
    facts = replace(facts, **dict.fromkeys(unknown))
    assert codes(bars(facts)) <= codes(bars(replace(facts, **{name: None})))


@given(st.sets(st.sampled_from(NAMES)), st.lists(st.text(min_size=1), max_size=3), st.text(min_size=1))
def test_an_order_more_never_takes_a_bar_away(wrong, ids, more) -> None:
    facts = replace(GOOD, **{each: WRONG.get(each, False) for each in wrong})
    facts = replace(facts, covering=tuple(ids))
    after = bars(replace(facts, covering=(*ids, more)))
    assert codes(bars(facts)) <= codes(after)
    assert "order" in codes(after)


def test_a_head_is_fresh_for_a_minute_and_a_clock_may_be_two_minutes_behind() -> None:
    """I27: no hand-out on a head that is older than a minute; and clocks apart bar both ways."""
    found = {
        seconds: codes(bars(replace(GOOD, clock_apart=seconds))) for seconds in (60.0, 60.5, 120.5, -120.0, -121.0)
    }
    assert found == {60.0: set(), 60.5: {"fresh"}, 120.5: {"fresh", "clock"}, -120.0: set(), -121.0: {"clock"}}


def test_many_people_need_two_keepers() -> None:
    assert not bars(replace(GOOD, bulk=True, custody=2))
    assert codes(bars(replace(GOOD, bulk=True, custody=1))) == {"custody"}


def test_all_reasons_are_told_at_once() -> None:
    found = Barred(bars(replace(GOOD, covering=("order-1",), safeguard=None)))
    assert [bar.code for bar in found.bars] == ["order", "safeguard"]
    assert "order-1" in str(found)
    assert found.code == "barred"


def test_no_call_takes_an_override() -> None:
    taken = {"bars": ["facts"], "last_bars": ["facts", "last"]}
    assert {call.__name__: list(inspect.signature(call).parameters) for call in (bars, last_bars)} == taken
    assert list(inspect.signature(handout.pull).parameters) == ["desk", "package", "key_asked", "courier"]


def test_a_lease_ends_and_a_clock_that_runs_back_ends_it() -> None:
    assert left(10.0, 10.0) == LEASE_SECONDS
    assert left(10.0, 12.5) < 0
    assert left(10.0, 9.9) == 0
