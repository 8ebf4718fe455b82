# SPDX-License-Identifier: Apache-2.0
"""Acts on orders: enter one (one person, the docket alone), tell whoever has to know, lift what may be lifted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import rfc8785

from lawgate.authority.lifts import BEGUN, ENDED, Lifting, act_leaf, lacking, lifted, parties_of
from lawgate.authority.verified import verified
from lawgate.docket.act_text import read_act
from lawgate.docket.acts import Act
from lawgate.docket.register import Entered, sort
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.orders import OrderDesk, complete_orders, enter_text, require_id

NOTICE_FORMAT = "lawgate-act-notice-1"
WHY = {
    "act": "it is no act that loosens, or the log does not have it yet",
    "signatures": "two humans of the custodian in office have to sign it, none of the asking side",
    "service": "not everybody who has to be told of it was served",
    "wait": "the wait between two witnessed times is not over",
}
"""What an act can lack to be lifted, in words."""


def enter_act(desk: OrderDesk, text: bytes, person: str) -> str:
    """Enter the text of an act; the register's file name. One that tightens binds as soon as the register has it.

    Faulty when the text is not a signed act; Refused (`act_order`) when the docket has no order of its id, otherwise as
    `enter_order`. Signatures are not looked at: no broken register may keep a stop out; `lacking` looks at them.
    """
    act = read_act(text, "act")
    try:
        found = sort(desk.register.texts())
        known = act.order in found.ids and act.successor in {"", *(each.what.id for each in found.orders)}
    except LawgateError:
        known = True  # a docket that cannot be read whole still takes a text
    if not known:
        raise Refused("act_order", "the docket lacks an order that the act names. NOTHING WAS ENTERED")
    return enter_text(desk, act, text, person)


def lifted_now(desk: OrderDesk) -> frozenset[str]:
    """SHA-256 (hex) of the acts that may loosen now."""
    leaves = list(desk.log.leaves())
    return lifted(leaves, desk.register.texts(), desk.lifting(), desk.clock.now())


def verified_now(desk: OrderDesk) -> Mapping[str, frozenset[str]]:
    """SHA-256 (hex) of each verification -> one id for each human whose signature on it holds."""
    return verified(list(desk.log.leaves()), desk.register.texts(), desk.lifting())


def verifiers(desk: OrderDesk, order: str) -> int:
    """How many humans' signatures hold under verifications of the order, together."""
    held = verified_now(desk)
    acts = sort(desk.register.texts()).acts_on(order)
    return len({human for _, digest in acts for human in held.get(digest, ())})


def tell(desk: OrderDesk, act_id: str, addressed: Sequence[str] = ()) -> tuple[int, bytes]:
    """Write the notice of an act that loosens; the index of its leaf `act-notice` and the paper to be served.

    It names every party of the order, by its addresses (`party/address`) where `addressed` gives some. Refused
    (`act_unknown`) when there is no such act in the log, (`act_parties`) when an address is of nobody who has to be
    told.
    """
    found, (index, leaf) = _logged(desk, act_id)
    texts = sort(desk.register.texts())
    parties = parties_of(texts, leaf.text("order"))
    if not {each.partition("/")[0] for each in addressed} <= parties:
        raise Refused("act_parties", "an address belongs to nobody who has to be told of this act")
    served = {each.partition("/")[0] for each in addressed}
    named = sorted({*addressed, *(parties - served)})
    paper = rfc8785.dumps({"format": NOTICE_FORMAT, "act_leaf": index, **_told(found), "parties": named})
    desk.keep(f"notice-{sha256(paper).hexdigest()}", paper)
    body: dict[str, Value] = {
        "order": leaf.text("order"),
        "act_leaf": index,
        "paper": sha256(paper).hexdigest(),
        "parties": named,
    }
    made = desk.log.append(StageLeaf("act-notice", instant(desk.clock.now()), body))
    desk.log.publish()
    return made, paper


def served(desk: OrderDesk, act_id: str, party: str, at: datetime, paper: bytes) -> int:
    """Record by a paper that somebody was served with the newest notice of an act; the index of the `act-receipt`.

    Refused (`act_unknown`) without such an act, (`act_untold`) when its newest notice names nobody of that id,
    (`act_served_at`) when the moment lies ahead of now or before the notice.
    """
    _, (index, _) = _logged(desk, act_id)
    told = [
        (at_leaf, leaf)
        for at_leaf, leaf in desk.log.leaves()
        if leaf.kind == "act-notice" and leaf.number("act_leaf") == index
    ]
    if not told or party not in told[-1][1].texts("parties"):
        raise Refused("act_untold", "the newest notice of this act names nobody of that id")
    if not told[-1][1].at <= instant(at) <= instant(desk.clock.now()):
        raise Refused("act_served_at", "nobody was served before the notice was written, or ahead of now")
    digest = sha256(paper).hexdigest()
    desk.keep(f"receipt-{digest}", paper)
    body: dict[str, Value] = {
        "notice_leaf": told[-1][0],
        "served": party,
        "served_at": instant(at),
        "paper": digest,
    }
    made = desk.log.append(StageLeaf("act-receipt", instant(desk.clock.now()), body))
    desk.log.publish()
    return made


def lift(desk: OrderDesk, act_id: str, person: str) -> int:
    """Let an act that loosens take effect, from now on and never earlier; the index of its leaf `lift`.

    Refused (`order_person`) when `person` is no id, (`act_unknown`) when there is no such act, (`act_lifted`) when it
    was lifted already, (`lift_early`) with everything it lacks.
    """
    require_id(person)
    complete_orders(desk)
    entered, (index, leaf) = _logged(desk, act_id)
    digest = entered.digest
    if digest in lifted_now(desk):
        raise Refused("act_lifted", "this act has been lifted already")
    desk.keep(f"{digest}.{BEGUN}", desk.log.proof(index).render())
    leaves, texts = list(desk.log.leaves()), sort(desk.register.texts())
    begun = desk.lifting()
    ended = desk.log.proof(index).render()
    shown = _with(begun, f"{digest}.{ENDED}", ended)
    if lacks := lacking(leaves, texts, digest, shown):
        raise Refused("lift_early", "; ".join(WHY[each] for each in lacks))
    desk.keep(f"{digest}.{ENDED}", ended)
    now = instant(desk.clock.now())
    # The log never states an earlier moment than its last leaf: neither does what takes effect by one.
    body: dict[str, Value] = {
        "order": leaf.text("order"),
        "bar_leaf": leaf.number("bar_leaf"),
        "paper": digest,
        "people": list(leaf.texts("people")),
        "effective": max(now, leaves[-1][1].at, leaf.text("effective")),
    }
    made = desk.log.append(StageLeaf("lift", now, body))
    desk.log.publish()
    return made


def _with(found: Lifting, name: str, proof: bytes) -> Lifting:
    kept: Mapping[str, bytes] = {**found.waits, name: proof}
    return Lifting(found.registers, found.policy, found.verify, found.office, kept, found.hours)


def _logged(desk: OrderDesk, act_id: str) -> tuple[Entered, tuple[int, StageLeaf]]:
    acts = [each for each in sort(desk.register.texts()).acts if each.what.id == act_id]
    logged = act_leaf(list(desk.log.leaves()), acts[0].digest) if len(acts) == 1 else None
    if logged is None:
        raise Refused("act_unknown", "docket and log have no one act of this id")
    return acts[0], logged


def _told(found: Entered) -> dict[str, str]:
    act = found.what
    if not isinstance(act, Act):
        raise Refused("act_unknown", "docket and log have no one act of this id")
    return {
        "act": act.id,
        "order": act.order,
        "kind": act.kind.value,
        "instrument": found.digest,
        "document": act.document,
        "effective": instant(act.effective_at),
    }
