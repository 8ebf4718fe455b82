# SPDX-License-Identifier: Apache-2.0
"""I26: state is a fold of the log. Every change has exactly one leaf; whatever does not fit changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.ledger.fold import Bar, Batch, HandOut, Package, fold
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.schema import FIELDS, Value

AT = "2025-09-25T13:30:00Z"
EMPTY: dict[str, Value] = {
    "digest": "00" * 32,
    "id": "x",
    "code": "x",
    "number": 0,
    "count": 0,
    "flag": False,
    "day": "2025-09-25",
    "instant": AT,
    "id*": [],
    "code*": [],
    "id?": "",
    "digest?": "",
}


def leaf(kind: str, **said: Value) -> StageLeaf:
    return StageLeaf(kind, AT, {**{name: EMPTY[type_] for name, type_ in FIELDS[kind].items()}, **said})


WHOLE = [
    leaf("start"),
    leaf("request", batch="b", request="r", requester="us.doj", provision="i2", recipient_key="rk", row_count=5),
    leaf("parse", batch="b", request_leaf=1, accepted=3, rejected=2),
    leaf("decision-batch", batch="b", parse_leaf=2, rows=3, as_of=AT, figures="11" * 32),
    leaf("redecision", batch="b", decision_leaf=3),
    leaf("review", batch="b"),
    leaf("prepared", package="p", batch="b", decision_leaf=3, rows=2),
    leaf("order-bar", order="o", instrument="22" * 32, effective=AT),
    leaf("in-force", order="o", bar_leaf=7),
    leaf("barred", package="p"),
    leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=1),
    leaf("sent", package="p", handout_leaf=10),
    leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=2),
    leaf("shard-close", size=13, next_origin="next/log"),
]


def test_i26_the_state_is_what_the_leaves_say() -> None:
    state = fold(enumerate(WHOLE))
    assert (state.size, state.misplaced, state.next_origin) == (14, (), "next/log")
    assert dict(state.batches) == {
        "b": Batch("b", "r", "i2", "us.doj", "rk", "decided", 5, 3, 2, 0, 2, 3, AT, "11" * 32)
    }
    assert dict(state.packages) == {"p": Package("p", "b", 2, 6)}
    assert dict(state.handouts) == {10: HandOut(10, "p", 2, 11), 12: HandOut(12, "p", 2)}
    assert dict(state.bars) == {7: Bar("o", "22" * 32, AT, True)}


@given(st.integers(0, len(WHOLE)))
def test_i26_the_fold_of_a_beginning_is_a_beginning(cut: int) -> None:
    state, again = fold(enumerate(WHOLE[:cut])), fold(enumerate(WHOLE[:cut]))
    assert state == again
    assert state.size == cut
    assert state.misplaced == ()


def test_a_refused_request_may_come_again_and_a_received_one_not() -> None:
    refused = leaf("parse", batch="b", request_leaf=1, rejected=5, file_faults=2)
    twice = [*WHOLE[:2], refused, refused, leaf("parse", batch="b", request_leaf=1, accepted=3, rejected=2)]
    state = fold(enumerate(twice))
    assert (state.batches["b"].state, state.batches["b"].parse_leaf, state.misplaced) == ("received", 4, ())
    assert [each.why for each in fold(enumerate([*twice, twice[-1]])).misplaced] == ["again"]


WRONG = [
    (0, leaf("order-bar"), "start"),
    (3, leaf("start"), "start"),
    (2, leaf("parse", batch="b", request_leaf=0), "request_leaf"),
    (2, leaf("parse", batch="other", request_leaf=1), "request_leaf"),
    (3, leaf("decision-batch", batch="b", parse_leaf=1, rows=3), "parse_leaf"),
    (3, leaf("decision-batch", batch="none", parse_leaf=2, rows=3), "parse_leaf"),
    (3, leaf("decision-batch", batch="b", parse_leaf=2, rows=4), "rows"),
    (4, WHOLE[3], "again"),
    (4, leaf("redecision", batch="b", decision_leaf=2), "decision_leaf"),
    (3, leaf("review", batch="b"), "batch"),
    (6, leaf("prepared", package="p", batch="b", decision_leaf=2, rows=2), "decision_leaf"),
    (7, WHOLE[6], "again"),
    (8, leaf("in-force", order="other", bar_leaf=7), "bar_leaf"),
    (8, leaf("in-force", order="o", bar_leaf=6), "bar_leaf"),
    (9, leaf("barred", package="q"), "package"),
    (10, leaf("handout", package="q", prepared_leaf=6, rows=2, attempt=1), "prepared_leaf"),
    (10, leaf("handout", package="p", prepared_leaf=5, rows=2, attempt=1), "prepared_leaf"),
    (10, leaf("handout", package="p", prepared_leaf=6, rows=3, attempt=1), "prepared_leaf"),
    (10, leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=2), "attempt"),
    (12, leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=1), "attempt"),
    (11, leaf("sent", package="q", handout_leaf=10), "handout_leaf"),
    (12, WHOLE[11], "again"),
    (10, leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=1, root="33" * 32), "prepared_leaf"),
    (10, leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=1, recipient="y"), "prepared_leaf"),
    (10, leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=1, parts="44" * 32), "prepared_leaf"),
    (11, leaf("ack", package="p", handout_leaf=6), "handout_leaf"),
    (11, leaf("ack", package="p", handout_leaf=11), "handout_leaf"),
    (11, leaf("receipt", notice_leaf=5), "notice_leaf"),
    (11, leaf("lift", order="other", bar_leaf=7), "bar_leaf"),
    (11, leaf("recall-demand", recall="r", recall_leaf=1), "recall_leaf"),
    (11, leaf("history-audit", history="h", read_leaf=1), "read_leaf"),
    (11, leaf("key-revoked", key="k", registered_leaf=1), "registered_leaf"),
    (13, leaf("shard-close", size=12, next_origin="next/log"), "size"),
    (14, leaf("review", batch="b"), "after_close"),
]


@pytest.mark.parametrize(("index", "wrong", "why"), WRONG)
def test_i26_a_leaf_that_fits_nothing_changes_nothing(index: int, wrong: StageLeaf, why: str) -> None:
    before, state = fold(enumerate(WHOLE[:index])), fold(enumerate([*WHOLE[:index], wrong]))
    assert [(each.leaf, each.kind, each.why) for each in state.misplaced] == [(index, wrong.kind, why)]
    assert (state.batches, state.packages, state.handouts, state.bars) == (
        before.batches,
        before.packages,
        before.handouts,
        before.bars,
    )


@pytest.mark.parametrize(("said", "why"), [({"parts": "44" * 32}, []), ({}, []), ({"parts": "45" * 32}, [10])])
def test_a_hand_out_names_the_parts_of_its_package_or_none(said: dict[str, Value], why: list[int]) -> None:
    prepared = leaf("prepared", package="p", batch="b", decision_leaf=3, rows=2, parts="44" * 32)
    out = leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=1, **said)
    assert [each.leaf for each in fold(enumerate([*WHOLE[:6], prepared, *WHOLE[7:10], out])).misplaced] == why


def test_a_leaf_that_names_a_misplaced_one_is_misplaced_too() -> None:
    wrong = leaf("handout", package="p", prepared_leaf=6, rows=2, attempt=2)
    state = fold(enumerate([*WHOLE[:10], wrong, leaf("ack", package="p", handout_leaf=10)]))
    assert [(each.leaf, each.why) for each in state.misplaced] == [(10, "attempt"), (11, "handout_leaf")]
