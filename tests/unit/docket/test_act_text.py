# SPDX-License-Identifier: Apache-2.0
"""The one spelling of an act, what is signed of it, and every fault at once."""

from dataclasses import replace

import pytest

from lawgate.docket.act_text import print_act, read_act, read_unsigned, signed_part
from lawgate.docket.acts import ActKind
from lawgate.model.fault import Faulty
from lawgate.model.order import EVERY, Part
from unit.docket.made import an_act, at

PART = Part((1, 2), ("p1",), EVERY, ("us.a",), ("f",), (2021,))


@pytest.mark.parametrize("kind", ActKind)
def test_reading_what_was_printed(kind: ActKind) -> None:
    successor = "order-2" if kind is ActKind.MODIFY else ""
    stayed = (PART, PART) if kind is ActKind.STAY else ()
    until = at(8) if kind in (ActKind.STAY, ActKind.ADMIN_STAY) else None
    act = an_act(kind, "act-1", at(1), successor=successor, stayed=stayed, until=until, note='a "note" \\')
    assert read_act(print_act(act), "x") == act
    unsigned = replace(act, signatures=())
    assert (signed_part(act), read_unsigned(signed_part(act), "x")) == (print_act(unsigned), unsigned)
    assert print_act(act).startswith(signed_part(act) + b"\n[[signature]]\n")


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"signatures": ()}, [("signature", "order_key_missing")]),
        ({"successor": "order-2"}, [("successor", "order_value")]),
        ({"kind": ActKind.MODIFY}, [("successor", "order_value")]),
        ({"kind": ActKind.MODIFY, "successor": "order-1"}, [("successor", "order_value")]),
        ({"kind": ActKind.VERIFY, "until": at(9)}, [("until", "order_value")]),
        ({"until": at(0)}, [("until", "order_dates")]),
        ({"learned_at": at(9)}, [("learned_at", "order_dates")]),
        ({"kind": ActKind.ADMIN_STAY, "stayed": (PART,)}, [("part", "order_value")]),
        ({"stayed": (replace(PART, years=()),)}, [("part 1: years", "order_value")]),
        ({"order": "x", "document": "1"}, [("order", "order_value"), ("document", "order_value")]),
    ],
)
def test_faults_are_told_with_their_places(change: dict[str, object], faults: list[tuple[str, str]]) -> None:
    with pytest.raises(Faulty) as found:
        read_act(print_act(replace(an_act(ActKind.STAY, "act-1", at(1)), **change)), "x")
    assert [(each.column, each.code) for each in found.value.faults] == faults


def test_another_spelling_is_refused() -> None:
    text = print_act(an_act(ActKind.STAY, "act-1", at(1)))
    for changed in (text + b"\n", text.replace(b" = ", b"= ", 1), text.replace(b'value = "AA', b'value = "AB"#', 1)):
        with pytest.raises(Faulty):
            read_act(changed, "x")
    with pytest.raises(Faulty):
        read_unsigned(text, "x")
