# SPDX-License-Identifier: Apache-2.0
"""Match plan, readings and gaps bind only what is implemented and accepted; anything else does not load."""

import re

import pytest

from differential.batches import SIGNED, book_files
from lawgate.law.parts import GAPS, PLAN
from lawgate.law.read import read_rulebook
from lawgate.model.fault import Faulty

READING, WHERE, OPEN, YEAR = (
    f"readings/{name}.toml" for name in ("address-standard", "component-head", "address-unit", "period-scope")
)


def faults(name: str, text: str) -> list[tuple[str, str, str]]:
    try:
        read_rulebook({**book_files(), name: text.encode()}, SIGNED)
    except Faulty as refused:
        return [(f.code, f.file, f.mend) for f in refused.faults]
    return []


def test_the_shipped_ones_load_and_say_that_they_are_made_up() -> None:
    assert faults(PLAN, book_files()[PLAN].decode()) == []
    gaps = book_files()[GAPS].decode()
    assert gaps.count("accepted_by") == gaps.count("(synthetic)") == gaps.count("[[gap]]") > 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('agree = ["name", "address"]', 'agree = ["name"]'),
        ('address_standard = "matches_on_file"', 'address_standard = "stated_complete"'),
        ("tin_substitutes_for_address = false", "tin_substitutes_for_address = true"),
        ("tin_substitutes_for_address = false", "tin_substitutes_for_address = 0"),
        ('contradictions_refuse = ["middle", "suffix", "dob"]', 'contradictions_refuse = ["dob"]'),
        ('near_names = "make_doubtful"', 'near_names = "match"'),
        ('ties = "refuse"', 'ties = "first"'),
        ('ties = "refuse"', ""),
        ('ties = "refuse"', 'ties = "refuse"\nspelling = "loose"'),
        ('id = "contradiction"', 'id = "blessing"'),
    ],
)
def test_a_plan_that_says_what_nobody_does(old: str, new: str) -> None:
    text = book_files()[PLAN].decode()
    assert old in text
    assert [(code, file) for code, file, _ in faults(PLAN, text.replace(old, new, 1))] == [("L_PART", PLAN)]


def test_steps_in_another_order_or_left_out() -> None:
    text = book_files()[PLAN].decode()
    head, *steps = re.split(r"(?=\[\[step\]\])", text)
    for changed in (steps[::-1], steps[1:], [*steps, steps[0]]):
        assert [code for code, *_ in faults(PLAN, head + "".join(changed))] == ["L_PART"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("strictness = 2", "strictness = 0"),
        ("strictness = 1", "strictness = 2"),
        ("strictness = 2", 'strictness = "2"'),
        ('sets_aside = ["', 'sets_aside = ["nothing_of_the_kind", "'),
        ("sets_aside = [", "set_aside = ["),
        ('element = "', 'element = "x'),
        ('status = "argued"', 'status = ""'),
        ('id = "matches_on_file"', 'id = "other"'),
    ],
)
def test_a_reading_that_would_not_decide_as_it_says(old: str, new: str) -> None:
    text = book_files()[READING].decode()
    assert old in text
    found = faults(READING, text.replace(old, new, 1))
    assert ("L_PART", READING) in [(code, file) for code, file, _ in found]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (WHERE, "request.office_kind", "row.role"),
        (WHERE, "request.office_kind", "request.nothing_of_the_kind"),
        (WHERE, "where = {", 'where = { not = { is = ["request.written", true] }, '),
        (WHERE, "strictness = 2", 'strictness = 2\nwhere = { is = ["request.written", true] }'),
        (OPEN, '"address_not_confirmed"', '"period_missing"'),
        (OPEN, "strictness = 2", 'strictness = 2\nsets_aside_open = ["address_unit_missing"]'),
        (YEAR, "any_year = true", "any_year = 1"),
        (YEAR, "strictness = 2", "strictness = 2\nany_year = true"),
    ],
)
def test_a_reading_that_eases_in_a_way_nobody_counts(name: str, old: str, new: str) -> None:
    text = book_files()[name].decode()
    assert faults(name, text) == [] and old in text
    assert [(code, file) for code, file, _ in faults(name, text.replace(old, new, 1))] == [("L_PART", name)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r'accepted_by = "[^"]*"\n', "", "nobody has accepted this gap"),
        (r"accepted_on = [0-9-]+\n", "", "nobody has accepted this gap"),
        (r'accepted_by = "[^"]*"', 'accepted_by = " "', "must be a text"),
        (r"accepted_on = ([0-9-]+)", r"accepted_on = \1T00:00:00Z", "is a date"),
        (r'met_by = "review"', 'met_by = "nobody"', "met by review"),
        (r'element = "', 'element = "x', "one element of this rulebook"),
    ],
)
def test_a_gap_that_nobody_accepted_blocks(old: str, new: str, said: str) -> None:
    changed, times = re.subn(old, new, book_files()[GAPS].decode(), count=1)
    (found,) = faults(GAPS, changed)
    assert times == 1 and found[:2] == ("L_PART", GAPS) and said in found[2]


@pytest.mark.parametrize("name", ["promises/p.toml", "match/loose.toml", "exceptions.toml"])
def test_a_file_that_nobody_reads_does_not_load(name: str) -> None:
    assert [(code, file) for code, file, _ in faults(name, 'id = "x"')] == [("L_PART", name)]
