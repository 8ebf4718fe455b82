# SPDX-License-Identifier: Apache-2.0
"""The docket at its edges: the moment at which one order takes another's place, and names in another letter case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lawgate.docket.acts import ActKind
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.fault import Faulty
from lawgate.model.order import EffectKind, NoticeTerms, State
from lawgate.protocol.steps import Bind, Drain, Publish, RecordBar, RecordInForce, enter
from unit.docket.made import STOP, WHAT, an_act, an_order, at, binds, printed, stands, state

ORDER = an_order()


def test_i22_an_order_stands_until_the_one_in_its_place_begins() -> None:
    """No moment, of now or looked back upon, at which neither binds."""
    other = an_order("order-2", since=at(4))
    act = an_act(ActKind.MODIFY, "act-1", at(5), successor="order-2", effective_at=at(2))
    texts = printed(ORDER, other, act)
    assert state(texts, 3, act) is not State.SUPERSEDED
    assert stands(texts, 3, act).in_force == (ORDER,)
    assert state(texts, 4, act) is State.SUPERSEDED
    assert all(binds(texts, hours, act) for hours in (0, 1, 2, 3, 3.9, 4, 5, 6))


@pytest.mark.parametrize("scope", [{"provisions": ("P1",)}, {"fields": ("Mailing_Address",)}])
@pytest.mark.parametrize("upper", [False, True])
def test_i3_another_letter_case_is_the_same_name(scope: dict[str, tuple[str, ...]], upper: bool) -> None:
    texts = printed(an_order("order-1", replace(STOP, **scope)))
    what = replace(WHAT, provision=WHAT.provision.upper(), fields=("MAILING_ADDRESS",)) if upper else WHAT
    assert binds(texts, 1, what=what)
    assert not binds(texts, 1, what=replace(WHAT, provision="p2", fields=("wages",)))


@pytest.mark.parametrize("left_out", ["hours", "parties", "window_hours"])
def test_i23_half_of_a_term_is_no_term(left_out: str) -> None:
    notice = replace(STOP, kind=EffectKind.NOTICE, notice=NoticeTerms(24, ("court",), 72))
    text = print_order(an_order("order-1", notice)).decode()
    half = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(f"{left_out} ="))
    with pytest.raises(Faulty) as refused:
        read_order(half.encode(), "order")
    assert [fault.code for fault in refused.value.faults] == ["order_key_missing"]


def test_i4_an_order_binds_then_waits_then_is_in_force() -> None:
    """Nothing is said to be in force while somebody may still hold the gate, and nothing waits before it binds."""
    entering = enter()
    seen, answer = [next(entering)], None
    with pytest.raises(StopIteration) as done:
        while True:
            answer = 7 if isinstance(seen[-1], RecordBar) else 8 if isinstance(seen[-1], RecordInForce) else None
            seen.append(entering.send(answer))
    assert [type(step) for step in seen] == [Bind, RecordBar, Drain, RecordInForce, Publish]
    assert seen[3] == RecordInForce(7)
    assert done.value.value == 8
