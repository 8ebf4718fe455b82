# SPDX-License-Identifier: Apache-2.0
"""One office with imported records for all journeys; each test gets a copy of its own."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from journeys.measured import seed_of
from journeys.office import Office, allow_many, open_office, small_lab
from lawgate_lab.make import SIZES, make


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The office nobody works in."""
    top = tmp_path_factory.mktemp("journeys")
    return open_office(top / "office", small_lab(top / "lab"))


@pytest.fixture
def office(opened: Office, tmp_path: Path) -> Office:
    """An office of one's own: records imported, nothing received."""
    return opened.copy(tmp_path / "office")


@pytest.fixture(scope="session")
def once(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """The office nobody works in, with a batch of thirty people decided."""
    office = opened.copy(tmp_path_factory.mktemp("once") / "office")
    return office, office.decided(office.lab / "thirty")


@pytest.fixture
def decided(once: tuple[Office, str], tmp_path: Path) -> tuple[Office, str]:
    """An office of one's own with thirty people decided."""
    return once[0].copy(tmp_path / "office"), once[1]


@pytest.fixture(scope="session")
def sized(tmp_path_factory: pytest.TempPathFactory, size: str) -> Callable[[str], Office]:
    """A function: a size of the lab ("12.8k") in, an office with its records out; requests `affair` and `honest`."""
    seed = seed_of(size)

    @cache
    def made(claims: str) -> Office:
        top = tmp_path_factory.mktemp(f"sized-{claims}")
        rows, people = SIZES[claims]
        for variant in ("affair", "honest"):
            make(top / "lab", rows, people, variant, seed)
        return allow_many(open_office(top / "office", top / "lab", seed))

    return made
