# SPDX-License-Identifier: Apache-2.0
"""Interleaved rounds (A B C, A B C, ...) of parts, and the ratios that a round gives."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from bench.data import Case, prepare
from bench.process import run

# Below this a clock says nothing.
LEAST = 0.001
PARTS = ("csv", "join", "rules", "hash", "append")
Report = dict[str, Any]


def floors(data: Path, claims: int, records: int, variant: str, runs: int) -> Report:
    """The parts nobody can skip, and their sum."""
    case = Case(data, claims, records, variant)
    prepare(case)
    rounds = list(_rounds(PARTS, case, runs))
    return {"size": case.size, "runs": runs, "parts": _parts(rounds), "floor": _floor(rounds)}


def whole(data: Path, claims: int, records: int, variant: str, runs: int) -> Report:
    """The route and its floors, in turn; every ratio is taken within a round, and the median of them reported."""
    case = Case(data, claims, records, variant)
    imported = prepare(case)
    rounds = list(_rounds((*PARTS, "whole"), case, runs))
    return {
        "size": case.size,
        "runs": runs,
        "import": imported,
        "parts": _parts(rounds),
        "floor": _floor(rounds),
        "laps": _laps(rounds),
        "facts": {k: rounds[0]["whole"][k] for k in ("accepted", "survived", "patterns", "outcomes", "left_bytes")},
        "memory": _memory(rounds),
        "ratios": _ratios(rounds),
    }


def growth(data: Path, claims: int, sizes: Sequence[int], variant: str, runs: int) -> Report:
    """The same request size against more and more records, in turn; ratios to the size before, within a round."""
    cases = {n: Case(data, claims, n, variant) for n in sizes}
    imports = {str(n): prepare(case) for n, case in cases.items()}
    rounds: list[dict[int, Report]] = []
    for i in range(runs):
        rounds.append({n: {p: _one(p, case, i) for p in ("join", "whole")} for n, case in cases.items()})
    report: Report = {"size": [c.size for c in cases.values()], "runs": runs, "imports": imports, "steps": {}}
    for n in cases:
        report["steps"][str(n)] = {**_parts([r[n] for r in rounds]), "memory": _memory([r[n] for r in rounds])}
    report["ratios"] = {
        f"{small} -> {large}": {
            k: _middle([r[large]["whole"][k] / r[small]["whole"][k] for r in rounds])
            for k in ("wall", "cpu", "peak_mib")
        }
        for small, large in pairwise(sizes)
    }
    return report


def _rounds(parts: Iterable[str], case: Case, runs: int) -> Iterable[dict[str, Report]]:
    for i in range(runs):
        yield {part: _one(part, case, i) for part in parts}


def _one(part: str, case: Case, turn: int) -> Report:
    print(f"round {turn + 1}: {part} {case.claims}x{case.records} {case.variant}", file=sys.stderr, flush=True)
    return run(part, case)


def _middle(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3)}


def _parts(rounds: Sequence[Mapping[str, Report]]) -> Report:
    return {p: {k: _middle([r[p][k] for r in rounds]) for k in ("wall", "cpu", "peak_mib")} for p in rounds[0]}


def _sum(turn: Mapping[str, Report], key: str, parts: Sequence[str] = PARTS) -> float:
    return max(LEAST, sum(float(turn[p][key]) for p in parts))


def _floor(rounds: Sequence[Mapping[str, Report]]) -> Report:
    return {key: _middle([_sum(r, key) for r in rounds]) for key in ("wall", "cpu")}


def _laps(rounds: Sequence[Mapping[str, Report]]) -> Report:
    names = list(rounds[0]["whole"]["laps"])
    return {n: {k: _middle([r["whole"]["laps"][n][k] for r in rounds]) for k in ("wall", "cpu")} for n in names}


def _memory(rounds: Sequence[Mapping[str, Report]]) -> Report:
    return {k: max(int(r["whole"][k]) for r in rounds) for k in ("own_mib", "child_mib", "sum_mib", "peak_mib")}


def _ratios(rounds: Sequence[Mapping[str, Report]]) -> Report:
    """P1, P2 and P6 by wall and by CPU time."""
    made: Report = {}
    for key in ("wall", "cpu"):
        made[f"P1 whole / floors, {key}"] = _middle([r["whole"][key] / _sum(r, key) for r in rounds])
        made[f"P2 whole / bare join, {key}"] = _middle([r["whole"][key] / _sum(r, key, ("join",)) for r in rounds])
        logged = [sum(r["whole"]["laps"][lap][key] for lap in ("commit", "log")) for r in rounds]
        bare = [_sum(r, key, ("hash", "append")) for r in rounds]
        made[f"P6 log / (hash + append), {key}"] = _middle([a / b for a, b in zip(logged, bare, strict=True)])
    return made
