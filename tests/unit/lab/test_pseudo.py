# SPDX-License-Identifier: Apache-2.0
"""The conversion of the pseudopeople sample: roles, spans by year, numbers nobody can have, and a clear error."""

import importlib.metadata
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from lawgate_lab import pseudo
from lawgate_lab.tins import in_range
from lawgate_lab.truth import truth_of
from lawgate_lab.world import DEPENDENT, PRIMARY, SECONDARY, address_columns, surnames

PERSON = ("simulant_id", "first_name", "middle_initial", "last_name", "date_of_birth", "ssn")
ADDRESS = tuple(
    f"mailing_address_{part}" for part in ("street_number", "street_name", "unit_number", "po_box", "state")
)
PREFIXES = ("", "spouse_", *(f"dependent_{k}_" for k in range(1, 5)))
NOBODY: dict[str, Any] = {f"{prefix}{name}": None for prefix in PREFIXES for name in (*PERSON, *ADDRESS)}


def _who(
    prefix: str, number: int, first: str, last: str, street: tuple[str | None, str] | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"{prefix}simulant_id": f"0_{number}", f"{prefix}first_name": first, f"{prefix}last_name": last,
        f"{prefix}middle_initial": "Q", f"{prefix}ssn": f"{100 + number}-45-6789",
        f"{prefix}date_of_birth": datetime(1980, 1, number + 1),
    }  # fmt: skip
    if street:
        values = (street[0], street[1], None, None, "WA")
        found |= {f"{prefix}{name}": value for name, value in zip(ADDRESS, values, strict=True)}
    return found


def _returns() -> list[dict[str, Any]]:
    oak, elm = ("12", "oak st"), ("7b", "elm ave")
    child = {key: value for key, value in _who("dependent_1_", 3, "Cy", "Ash").items() if "mailing" not in key}
    rows = [
        NOBODY | {"tax_year": 2020} | _who("", 1, "Ann", "Ash", oak) | _who("spouse_", 2, "Bo", "Ash", oak) | child,
        NOBODY | {"tax_year": 2021} | _who("", 1, "Ann", "Ash", oak) | _who("spouse_", 2, "Bo", "Ash", oak),
        NOBODY | {"tax_year": 2023} | _who("", 1, "Ann", "Ash", oak),
        NOBODY | {"tax_year": 2024} | _who("", 1, "Ann", "Ash", elm),
    ]
    rows += [NOBODY | {"tax_year": 2024} | _who("", k, "Dee", f"Fir{k}", (None if k == 9 else str(k), "fir ln"))
             for k in range(4, 10)]  # fmt: skip
    return rows


def test_roles_and_spans_follow_the_returns() -> None:
    world = pseudo.make_pseudo_world(_returns(), 1)
    names = [(world.lexicon.given[code]) for code in world.first]
    ann, bo, cy = (names.index(name) for name in ("Ann", "Bo", "Cy"))
    assert [world.kind[i] for i in (ann, bo, cy)] == [PRIMARY, SECONDARY, DEPENDENT]
    assert bo == ann + 1
    assert world.household[ann] == world.household[bo]
    spans = [(int(world.span_from[k]) + 2018, int(world.span_to[k]) + 2018)
             for k in range(world.first_span[ann], world.first_span[ann + 1])]  # fmt: skip
    assert spans == [(2020, 2021), (2023, 2023), (2024, 2024)]
    assert world.filed[ann] == 0b1101100
    assert in_range(world.tin).all()
    assert len(np.unique(world.tin)) == len(world)
    assert "Ash" in surnames(world.lexicon, world.last).to_pylist()


def test_town_and_zip_follow_the_street_and_the_state_stays() -> None:
    world = pseudo.make_pseudo_world(_returns(), 1)
    homes = world.homes
    lines = [column.to_pylist() for column in
             address_columns(world.lexicon, homes.street, homes.number, homes.unit, homes.place)]  # fmt: skip
    fir = {place for line, place in zip(lines[0], zip(*lines[2:], strict=True), strict=True) if "fir ln" in line}
    assert len(fir) == 1
    assert next(iter(fir))[1] == "WA"
    assert "7b elm ave" in lines[0]
    assert "fir ln" in lines[0]


def test_every_filer_is_asked_for_once_and_one_without_a_number_is_not_clean() -> None:
    world = pseudo.make_pseudo_world(_returns(), 1)
    draft = pseudo.make_pseudo_request(world, 1)
    assert sorted(draft.rows["meant"]) == sorted(np.flatnonzero(world.kind != DEPENDENT) + 1)
    truth = truth_of(world, draft.rows)
    numberless = ~world.homes.complete()[world.current_home(draft.rows["meant"] - 1)]
    assert numberless.sum() == 1
    assert not truth.clean[numberless].any()


def test_without_the_sample_the_error_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_name: str) -> None:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "distribution", absent)
    with pytest.raises(pseudo.SampleMissing, match="requirements-samples"):
        pseudo.sample_path()
