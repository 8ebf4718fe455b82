# SPDX-License-Identifier: Apache-2.0
"""Ours beside its peers: rules per decision, the match, and the whole route, every ratio taken within one round.

A peer that is not installed is named in the report and on the screen; nothing is left out without a word.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bench.data import Case, prepare, prepare_match
from bench.matching import SAME_RULES, differences
from bench.rounds import LEAST, PARTS, floor_of, laps_of, measured, memory_of, middle, parts_of, ratios_of

Report = dict[str, Any]
NEEDS = {
    "cedar": "cedarpy",
    "pandas": "pandas",
    "splink_deterministic": "splink",
    "splink_whole_file": "splink",
    "splink_probabilistic": "splink",
}
RULES = ("facts", "raw", "lambdas", "cedar")
MATCH = ("match", "pandas", "splink_deterministic", "splink_whole_file", "splink_probabilistic")
REMEDY = "install the peers with: pip install --require-hashes -r requirements-peers.lock"
# Laps of the route that find and decide, without the match.
DECIDING = ("find (1)", "measure", "decide")


def rules(case: Case, runs: int, without: Sequence[str] = ()) -> Report:
    """Find and decide with reasons, per decision: ours on facts and from raw text, lambdas, Cedar in batches."""
    return _report(case, RULES, runs, without)


def match(case: Case, runs: int, without: Sequence[str] = ()) -> Report:
    """Who is meant: ours, pandas, Splink by fixed rules and by its model."""
    return _report(case, MATCH, runs, without)


def peers(case: Case, runs: int, without: Sequence[str] = ()) -> Report:
    """The floors, the whole route and all of the above in the same rounds."""
    return _report(case, (*PARTS, "whole", *RULES, *MATCH), runs, without)


def installed() -> dict[str, str | None]:
    """The version of each package that a peer needs; None where it is missing."""
    return {name: _version(name) for name in sorted(set(NEEDS.values()))}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def able(parts: Sequence[str], there: Mapping[str, str | None]) -> tuple[list[str], list[str]]:
    """The parts that can run, and a sentence for each one that cannot."""
    missing = [p for p in parts if p in NEEDS and there[NEEDS[p]] is None]
    said = [f"{p} was not measured: {NEEDS[p]} is not installed; {REMEDY}" for p in missing]
    return [p for p in parts if p not in missing], said


def _report(case: Case, wanted: Sequence[str], runs: int, without: Sequence[str]) -> Report:
    there = installed()
    parts, missing = able([p for p in wanted if p not in without], there)
    missing += [f"{p} was not measured: it was left out by --without" for p in wanted if p in without]
    for sentence in missing:
        print(sentence, file=sys.stderr, flush=True)
    imported = (prepare_match if set(parts) & set(MATCH) else prepare)(case)
    rounds = [measured(parts, case, turn) for turn in range(runs)]
    return {
        "size": case.size,
        "runs": runs,
        "import": imported,
        "packages": there,
        "missing": missing,
        "parts": parts_of(rounds),
        **(route(rounds) if "whole" in parts else {}),
        "per_decision": _each(rounds),
        "found": {p: _found(rounds[0][p]) for p in parts},
        "answers": answers(case, rounds[-1]),
        "ratios": {**(ratios_of(rounds) if "whole" in parts else {}), **ratios(rounds, case.claims)},
    }


def route(rounds: Sequence[Mapping[str, Report]]) -> Report:
    """Floors, laps and memory of the whole route."""
    return {"floor": floor_of(rounds), "laps": laps_of(rounds), "memory": memory_of(rounds)}


def answers(case: Case, turn: Mapping[str, Report]) -> Report:
    """How many answers of each peer were held against ours, and how many differ."""
    made: Report = {p: {k: turn[p][k] for k in ("compared", "different")} for p in turn if "compared" in turn[p]}
    return made | {p: differences(case, p) for p in SAME_RULES if p in turn and "match" in turn}


def ratios(rounds: Sequence[Mapping[str, Report]], claims: int) -> Report:
    """Peer over ours, by wall and by CPU time; of the whole route, the route over the peer."""
    made: Report = {}
    for key in ("wall", "cpu"):
        each = f"{key}_us"
        pairs = [(f"P4 Cedar / ours from raw, per decision, {key}", "cedar", "raw", each)]
        pairs += [(f"Cedar / ours on facts, per decision, {key}", "cedar", "facts", each)]
        pairs += [(f"P5 lambdas / ours on facts, per decision, {key}", "lambdas", "facts", each)]
        pairs += [(f"lambdas / ours from raw, per decision, {key}", "lambdas", "raw", each)]
        pairs += [(f"P3 whole / {p}, {key}", "whole", p, key) for p in MATCH if p.startswith("splink")]
        pairs += [(f"{p} / our match, {key}", p, "match", key) for p in MATCH[1:]]
        for name, over, under, of in pairs:
            if over in rounds[0] and under in rounds[0]:
                made[name] = middle([r[over][of] / max(r[under][of], LEAST) for r in rounds])
        if "whole" in rounds[0] and "cedar" in rounds[0]:
            laps = [1e6 / claims * sum(r["whole"]["laps"][lap][key] for lap in DECIDING) for r in rounds]
            made[f"P4 Cedar / laps of the route that find and decide, per decision, {key}"] = middle(
                [r["cedar"][each] / max(lap, LEAST) for r, lap in zip(rounds, laps, strict=True)]
            )
    return made


def _each(rounds: Sequence[Mapping[str, Report]]) -> Report:
    parts = [p for p in rounds[0] if "wall_us" in rounds[0][p]]
    return {p: {k: middle([r[p][k] for r in rounds]) for k in ("wall_us", "cpu_us")} for p in parts}


def _found(part: Report) -> Report:
    told = ("decisions", "patterns", "verdicts", "one_and_right", "one_and_wrong", "several", "accepted", "survived")
    return {k: part[k] for k in told if k in part}
