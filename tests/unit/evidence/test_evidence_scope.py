# SPDX-License-Identifier: Apache-2.0
"""What an order's text covers is read the same way here as in the docket, and never narrower than the docket has it."""

import dataclasses
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.docket.parts import Parts
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.docket.standing import covers
from lawgate.ledger.evidence_scope import BLOCKING, HandOut, Scope, outside, read_scopes, scopes_shown
from lawgate.ledger.parts_text import print_parts, read_parts
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Order
from unit.evidence import evidence_made as made
from unit.evidence.verifier_runs import verify_py

NAMES = st.sampled_from(["p.one", "P.One", "p.two", "a-b_c:d", "p", "p.one.x"])
SCOPES = st.one_of(st.just(EVERY), st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple))
EFFECTS = st.builds(
    Effect,
    st.sampled_from(list(EffectKind)),
    SCOPES,
    SCOPES,
    SCOPES,
    SCOPES,
    st.one_of(st.just(EVERY), st.just((2024,)), st.just((2023, 2025))),
    st.integers(0, 20),
)
PARTS = ("provisions", "requesters", "recipients", "fields", "years")
SEVERAL = st.lists(NAMES, min_size=1, max_size=2, unique=True).map(tuple)
NAMED = st.builds(Parts, SEVERAL, SEVERAL, SEVERAL, st.sampled_from([(2023,), (2024, 2025)]))
AT = datetime(2025, 9, 25, tzinfo=UTC)
ORDERS = st.builds(
    lambda effects, court: Order("order-a", court, "1", "order", "0" * 64, AT, AT, AT, None, tuple(effects), ""),
    st.lists(EFFECTS, min_size=1, max_size=4),
    st.sampled_from(["Court", 'Court "A"', "Cour d'été \u2014", "[[effect]]", "a \\ b"]),
)


@given(ORDERS)
def test_every_order_the_docket_reads_is_read_here(order: Order) -> None:
    text = print_order(order)
    assert read_order(text, "x") == order
    found = read_scopes(text, "order-a")
    assert [(each.kind, *parts_of(each), each.rows) for each in found] == [
        (e.kind.value, *(None if part == EVERY else part for part in parts_of(e)), e.rows_at_least)
        for e in order.effects
    ]
    kinds, scopes = verify_py().read_order(text, "order-a")
    assert kinds == sorted({e.kind.value for e in order.effects})
    assert [[each[part] and tuple(each[part]) for part in PARTS] + [each["rows"]] for each in scopes] == [
        [*parts_of(each), each.rows] for each in found if each.kind in BLOCKING
    ]


def parts_of(effect: Effect | Scope) -> tuple[object, ...]:
    return tuple(getattr(effect, part) for part in PARTS)


@given(ORDERS, NAMES, st.integers(0, 30), st.none() | NAMED)
def test_what_is_outside_here_is_outside_for_the_gateway(
    order: Order, provision: str, rows: int, parts: Parts | None
) -> None:
    """For whoever asks and receives, whatever the fields and years, as far as they are shown; unknown ones else."""
    request = made.leaf("request", 1, provision=provision, row_count=rows, requester="a-b_c:d")
    out = made.leaf("handout", 11, recipient="p.four", recipient_key="p.five")
    bar = made.leaf(
        "order-bar",
        8,
        order="order-a",
        instrument=sha256(print_order(order)).hexdigest(),
        effects=sorted({e.kind.value for e in order.effects}),
    )
    blocking = [e for e in order.effects if e.kind.blocks]
    if not blocking:
        return
    scopes = scopes_shown(print_order(order), "order-a", [bar])
    assert scopes is not None
    asks = (*parts.requesters, "a-b_c:d", "p.four") if parts else ("",)
    gets = (*parts.recipients, "p.four", "p.five") if parts else ("",)
    fields, years = (parts.fields, parts.years) if parts else ((), ())
    covered = [Covered(provision, one, other, fields, years, rows) for one in asks for other in gets]
    assert bool(outside(scopes, HandOut(out, request, parts))) == (
        not any(covers(effect, each) for effect in blocking for each in covered)
    )


@given(NAMED)
def test_parts_read_back_as_they_were_printed(parts: Parts) -> None:
    text = print_parts(parts).decode()
    assert read_parts(text) == Parts(*(tuple(sorted(each)) for each in dataclasses.astuple(parts)))
    with pytest.raises(ValueError, match="not the parts"):
        print_parts(dataclasses.replace(parts, recipients=(*parts.recipients, "900-12-1234")))
    for bad in (text + "\n", text.replace(":[", ":[]+[", 1), text.replace("parts-1", "parts-2"), "[]", "{"):
        with pytest.raises(ValueError):
            read_parts(bad)
