# SPDX-License-Identifier: Apache-2.0
"""A made-up history in the manner of August 2025: what was asked, what was sent on name and number, and the truth.

The request holds the answered rows only. Left out are people with somebody of a like name in the house of the address
given: whether those can be told apart is measured elsewhere, and here every element of every row has one true answer.
"""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lawgate_lab.affair import COVER, REASON, affair_cases, finished, insufficient, same_reason, statements
from lawgate_lab.csvtext import write_csv
from lawgate_lab.history_truth import history_truth
from lawgate_lab.labels import CODE, KEEPS_NAME
from lawgate_lab.make import population
from lawgate_lab.mistakes import choose_noise, next_residents
from lawgate_lab.request import write_request
from lawgate_lab.rows import Style, elsewhere, live_at, rows_of, serials
from lawgate_lab.seeds import Array, stream
from lawgate_lab.staff import list_staff
from lawgate_lab.words import fold
from lawgate_lab.world import DEPENDENT, FIRST_YEAR, World, taken

PARAMETERS = Path(__file__).with_name("history.toml")
TRANSMISSIONS = ("transmission_id", "sent_at", "sent_to", "received_by", "sent_by", "channel")
SENT = ("sent_id", "transmission_id", "row_id", "basis", "fields", "years")
BASES = ("name_and_address", "name_and_number")
SPARE = 2.0  # so many more are drawn than needed: some have a like name in the house


def parameters() -> dict[str, Any]:
    """What history.toml says, reported and assumed figures in one table."""
    listed = tomllib.loads(PARAMETERS.read_text(encoding="utf-8"))
    return {**listed["reported"], **listed["assumed"]}


def split(entries: int) -> tuple[int, int]:
    """Entries on name and number, and on name and address, in the proportion of the whole history."""
    told = parameters()
    by_number = round(entries * told["name_and_number"] / told["entries"])
    return by_number, entries - by_number


def history_rows(world: World, entries: int, seed: int) -> Array:
    """The rows, in the order of the file. ValueError when the records hold too few people for them."""
    rng, told = stream(seed, "history"), parameters()
    by_number, by_address = split(entries)
    free = rng.permutation(np.flatnonzero((world.kind != DEPENDENT) & (np.diff(world.first_span) > 0)))
    shares = {"former": told["former"], "beside": told["next_resident"], "current": told["on_file"]}
    counts = {name: round(share * by_number) for name, share in shares.items()}
    counts["poor"] = round(told["insufficient"] * entries)
    counts["never"] = by_number - sum(counts.values())
    made = []
    for name in ("beside", "former", "poor", "current", "never", "address"):
        rows = _group(world, name, free, counts.get(name, by_address), rng)
        free = free[~np.isin(free, rows["meant"] - 1)]
        made.append(rows)
    rows = np.concatenate(made)
    noisy = np.flatnonzero((rng.random(len(rows)) < told["name_noise"]) & (rows["tin"] > 0))
    choose_noise(world.lexicon, rows, noisy, rng, KEEPS_NAME)
    statements(rows, rng)
    return finished(rows, rng)


def _group(world: World, name: str, free: Array, count: int, rng: np.random.Generator) -> Array:
    """`count` rows of one kind, of people among `free`."""
    people, homes = free, world.current_home(free)
    if name == "former":
        first = world.span_home[world.first_span[free]]
        people, homes = free[first != homes], first[first != homes]
    elif name == "beside":
        found, homes = next_residents(world, free)
        people = free[found]
    many = round(SPARE * count) + 64
    people, homes = people[:many], homes[:many]
    rows = rows_of(world, people)
    every = np.ones(len(rows), dtype=bool)
    live_at(world, rows, every, homes)
    if name == "poor":
        insufficient(rows, np.arange(len(rows)), rng)
    elif name == "never":
        elsewhere(world.lexicon, rows, every, rng)
    labels = {"former": "former_address", "beside": "next_resident", "never": "never_on_file"}
    rows["defect"] = CODE[labels[name]] if name in labels else rows["defect"]
    rows["tin"] = 0 if name == "address" else world.tin[people]
    rows = rows[every if name == "poor" else ~_like_names(world, rows)][:count]
    if len(rows) < count:
        raise ValueError("too few people in the records for a history of this size")
    return rows


def _like_names(world: World, rows: Array) -> Array:
    """True where somebody else with a name at all like it ever lived in the house of the address given."""
    homes = world.homes
    building = _building(world, rows)
    at = homes.building[world.span_home]
    order = np.argsort(at, kind="stable")
    begins, ends = (np.searchsorted(at[order], building, side) for side in ("left", "right"))
    row = np.repeat(np.arange(len(rows)), ends - begins)
    place = np.arange(len(row)) - np.repeat(np.cumsum(ends - begins) - (ends - begins), ends - begins)
    other = world.span_person[order[np.repeat(begins, ends - begins) + place]]
    own = rows["meant"][row] - 1
    given, family = _beginnings(world.lexicon.given), _beginnings(world.lexicon.family)
    size = len(world.lexicon.family)
    begin, turned = given[world.first], family[world.last % size]
    near = (own != other) & ((begin[own] == begin[other]) | (turned[own] == begin[other]))
    found = np.zeros(len(rows), dtype=bool)
    for each, one, two in zip(row[near], own[near], other[near], strict=True):
        found[each] = found[each] or _alike(world, int(one), int(two))
    return found


def _building(world: World, rows: Array) -> Array:
    """The building at each address given, -1 where the records have none."""
    homes = world.homes
    span = int(max(homes.number.max(), rows["number"].max())) + 1
    places = len(world.lexicon.places)

    def key(of: Any) -> Array:
        found: Array = (of["street"].astype(np.int64) * places + of["place"]) * span + of["number"]
        return found

    known = key({"street": homes.street, "place": homes.place, "number": homes.number})
    order = np.argsort(known, kind="stable")
    asked = key(rows)
    slot = np.minimum(np.searchsorted(known[order], asked), len(order) - 1)
    return np.where(known[order][slot] == asked, homes.building[order[slot]], -1)


def _beginnings(words: list[str]) -> Array:
    """A number for the first two letters of each word."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(fold(word)[:2], len(seen)) for word in words])


_SOUNDS = str.maketrans({"C": "K", "Y": "I", "J": "I", "Z": "S", "X": "S", "V": "B", "W": "B", "H": None})


def _parts(world: World, person: int) -> set[str]:
    """The beginnings and ends of every surname of a person, roughly by their sound."""
    size, code = len(world.lexicon.family), int(world.last[person])
    codes = [code % size, *([(code // size - 1) % size] if code >= size else [])]
    words = [fold(word) for each in codes for word in (world.lexicon.family[each], *world.lexicon.family[each].split())]
    heard = [word.translate(_SOUNDS) for word in words]
    return {part for word in heard for part in (f"{word[:3]}-", f"-{word[-3:]}")}


def _alike(world: World, one: int, other: int) -> bool:
    """Whether two surnames begin or end alike, or given and family name could have changed places."""
    first = fold(world.lexicon.given[world.first[one]]).translate(_SOUNDS)
    second = fold(world.lexicon.given[world.first[other]]).translate(_SOUNDS)
    own, others = _parts(world, one), _parts(world, other)
    return bool(own & others) or f"{first[:3]}-" in others or f"{second[:3]}-" in own


def write_history(folder: Path, world: World, entries: int, seed: int) -> dict[str, int]:
    """`history` and `truth/history.parquet` below `folder`; counts of entries by basis."""
    rows, told = history_rows(world, entries, seed), parameters()
    cases = affair_cases(rows, stream(seed, "history/cases"))
    cover = replace(COVER, request_id="req-2025-history")
    style = Style("E", "F", "case-dhs-", same_reason(REASON))
    write_request(folder / "history", world.lexicon, rows, cases, style, cover, seed)
    list_staff(folder, cover, cases)
    write_csv(folder / "history" / "transmissions.csv", TRANSMISSIONS, [_transmission(told, cover.agency)])
    write_csv(folder / "history" / "sent.csv", SENT, [_sent(world, rows)])
    truth = history_truth(world, rows)
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(truth), folder / "truth" / "history.parquet", compression="snappy")
    numbers = int((rows["tin"] > 0).sum())
    return {"entries": len(rows), BASES[1]: numbers, BASES[0]: len(rows) - numbers}


def _transmission(told: dict[str, Any], agency: str) -> list[Any]:
    values = ("t1", told["sent_at"], agency, told["received_by"], told["sent_by"], told["channel"])
    return [pa.array([value], pa.string()) for value in values]


def _sent(world: World, rows: Array) -> list[Any]:
    n = len(rows)
    ids, nothing = np.arange(1, n + 1), rows["role"].astype(np.int32) * 0
    # What was sent is the address on the latest return, whatever years were listed.
    last = world.span_to[world.first_span[rows["meant"]] - 1].astype(np.int64) + FIRST_YEAR
    return [
        serials("s", ids),
        taken(("t1",), nothing),
        serials("r", ids),
        taken(BASES, (rows["tin"] > 0).astype(np.int32)),
        taken(("mailing_address",), nothing),
        pa.array(last).cast(pa.string()),
    ]


def make_history(folder: Path, people: int, entries: int, seed: int) -> dict[str, int]:
    """Makes records of so many people, registers, and a history of so many entries; counts of what was made."""
    return write_history(folder, population(folder, people, seed), entries, seed)
