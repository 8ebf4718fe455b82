# SPDX-License-Identifier: Apache-2.0
"""Entry of one measured process: `python -m bench.part NAME ORDER` prints its report as the last line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.data import Case


def main(name: str, order: str) -> None:
    """Do one part of the case that `order` (JSON) names and print what it cost."""
    given = json.loads(order)
    case = Case(Path(given["data"]), given["claims"], given["records"], given["variant"])
    print(json.dumps(_part(name, case)))


def _part(name: str, case: Case) -> dict[str, object]:
    # Each part loads only what it needs: the peaks are those of the work.
    if name in ("whole", "import"):
        from bench import whole

        return whole.whole(case) if name == "whole" else whole.imported(case)
    if name == "ready":
        from bench.ready import make_ready

        make_ready(case)
        return {}
    from bench.floors import FLOORS

    return {**FLOORS[name](case).total()}


if __name__ == "__main__":
    main(*sys.argv[1:])
