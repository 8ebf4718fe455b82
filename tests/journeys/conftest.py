# SPDX-License-Identifier: Apache-2.0
"""One office with imported records for all journeys; each test gets a copy of its own."""

from pathlib import Path

import pytest

from journeys.office import Office, open_office, small_lab


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The office nobody works in."""
    top = tmp_path_factory.mktemp("journeys")
    return open_office(top / "office", small_lab(top / "lab"))


@pytest.fixture
def office(opened: Office, tmp_path: Path) -> Office:
    """An office of one's own: records imported, nothing received."""
    return opened.copy(tmp_path / "office")
