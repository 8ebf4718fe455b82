# SPDX-License-Identifier: Apache-2.0
"""One folder of made-up files for all tests of the bench: 1,000 rows against 5,000 people, made once."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
Bench = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A function: a command of the bench and further words in, the report it kept out."""
    data = tmp_path_factory.mktemp("bench")

    def run(command: str, *more: str) -> dict[str, Any]:
        file = data / "bench.json"
        words = [
            command,
            "--scale",
            "1k",
            "--variant",
            "honest",
            "--runs",
            "1",
            "--data",
            str(data),
            "--json",
            str(file),
            *more,
        ]
        done = subprocess.run(
            [sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "median" in done.stdout
        kept = json.loads(file.read_text())
        assert "commit" in kept
        (found,) = [report for name, report in kept["reports"].items() if name.startswith(f"{command} 1k")]
        assert found["machine"]["cores"] >= 1
        assert found["machine"]["libraries"]["duckdb"]
        return {**found, "screen": done.stdout, "progress": done.stderr}

    return run


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `bench` importable in this process."""
    monkeypatch.syspath_prepend(ROOT)


@pytest.fixture(scope="session")
def everything(bench: Bench, need: Callable[[str], Path], size: str) -> dict[str, Any]:
    """The report of one real run of `peers`, which does every part there is but `gen`."""
    for name in ("cedarpy", "pandas", "splink"):
        need(f"dist:{name}")
    # Training a model takes longest, and what it answers is not ours.
    return bench("peers", *(["--without", "splink_probabilistic"] if size == "ci" else []))
