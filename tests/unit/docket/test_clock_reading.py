# SPDX-License-Identifier: Apache-2.0
"""Time rules as text: read strictly, or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from house.tree import ROOT
from lawgate.law.clocks import clock_for, read_clocks
from lawgate.law.read import read_rulebook
from lawgate.model.fault import Faulty

BOOK = ROOT / "rulebooks" / "us-26-6103"
NAME = "clocks/federal-civil.toml"
TEXT = (BOOK / NAME).read_text("utf-8")
DAY = date(2025, 9, 26)


def read(text: str, name: str = NAME) -> object:
    return read_clocks({name: text.encode(), "provisions/other.toml": b"nothing to read here"})


def test_the_rule_serves_for_notice_from_its_day_on() -> None:
    rules = read_clocks({NAME: TEXT.encode()})
    assert [each.citation for each in rules] == ["Fed. R. Civ. P. 6(a)"]
    assert clock_for(rules, "notice", DAY) is rules[0]
    assert clock_for(rules, "notice", date(2009, 11, 30)) is None
    assert clock_for(rules, "other", DAY) is None
    # Two rules for one thing: nobody knows which, so nothing ends.
    assert clock_for(rules * 2, "notice", DAY) is None


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('id = "federal-civil"', ""),
        ('citation = "Fed. R. Civ. P. 6(a)"\n', 'citation = ""\n'),
        ('serves = ["notice"]', "serves = []"),
        ('weekend = ["saturday", "sunday"]', "weekend = []"),
        ('weekend = ["saturday", "sunday"]', 'weekend = ["someday"]'),
        (
            'weekend = ["saturday", "sunday"]',
            'weekend = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]',
        ),
        ("nth = 2, hour = 2", "nth = 0, hour = 2"),
        ("nth = 2, hour = 2", "nth = 2, hour = 24"),
        ("month = 3", "month = 12"),
        ("summer_minutes = -240", "summer_minutes = -300"),
        ("summer_minutes = -240", "summer_minutes = true"),
        ("day = 1\nfrom", "from"),
        ("disputed = false", 'disputed = "no"'),
        ("observed = true", "observed = 1"),
        ('checked_by = ""', "checked_by = 1"),
        ("on = 2025-01-09", 'on = "2025-01-09"'),
        ("day = 25", "day = 32"),
        ("[zone]", "rolls = false\n[zone]"),
        (
            'to = "until further notice"',
            "",
        ),
        ("id = ", "id = 1 = "),
    ],
)
def test_a_rule_that_says_less_or_more_does_not_load(was: str, becomes: str) -> None:
    assert was in TEXT
    with pytest.raises(Faulty) as fault:
        read(TEXT.replace(was, becomes, 1))
    assert {each.code for each in fault.value.faults} == {"L_CLOCK"}


def test_years_of_a_zone_leave_no_gap() -> None:
    years = TEXT[TEXT.index("[[zone.years]]") : TEXT.index("# Days set aside")]
    joined = TEXT.replace(years, years.replace('"until further notice"', "2030-01-01") + years.replace("2007", "2030"))
    assert read(joined)
    with pytest.raises(Faulty):
        read(TEXT.replace(years, years.replace('"until further notice"', "2030-01-01") + years.replace("2007", "2031")))


def test_two_rules_have_two_ids() -> None:
    with pytest.raises(Faulty):
        read_clocks({NAME: TEXT.encode(), "clocks/again.toml": TEXT.encode()})


def test_a_rulebook_with_a_rule_nobody_can_read_does_not_load() -> None:
    files = {path.relative_to(BOOK).as_posix(): path.read_bytes() for path in BOOK.rglob("*.toml")}
    assert read_rulebook(files, DAY)
    files[NAME] = files[NAME].replace(b"hour = 2", b"hour = 25")
    with pytest.raises(Faulty) as fault:
        read_rulebook(files, DAY)
    assert {each.code for each in fault.value.faults} == {"L_CLOCK"}
