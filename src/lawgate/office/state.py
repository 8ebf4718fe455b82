# SPDX-License-Identifier: Apache-2.0
"""State = fold(log): hold the tables of the office against what the leaves come to.

A table can *differ*: it says what no leaf says, and only people can find out why. Or it is *behind*: a step ended
between its leaf and its row, and taking up that very step makes the row. Both keep every other writing step shut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from typing import Any

from lawgate.ledger.fold import Batch, Package, State, fold
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.adjudicate import FIGURES, read_figures
from lawgate.office.bench import DecideDesk
from lawgate.office.order_leaves import instruments
from lawgate.ports.cases import BatchRow, PackageRow

BEHIND = "case_store_behind"
UNREAD = "unread-"
"""How the id of a request begins whose cover nobody could read: it is in the case store alone."""

Indexed = tuple[int, StageLeaf]


class ReadOnlyError(LawgateError):
    """A table is not the fold of the log: nothing is written until that is mended. Orders can be entered all the same.

    `differences` says what was found.
    """

    stop = "E_READ_ONLY"

    def __init__(self, differences: Sequence[Difference]) -> None:
        """The first sentence, and how many there are."""
        more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
        super().__init__(f"the office is read-only: {differences[0].sentence}{more}; nothing was written")
        self.differences = tuple(differences)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a table says otherwise than the log. `batch` is empty where it is about none."""

    code: str
    batch: str
    sentence: str


def require_state(desk: DecideDesk, *, taking_up: bool = False) -> None:
    """ReadOnlyError when a table is not the fold of the log.

    With `taking_up`, for a step that makes up what an interrupted one left, tables that are only behind do not count.
    LawgateError when log or case store cannot be read.
    """
    found = [each for each in differences(desk) if not (taking_up and each.code == BEHIND)]
    if found:
        raise ReadOnlyError(found)


def differences(desk: DecideDesk) -> list[Difference]:
    """Everything that case store and docket say otherwise than the log; a batch that somebody is at is passed over."""
    leaves = list(desk.log.leaves())
    state = fold(leaves)
    found = [*misplaced(state), *docket_differences(desk, state), *stray_packages(desk)]
    if state.next_origin:
        found.append(Difference("shard_closed", "", f"this log is closed; it goes on as {state.next_origin}"))
    for batch in dict.fromkeys([*(each.id for each in desk.cases.batches()), *state.batches]):
        if list(batch_differences(desk, state, batch)):
            found += _again(desk, batch)
    return found


def misplaced(state: State) -> Iterator[Difference]:
    """Leaves that fit nothing that was in the log before them."""
    for each in state.misplaced:
        yield Difference("leaf_misplaced", "", f"leaf {each.leaf} ({each.kind}) fits nothing before it: {each.why}")


def docket_differences(desk: DecideDesk, state: State) -> Iterator[Difference]:
    """Orders of the log whose text is not in the docket as it was entered. (What is only in the docket binds.)"""
    kept = {(one.id, one.digest) for one in instruments(desk.orders.texts())}
    for bar in state.bars.values():
        if (bar.order, bar.instrument) not in kept:
            sentence = f"docket: order {bar.order} is missing, or is not the text that was entered"
            yield Difference("docket_differs", "", sentence)


def stray_packages(desk: DecideDesk) -> Iterator[Difference]:
    """Packages of batches that the case store does not have: asked batch by batch, nobody would meet them."""
    known = {each.id for each in desk.cases.batches()}
    for each in desk.cases.every_package():
        if each.batch not in known:
            yield Difference(
                "case_store_differs", "", f"package {each.id}: prepared by the case store, of a batch it does not have"
            )


def batch_differences(desk: DecideDesk, state: State, batch: str) -> Iterator[Difference]:
    """What the case store says of one batch and its packages, where the log says otherwise."""
    row, logged = desk.cases.batch(batch), state.batches.get(batch)
    yield from _of_batch(desk, batch, row, logged)
    stored = desk.cases.packages(batch) if row is not None else ()
    yield from _of_packages(batch, stored, [each for each in state.packages.values() if each.batch == batch])


def _again(desk: DecideDesk, batch: str) -> list[Difference]:
    """The same look with nobody else at the batch: between a leaf and its row is a moment that is no damage."""
    try:
        with alone(desk, batch):
            return list(batch_differences(desk, fold(desk.log.leaves()), batch))
    except Refused as refused:
        if refused.code != "batch_busy":
            raise
        return []


def alone(desk: DecideDesk, batch: str) -> AbstractContextManager[None]:
    """Be alone at a batch; at once where it has no room. Refused (`batch_busy`) when somebody is at it."""
    try:
        desk.rooms.path(batch)
    except LawgateError:
        return nullcontext()
    return desk.rooms.alone(batch)


def _of_batch(desk: DecideDesk, batch: str, row: BatchRow | None, logged: Batch | None) -> Iterator[Difference]:
    if logged is None:
        if row is not None and not _is_unread(row):
            yield Difference("case_store_differs", batch, f"batch {batch}: in the case store, not in the log")
        return
    if row is None:
        if logged.state == "decided":
            yield Difference(
                "case_store_differs", batch, f"batch {batch}: decided in the log, missing in the case store"
            )
        else:
            yield _behind(batch, "receive the same request again")
        return
    if not (wrong := _wrong(row, expected(desk, logged), logged)):
        return
    if logged.state == "decided" and not _wrong(row, _received(logged), None):
        yield _behind(batch, f"decide it again with `lawgate decide {batch}`: the logged decision stands")
    elif row.state == "refused" and logged.state != "decided" and -1 < row.parse_leaf < logged.parse_leaf:
        yield _behind(batch, "receive the same request again")
    else:
        yield Difference(
            "case_store_differs", batch, f"batch {batch}: the case store says otherwise than the log: {wrong}"
        )


def _behind(batch: str, how: str) -> Difference:
    return Difference(
        "case_store_behind",
        batch,
        f"batch {batch}: the case store is behind the log after a step that broke off; {how}",
    )


def _of_packages(batch: str, stored: Sequence[PackageRow], logged: Sequence[Package]) -> Iterator[Difference]:
    said = {row.id: row for row in stored}
    for each in logged:
        row = said.pop(each.id, None)
        if row is None:
            yield _behind(batch, f"prepare it again with `lawgate prepare {batch}`: package {each.id} stands")
        elif row != PackageRow(each.id, each.batch, each.rows, each.prepared_leaf):
            yield Difference(
                "case_store_differs", batch, f"package {each.id}: the case store says otherwise than the log"
            )
    for name in said:
        yield Difference("case_store_differs", batch, f"package {name}: prepared by the case store, not by the log")


def expected(desk: DecideDesk, logged: Batch) -> BatchRow:
    """The row that the case store must have; figures as kept in the batch's room, none when they are not the log's."""
    row = _received(logged)
    values: dict[str, Any] = {each.name: getattr(row, each.name) for each in fields(row)}
    figures = _figures(desk, logged) if logged.state == "decided" else {}
    return BatchRow(
        **{
            **values,
            "state": logged.state,
            "decision_leaf": logged.decision_leaf,
            "as_of": logged.as_of,
            "figures": figures,
        }
    )


def _received(logged: Batch) -> BatchRow:
    """The row as it was before the decision."""
    return BatchRow(
        logged.id,
        logged.request,
        logged.provision,
        logged.requester,
        logged.recipient_key,
        "received",
        logged.sent,
        logged.accepted,
        logged.rejected,
        logged.parse_leaf,
        -1,
        "",
        {},
    )


def _figures(desk: DecideDesk, logged: Batch) -> Mapping[str, int]:
    try:
        if desk.rooms.digest(logged.id, FIGURES) != logged.figures:
            return {}
        return read_figures(desk.rooms.read(logged.id, FIGURES)).figures
    except LawgateError:
        return {}


def _wrong(row: BatchRow, must: BatchRow, logged: Batch | None) -> str:
    """Names of the columns that differ. Of a refused request the log knows only how many faults there were."""
    names = [each.name for each in fields(row) if getattr(row, each.name) != getattr(must, each.name)]
    if logged is not None and logged.state == "refused" and _counts(row.figures, logged.faults):
        names = [name for name in names if name != "figures"]
    return ", ".join(names)


def _counts(figures: Mapping[str, int], faults: int) -> bool:
    return sum(figures.values()) == faults and all(name.startswith("fault.") for name in figures)


def _is_unread(row: BatchRow) -> bool:
    blank = (row.request_id, row.provision, row.agency, row.recipient_key, row.as_of)
    return (
        row.id.startswith(UNREAD)
        and row.state == "refused"
        and not any(blank)
        and row.parse_leaf == row.decision_leaf == -1
    )
