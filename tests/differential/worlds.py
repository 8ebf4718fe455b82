# SPDX-License-Identifier: Apache-2.0
"""Tiny crowded worlds: few names, few buildings, few numbers, so that people are easily taken for one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from random import Random

from differential.batches import PERSON, ROW, SIGNED, addresses, names
from lawgate.linkage.grammar import name_of, place_of
from lawgate.linkage.reference import OnFile, Supplied

FIRSTS, LASTS = (
    ("Ana", "Ana", "Bo", "Bo", "Anna", "Ana María"),
    ("Lopez", "Lopez", "O'Hara", "O'Hara", "Ruiz-López", "Ana"),
)
MIDDLES, ENDS = ("", "", "J", "K"), ("", "", "Jr", "Sr")
STREETS, UNITS = ("1 A Street", "2 B Ave"), ("", "Apt 1", "#1", "Apt 2")
BIRTHS = (date(1980, 1, 1), date(1980, 1, 1), date(1990, 5, 5), date(2015, 7, 1))
YEARS = range(2019, 2025)
PEOPLE, NUMBERS, CLAIMS = 9, 10, 30  # one number of a world belongs to nobody
Row = dict[str, str | None]
People = list[dict[str, object]]


def tin(k: int) -> str:
    """The k-th number of the ranges that are never issued."""
    return f"9{k // 500_000:02}{k // 10_000 % 50:02}{k % 10_000:04}"


@dataclass(frozen=True, slots=True)
class Small:
    """One world: people and homes as the records have them, claims as rows of a request."""

    people: People
    homes: People
    rows: list[Row]


def small(number: int) -> Small:
    """World `number`, in a town of its own and with record handles and taxpayer numbers of its own."""
    rng, town = Random(number), f"Town {number:05}"
    people: People = []
    homes: People = []
    for k in range(number * NUMBERS + 1, number * NUMBERS + 1 + PEOPLE):
        first, last, middle, end = (rng.choice(x) for x in (FIRSTS, LASTS, MIDDLES, ENDS))
        kind, flags = rng.choice(("primary", "primary", "secondary", "dependent")), int(rng.random() < 0.1)
        who = {"first": first, "last": last, "middle": middle, "suffix": end, "kind": kind, "flags": flags}
        people.append({**PERSON, **who, "record": k, "tin": tin(k), "dob": rng.choice(BIRTHS)})
        homes += _homes(rng, k, town)
    return Small(people, homes, [_claim(rng, f"{number}.{i}", number, town, people, homes) for i in range(CLAIMS)])


def _homes(rng: Random, record: int, town: str) -> People:
    cuts = sorted(rng.sample(YEARS, rng.choice((0, 1, 1, 2, 3))))
    spans = [(a, rng.randint(a, b - 1)) for a, b in pairwise((*cuts, YEARS.stop))]
    return [{**_place(rng, town), "record": record, "from_year": a, "to_year": b} for a, b in spans]


def _place(rng: Random, town: str) -> dict[str, str]:
    street = rng.choice(STREETS) if rng.random() < 0.9 else ""
    return {"line1": street, "line2": rng.choice(UNITS) if street else "", "city": town, "state": "AK", "zip": "97303"}


def _claim(rng: Random, row_id: str, number: int, town: str, people: People, homes: People) -> Row:
    # Most claims lean on somebody who is there, so that every way of almost fitting comes up.
    meant = rng.choice(people)
    own = [h for h in homes if h["record"] == meant["record"]]
    home = rng.choice(own) if own and rng.random() < 0.6 else _place(rng, town)
    other = tin(number * NUMBERS + 1 + rng.randrange(NUMBERS))
    return {
        **ROW,
        "row_id": row_id,
        "case_id": f"c{number}",
        **{k: str(meant[k] if rng.random() < 0.8 else rng.choice(x)) for k, x in (("first", FIRSTS), ("last", LASTS))},
        "middle": rng.choice(MIDDLES),
        "suffix": rng.choice(ENDS),
        "dob": str(rng.choice(("", "", meant["dob"], BIRTHS[2]))),
        "addr_line1": str(home["line1"]) or STREETS[0].upper(),
        "addr_line2": str(home["line2"]) if rng.random() < 0.7 else rng.choice(UNITS),
        "city": town,
        "tin": rng.choice(("", "", str(meant["tin"]), other)),
        "taxable_periods": ";".join(map(str, sorted(rng.sample(YEARS, rng.randint(1, 3))))),
    }


def supplied(row: Row) -> Supplied:
    """What a row says, in normal form."""
    name = name_of(names(), *(str(row[k]) for k in ("first", "middle", "last", "suffix")))
    place = place_of(addresses(), *(str(row[k]) for k in ("addr_line1", "addr_line2", "city", "state", "zip")))
    return Supplied(str(row["tin"]), name, place, str(row["dob"]))


def on_file(world: Small) -> list[OnFile]:
    """The people of a world as the reference scorer takes them."""
    made = []
    for p in world.people:
        own = [h for h in world.homes if h["record"] == p["record"]]
        texts = [(tuple(str(h[k]) for k in ("line1", "line2", "city", "state", "zip")), _years(h)) for h in own]
        places = tuple((place_of(addresses(), *text), years) for text, years in texts)
        name = name_of(names(), *(str(p[k]) for k in ("first", "middle", "last", "suffix")))
        made.append(OnFile(int(str(p["record"])), str(p["tin"]), name, str(p["dob"]), places, p["kind"] != "dependent"))
    return made


def _years(home: dict[str, object]) -> tuple[int, ...]:
    return tuple(range(int(str(home["from_year"])), int(str(home["to_year"])) + 1))


def exposure(record: int, listed: set[int], people: Sequence[OnFile]) -> tuple[int, int]:
    """How many others, and how many minors among them, lived where `record` did in one of the listed years."""
    homes = [(place, listed & set(years)) for p in people if p.record == record for place, years in p.places]
    others = {
        p.record: p.dob
        for p in people
        for place, years in p.places
        for own, seen in homes
        if p.record != record and own.street and (own.building, own.unit) == (place.building, place.unit)
        if seen & set(years)
    }
    grown = date(SIGNED.year - 18, SIGNED.month, SIGNED.day)
    return len(others), sum(date.fromisoformat(dob) > grown for dob in others.values())
