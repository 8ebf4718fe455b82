# SPDX-License-Identifier: Apache-2.0
"""Rule 3, no law in Python: what the rulebooks say stands in no source, comment or name under src/lawgate.

The forbidden words are collected from `rulebooks/` on every run, so a new rulebook guards itself:

- section numbers, from every citation ("8 USC 1253(a)(1)") and from the rulebook's own id; no citation at all;
- ids of provisions and elements ("i2.B.i.address");
- dates, as text and as `date(2025, 4, 7)`;
- ids of agencies and offices ("us.dhs") and the names written beside such ids;
- request columns of `facts.toml`, and facts read from them, unless its `generic_columns` lists the column.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest

from house.tree import ROOT, Source, planted, sources

# Guarded even before any rulebook exists.
SECTIONS = frozenset({"6103", "1253"})
AGENCIES = frozenset({"IRS", "DHS", "ICE", "Internal Revenue", "Homeland Security", "Treasury"})
CITED = re.compile(r"\b\d+\s+(?:U\.?\s?S\.?\s?C\.?|C\.?\s?F\.?\s?R\.?)\s*(?:§+\s*)?(\d[\w.]*(?:-\d+)?)")
CITATION = re.compile(CITED.pattern + r"|§\s*\d|\b[Ss]ections?\s+\d{3,}")
AGENCY = re.compile(r"^[a-z]{2}(?:\.[a-z][a-z0-9]*)+$")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
BUFFER_SIZES = frozenset({"1024", "2048", "4096", "8192"})  # a section of that number is guarded as a citation


@dataclass
class Law:
    """What must not stand in Python."""

    sections: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    agencies: set[str] = field(default_factory=set)
    elements: set[str] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=dict)
    generic: set[str] = field(default_factory=set)

    def read(self, value: object) -> None:
        """Collect from one parsed TOML value and everything inside it."""
        match value:
            case dict():
                self._read_table(value)
                for inner in value.values():
                    self.read(inner)
            case list():
                for inner in value:
                    self.read(inner)
            case datetime():
                self.dates.add(value.date().isoformat())
            case date():
                self.dates.add(value.isoformat())
            case str():
                self._read_text(value)

    def _read_table(self, table: dict[str, object]) -> None:
        self.generic |= set(map(str, table.get("generic_columns", [])))
        match table:
            case {"column": str(column), "name": str(fact)}:
                self.columns.setdefault(column, {column}).add(fact.rsplit(".", 1)[-1])
            case {"file": str(), "name": str(column), "kind": str()}:
                self.columns.setdefault(column, {column})
            case {"id": str(element), "citation": str()} if re.search(r"[.\d]", element):
                self.elements.add(element)
            case {"id": str(agency), "name": str(spoken)} if AGENCY.match(agency) and " " in spoken:
                self.agencies.add(spoken)
        self.agencies |= {key for key in table if AGENCY.match(key)}

    def _read_text(self, text: str) -> None:
        for cited in CITED.findall(text):
            self.sections |= {cited, *re.split(r"[.\-]", cited)}
        if ISO.fullmatch(text):
            self.dates.add(text)
        if AGENCY.match(text):
            self.agencies.add(text)

    def words(self) -> set[str]:
        """Return every forbidden word, ready to be looked for."""
        columns = {w for column, names in self.columns.items() if column not in self.generic for w in names}
        sections = {s for s in self.sections if not s.isdigit() or telling(s)}
        return SECTIONS | AGENCIES | sections | self.dates | self.agencies | self.elements | columns


def telling(number: str) -> bool:
    """Say whether a bare number points to a section; short and round ones mean many other things."""
    return len(number) >= 4 and not number.endswith("00") and number not in BUFFER_SIZES


def collect() -> Law:
    law = Law()
    for path in sorted((ROOT / "rulebooks").rglob("*.toml")):
        law.read(tomllib.loads(path.read_text("utf-8")))
    for book in (p for p in (ROOT / "rulebooks").glob("*") if p.is_dir()):
        law.sections |= {part for part in book.name.split("-") if part.isdigit()} | {book.name}
    return law


def law_in(source: Source, law: Law) -> Iterator[str]:
    words = sorted(law.words(), key=len, reverse=True)
    forbidden = re.compile("|".join(rf"(?<![^\W_]){re.escape(w)}(?![^\W_])" for w in words))
    for number, line in enumerate(source.text.splitlines(), 1):
        for found in (*forbidden.finditer(line), *CITATION.finditer(line)):
            yield source.at(number, f"{found[0]!r} belongs in rulebooks/")
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
[[column]]
file = "rows"
name = "event_number"
kind = "text"
[[element]]
id = "i2.B.i"
citation = "26 U.S.C. 6103(i)(2)"
also = ["26 USC 6103(i)(2)(B)(i)", "8 U.S.C. § 1253(a)(1)", "26 CFR 301.6103(c)-1"]
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
        "x = 1  # 5 USC 705\n",
        "x = 1  # section 705\n",
        "x = 'i2.B.i'\n",
        "row['event_number']\n",
        "USC_6103 = 1\n",
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
