# SPDX-License-Identifier: Apache-2.0
"""One part in its own process: its wall and CPU seconds, and the peak of the largest process of its tree.

A part's clock runs around its work alone, so the start of Python and reading its ready inputs count on no side.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.data import Case

MIB = 1024


def run(part: str, case: Case) -> dict[str, object]:
    """Run `part` and give back its report, with `peak_mib` of the largest process. CalledProcessError if it fails."""
    from bench.data import ROOT

    named = {"claims": case.claims, "records": case.records, "variant": case.variant, "seed": case.seed}
    order = json.dumps({"data": str(case.data), **named})
    child = subprocess.Popen([sys.executable, "-m", "bench.part", part, order], stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdout is not None
    out = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, part)
    report: dict[str, object] = json.loads(out.splitlines()[-1])
    return {**report, "peak_mib": max(used.ru_maxrss // MIB, int(str(report.get("peak_mib", 0))))}


class Clock:
    """Laps of wall time and of the CPU time of this process and its ended children."""

    def __init__(self) -> None:
        """Start."""
        self.laps: dict[str, dict[str, float]] = {}
        self._start = self._last = _now()

    def lap(self, name: str) -> None:
        """End a lap."""
        now = _now()
        self.laps[name] = {"wall": round(now[0] - self._last[0], 3), "cpu": round(now[1] - self._last[1], 3)}
        self._last = now

    def total(self) -> dict[str, float]:
        """Seconds from the start to the end of the last lap."""
        wall, cpu = (b - a for a, b in zip(self._start, self._last, strict=True))
        return {"wall": round(wall, 3), "cpu": round(cpu, 3)}


def _now() -> tuple[float, float]:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(u.ru_utime + u.ru_stime for u in used)


def peaks() -> dict[str, int]:
    """Peak memory (MiB) of this process and of its largest ended child, and their sum, which no instant exceeded."""
    mine, child = (resource.getrusage(w).ru_maxrss // MIB for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"own_mib": mine, "child_mib": child, "sum_mib": mine + child}


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
