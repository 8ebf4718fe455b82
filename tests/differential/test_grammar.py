# SPDX-License-Identifier: Apache-2.0
"""Addresses, names and ZIPs come out alike from the grammar's definition and from the engine's columns."""

import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import duckdb
import pyarrow as pa
import pytest

from differential.batches import addresses, names
from differential.strings import Written, written
from lawgate.drivers.duckdb import forms
from lawgate.linkage.grammar import Name, Place, folded, letters, name_of, place_of, zip5

CHUNK = 20_000


@pytest.fixture(scope="session")
def chunks(size: str) -> list[int]:
    """Seeds; one seed makes 20,000 addresses with names."""
    return list(range(1 if size == "ci" else 50))


def texts(found: Sequence[Written]) -> pa.Table:
    columns = {f: pa.array([getattr(w, f) for w in found], pa.string()) for f in Written._fields}
    return pa.table({"spot": pa.array(range(len(found)), pa.int32()), **columns})


def places(found: Sequence[Written]) -> list[Place]:
    con = duckdb.connect()
    con.register("given", texts(found))
    query = forms.place_select(addresses(), "given", "spot")
    return [
        Place(*r) for r in con.execute(f"SELECT street, unit, building, grade FROM ({query}) ORDER BY spot").fetchall()
    ]


def people(found: Sequence[Written]) -> list[Name]:
    con = duckdb.connect()
    con.register("given", texts(found))
    columns = forms.name_columns(names(), "first", "middle", "last", "suffix")
    wanted = f"name_first, name_last, name_middle, name_suffix, {forms.name_form(names())}"
    return [
        Name(*r)
        for r in con.execute(f"SELECT {wanted} FROM (SELECT spot, {columns} FROM given) ORDER BY spot").fetchall()
    ]


def test_addresses(chunks: list[int]) -> None:
    grades: Counter[str] = Counter()
    for seed in chunks:
        found = [written(Random(seed * CHUNK + i)) for i in range(CHUNK)]
        meant = [place_of(addresses(), w.line1, w.line2, w.city, w.state, w.zip) for w in found]
        assert [(w, a, b) for w, a, b in zip(found, meant, places(found), strict=True) if a != b][:5] == []
        grades.update(p.grade for p in meant)
        assert sum(p.unit != "" for p in meant) > CHUNK / 10
    assert set(grades) == {"A0", "A1", "A2", "A4", "A5"} and min(grades.values()) > 100


def test_names(chunks: list[int]) -> None:
    forms_seen: Counter[str] = Counter()
    for seed in chunks:
        found = [written(Random(seed * CHUNK + i)) for i in range(CHUNK)]
        meant = [name_of(names(), w.first, w.middle, w.last, w.suffix) for w in found]
        assert [(w, a, b) for w, a, b in zip(found, meant, people(found), strict=True) if a != b][:5] == []
        forms_seen.update(n.form for n in meant)
    assert set(forms_seen) == {"person", "blank", "filler"}


def column(render: Callable[[str], str], given: Sequence[str]) -> list[str]:
    con = duckdb.connect()
    con.register(
        "given", pa.table({"spot": pa.array(range(len(given)), pa.int32()), "x": pa.array(given, pa.string())})
    )
    return [r[0] for r in con.execute(f"SELECT {render('x')} FROM given ORDER BY spot").fetchall()]


@pytest.mark.parametrize("name", ["folded", "letters", "zip5"])
def test_every_character_of_unicode(name: str) -> None:
    """Alone and between letters. Characters younger than this Python's tables are left out: they are in no request."""
    known = [chr(p) for p in range(1, sys.maxunicode + 1) if unicodedata.category(chr(p)) not in ("Cs", "Cn")]
    given = [*known, *(f"1a{c}#B2" for c in known if ord(c) < (0x3000 if name == "zip5" else 0x20000))]
    meaning = {"folded": folded, "letters": letters, "zip5": zip5}[name]
    got = column(getattr(forms, name), given)
    assert [(ascii(x), a, b) for x, a, b in zip(given, map(meaning, given), got, strict=True) if a != b][:20] == []


def test_zips(chunks: list[int]) -> None:
    rng = Random(1)
    given = [
        "".join(rng.choices("0123456789", k=rng.randrange(4, 7)))
        + rng.choice(("", "-", " ", "-1234", "1234", "\n", " \n"))
        for _ in range(CHUNK)
    ]
    assert [(x, a, b) for x, a, b in zip(given, map(zip5, given), column(forms.zip5, given), strict=True) if a != b][
        :5
    ] == []


def test_a_hundred_thousand_letters() -> None:
    long = Written(
        "9 " + "Oak " * 25_000, "Apt " * 1000 + "5", "H" * 100_000, "A" * 1000, "1" * 1000, "é" * 100_000, "", "Z", ""
    )
    assert places([long]) == [place_of(addresses(), *long[:5])]
    assert people([long]) == [name_of(names(), *long[5:])]
