# SPDX-License-Identifier: Apache-2.0
"""`python -m bench gen | floors | whole | rules | match | growth | log | peers`: a table, and one JSON file."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.data import ROOT, SCALES, SEED, Case
from bench.log import log
from bench.peers import MATCH, RULES, match, peers, rules
from bench.report import commit, keep, table
from bench.rounds import floors, gen, growth, whole
from lawgate_lab.seeds import held_back

ONE_CASE = {"floors": floors, "whole": whole, "log": log}
BESIDE = {"rules": rules, "match": match, "peers": peers}


def main(arguments: list[str] | None = None) -> None:
    """Run one command; the report is printed and kept."""
    given = _parser().parse_args(arguments)
    report = _run(given)
    keep(given.json, f"{given.command} {given.scale} {given.variant}", report)
    print(table(report))
    print(f"kept in {given.json}", file=sys.stderr)


def _run(given: argparse.Namespace) -> dict[str, Any]:
    claims, records = SCALES[given.scale]
    seed = held_back(commit()) if given.seed == "held-back" else int(given.seed)
    case = Case(given.data.resolve(), claims, (given.records or [records])[0], given.variant, seed)
    if given.command == "gen":
        upto = [case] if given.records else [replace(case, claims=c, records=r) for c, r in _upto(given.scale)]
        return gen(upto, replace(upto[0], seed=held_back(commit())), given.runs)
    if given.command == "growth":
        people = given.records or [1_000_000, 10_000_000]
        return growth([replace(case, records=n) for n in people], given.runs)
    if given.command in BESIDE:
        return BESIDE[given.command](case, given.runs, given.without)
    return ONE_CASE[given.command](case, given.runs)


def _upto(scale: str) -> list[tuple[int, int]]:
    names = list(SCALES)
    return [SCALES[name] for name in names[: names.index(scale) + 1]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("command", choices=("gen", *ONE_CASE, *BESIDE, "growth"))
    parser.add_argument("--scale", choices=tuple(SCALES), default="128k", help="rows of the request")
    parser.add_argument("--variant", choices=("affair", "honest"), default="affair")
    parser.add_argument(
        "--records", type=int, nargs="+", help="people on record; follows the scale (growth: 1M and 10M)"
    )
    parser.add_argument("--seed", default=str(SEED), help="a number, or `held-back`: the one that this commit gives")
    parser.add_argument("--runs", type=int, default=3, help="interleaved rounds, of which medians are taken")
    parser.add_argument(
        "--without", nargs="+", default=[], choices=(*RULES, *MATCH), help="parts not to measure; the report names them"
    )
    parser.add_argument("--data", type=Path, default=ROOT / "out" / "bench", help="where made-up files are kept")
    parser.add_argument("--json", type=Path, default=ROOT / "docs" / "reference" / "bench.json", help="file to add to")
    return parser


if __name__ == "__main__":
    main()
