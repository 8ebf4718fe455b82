# SPDX-License-Identifier: Apache-2.0
"""Show what was rejected of a received batch, held against the log, and prove it to somebody outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import Fault, LawgateError, Refused
from lawgate.office.intake import IntakeDesk, is_parse

FAULTS = "faults.parquet"
FILES = ("cases.csv", "rows.csv")


@dataclass(frozen=True, slots=True)
class Rejected:
    """The faults of a batch (of one line, if one was asked for), and where they are rooted.

    `digest` is the SHA-256 of the file of all faults; the leaf with the number `leaf` names it.
    """

    batch: str
    leaf: int
    digest: str
    rejected: int
    faults: tuple[Fault, ...]


def rejected(desk: IntakeDesk, batch: str, line: int = 0, file: str = "") -> Rejected:
    """The row faults of a received batch: all of them, or those of one line (the header is 1) or one file.

    Refused E_REFUSED, with the codes, when the request was refused as a whole, E_BATCH when there is no such batch,
    E_LINE when the line asked for has no fault, E_FILE for a file that has no rows; LawgateError when the stored faults
    are not those the log names.
    """
    if file not in ("", *FILES):
        raise Refused("E_FILE", f"the rows of a request are in {' and '.join(FILES)}")
    index, leaf = _parse_leaf(desk, batch)
    faults = tuple(f for f in _intact(desk, batch, leaf) if line in (0, f.line) and file in ("", f.file))
    if line and not faults:
        raise Refused("E_LINE", "no fault is kept for that line; it was accepted, or the file has no such line")
    return Rejected(batch, index, leaf.text("faults"), leaf.number("rejected"), faults)


def proof_files(desk: IntakeDesk, batch: str) -> dict[str, bytes]:
    """What an outsider needs to check the faults of a batch: the faults, the leaf that names them, its proof.

    The leaf is `parse.json`, its C2SP proof `parse.tlog-proof`. The head is published first, so that the proof
    reaches. Errors as in `rejected`, and LawgateError when too few witnesses cosign.
    """
    index, leaf = _parse_leaf(desk, batch)
    tuple(_intact(desk, batch, leaf))
    desk.log.publish()
    proof = desk.log.proof(index).render()
    return {FAULTS: desk.rooms.read(batch, FAULTS), "parse.json": leaf.render(), "parse.tlog-proof": proof}


def _parse_leaf(desk: IntakeDesk, batch: str) -> tuple[int, StageLeaf]:
    found = [(i, leaf) for i, leaf in desk.log.leaves() if is_parse(leaf, batch)]
    if not found and (known := desk.cases.batch(batch)) is not None and known.state == "refused":
        codes = ", ".join(sorted(name.removeprefix("fault.") for name in known.figures))
        raise Refused("E_REFUSED", f"this request was refused as a whole, and none of its rows were kept: {codes}")
    if not found:
        raise Refused("E_BATCH", "no batch of that id came into the log")
    return found[-1]


def _intact(desk: IntakeDesk, batch: str, leaf: StageLeaf) -> Iterator[Fault]:
    if desk.rooms.digest(batch, FAULTS) != leaf.text("faults"):
        raise LawgateError("the stored faults are not those that were rooted in the log")
    return desk.parser.faults(desk.rooms.path(batch))
