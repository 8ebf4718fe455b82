# SPDX-License-Identifier: Apache-2.0
"""What every RecordStore promises: one question, complete claims only, the fields named, counts of others, no more."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pytest
from pyarrow import parquet

from differential.batches import SIGNED, addresses, names, write_records
from lawgate import drivers
from lawgate.drivers.duckdb import records as driver
from lawgate.drivers.duckdb.records import ParquetRecords
from lawgate.linkage.grammar import name_of, place_of
from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.records import RecordStore

SURFACE = {"manifest", "candidates"}
CLAIM = {
    "n": pa.int32(),
    **dict.fromkeys(
        ("tin", "name_first", "name_last", "name_middle", "name_suffix", "dob", "building", "unit"), pa.string()
    ),
    "years": pa.int64(),
}
ANSWER = ["n", "record", "files", "by_tin", "fit", "contradicts", "years", "deceased", "withheld", "marks", "others"]
ANSWER += ["minors"]
HOME, OTHER = {"line1": "12 Oak Street", "line2": "Apt 5"}, {"line1": "12 Oak Street", "line2": "Apt 6"}
PEOPLE: list[dict[str, object]] = [
    {"record": 1, "first": "Ana", "last": "Lopez", "middle": "J", "suffix": "Jr", "dob": date(1980, 1, 1)},
    {"record": 2, "first": "Bo", "last": "Lopez", "kind": "secondary"},
    {"record": 3, "first": "Cy", "last": "Lopez", "kind": "dependent", "dob": date(2010, 1, 1)},
    {"record": 4, "first": "Di", "last": "Lopez", "kind": "dependent", "dob": date(2007, 6, 28)},
    {"record": 5, "first": "Ed", "last": "Lopez", "kind": "dependent", "dob": date(2007, 6, 27)},
    {"record": 6, "first": "Ana", "last": "Lopez"},
    {"record": 7, "first": "Flo", "last": "Ng", "deceased": True},
    {"record": 8, "first": "Gus", "last": "Ng", "flags": 1},
    {"record": 9, "first": "Hal", "last": "Ng"},
    {"record": 10, "first": "Ivy", "last": "Ng"},
]
HOMES: list[dict[str, object]] = [
    *({**HOME, "record": r} for r in (1, 2, 3, 4, 5)),
    {**OTHER, "record": 6},
    {**HOME, "record": 7, "from_year": 2019, "to_year": 2020},
    {**OTHER, "record": 8, "from_year": 2019, "to_year": 2022},
    {"record": 8, "line1": "PO Box 7", "from_year": 2023, "to_year": 2024},
    {"record": 9, "line1": "", "line2": ""},
]
Asking = Callable[..., list[dict[str, object]]]


def tin(record: int) -> str:
    return f"90001{record:04}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ParquetRecords:
    return write_records(
        tmp_path_factory.mktemp("r"), [{**p, "tin": tin(int(str(p["record"])))} for p in PEOPLE], HOMES
    )


def claim(
    n: int = 0, first: str = "Ana", last: str = "Lopez", line: str = "12 Oak St Apt 5", **more: object
) -> dict[str, object]:
    """One complete claim in normal form, as the engine hands it over."""
    place = place_of(addresses(), line, "", "Hartvale", "AK", "97303")
    name = name_of(names(), first, str(more.pop("middle", "")), last, str(more.pop("suffix", "")))
    said = {"name_first": name.first, "name_last": name.last, "name_middle": name.middle, "name_suffix": name.suffix}
    made = {"n": n, "tin": "", "dob": "", "building": place.building, "unit": place.unit, "years": years(2023), **said}
    return {**made, **more}


def years(*listed: int) -> int:
    return sum(1 << (y - 1980) for y in listed)


def table(claims: Sequence[dict[str, object]]) -> pa.Table:
    return pa.table({k: pa.array([c[k] for c in claims], t) for k, t in CLAIM.items()})


def ask(store: RecordStore, *claims: dict[str, object], fields: tuple[str, ...] = ()) -> list[dict[str, object]]:
    return pa.table(store.candidates(table(claims), fields)).to_pylist()


# --- the surface --------------------------------------------------------------------------------------------------


def public(made: type) -> set[str]:
    """Everything a caller can reach by name on a driver and on what it inherits from."""
    return {name for name, _ in inspect.getmembers(made) if not name.startswith("_")}


def stores() -> Iterator[type]:
    """Every class of every driver that answers `candidates`."""
    for found in pkgutil.walk_packages(drivers.__path__, f"{drivers.__name__}."):
        module = importlib.import_module(found.name)
        for _, made in inspect.getmembers(module, inspect.isclass):
            if made.__module__ == module.__name__ and hasattr(made, "candidates"):
                yield made


def wider(made: type) -> set[str]:
    """What a store offers beside its one question."""
    return public(made) ^ SURFACE


def test_one_question_on_every_driver() -> None:
    found = list(stores())
    assert ParquetRecords in found
    assert [(made.__name__, wider(made)) for made in found if wider(made)] == []
    assert public(RecordStore) == SURFACE and issubclass(RecordStore, Protocol)


@pytest.mark.parametrize("name", ["scan", "by_tin", "prefix", "count", "rows", "area"])
def test_a_store_with_another_question_is_seen(name: str) -> None:
    planted = type("Planted", (ParquetRecords,), {name: lambda self: None})
    assert wider(planted) == {name}
    inherited = type("Inherited", (planted,), {})
    assert wider(inherited) == {name}


def test_the_question_takes_claims_and_fields_only(store: ParquetRecords) -> None:
    assert list(inspect.signature(store.candidates).parameters) == ["claims", "fields"]
    assert not [name for name in vars(store) if not name.startswith("_")]


# --- what is answered -----------------------------------------------------------------------------------------------


def test_a_complete_claim_finds_its_person(store: ParquetRecords) -> None:
    (found,) = ask(store, claim(tin=tin(1), middle="J", suffix="Jr", dob="1980-01-01"))
    assert list(found) == ANSWER
    assert (found["record"], found["by_tin"], found["fit"], found["contradicts"]) == (1, True, 2, False)
    assert found["files"] is True
    assert (found["years"], found["deceased"], found["withheld"]) == (years(2023), False, False)


@pytest.mark.parametrize("empty", ["name_first", "name_last", "building"])
@pytest.mark.parametrize("nothing", ["", None])
def test_an_incomplete_claim_finds_nobody(store: ParquetRecords, empty: str, nothing: str | None) -> None:
    assert ask(store, claim(tin=tin(1), **{empty: nothing})) == []


@pytest.mark.parametrize("building", ["|", "|||", "|HARTVALE|AK|97303", "%", "12 OAK ST", "12 OAK ST|%|AK|97303"])
def test_a_building_without_street_or_with_a_wildcard_fits_nobody(store: ParquetRecords, building: str) -> None:
    for first, last in (("Hal", "Ng"), ("Ivy", "Ng"), ("Ana", "Lopez"), ("%", "%")):
        assert ask(store, claim(first=first, last=last, building=building, unit="")) == []
    (found,) = ask(store, claim(first="Hal", last="Ng", building=building, tin=tin(9)))
    assert (found["by_tin"], found["fit"]) == (True, 0), "a number and a name, but no address"


@pytest.mark.parametrize("record", [3, 4, 5])
def test_a_dependent_is_never_the_one_meant(store: ParquetRecords, record: int) -> None:
    """Somebody known only from another's return may be another of that name, and no value of theirs comes back."""
    first = str(PEOPLE[record - 1]["first"])
    for number in ("", tin(record)):
        (found,) = ask(store, claim(first=first, tin=number), fields=("mailing_address",))
        assert (found["record"], found["files"], found["by_tin"], found["fit"]) == (record, False, False, 2)
        assert found["mailing_address"] is None
    assert ask(store, claim(first=first, tin=tin(record), line="1 Elm St")) == [], "a number alone does not name one"


def test_a_number_without_the_name_finds_nobody(store: ParquetRecords) -> None:
    assert ask(store, claim(first="Zoe", last="Quux", line="1 Elm St", tin=tin(1))) == []
    assert [c["record"] for c in ask(store, claim(first="Bo", tin=tin(1)))] == [2]


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("12 Oak St Apt 5", {1: 2}),
        ("12 Oak St", {1: 1, 6: 1}),
        ("12 Oak St Apt 6", {6: 2}),
        ("14 Oak St Apt 5", {}),
    ],
)
def test_fit(store: ParquetRecords, line: str, fits: dict[int, int]) -> None:
    got = ask(store, claim(line=line), fields=("mailing_address",))
    assert {c["record"]: c["fit"] for c in got} == fits, "a namesake in another flat is no candidate"


def test_flags_and_years(store: ParquetRecords) -> None:
    listed = years(2018, 2020, 2021, 2023, 2030)
    (gone,) = ask(store, claim(first="Flo", last="Ng", years=listed))
    assert (gone["deceased"], gone["withheld"], gone["years"]) == (True, False, years(2020))
    (kept,) = ask(store, claim(first="Gus", last="Ng", line="PO Box 7", years=listed))
    assert (kept["deceased"], kept["withheld"], kept["years"]) == (False, True, years(2020, 2021, 2023))
    (none,) = ask(store, claim(years=0))
    assert (none["years"], none["others"], none["minors"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("said", "contradicts"),
    [({"middle": "K"}, True), ({"suffix": "Sr"}, True), ({"dob": "1980-01-02"}, True), ({"middle": "J"}, False)],
)
def test_contradictions(store: ParquetRecords, said: dict[str, str], contradicts: bool) -> None:
    (found,) = ask(store, claim(tin=tin(1), **said))
    assert found["contradicts"] is contradicts


def test_exposure_of_a_household(store: ParquetRecords) -> None:
    """Five live in one home; on the day two of them are under age (one turns eighteen the day after it)."""
    (found,) = ask(store, claim())
    assert (found["others"], found["minors"]) == (4, 2)
    (found,) = ask(store, claim(years=years(2019)))
    assert (found["others"], found["minors"]) == (5, 2), "one more lived there in that year"
    (found,) = ask(store, claim(line="12 Oak St", first="Bo"))
    assert (found["others"], found["minors"]) == (0, 0), "nobody is counted for an address that is not confirmed"
    (found,) = ask(store, claim(first="Gus", last="Ng", line="PO Box 7", years=years(2021, 2023)))
    assert (found["others"], found["minors"]) == (1, 0), "at each of the homes of the years listed"


def test_a_minor_of_one_day_is_none_the_next(tmp_path: Path, store: ParquetRecords) -> None:
    folder = store._folder
    for day, minors in ((date(2025, 6, 26), 3), (SIGNED, 2), (date(2025, 6, 28), 1)):
        (found,) = ask(ParquetRecords(folder, day), claim())
        assert found["minors"] == minors


def test_only_named_fields_come_back(store: ParquetRecords) -> None:
    (found,) = ask(store, claim(years=years(2023, 2024)), fields=("mailing_address",))
    assert list(found) == [*ANSWER, "mailing_address"]
    (address,) = found["mailing_address"]
    assert address == {
        "span": years(2023, 2024),
        "line1": "12 Oak Street",
        "line2": "Apt 5",
        "city": "Hartvale",
        "state": "AK",
        "zip": "97303",
    }
    (found,) = ask(
        store, claim(first="Gus", last="Ng", line="PO Box 7", years=years(2021)), fields=("mailing_address",)
    )
    assert [a["span"] for a in found["mailing_address"]] == [years(2021)], "only of the years listed"


@pytest.mark.parametrize(
    "fields", [("income",), ("mailing_address", "tin"), ("*",), ("",), ("record",), ("mailing_address; --",)]
)
def test_a_field_that_is_not_one_is_refused(store: ParquetRecords, fields: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refused:
        ask(store, claim(), fields=fields)
    assert refused.value.code == "E_FIELD"


def some_claims() -> list[dict[str, object]]:
    lines = ("12 Oak St Apt 5", "12 Oak St", "12 Oak St Apt 6", "PO Box 7", "1 Elm St")
    people = [(str(p["first"]), str(p["last"])) for p in PEOPLE]
    wanted = [(p, line, number) for p in people for line in lines for number in ("", tin(1), tin(6), "900019999")]
    return [claim(n, *p, line, tin=number, years=years(2019 + n % 6)) for n, (p, line, number) in enumerate(wanted)]


def test_one_claim_alone_is_answered_as_in_a_batch(store: ParquetRecords) -> None:
    claims, fields = some_claims(), ("mailing_address",)
    together = ask(store, *claims, fields=fields)
    assert [(c["n"], c["record"]) for c in together] == sorted((c["n"], c["record"]) for c in together)
    assert ask(store, *claims[::-1], fields=fields) == together
    for said in claims[::7]:
        assert ask(store, said, fields=fields) == [c for c in together if c["n"] == said["n"]]


def test_no_claims_no_answer(store: ParquetRecords) -> None:
    got = pa.table(store.candidates(table([]), ("mailing_address",)))
    assert (got.num_rows, got.column_names) == (0, [*ANSWER, "mailing_address"])


def test_texts_are_compared_whole_when_keys_collide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: ParquetRecords
) -> None:
    """Every name and place under one key, and every home: still nobody who does not fit, and no value of theirs."""
    fields = ("mailing_address",)
    meant = ask(store, *some_claims(), fields=fields)
    monkeypatch.setattr(driver, "NAME_PLACE", "hash('one')")
    crowded = write_records(tmp_path, [{**p, "tin": tin(int(str(p["record"])))} for p in PEOPLE], HOMES)
    assert ask(crowded, *some_claims(), fields=fields) == meant


# --- import ---------------------------------------------------------------------------------------------------------


def test_the_manifest_names_every_file(store: ParquetRecords, tmp_path: Path) -> None:
    again = write_records(tmp_path / "a", [{**p, "tin": tin(int(str(p["record"])))} for p in PEOPLE], HOMES)
    assert len(store.manifest) == 64 and again.manifest == store.manifest, "the same records, the same manifest"
    other = write_records(tmp_path / "b", [{**p, "tin": tin(int(str(p["record"])))} for p in PEOPLE], HOMES[:-1])
    assert other.manifest != store.manifest
    assert sorted(p.name for p in (tmp_path / "a" / "keyed").iterdir()) == sorted([*driver.FILES, "manifest.json"])


def test_before_an_import_there_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(LawgateError, match="no records have been imported"):
        ParquetRecords(tmp_path, SIGNED)


BAD = [
    ([{**PEOPLE[0], "tin": tin(1)}, {**PEOPLE[0], "tin": tin(2)}], [], "handle stands twice"),
    ([{**PEOPLE[0], "tin": tin(1)}, {**PEOPLE[1], "tin": tin(1)}], [], "number stands twice"),
    ([{**PEOPLE[0], "tin": tin(1)}], [{**HOME, "record": 99}], "belongs to no person"),
    (
        [{**PEOPLE[0], "tin": tin(1)}],
        [{**HOME, "record": 1, "from_year": 2024, "to_year": 2023}],
        "years run backwards",
    ),
    ([{**PEOPLE[0], "tin": tin(1)}], [{**HOME, "record": 1, "from_year": 1979}], "years run backwards"),
    ([{**PEOPLE[0], "tin": tin(1), "first": "An\0a"}], [], "holds a NUL"),
    ([{**PEOPLE[0], "tin": tin(1)}], [{**HOME, "record": 1, "city": "Hart\0vale"}], "holds a NUL"),
]


@pytest.mark.parametrize(("people", "homes", "says"), BAD)
def test_records_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, people: list[dict[str, object]], homes: list[dict[str, object]], says: str
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        write_records(tmp_path, people, homes)
    assert refused.value.code == "E_RECORDS" and "Ana" not in str(refused.value)
    assert not (tmp_path / "keyed" / "manifest.json").exists()


def test_values_of_odd_people_come_back_as_they_were(tmp_path: Path) -> None:
    odd = {"line1": '12 O’Hara "St"; --\'', "city": "Québec\u200b", "record": 1}
    store = write_records(tmp_path, [{**PEOPLE[0], "tin": tin(1), "last": "O'Lopez"}], [odd])
    said = claim(last="OLOPEZ", tin=tin(1))
    (found,) = ask(store, said, fields=("mailing_address",))
    assert found["mailing_address"][0]["line1"] == odd["line1"] and found["mailing_address"][0]["city"] == odd["city"]


def test_the_keyed_files_hold_no_more_than_matching_needs(store: ParquetRecords) -> None:
    assert parquet.read_schema(store._folder / "by_home.parquet").names == ["key", "record", "span", "dob"]
    assert parquet.read_schema(store._folder / "by_name_place.parquet").names == ["key", "record"]
