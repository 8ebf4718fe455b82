# SPDX-License-Identifier: Apache-2.0
"""Read one request as the custodian does and print what the reading child took. Run as a program: `request room`."""

import json
import resource
import sys
import time
from pathlib import Path

from lawgate.drivers.parser.driver import ChildParser
from unit.intake.samples import DAY, LAYOUT


def main(request: str, room: str) -> None:
    """Print as JSON: MiB of memory the child had at most, its processor seconds, rows sent and accepted, codes."""
    begun = time.monotonic()
    found = ChildParser().parse(Path(request), Path(room), LAYOUT, DAY)
    took = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = {
        "mib": took.ru_maxrss >> 10,
        "cpu": round(took.ru_utime + took.ru_stime, 2),
        "wall": round(time.monotonic() - begun, 2),
        "sent": found.rows.sent,
        "accepted": found.rows.accepted,
        "codes": sorted({f.code for f in found.faults}),
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
