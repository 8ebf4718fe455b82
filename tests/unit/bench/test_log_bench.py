# SPDX-License-Identifier: Apache-2.0
"""The parts of `bench log` do their work on a small case; what they measure is no test."""

from pathlib import Path
from typing import Any

import bench.__main__ as entry
import pytest
from bench import log, part, rounds
from bench.data import Case

SMALL = 500


def test_every_part_does_its_work(tmp_path: Path) -> None:
    case = Case(tmp_path, SMALL, 0, "none")
    told = {name: part._part(name, case) for name in log.PARTS}
    assert set(told) == {"log_floor", "log_batch", "log_proof", "log_audit"}
    assert all(each["wall"] >= 0 for each in told.values())
    assert told["log_batch"]["rows"] == SMALL
    assert told["log_proof"]["tried"] == log.TRIED
    assert told["log_audit"]["leaves"] == round(SMALL * log.AUDITED) == 781
    assert list(tmp_path.iterdir()) == []


def test_the_command_keeps_one_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(_parts: object, _case: Case, _turn: int) -> dict[str, Any]:
        each = {"wall": 1.0, "cpu": 2.0, "peak_mib": 3, "slowest_ms": 4.0}
        return dict.fromkeys(log.PARTS, each)

    monkeypatch.setattr(log, "measured", measured)
    assert rounds.measured is not measured
    file = tmp_path / "bench.json"
    entry.main(["log", "--scale", "1k", "--runs", "1", "--data", str(tmp_path / "data"), "--json", str(file)])
    text = file.read_text()
    assert '"log 1k affair"' in text and "batch / floor, wall" in text and "slowest proof of a row" in text
