# SPDX-License-Identifier: Apache-2.0
"""Figures of accuracy: which seed they are made with, and how a full run keeps them with the commit it measured."""

import json
import platform
import subprocess

from house.tree import ROOT
from journeys.office import SEED
from lawgate_lab.evaluate import Figures
from lawgate_lab.published import tables
from lawgate_lab.seeds import held_back

FIGURES = ROOT / "docs" / "reference" / "accuracy.json"
TABLES = ROOT / "docs" / "reference" / "accuracy-by-defect.md"


def commit() -> str:
    """The first 12 hex digits of the commit that is measured. CalledProcessError outside a repository."""
    git = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()[:12]


def seed_of(size: str) -> int:
    """The seed of the made-up data: at full size the one that the commit gives, which nobody could work towards."""
    return SEED if size == "ci" else held_back(commit())


def keep(variant: str, claims: str, figures: Figures, size: str, seed: int) -> None:
    """At full size the figures go into the reference, and the tables are written from it."""
    if size != "full":
        return
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    known[f"{variant} {claims}"] = {"commit": commit(), "seed": seed, "python": platform.python_version()}
    known[f"{variant} {claims}"] |= figures.document()
    FIGURES.write_text(as_text(known))
    TABLES.write_text(tables(json.loads(as_text(known))))


def as_text(runs: dict[str, dict[str, object]]) -> str:
    """JSON with one figure a line, so that a difference is one line too."""
    blocks = []
    for name, run in sorted(runs.items()):
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value, sort_keys=True)}" for key, value in run.items())
        blocks.append(f" {json.dumps(name)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"
