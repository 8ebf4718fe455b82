# SPDX-License-Identifier: Apache-2.0
"""Everything is synthetic: every nine-digit number in the repository is one never issued to anybody."""

import json
import re
from collections.abc import Iterator

import pytest

from house.tree import texts

NINE = re.compile(r"(?<![\w.\-])(\d{3}-\d{2}-\d{4}|\d{9})(?![\w\-]|\.\d)")
FOLDERS = ("tests", "src", "docs", "rulebooks", "bench", "vectors", "README.md")
PROBES = frozenset(
    {
        "078051120",  # printed on wallet inserts, withdrawn in 1938
        "219099999",  # used in an advertisement, withdrawn
        "123456789",  # counts up: the reader of requests refuses it
        "987654321",  # counts down: reserved for advertisements, refused as well
        "020852163",  # the tree size of a published checkpoint example with a zero before it, not a person
    }
)


def never_issued(number: str) -> bool:
    """Say whether a number lies in the synthetic ranges, or has a shape that no valid number has."""
    area, group, serial = number[:3], int(number[3:5]), number[5:]
    if number in PROBES or len(set(number)) == 1:  # one digit nine times: the reader of requests refuses it
        return True
    if area[0] == "9":
        return group <= 49 or 66 <= group <= 69 or group == 89
    return area in ("000", "666") or group == 0 or serial == "0000"


def issued(path: str, text: str) -> Iterator[str]:
    for number, line in enumerate(spoken(path, text).splitlines(), 1):
        for found in NINE.findall(line):
            if not never_issued(found.replace("-", "")):
                yield f"{path}:{number}: a nine-digit number that may belong to a person"


def spoken(path: str, text: str) -> str:
    """Return the text; of JSON only the strings, because its bare numbers are counts and bytes."""
    if not path.endswith(".json"):
        return text
    found: list[str] = []
    collect(json.loads(text), found)
    return "\n".join(found)


def collect(value: object, found: list[str]) -> None:
    match value:
        case str():
            found.append(value)
        case list():
            for item in value:
                collect(item, found)
        case dict():
            for key, item in value.items():
                found.append(key)
                collect(item, found)


def test_every_number_was_never_issued() -> None:
    assert [words for path, text in texts(*FOLDERS) for words in issued(path, text)] == []


def digits(text: str) -> str:
    """Return a number written with a stroke inside it, so that the rule does not find its own samples."""
    return text.replace("|", "")


@pytest.mark.parametrize("split", ["1234|56788", "212|-45-6789", "900|701234", "999|-88-1234", "912|-94-1234"])
def test_a_number_that_may_be_issued_is_seen(split: str) -> None:
    assert list(issued("a.csv", f'x,"{digits(split)}",y'))
    assert list(issued("a.json", json.dumps({"tin": [digits(split)]})))


@pytest.mark.parametrize("number", ["900010001", "999-49-9999", "912661234", "912-89-1234", "666-12-3456"])
def test_never_issued_numbers_pass(number: str) -> None:
    assert not list(issued("a.csv", f"x,{number},y"))
    assert not list(issued("a.json", json.dumps({"bytes": 1234 * 100_001})))
