# SPDX-License-Identifier: Apache-2.0
"""The repository's own files: locks without addresses, one ignored lock, a CI that hides nothing."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.tree import ROOT, texts

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-peers.lock", "requirements-samples.lock")
HOST = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host|\b[\w-]+\.(org|com|net|io)\b")
PLANTED = "def test_it(need):\n    need('no-such-tool')\n"  # planted, to see CI fail
SKIPPED = "import pytest\n@pytest.mark.skip(reason='why')\ndef test_it():\n    assert 1\n"  # planted, to see CI fail


def addresses(path: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if HOST.search(line):
            yield f"{path}:{number}: a registry address in a lock file"


def unhashed(path: str, text: str) -> Iterator[str]:
    for pin in re.findall(r"^[\w.\[\]-]+==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL):
        if "--hash=sha256:" not in pin:
            yield f"{path}: {pin.split()[0]} has no hash"


def test_locks_hold_hashes_and_no_addresses() -> None:
    for path, text in texts(*LOCKS):
        assert [*addresses(path, text), *unhashed(path, text)] == []
    assert list(addresses("a.lock", "--index-url https://example.test/simple"))
    assert list(unhashed("a.lock", "one==1.0 \\\n    --hash=sha256:00\ntwo==2.0\n"))


def test_the_tools_own_lock_is_ignored() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text("utf-8").split()


def test_scripts_can_run() -> None:
    for script in (ROOT / ".ci/run", *(p for p in (ROOT / "scripts").iterdir() if p.suffix == "")):
        assert os.access(script, os.X_OK), script.name
        assert "set -euo pipefail" in script.read_text("utf-8"), script.name


def run_planted(folder: Path, text: str, **settings: str) -> subprocess.CompletedProcess[str]:
    (folder / "tests/some").mkdir(parents=True)
    (folder / "tests/some/test_it.py").write_text(text, "utf-8")
    (folder / "tests/conftest.py").write_text((ROOT / "tests/conftest.py").read_text("utf-8"), "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n", "utf-8")
    env = {k: v for k, v in os.environ.items() if k not in ("CI", "LAWGATE_SIZE")} | settings
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_missing_tool_skips_with_its_remedy(tmp_path: Path) -> None:
    result = run_planted(tmp_path, PLANTED)
    assert result.returncode == 0
    assert "no-such-tool is not installed: run scripts/install-test-packages" in result.stdout
    assert re.search(r"^some +1 ", result.stdout, re.MULTILINE)
    assert "1 skipped" in result.stdout.splitlines()[-1]


@pytest.mark.parametrize(("text", "count"), [(PLANTED, "1 failed"), (SKIPPED, "1 skipped")])
def test_nothing_is_skipped_in_ci(tmp_path: Path, text: str, count: str) -> None:
    result = run_planted(tmp_path, text, CI="true")
    assert result.returncode == 1
    assert "test_it.py::test_it" in result.stdout
    assert count in result.stdout.splitlines()[-1]


def test_unknown_size_is_refused(tmp_path: Path) -> None:
    assert run_planted(tmp_path, "def test_it(size):\n    assert size\n", LAWGATE_SIZE="huge").returncode != 0
