# SPDX-License-Identifier: Apache-2.0
"""The made-up records: numbers nobody can have, spans that do not overlap, text as the format says."""

import unicodedata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from lawgate_lab.people import make_world
from lawgate_lab.records import ADDRESSES, TAXPAYERS, make_records
from lawgate_lab.tins import CAPACITY, in_range, tin
from lawgate_lab.words import fold, lexicon
from lawgate_lab.world import DEPENDENT, World, surnames


def test_numbers_are_unique_and_of_a_range_that_is_never_issued(folder: Path) -> None:
    text = pq.read_table(folder / "records" / "taxpayers.parquet")["tin"].to_pylist()
    assert len(set(text)) == len(text)
    assert all(len(value) == 9 for value in text)
    assert in_range(np.array([int(value) for value in text])).all()


@pytest.mark.parametrize("kind", ["ssn", "itin"])
def test_no_two_serials_get_one_number_at_any_place_of_the_range(kind: str) -> None:
    top = CAPACITY[kind]
    serial = np.unique(np.r_[np.arange(100_000), np.arange(top - 100_000, top), np.arange(0, top, 997)])
    made = tin(kind, serial, 5)
    assert len(np.unique(made)) == len(serial)
    assert in_range(made).all()


def test_a_serial_past_the_range_is_refused() -> None:
    with pytest.raises(ValueError, match="ask for fewer"):
        tin("itin", np.array([CAPACITY["itin"]]), 1)


def test_spans_do_not_overlap_and_are_unbroken_runs(folder: Path) -> None:
    table = pq.read_table(folder / "records" / "addresses.parquet")
    seen: dict[int, list[tuple[int, int, str]]] = {}
    for row in table.to_pylist():
        where = "|".join(row[name] for name in ("line1", "line2", "city", "state", "zip"))
        seen.setdefault(row["record"], []).append((row["from_year"], row["to_year"], where))
    for spans in seen.values():
        ordered = sorted(spans)
        assert all(2018 <= a <= b <= 2024 for a, b, _ in ordered)
        for (_, end, here), (begin, _, there) in pairwise(ordered):
            assert begin > end
            assert begin > end + 1 or here != there


def test_columns_and_types_are_those_of_the_format(folder: Path) -> None:
    for name, schema in (("taxpayers", TAXPAYERS), ("addresses", ADDRESSES)):
        table = pq.read_table(folder / "records" / f"{name}.parquet")
        assert table.schema.equals(schema)
        assert all(column.null_count == 0 for column in table.columns)


def test_every_taxpayer_has_filed_and_text_is_nfc(folder: Path, world: World) -> None:
    assert (np.diff(world.first_span)[world.kind != DEPENDENT] > 0).all()
    table = pq.read_table(folder / "records" / "taxpayers.parquet", columns=["first", "middle", "last"])
    assert table["last"].to_pylist() != [text.encode("ascii", "ignore").decode() for text in table["last"].to_pylist()]
    for column in table.columns:
        assert all(unicodedata.is_normalized("NFC", text) for text in set(column.to_pylist()))


def test_one_address_text_is_one_building_and_unit(world: World) -> None:
    homes = world.homes
    keys = np.stack([homes.street, homes.number, homes.unit, homes.place], axis=1)
    assert len(np.unique(keys, axis=0)) == len(keys)
    streets = lexicon().streets[1:]
    assert len(set(streets)) == len(streets)
    building = np.stack([homes.place, homes.street, homes.number], axis=1)
    flats = {tuple(row) for row in building[homes.unit > 0].tolist()}
    assert not flats & {tuple(row) for row in building[homes.unit == 0].tolist()}


def test_a_namesake_is_found_exactly_where_folded_names_meet_in_a_building(world: World) -> None:
    there: dict[tuple[str, str, int], set[int]] = {}
    given, family = world.lexicon.given, surnames(world.lexicon, world.last).to_pylist()
    for person, home in zip(world.span_person.tolist(), world.span_home.tolist(), strict=True):
        first, last = fold(given[world.first[person]]), fold(family[person])
        there.setdefault((first, last, int(world.homes.building[home])), set()).add(person)
    expected = {person for people in there.values() if len(people) > 1 for person in people}
    assert set(np.flatnonzero(world.namesakes()).tolist()) == expected
    assert expected


def test_too_small_a_population_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        make_records(99, 1, tmp_path)
    assert len(make_world(100, 1)) == 100
