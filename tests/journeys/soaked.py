# SPDX-License-Identifier: Apache-2.0
"""Figures of release under full load, with the commit they were measured on: kept when a full run made them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from house.tree import ROOT
from journeys.measured import commit

FIGURES = ROOT / "docs" / "reference" / "soak-release.json"


def keep(name: str, size: str, figures: dict[str, object]) -> None:
    """At full size the figures go into the reference under this name; at any other nothing is written."""
    if size != "full":
        return
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    # Each part was measured on a commit of its own; at the top stands that of the last one.
    known["commit"] = commit()
    known[name] = {"commit": known["commit"], **figures}
    FIGURES.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 99th of 100, and the longest, in milliseconds."""
    ordered = sorted(seconds)
    at = [ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.99)]
    return dict(
        zip(("p50_ms", "p99_ms", "most_ms"), (round(each * 1000, 1) for each in (*at, ordered[-1])), strict=True)
    )
