# SPDX-License-Identifier: Apache-2.0
"""The docket: printing and reading are inverse; nothing entered ever makes anything easier; doubt binds everything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lawgate.docket.act_text import digest_of, print_act, read_act
from lawgate.docket.acts import STAYS, Act, ActKind, Direction, Signature
from lawgate.docket.history import begins
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.docket.register import sort
from lawgate.docket.standing import covering, covers, digest, standing
from lawgate.model.fault import Faulty
from lawgate.model.order import (
    EVERY,
    PROVISIONAL,
    WITHOUT_PAPER,
    ApprovalTerms,
    Covered,
    Effect,
    EffectKind,
    Exempt,
    NoticeTerms,
    Order,
    Part,
)

NOON = datetime(2030, 5, 6, 12, 0, tzinfo=UTC)
NAMES = ("a", "b", "c.d", "e-1", "c", "c.d.e")
YEARS = (2019, 2020, 2021)


def scopes(values):
    return st.just(EVERY) | st.lists(st.sampled_from(values), min_size=1, unique=True).map(tuple)


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.builds(lambda hours, zone: (NOON + timedelta(hours=hours)).astimezone(zone), st.integers(-200, 200), zones)
lines = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40).filter(
    lambda text: text.isprintable()
)
filled = lines.filter(lambda text: text.strip())
listed = st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(tuple)
hours = st.integers(1, 100)
TERMS = {
    EffectKind.NOTICE: {"notice": st.none() | st.builds(NoticeTerms, hours, listed, hours)},
    EffectKind.APPROVAL: {"approval": st.none() | st.builds(ApprovalTerms, st.integers(1, 9), listed)},
    EffectKind.STOP: {
        "exceptions": st.lists(st.builds(Exempt, listed, st.integers(1, 2), listed), max_size=2).map(tuple)
    },
}
effects = st.sampled_from(EffectKind).flatmap(
    lambda kind: st.builds(
        Effect,
        st.just(kind),
        scopes(NAMES),
        scopes(NAMES),
        scopes(NAMES),
        scopes(NAMES),
        scopes(YEARS),
        st.sampled_from([0, 1, 2, 50]),
        **TERMS.get(kind, {}),
    )
)
parts = st.builds(
    Part,
    scopes((1, 2, 3)),
    scopes(NAMES),
    scopes(NAMES),
    scopes(NAMES),
    scopes(NAMES),
    scopes(YEARS),
)


@st.composite
def orders(draw):
    learned, entered = sorted((draw(moments), draw(moments)))
    effective = draw(moments)
    ends = draw(st.none() | st.integers(1, 300).map(lambda hours: effective + timedelta(hours=hours)))
    order = Order(
        draw(st.sampled_from(["order-1", "order-2", "order-3"])),
        draw(filled),
        draw(filled),
        draw(st.sampled_from(["stay", PROVISIONAL])),
        "ab" * 32,
        entered,
        learned,
        effective,
        ends,
        tuple(draw(st.lists(effects, min_size=1, max_size=3))),
        draw(lines),
    )
    if draw(st.booleans()):
        # As `lawgate stop` makes one: the only order that ends by itself.
        short = effective + timedelta(hours=draw(st.integers(1, 72)))
        made = {"entered_at": effective, "learned_at": effective, "court": WITHOUT_PAPER, "ends": short}
        order = replace(order, kind=PROVISIONAL, **made)
    try:
        read_order(print_order(order), "drawn")
    except Faulty:  # a text that is not in its composed form
        assume(False)
    return order


ORDERS = ("order-1", "order-2", "order-3")
SIGNED = (Signature("person.c.1", "o", "A" * 86 + "=="), Signature("person.c.2", "o", "A" * 86 + "=="))


@st.composite
def acts(draw):
    learned, entered = sorted((draw(moments), draw(moments)))
    effective, kind = draw(moments), draw(st.sampled_from(ActKind))
    order = draw(st.sampled_from(ORDERS))
    successor = draw(st.sampled_from([each for each in ORDERS if each != order])) if kind is ActKind.MODIFY else ""
    lapses = st.none() | st.integers(1, 300).map(lambda hours: effective + timedelta(hours=hours))
    return Act(
        draw(st.sampled_from(["act-1", "act-2", "act-3"])),
        order,
        kind,
        successor,
        "ab" * 32,
        entered,
        learned,
        effective,
        draw(lapses) if kind in STAYS else None,
        "",
        tuple(draw(st.lists(parts, max_size=2))) if kind is ActKind.STAY else (),
        draw(st.sampled_from([SIGNED, SIGNED[:1]])),
    )


covereds = st.builds(
    Covered,
    st.sampled_from(("", *NAMES)),
    st.sampled_from(("", *NAMES)),
    st.sampled_from(("", *NAMES)),
    st.lists(st.sampled_from(("", *NAMES)), max_size=2).map(tuple),
    st.lists(st.sampled_from((0, *YEARS)), max_size=2).map(tuple),
    st.sampled_from([-1, 0, 1, 2, 100]),
    st.frozensets(st.sampled_from(NAMES)),
    st.sampled_from(("", *NAMES)),
)
entries = orders().map(print_order) | acts().map(print_act) | st.binary(max_size=30)
texts = st.lists(entries, max_size=7).map(
    lambda made: {f"{n:04d}-order-{n % 3 + 1}.toml": text for n, text in enumerate(made, 1)}
)
duties_met = st.frozensets(st.tuples(st.sampled_from(ORDERS), st.integers(0, 2)))


def any_lifted(data, found):
    """Any of the acts, as if their lifts had been shown."""
    digests = sorted(digest_of(text) for text in found.values())
    return data.draw(st.frozensets(st.sampled_from(digests))) if digests else frozenset()


@given(acts())
def test_reading_an_act_that_was_printed(act):
    assert read_act(print_act(act), "x") == act


@given(texts, entries, st.data(), moments, covereds, duties_met)
def test_i22_no_single_text_takes_a_bar_away(before, text, data, at, covered, met):
    """I22: whatever one person can enter, an order, an act of any kind or anything else, only ever adds."""
    lifted = any_lifted(data, before)
    after = {**before, "9999-order-1.toml": text}
    held = set(covering(standing(before, at, lifted), covered, met))
    assert held <= set(covering(standing(after, at, lifted), covered, met))


@given(texts, acts(), moments, covereds)
def test_i22_an_act_that_was_not_lifted_loosens_nothing(before, act, at, covered):
    found = {**before, "9999-act.toml": print_act(act)}
    held = set(covering(standing(before, at), covered))
    assert held <= set(covering(standing(found, at), covered))
    if act.direction is not Direction.LOOSEN:
        lifted = frozenset({digest_of(print_act(act))})
        assert covering(standing(found, at, lifted), covered) == covering(standing(found, at), covered)


@given(texts, st.data(), moments, covereds)
def test_whatever_binds_binds_until_something_is_lifted(found, data, at, covered):
    """Time alone never opens: but for a stop without a paper, what covers today covers in a thousand years."""
    lifted = any_lifted(data, found)
    assume(not any(isinstance(each.what, Order) and each.what.without_paper for each in sort(found).orders))
    held = set(covering(standing(found, at), covered))
    assert held <= set(covering(standing(found, at + timedelta(days=365_000)), covered))
    fewer = set(covering(standing(found, at, lifted), covered))
    assert fewer <= held


@given(texts, moments, covereds, duties_met)
def test_a_duty_met_opens_nothing_but_its_own_effect(found, at, covered, met):
    docket = standing(found, at)
    held, left = set(covering(docket, covered)), set(covering(docket, covered, met))
    assert left <= held
    assert held - left <= {order for order, _ in met}


@given(orders())
def test_reading_what_was_printed(order):
    assert read_order(print_order(order), "x") == order


@given(orders().map(print_order), st.data())
def test_what_is_read_is_the_one_spelling(text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.binary(max_size=3)) + text[place + data.draw(st.integers(0, 3)) :]
    try:
        order = read_order(changed, "x")
    except Faulty as faulty:
        assert faulty.faults
    else:
        assert print_order(order) == changed


@given(texts, st.binary(max_size=30) | orders().map(print_order), moments, covereds)
@example({}, b"not an order", NOON, Covered("a", "a", "a", ("a",), (2020,), 1))
def test_an_order_more_never_takes_a_bar_away(before, text, at, covered):
    after = {**before, "9999-new.toml": text}
    assert set(covering(standing(before, at), covered)) <= set(covering(standing(after, at), covered))


@given(texts, st.binary(max_size=30), moments, covereds)
def test_what_nobody_can_read_binds_everything(before, text, at, covered):
    found = standing({**before, "0000-bad.toml": text}, at)
    assert "0000-bad.toml" in found.unreadable
    assert "unreadable:0000-bad.toml" in covering(found, covered)


@given(effects, covereds, st.sampled_from(["provision", "requester", "recipient", "fields", "years", "rows"]))
def test_an_unknown_part_is_covered(effect, covered, part):
    unknown = {"fields": (), "years": (), "rows": -1}.get(part, "")
    changed = {name: getattr(covered, name) for name in Covered.__slots__} | {part: unknown}
    assert covers(effect, Covered(**changed)) or not covers(effect, covered)


@given(effects, covereds)
def test_a_scope_means_its_parts(effect, covered):
    def meets(scope, parts):
        return scope == EVERY or not parts or any(not part or part in scope for part in parts)

    def below(scope, who):
        return scope == EVERY or not who or any(f"{who}.".startswith(f"{name}.") for name in scope)

    expected = (
        meets(effect.provisions, [covered.provision])
        and below(effect.requesters, covered.requester)
        and below(effect.recipients, covered.recipient)
        and meets(effect.fields, covered.fields)
        and meets(effect.years, covered.years)
        and (covered.rows < 0 or covered.rows >= effect.rows_at_least)
    )
    assert covers(effect, covered) is expected


@given(orders(), moments)
def test_an_order_binds_from_the_earlier_moment_on(order, at):
    assert begins(order) == min(order.learned_at, order.effective_at)
    found = standing({"0001-order.toml": print_order(order)}, at)
    over = order.without_paper and order.ends is not None and at >= order.ends
    assert bool(found.in_force) is (at >= begins(order) and not over)


@given(texts)
def test_the_digest_binds_names_and_bytes(found):
    assert digest(found) == digest(dict(reversed(found.items())))
    for file in found:
        assert digest({**found, file: found[file] + b" "}) != digest(found)
        assert digest({name: text for name, text in found.items() if name != file}) != digest(found)


def test_a_moment_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        standing({}, datetime(2030, 1, 1))
