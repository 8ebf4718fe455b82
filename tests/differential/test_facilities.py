# SPDX-License-Identifier: Apache-2.0
"""The kind of facility an address is at comes out alike from its definition and from the engine's column."""

import dataclasses
from itertools import product

import duckdb
import pyarrow as pa
import pytest

from differential.batches import addresses
from lawgate.drivers.duckdb import forms
from lawgate.linkage.grammar import facility_of, place_of
from lawgate.linkage.lexicon import AddressGrammar

NAMED = (
    "", "County Jail", "State Prison", "ICE Processing Center", "ICE Field Office", "Field Office", "Regional Shelter",
    "Department of Homeland Security", "Customs Enforcement", "Correctional Center", "General Hospital", "c/o Hale",
    "Halfway House", "Correction", "Jailhouse", "Imprisoned", "Immigration Enforcement c/o County Jail",
)  # fmt: skip
LINES = (
    "{n} Oak Street",
    "{n} {named} Road",
    "{named}, {n} Oak Street",
    "{n} Oak Street {named}",
    "{named}",
    "PO Box {n} {named}",
)
TOWNS = (("Hartvale", "AK", "97303"), ("Hartvale", "AK", ""), ("", "", ""))
Sent = tuple[str, str, str, str, str]


def sent() -> list[Sent]:
    """Every name in every line and town, and the building that the register lists."""
    lines = [line.format(n=n, named=named) for line, named, n in product(LINES, NAMED, (12, 4400))]
    made = [
        (line, "", *town) for line, town in product([*lines, "4400 Canal Road", "4400 Canal Rd County Jail"], TOWNS)
    ]
    return [*made, ("4400 Canal Road", "Apt 3", "Hartvale", "AK", "97303")]


def engine(g: AddressGrammar, given: list[Sent]) -> list[str]:
    con = duckdb.connect()
    names = ("line1", "line2", "city", "state", "zip")
    columns = {k: pa.array([each[i] for each in given], pa.string()) for i, k in enumerate(names)}
    con.register("given", pa.table({"spot": pa.array(range(len(given)), pa.int32()), **columns}))
    query = f"SELECT {forms.facility(g)} FROM ({forms.place_select(g, 'given', 'spot')}) ORDER BY spot"
    return [kind for (kind,) in con.execute(query).fetchall()]


@pytest.mark.parametrize("listed", [True, False], ids=["with the register", "without one"])
def test_definition_and_column(listed: bool) -> None:
    g = addresses() if listed else dataclasses.replace(addresses(), kinds=(), kinds_of=(), facilities=frozenset())
    meant = [facility_of(g, place_of(g, *each)) for each in sent()]
    assert [found for found in zip(sent(), meant, engine(g, sent()), strict=True) if found[1] != found[2]] == []
    assert set(meant) == ({"", "other", "detention", "requester_office"} if listed else {"", "other"})


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("12 Oak Street", ""),
        ("4400 Canal Road", "detention"),
        ("4400 Canal Road Apt 3", "detention"),
        ("4402 Canal Road", ""),
        ("County Jail", ""),
        ("12 Oak Street County Jail", "detention"),
        ("ICE Field Office, 12 Oak Street", "requester_office"),
        ("ICE Processing Center County Jail, 12 Oak Street", "requester_office"),
        ("12 Oak Street Family Shelter", "other"),
        ("c/o Hale, 12 Oak Street", "other"),
    ],
)
def test_what_an_address_is(line: str, kind: str) -> None:
    assert facility_of(addresses(), place_of(addresses(), line, "", "Hartvale", "AK", "97303")) == kind
