# SPDX-License-Identifier: Apache-2.0
"""Says at the end of a run how many edge cases ran, and what the others wait for."""

import pytest

from scenarios import tally


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts; nothing when no scenario was run."""
    if said := tally.lines():
        terminalreporter.section("scenarios")
        for line in said:
            terminalreporter.write_line(line)
