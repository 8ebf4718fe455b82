# SPDX-License-Identifier: Apache-2.0
"""Makes records and a request from the sample data of pseudopeople, which simulates a population and its tax returns.

Only the file inside the installed distribution is read; the package itself is never imported.
"""

import importlib.metadata
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from lawgate_lab.affair import Draft
from lawgate_lab.honest import COVER, honest_cases, honest_rows
from lawgate_lab.reasons import own_reasons
from lawgate_lab.rows import Style
from lawgate_lab.seeds import Array, stream
from lawgate_lab.tins import tin
from lawgate_lab.words import Lexicon, lexicon
from lawgate_lab.world import DEPENDENT, FIRST_YEAR, PRIMARY, SECONDARY, YEARS, Homes, World

FILE = "pseudopeople/data/sample_datasets/taxes_1040/taxes_1040.parquet"
RATES = {"transposed_tin": 0.02, "spouse_tin": 0.02, "former_address": 0.02, "next_resident": 0.02,
         "namesake": 0.02, "namesake_tin": 0.02}  # fmt: skip
_ADDRESS = ("street_number", "street_name", "unit_number", "po_box", "state")
_PERSON = ("simulant_id", "first_name", "middle_initial", "last_name", "date_of_birth", "ssn")
_EPOCH = date(1970, 1, 1)
_KINDS = {"street": "st", "avenue": "ave", "av": "ave", "drive": "dr", "road": "rd", "lane": "ln", "court": "ct",
          "place": "pl", "boulevard": "blvd", "circle": "cir", "cr": "cir", "terrace": "ter", "north": "n",
          "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se",
          "southwest": "sw", "trail": "trl", "parkway": "pkwy", "highway": "hwy"}  # fmt: skip
Address = tuple[str, str, str, str, str]


class SampleMissing(Exception):
    """The pseudopeople sample is not installed."""

    def __init__(self) -> None:
        """Says how to install it."""
        super().__init__(
            "the pseudopeople sample is not installed; install it without its dependencies: "
            "pip install --require-hashes --no-deps -r requirements-samples.lock"
        )


def sample_path() -> Path:
    """Where the installed distribution keeps its sample of Form 1040 data. Raises SampleMissing."""
    try:
        path = Path(str(importlib.metadata.distribution("pseudopeople").locate_file(FILE)))
    except importlib.metadata.PackageNotFoundError as absent:
        raise SampleMissing from absent
    if not path.is_file():
        raise SampleMissing
    return path


@dataclass
class _Filer:
    """One simulant: name, number, birth, and per tax year the kind and the address on the return."""

    first: str
    middle: str
    last: str
    born: int
    ssn: str
    years: dict[int, tuple[int, Address]] = field(default_factory=dict)
    partner: str = ""

    @property
    def kind(self) -> int:
        return self.years[max(self.years)][0]


def _text(value: Any) -> str:
    return "" if value is None else unicodedata.normalize("NFC", str(value)).strip()


def _read(path: Path) -> list[dict[str, Any]]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    columns = ["tax_year", *(f"mailing_address_{part}" for part in _ADDRESS), *_PERSON]
    columns += [f"spouse_{name}" for name in (*_PERSON, *(f"mailing_address_{part}" for part in _ADDRESS))]
    columns += [
        f"dependent_{k}_{name}" for k in range(1, 5) for name in ("simulant_id", "first_name", "last_name", "ssn")
    ]
    table = pq.read_table(path, columns=columns)
    years = table["tax_year"]
    kept = pc.and_(pc.greater_equal(years, FIRST_YEAR), pc.less(years, FIRST_YEAR + YEARS))
    rows: list[dict[str, Any]] = table.filter(kept).to_pylist()
    return sorted(rows, key=lambda row: (row["tax_year"], _key(row["simulant_id"])))


def _key(simulant: str) -> tuple[int, int]:
    shard, number = simulant.split("_")
    return int(shard), int(number)


def _days(value: Any) -> int:
    return 0 if value is None else (value.date() - _EPOCH).days


def _address(row: dict[str, Any], prefix: str) -> Address:
    number, street, unit, box, state = (_text(row[f"{prefix}mailing_address_{part}"]) for part in _ADDRESS)
    return (box if box and not street else number, street, unit, "box" if box and not street else "", state)


def _add(people: dict[str, _Filer], row: dict[str, Any], prefix: str, kind: int, address: Address) -> None:
    """Notes one appearance on a return; a person's own return outweighs being somebody's dependent that year."""
    simulant, year = row[f"{prefix}simulant_id"], row["tax_year"] - FIRST_YEAR
    if simulant is None:
        return
    if simulant not in people:
        people[simulant] = _Filer(
            _text(row[f"{prefix}first_name"]), _text(row.get(f"{prefix}middle_initial")),
            _text(row[f"{prefix}last_name"]), _days(row.get(f"{prefix}date_of_birth")), row[f"{prefix}ssn"],
        )  # fmt: skip
    person = people[simulant]
    if kind != DEPENDENT:
        person.first, person.last = _text(row[f"{prefix}first_name"]), _text(row[f"{prefix}last_name"])
        person.middle = _text(row[f"{prefix}middle_initial"])
        person.born = _days(row[f"{prefix}date_of_birth"])
    if year not in person.years or kind != DEPENDENT:
        person.years[year] = (kind, address)


def _people(rows: list[dict[str, Any]]) -> dict[str, _Filer]:
    """Everybody on a return, by simulant. Who ever filed keeps only the years of filing; the rest are dependents."""
    people: dict[str, _Filer] = {}
    for row in rows:
        address = _address(row, "")
        _add(people, row, "", PRIMARY, address)
        _add(people, row, "spouse_", SECONDARY, _address(row, "spouse_"))
        if row["spouse_simulant_id"] is not None:
            people[row["simulant_id"]].partner = row["spouse_simulant_id"]
        for k in range(1, 5):
            _add(people, row, f"dependent_{k}_", DEPENDENT, address)
    for person in people.values():
        own = {year: seen for year, seen in person.years.items() if seen[0] != DEPENDENT and _usable(seen[1])}
        person.years = own or {year: (DEPENDENT, address) for year, (_, address) in person.years.items()}
    return people


def _usable(address: Address) -> bool:
    """True where there is a street or a PO box at all."""
    return bool(address[1] or address[3])


def _couples_first(people: dict[str, _Filer]) -> tuple[list[str], Array]:
    """The simulants, each couple side by side, with a number per couple or single person."""
    order: list[str] = []
    group: list[int] = []
    seen: set[str] = set()
    for simulant in sorted(people, key=_key):
        partner = people[simulant].partner
        pair = [simulant, partner] if partner in people and partner not in seen else [simulant]
        if simulant in seen:
            continue
        if len(pair) == 2 and (people[simulant].kind, people[partner].kind) != (PRIMARY, SECONDARY):
            pair = [simulant]
        order += pair
        group += [group[-1] + 1 if group else 0] * len(pair)
        seen.update(pair)
    return order, np.array(group, dtype=np.int32)


class _Codes(dict[Any, int]):
    """Numbers handed out in the order in which values are first asked for."""

    def __missing__(self, value: Any) -> int:
        self[value] = len(self)
        return self[value]


def _building_key(address: Address) -> tuple[str, ...]:
    number, street, _unit, box, state = address
    words = (word.strip(".,#") for word in street.lower().split())
    return (number.lower(), " ".join(_KINDS.get(word, word) for word in words), box, state)


def _place(address: Address, seed: int) -> tuple[str, str, str]:
    """A made-up town and ZIP for each street name (each box number); the state stays."""
    towns = lexicon().places
    draw = zlib.crc32(f"{seed}/{address[1] or address[0]}/{address[4]}".encode())
    return towns[draw % 251][0], address[4], f"9{draw % 251 * 37 + 113:04d}"


def _homes(addresses: Iterable[Address], seed: int) -> tuple[Homes, list[str], list[str], list[Any], tuple[str, ...]]:
    streets, units, places, numbers, buildings = (_Codes() for _ in range(5))
    for codes in (streets, units, numbers):
        codes[""]
    made = [
        (streets[a[1]], numbers[a[0]], units[a[2]], places[_place(a, seed)], buildings[_building_key(a)])
        for a in addresses
    ]
    homes = Homes(*(np.array(column, dtype=np.int32) for column in zip(*made, strict=True)))
    return homes, list(streets), list(units), list(places), tuple(numbers)


def _spans(people: list[_Filer], homes: _Codes) -> tuple[Array, Array, Array, Array]:
    out: list[tuple[int, int, int, int]] = []
    for i, person in enumerate(people):
        for year in sorted(person.years):
            home = homes[person.years[year][1]]
            if out and out[-1][:2] == (i, home) and out[-1][3] == year - 1:
                out[-1] = (*out[-1][:3], year)
            else:
                out.append((i, home, year, year))
    owner, where, begins, ends = (np.array(column, dtype=np.int32) for column in zip(*out, strict=True))
    return owner, where, begins.astype(np.int8), ends.astype(np.int8)


def _numbers(people: list[_Filer], seed: int) -> tuple[Array, dict[str, int]]:
    """Never-issued numbers, one for each SSN of the sample; those shaped like an ITIN stay so."""
    texts = sorted({person.ssn for person in people})
    itin = np.array([text[0] == "9" and int(text[4:6]) >= 50 for text in texts])
    serial = np.where(itin, np.cumsum(itin), np.cumsum(~itin)) - 1
    made = np.where(itin, tin("itin", np.where(itin, serial, 0), seed), tin("ssn", serial, seed))
    by_text = dict(zip(texts, made.tolist(), strict=True))
    return np.array([by_text[person.ssn] for person in people], dtype=np.int32), {
        "itin": int(itin.sum()), "ssn": int((~itin).sum()),
    }  # fmt: skip


def make_pseudo_world(rows: list[dict[str, Any]], seed: int) -> World:
    """The population on the given returns (rows as in the sample file)."""
    by_id = _people(rows)
    order, group = _couples_first(by_id)
    people = [by_id[simulant] for simulant in order]
    codes = _Codes()
    person, home, begins, ends = _spans(people, codes)
    homes, streets, units, places, numbers = _homes(codes, seed)
    first, middle, last = _Codes(), _Codes(), _Codes()
    middle[""]
    named = [(first[p.first], middle[p.middle], last[p.last]) for p in people]
    given, initial, family = (np.array(column) for column in zip(*named, strict=True))
    words = Lexicon(list(first), list(last), list(middle), streets, units, places, numbers)
    n = len(people)
    tins, issued = _numbers(people, seed)
    at = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(person, minlength=n), out=at[1:])
    filed = np.array([sum(1 << year for year in p.years) for p in people], dtype=np.uint8)
    return World(
        words, seed, given.astype(np.int16), initial.astype(np.uint8), family.astype(np.int32),
        np.zeros(n, np.uint8), np.array([p.born for p in people], np.int32), tins,
        np.array([p.kind for p in people], np.int8), np.zeros(n, bool), np.zeros(n, np.int8), filed, group, homes,
        person, home, begins, ends, at, issued,
    )  # fmt: skip


def make_pseudo_request(world: World, seed: int) -> Draft:
    """One row for every filer, with the labelled mistakes of RATES."""
    filers = int(((world.kind != DEPENDENT) & (np.diff(world.first_span) > 0)).sum())
    rows = honest_rows(world, filers, seed, RATES)
    cases = honest_cases(rows, stream(seed, "pseudo/cases"))
    cover = replace(COVER, request_id="req-2025-pseudo")
    return Draft(rows, cases, Style("M", "", "case-doj-", own_reasons(cases["statute"])), cover)


def pseudopeople(folder: Path, seed: int) -> dict[str, Any]:
    """Records, registers, the request `pseudopeople` and its truth in `folder`; gives back the counts.

    Raises SampleMissing, and OtherData if the folder holds other records.
    """
    from lawgate_lab.make import keep, write_draft

    world = make_pseudo_world(_read(sample_path()), seed)
    keep(folder, world, seed, "pseudopeople")
    return write_draft(folder, "pseudopeople", world, make_pseudo_request(world, seed), seed)
