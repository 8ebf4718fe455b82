# SPDX-License-Identifier: Apache-2.0
"""The scenario files of a rulebook as typed things; unknown keys and missing expectations are errors."""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from house.tree import ROOT

BOOK = ROOT / "rulebooks" / "us-26-6103"
Table = dict[str, Any]
DECISION = {"row_outcome", "outcome", "element", "code"}
EXPECT = DECISION | {
    *("status", "match", "outside", "after_hand_out", "batch", "grants", "values", "others", "minors", "record"),
    *("orders", "load", "rows", "other_routes", "against", "readings"),
}
STATE = {"state", "code"}
GIVEN = {"cover", "case", "cases", "row", "rows", "people", "orders", "repeat", "practices", "court_order"}
KEYS = {"id", "of", "says", "given", "expect", "event", "later"}
OUTSIDE = {"not released", "released"}


@dataclass(frozen=True)
class Scenario:
    """One edge case: what is given, what must come out, and the subject it waits for (`later`), if any."""

    id: str
    says: str
    given: Table
    expect: Table
    event: Table
    later: str
    of: str = ""

    @property
    def runs(self) -> bool:
        """Whether the machinery for it exists."""
        return not self.later


@dataclass(frozen=True)
class Book:
    """All of `edge.toml`: what is usual, who the people are, the edge cases and the cases beside them."""

    usual: Table
    cast: dict[str, Table]
    edges: tuple[Scenario, ...]
    beside: tuple[Scenario, ...]

    def cover(self, given: Table) -> Table:
        """The cover of a scenario."""
        return over(self.usual["cover"], given.get("cover", {}))

    def cases(self, given: Table) -> list[Table]:
        """The case rows of a scenario, each complete."""
        stated = given.get("cases", [given.get("case", {})])
        return [over(self.usual["case"], c) for c in repeated(stated, given)]

    def rows(self, given: Table) -> list[Table]:
        """The claim rows of a scenario, each complete: from the person it is about, then as stated."""
        stated = given.get("rows", [given.get("row", {})])
        made = []
        for row in repeated(stated, given):
            plain = {k: v for k, v in row.items() if k != "about"}
            made.append(over(over(self.usual["row"], self._claimed(row.get("about", "rosa"))), plain))
        return made

    def people(self, given: Table) -> list[Table]:
        """The people on file in a scenario, each with their homes."""
        stated = repeated(given.get("people", [{"who": "rosa"}]), given)
        return [self.cast[p["who"]] | {k: v for k, v in p.items() if k != "who"} for p in stated]

    def practices(self, given: Table) -> list[Table]:
        """The practices of a scenario besides the rulebook's own, each complete."""
        return [over(self.usual["practice"], p) for p in given.get("practices", [])]

    def court_order(self, given: Table) -> Table:
        """The order of a court that came with the request; empty when none did. `open` lists what it leaves open."""
        if "court_order" not in given:
            return {}
        stated, usual = given["court_order"], self.usual["court_order"]
        plain = {k: v for k, v in stated.items() if k not in ("open", "states")}
        states = over(usual["states"], stated.get("states", {}))
        kept = {k: v for k, v in states.items() if k not in stated.get("open", [])}
        return over(usual, plain) | {"states": kept}

    def _claimed(self, who: str) -> Table:
        person = self.cast[who]
        home = person["homes"][-1]
        names = {k: person.get(k, "") for k in ("first", "middle", "last", "suffix", "tin")}
        lines = {"addr_line1": home["line1"], "addr_line2": home.get("line2", "")}
        return names | lines | {k: home[k] for k in ("city", "state", "zip")} | {"dob": person["dob"].isoformat()}


def over(usual: Table, stated: Table) -> Table:
    """`usual` with what is stated in its place; a key that is not usual is a slip of the pen."""
    if strange := set(stated) - set(usual):
        raise ValueError(f"no such key: {', '.join(sorted(strange))}")
    return usual | stated


def repeated(stated: list[Table], given: Table) -> list[Table]:
    """Each table as often as `repeat` says, with `{n}`, `{nnnn}`, `{word}` and `{day}` filled in."""
    times = given.get("repeat", 1)
    return [filled(table, n) for n in range(1, times + 1) for table in stated] if times > 1 else stated


def filled(value: Any, n: int) -> Any:
    """A value with the marks of repetition `n` (from 1) filled in, at any depth."""
    match value:
        case str():
            word = "".join(string.ascii_lowercase[n // 26**k % 26] for k in range(3))
            day = (date(2024, 1, 1) + timedelta(days=n % 300)).isoformat()
            marks = {"{n}": str(n), "{nnnn}": f"{n:04d}", "{word}": word, "{day}": day}
            for mark, text in marks.items():
                value = value.replace(mark, text)
            return value
        case dict():
            return {k: filled(v, n) for k, v in value.items()}
        case list():
            return [filled(v, n) for v in value]
    return value


def read_edges(path: Path = BOOK / "scenarios" / "edge.toml") -> Book:
    """The edge cases of the rulebook. ValueError for a scenario that says less, or more, than it may."""
    doc = tomllib.loads(path.read_text("utf-8"))
    if doc["format"] != "lawgate-scenarios-1":
        raise ValueError("not a scenario file of this format")
    edges = tuple(scenario(e, beside=False) for e in doc["edge"])
    return Book(doc["usual"], doc["cast"], edges, tuple(scenario(a, beside=True) for a in doc.get("beside", [])))


def scenario(table: Table, *, beside: bool) -> Scenario:
    """One scenario, checked: a decision or an event, complete; a decision that runs has something given."""
    name = table.get("id", "?")
    given, expect, event = (table.get(k, {}) for k in ("given", "expect", "event"))
    wrong = [k for k in table if k not in KEYS] + [k for k in given if k not in GIVEN]
    wrong += [k for k in expect if k not in EXPECT] + [k for k in event if k not in STATE]
    if expect and not expect.keys() >= DECISION | {"outside"}:
        wrong.append("a decision needs row_outcome, outcome, element, code and outside")
    if event and set(event) != STATE:
        wrong.append("an event needs a state and a code")
    if bool(expect) == bool(event) or not table.get("says") or beside != bool(table.get("of")):
        wrong.append("a scenario says one sentence and expects a decision or an event")
    later = table.get("later", "")
    if expect and "given" not in table and not later:
        wrong.append("what cannot run names the subject it waits for")
    if event and given:
        wrong.append("an event is played by the journey of its code, which gives what it needs")
    if expect and not later and not ({"match"} | ({"status"} if coded(expect) else set())) <= set(expect):
        wrong.append("what runs says whether anybody was looked up, and how the finding stands")
    if "#" in later:
        wrong.append("`later` is a subject, not a number")
    if wrong:
        raise ValueError(f"{name}: {'; '.join(wrong)}")
    return Scenario(name, table["says"], given, expect, event, later, table.get("of", ""))


def coded(expect: Table) -> bool:
    """Whether a finding, not only an order, stands against the row."""
    return bool(expect.get("code")) and expect["element"] != "orders"


@dataclass(frozen=True)
class ClauseCase:
    """What one clause must find when some facts differ from those of the complete claim."""

    clause: str
    facts: Table = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    finding: str = ""
    row_outcome: str = ""
    outcome: str = ""
    along: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The clause cases of one provision, and the facts of its complete claim."""

    provision: str
    complete: Table
    cases: tuple[ClauseCase, ...]


def element_files() -> list[Path]:
    """Every file of clause cases, that of the first provision first."""
    return sorted((BOOK / "scenarios").glob("elements*.toml"), reverse=True)


def read_elements(path: Path) -> Sheet:
    """The facts of the complete claim of one provision, and every clause case."""
    doc = tomllib.loads(path.read_text("utf-8"))
    if doc["format"] != "lawgate-clauses-1":
        raise ValueError("not a file of clause cases of this format")
    made = []
    for c in doc["case"]:
        lists = {k: tuple(c.get(k, ())) for k in ("unknown", "along")}
        made.append(ClauseCase(**(c | lists | {"outcome": c.get("outcome", c["row_outcome"])})))
    return Sheet(doc["provision"], doc["complete"], tuple(made))
