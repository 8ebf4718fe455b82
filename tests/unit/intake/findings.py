# SPDX-License-Identifier: Apache-2.0
"""Rows that intake accepts and the law then finds wanting (B43 to B54): parsed, found, decided, without a record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lawgate.decide.find import request_letters
from lawgate.decide.request import facts_of_request
from lawgate.ports.engine import Plan
from scenarios.bench import ADDRESSES, NAMES, Played, keep_records, registers, rulebook, run, stated_cover
from scenarios.book import read_edges
from unit.intake.bad import HEADERS, case, row
from unit.intake.samples import Sent, text

PLACES = ("addr_line1", "addr_line2", "city", "state", "zip")
NOWHERE = dict.fromkeys(PLACES, "")


@dataclass(frozen=True)
class Wanting:
    """Accepted rows, the code that must be among the reasons of every decision, and the level it is found at."""

    id: str
    what: str
    code: str
    lines: tuple[str, ...]
    cases: tuple[str, ...] = (case(),)
    level: str = "row"

    @property
    def name(self) -> str:
        """The number of the bad input, and what it is."""
        return f"{self.id} {self.what}"

    @property
    def sent(self) -> Sent:
        """The request."""
        return Sent(text(HEADERS["cases"], self.cases), text(HEADERS["rows"], self.lines))


def together(wanting: Sequence[Wanting]) -> Sent:
    """One request with every one-row case in it, each with an identifier and a case of its own."""
    cases = [bad.cases[0].replace("case-1,", f"case-{n},", 1) for n, bad in enumerate(wanting)]
    lines = [bad.lines[0].replace("row-1,case-1,", f"row-{n},case-{n},", 1) for n, bad in enumerate(wanting)]
    return Sent(text(HEADERS["cases"], cases), text(HEADERS["rows"], lines))


def decided(room: Path, count: int) -> list[Played]:
    """The decisions about the rows that intake left in `room`, asked for as a proper request is."""
    book = read_edges()
    given = {"people": [{"who": "peter"}]}
    cover = book.cover(given)
    law = rulebook(cover["signed_on"])
    provision = law.provision(cover["provision"])
    assert provision is not None
    known, asked = registers(book, given, law), stated_cover(cover, count)
    facts = facts_of_request(asked, known, law, True)
    letters, officers = request_letters(provision, facts), known.officers(asked.agency, asked.signed_on)
    plan = Plan(provision, law, ADDRESSES, NAMES, facts, cover["agency"], letters, officers, None)
    keyed = keep_records(book.people(given), room.parent)
    return run(plan, room, keyed, tuple(cover["fields"]), []).rows


def codes(played: Played) -> set[str]:
    """The codes of everything that stands in the way of a row."""
    return {code for f in played.decision.findings if f.leads_to is not None for code in (*f.codes, *f.open)}


def address(id: str, what: str, code: str, **changed: str) -> Wanting:
    """One row with another address; what is not given is empty."""
    return Wanting(id, what, code, (row(1, **(NOWHERE | changed)),))


def one(id: str, what: str, code: str, **changed: str) -> Wanting:
    """One row with something else changed."""
    return Wanting(id, what, code, (row(1, **changed),))


def of_case(id: str, what: str, code: str, **changed: str) -> Wanting:
    """One row whose case has something changed."""
    return Wanting(id, what, code, (row(1),), (case(**changed),))


def people(count: int, **same: str) -> Iterable[str]:
    """That many different people, equal in what is `same`."""
    for n in range(1, count + 1):
        name = "".join("abcdefghij"[int(d)] for d in f"{n:05d}")
        own = {"last": name.title(), "addr_line1": f"{n} Oak Street", "tin": "", "reason_text": f"Shows place {n}."}
        yield row(n, **(own | same))


EXAMPLE = {"city": "Anytown", "state": "ST", "zip": "12345"}
HOME = {"city": "Dayton", "state": "OH", "zip": "45402"}
FILLED = ("Unknown", "N/A", "Same", "See file", "unknown unknown", "NO  SE  SABE", "0000")
TABLE = [
    *(address("B43", x, "address_missing", addr_line1=x, **HOME) for x in ("Don't Care 12345", "DONT CARE 12345")),
    *(address("B44", x, "address_missing", addr_line1=x, **HOME) for x in FILLED),
    address("B44", "-", "address_missing", addr_line1="-"),
    address("B44", "- before a city", "address_city_only", addr_line1="-", **HOME),
    address("B45", "ZIP only", "address_city_only", zip="45402"),
    address("B45", "city only", "address_city_only", city="Dayton"),
    address("B45", "state only", "address_city_only", state="OH"),
    Wanting(
        "B46",
        "500 people at one facility",
        "address_reused",
        tuple(people(500, addr_line1="100 Jail Road Detention Center")),
        level="batch",
    ),
    address("B47", "the example of a form", "address_partial", addr_line1="123 Main Street", **EXAMPLE),
    address("B48", "empty, with a number", "address_missing"),
    address("B49", "in the column of the name", "address_missing", last="12 Elm Street Dayton OH"),
    address("B50", "Main St Apt", "address_partial", addr_line1="Main St Apt", **HOME),
    *(one("B51", x or "missing", "period_missing", taxable_periods=x) for x in ("", "all", "1900-2099", "2023-2022")),
    one("B51", "every year there is", "too_many_periods", taxable_periods=";".join(map(str, range(1990, 2025)))),
    one("B51", "a year to come", "period_not_closed", taxable_periods="2022;2099"),
    of_case("B52", "not in the register", "statute_not_registered", statute_cite="18 USC 9999"),
    of_case("B52", "civil, called criminal", "statute_not_criminal", statute_cite="8 USC 1229a"),
    of_case("B52", "none", "statute_missing", statute_cite=""),
    Wanting("B53", "one case for 10,000 people", "case_shared", tuple(people(10_000)), level="batch"),
    one("B53", "the case of another person", "not_the_subject", role="relative"),
    Wanting(
        "B54", "one reason for all", "one_reason_for_most", tuple(people(60, reason_text="Needed.")), level="batch"
    ),
    Wanting(
        "B54",
        "few reasons",
        "reasons_repeated",
        tuple(row(n, last=f"Mar{'abcdefghij'[n % 10]}n", reason_text=f"Reason {n % 3}.") for n in range(1, 61)),
        level="batch",
    ),
    one("B54", "only the citation", "reason_is_the_statute", reason_text="18 USC 1343"),
    one("B54", "only the title", "reason_is_the_statute", reason_text="Wire fraud."),
]
