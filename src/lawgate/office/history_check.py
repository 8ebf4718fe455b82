# SPDX-License-Identifier: Apache-2.0
"""Hold what is kept of audits, recalls, notices and certificates against the leaves that name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.office.history import AUDITED, PAPER, REPORT, SENDINGS, TABLE
from lawgate.office.house import Check
from lawgate.office.recall_desk import ROWS_PAPER, certificates_of, notices_of
from lawgate.ports.rooms import Rooms

Indexed = tuple[int, StageLeaf]
Named = tuple[str, str, str]


def history_checks(rooms: Rooms, leaves: Sequence[Indexed]) -> list[Check]:
    """Everything kept about earlier disclosures that is not what the log names; an empty list when nothing is."""
    return [
        Check("stored_differs", f"{room}: {name} is not the file the log names", True)
        for room, name, digest in dict.fromkeys(_named(leaves))
        if _digest(rooms, room, name) != digest
    ]


def _named(leaves: Sequence[Indexed]) -> Iterator[Named]:
    """Room, file and SHA-256 (hex) of everything that a leaf about earlier disclosures names."""
    by_index = dict(leaves)
    for _, leaf in leaves:
        if leaf.kind == AUDITED:
            room, read = leaf.text("history"), by_index[leaf.number("read_leaf")]
            yield (room, PAPER, read.text("paper"))
            yield from (
                (room, n, leaf.text(f)) for n, f in ((TABLE, "table"), (REPORT, "report"), (SENDINGS, "sendings"))
            )
        elif leaf.kind == "recall":
            yield (leaf.text("recall"), ROWS_PAPER, leaf.text("rows_paper"))
        elif leaf.kind in ("recall-demand", "recall-answer"):
            yield _paper(leaf.text("recall"), leaf.text("letter" if leaf.kind == "recall-demand" else "paper"))
        elif leaf.kind == "freeze-notice":
            yield _paper(notices_of(_source(by_index[leaf.number("source_leaf")])), leaf.text("letter"))
        elif leaf.kind == "use-certificate":
            yield _paper(certificates_of(_source(by_index[leaf.number("source_leaf")])), leaf.text("paper"))


def _paper(room: str, digest: str) -> Named:
    return (room, f"paper-{digest}", digest)


def _source(leaf: StageLeaf) -> str:
    return leaf.text("history" if leaf.kind == AUDITED else "package")


def _digest(rooms: Rooms, room: str, name: str) -> str:
    """SHA-256 (hex) of a kept file; empty, which equals no digest, when it is not there."""
    try:
        return rooms.digest(room, name)
    except LawgateError:
        return ""
