# SPDX-License-Identifier: Apache-2.0
"""Interleaved rounds (A B C, A B C, ...) of parts, and the ratios that a round gives."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from bench.data import Case, prepare
from bench.process import run

# Below this a clock says nothing.
LEAST = 0.001
PARTS = ("csv", "join", "rules", "claims", "hash", "append")
# As the sum was before the claims' own hashes were part of it.
BARE = ("csv", "join", "rules", "hash", "append")
Report = dict[str, Any]


def floors(case: Case, runs: int) -> Report:
    """The parts nobody can skip, and their sum."""
    prepare(case)
    rounds = list(_rounds(PARTS, case, runs))
    return {"size": case.size, "runs": runs, "parts": parts_of(rounds), "floor": floor_of(rounds)}


def whole(case: Case, runs: int) -> Report:
    """The route and its floors, in turn; every ratio is taken within a round, and the median of them reported."""
    imported = prepare(case)
    rounds = list(_rounds((*PARTS, "whole"), case, runs))
    return {
        "size": case.size,
        "runs": runs,
        "import": imported,
        "parts": parts_of(rounds),
        "floor": floor_of(rounds),
        "laps": laps_of(rounds),
        "facts": {k: rounds[0]["whole"][k] for k in ("accepted", "survived", "patterns", "outcomes", "left_bytes")},
        "memory": memory_of(rounds),
        "ratios": ratios_of(rounds),
    }


def growth(steps: Sequence[Case], runs: int) -> Report:
    """The same request size against more and more records, in turn; ratios to the size before, within a round."""
    cases = {c.records: c for c in steps}
    imports = {str(n): prepare(case) for n, case in cases.items()}
    rounds: list[dict[int, Report]] = []
    for i in range(runs):
        rounds.append({n: measured(("join", "whole"), case, i) for n, case in cases.items()})
    report: Report = {"size": [c.size for c in cases.values()], "runs": runs, "imports": imports, "steps": {}}
    for n in cases:
        report["steps"][str(n)] = {**parts_of([r[n] for r in rounds]), "memory": memory_of([r[n] for r in rounds])}
    report["ratios"] = {
        f"{small} -> {large}": {
            k: middle([r[large]["whole"][k] / r[small]["whole"][k] for r in rounds])
            for k in ("wall", "cpu", "peak_mib")
        }
        for small, large in pairwise(cases)
    }
    return report


def gen(cases: Sequence[Case], held_back: Case, runs: int) -> Report:
    """The generator at several sizes, in turn, and once more with a seed nobody could work towards.

    `same_bytes` says of each size whether every round made the same files; `other_bytes` that another seed did not.
    """
    rounds: list[dict[str, Report]] = []
    for i in range(runs):
        rounds.append({f"{c.claims}x{c.records}": _one("gen", c, i) for c in cases})
    other = _one("gen", held_back, runs)
    digests = {name: {r[name]["sha256"] for r in rounds} for name in rounds[0]}
    seen = set().union(*digests.values())
    told = ("rows", "clean", "bytes", "sha256")
    return {
        "size": [f"{c.claims}x{c.records} {c.variant} seed {c.seed}" for c in cases],
        "runs": runs,
        "parts": parts_of(rounds),
        "made": {name: {k: rounds[0][name][k] for k in told} for name in rounds[0]},
        "same_bytes": {name: len(found) == 1 for name, found in digests.items()},
        "held_back": {"seed": held_back.seed, "other_bytes": other["sha256"] not in seen}
        | {k: other[k] for k in (*told, "wall", "cpu", "peak_mib")},
    }


def _rounds(parts: Iterable[str], case: Case, runs: int) -> Iterable[dict[str, Report]]:
    for i in range(runs):
        yield measured(tuple(parts), case, i)


def measured(parts: Sequence[str], case: Case, turn: int) -> dict[str, Report]:
    """One round: each part once, one after the other, in a process of its own."""
    return {part: _one(part, case, turn) for part in parts}


def _one(part: str, case: Case, turn: int) -> Report:
    print(f"round {turn + 1}: {part} {case.claims}x{case.records} {case.variant}", file=sys.stderr, flush=True)
    return run(part, case)


def middle(values: Sequence[float]) -> dict[str, float]:
    """Median, least and most, to three digits after the point."""
    return {"median": round(median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3)}


def parts_of(rounds: Sequence[Mapping[str, Report]]) -> Report:
    """Seconds and peak of each part over the rounds."""
    return {p: {k: middle([r[p][k] for r in rounds]) for k in ("wall", "cpu", "peak_mib")} for p in rounds[0]}


def _sum(turn: Mapping[str, Report], key: str, parts: Sequence[str] = PARTS) -> float:
    return max(LEAST, sum(float(turn[p][key]) for p in parts))


def floor_of(rounds: Sequence[Mapping[str, Report]]) -> Report:
    """Seconds of all floors together."""
    return {key: middle([_sum(r, key) for r in rounds]) for key in ("wall", "cpu")}


def laps_of(rounds: Sequence[Mapping[str, Report]]) -> Report:
    """Seconds of each lap of the route."""
    names = list(rounds[0]["whole"]["laps"])
    return {n: {k: middle([r["whole"]["laps"][n][k] for r in rounds]) for k in ("wall", "cpu")} for n in names}


def memory_of(rounds: Sequence[Mapping[str, Report]]) -> Report:
    """The largest peaks of the route in any round."""
    return {k: max(int(r["whole"][k]) for r in rounds) for k in ("own_mib", "child_mib", "sum_mib", "peak_mib")}


def ratios_of(rounds: Sequence[Mapping[str, Report]]) -> Report:
    """P1, P2 and P6 by wall and by CPU time."""
    made: Report = {}
    for key in ("wall", "cpu"):
        made[f"P1 whole / floors, {key}"] = middle([r["whole"][key] / _sum(r, key) for r in rounds])
        made[f"whole / floors without claims, {key}"] = middle([r["whole"][key] / _sum(r, key, BARE) for r in rounds])
        made[f"P2 whole / bare join, {key}"] = middle([r["whole"][key] / _sum(r, key, ("join",)) for r in rounds])
        logged = [sum(r["whole"]["laps"][lap][key] for lap in ("commit", "log")) for r in rounds]
        bare = [_sum(r, key, ("hash", "append")) for r in rounds]
        made[f"P6 log / (hash + append), {key}"] = middle([a / b for a, b in zip(logged, bare, strict=True)])
    return made
