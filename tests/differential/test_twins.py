# SPDX-License-Identifier: Apache-2.0
"""Accents, the order of two surnames, the kind of number: written otherwise, the same people get the same answers."""

import json
import platform

import pytest

from differential.twins import TWINS, Original, Pair, Twin
from journeys.measured import FIGURES, TABLES, as_text, commit, seed_of
from lawgate_lab.intervals import at_most
from lawgate_lab.published import tables

TENTH_OF_A_POINT = 0.001
SIZES = {"ci": (3_200, 25_000), "full": (128_000, 1_000_000)}


@pytest.fixture(scope="module")
def original(size: str, tmp_path_factory: pytest.TempPathFactory) -> Original:
    return Original(tmp_path_factory.mktemp("twins"), *SIZES[size], seed_of(size))


@pytest.mark.parametrize("name", TWINS)
def test_written_otherwise(name: str, original: Original, size: str) -> None:
    found = original.pair(name)
    print(name, found)
    keep(name, found, size)
    assert found.touched > SIZES["ci"][0] // 20
    # Which names are near one another hangs on how they are written, so one home in many thousands may be asked back.
    assert found.different == 0 if size == "ci" else at_most(found.different, found.touched) <= TENTH_OF_A_POINT


def keep(name: str, found: Pair, size: str) -> None:
    """At full size the figures go into the reference, and its tables are written from it."""
    if size != "full":
        return
    known = json.loads(FIGURES.read_text())
    run = {"commit": commit(), "seed": seed_of(size), "python": platform.python_version(), "twins": {}}
    old = known.get("alike 128k", run)
    twins = old["twins"] if old["commit"] == run["commit"] else {}
    told = {"says": TWINS[name].says, "touched": found.touched, "different": found.different}
    known["alike 128k"] = {**run, "twins": {**twins, name: told}}
    FIGURES.write_text(as_text(known))
    TABLES.write_text(tables(json.loads(as_text(known))))


def test_most_clean_rows_are_granted_so_that_a_difference_would_show(original: Original) -> None:
    granted = sum(original.judged[row].decision.row_outcome.grants for row in original.clean)
    assert granted > 0.99 * len(original.clean)


def test_a_change_that_matters_is_seen(original: Original, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself can fail: names cut by a letter in the records are other names, and nobody is found."""
    cut = Twin("a letter lost", ("last",), lambda texts: [t[:-1] for t in texts], both=False)
    monkeypatch.setitem(TWINS, "cut", cut)
    found = original.pair("cut")
    assert found.different > 0.99 * found.touched > 0
