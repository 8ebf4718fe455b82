# SPDX-License-Identifier: Apache-2.0
"""What every test family shares: sizes, outside tools, Hypothesis profiles, the table of times at the end.

Two sizes exist. `ci` (the default) keeps every family under a minute; `full` (LAWGATE_SIZE=full, `make soak`)
runs the same tests with more cases. In CI nothing may be skipped: a skip fails the whole run, by name.
"""

import importlib.metadata
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

BUDGET_SECONDS = 60.0
INSTALLER = "scripts/install-test-packages"
SIZES = ("ci", "full")
EXAMPLES = 50

SIZE = os.environ.get("LAWGATE_SIZE", "ci")
IN_CI = bool(os.environ.get("CI"))

settings.register_profile("ci", max_examples=EXAMPLES, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("full", max_examples=20 * EXAMPLES, deadline=None, print_blob=True)
if SIZE in SIZES:
    settings.load_profile(SIZE)

_tests: Counter[str] = Counter()
_seconds: defaultdict[str, float] = defaultdict(float)
_skipped: dict[str, str] = {}


@pytest.fixture(scope="session")
def size() -> str:
    """Return "ci" or "full"; a test that scales asks this and nothing else."""
    return SIZE


@pytest.fixture(scope="session")
def need() -> Callable[[str], Path]:
    """Return a function: a tool ("age") or a Python distribution ("dist:pseudopeople") in, its path out.

    "account:root" asks for the right to run something under another account; its path is `/`.

    When it is missing the calling test fails in CI and is skipped elsewhere, with the same words: what is
    missing and which command installs it.
    """
    return _find


def _find(wanted: str) -> Path:
    kind, _, name = wanted.rpartition(":")
    found, message = _sought(kind, name)
    if found is not None:
        return Path(found)
    if IN_CI:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)  # outside CI only, and named in the summary; in CI the line above fails the test


def _sought(kind: str, name: str) -> tuple[str | None, str]:
    """Where it is, None when it is missing; and what to say then."""
    if kind == "account":
        return "/" if os.geteuid() == 0 else None, f"this test runs something under another account: run it as {name}"
    if kind == "dist":
        return _distribution(name), f"{name} is not installed: `make test` installs the locked ones"
    return shutil.which(name), f"{name} is not installed: run {INSTALLER}"


def _distribution(name: str) -> str | None:
    try:
        return str(importlib.metadata.distribution(name).locate_file(""))
    except importlib.metadata.PackageNotFoundError:
        return None


def pytest_configure() -> None:
    """Refuse an unknown size before any test runs, so that a typing slip never counts as a soak."""
    if SIZE not in SIZES:
        raise pytest.UsageError(f"LAWGATE_SIZE must be one of {', '.join(SIZES)}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add one phase of one test to its family's time, and remember skips with their reason."""
    family = _family(report.nodeid)
    _seconds[family] += report.duration
    _tests[family] += report.when == "setup"
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped[report.nodeid] = _reason(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember whole files that skipped themselves while being collected."""
    if report.skipped:
        _skipped[report.nodeid] = _reason(report)


def _family(nodeid: str) -> str:
    parts = nodeid.split("::", 1)[0].split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "tests" else "(no family)"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a skip into a failed run when CI is set: what was not run has not been shown."""
    if IN_CI and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line per family, slow families, and skipped tests; pytest's own count stays the last line."""
    say = terminalreporter.write_line
    terminalreporter.section(f"families, size {SIZE}")
    say(f"{'family':<16}{'tests':>7}{'seconds':>10}")
    for family in sorted(_tests):
        say(f"{family:<16}{_tests[family]:>7}{_seconds[family]:>10.1f}")
    for family in sorted(_tests):
        if SIZE == "ci" and _seconds[family] > BUDGET_SECONDS:
            say(f"WARNING {family} took {_seconds[family]:.0f} s; the budget is {BUDGET_SECONDS:.0f} s")
    for nodeid, reason in sorted(_skipped.items()):
        word = "FAILED because skipped in CI" if IN_CI else "skipped"
        say(f"{word}: {nodeid}: {reason}")
