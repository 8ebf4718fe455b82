# SPDX-License-Identifier: Apache-2.0
"""The acts of a docket as they stand now: which count, and what those lack that wait to be lifted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lawgate.authority.lifts import ENDED, act_leaf, lacking
from lawgate.docket.acts import Act, Direction
from lawgate.docket.history import counts, means_one
from lawgate.docket.register import Texts, sort
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.office.order_acts import WHY, lifted_now
from lawgate.office.orders import OrderDesk


@dataclass(frozen=True, slots=True)
class ListedAct:
    """One act that the docket has, and how it stands, in words."""

    act: Act
    stands: str


def acts_now(desk: OrderDesk) -> Iterator[ListedAct]:
    """Every act that can be read, in the order of entry; what each lacks where log and registers tell it.

    RegisterBrokenError when the docket cannot be read; nothing else keeps the list from being given.
    """
    texts = sort(desk.register.texts())
    leaves: Sequence[tuple[int, StageLeaf]] | None
    try:
        leaves, lifted = list(desk.log.leaves()), lifted_now(desk)
    except (LawgateError, OSError):
        leaves, lifted = None, frozenset[str]()
    for each in texts.acts:
        if isinstance(each.what, Act):
            yield ListedAct(each.what, _stands(desk, texts, each.what, each.digest, leaves, lifted))


def _stands(
    desk: OrderDesk,
    texts: Texts,
    act: Act,
    digest: str,
    leaves: Sequence[tuple[int, StageLeaf]] | None,
    lifted: frozenset[str],
) -> str:
    loosens = act.direction is Direction.LOOSEN
    if loosens and not means_one(act, texts):
        return "loosens nothing: two instruments have the id of its order"
    if counts(act, digest, desk.clock.now(), lifted):
        return "counts"
    if not loosens or digest in lifted:
        return "counts from its effect on"
    try:
        lacks = None if leaves is None else _lacks(desk, texts, digest, leaves)
    except (LawgateError, OSError):
        lacks = None
    if lacks is None:
        return "waits to be lifted; what it lacks cannot be told now"
    return f"waits: {'; '.join(WHY[each] for each in lacks)}" if lacks else f"may be lifted: `order lift {act.id}`"


def _lacks(desk: OrderDesk, texts: Texts, digest: str, leaves: Sequence[tuple[int, StageLeaf]]) -> Sequence[str]:
    """As `lift` would find it now: with a proof under the newest head. Nothing is kept."""
    lifting, logged = desk.lifting(), act_leaf(leaves, digest)
    if logged is None:
        return ("act",)
    waits = {**lifting.waits, f"{digest}.{ENDED}": desk.log.proof(logged[0]).render()}
    moment = max(desk.clock.now(), datetime.fromisoformat(leaves[-1][1].at))
    return lacking(leaves, texts, digest, replace(lifting, waits=waits), moment)
