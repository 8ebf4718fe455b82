# SPDX-License-Identifier: Apache-2.0
"""What an order's text covers is read the same way here as in the docket, and never narrower than the docket has it."""

from datetime import UTC, datetime
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.docket.standing import covers
from lawgate.ledger.evidence_scope import BLOCKING, outside, read_scopes, scopes_shown
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Order
from unit.evidence import evidence_made as made
from unit.evidence.verifier_runs import verify_py

NAMES = st.sampled_from(["p.one", "P.One", "p.two", "a-b_c:d"])
SCOPES = st.one_of(st.just(EVERY), st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple))
EFFECTS = st.builds(
    Effect,
    st.sampled_from(list(EffectKind)),
    SCOPES,
    SCOPES,
    SCOPES,
    SCOPES,
    st.one_of(st.just(EVERY), st.just((2024,))),
    st.integers(0, 20),
)
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
    expected = [(e.kind.value, None if e.provisions == EVERY else e.provisions, e.rows_at_least) for e in order.effects]
    assert [(each.kind, each.provisions, each.rows) for each in found] == expected
    kinds, scopes = verify_py().read_order(text, "order-a")
    assert kinds == sorted({kind for kind, _, _ in expected})
    assert [(None if p is None else tuple(p), rows) for p, rows in scopes] == [
        (p, rows) for kind, p, rows in expected if kind in BLOCKING
    ]


@given(ORDERS, NAMES, st.integers(0, 30))
def test_what_is_outside_here_is_outside_for_the_gateway(order: Order, provision: str, rows: int) -> None:
    """Whoever asks and receives, whatever the fields and years: no part the leaves lack could bring it inside."""
    request = made.leaf("request", 1, provision=provision, row_count=rows)
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
    if outside(scopes, request):
        unknown = Covered(provision, "", "", (), (), rows)
        assert not any(covers(effect, unknown) for effect in blocking)
    else:
        assert any(
            (e.provisions == EVERY or provision.casefold() in [p.casefold() for p in e.provisions])
            and rows >= e.rows_at_least
            for e in blocking
        )
