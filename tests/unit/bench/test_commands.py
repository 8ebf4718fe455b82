# SPDX-License-Identifier: Apache-2.0
"""The bench commands run and report well-formed figures. What the figures are is no test: a shared machine is noisy."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from lawgate.ledger.merkle import Frontier, grow

ROOT = Path(__file__).resolve().parents[3]
PARTS = {"csv", "join", "rules", "hash", "append"}
LAPS = {"parse", "find (1)", "measure", "match, find (2)", "decide", "commit", "log"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


def bench(data: Path, command: str, *more: str) -> dict[str, Any]:
    file = data / "bench.json"
    words = [command, "--scale", "1k", "--runs", "1", "--data", str(data), "--json", str(file), *more]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "median" in done.stdout
    kept = json.loads(file.read_text())
    assert "commit" in kept
    found: dict[str, Any] = kept["reports"][f"{command} 1k affair"]
    assert found["machine"]["cores"] >= 1 and found["machine"]["libraries"]["duckdb"]
    return found


def test_whole_reports_laps_floors_and_ratios(data: Path) -> None:
    found = bench(data, "whole")
    assert set(found["parts"]) == PARTS | {"whole"} and set(found["laps"]) == LAPS
    assert sum(found["facts"]["outcomes"].values()) == found["facts"]["accepted"]
    assert all(r["min"] <= r["median"] <= r["max"] for r in found["ratios"].values())
    assert 0 < found["memory"]["child_mib"] < found["memory"]["sum_mib"]


def test_floors_reports_each_part(data: Path) -> None:
    found = bench(data, "floors")
    assert set(found["parts"]) == PARTS and found["floor"]["wall"]["median"] > 0


def test_growth_reports_each_step(data: Path) -> None:
    found = bench(data, "growth", "--records", "5000", "6000")
    assert set(found["steps"]) == {"5000", "6000"} and set(found["ratios"]) == {"5000 -> 6000"}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 1000])
def test_the_hashing_floor_makes_the_tree_of_the_log(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    from bench.floors import made_entries, root_of

    entries = made_entries(count)
    leaves = b"".join(sha256(b"\x00" + entry).digest() for entry in entries)
    assert root_of(entries) == grow(Frontier(), leaves)[0].root()
