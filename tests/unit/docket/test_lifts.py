# SPDX-License-Identifier: Apache-2.0
"""I22: what loosens needs two people, a wait between witnessed times, served notice; a leaf alone does nothing."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lawgate.authority.lifts import all_served, lacking, lifted, loosening_hours, missing
from lawgate.docket.act_text import digest_of, print_act
from lawgate.docket.acts import ActKind
from lawgate.docket.register import sort
from lawgate.docket.standing import standing
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import FIELDS
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY, Effect, EffectKind, NoticeTerms
from lawgate.office.order_acts import enter_act, lift, lifted_now, tell
from lawgate.office.orders import complete_orders
from lawgate.protocol.notice import parse_act_notice
from unit.docket.house import BOTH, CLERK, KEYS, House, a_house, a_party, told
from unit.docket.made import an_act, an_order, signed

TOLD = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0, NoticeTerms(24, ("court", "party-a"), 72))


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = a_house(tmp_path)
    made.order(an_order(since=made.now))
    return made


def binding(house: House) -> bool:
    return bool(standing(house.office.register.texts(), house.now, lifted_now(house.desk)).in_force)


def test_an_act_is_lifted_by_two_after_the_wait_and_service(house: House) -> None:
    act = house.lifted(ActKind.DISSOLVE)
    assert lifted_now(house.desk) == {digest_of(print_act(act))}
    assert not binding(house)
    (leaf,) = house.office.kinds("lift")
    assert (leaf.text("order"), leaf.texts("people")) == ("order-1", ("person.c.1", "person.c.2"))
    with pytest.raises(Refused, match="act_lifted"):
        lift(house.desk, "act-1", CLERK)


def test_it_is_never_retroactive_and_never_early(house: House) -> None:
    act = house.lifted(ActKind.DISSOLVE, effective_at=house.now + timedelta(hours=48))
    assert binding(house)
    leaves, texts = list(house.office.log.leaves()), house.office.register.texts()
    assert lifted(leaves, texts, house.lifting(), house.now) == frozenset()
    house.later(24)
    assert not binding(house)
    back = house.lifted(ActKind.DISSOLVE, "act-2", effective_at=house.now - timedelta(hours=200))
    newest = house.office.kinds("lift")[-1]
    assert newest.text("effective") == instant(house.now) > instant(back.effective_at)
    assert digest_of(print_act(act)) != newest.text("paper")


def refused(house: House, words: str, name: str = "act-1") -> None:
    with pytest.raises(Refused, match=f"lift_early.*{words}"):
        lift(house.desk, name, CLERK)
    assert house.office.kinds("lift") == []
    assert binding(house)


def test_without_the_wait(house: House) -> None:
    house.act(ActKind.STAY)
    house.serve()
    house.later(23.9)
    house.hours = 1
    refused(house, "witnessed")
    house.later(0.2)
    lift(house.desk, "act-1", CLERK)
    assert not binding(house)


def test_a_longer_wait_is_kept_and_a_shorter_one_is_not(house: House) -> None:
    house.act(ActKind.STAY)
    house.serve()
    house.hours = 48
    house.later(25)
    refused(house, "witnessed")
    house.hours = 1
    lift(house.desk, "act-1", CLERK)
    assert not binding(house)


def test_a_clock_set_forward_on_this_machine_alone_does_not_end_the_wait(house: House) -> None:
    act = house.act(ActKind.STAY)
    house.serve()
    leaves = list(house.office.log.leaves())
    digest = digest_of(print_act(act))
    # The leaf is written by hand, a day ahead; the only witnessed proof there is says that no day has passed.
    logged = next((at, leaf) for at, leaf in leaves if leaf.kind == "order-act")
    ahead = house.now + timedelta(hours=30)
    body = {
        "order": "order-1",
        "bar_leaf": logged[1].number("bar_leaf"),
        "paper": digest,
        "people": list(act.people),
        "effective": instant(ahead),
    }
    house.office.log.append(StageLeaf("lift", instant(ahead), body))
    house.waits[f"{digest}.ended"] = house.office.log.proof(logged[0]).render()
    leaves = list(house.office.log.leaves())
    texts = house.office.register.texts()
    assert lifted(leaves, texts, house.lifting(), ahead) == frozenset()
    assert lacking(leaves, sort(texts), digest, house.lifting(), ahead) == ("wait",)


def test_without_service_on_all(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    house.order(an_order("order-1", TOLD, since=house.now))
    house.act(ActKind.STAY)
    house.later(25)
    refused(house, "served")
    house.serve("act-1", "court/clerk")
    refused(house, "served")
    with pytest.raises(Refused, match="notice_signature"):
        house.served("act-1", "party-b/counsel")
    house.served("act-1", "party-a/counsel")
    refused(house, "served")
    house.served("act-1", "party-a/office")
    lift(house.desk, "act-1", CLERK)
    assert not binding(house)


def test_a_notice_names_every_address_that_the_register_has(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    house.order(an_order("order-1", TOLD, since=house.now))
    house.act(ActKind.STAY)
    _, paper = tell(house.desk, "act-1")
    assert parse_act_notice(paper).parties == ("court/clerk", "party-a/counsel", "party-a/office")
    assert house.office.kinds("act-notice")[-1].texts("parties") == parse_act_notice(paper).parties
    for parties in (told(a_party("court", "clerk")), told(a_party("court", "clerk"), a_party("party-a"))):
        house.parties = parties
        with pytest.raises(Refused, match="notice_parties"):
            tell(house.desk, "act-1")


def test_an_address_that_is_registered_after_the_notice_has_to_be_served_too(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    house.order(an_order("order-1", TOLD, since=house.now))
    house.act(ActKind.STAY)
    house.serve()
    house.later(25)
    house.parties = told(a_party("court", "clerk"), a_party("party-a", "counsel", "office", "new"))
    refused(house, "served")
    house.served("act-1", "party-a/new")
    lift(house.desk, "act-1", CLERK)
    assert not binding(house)
    # What the register cannot show any more does not count any more.
    house.parties = told(a_party("court", "clerk"))
    assert binding(house)


def test_nobody_is_served_before_the_notice(house: House) -> None:
    house.act(ActKind.STAY)
    with pytest.raises(Refused, match="act_untold"):
        house.served("act-1", "court/clerk")
    house.later(1)
    tell(house.desk, "act-1")
    for hours in (-1, 1):
        with pytest.raises(Refused, match="act_served_at"):
            house.served("act-1", "court/clerk", served_at=house.now + timedelta(hours=hours))
    leaves = list(house.office.log.leaves())
    (act,) = ((at, leaf) for at, leaf in leaves if leaf.kind == "order-act")
    assert not all_served(leaves, act, frozenset({"court"}), house.lifting(), house.now)
    assert not all_served(leaves, act, frozenset(), house.lifting(), house.now)
    house.served("act-1", "court/clerk")
    leaves = list(house.office.log.leaves())
    assert all_served(leaves, act, frozenset({"court"}), house.lifting(), house.now)
    assert not all_served(leaves, act, frozenset(), house.lifting(), house.now)
    with pytest.raises(Refused, match="notice_again"):
        house.served("act-1", "court/clerk")


@pytest.mark.parametrize(
    "keys",
    [
        {"person_c_1": KEYS["person_c_1"]},
        {"person_c_1": KEYS["person_c_1"], "person_c_8": KEYS["person_c_1"]},
        {"person_c_1": KEYS["person_c_1"], "person_c_2": KEYS["person_c_1"]},
        {"person_c_1": KEYS["person_c_1"], "person_nobody_1": KEYS["person_c_2"]},
    ],
)
def test_without_two_humans_who_signed(house: House, keys: dict) -> None:
    house.act(ActKind.STAY, keys=keys)
    house.serve()
    house.later(25)
    refused(house, "two humans")


def test_nobody_of_the_asking_side_signs(house: House) -> None:
    house.act(ActKind.STAY, keys={"person_c_1": KEYS["person_c_1"], "person_a_2": BOTH})
    house.serve()
    house.later(25)
    refused(house, "two humans")


def test_a_signature_over_another_text_is_none(house: House) -> None:
    good = signed(an_act(ActKind.STAY, "act-1", house.now), **KEYS)
    enter_act(house.desk, print_act(replace(good, note="another")), CLERK)
    house.serve()
    house.later(25)
    refused(house, "two humans")


def test_a_leaf_alone_lifts_nothing(house: House) -> None:
    act = house.act(ActKind.DISSOLVE)
    bar = next(at for at, leaf in house.office.log.leaves() if leaf.kind == "order-bar")
    body = {
        "order": "order-1",
        "bar_leaf": bar,
        "paper": digest_of(print_act(act)),
        "people": list(act.people),
        "effective": instant(house.now),
    }
    house.office.log.append(StageLeaf("lift", instant(house.now), body))
    house.later(1)
    assert binding(house)
    # What comes after the leaf does not make it good: the conditions have to hold before it.
    house.serve()
    house.later(25)
    assert binding(house)


def test_a_lift_counts_for_its_own_order_and_text_only(house: House) -> None:
    house.order(an_order("order-2", since=house.now))
    act = house.lifted(ActKind.DISSOLVE)
    leaves, texts, at = list(house.office.log.leaves()), house.office.register.texts(), house.now
    (index,) = (n for n, leaf in leaves if leaf.kind == "lift")
    assert lifted(leaves, texts, house.lifting(), at) == {digest_of(print_act(act))}
    for change in ({"order": "order-2"}, {"bar_leaf": 999}, {"paper": "0" * 64}):
        forged = StageLeaf("lift", leaves[index][1].at, {**leaves[index][1].body, **change})
        other = [(n, forged if n == index else leaf) for n, leaf in leaves]
        assert lifted(other, texts, house.lifting(), at) == frozenset()
    without = {file: text for file, text in texts.items() if "act-1" not in file}
    assert lifted(leaves, without, house.lifting(), at) == frozenset()
    assert (missing(leaves, texts), missing(leaves, without)) == ((), ("order-1",))


def test_proofs_that_are_lost_or_of_another_leaf_lift_nothing(house: House) -> None:
    act = house.lifted(ActKind.DISSOLVE)
    digest = digest_of(print_act(act))
    kept = dict(house.waits)
    for name in (f"{digest}.begun", f"{digest}.ended"):
        for proof in (None, b"nothing", house.office.log.proof(0).render()):
            house.waits = {k: v for k, v in {**kept, name: proof}.items() if v is not None}
            assert binding(house), (name, proof)
    house.waits = kept
    assert not binding(house)


def test_a_tightening_act_needs_nobody_else_and_is_logged_once(house: House) -> None:
    house.lifted(ActKind.STAY)
    assert not binding(house)
    house.act(ActKind.STAY_END, "act-2", keys={"person_c_1": KEYS["person_c_1"]})
    assert binding(house)
    before = list(house.office.log.leaves())
    complete_orders(house.desk)
    assert list(house.office.log.leaves()) == before
    assert [leaf.text("does") for leaf in house.office.kinds("order-act")] == ["stay", "stay-end"]
    with pytest.raises(Refused, match="act_order"):
        house.act(ActKind.STAY_END, "act-3", order="order-9")
    with pytest.raises(Refused, match="order_id_taken"):
        house.act(ActKind.VERIFY, "act-2")
    with pytest.raises(Refused, match="act_unknown"):
        lift(house.desk, "act-9", CLERK)


def test_an_act_binds_although_the_log_is_broken_and_is_made_up_later(house: House) -> None:
    from lawgate.model.fault import LawgateError
    from lawgate.office.orders import BindsUnloggedError

    class Broken:
        def __getattr__(self, call: str) -> object:
            raise LawgateError("the log is full")

    house.lifted(ActKind.STAY)
    end = signed(an_act(ActKind.STAY_END, "act-2", house.now), person_c_1=KEYS["person_c_1"])
    with pytest.raises(BindsUnloggedError):
        enter_act(replace(house.desk, log=Broken()), print_act(end), CLERK)
    assert binding(house)
    enter_act(house.desk, print_act(end), CLERK)
    assert house.office.kinds("order-act")[-1].text("does") == "stay-end"


def test_no_field_has_the_name_of_what_every_leaf_has() -> None:
    assert [kind for kind, fields in FIELDS.items() if {"kind", "at", "v"} & set(fields)] == []


def test_a_rulebook_only_lengthens_the_wait() -> None:
    assert [loosening_hours(stated) for stated in (None, 0, -5, 24, 72)] == [24, 24, 24, 24, 72]
    assert min(loosening_hours(stated) for stated in ("24", True, 1.5)) > 24 * 365 * 100


def test_a_leaf_before_the_wait_is_not_made_good_by_a_later_proof(house: House) -> None:
    act = house.act(ActKind.DISSOLVE)
    house.serve()
    digest = digest_of(print_act(act))
    logged = next((at, leaf) for at, leaf in house.office.log.leaves() if leaf.kind == "order-act")
    body = {
        "order": "order-1",
        "bar_leaf": logged[1].number("bar_leaf"),
        "paper": digest,
        "people": list(act.people),
        "effective": instant(house.now),
    }
    house.office.log.append(StageLeaf("lift", instant(house.now), body))
    house.later(25)
    house.office.log.publish()
    house.waits[f"{digest}.ended"] = house.office.log.proof(logged[0]).render()
    assert binding(house)
    leaves, texts = list(house.office.log.leaves()), sort(house.office.register.texts())
    assert lacking(leaves, texts, digest, house.lifting(), house.now) == ()
