# SPDX-License-Identifier: Apache-2.0
"""`python -m bench floors | whole | growth`: progress on standard error, a table, and one JSON file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.data import ROOT, SCALES
from bench.report import keep, table
from bench.rounds import floors, growth, whole


def main(arguments: list[str] | None = None) -> None:
    """Run one command; the report is printed and kept."""
    given = _parser().parse_args(arguments)
    claims, records = SCALES[given.scale]
    makers = {"floors": floors, "whole": whole}
    if given.command == "growth":
        report = growth(
            given.data.resolve(), claims, given.records or [1_000_000, 10_000_000], given.variant, given.runs
        )
    else:
        people = (given.records or [records])[0]
        report = makers[given.command](given.data.resolve(), claims, people, given.variant, given.runs)
    keep(given.json, f"{given.command} {given.scale} {given.variant}", report)
    print(table(report))
    print(f"kept in {given.json}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("command", choices=("floors", "whole", "growth"))
    parser.add_argument("--scale", choices=tuple(SCALES), default="128k", help="rows of the request")
    parser.add_argument("--variant", choices=("affair", "honest"), default="affair")
    parser.add_argument(
        "--records", type=int, nargs="+", help="people on record; follows the scale (growth: 1M and 10M)"
    )
    parser.add_argument("--runs", type=int, default=3, help="interleaved rounds, of which medians are taken")
    parser.add_argument("--data", type=Path, default=ROOT / "out" / "bench", help="where made-up files are kept")
    parser.add_argument("--json", type=Path, default=ROOT / "docs" / "reference" / "bench.json", help="file to add to")
    return parser


if __name__ == "__main__":
    main()
