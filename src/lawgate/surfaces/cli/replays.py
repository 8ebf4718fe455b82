# SPDX-License-Identifier: Apache-2.0
"""What a replay found, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from lawgate.office.replay import Replayed


def render(found: Replayed) -> str:
    """What was compared, what differs and what is missing; digests and counts only."""
    return "\n".join(_lines(found))


def _lines(found: Replayed) -> Iterator[str]:
    yield f"Batch {found.batch}, decided in leaf {found.leaf}: {found.rows:,} rows"
    for missing in found.missing:
        yield f"MISSING  {missing}"
    for each in found.compared:
        yield f"{'equal    ' if each.same else 'DIFFERS  '}{each.what}{': ' if each.how else ''}{each.how}"
    for note in found.notes:
        yield f"note     {note}"
    if found.missing:
        yield "NOT REPLAYED: without what is missing this batch cannot be decided again."
    elif found.same:
        yield f"The same bytes came out: {found.patterns:,} pattern records, {found.rows:,} rows, one root."
    else:
        yield "THE BYTES DIFFER: what the log holds does not come out of what it names."
