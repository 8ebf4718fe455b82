# SPDX-License-Identifier: Apache-2.0
"""The leaves about acts on orders, and the first proof of each: from its witnessed time the wait is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from lawgate.authority.lifts import BEGUN
from lawgate.docket.acts import Act, Direction
from lawgate.docket.register import sort
from lawgate.docket.standing import standing
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.order import State
from lawgate.ports.release import ReleaseLog

EXPIRED = "expired"
"""The kind of `order-act` about a stop without a paper that came to its end by itself."""


def log_acts(log: ReleaseLog, texts: Mapping[str, bytes], now: datetime) -> Sequence[tuple[int, Act, str]]:
    """A leaf `order-act` for each act that has none yet, and for each provisional stop that has run out.

    The acts that got one: index, act and SHA-256 (hex) of its text.
    """
    leaves = list(log.leaves())
    bars = {leaf.text("order"): index for index, leaf in leaves if leaf.kind == "order-bar"}
    known = {(leaf.text("does"), leaf.text("instrument")) for _, leaf in leaves if leaf.kind == "order-act"}
    made = []
    for each in sort(texts).acts:
        act = each.what
        if isinstance(act, Act) and (act.kind.value, each.digest) not in known and act.order in bars:
            made.append((log.append(_act_leaf(act, each.digest, bars[act.order], now)), act, each.digest))
    for body in _run_out(texts, bars, known, now):
        log.append(StageLeaf("order-act", instant(now), body))
    return made


def keep_begun(log: ReleaseLog, keep: Callable[[str, bytes], None], acted: Sequence[tuple[int, Act, str]]) -> None:
    """Keep a proof of each new act that loosens, under the head just published."""
    for index, act, digest in acted:
        if act.direction is Direction.LOOSEN:
            keep(f"{digest}.{BEGUN}", log.proof(index).render())


def _act_leaf(act: Act, digest: str, bar: int, now: datetime) -> StageLeaf:
    body: dict[str, Value] = {
        "order": act.order,
        "bar_leaf": bar,
        "act": act.id,
        "does": act.kind.value,
        "instrument": digest,
        "document": act.document,
        "effective": instant(act.effective_at),
        "people": list(act.people),
    }
    return StageLeaf("order-act", instant(now), body)


def _run_out(
    texts: Mapping[str, bytes], bars: Mapping[str, int], known: set[tuple[str, str]], now: datetime
) -> Iterator[dict[str, Value]]:
    """Bodies of the leaves about provisional stops that ended by themselves and have none."""
    digests = {each.what: each.digest for each in sort(texts).orders}
    for one in standing(texts, now).stood:
        digest, ends = digests[one.order], one.order.ends
        over = one.order.without_paper and one.state is State.EXPIRED
        if over and ends is not None and one.order.id in bars and (EXPIRED, digest) not in known:
            yield {
                "order": one.order.id,
                "bar_leaf": bars[one.order.id],
                "act": f"{one.order.id}-{EXPIRED}",
                "does": EXPIRED,
                "instrument": digest,
                "document": one.order.document,
                "effective": instant(ends),
                "people": [],
            }
