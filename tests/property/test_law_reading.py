# SPDX-License-Identifier: Apache-2.0
"""A rulebook that somebody spoiled reads, or says what is wrong; it never breaks the reader or loses a test."""

import json
import tomllib
from datetime import date, datetime
from random import Random
from typing import Any

import pytest

from differential.batches import SIGNED, book_files, rulebook
from lawgate.law.elements import Doc
from lawgate.law.read import read_rulebook
from lawgate.model.fault import Faulty

READ = [n for n in book_files() if not n.startswith(("match/", "readings/")) and n != "untranslatable.toml"]
VALUES = (
    0,
    -1,
    10**6,
    1.5,
    True,
    "",
    " ",
    "x",
    "*",
    date(2024, 1, 1),
    datetime(2024, 1, 1),
    [],
    [1],
    ["x"],
    [{}],
    {},
    {"x": {}},
)


def written(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(k)} = {written(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case date():
            return value.isoformat()
        case _:
            return repr(value)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) below a value."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [(value, k) for k, _ in pairs] + [s for _, v in pairs for s in spots(v)]


def spoil(rng: Random, doc: Doc) -> None:
    """Take one thing away, double it, swap it with a stranger, or put something else in its place."""
    if not doc:
        return
    container, key = rng.choice(spots(doc))
    match rng.randrange(4):
        case 0:
            del container[key]
        case 1 if isinstance(container, list):
            container.append(container[key])
        case 2:
            other, at = rng.choice(spots(doc))
            container[key] = json.loads(json.dumps(other[at], default=str))
        case _:
            container[key] = rng.choice(VALUES)


def test_the_writer_gives_the_same_documents_back() -> None:
    for name in READ:
        doc = tomllib.loads(book_files()[name].decode())
        assert tomllib.loads("".join(f"{k} = {written(v)}\n" for k, v in doc.items())) == doc


def test_spoiled_rulebooks(size: str) -> None:
    small = [n for n in READ if n != "registers/statutes.toml"]
    refused = loaded = 0
    for seed in range(150 if size == "ci" else 20_000):
        rng = Random(seed)
        name = rng.choice(small if rng.random() < 0.9 else READ)
        doc = tomllib.loads(book_files()[name].decode())
        for _ in range(rng.randint(1, 2)):
            spoil(rng, doc)
        text = "".join(f"{json.dumps(k)} = {written(v)}\n" for k, v in doc.items())
        try:
            book = read_rulebook({**book_files(), name: text.encode()}, SIGNED)
        except Faulty as wrong:
            assert wrong.faults and all(f.code.startswith("L_") and f.mend for f in wrong.faults)
            refused += 1
            continue
        loaded += 1
        for found in book.provisions.values():
            assert found.elements and all(e.clauses for e in found.elements) and found.fields
            assert len({c.code for c in found.clauses}) == len(found.clauses)
            if not name.startswith("provisions/"):
                assert [c.code for c in found.clauses] == [c.code for c in rulebook().provisions[found.id].clauses]
    assert refused > loaded / 4 and loaded > 10, (refused, loaded)


@pytest.mark.parametrize("day", [date(1976, 12, 31), date.min])
def test_before_its_first_day_no_text_is_in_force(day: date) -> None:
    assert read_rulebook(dict(book_files()), day).provisions == {}
