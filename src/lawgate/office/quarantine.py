# SPDX-License-Identifier: Apache-2.0
"""What already left, folded from the log alone: where it is, which orders hold it there, what was asked and answered.

There is no step that takes a disclosure off this list: what was sent stays counted, whatever is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lawgate.docket.standing import UNREADABLE, covers
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.order import Covered, EffectKind, Standing

Indexed = tuple[int, StageLeaf]
OPEN = "open"
QUARANTINED, KEPT, DESTROYED, RETURNED = "quarantined", "kept", "destroyed", "returned"
ANSWERS = (QUARANTINED, KEPT, DESTROYED, RETURNED)
SET_APART, GIVE_BACK = "set_apart", "give_back_or_destroy"
CERTIFIED = ("returned", "undisclosable", "retained")
"""The three things a certificate of the end of use can say of a row."""
PACKAGE, HISTORY = "handout", "history-audit"


@dataclass(frozen=True, slots=True)
class Demanded:
    """What one recipient was asked in one recall, and how its rows stand: `states` adds up to `rows`.

    `demand` and `leaf` are those of the latest letter, `orders` what that letter rests on where it asks for less.
    """

    recipient: str
    demand: str
    leaf: int
    rows: int
    answer_by: date
    orders: tuple[str, ...]
    states: Mapping[str, int]

    @property
    def waiting(self) -> int:
        """Rows for which nothing final was answered: open ones, and those set apart for now."""
        return self.states[OPEN] + self.states[QUARANTINED]


@dataclass(frozen=True, slots=True)
class Recall:
    """One recall: the leaf of what is called back, why, which order asks for it (empty: none), and every recipient."""

    id: str
    leaf: int
    source_leaf: int
    reason: str
    order: str
    codes: tuple[str, ...]
    rows: int
    demanded: Mapping[str, Demanded]


@dataclass(frozen=True, slots=True)
class Prior:
    """One disclosure that happened, by the leaf of its hand-out or of the audit of its list.

    `acts` is one for each row sent; `due` the last day for the certificates; `certified` counts rows by what they say,
    `certified_by` by who says it, with every recipient in it; `noticed` has each order whose freeze was told, with the
    recipient it was told to.
    """

    leaf: int
    name: str
    kind: str
    recipients: tuple[str, ...]
    acts: int
    due: date
    certified: Mapping[str, int]
    certified_by: Mapping[str, int]
    noticed: frozenset[tuple[str, str]]

    @property
    def uncertified(self) -> int:
        """Rows whose end of use nobody has certified."""
        return self.acts - sum(self.certified.values())


def recalls(leaves: Iterable[Indexed]) -> dict[str, Recall]:
    """Every recall by its id, as its leaves leave it."""
    made: dict[str, Recall] = {}
    for index, leaf in leaves:
        if leaf.kind == "recall":
            made[leaf.text("recall")] = _begun(index, leaf)
        elif leaf.kind == "recall-demand":
            _put(made, leaf, _asked(index, leaf, _of(made, leaf)))
        elif leaf.kind == "recall-answer" and (known := _of(made, leaf)) is not None:
            _put(made, leaf, answered(known, leaf.text("was"), leaf.text("state"), leaf.number("rows")))
    return made


def answered(known: Demanded, was: str, state: str, rows: int) -> Demanded:
    """The same with so many rows moved from one state to another. ValueError when there are not so many."""
    if rows < 1 or known.states.get(was, 0) < rows or state not in ANSWERS or was not in (OPEN, QUARANTINED):
        raise ValueError("an answer is about rows that are open or set apart")
    states = dict(known.states)
    states[was] -= rows
    states[state] += rows
    return replace(known, states=states)


def priors(leaves: Sequence[Indexed], days: int) -> tuple[Prior, ...]:
    """Every disclosure that happened, in the order of the log; certificates are due `days` after it was ready or sent.

    A list that was audited more than once counts once, by its latest audit.
    """
    by_index = dict(leaves)
    audits = {leaf.text("list"): index for index, leaf in leaves if leaf.kind == HISTORY}
    made = []
    for index, leaf in leaves:
        if leaf.kind == PACKAGE:
            ready = date.fromisoformat(by_index[leaf.number("prepared_leaf")].at[:10])
            made.append(_prior(leaves, index, leaf.text("package"), (leaf.text("recipient"),), ready, days))
        elif leaf.kind == HISTORY and audits[leaf.text("list")] == index:
            last = date.fromisoformat(leaf.text("last_sent")[:10])
            made.append(_prior(leaves, index, leaf.text("history"), leaf.texts("sent_to"), last, days))
    return tuple(made)


def bound_by(kind: EffectKind, stands: Standing, covered: Iterable[Covered]) -> tuple[str, ...]:
    """Ids of the orders in force with an effect of this kind over it; each paper nobody can read counts as one."""
    what = tuple(covered)
    ids = [o.id for o in stands.in_force if any(e.kind is kind and any(covers(e, c) for c in what) for e in o.effects)]
    return (*dict.fromkeys(ids), *(UNREADABLE + file for file in stands.unreadable))


def frozen(stands: Standing, covered: Iterable[Covered]) -> tuple[str, ...]:
    """The orders that freeze it where it is."""
    return bound_by(EffectKind.FREEZE_RECIPIENT, stands, covered)


def kept_in_place(stands: Standing, covered: Iterable[Covered]) -> tuple[str, ...]:
    """The orders under which nobody may be asked to destroy it: those that preserve it, and those that leave it be."""
    what = tuple(covered)
    found = (*bound_by(EffectKind.PRESERVE, stands, what), *bound_by(EffectKind.LEAVE_IN_PLACE, stands, what))
    return tuple(dict.fromkeys((*found, *frozen(stands, what))))


def _begun(index: int, leaf: StageLeaf) -> Recall:
    texts = (leaf.text("reason"), leaf.text("order"), leaf.texts("codes"))
    return Recall(leaf.text("recall"), index, leaf.number("source_leaf"), *texts, leaf.number("rows"), {})


def _asked(index: int, leaf: StageLeaf, known: Demanded | None) -> Demanded:
    letter = (leaf.text("recipient"), leaf.text("demand"), index)
    by, orders = date.fromisoformat(leaf.text("answer_by")), leaf.texts("orders")
    if known is not None:  # a later letter asks for something else; what was answered stays answered
        return Demanded(*letter, known.rows, by, orders, known.states)
    states = {**dict.fromkeys((OPEN, *ANSWERS), 0), OPEN: leaf.number("rows")}
    return Demanded(*letter, leaf.number("rows"), by, orders, states)


def _of(made: Mapping[str, Recall], leaf: StageLeaf) -> Demanded | None:
    return made[leaf.text("recall")].demanded.get(leaf.text("recipient"))


def _put(made: dict[str, Recall], leaf: StageLeaf, demanded: Demanded) -> None:
    known = made[leaf.text("recall")]
    made[known.id] = replace(known, demanded={**known.demanded, demanded.recipient: demanded})


def _prior(
    leaves: Sequence[Indexed], index: int, name: str, recipients: tuple[str, ...], from_day: date, days: int
) -> Prior:
    leaf = dict(leaves)[index]
    certified, by = dict.fromkeys(CERTIFIED, 0), dict.fromkeys(recipients, 0)
    sources = _same_list(leaves, leaf) if leaf.kind == HISTORY else {index}
    for _, each in leaves:
        if each.kind == "use-certificate" and each.number("source_leaf") in sources:
            certified[each.text("state")] += each.number("rows")
            by[each.text("recipient")] = by.get(each.text("recipient"), 0) + each.number("rows")
    told = [leaf for _, leaf in leaves if leaf.kind == "freeze-notice" and leaf.number("source_leaf") in sources]
    noticed = frozenset((each.text("order"), each.text("recipient")) for each in told)
    due = from_day + timedelta(days=days)
    return Prior(index, name, leaf.kind, recipients, leaf.number("rows"), due, certified, by, noticed)


def _same_list(leaves: Sequence[Indexed], audit: StageLeaf) -> set[int]:
    return {at for at, leaf in leaves if leaf.kind == HISTORY and leaf.text("list") == audit.text("list")}
