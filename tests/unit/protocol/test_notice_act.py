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
from lawgate.office.notify_served import take_act_answers, take_act_report
from lawgate.office.order_acts import lift, served, statement
from lawgate.protocol.notice import Receipt, Served, digest_of, parse_served, print_receipt, print_served
from unit.docket.house import CLERK, KEYS, House, a_house
from unit.docket.made import an_order
from unit.protocol.notified import EVERYWHERE, HOOK_KEY, ORG, Pages, Way, register, report
from unit.release.desk import OFFICE, POLICY

BY, SIGNER = "person.c.1", KEYS["person_c_1"]
TOLD = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0, NoticeTerms(24, ("court", "org"), 72))


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = a_house(tmp_path)
    made.parties = register()
    made.order(an_order("order-1", TOLD, since=made.now))
    made.act(ActKind.STAY)
    return made


def desk(house: House, mail: Way, hook: Way) -> NotifyDesk:
    office = house.office
    return NotifyDesk(
        log=office.log,
        rooms=FolderRooms(office.root / "notices"),
        packages=office.packages,
        orders=office.register,
        registers=lambda: office.registers,
        parties=lambda: house.parties,
        rule=lambda day: None,
        citation=str,
        lifted=lambda leaves: frozenset(),
        notifiers={"smtp": mail, "webhook": hook},
        pdf=Pages(),
        clock=office.clock,
        policy=POLICY,
        verify=verify,
        office=OFFICE,
    )


def hooked(house: House, paper: bytes) -> bytes:
    """The receipt that the organisation's own program signs."""
    said = Served(digest_of(paper), ORG, "hook", "webhook", house.now, ORG, "")
    return print_receipt(Receipt(said, HOOK_KEY.sign(print_served(said))))


def by_hand(house: House, where: str, how: str = "hand", evidence: bytes = b"", other: object = None) -> int:
    """Have the statement about the newest notice written, sign it with `other` fields, hand it in."""
    party, _, name = where.partition("/")
    said = parse_served(statement(house.desk, "act-1", party, name, how, house.now, BY, evidence))
    said = replace(said, **(other or {}))
    return served(house.desk, "act-1", print_receipt(Receipt(said, SIGNER.sign(print_served(said)))), evidence)


def test_an_act_is_lifted_when_every_address_was_served(house: House) -> None:
    mail, hook = Way(), Way()
    given = give_act_notice(desk(house, mail, hook), house.desk, "act-1", BY)
    (leaf,) = house.office.kinds("act-notice")
    assert leaf.texts("parties") == EVERYWHERE
    assert [(f"{each.party}/{each.address}", each.code) for each in given.told] == [
        ("court/clerk", "by_hand"),
        ("org/mail", ""),
        ("org/hook", ""),
    ]
    ((_, parcel),) = mail.parcels
    assert parcel.paper == given.paper and leaf.text("paper") == digest_of(given.paper)
    for word in ("order-1", "act-1", "court/clerk", digest_of(given.paper)):
        assert word in parcel.words
    for serve in (
        lambda: by_hand(house, "court/clerk"),
        lambda: by_hand(house, "org/mail", "smtp", report(digest_of(given.paper))),
        lambda: served(house.desk, "act-1", hooked(house, given.paper)),
    ):
        with pytest.raises(Refused, match=r"lift_early.*served"):
            lift(house.desk, "act-1", CLERK)
        serve()
    with pytest.raises(Refused, match=r"lift_early.*wait"):
        lift(house.desk, "act-1", CLERK)
    house.later(24)
    assert lift(house.desk, "act-1", CLERK)
    assert len(house.office.kinds("act-receipt")) == 3


def test_a_partys_own_program_answers_with_its_receipt(house: House) -> None:
    class Answers(Way):
        def send(self, where: str, parcel: object) -> object:
            self.answer = hooked(house, parcel.paper)
            return super().send(where, parcel)

    given = give_act_notice(desk(house, Way(), Answers()), house.desk, "act-1", BY)
    assert take_act_answers(house.desk, "act-1", given) == (("org/hook", ""),)
    assert take_act_answers(house.desk, "act-1", given) == (("org/hook", "notice_again"),)
    assert [leaf.text("served") for leaf in house.office.kinds("act-receipt")] == ["org/hook"]


def test_a_machine_that_is_dead_is_served_by_hand_after_it_failed(house: House) -> None:
    """The yes-route: what cannot be delivered is brought to counsel, who signs for it."""
    give_act_notice(desk(house, Way(fails="unreached"), Way(fails="refused")), house.desk, "act-1", BY)
    assert {leaf.text("code") for leaf in house.office.kinds("alarm")} == {"notice_unsent"}
    by_hand(house, "court/clerk")
    for where in ("org/mail", "org/hook"):
        with pytest.raises(Refused, match="notice_evidence"):
            by_hand(house, where)
        by_hand(house, where, evidence=b"received: Counsel for the Organisation")
    house.later(24)
    assert lift(house.desk, "act-1", CLERK)


def test_a_machine_that_took_it_is_not_served_by_hand(house: House) -> None:
    made = desk(house, Way(), Way())
    given = give_act_notice(made, house.desk, "act-1", BY)
    for where in ("org/mail", "org/hook"):
        with pytest.raises(Refused, match="notice_by_hand"):
            by_hand(house, where, evidence=b"received")
    assert house.office.kinds("act-receipt") == house.office.kinds("alarm") == []
    # A report that it was delivered opens nothing; one that it came back does, for that address alone.
    assert take_act_report(made, house.desk, "act-1", report(digest_of(given.paper)), BY) is None
    with pytest.raises(Refused, match="notice_report"):
        take_act_report(made, house.desk, "act-1", report("a" * 64, "failed"), BY)
    with pytest.raises(Refused, match="notice_person"):
        take_act_report(made, house.desk, "act-1", report(digest_of(given.paper), "failed"), "person.x.9")
    assert take_act_report(made, house.desk, "act-1", report(digest_of(given.paper), "failed"), BY) is not None
    by_hand(house, "org/mail", evidence=b"received")
    with pytest.raises(Refused, match="notice_by_hand"):
        by_hand(house, "org/hook", evidence=b"received")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"notice": "f" * 64}, "notice_served"),
        ({"by": "person.x.9"}, "notice_signature"),
        ({"by": "person.c.2"}, "notice_signature"),  # signed by another
        ({"how": "smtp"}, "notice_signature"),
        ({"address": "other"}, "notice_signature"),
        ({"address": "mail", "party": "org"}, "notice_signature"),
        ({"evidence": "a" * 64}, "notice_evidence"),
    ],
)
def test_a_receipt_that_does_not_hold_serves_nobody(house: House, changed: dict[str, object], code: str) -> None:
    give_act_notice(desk(house, Way(), Way()), house.desk, "act-1", BY)
    with pytest.raises(Refused, match=code):
        by_hand(house, "court/clerk", other=changed)
    with pytest.raises(Refused, match="notice_form"):
        served(house.desk, "act-1", b"proof of service")
    assert house.office.kinds("act-receipt") == []


def test_nobody_is_told_of_what_is_not_there(house: House) -> None:
    made = desk(house, Way(), Way())
    with pytest.raises(Refused, match="notice_person"):
        give_act_notice(made, house.desk, "act-1", "person.x.9")
    with pytest.raises(Refused, match="act_unknown"):
        give_act_notice(made, house.desk, "act-none", BY)
    assert house.office.kinds("act-notice") == []
