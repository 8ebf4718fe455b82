# SPDX-License-Identifier: Apache-2.0
"""One id, two instruments: the door keeps the second out, and what lies there twice all the same can be told apart."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from lawgate.docket.act_text import print_act
from lawgate.docket.acts import Act, ActKind
from lawgate.docket.printing import print_order
from lawgate.docket.standing import standing
from lawgate.model.fault import Refused
from lawgate.model.order import State
from lawgate.office.handout import pull
from lawgate.office.order_list import acts_now
from lawgate.office.orders import complete_orders, enter_order, enter_unreadable
from unit.docket.house import CLERK, House, a_house
from unit.docket.made import an_act, an_order, at, printed, stands
from unit.release.desk import PACKAGE

SCANS = {"0001-paper-1.toml": b"scan one", "0002-paper-1.toml": b"scan two, better light"}


def of(text: bytes) -> str:
    return sha256(text).hexdigest()


def reject(name: str, text: bytes, order: str = "paper-1") -> Act:
    return an_act(ActKind.REJECT, name, at(0), order, document=of(text))


def behind(texts: dict[str, bytes], *acts: Act) -> dict[str, bytes]:
    """The docket after these acts were entered, in this order."""
    return texts | {f"{len(texts) + n:04d}-{act.id}.toml": print_act(act) for n, act in enumerate(acts, 1)}


@pytest.mark.parametrize("name", ["order-1", "paper-1"])
def test_a_paper_nobody_can_read_takes_no_name_that_is_taken(tmp_path: Path, name: str) -> None:
    house = a_house(tmp_path)
    house.order(an_order(since=house.now))
    enter_unreadable(house.desk, "paper-1", b"scan one", CLERK)
    before = house.desk.register.texts()
    with pytest.raises(Refused, match="order_id_taken"):
        enter_unreadable(house.desk, name, b"scan two", CLERK)
    assert house.desk.register.texts() == before
    assert enter_unreadable(house.desk, "paper-1", b"scan one", CLERK) == "0002-paper-1.toml"
    assert enter_unreadable(house.desk, "paper-2", b"scan two", CLERK) == "0003-paper-2.toml"


def test_half_a_paper_is_rejected_and_the_whole_one_has_another_name(tmp_path: Path) -> None:
    """What a process that was killed while it wrote leaves behind is no stop for good."""
    house = a_house(tmp_path)
    house.office.prepared()
    house.later(1)
    (tmp_path / "docket/0001-paper-1.toml").write_bytes(b"a scan of")
    with pytest.raises(Refused, match="order_id_taken"):
        enter_unreadable(house.desk, "paper-1", b"a scan of the paper", CLERK)
    assert enter_unreadable(house.desk, "paper-2", b"a scan of the paper", CLERK) == "0002-paper-2.toml"
    house.lifted(ActKind.REJECT, "act-1", order="paper-1")
    house.later(1)
    with pytest.raises(Refused, match=r"unreadable:0002-paper-2\.toml"):
        pull(house.release, PACKAGE, "rk-1", house.office.courier)
    house.lifted(ActKind.REJECT, "act-2", order="paper-2")
    assert pull(house.release, PACKAGE, "rk-1", house.office.courier)


def test_of_two_clerks_with_one_id_one_is_refused(tmp_path: Path) -> None:
    """The second comes in the last moment before the first writes."""
    house = a_house(tmp_path)
    one, two = (print_order(an_order(since=house.now, note=note)) for note in ("by clerk a", "by clerk b"))
    register = house.office.register
    real = register.enter

    def between(*asked: object, **more: object) -> str:
        register.enter = real
        enter_order(house.desk, two, CLERK)
        return real(*asked, **more)

    register.enter = between
    with pytest.raises(Refused, match="order_id_taken"):
        enter_order(house.desk, one, CLERK)
    assert list(register.texts().values()) == [two]
    house.lifted(ActKind.DISSOLVE)
    assert not standing(register.texts(), house.now, frozenset({of_act(house)})).in_force


def of_act(house: House) -> str:
    (leaf,) = (leaf for _, leaf in house.office.log.leaves() if leaf.kind == "lift")
    return leaf.text("paper")


def test_i22_a_reject_of_one_of_two_scans_frees_that_one_alone() -> None:
    first, second = SCANS
    act, other = reject("act-1", SCANS[first]), reject("act-2", SCANS[second])
    texts = behind(SCANS, act, other)
    assert stands(texts, 1).unreadable == (first, second)
    assert stands(texts, 1, act).unreadable == (second,)
    assert stands(texts, 1, other).unreadable == (first,)
    assert stands(texts, 1, act, other).unreadable == ()


def test_i22_of_two_scans_no_act_frees_one_that_it_does_not_name() -> None:
    unnamed, dissolved = reject("act-1", b"another paper"), an_act(ActKind.DISSOLVE, "act-2", at(0), "paper-1")
    texts = behind(SCANS, unnamed, dissolved)
    assert stands(texts, 1, unnamed, dissolved).unreadable == tuple(SCANS)


def test_i22_a_scan_that_comes_after_its_rejection_binds() -> None:
    act = reject("act-1", SCANS["0001-paper-1.toml"])
    texts = behind({"0001-paper-1.toml": b"scan one"}, act)
    assert stands(texts, 1, act).unreadable == ()
    # Another one, and the very same once more: whoever entered it said that it is there after all.
    assert stands({**texts, "0003-paper-1.toml": b"scan two"}, 1, act).unreadable == ("0003-paper-1.toml",)
    assert stands({**texts, "0003-paper-1.toml": b"scan one"}, 1, act).unreadable == ("0003-paper-1.toml",)


def test_i22_beside_an_order_that_can_be_read_nothing_is_rejected() -> None:
    texts = {**printed(an_order("order-1")), "0002-order-1.toml": b"a scan"}
    act = reject("act-1", b"a scan", "order-1")
    found = stands(behind(texts, act), 1, act)
    assert found.unreadable == ("0002-order-1.toml",)
    assert [each.state for each in found.stood] == [State.REPORTED]


def test_the_list_says_which_rejection_of_two_scans_counts(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    for text in SCANS.values():
        house.office.register.enter("paper-1", text)
    complete_orders(house.desk)
    house.act(ActKind.REJECT, "act-1", order="paper-1", document=of(b"another paper"))
    house.lifted(ActKind.REJECT, "act-2", order="paper-1", document=of(b"scan one"))
    said = [each.stands for each in acts_now(house.desk)]
    assert said == ["loosens nothing: two instruments have the id of its order", "counts"]
    found = standing(house.desk.register.texts(), house.now, frozenset({of_act(house)}))
    assert found.unreadable == ("0002-paper-1.toml",)
