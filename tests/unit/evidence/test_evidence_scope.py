# SPDX-License-Identifier: Apache-2.0
"""What an order's text covers is read the same way here as in the docket, and never narrower than the docket has it."""

import dataclasses
from collections.abc import Sequence
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
from lawgate.model.order import EVERY, ApprovalTerms, Covered, Effect, EffectKind, Exempt, NoticeTerms, Order
from unit.evidence import evidence_made as made
from unit.evidence.verifier_runs import verify_py

NAMES = st.sampled_from(["p.one", "P.One", "p.two", "a-b_c:d", "p", "p.one.x"])
SCOPES = st.one_of(st.just(EVERY), st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple))
IDS = st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple)
HOURS = st.integers(1, 8_784)
RULES = st.lists(st.builds(Exempt, IDS, st.integers(1, 99_999_999), IDS), max_size=3).map(tuple)
NOTICE, APPROVAL = st.builds(NoticeTerms, HOURS, IDS, HOURS), st.builds(ApprovalTerms, st.integers(1, 9), IDS)


@st.composite
def eased(draw: st.DrawFn, effect: Effect) -> Effect:
    """The effect with the terms or exceptions that one of its kind may have, or none."""
    match effect.kind:
        case EffectKind.NOTICE:
            return dataclasses.replace(effect, notice=draw(st.none() | NOTICE))
        case EffectKind.APPROVAL:
            return dataclasses.replace(effect, approval=draw(st.none() | APPROVAL))
        case EffectKind.STOP:
            return dataclasses.replace(effect, exceptions=draw(RULES))
    return effect


EFFECTS = st.builds(
    Effect,
    st.sampled_from(list(EffectKind)),
    SCOPES,
    SCOPES,
    SCOPES,
    SCOPES,
    st.one_of(st.just(EVERY), st.just((2024,)), st.just((2023, 2025))),
    st.integers(0, 20),
).flatmap(eased)
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
    assert [each.eased for each in found] == [bool(e.notice or e.approval or e.exceptions) for e in order.effects]
    kinds, scopes = verify_py().read_order(text, "order-a")
    assert [bool(each["eased"]) for each in scopes] == [each.eased for each in found if each.kind in BLOCKING]
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
    """For whoever asks and receives, whatever the fields and years, as far as they are shown; unknown ones else.

    The gateway is asked as if no effect had an exception: what is outside of the whole is outside of what is left.
    """
    request = made.leaf("request", 1, provision=provision, row_count=rows, requester="a-b_c:d")
    out = made.leaf("handout", 11, recipient="p.four", recipient_key="p.five")
    bar = made.leaf(
        "order-bar",
        8,
        order="order-a",
        instrument=sha256(print_order(order)).hexdigest(),
        effects=sorted({e.kind.value for e in order.effects}),
    )
    holds = [e for e in order.effects if e.kind.blocks or e.kind is EffectKind.FREEZE_EXPANSION]
    blocking = [dataclasses.replace(e, exceptions=()) for e in holds]
    if not blocking:
        return
    scopes = scopes_shown(print_order(order), "order-a", [bar])
    assert scopes is not None
    asks = (*parts.requesters, "a-b_c:d", "p.four") if parts else ("",)
    gets = (*parts.recipients, "p.four", "p.five") if parts else ("",)
    fields, years = (parts.fields, parts.years) if parts else ((), ())
    covered = [Covered(provision, one, other, fields, years, rows) for one in asks for other in gets]
    apart = not any(covers(effect, each) for effect in blocking for each in covered)
    told = bool(outside(scopes, HandOut(out, request, parts)))
    # A provision or field below a listed one counts as listed here, which for the gateway only people do: stricter.
    wider = any(below(effect.provisions, (provision,)) or below(effect.fields, fields) for effect in blocking)
    assert told <= apart
    assert wider or told == apart


def below(listed: Sequence[str] | str, names: Sequence[str]) -> bool:
    """Whether one of the names lies below a listed one, and is none itself."""
    return listed != EVERY and any(each.lower().startswith(f"{one.lower()}.") for each in names for one in listed)


@pytest.mark.parametrize(("provision", "inside"), [("p.one", True), ("P.ONE.x", True), ("p.onex", False)])
def test_a_provision_below_a_listed_one_is_inside(provision: str, inside: bool) -> None:
    text = made.order_text("order-a", ("p.one",))
    bar = made.leaf("order-bar", 8, order="order-a", instrument=sha256(text).hexdigest(), effects=["stop"])
    out = made.leaf("handout", 11, recipient="p.four", recipient_key="p.five")
    request = made.leaf("request", 1, provision=provision, row_count=3)
    assert bool(outside(scopes_shown(text, "order-a", [bar]), HandOut(out, request))) is not inside


STOP = Effect(EffectKind.STOP, EVERY, ("p.one",), EVERY, EVERY, EVERY, 0)
RULE = Exempt(("p1",), 1, ("p1.a", "p1.b"))
DUTY = dataclasses.replace(STOP, kind=EffectKind.NOTICE, notice=NoticeTerms(24, ("court", "party-a"), 72))
ASKED = dataclasses.replace(STOP, kind=EffectKind.APPROVAL, approval=ApprovalTerms(2, ("custodian.head",)))


def text_of(*effects: Effect) -> bytes:
    return print_order(Order("order-a", "Court", "1", "order", "0" * 64, AT, AT, AT, None, effects, ""))


@pytest.mark.parametrize(
    ("effects", "old", "new"),
    [
        ((dataclasses.replace(STOP, exceptions=(RULE,)),), b"rows_at_most = 1", b"rows_at_most = 0"),
        ((dataclasses.replace(STOP, exceptions=(RULE,)),), b"rows_at_most", b"rows_at_best"),
        ((dataclasses.replace(STOP, exceptions=(RULE,)),), b'["p1"]', b'"every"'),
        ((dataclasses.replace(STOP, exceptions=(RULE,)),), b'elements = ["p1.a", "p1.b"]\n', b""),
        ((dataclasses.replace(STOP, exceptions=(RULE,)),), b"[[effect.exception]]", b"[[effect.exceptions]]"),
        ((dataclasses.replace(STOP, exceptions=(RULE,)),), b'kind = "stop"', b'kind = "freeze_recipient"'),
        ((DUTY,), b"hours = 24\n", b""),
        ((DUTY,), b"window_hours = 72\n", b""),
        ((DUTY,), b"hours = 24", b"hours = 024"),
        ((DUTY,), b'parties = ["court", "party-a"]', b"parties = []"),
        ((DUTY,), b'kind = "notice"', b'kind = "stop"'),
        ((ASKED,), b"approvals = 2", b'approvals = "2"'),
        ((ASKED,), b'kind = "approval"', b'kind = "notice"'),
        ((DUTY, STOP), b"window_hours = 72\n", b"window_hours = 72\nwindow_hours = 72\n"),
        ((STOP, DUTY), b"rows_at_least = 0\n\n", b"rows_at_least = 0\nhours = 1\n\n"),
        (
            (DUTY,),
            b"window_hours = 72\n",
            b'window_hours = 72\n\n[[effect.exception]]\nprovisions = ["p"]\nrows_at_most = 1\nelements = ["e"]\n',
        ),
    ],
)
def test_exceptions_and_terms_that_are_not_in_their_form_make_the_whole_unreadable(
    effects: tuple[Effect, ...], old: bytes, new: bytes
) -> None:
    text = text_of(*effects)
    assert read_scopes(text, "order-a") and verify_py().read_order(text, "order-a")[1]
    assert old in text
    bad = text.replace(old, new, 1)
    assert (read_scopes(bad, "order-a"), verify_py().read_order(bad, "order-a")) == ((), ([], []))


@given(ORDERS, st.data())
def test_a_text_cut_anywhere_is_read_alike_and_never_breaks_the_reader(order: Order, data: st.DataObject) -> None:
    lines = print_order(order).splitlines(keepends=True)
    cut = b"".join(lines[: data.draw(st.integers(0, len(lines)))])
    found, (kinds, _) = read_scopes(cut, "order-a"), verify_py().read_order(cut, "order-a")
    assert sorted({each.kind for each in found}) == kinds


@given(NAMED)
def test_parts_read_back_as_they_were_printed(parts: Parts) -> None:
    text = print_parts(parts).decode()
    assert read_parts(text) == Parts(*(tuple(sorted(each)) for each in dataclasses.astuple(parts)))
    with pytest.raises(ValueError, match="not the parts"):
        print_parts(dataclasses.replace(parts, recipients=(*parts.recipients, "900-12-1234")))
    for bad in (text + "\n", text.replace(":[", ":[]+[", 1), text.replace("parts-1", "parts-2"), "[]", "{"):
        with pytest.raises(ValueError):
            read_parts(bad)


def test_a_freeze_on_expansion_is_a_scope_like_any_that_blocks() -> None:
    """Beside a stop for somebody else it is the wider one: nothing that it covers is outside."""
    freeze = dataclasses.replace(STOP, kind=EffectKind.FREEZE_EXPANSION, requesters=EVERY)
    text = text_of(STOP, freeze)
    digest, kinds = sha256(text).hexdigest(), ["freeze_expansion", "stop"]
    bar = made.leaf("order-bar", 8, order="order-a", instrument=digest, effects=kinds)
    scopes = scopes_shown(text, "order-a", [bar])
    assert scopes is not None and [each.kind for each in scopes] == ["stop", "freeze_expansion"]
    assert len(verify_py().read_order(text, "order-a")[1]) == 2
