# SPDX-License-Identifier: Apache-2.0
"""Rule 3, no law in Python: what the rulebooks say stands in no source, comment or name under src/lawgate.

The forbidden words are collected from `rulebooks/` on every run, so a new rulebook guards itself:

- section numbers, from every citation ("8 USC 1253(a)(1)") and from the rulebook's own id;
- dates, as text and as `date(2025, 4, 7)`;
- ids of agencies ("us.dhs") and the names written beside such ids;
- facts that arrive in a request column named by `facts.toml`, unless its `generic_columns` lists the column.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest

from house.tree import ROOT, Source, planted, sources

KNOWN = frozenset({"6103", "1253"})  # guarded even before any rulebook exists
CITED = re.compile(r"\b\d+\s+(?:U\.?\s?S\.?\s?C\.?|C\.?\s?F\.?\s?R\.?)\s*(?:§+\s*)?(\d[\w.]*(?:-\d+)?)")
AGENCY = re.compile(r"^[a-z]{2}(?:\.[a-z][a-z0-9]*)+$")
ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
LEAST_DIGITS = 3


@dataclass
class Law:
    """What must not stand in Python."""

    sections: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    agencies: set[str] = field(default_factory=set)
    facts: set[str] = field(default_factory=set)
    generic: set[str] = field(default_factory=set)

    def read(self, table: object) -> None:
        """Collect from one parsed TOML value and everything inside it."""
        match table:
            case dict():
                self._read_table(table)
                for value in table.values():
                    self.read(value)
            case list():
                for value in table:
                    self.read(value)
            case datetime():
                self.dates.add(table.date().isoformat())
            case date():
                self.dates.add(table.isoformat())
            case str():
                self._read_text(table)

    def _read_table(self, table: dict[str, object]) -> None:
        if isinstance(table.get("column"), str):
            self.facts |= {str(table["column"]), str(table.get("name", table["column"])).rsplit(".", 1)[-1]}
        self.generic |= set(map(str, table.get("generic_columns", [])))
        spoken = table.get("name") or table.get("title")
        if AGENCY.match(str(table.get("id", ""))) and isinstance(spoken, str) and " " in spoken:
            self.agencies.add(spoken)
        for key in table:
            if AGENCY.match(key):
                self.agencies.add(key)

    def _read_text(self, text: str) -> None:
        for cited in CITED.findall(text):
            self.sections |= {part for part in re.split(r"[.\-]", cited) if is_section(part)} | {cited}
        self.dates |= set(ISO.findall(text)) if ISO.fullmatch(text) else set()
        if AGENCY.match(text):
            self.agencies.add(text)

    def words(self) -> set[str]:
        """Return every forbidden word, ready to be looked for."""
        sections = {s for s in self.sections | KNOWN if is_section(s) or not s.isdigit()}
        return sections | self.dates | self.agencies | (self.facts - self.generic)


def is_section(part: str) -> bool:
    """Say whether a number is long enough to mean a section; round hundreds mean many other things."""
    return part.isdigit() and len(part) >= LEAST_DIGITS and not part.endswith("00")


def collect(folder: str = "rulebooks") -> Law:
    law = Law()
    for path in sorted((ROOT / folder).rglob("*.toml")):
        law.read(tomllib.loads(path.read_text("utf-8")))
    for book in (p for p in (ROOT / folder).glob("*") if p.is_dir()):
        law.sections |= {part for part in book.name.split("-") if is_section(part)} | {book.name}
    return law


def law_in(source: Source, law: Law) -> Iterator[str]:
    forbidden = re.compile(
        "|".join(rf"(?<!\w){re.escape(w)}(?!\w)" for w in sorted(law.words(), key=len)[::-1])
    )
    for number, line in enumerate(source.text.splitlines(), 1):
        for found in forbidden.findall(line):
            yield source.at(number, f"{found!r} belongs in rulebooks/")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and written_date(node) in law.dates:
            yield source.at(node.lineno, "a date of the law, written as a call")


def written_date(call: ast.Call) -> str:
    numbers = [a.value for a in call.args[:3] if isinstance(a, ast.Constant) and isinstance(a.value, int)]
    return "{:04d}-{:02d}-{:02d}".format(*numbers) if len(numbers) == 3 else ""


SAMPLE = """
generic_columns = ["role"]
legal_from = 2025-04-07
[[fact]]
name = "row.final_order_date"
column = "final_order_date"
[[fact]]
name = "row.role"
column = "role"
[[agency]]
id = "us.dhs"
name = "Department of Somewhere"
[[element]]
cite = ["26 USC 6103(i)(2)(B)(i)", "8 U.S.C. § 1253(a)(1)", "26 CFR 301.6103(c)-1"]
"""


def sample() -> Law:
    law = Law()
    law.read(tomllib.loads(SAMPLE))
    return law


def test_source_names_no_law() -> None:
    law = collect()
    assert [words for source in sources("src/lawgate") for words in law_in(source, law)] == []


def test_sample_is_collected() -> None:
    words = sample().words()
    expected = {
        "6103",
        "1253",
        "301.6103",
        "2025-04-07",
        "us.dhs",
        "Department of Somewhere",
        "final_order_date",
    }
    assert expected <= words
    assert "role" not in words


@pytest.mark.parametrize(
    "text",
    [
        "SECTION = '6103'\n",
        "x = 6103\n",
        "x = 1  # see 8 USC 1253(a)(1)\n",
        "AGENCY = 'us.dhs'\n",
        "'''Asks the Department of Somewhere.'''\n",
        "def f(row):\n    return row.final_order_date\n",
        "x = 'since 2025-04-07'\n",
        "from datetime import date\nx = date(2025, 4, 7)\n",
    ],
)
def test_law_in_python_is_seen(text: str) -> None:
    assert list(law_in(planted(text), sample()))


def test_plain_code_passes() -> None:
    assert not list(law_in(planted("role = 'subject'\nx = 16103\nus = 'us'\nRFC = 6962\n"), sample()))
