# SPDX-License-Identifier: Apache-2.0
"""`lawgate log fsck`: what is wrong with the office, and what it would take to mend each thing. Nothing is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from lawgate.drivers.keys.verify import verify
from lawgate.drivers.tiles.fsck import FROM_COPY, NOTHING, PEOPLE
from lawgate.drivers.tiles.fsck import fsck as fsck_folder
from lawgate.drivers.tiles.turn import alone_at
from lawgate.office.house import Check
from lawgate.wiring.log import LOG, Logged, heads

FROM_LOG = "put the row back as the log has it, after a copy was kept and somebody found out who changed it"
TAKE_UP = "take up the step that broke off; the logged leaf stands, and the row follows"
WHOLE_FIRST = "mend the log itself first; then ask again"
BESIDE = {
    "case_store_differs": FROM_LOG,
    "case_store_behind": TAKE_UP,
    "leaf_misplaced": PEOPLE,
    "set_back": PEOPLE,
    "forked": PEOPLE,
    "other_start": PEOPLE,
    "not_compared": WHOLE_FIRST,
}
"""What it takes for findings beside the files of the log; for all others a copy of the file."""


def fsck(folder: Path, made: Logged, check: Callable[[], Sequence[Check]]) -> list[tuple[Check, str]]:
    """Each finding with what it takes. `check` is the check of `log verify`, asked once the log's files are whole."""
    with alone_at(folder / LOG):
        found = fsck_folder(folder / LOG, made.policy, verify, heads(made))
    if not any(each.finding.broken for each in found):
        return [(each, BESIDE.get(each.code, FROM_COPY) if each.broken else NOTHING) for each in check()]
    told = [
        (Check(each.finding.code, ", ".join(filter(None, (each.finding.path, each.finding.place))), True), each.takes)
        for each in found
        if each.finding.broken
    ]
    return [*told, (Check("not_compared", "batches and packages: the log itself is not whole", False), WHOLE_FIRST)]
