# SPDX-License-Identifier: Apache-2.0
"""What a decision in the log was made on, found again by the digests its leaf names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from lawgate.docket.standing import digest as docket_digest
from lawgate.law.read import digest_of
from lawgate.law.registers import read_registers
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.bench import Basis, Bench, DecideDesk, bench_on
from lawgate.ports.cases import BatchRow

KINDS: tuple[tuple[str, str, Callable[[Mapping[str, bytes]], str]], ...] = (
    ("rulebook", "the rulebook", digest_of),
    ("registers", "the registers", lambda files: read_registers(files).digest),
    ("docket", "the docket", docket_digest),
)


class PinsMissingError(LawgateError):
    """Something a decision names cannot be found. `missing` says what, each as a sentence."""

    stop = "E_PINS"

    def __init__(self, missing: tuple[str, ...]) -> None:
        """Everything that is missing, at once."""
        super().__init__("; ".join(missing))
        self.missing = missing


def decision_of(desk: DecideDesk, batch_id: str) -> tuple[int, StageLeaf]:
    """The leaf of a batch's decision with its index, from the log alone.

    Refused E_BATCH when there is none; LawgateError when there are two.
    """
    found = [
        (at, leaf) for at, leaf in desk.log.leaves() if leaf.kind == "decision-batch" and leaf.text("batch") == batch_id
    ]
    if not found:
        raise Refused("E_BATCH", "the log has no decision on a batch of that id")
    if len(found) > 1:
        raise LawgateError(f"the log has two decisions on batch {batch_id}")
    return found[0]


def batch_of(leaves: Mapping[int, StageLeaf], index: int) -> BatchRow:
    """The batch of a decision leaf as the log tells it: no word of it is the case store's."""
    decision = leaves[index]
    parsed = leaves[decision.number("parse_leaf")]
    request = leaves[parsed.number("request_leaf")]
    return BatchRow(
        id=decision.text("batch"),
        request_id=request.text("request"),
        provision=request.text("provision"),
        agency=request.text("requester"),
        recipient_key=request.text("recipient_key"),
        state="decided",
        sent=request.number("row_count"),
        accepted=parsed.number("accepted"),
        rejected=parsed.number("rejected"),
        parse_leaf=decision.number("parse_leaf"),
        decision_leaf=index,
        as_of=decision.text("as_of"),
        figures={},
    )


def pinned_basis(desk: DecideDesk, decision: StageLeaf) -> Basis:
    """The basis of a decision from kept copies, each held against its digest. PinsMissingError with all that lack."""
    found: dict[str, Mapping[str, bytes]] = {}
    missing = []
    for field, says, made_by in KINDS:
        try:
            found[field] = desk.pins.files(decision.text(field))
            if made_by(found[field]) != decision.text(field):
                raise LawgateError("a copy under another one's digest")
        except LawgateError:
            missing.append(f"{says} with digest {decision.text(field)} is not kept, or its copy is spoilt")
    if missing:
        raise PinsMissingError(tuple(missing))
    return Basis(
        law=found["rulebook"],
        registers=found["registers"],
        docket=found["docket"],
        records=decision.text("records"),
        as_of=datetime.fromisoformat(decision.text("as_of")),
        known_at=datetime.fromisoformat(decision.text("known_at")),
        program=decision.text("program"),
    )


def pinned_bench(desk: DecideDesk, index: int) -> Bench:
    """The bench a logged decision was made at, whatever the office has now. PinsMissingError as for `pinned_basis`."""
    leaves = dict(desk.log.leaves())
    return bench_on(desk, batch_of(leaves, index), pinned_basis(desk, leaves[index]))


def unlike(bench: Bench, decision: StageLeaf) -> Iterator[str]:
    """The pins of a bench that are not those its leaf names; there are none unless this program digests otherwise."""
    pins = bench.pins
    made = {
        "rulebook": pins.rulebook,
        "registers": pins.registers,
        "docket": pins.docket,
        "records": pins.records,
        "match_plan": pins.plan,
        "as_of": pins.as_of,
    }
    yield from (name for name, value in made.items() if decision.text(name) != value)
