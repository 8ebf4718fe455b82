# SPDX-License-Identifier: Apache-2.0
"""The chart and the ids of one human in people.toml: read whole or not at all, and what they mean."""

import base64
from datetime import date

import pytest

from lawgate.law.registers import read_registers
from lawgate.model.fault import Faulty
from lawgate.model.request import Registers
from unit.release.approvers import key_of

DAY = date(2030, 5, 6)
LINE = '[[person.reports_to]]\nperson = "person.c.0"\nfrom = 2025-01-25\nto = "until further notice"\n'


def entry(id: str, more: str = "", key: str = "") -> str:
    public = base64.b64encode(key_of(key or id).public_key).decode()
    return f'[[person]]\nid = "{id}"\nname = "A Name"\nkey = "{public}"\n{more}'


def read(*entries: str) -> Registers:
    return read_registers({"people.toml": "\n".join(entries).encode(), "recipients.toml": b"", "safeguards.toml": b""})


def test_the_chart_is_read() -> None:
    top = LINE.replace("person.c.0", "nobody")
    found = read(entry("person.c.0", top), entry("person.c.1", LINE), entry("person.c.2"))
    assert found.superiors("person.c.1", DAY) == {"person.c.0"}
    assert found.superiors("Person.C.1", DAY) == {"person.c.0"}
    assert found.superiors("person.c.0", DAY) == frozenset()
    assert found.superiors("person.c.2", DAY) is None
    assert found.superiors("person.c.1", date(2025, 1, 24)) is None
    assert found.superiors("nobody.at.all", DAY) is None


def test_a_circle_has_no_end() -> None:
    round_ = LINE.replace("person.c.0", "person.c.1")
    found = read(entry("person.c.0", round_), entry("person.c.1", LINE))
    assert found.superiors("person.c.1", DAY) is None


def test_the_lines_of_every_id_of_a_human_count() -> None:
    top, other = LINE.replace("person.c.0", "nobody"), LINE.replace("person.c.0", "person.c.5")
    found = read(
        entry("person.c.0", top), entry("person.c.1", LINE), entry("person.x.1", other, "person.c.1"),
        entry("person.c.5", top),
    )  # fmt: skip
    assert found.superiors("person.c.1", DAY) == {"person.c.0", "person.c.5"}


def test_who_is_one_human() -> None:
    one, same = 'human = "The One"\n', 'human = "the one"\n'
    found = read(entry("a", one), entry("b", same), entry("c", key="b"), entry("d", 'human = "another"\n'), entry("e"))
    assert found.humans({"A"}) == found.humans({"c"}) == {"a", "b", "c"}
    assert found.humans({"d"}) == {"d"}
    assert found.humans({"e", ""}) == {"e"}


@pytest.mark.parametrize(
    "spoilt",
    [
        LINE.replace('person = "person.c.0"\n', ""),
        LINE.replace('"person.c.0"', '""'),
        LINE.replace("from = 2025-01-25\n", ""),
        LINE.replace('to = "until further notice"\n', ""),
        LINE + "deputy = true\n",
        'human = ""\n',
        "human = 7\n",
        "reports_to = 7\n",
    ],
)
def test_an_entry_that_says_something_else_is_not_read(spoilt: str) -> None:
    with pytest.raises(Faulty) as faulty:
        read(entry("person.c.1", spoilt))
    assert [(fault.code, fault.column) for fault in faulty.value.faults] == [("G_ENTRY", "person 1")]
