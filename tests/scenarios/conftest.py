# SPDX-License-Identifier: Apache-2.0
"""A way to play scenarios by name, and at the end of a run how many edge cases ran and what the others wait for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lawgate.law.rulebook import Rulebook
from scenarios import tally
from scenarios.asked import BOOK, BY_ID, Play
from scenarios.bench import Played, play, play_once
from scenarios.book import Scenario


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Play]:
    """Plays a scenario by name, or a usual request with other tables, through record store, engine and decision."""
    count = iter(range(1000))

    def run(name: str = "", law: Rulebook | None = None, **given: object) -> list[Played]:
        folder = tmp_path / f"played-{next(count)}"
        if name and law is None:
            return play_once(BOOK, BY_ID[name], folder).rows
        scenario = BY_ID[name] if name else Scenario("R", "", dict(given), {}, {}, "")
        return play(BOOK, scenario, folder, law).rows

    yield run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts; nothing when no scenario was run."""
    if said := tally.lines():
        terminalreporter.section("scenarios")
        for line in said:
            terminalreporter.write_line(line)
