# SPDX-License-Identifier: Apache-2.0
"""Rule 11, the help imports nothing heavy: asking `lawgate` what it can do starts no engine, loads no keys."""

import subprocess
import sys

import pytest

HEAVY = ("duckdb", "pyarrow", "sqlalchemy", "cryptography", "jinja2", "joserfc", "pyrage", "numpy", "lawgate_lab")
ASK = """
import sys
sys.argv = ["lawgate", *{arguments!r}]
{start}
found = sorted({{name.split(".")[0] for name in sys.modules}} & {heavy!r})
print("heavy:", *found)
"""
MAIN = """
from lawgate.wiring.main import main
try:
    main()
except SystemExit as stop:
    if stop.code not in (0, None):
        raise
"""


def loaded(start: str, *arguments: str) -> list[str]:
    """Run Python code in a fresh process and return which heavy packages it left loaded."""
    program = ASK.format(start=start, arguments=arguments, heavy=set(HEAVY))
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.rsplit("heavy:", 1)[1].split()


@pytest.mark.parametrize("arguments", [("--help",), ("request", "--help")])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded(MAIN, *arguments) == []


def test_a_heavy_import_is_seen() -> None:
    assert loaded("import jinja2") == ["jinja2"]
