# SPDX-License-Identifier: Apache-2.0
"""The registers: who serves where on which day, what suspends a safeguard, and orders as counsel read them."""

from datetime import date

import pytest

from lawgate.law.registers import read_registers
from lawgate.model.fault import Faulty
from lawgate.model.request import Registers

KEY = "A" * 43 + "="
PEOPLE = f"""
[[person]]
id = "person.a.1"
name = "Somebody"
key = "{KEY}"
holds = [{{ office = "head.a", agency = "agency.a", from = 2024-01-01, to = 2025-01-01 }}]
[[person]]
id = "person.b.1"
name = "Somebody Else"
key = "{KEY}"
holds = [{{ office = "head.b", agency = "agency.b", from = 2024-01-01, to = "until further notice" }}]
"""
STAFF = """
[[staff]]
agency = "agency.a"
from = 2024-06-01
to = 2025-06-01
source = "a list"
people = ["person.a.7", "person.x.1"]
[[staff]]
agency = "agency.b"
from = 2024-06-01
to = "until further notice"
source = "a list"
people = ["person.b.7", "person.x.1"]
"""
SAFEGUARDS = """
[[safeguard]]
agency = "agency.a"
approved_on = 2024-01-01
to = "until further notice"
source = "a review"
suspended = [{ from = 2024-03-01, to = 2024-04-01, source = "an open finding" }]
"""
ORDER = """
[[order]]
id = "co-1"
request = "req-1"
provision = "p"
agencies = ["agency.a"]
rows = ["row-1"]
years = [2022]
from = 2024-01-01
to = 2024-07-01
read_by = "counsel"
[order.states]
judge = "a judge"
"""


def read(**files: str) -> Registers:
    texts = {"people": PEOPLE, "recipients": "", "safeguards": SAFEGUARDS} | files
    return read_registers({f"{name}.toml": text.encode() for name, text in texts.items()})


@pytest.mark.parametrize(
    ("day", "own", "elsewhere"),
    [
        (date(2023, 12, 31), set(), set()),
        (date(2024, 1, 1), {"person.a.1"}, {"person.b.1"}),
        (date(2024, 7, 1), {"person.a.1", "person.a.7", "person.x.1"}, {"person.b.1", "person.b.7"}),
        (date(2025, 1, 1), {"person.a.7", "person.x.1"}, {"person.b.1", "person.b.7"}),
        (date(2025, 6, 1), set(), {"person.b.1", "person.b.7", "person.x.1"}),
    ],
)
def test_who_serves_where_on_a_day(day: date, own: set[str], elsewhere: set[str]) -> None:
    found = read(staff=STAFF).officers("agency.a", day)
    assert (found.own, found.elsewhere) == (own, elsewhere)


def test_without_a_list_nobody_is_listed() -> None:
    assert read().staff == () and read().orders == {}
    assert read().digest != read(staff=STAFF).digest, "a list counts into the digest"


@pytest.mark.parametrize(
    ("day", "stands"),
    [
        (date(2023, 12, 31), False),
        (date(2024, 2, 29), True),
        (date(2024, 3, 1), False),
        (date(2024, 3, 31), False),
        (date(2024, 4, 1), True),
    ],
)
def test_an_open_finding_suspends_an_approval_for_its_days(day: date, stands: bool) -> None:
    assert (day in read().safeguards["agency.a"]) is stands


def test_an_order_as_counsel_read_it() -> None:
    found = read(court_orders=ORDER).order_of("req-1")
    assert found is not None and found.states == {"judge": "a judge"}
    assert (found.agencies, found.rows, found.years) == ({"agency.a"}, {"row-1"}, {2022})
    assert read(court_orders=ORDER).order_of("req-2") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('agencies = ["agency.a"]', "agencies = []"),
        ('rows = ["row-1"]', 'rows = [""]'),
        ('rows = ["row-1"]', ""),
        ("years = [2022]", "years = []"),
        ("years = [2022]", 'years = ["2022"]'),
        ("years = [2022]", "years = [22]"),
        ('read_by = "counsel"', 'read_by = ""'),
        ('judge = "a judge"', "judge = true"),
        ('request = "req-1"', "request = 1"),
        ("to = 2024-07-01", ""),
        ("to = 2024-07-01", 'to = "some day"'),
    ],
)
def test_an_order_that_leaves_its_reach_open_is_not_read(old: str, new: str) -> None:
    assert old in ORDER
    with pytest.raises(Faulty, match="G_ENTRY"):
        read(court_orders=ORDER.replace(old, new))


def test_two_orders_for_one_request_are_not_read() -> None:
    with pytest.raises(Faulty, match="G_TWICE"):
        read(court_orders=ORDER + ORDER.replace("co-1", "co-2"))


@pytest.mark.parametrize(
    ("file", "text", "old", "new"),
    [
        ("safeguards", SAFEGUARDS, "approved_on = 2024-01-01", "approved_on = 2024-01-01T00:00:00Z"),
        ("safeguards", SAFEGUARDS, 'to = "until further notice"', "to = 2030-01-01T00:00:00Z"),
        ("safeguards", SAFEGUARDS, "to = 2024-04-01", "to = 2024-04-01T00:00:00Z"),
        ("safeguards", SAFEGUARDS, "suspended = [{", "suspended = [1, {"),
        ("safeguards", SAFEGUARDS, "suspended =", "suspendet ="),
        ("people", PEOPLE, "holds = [{", "holds = [1, {"),
        ("people", PEOPLE, 'id = "person.a.1"', "id = [1]"),
        ("people", PEOPLE, 'office = "head.a"', "office = 7"),
        ("people", PEOPLE, "from = 2024-01-01, to = 2025-01-01", "from = 2024-01-01T00:00:00Z, to = 2025-01-01"),
        ("staff", STAFF, 'agency = "agency.a"', "agency = {}"),
        ("staff", STAFF, 'source = "a list"', 'source = ""'),
        ("staff", STAFF, 'people = ["person.a.7", "person.x.1"]', "people = []"),
        ("staff", STAFF, 'people = ["person.a.7", "person.x.1"]', 'people = "person.a.7"'),
        ("safeguards", SAFEGUARDS, ', source = "an open finding"', ""),
        ("safeguards", SAFEGUARDS, "from = 2024-03-01", "from = 1"),
    ],
)
def test_a_moment_no_source_or_another_shape_is_a_fault_of_its_entry(file: str, text: str, old: str, new: str) -> None:
    assert old in text
    with pytest.raises(Faulty) as refused:
        read(**{file: text.replace(old, new, 1)})
    (fault,) = refused.value.faults
    assert (fault.code, fault.file, fault.column.split()[-1]) == ("G_ENTRY", f"{file}.toml", "1")


@pytest.mark.parametrize("text", ["person = 5", "person = {}", 'person = "x"', "[[people]]\nid = 1", "stray = 1"])
def test_a_file_that_is_no_list_of_entries_is_a_fault_of_the_file(text: str) -> None:
    with pytest.raises(Faulty) as refused:
        read(people=text)
    assert [(f.code, f.file) for f in refused.value.faults] == [("G_SHAPE", "people.toml")]


@pytest.mark.parametrize("text", ["person = [5]", 'person = ["x"]'])
def test_an_entry_that_is_no_table_is_a_fault(text: str) -> None:
    with pytest.raises(Faulty, match="G_ENTRY"):
        read(people=text)
