# SPDX-License-Identifier: Apache-2.0
"""Street lines that somebody else made: with their number nearly all are complete, without it hardly any."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow import parquet

from differential.batches import addresses, book_files
from lawgate.linkage.grammar import place_of
from lawgate_lab.pseudo import sample_path

PARTS = tuple(f"mailing_address_{part}" for part in ("street_number", "street_name", "unit_number"))
TOWN = ("Hartvale", "AK", "97303")
COUNT = {"ci": 4_000, "full": 1_000_000}


@pytest.fixture(scope="module")
def lines(need: Callable[[str], Path], size: str) -> list[tuple[str, str, str]]:
    """Number, street and unit of different addresses of the sample, as its simulated people wrote them."""
    need("dist:pseudopeople")
    table = parquet.read_table(sample_path(), columns=list(PARTS)).group_by(list(PARTS)).aggregate([])
    found = sorted(tuple(row[p] or "" for p in PARTS) for row in table.to_pylist())
    named = [(number, street, unit) for number, street, unit in found if street]
    return named[:: max(1, len(named) // COUNT[size])]


def grade(line: str, unit: str) -> str:
    return place_of(addresses(), line, unit, *TOWN).grade


def test_a_line_with_its_number_is_complete(lines: list[tuple[str, str, str]]) -> None:
    numbered = [line for line in lines if line[0]]
    incomplete = [line for line in numbered if grade(f"{line[0]} {line[1]}", line[2]) not in ("A4", "A5")]
    print(f"lines with a number: {len(numbered)}, graded incomplete: {len(incomplete)}")
    # Where the sample lost the name of the street, the number stands before nothing but "Ave SE".
    assert [line for line in incomplete if not nameless(line[1])] == []
    assert len(numbered) > COUNT["ci"] // 2


def nameless(street: str) -> bool:
    import tomllib

    classes = tomllib.loads(book_files()["match/address.toml"].decode())
    words, known = classes["words"], {*classes["classes"]["kind"], *classes["classes"]["dir"]}
    return {words.get(w, w) for w in street.upper().split()} <= known


def test_a_line_without_it_is_not(lines: list[tuple[str, str, str]]) -> None:
    bare = sorted({(street, unit) for _, street, unit in lines})
    complete = [line for line in bare if grade(*line) in ("A4", "A5")]
    print(f"lines without a number: {len(bare)}, graded complete: {len(complete)}")
    # "Four Lakes Dr" may be house four; "19 Ave S" may be house 19 on Avenue S.
    assert len(complete) <= len(bare) // 200
    assert not any(grade(line, "") in ("A4", "A5") for line in ("145 drive", "11 avenue", "223rd se", "broadway"))
