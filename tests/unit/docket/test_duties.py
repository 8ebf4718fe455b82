# SPDX-License-Identifier: Apache-2.0
"""Terms of effects: duties that can be met, exceptions that are rules, and orders that want opposite things."""

from dataclasses import replace

import pytest

from lawgate.docket.acts import ActKind
from lawgate.docket.duties import Conflict, conflicts, duties
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.docket.standing import covering
from lawgate.model.fault import Faulty
from lawgate.model.order import EVERY, ApprovalTerms, Effect, EffectKind, Exempt, NoticeTerms, Part
from unit.docket.made import NOON, STOP, WHAT, an_act, an_order, at, printed, stands

BARE = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0)
NOTICE = replace(BARE, notice=NoticeTerms(24, ("court", "party-a"), 72))
APPROVAL = replace(BARE, kind=EffectKind.APPROVAL, approval=ApprovalTerms(2, ("custodian.head",)))
RULE = Exempt(("p1",), 1, ("p1.a", "p1.b"))
ONE = replace(WHAT, rows=1, elements=frozenset({"p1.a", "p1.b", "p1.c"}))
COMPEL = replace(STOP, kind=EffectKind.COMPEL)


def test_what_has_terms_is_read_as_it_was_printed() -> None:
    order = an_order("order-1", NOTICE, APPROVAL, replace(STOP, exceptions=(RULE, RULE)), COMPEL)
    assert read_order(print_order(order), "x") == order


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"hours = 24\n", b""),
        (b"hours = 24\n", b"hours = 0\n"),
        (b"window_hours = 72\n", b""),
        (b'parties = ["court", "party-a"]', b"parties = []"),
        (b'parties = ["court", "party-a"]', b'parties = "every"'),
        (b"approvals = 2\n", b""),
        (b'elements = ["p1.a", "p1.b"]', b"elements = []"),
        (b'elements = ["p1.a", "p1.b"]', b'elements = "every"'),
        (b"rows_at_most = 1", b"rows_at_most = 0"),
        (b'kind = "notice"', b'kind = "freeze_recipient"'),
        (b'kind = "stop"', b'kind = "freeze_recipient"'),
    ],
)
def test_half_a_term_is_none(was: bytes, becomes: bytes) -> None:
    text = print_order(an_order("order-1", NOTICE, APPROVAL, replace(STOP, exceptions=(RULE,))))
    assert was in text
    with pytest.raises(Faulty):
        read_order(text.replace(was, becomes, 1), "x")


def test_a_duty_that_was_met_lets_pass_and_one_without_terms_never() -> None:
    order = an_order("order-1", NOTICE, BARE, APPROVAL)
    docket = stands(printed(order), 1)
    assert [(d.effect, d.kind, d.notice, d.approval, d.since) for d in duties(docket, WHAT)] == [
        (0, EffectKind.NOTICE, NOTICE.notice, None, NOON),
        (1, EffectKind.NOTICE, None, None, NOON),
        (2, EffectKind.APPROVAL, None, APPROVAL.approval, NOON),
    ]
    every = frozenset(("order-1", at) for at in range(3))
    assert covering(docket, WHAT, every) == ("order-1",), "the second has no terms"
    only = stands(printed(an_order("order-1", NOTICE, APPROVAL)), 1)
    assert covering(only, WHAT, frozenset({("order-1", 0)})) == ("order-1",)
    assert covering(only, WHAT, frozenset({("order-2", 0), ("order-2", 1)})) == ("order-1",)
    assert covering(only, WHAT, frozenset({("order-1", 0), ("order-1", 1)})) == ()
    stop = stands(printed(an_order()), 1)
    assert covering(stop, WHAT, frozenset({("order-1", 0)})) == ("order-1",)
    assert duties(stop, WHAT) == ()


def test_a_duty_outside_of_its_scope_or_stayed_is_none() -> None:
    order = an_order("order-1", replace(NOTICE, provisions=("p2",)), APPROVAL)
    assert [d.effect for d in duties(stands(printed(order), 1), WHAT)] == [1]
    act = an_act(ActKind.STAY, "act-1", at(1), stayed=(Part((2,), EVERY, EVERY, EVERY, EVERY, EVERY),))
    assert duties(stands(printed(order, act), 2, act), WHAT) == ()


def test_a_clock_begins_again_with_the_order() -> None:
    stay = an_act(ActKind.STAY, "act-1", at(1), until=at(6))
    (duty,) = duties(stands(printed(an_order("order-1", NOTICE), stay), 7, stay), WHAT)
    assert duty.since == at(6)


@pytest.mark.parametrize(
    ("what", "passes"),
    [
        (ONE, True),
        (replace(ONE, rows=2), False),
        (replace(ONE, rows=0), False),
        (replace(ONE, rows=-1), False),
        (replace(ONE, elements=frozenset({"p1.a"})), False),
        (replace(ONE, elements=frozenset()), False),
        (replace(ONE, provision="p2"), False),
        (replace(ONE, provision=""), False),
    ],
)
def test_an_exception_is_a_rule_with_elements(what: object, passes: bool) -> None:
    docket = stands(printed(an_order("order-1", replace(STOP, exceptions=(RULE,)))), 1)
    assert (covering(docket, what) == ()) is passes
    beside = stands(printed(an_order("order-1", replace(STOP, exceptions=(RULE,))), an_order("order-2")), 1)
    assert covering(beside, what)[-1] == "order-2", "an exception of one order is none of another's"


def test_addresses_to_one_stop_and_all_else_to_its_department_passes_by_exception_only() -> None:
    one = replace(STOP, recipients=("us.a.b",), fields=("mailing_address",))
    rest = replace(STOP, recipients=("us.a",), exceptions=(RULE,))
    docket = stands(printed(an_order("order-1", one, rest)), 1)
    for recipient, fields, yes in (
        ("us.a.b", ("mailing_address",), False),
        ("us.a.b", ("filing_status",), True),
        ("us.a.c", ("mailing_address",), True),
        ("us.a", ("mailing_address",), True),
    ):
        met = replace(ONE, recipient=recipient, fields=fields)
        assert (covering(docket, met) == ()) is yes, recipient
        assert covering(docket, replace(met, elements=frozenset())) == ("order-1",)


def test_an_order_that_compels_releases_nothing_and_conflicts_with_one_that_forbids() -> None:
    compels, forbids = an_order("order-1", replace(COMPEL, recipients=("us.agency-a",))), an_order("order-2")
    docket = stands(printed(compels, forbids), 1)
    assert covering(docket, WHAT) == ("order-2",)
    assert conflicts(docket) == conflicts(docket, WHAT) == (Conflict("order-1", "order-2"),)
    assert conflicts(docket, replace(WHAT, recipient="us.agency-b")) == ()
    assert conflicts(stands(printed(compels), 1)) == ()
    apart = an_order("order-2", replace(STOP, recipients=("us.agency-b",)))
    assert conflicts(stands(printed(compels, apart), 1)) == ()
    below = an_order("order-2", replace(STOP, recipients=("us.agency-a.office",)))
    assert conflicts(stands(printed(compels, below), 1)) == (Conflict("order-1", "order-2"),)
