# SPDX-License-Identifier: Apache-2.0
"""The one table of the story's facts: exact, sourced, with its status, and the only place of its dates and numbers."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from lawgate_lab import story_facts
from lawgate_lab.story_facts import FACTS, MOMENTS, TABLE, Fact, Moment, Status, fact, moment

ROOT = Path(__file__).resolve().parents[3]
LAB = ROOT / "src" / "lawgate_lab"
HARSH = re.compile("unlaw" + "ful")
EXPECTED = {
    "agreement": ("2025-04-07", {}),
    "first_request": ("2025-06-05", {"people": 7_600_000}),
    "second_request": ("2025-06-24", {"people": 7_300_000}),
    "deficiencies": ("2025-06-25 2025-06-27", {}),
    "third_request": ("2025-06-27", {"people": 1_280_000}),
    "sent": ("2025-08-07", {"addresses": 47_289, "other_paper": 47_489, "about": 47_000, "by_number": 42_695}),
    "by_address": ("2025-08-07", {"by_address": 4_594}),
    "notice_order": ("2025-09-05 2025-09-09", {"hours": 24}),
    "stay": ("2025-11-21", {}),
    "second_court": ("2026-02-05", {}),
    "other_case": ("2026-02-24", {}),
    "indicative": ("2026-02-26", {"violations": 42_695}),
    "pending": ("2026-11-22", {}),
}


def test_every_date_and_number_is_the_one_the_sources_give() -> None:
    found = {each.key: (" ".join(day.isoformat() for day in each.days), each.numbers) for each in TABLE}
    assert found == EXPECTED
    numbers = fact("sent").numbers
    assert numbers["by_number"] + fact("by_address").numbers["by_address"] == numbers["addresses"]


@pytest.mark.parametrize("number", ["7.6 million", "7.3 million", "1.28 million", "47,289", "42,695", "24 hours"])
def test_the_page_of_facts_has_the_same_numbers(number: str) -> None:
    assert number in (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("each", TABLE, ids=lambda each: each.key)
def test_each_fact_has_a_source_a_status_and_no_number_of_its_own(each: Fact) -> None:
    assert each.source and each.days and list(each.days) == sorted(each.days)
    assert not re.search(r"\d", each.words), "a number in the words is no number of the table"
    assert all(f"{number:,}" in each.told for number in each.numbers.values())


def test_what_a_court_found_is_said_with_its_act_and_status() -> None:
    for each in TABLE:
        for sentence in re.split(r"(?<=[.!?])\s+", each.told):
            if HARSH.search(sentence):
                assert "likely" in sentence and "stay" in sentence
    assert fact("stay").status is Status.LIKELY
    assert fact("indicative").status is Status.INDICATIVE and "indicative" in fact("indicative").told
    assert "approximately" in fact("indicative").told
    assert "affirms" in fact("other_case").told and "another case" in fact("other_case").told


def test_statuses_are_words_of_the_glossary() -> None:
    words = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
    for status in Status:
        for word in re.split("[:,] ", status.value):
            assert f"\n| {word} |" in words


def test_where_sources_differ_both_are_told() -> None:
    assert {"47,289", "47,489", "47,000"} <= set(re.findall(r"[\d,]+\d", fact("sent").told))
    assert fact("notice_order").when == "5 September 2025 or 9 September 2025"
    assert fact("deficiencies").when == "25 June 2025 to 27 June 2025"


def test_a_moment_of_a_fact_is_on_its_day_and_every_day_of_the_courts_is_there() -> None:
    for each in MOMENTS.values():
        if each.of:
            assert each.at.date() in FACTS[each.of].days
    assert {"stay", "second_court", "other_case", "indicative", "notice_order"} <= {m.of for m in MOMENTS.values()}
    assert list(MOMENTS.values()) == sorted(MOMENTS.values(), key=lambda each: each.at)
    assert moment("stay learned") > moment("stay entered")


def test_hours_are_those_of_the_eastern_zone() -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("America/New_York")
    for each in MOMENTS.values():
        assert each.at.utcoffset() == each.at.astimezone(zone).utcoffset()


def literals(source: str) -> set[int]:
    """Whole numbers of four digits or more, and what follows `datetime(` or `date(`, as written in a source."""
    tree = ast.parse(source)
    big = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int and n.value >= 2025}
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    return big | {1 for call in calls if call.func.id in ("datetime", "date") and call.args}


ALLOWED = {1_000, 1_280, 10_000, 12_800, 2025, 1_000_000}


@pytest.mark.parametrize("file", sorted(LAB.glob("story*.py")), ids=lambda file: file.name)
def test_no_other_file_of_the_story_has_a_date_or_a_number_of_the_facts(file: Path) -> None:
    if file.name != Path(str(story_facts.__file__)).name:
        assert literals(file.read_text(encoding="utf-8")) <= ALLOWED
        assert not re.search(r"47[,_]?[24]89|42[,_]?695|4[,_]594", file.read_text(encoding="utf-8"))


def test_that_check_can_fail() -> None:
    assert literals("x = datetime(2025, 1, 1)\ny = 47_289") == {1, 2025, 47_289}


def test_an_unknown_fact_or_moment_is_an_error() -> None:
    with pytest.raises(KeyError):
        fact("no such")
    with pytest.raises(KeyError):
        moment("no such")
    assert isinstance(MOMENTS["sent"], Moment) and MOMENTS["sent"].at.date() == date(2025, 8, 7)
