# SPDX-License-Identifier: Apache-2.0
"""Entry of one measured process: `python -m bench.part NAME ORDER` prints its report as the last line."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from bench.data import Case
from bench.process import Clock

# Every part: the module and the function that does it.
WHERE = {
    "csv": ("bench.floors", "csv"),
    "join": ("bench.floors", "join"),
    "rules": ("bench.floors", "rules"),
    "claims": ("bench.floors", "claims"),
    "hash": ("bench.floors", "tree"),
    "append": ("bench.floors", "append"),
    "log_floor": ("bench.log", "floor"),
    "log_batch": ("bench.log", "batch"),
    "log_proof": ("bench.log", "proof"),
    "log_audit": ("bench.log", "audit"),
    "whole": ("bench.whole", "whole"),
    "import": ("bench.whole", "imported"),
    "ready": ("bench.ready", "make_ready"),
    "received": ("bench.received", "make_received"),
    "match_ready": ("bench.received", "make_match_ready"),
    "gen": ("bench.generated", "generated"),
    "facts": ("bench.rules", "on_facts"),
    "raw": ("bench.rules", "from_raw"),
    "cedar": ("bench.rule_peers", "cedar"),
    "lambdas": ("bench.rule_peers", "python"),
    "match": ("bench.matching", "ours"),
    "pandas": ("bench.matching", "pandas"),
    "splink_deterministic": ("bench.matching", "splink_deterministic"),
    "splink_whole_file": ("bench.matching", "splink_whole_file"),
    "splink_probabilistic": ("bench.matching", "splink_probabilistic"),
}


def main(name: str, order: str) -> None:
    """Do one part of the case that `order` (JSON) names and print what it cost."""
    given = json.loads(order)
    case = Case(Path(given.pop("data")), **given)
    print(json.dumps(_part(name, case)))


def _part(name: str, case: Case) -> dict[str, object]:
    # Each part loads only what it needs: the peaks are those of the work.
    module, function = WHERE[name]
    found = getattr(import_module(module), function)(case)
    return {**found.total()} if isinstance(found, Clock) else found or {}


if __name__ == "__main__":
    main(*sys.argv[1:])
