# SPDX-License-Identifier: Apache-2.0
"""What already left, folded from leaves: rows of a recall never get lost, and a disclosure never gets off the list."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.docket.printing import print_order
from lawgate.docket.standing import standing
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.schema import FIELDS
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Order
from lawgate.office.certificates import overdue
from lawgate.office.quarantine import (
    ANSWERS,
    CERTIFIED,
    GIVE_BACK,
    OPEN,
    QUARANTINED,
    SET_APART,
    answered,
    frozen,
    kept_in_place,
    priors,
    recalls,
)

AT = "2030-01-02T03:04:05Z"
NOW = datetime(2030, 2, 1, tzinfo=UTC)
FILLED = {"digest": "a" * 64, "id": "x", "code": "x", "day": "2030-01-31", "instant": AT, "count": 1, "number": 1}


def leaf(kind: str, at: str = AT, **fields: object) -> StageLeaf:
    """A leaf of the kind; what is not said is filled with something of its type."""
    body = {name: FILLED.get(t.rstrip("?"), ["x"] if t.endswith("*") else False) for name, t in FIELDS[kind].items()}
    return StageLeaf(kind, at, {**body, **fields})  # type: ignore[arg-type]  # made for one test at a time


def numbered(*leaves: StageLeaf) -> list[tuple[int, StageLeaf]]:
    return list(enumerate(leaves))


RECALL = leaf("recall", recall="r-1", source_leaf=0, rows=10, order="")
DEMAND = leaf("recall-demand", recall="r-1", recipient="agency.a", demand=GIVE_BACK, rows=10)


def answer(state: str, rows: int, was: str = OPEN) -> StageLeaf:
    return leaf("recall-answer", recall="r-1", recipient="agency.a", was=was, state=state, rows=rows)


def test_answers_move_rows_and_lose_none() -> None:
    leaves = numbered(RECALL, DEMAND, answer(QUARANTINED, 6), answer("destroyed", 3), answer("kept", 2, QUARANTINED))
    (found,) = recalls(leaves)["r-1"].demanded.values()
    assert found.states == {OPEN: 1, QUARANTINED: 4, "kept": 2, "destroyed": 3, "returned": 0}
    assert (found.rows, found.waiting) == (10, 5)


@given(st.lists(st.tuples(st.sampled_from((OPEN, QUARANTINED, "kept")), st.sampled_from(ANSWERS), st.integers(0, 11))))
def test_states_always_add_up(moves: list[tuple[str, str, int]]) -> None:
    (found,) = recalls(numbered(RECALL, DEMAND))["r-1"].demanded.values()
    for was, state, rows in moves:
        try:
            found = answered(found, was, state, rows)
        except ValueError:
            assert rows < 1 or rows > found.states.get(was, 0) or was == "kept"
        assert sum(found.states.values()) == 10
        assert min(found.states.values()) >= 0


def test_a_later_letter_keeps_what_was_answered() -> None:
    later = leaf("recall-demand", recall="r-1", recipient="agency.a", demand=SET_APART, rows=10, orders=["o-1"])
    (found,) = recalls(numbered(RECALL, DEMAND, answer("returned", 4), later))["r-1"].demanded.values()
    assert (found.demand, found.leaf, found.orders, found.states["returned"]) == (SET_APART, 3, ("o-1",), 4)


def audit(list_: str, rows: int, at: str = AT) -> StageLeaf:
    return leaf(
        "history-audit",
        at,
        history=f"h-{rows}",
        list=list_,
        rows=rows,
        sent_to=["agency.a"],
        last_sent="2029-08-07T20:00:00Z",
    )


def test_a_list_audited_twice_counts_once() -> None:
    certificate = leaf("use-certificate", source_leaf=0, recipient="agency.a", state="retained", rows=3)
    leaves = numbered(audit("a" * 64, 10), audit("b" * 64, 5), certificate, audit("a" * 64, 10))
    found = priors(leaves, 90)
    assert [(each.leaf, each.acts) for each in found] == [(1, 5), (3, 10)]
    assert found[1].certified == {"returned": 0, "undisclosable": 0, "retained": 3}
    assert found[1].uncertified == 7


def test_what_was_told_and_certified_is_counted_for_each_recipient() -> None:
    two = audit("a" * 64, 10)
    two.body["sent_to"] = ["agency.a", "agency.b"]  # type: ignore[index]  # made for this test
    notice = leaf("freeze-notice", source_leaf=0, order="o-1", recipient="agency.a")
    certificate = leaf("use-certificate", source_leaf=0, recipient="agency.b", state="retained", rows=3)
    (found,) = priors(numbered(two, notice, certificate), 90)
    assert found.noticed == {("o-1", "agency.a")}
    assert found.certified_by == {"agency.a": 0, "agency.b": 3}


def test_overdue_is_what_nobody_certified_in_time() -> None:
    leaves = numbered(audit("a" * 64, 10))
    due = priors(leaves, 90)[0].due
    assert due == date(2029, 11, 5)
    assert overdue(leaves, due) == ()
    assert [each.leaf for each in overdue(leaves, date(2029, 11, 6))] == [0]
    whole = [*leaves, *((n, leaf("use-certificate", source_leaf=0, state=s, rows=r)) for n, (s, r) in
                        enumerate(zip(CERTIFIED, (5, 3, 2), strict=True), 1))]  # fmt: skip
    assert overdue(whole, date(2031, 1, 1)) == ()


def docket(kind: EffectKind, recipient: str = "agency.a") -> dict[str, bytes]:
    effect = Effect(kind, EVERY, EVERY, (recipient,), EVERY, EVERY, 0)
    when = datetime(2030, 1, 1, tzinfo=UTC)
    order = Order("order-1", "A Court", "1:30-cv-1", "stay", "a" * 64, when, when, when, None, (effect,), "")
    return {"0001-order-1.toml": print_order(order)}


WHAT = (Covered("p", "agency.a", "agency.a", (), (), 10),)


@pytest.mark.parametrize(
    ("kind", "keeps", "freezes"),
    [
        (EffectKind.PRESERVE, True, False),
        (EffectKind.LEAVE_IN_PLACE, True, False),
        (EffectKind.FREEZE_RECIPIENT, True, True),
        (EffectKind.STOP, False, False),
        (EffectKind.FREEZE_EXPANSION, False, False),
    ],
)
def test_which_effects_hold_what_was_sent(kind: EffectKind, keeps: bool, freezes: bool) -> None:
    stands = standing(docket(kind), NOW)
    assert kept_in_place(stands, WHAT) == (("order-1",) if keeps else ())
    assert frozen(stands, WHAT) == (("order-1",) if freezes else ())
    assert kept_in_place(standing(docket(kind, "agency.b"), NOW), WHAT) == ()


def test_a_paper_nobody_can_read_keeps_and_freezes_everything() -> None:
    stands = standing({"0001-order-1.toml": b"?"}, NOW)
    assert kept_in_place(stands, WHAT) == frozen(stands, WHAT) == ("unreadable:0001-order-1.toml",)


def test_no_effect_on_what_was_sent_holds_anything_back() -> None:
    assert not EffectKind.PRESERVE.blocks
    assert not EffectKind.LEAVE_IN_PLACE.blocks
