# SPDX-License-Identifier: Apache-2.0
"""Acts on orders: enter one (one person, the docket alone), tell whoever has to know, lift what may be lifted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from lawgate.authority.lifts import BEGUN, ENDED, NOTICE, RECEIPT, act_leaf, lacking, lifted, parties_of
from lawgate.authority.notices import ACT_RECEIPT
from lawgate.authority.verified import verified
from lawgate.docket.act_text import read_act
from lawgate.docket.acts import Act
from lawgate.docket.register import Entered, sort
from lawgate.law.notice_parties import NoticeParties
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.orders import OrderDesk, complete_orders, enter_text, require_id
from lawgate.office.service import digest_or_none, require_holds, stated
from lawgate.protocol.notice import ActNotice, Served, digest_of, parse_receipt, print_act_notice, served_as

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


def tell(desk: OrderDesk, act_id: str) -> tuple[int, bytes]:
    """Write the notice of an act that loosens; the index of its leaf `act-notice` and the paper to be served.

    It names every address that the register has today for each party of the order. Where the newest notice says the
    very same, it is that one: telling again takes no service away. Refused (`act_unknown`) when there is no such act in
    the log, (`notice_parties`) when the register has no address for somebody who has to be told.
    """
    found, (index, leaf) = _logged(desk, act_id)
    parties = parties_of(sort(desk.register.texts()), leaf.text("order"))
    named = _addresses(desk.lifting().parties, parties, desk.clock.now().astimezone(UTC).date())
    paper = print_act_notice(_notice(found, index, named))
    desk.keep(f"{NOTICE}{digest_of(paper)}", paper)
    told = _notices(desk, index)[-1:]
    if told and told[0][1].text("paper") == digest_of(paper):
        desk.log.publish()
        return told[0][0], paper
    body: dict[str, Value] = {"order": leaf.text("order"), "act_leaf": index, "paper": digest_of(paper)}
    body["parties"] = list(named)
    made = desk.log.append(StageLeaf("act-notice", instant(desk.clock.now()), body))
    desk.log.publish()
    return made, paper


def newest_notice(desk: OrderDesk, act_id: str) -> tuple[int, StageLeaf]:
    """The newest notice of an act. Refused (`act_unknown`) without such an act, (`act_untold`) without a notice."""
    _, (index, _) = _logged(desk, act_id)
    about = _notices(desk, index)
    if not about:
        raise Refused("act_untold", "no notice of this act was written yet")
    return about[-1]


def _notices(desk: OrderDesk, act_leaf: int) -> list[tuple[int, StageLeaf]]:
    """The notices of an act, by its leaf, oldest first."""
    leaves = desk.log.leaves()
    return [(at, leaf) for at, leaf in leaves if leaf.kind == "act-notice" and leaf.number("act_leaf") == act_leaf]


def statement(
    desk: OrderDesk, act_id: str, party: str, address: str, how: str, at: datetime, by: str, evidence: bytes
) -> bytes:
    """The statement of service to be signed, about the newest notice of an act.

    Refused as `newest_notice` and as `service.stated`.
    """
    told = newest_notice(desk, act_id)
    said = Served(told[1].text("paper"), party, address, how, at, by, digest_or_none(evidence))
    return stated(told, list(desk.log.leaves()), desk.lifting().parties, said, evidence)


def served(desk: OrderDesk, act_id: str, paper: bytes, evidence: bytes = b"") -> int:
    """Log a signed receipt of a notice of an act, when it holds; the index of the leaf `act-receipt`.

    It is of the notice that the statement is about: the last one of these bytes from before it was served. Refused
    `notice_form`, as `newest_notice`, `notice_served` when it is about no notice of this act, `act_served_at` when the
    moment lies ahead of now or before the notice, `notice_again` when the log has it, and as `service.require_holds`.
    """
    receipt = parse_receipt(paper)
    said, digest = receipt.served, digest_of(paper)
    told = _stated(desk, act_id, said)
    leaves = list(desk.log.leaves())
    require_holds(receipt, told, leaves, desk.lifting().known, evidence)
    if any(leaf.kind == ACT_RECEIPT and leaf.text("paper") == digest for _, leaf in leaves):
        raise Refused("notice_again", "the log has this receipt already")
    if evidence:
        desk.keep(f"evidence-{digest_of(evidence)}", evidence)
    desk.keep(f"{RECEIPT}{digest}", paper)
    body: dict[str, Value] = {"notice_leaf": told[0], "served": served_as(said.party, said.address)}
    body |= {"served_at": instant(said.served_at), "paper": digest}
    made = desk.log.append(StageLeaf("act-receipt", instant(desk.clock.now()), body))
    desk.log.publish()
    return made


def _stated(desk: OrderDesk, act_id: str, said: Served) -> tuple[int, StageLeaf]:
    """The notice that a statement of service is about. Refused as `served` says."""
    newest_notice(desk, act_id)
    _, (index, _) = _logged(desk, act_id)
    same = [each for each in _notices(desk, index) if each[1].text("paper") == said.notice]
    if not same:
        raise Refused("notice_served", "the receipt is about no notice of this act")
    moment = instant(said.served_at)
    before = [each for each in same if each[1].at <= moment]
    if not before or moment > instant(desk.clock.now()):
        raise Refused("act_served_at", "nobody was served before the notice was written, or ahead of now")
    return before[-1]


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
    judged, ended = desk.lifting(), desk.log.proof(index).render()
    shown = replace(judged, waits={**judged.waits, f"{digest}.{ENDED}": ended})
    # The leaf states no earlier moment than the last one: it is judged by that.
    moment = max(desk.clock.now(), datetime.fromisoformat(leaves[-1][1].at))
    if lacks := lacking(leaves, texts, digest, shown, moment):
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


def _logged(desk: OrderDesk, act_id: str) -> tuple[Entered, tuple[int, StageLeaf]]:
    acts = [each for each in sort(desk.register.texts()).acts if each.what.id == act_id]
    logged = act_leaf(list(desk.log.leaves()), acts[0].digest) if len(acts) == 1 else None
    if logged is None:
        raise Refused("act_unknown", "docket and log have no one act of this id")
    return acts[0], logged


def _addresses(known: NoticeParties, parties: Iterable[str], day: date) -> tuple[str, ...]:
    """Every address of these parties on a day, as `party/address`. Refused `notice_parties` for one without any."""
    made = list[str]()
    for party in parties:
        found = known.parties[party].on(day) if party in known.parties else ()
        if not found:
            raise Refused("notice_parties", "notice_parties.toml has no address for somebody who has to be told")
        made += [served_as(party, each.id) for each in found]
    return tuple(sorted(made))


def _notice(found: Entered, index: int, named: tuple[str, ...]) -> ActNotice:
    act = found.what
    if not isinstance(act, Act):
        raise Refused("act_unknown", "docket and log have no one act of this id")
    return ActNotice(
        act_leaf=index,
        act=act.id,
        order=act.order,
        kind=act.kind.value,
        instrument=found.digest,
        document=act.document,
        effective=act.effective_at,
        parties=named,
    )
