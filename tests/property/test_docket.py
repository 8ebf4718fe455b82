# SPDX-License-Identifier: Apache-2.0
"""The docket: printing and reading are inverse; nothing entered ever makes anything easier; doubt binds everything."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.docket.standing import covering, covers, digest, in_force, standing
from lawgate.model.fault import Faulty
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Order

NOON = datetime(2030, 5, 6, 12, 0, tzinfo=UTC)
NAMES = ("a", "b", "c.d", "e-1")
YEARS = (2019, 2020, 2021)


def scopes(values):
    return st.just(EVERY) | st.lists(st.sampled_from(values), min_size=1, unique=True).map(tuple)


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.builds(lambda hours, zone: (NOON + timedelta(hours=hours)).astimezone(zone), st.integers(-200, 200), zones)
lines = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40).filter(
    lambda text: text.isprintable()
)
filled = lines.filter(lambda text: text.strip())
effects = st.builds(
    Effect,
    st.sampled_from(EffectKind),
    scopes(NAMES),
    scopes(NAMES),
    scopes(NAMES),
    scopes(NAMES),
    scopes(YEARS),
    st.sampled_from([0, 1, 2, 50]),
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
        "stay",
        "ab" * 32,
        entered,
        learned,
        effective,
        ends,
        tuple(draw(st.lists(effects, min_size=1, max_size=3))),
        draw(lines),
    )
    try:
        read_order(print_order(order), "drawn")
    except Faulty:  # a text that is not in its composed form
        assume(False)
    return order


covereds = st.builds(
    Covered,
    st.sampled_from(("", *NAMES)),
    st.sampled_from(("", *NAMES)),
    st.sampled_from(("", *NAMES)),
    st.lists(st.sampled_from(("", *NAMES)), max_size=2).map(tuple),
    st.lists(st.sampled_from((0, *YEARS)), max_size=2).map(tuple),
    st.sampled_from([-1, 0, 1, 2, 100]),
)
texts = st.dictionaries(
    st.integers(1, 9).map(lambda n: f"{n:04d}-order.toml"),
    orders().map(print_order) | st.binary(max_size=30),
    max_size=4,
)


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

    expected = (
        meets(effect.provisions, [covered.provision])
        and meets(effect.requesters, [covered.requester])
        and meets(effect.recipients, [covered.recipient])
        and meets(effect.fields, covered.fields)
        and meets(effect.years, covered.years)
        and (covered.rows < 0 or covered.rows >= effect.rows_at_least)
    )
    assert covers(effect, covered) is expected


@given(orders(), moments)
def test_an_order_binds_from_the_earlier_moment_to_its_own_end(order, at):
    begun = at >= order.learned_at or at >= order.effective_at
    assert in_force(order, at) is (begun and not (order.ends is not None and at >= order.ends))
    if order.ends is None:
        assert in_force(order, at + timedelta(days=40_000))


@given(texts)
def test_the_digest_binds_names_and_bytes(found):
    assert digest(found) == digest(dict(reversed(found.items())))
    for file in found:
        assert digest({**found, file: found[file] + b" "}) != digest(found)
        assert digest({name: text for name, text in found.items() if name != file}) != digest(found)


def test_a_moment_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        standing({}, datetime(2030, 1, 1))
