# SPDX-License-Identifier: Apache-2.0
"""What a lift rests on, each by itself: times of witnesses, service on everybody, a moment that is not in the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lawgate.authority.lifts import Lifting, all_served, lifted, waited
from lawgate.docket.act_text import digest_of, print_act
from lawgate.docket.acts import ActKind
from lawgate.drivers.keys import KeySigner, verify
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.merkle import leaf_hash, leaf_hashes, root_of
from lawgate.ledger.note import cosign_line, with_lines
from lawgate.ledger.proof import LogProof
from lawgate.ledger.quorum import Policy
from lawgate.ledger.sequence import sign_head
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY, Effect, EffectKind, NoticeTerms
from lawgate.office.order_acts import lift, newest_notice, tell
from lawgate.protocol.notice import (
    BOUNCED,
    parse_act_notice,
    parse_receipt,
    print_act_notice,
    print_receipt,
    print_served,
)
from lawgate.protocol.notice import digest_of as paper_digest
from unit.docket.house import CLERK, House, a_house, a_party, told
from unit.docket.made import NOON, an_order, at
from unit.release.desk import LOG_KEY, OFFICE, ORIGIN

WITNESSES = [KeySigner(f"witness.example/{n}", 4, bytes([40 + n]) * 32) for n in (1, 2)]
POLICY = Policy(LOG_KEY.key, tuple(each.key for each in WITNESSES), 2)
ACT = "a" * 64
TOLD = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0, NoticeTerms(24, ("court", "org"), 72))


def act_leaf(when: datetime = NOON) -> StageLeaf:
    body = {"order": "order-1", "bar_leaf": 1, "act": "act-1", "does": "dissolved", "instrument": ACT, "people": ["p"]}
    return StageLeaf("order-act", instant(when), {**body, "document": "b" * 64, "effective": instant(when)})


def proof(entries: Sequence[bytes], index: int, *seconds: datetime) -> bytes:
    """A proof of one of at most two entries, under a head that each witness saw at its own moment."""
    root = root_of(leaf_hashes(entries))
    head = Checkpoint(ORIGIN, len(entries), root)
    lines = [
        cosign_line(each.key, each.sign, head.text, int(when.timestamp()))
        for each, when in zip(WITNESSES, seconds, strict=True)
    ]
    note = with_lines(sign_head(head, root, LOG_KEY.key, LOG_KEY.sign), lines)
    path = tuple(leaf_hash(entry) for n, entry in enumerate(entries) if n != index)
    return LogProof(index, path, note.render()).render()


def over(leaf: StageLeaf, begun: bytes, ended: bytes) -> bool:
    lifting = Lifting(a_registers(), POLICY, verify, OFFICE, {f"{ACT}.begun": begun, f"{ACT}.ended": ended}, told(), {})
    return waited((0, leaf), ACT, lifting, 2)


def a_registers() -> object:
    """Nobody: a wait does not depend on people."""
    return None


def test_t17_the_wait_begins_when_the_last_witness_of_the_first_head_had_seen_it() -> None:
    leaf = act_leaf()
    entry = [leaf.render()]
    early = proof(entry, 0, at(0), at(10))
    assert not over(leaf, early, proof(entry, 0, at(24), at(40)))
    assert not over(leaf, early, proof(entry, 0, at(33.9), at(40)))
    assert over(leaf, early, proof(entry, 0, at(34), at(40)))


def test_t17_the_moment_that_the_leaf_states_is_no_beginning() -> None:
    leaf = act_leaf(at(-100))
    entry = [leaf.render()]
    begun = proof(entry, 0, at(0), at(0))
    assert not over(leaf, begun, proof(entry, 0, at(23), at(23)))
    assert over(leaf, begun, proof(entry, 0, at(24), at(24)))


def test_t24_a_proof_of_another_place_in_the_log_begins_no_wait() -> None:
    leaf = act_leaf()
    twice = [leaf.render(), leaf.render()]
    good, ended = proof(twice, 0, at(0), at(0)), proof(twice, 0, at(24), at(24))
    assert over(leaf, good, ended)
    assert not over(leaf, proof(twice, 1, at(0), at(0)), ended)
    assert not over(leaf, good, proof(twice, 1, at(24), at(24)))


# ------------------------------------------------------------------------------------------ what nobody asked for
# Whoever can append to the log and write into the office's folders leaves out every question the office would ask.


def an_act_told(tmp_path: Path, *where: str) -> House:
    """An act after its wait, and a notice of it that the court and both addresses of `org` have to be served with."""
    house: House = a_house(tmp_path)
    house.parties = told(a_party("court", "clerk"), a_party("org", "mail", "counter"))
    house.order(an_order("order-1", TOLD, since=house.now))
    house.act(ActKind.STAY)
    tell(house.desk, "act-1")
    for each in where:
        house.served("act-1", each)
    house.later(25)
    return house


def forged(house: House, receipt: bytes, served: str, at: datetime | None = None) -> None:
    """Write a leaf `act-receipt` with no question asked, and keep the paper."""
    notice = [i for i, leaf in house.office.log.leaves() if leaf.kind == "act-notice"][-1]
    digest = paper_digest(receipt)
    house.desk.keep(f"receipt-{digest}", receipt)
    body = {"notice_leaf": notice, "served": served, "served_at": instant(at or house.now), "paper": digest}
    house.office.log.append(StageLeaf("act-receipt", instant(house.now), body))


def all_told(house: House) -> bool:
    leaves = list(house.office.log.leaves())
    act = next((i, leaf) for i, leaf in leaves if leaf.kind == "order-act")
    return all_served(leaves, act, frozenset({"court", "org"}), house.lifting(), house.now)


NOBODY = KeySigner("nobody", 1, b"\x0f" * 32)


def by_another(house: House) -> bytes:
    receipt = parse_receipt(house.receipt("act-1", "org/mail"))
    return print_receipt(replace(receipt, signature=NOBODY.sign(print_served(receipt.served))))


FORGERIES = {
    "any bytes": lambda h: b"proof of service",
    "no signature of whoever it names": by_another,
    "by somebody unknown": lambda h: h.receipt("act-1", "org/mail", by="person.x.9"),
    "by one who serves the asking side": lambda h: h.receipt("act-1", "org/mail", by="person.a.2"),
    "about another paper": lambda h: h.receipt("act-1", "org/mail", notice="f" * 64),
    "about another address": lambda h: h.receipt("act-1", "org/counter"),
    "about another party": lambda h: h.receipt("act-1", "court/mail"),
    "filed without a copy": lambda h: h.receipt("act-1", "org/mail", how="filed"),
    "by mail to a paper address": lambda h: h.receipt("act-1", "org/mail", how="smtp", evidence="e" * 64),
    "at another time": lambda h: h.receipt("act-1", "org/mail", served_at=h.now - timedelta(hours=1)),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_t57_a_leaf_with_any_paper_serves_nobody(tmp_path: Path, forgery: str) -> None:
    house = an_act_told(tmp_path, "court/clerk", "org/counter")
    forged(house, FORGERIES[forgery](house), "org/mail")
    assert not all_told(house)
    with pytest.raises(Refused, match=r"lift_early.*served"):
        lift(house.desk, "act-1", CLERK)
    # The very same way with a receipt that holds does serve.
    forged(house, house.receipt("act-1", "org/mail"), "org/mail")
    assert all_told(house)
    assert lift(house.desk, "act-1", CLERK)


@pytest.mark.parametrize("hours", [-30, 1])
def test_t57_nobody_is_served_before_it_was_written_or_ahead_of_the_log(tmp_path: Path, hours: float) -> None:
    house = an_act_told(tmp_path, "court/clerk", "org/counter")
    at = house.now + timedelta(hours=hours)
    forged(house, house.receipt("act-1", "org/mail", served_at=at), "org/mail", at)
    assert not all_told(house)


def test_i22_a_notice_that_names_fewer_addresses_serves_nobody_else(tmp_path: Path) -> None:
    house = an_act_told(tmp_path)
    act, leaf = next((i, each) for i, each in house.office.log.leaves() if each.kind == "order-act")
    whole = parse_act_notice(house.waits[f"notice-{newest_notice(house.desk, 'act-1')[1].text('paper')}"])
    for named in (("court/clerk",), ("court/clerk", "org/counter"), ("org/counter", "org/mail")):
        paper = print_act_notice(replace(whole, parties=named))
        house.desk.keep(f"notice-{paper_digest(paper)}", paper)
        body = {"order": leaf.text("order"), "act_leaf": act, "paper": paper_digest(paper), "parties": list(named)}
        house.office.log.append(StageLeaf("act-notice", instant(house.now), body))
        for where in named:
            forged(house, house.receipt("act-1", where), where)
        assert not all_told(house), named


@pytest.mark.parametrize(
    "change",
    [{"act": "act-2"}, {"order": "order-2"}, {"instrument": "e" * 64}, {"act_leaf": 0}, {"parties": ("org/x",)}],
)
def test_i22_a_notice_whose_paper_says_another_thing_than_its_leaf_serves_nobody(
    tmp_path: Path, change: dict[str, object]
) -> None:
    house = an_act_told(tmp_path)
    _, leaf = newest_notice(house.desk, "act-1")
    whole = parse_act_notice(house.waits[f"notice-{leaf.text('paper')}"])
    for paper, serves in ((print_act_notice(replace(whole, **change)), False), (print_act_notice(whole), True)):
        house.desk.keep(f"notice-{paper_digest(paper)}", paper)
        body = {**leaf.body, "paper": paper_digest(paper)}
        house.office.log.append(StageLeaf("act-notice", instant(house.now), body))
        for where in leaf.texts("parties"):
            forged(house, house.receipt("act-1", where), where)
        assert all_told(house) is serves


def test_i22_papers_that_are_lost_or_changed_serve_nobody(tmp_path: Path) -> None:
    house = an_act_told(tmp_path, "court/clerk", "org/counter", "org/mail")
    assert all_told(house)
    kept = dict(house.waits)
    for name in [each for each in kept if each.startswith(("notice-", "receipt-"))]:
        for data in (None, b"{}", kept[name] + b" "):
            house.waits = {k: v for k, v in {**kept, name: data}.items() if v is not None}
            assert not all_told(house), name
    house.waits = kept
    assert all_told(house)


def test_i22_what_came_back_takes_service_away_until_it_is_served_anew(tmp_path: Path) -> None:
    house = an_act_told(tmp_path, "court/clerk", "org/counter", "org/mail")
    index, _ = newest_notice(house.desk, "act-1")
    body = {"code": BOUNCED, "subject": f"{index}/org/mail", "detail": "e" * 64}
    house.office.log.append(StageLeaf("alarm", instant(house.now), body))
    assert not all_told(house)
    forged(house, house.receipt("act-1", "org/mail"), "org/mail")
    assert all_told(house)


def test_i22_a_lift_that_states_a_moment_in_the_past_lifts_nothing(tmp_path: object) -> None:
    house: House = a_house(tmp_path)
    house.order(an_order("order-1", since=house.now))
    act = house.lifted(ActKind.DISSOLVE)
    leaves, texts = list(house.office.log.leaves()), house.office.register.texts()
    (index,) = (n for n, leaf in leaves if leaf.kind == "lift")
    assert lifted(leaves, texts, house.lifting(), house.now) == {digest_of(print_act(act))}
    leaf = leaves[index][1]
    for hours in (1, 24, 1000):
        past = instant(house.now - timedelta(hours=hours))
        forged = StageLeaf("lift", leaf.at, {**leaf.body, "effective": past})
        other = [(n, forged if n == index else each) for n, each in leaves]
        assert lifted(other, texts, house.lifting(), house.now) == frozenset()
