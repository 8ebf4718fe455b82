# SPDX-License-Identifier: Apache-2.0
"""What a lift rests on, each by itself: times of witnesses, service on everybody, a moment that is not in the past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

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
from unit.docket.house import House, a_house
from unit.docket.made import NOON, an_order, at
from unit.release.desk import LOG_KEY, OFFICE, ORIGIN

WITNESSES = [KeySigner(f"witness.example/{n}", 4, bytes([40 + n]) * 32) for n in (1, 2)]
POLICY = Policy(LOG_KEY.key, tuple(each.key for each in WITNESSES), 2)
ACT = "a" * 64


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
    lifting = Lifting(a_registers(), POLICY, verify, OFFICE, {f"{ACT}.begun": begun, f"{ACT}.ended": ended})
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


def told(*parties: str) -> StageLeaf:
    body = {"order": "order-1", "act_leaf": 0, "paper": "c" * 64, "parties": list(parties)}
    return StageLeaf("act-notice", instant(NOON), body)


def receipt(party: str, hours: float = 1) -> StageLeaf:
    body = {"notice_leaf": 1, "served": party, "served_at": instant(at(hours)), "paper": "d" * 64}
    return StageLeaf("act-receipt", instant(at(2)), body)


@pytest.mark.parametrize(
    ("notice", "receipts", "served"),
    [
        (told("court", "org"), [receipt("court"), receipt("org")], True),
        (told("court", "org"), [receipt("court")], False),
        (told("court"), [receipt("court")], False),
        (told("court", "org"), [receipt("court"), receipt("org", -1)], False),
        (told("court", "org"), [receipt("court"), receipt("org", 3)], False),
        (told("court", "org/a", "org/b"), [receipt("court"), receipt("org/a")], False),
        (told("court", "org/a", "org/b"), [receipt("court"), receipt("org/a"), receipt("org/b")], True),
    ],
)
def test_i22_everybody_who_has_to_be_told_was_served_after_it_was_written(
    notice: StageLeaf, receipts: list[StageLeaf], served: bool
) -> None:
    leaves = list(enumerate([act_leaf(), notice, *receipts]))
    assert all_served(leaves, 0, frozenset({"court", "org"})) is served


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
