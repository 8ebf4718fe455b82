# SPDX-License-Identifier: Apache-2.0
"""Every state and transition of an order, and what alone can make one bind less."""

from dataclasses import replace

import pytest

from lawgate.docket.act_text import print_act
from lawgate.docket.acts import Act, ActKind, Direction
from lawgate.docket.standing import binding_since, covering, standing
from lawgate.model.order import EVERY, PROVISIONAL, WITHOUT_PAPER, Covered, Effect, EffectKind, Part, State
from unit.docket.made import NOON, STOP, WHAT, an_act, an_order, at, binds, lifts, printed, stands, state

ORDER = an_order()
LOOSENING = [kind for kind in ActKind if kind.direction is Direction.LOOSEN]


def _last(act: Act) -> dict[str, bytes]:
    return {f"9999-{act.id}.toml": print_act(act)}


ENDS = {
    ActKind.REJECT: State.REJECTED,
    ActKind.ADMIN_STAY: State.ADMIN_STAYED,
    ActKind.STAY: State.STAYED,
    ActKind.EXPIRY: State.EXPIRED,
    ActKind.DISSOLVE: State.DISSOLVED,
    ActKind.SETTLE: State.DISSOLVED,
    ActKind.MOOT: State.DISSOLVED,
}


def test_a_reported_order_binds_and_two_people_verify_it() -> None:
    assert (state(printed(ORDER), 0), binds(printed(ORDER), 0), binds(printed(ORDER), -1)) == (
        State.REPORTED,
        True,
        False,
    )
    one = an_act(ActKind.VERIFY, "act-1", at(1), people=1)
    assert state(printed(ORDER, one), 1) is State.REPORTED
    assert state(printed(ORDER, an_act(ActKind.VERIFY, "act-1", at(1))), 1) is State.IN_FORCE
    again = replace(one, id="act-2", signatures=(replace(one.signatures[0], person="person.c.9"),))
    assert state(printed(ORDER, one, again), 1) is State.IN_FORCE


def test_a_pending_order_binds_already() -> None:
    later = an_order(effective_at=at(48))
    texts = printed(later, an_act(ActKind.VERIFY, "act-1", at(1)))
    assert (state(texts, 2), state(texts, 48)) == (State.PENDING_EFFECTIVE, State.IN_FORCE)
    assert binds(texts, 2)


@pytest.mark.parametrize("kind", ENDS)
def test_what_loosens_counts_once_it_was_lifted_and_never_before_its_effect(kind: ActKind) -> None:
    act = an_act(kind, "act-1", at(1), effective_at=at(5))
    texts = printed(ORDER, act)
    assert (state(texts, 6), binds(texts, 6)) == (State.REPORTED, True)
    assert (state(texts, 4, act), binds(texts, 4, act)) == (State.REPORTED, True)
    assert (state(texts, 5, act), binds(texts, 5, act)) == (ENDS[kind], False)


def test_every_loosening_act_is_shown() -> None:
    assert set(LOOSENING) == {*ENDS, ActKind.MANDATE, ActKind.MODIFY}


@pytest.mark.parametrize("how", ["lapse", "end"])
def test_an_order_binds_again_when_its_stay_ends_and_its_clocks_begin_again(how: str) -> None:
    stay = an_act(ActKind.STAY, "act-1", at(1), until=at(6) if how == "lapse" else None)
    end = an_act(ActKind.STAY_END, "act-2", at(6), people=1)
    texts = printed(ORDER, stay) if how == "lapse" else printed(ORDER, stay, end)
    assert (state(texts, 5, stay), binding_since(stands(texts, 5, stay), "order-1")) == (State.STAYED, None)
    after = stands(texts, 6, stay)
    assert (after.stood[0].state, binding_since(after, "order-1")) == (State.REPORTED, at(6))
    assert binding_since(stands(printed(ORDER), 6), "order-1") == NOON


def test_an_end_of_a_stay_is_not_undone_by_lifting_the_stay_later() -> None:
    stay, end = an_act(ActKind.STAY, "act-1", at(1)), an_act(ActKind.STAY_END, "act-2", at(2), people=1)
    assert binds(printed(ORDER, stay, end), 9, stay)


def test_the_text_of_a_lifted_act_entered_once_more_loosens_nothing() -> None:
    stay, end = an_act(ActKind.STAY, "act-1", at(1)), an_act(ActKind.STAY_END, "act-2", at(2), people=1)
    assert binds(printed(ORDER, stay, end, stay), 9, stay)


def test_a_reversal_does_nothing_before_the_mandate() -> None:
    reversal, mandate = an_act(ActKind.REVERSAL, "act-1", at(1), people=1), an_act(ActKind.MANDATE, "act-2", at(9))
    texts = printed(ORDER, reversal, mandate)
    assert state(printed(ORDER, reversal), 2) is State.REVERSED_MANDATE_PENDING
    assert binds(printed(ORDER, reversal), 2)
    assert (state(texts, 10), binds(texts, 10)) == (State.REVERSED_MANDATE_PENDING, True)
    assert (state(texts, 10, mandate), binds(texts, 10, mandate)) == (State.VACATED, False)
    recalled = an_act(ActKind.RECALL, "act-3", at(11), people=1)
    assert binds(printed(ORDER, reversal, mandate, recalled), 12, mandate)
    assert binding_since(stands(printed(ORDER, reversal, mandate, recalled), 12, mandate), "order-1") == at(11)
    assert binds(printed(ORDER, mandate, reversal), 12, mandate), "a mandate without a reversal before it"


@pytest.mark.parametrize("kind", [ActKind.CITED, ActKind.INDICATIVE, ActKind.AFFIRM])
def test_a_decision_elsewhere_moves_nothing(kind: ActKind) -> None:
    act = an_act(kind, "act-1", at(1))
    before, after = stands(printed(ORDER), 2), stands(printed(ORDER, act), 2, act)
    assert before.stood == after.stood


def test_an_end_that_the_text_states_is_no_end() -> None:
    ending = an_order(ends=at(12))
    confirmed = an_act(ActKind.EXPIRY, "act-1", at(13))
    assert binds(printed(ending), 10_000)
    assert state(printed(ending, confirmed), 14, confirmed) is State.EXPIRED
    extended = an_act(ActKind.EXTEND, "act-2", at(15), people=1)
    assert binds(printed(ending, confirmed, extended), 16, confirmed)


def test_an_order_is_superseded_only_while_its_successor_is_there() -> None:
    other = an_order("order-2", since=at(1))
    act = an_act(ActKind.MODIFY, "act-1", at(2), successor="order-2")
    assert state(printed(ORDER, other, act), 3, act) is State.SUPERSEDED
    assert stands(printed(ORDER, other, act), 3, act).in_force == (other,)
    # A successor that comes later is entered by one person: it takes no place.
    assert stands(printed(ORDER, act, other), 3, act).in_force == (ORDER, other)
    assert stands(printed(ORDER, act), 3, act).unreadable == ("0002-act-1.toml",)
    rejected = an_act(ActKind.REJECT, "act-2", at(4), order="order-2")
    assert stands(printed(ORDER, other, act, rejected), 5, act, rejected).in_force == (ORDER,)


LOST = [kind for kind in LOOSENING if kind is not ActKind.MODIFY]


@pytest.mark.parametrize("kind", LOST)
def test_an_order_binds_again_when_whatever_took_its_place_was_loosened(kind: ActKind) -> None:
    """A8. For good: what tightens the other one afterwards is one person's, and takes no order away."""
    other = an_order("order-2", since=at(1))
    back = an_act(ActKind.REVERSAL, "act-2", at(2), order="order-2", people=1)
    modify = an_act(ActKind.MODIFY, "act-1", at(2), successor="order-2")
    lost = an_act(kind, "act-3", at(5), order="order-2")
    texts = printed(ORDER, other, back, modify, lost)
    assert stands(texts, 4, modify, lost).in_force == (other,)
    after = stands(texts, 6, modify, lost)
    assert (after.in_force, after.stood[0].state) == ((ORDER,), State.REPORTED)
    # Notice that was served before it bound again was served when nobody had to serve it.
    assert binding_since(after, "order-1") == at(5)
    for again in (ActKind.STAY_END, ActKind.EXTEND, ActKind.RECALL):
        one = an_act(again, "act-4", at(7), order="order-2", people=1)
        assert ORDER in stands({**texts, **_last(one)}, 8, modify, lost).in_force


def test_of_orders_that_follow_each_other_the_last_one_binds() -> None:
    second, third = an_order("order-2", since=at(1)), an_order("order-3", since=at(2))
    first = an_act(ActKind.MODIFY, "act-1", at(3), successor="order-2")
    then = an_act(ActKind.MODIFY, "act-2", at(4), order="order-2", successor="order-3")
    ended = an_act(ActKind.DISSOLVE, "act-3", at(6), order="order-3")
    texts = printed(ORDER, second, third, first, then, ended)
    assert stands(texts, 5, first, then).in_force == (third,)
    assert stands(texts, 7, first, then, ended).in_force == (second,)


def test_a_second_instrument_of_the_successors_id_takes_no_order_away() -> None:
    """Then nobody knows which of the two is meant, and no act on that id counts: nor does it take a place."""
    other = an_order("order-2", since=at(1))
    modify = an_act(ActKind.MODIFY, "act-1", at(2), successor="order-2")
    texts = printed(ORDER, other, modify)
    assert stands(texts, 3, modify).in_force == (other,)
    assert ORDER in stands({**texts, "0004-order-2.toml": b"?"}, 3, modify).in_force


def test_a_verification_counts_for_the_state_only_where_signatures_hold() -> None:
    """A7. It tightens whoever signed: a stop that a verification of nobody confirms does not end by itself."""
    act = an_act(ActKind.VERIFY, "act-1", at(1))
    texts = printed(ORDER, act)
    digest = next(iter(lifts(act)))
    for held, shown in (
        ({}, State.REPORTED),
        ({digest: ("person.c.1",)}, State.REPORTED),
        ({digest: ("person.c.1", "person.c.2")}, State.IN_FORCE),
        ({"00" * 32: ("person.c.1", "person.c.2")}, State.REPORTED),
    ):
        assert standing(texts, at(2), held=held).stood[0].state is shown
    short = an_order(kind=PROVISIONAL, court=WITHOUT_PAPER, ends=at(72))
    assert standing(printed(short), at(80)).in_force == ()
    assert standing(printed(short, act), at(80)).in_force == (short,)
    assert standing(printed(short, act), at(80)).stood[0].state is State.REPORTED


def test_a_stay_in_part_keeps_the_rest() -> None:
    notice = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0)
    order = an_order("order-1", STOP, notice)
    every = Part(EVERY, EVERY, EVERY, EVERY, EVERY, EVERY)
    for part, left in (
        (replace(every, effects=(2,)), True),
        (replace(every, years=(2021, 2022)), False),
        (replace(every, years=(2022,)), True),
        (replace(every, fields=("mailing_address",)), False),
        (replace(every, requesters=("us.agency-a",)), False),
        (replace(every, requesters=("us.agency-b",)), True),
        (replace(every, recipients=("us.agency",)), True),
        (replace(every, provisions=("p2",)), True),
    ):
        act = an_act(ActKind.STAY, "act-1", at(1), stayed=(part,))
        texts = printed(order, act)
        assert state(texts, 2, act) is State.PARTIALLY_STAYED
        assert binds(texts, 2, act) is left, part
        assert binds(texts, 2), "nothing is stayed before it is lifted"
    act = an_act(ActKind.STAY, "act-1", at(1), stayed=(replace(every, years=(2021,), requesters=("us.agency-a",)),))
    unknown = [replace(WHAT, years=()), replace(WHAT, years=(2021, 2023)), replace(WHAT, requester="", agency="")]
    assert all(binds(printed(order, act), 2, act, what=what) for what in unknown)
    person = replace(WHAT, requester="person.a.1", recipient="rk-1")
    assert not binds(printed(order, act), 2, act, what=person)


AGENCY, PERSON = "us.agency-a", "person.a.1"
BY_NAME = replace(WHAT, requester=PERSON, recipient=PERSON)
EVERYTHING = Part(EVERY, EVERY, EVERY, EVERY, EVERY, EVERY)


@pytest.mark.parametrize("scope", ["requesters", "recipients"])
def test_a_stay_for_an_agency_does_not_free_whom_the_order_names(scope: str) -> None:
    other = {"requesters": "recipients", "recipients": "requesters"}[scope]
    for named in ((PERSON,), (PERSON, AGENCY), ("Person.A",)):
        order = an_order("order-1", replace(STOP, **{scope: named}))
        for part, left in (
            ({scope: (AGENCY,)}, True),
            ({other: (AGENCY,)}, True),
            ({scope: (AGENCY,), other: (AGENCY,)}, True),
            ({scope: ("person.a.2",)}, True),
            ({scope: ("PERSON.a.1",)}, False),
            ({scope: (AGENCY, PERSON), other: (AGENCY,)}, False),
            ({}, False),
        ):
            act = an_act(ActKind.STAY, "act-1", at(1), stayed=(replace(EVERYTHING, **part),))
            assert binds(printed(order, act), 2, act, what=BY_NAME) is left, (named, part)
        act = an_act(ActKind.STAY, "act-1", at(1), stayed=(replace(EVERYTHING, **{scope: (AGENCY,)}),))
        whose = [replace(BY_NAME, agency=""), replace(BY_NAME, **{scope.removesuffix("s"): ""})]
        assert all(binds(printed(order, act), 2, act, what=what) for what in whose), "what is not known is never stayed"


@pytest.mark.parametrize("scope", ["requesters", "recipients"])
def test_it_frees_its_people_of_what_the_order_says_of_the_agency_or_of_everybody(scope: str) -> None:
    for meant, below in ((EVERY, PERSON), (("us.agency-a",), "us.agency-a.desk"), (("us",), "us.agency-a.desk")):
        order = an_order("order-1", replace(STOP, **{scope: meant}))
        act = an_act(ActKind.STAY, "act-1", at(1), stayed=(replace(EVERYTHING, **{scope: (AGENCY,)}),))
        for who in (AGENCY, below):
            what = replace(WHAT, requester=who, recipient=who)
            assert (binds(printed(order), 2, what=what), binds(printed(order, act), 2, act, what=what)) == (True, False)


def test_a_stop_without_a_paper_is_the_one_order_that_ends_by_itself() -> None:
    stop = an_order(kind=PROVISIONAL, court=WITHOUT_PAPER, ends=at(72))
    assert (binds(printed(stop), 71), binds(printed(stop), 72)) == (True, False)
    assert state(printed(stop), 72) is State.EXPIRED
    confirmed = printed(stop, an_act(ActKind.VERIFY, "act-1", at(3), people=1))
    assert binds(confirmed, 10_000)
    late = printed(stop, an_act(ActKind.VERIFY, "act-1", at(80), people=1))
    assert (binds(late, 79), binds(late, 80)) == (False, True)
    assert binding_since(stands(late, 81), "order-1") == at(80)


@pytest.mark.parametrize(
    "other",
    [
        {"court": "A Court"},
        {"kind": "stay"},
        {"ends": at(73)},
        {"entered_at": at(1)},
        {"learned_at": at(-1)},
        {"effective_at": at(-1)},
        {"ends": None},
    ],
)
def test_a_word_in_a_courts_order_does_not_make_it_end_by_itself(other: dict[str, object]) -> None:
    """A9. What is not in every way a stop as `lawgate stop` makes it is an order with a paper, whatever its kind."""
    stop = an_order(kind=PROVISIONAL, court=WITHOUT_PAPER, ends=at(72))
    assert not binds(printed(stop), 72)
    assert binds(printed(replace(stop, **other)), 10_000)


def test_an_act_on_an_order_nobody_entered_binds_everything() -> None:
    act = an_act(ActKind.STAY, "act-1", at(1))
    assert stands(printed(act), 2).unreadable == ("0001-act-1.toml",)
    # Entering that order afterwards does not make the act readable: nobody knows what it was about.
    assert stands(printed(act, ORDER), 2, act).unreadable == ("0001-act-1.toml",)
    assert stands({"0001-act-1.toml": b"lawgate-act-1"}, 2).unreadable


def test_a_paper_nobody_can_read_binds_until_its_rejection_is_lifted() -> None:
    act = an_act(ActKind.REJECT, "act-1", at(1), order="paper-1")
    texts = {"0001-paper-1.toml": b"what is this", "0002-act-1.toml": printed(ORDER, act)["0002-act-1.toml"]}
    assert binds(texts, 2)
    assert not binds(texts, 2, act)
    twice = {**texts, "0003-paper-1.toml": b"and this"}
    assert binds(twice, 2, act), "which of the two was meant?"


def test_what_is_known_is_asked_apart_from_what_holds() -> None:
    late = an_order(entered_at=at(30), learned_at=at(30))
    texts, act = printed(late), an_act(ActKind.STAY, "act-1", at(40))
    assert standing(texts, at(10)).in_force == (late,)
    assert standing(texts, at(10), known_at=at(29)).in_force == ()
    both = printed(late, act)
    assert standing(both, at(41), lifts(act), at(39)).in_force == (late,)
    assert standing(both, at(41), lifts(act), at(41)).in_force == ()
    assert standing({"0001-x.toml": b"?"}, at(1), known_at=at(0)).unreadable == ("0001-x.toml",)
    with pytest.raises(ValueError, match="offset"):
        standing(texts, at(1), known_at=at(1).replace(tzinfo=None))


def test_a_scope_takes_in_whoever_is_below() -> None:
    order = an_order("order-1", replace(STOP, recipients=("us.agency",)))
    what = Covered("p1", "x", "us.agency.office", ("f",), (2021,), 1)
    for recipient, yes in (("us.agency", True), ("US.Agency.Office", True), ("us.agency-a", False), ("us", False)):
        found = covering(stands(printed(order), 1), replace(what, recipient=recipient))
        assert bool(found) is yes, recipient
