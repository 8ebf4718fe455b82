# SPDX-License-Identifier: Apache-2.0
"""Notice of an act that would loosen an order: sent to every address, served by signed receipts, only then lifted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.docket.acts import ActKind
from lawgate.drivers.keys import verify
from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY, Effect, EffectKind, NoticeTerms
from lawgate.office.notify import NotifyDesk, give_act_notice
from lawgate.office.notify_served import take_act_receipt
from lawgate.office.order_acts import lift
from lawgate.protocol.notice import Receipt, Served, digest_of, print_receipt, print_served
from unit.docket.house import CLERK, KEYS, House, a_house
from unit.docket.made import an_order
from unit.protocol.notified import Pages, Way, register
from unit.release.desk import OFFICE, POLICY

BY, SIGNER = "person.c.1", KEYS["person_c_1"]
TOLD = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0, NoticeTerms(24, ("court", "org"), 72))


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = a_house(tmp_path)
    made.order(an_order("order-1", TOLD, since=made.now))
    made.act(ActKind.STAY)
    return made


def desk(house: House, mail: Way, **changed: object) -> NotifyDesk:
    office = house.office
    made = NotifyDesk(
        log=office.log,
        rooms=FolderRooms(office.root / "notices"),
        packages=office.packages,
        orders=office.register,
        registers=lambda: office.registers,
        parties=register,
        rule=lambda day: None,
        citation=str,
        lifted=lambda leaves: frozenset(),
        notifiers={"smtp": mail},
        pdf=Pages(),
        clock=office.clock,
        policy=POLICY,
        verify=verify,
        office=OFFICE,
    )
    return replace(made, **changed)


def receipt(house: House, paper: bytes, where: str, **changed: object) -> bytes:
    party, _, name = where.partition("/")
    said = replace(Served(digest_of(paper), party, name, "hand", house.now, BY, ""), **changed)
    return print_receipt(Receipt(said, SIGNER.sign(print_served(said))))


def test_an_act_is_lifted_when_every_address_was_served(house: House) -> None:
    mail = Way()
    given = give_act_notice(desk(house, mail), house.desk, "act-1", BY)
    (leaf,) = house.office.kinds("act-notice")
    assert leaf.texts("parties") == ("court/clerk", "org/hook", "org/mail")
    assert [(f"{each.party}/{each.address}", each.code) for each in given.told] == [
        ("court/clerk", "by_hand"),
        ("org/mail", ""),
        ("org/hook", "no_way"),
    ]
    ((_, parcel),) = mail.parcels
    assert parcel.paper == given.paper and leaf.text("paper") == digest_of(given.paper)
    for word in ("order-1", "act-1", "court/clerk", digest_of(given.paper)):
        assert word in parcel.words
    for where in ("court/clerk", "org/mail", "org/hook"):
        with pytest.raises(Refused, match="lift_early"):
            lift(house.desk, "act-1", CLERK)
        take_act_receipt(desk(house, mail), house.desk, "act-1", receipt(house, given.paper, where))
    with pytest.raises(Refused, match="lift_early"):
        lift(house.desk, "act-1", CLERK)
    house.later(24)
    assert lift(house.desk, "act-1", CLERK)
    assert len(house.office.kinds("act-receipt")) == 3


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"notice": "f" * 64}, "notice_served"),
        ({"by": "person.x.9"}, "notice_signature"),
        ({"by": "person.c.2"}, "notice_signature"),  # signed by another
        ({"how": "smtp"}, "notice_signature"),
        ({"address": "other"}, "notice_signature"),
        ({"evidence": "a" * 64}, "notice_evidence"),
    ],
)
def test_a_receipt_that_does_not_hold_serves_nobody(house: House, changed: dict[str, object], code: str) -> None:
    made = desk(house, Way())
    given = give_act_notice(made, house.desk, "act-1", BY)
    with pytest.raises(Refused, match=code):
        take_act_receipt(made, house.desk, "act-1", receipt(house, given.paper, "org/mail", **changed))
    assert house.office.kinds("act-receipt") == []


def test_nobody_is_told_of_what_is_not_there(house: House) -> None:
    made = desk(house, Way())
    with pytest.raises(Refused, match="notice_person"):
        give_act_notice(made, house.desk, "act-1", "person.x.9")
    with pytest.raises(Refused, match="act_unknown"):
        give_act_notice(made, house.desk, "act-none", BY)
    assert house.office.kinds("act-notice") == []
