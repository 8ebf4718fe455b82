# SPDX-License-Identifier: Apache-2.0
"""card.json: what a folder of made-up data holds, by count."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from lawgate_lab.truth import Truth
from lawgate_lab.world import DEPENDENT, KINDS, World


def read_card(folder: Path) -> dict[str, Any]:
    """The card of a folder, or an empty one."""
    path = folder / "card.json"
    card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return card


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Writes the card, sorted, so that equal contents are equal bytes."""
    (folder / "card.json").write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def world_facts(world: World) -> dict[str, Any]:
    """Counts of people, kinds, spans, and how many taxpayers share their latest home with another one."""
    payer = np.flatnonzero((world.kind != DEPENDENT) & (np.diff(world.first_span) > 0))
    home = world.current_home(payer)
    shared = np.bincount(home, minlength=len(world.homes.street))[home] > 1
    kinds = np.bincount(world.kind, minlength=3)
    return {
        "people": len(world), "spans": len(world.span_home), "households": int(world.household[-1]) + 1,
        "kinds": {kind: int(n) for kind, n in zip(KINDS, kinds, strict=True)}, "itin_shaped": world.issued["itin"],
        "deceased": int(world.deceased.sum()), "withheld": int((world.flags != 0).sum()),
        "taxpayers_sharing_a_home": round(float(shared.mean()), 4),
        "namesakes_at_a_building": int(world.namesakes().sum()),
    }  # fmt: skip


def add_variant(card: dict[str, Any], name: str, truth: Truth) -> None:
    """Adds the counts of one request."""
    card.setdefault("variants", {})[name] = truth.counts()
