# SPDX-License-Identifier: Apache-2.0
"""The small custodian of the release side, with people who may sign acts and a place to keep their proofs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from lawgate.authority.lifts import NOTICE, RECEIPT, Lifting
from lawgate.docket.act_text import print_act
from lawgate.docket.acts import Act, ActKind
from lawgate.docket.printing import print_order
from lawgate.drivers.keys import KeySigner, verify
from lawgate.law.notice_parties import PAPER, NoticeAddress, NoticeParties, NoticeParty
from lawgate.model.order import Order
from lawgate.model.request import Person, Tenure
from lawgate.office.handout import ReleaseDesk
from lawgate.office.order_acts import enter_act, lift, newest_notice, served, tell
from lawgate.office.orders import OrderDesk, enter_order
from lawgate.protocol.notice import Receipt, Served, print_receipt, print_served
from unit.docket.made import an_act, signed
from unit.release.desk import CLERKS, EVER, OFFICE, POLICY, REGISTRARS, START, Office

CLERK = "person.c.5"
KEYS = {name.replace(".", "_"): key for name, key in CLERKS.items()}
"""Registrars, who review too."""
BOTH = KeySigner("serves-both", 1, b"\x0d" * 32)
"""Somebody of the reviewing office who serves the asking agency as well."""
BY = "person.c.1"
"""Who serves, and signs that it was done."""
TWO = {"person_c_1": KEYS["person_c_1"], "person_c_2": KEYS["person_c_2"]}


def a_party(name: str, *addresses: str) -> NoticeParty:
    """A court with paper addresses."""
    found = tuple(NoticeAddress(each, PAPER, "the counter", b"", EVER) for each in addresses)
    return NoticeParty(name, name, "court", "", ("a", "b"), found)


def told(*parties: NoticeParty) -> NoticeParties:
    """A register of notice parties."""
    return NoticeParties({each.id: each for each in parties}, "c" * 64)


@dataclass
class House:
    """The custodian, its desk for orders, and whatever was kept about acts."""

    office: Office
    waits: dict[str, bytes] = field(default_factory=dict)
    hours: int = 24
    parties: NoticeParties = field(
        default_factory=lambda: told(a_party("court", "clerk"), a_party("party-a", "counsel", "office"))
    )

    def __post_init__(self) -> None:
        holds = tuple(Tenure(each, "custodian", EVER) for each in (OFFICE, REGISTRARS))
        known = {name: Person(name, name, key.public_key, holds) for name, key in CLERKS.items()}
        # The same human as person.c.1, under another id.
        known["person.c.8"] = replace(known["person.c.1"], id="person.c.8")
        known["person.a.2"] = Person(
            "person.a.2",
            "asks too",
            BOTH.public_key,
            (Tenure(OFFICE, "custodian", EVER), Tenure("us.agency-a.clerk", "us.agency-a", EVER)),
        )
        registers = self.office.registers
        self.office.registers = replace(registers, people={**registers.people, **known})

    @property
    def now(self) -> datetime:
        return self.office.clock.at

    def later(self, hours: float) -> None:
        self.office.clock.at += timedelta(hours=hours)
        self.office.clock.seconds += hours * 3600

    @property
    def desk(self) -> OrderDesk:
        return replace(self.office.orders(), keep=self.waits.setdefault, lifting=self.lifting)

    @property
    def release(self) -> ReleaseDesk:
        return self.office.release(lifting=self.lifting)

    def lifting(self) -> Lifting:
        papers = {n.partition("-")[2]: data for n, data in self.waits.items() if n.startswith((NOTICE, RECEIPT))}
        return Lifting(
            self.office.registers, POLICY, verify, OFFICE, dict(self.waits), self.parties, papers, self.hours
        )

    def order(self, order: Order) -> str:
        return enter_order(self.desk, print_order(order), CLERK)

    def act(self, kind: ActKind, name: str = "act-1", keys: object = None, **more: object) -> Act:
        """Enter an act of now, signed by two people unless said."""
        act = signed(an_act(kind, name, self.now, **more), **(TWO if keys is None else keys))
        enter_act(self.desk, print_act(act), CLERK)
        return act

    def serve(self, name: str = "act-1", *where: str) -> None:
        """Write the notice of an act, and state service by hand at these addresses (all that it names unless said)."""
        tell(self.desk, name)
        for each in where or newest_notice(self.desk, name)[1].texts("parties"):
            self.served(name, each)

    def served(self, name: str, where: str, **changed: object) -> int:
        """Hand in a receipt for an address of the newest notice of an act."""
        return served(self.desk, name, self.receipt(name, where, **changed))

    def receipt(self, name: str, where: str, **changed: object) -> bytes:
        """A signed receipt for an address of the newest notice; anything of the statement may be changed."""
        party, _, address = where.partition("/")
        notice = newest_notice(self.desk, name)[1].text("paper")
        said = replace(Served(notice, party, address, "hand", self.now, BY, ""), **changed)
        return print_receipt(Receipt(said, KEYS["person_c_1"].sign(print_served(said))))

    def lifted(self, kind: ActKind, name: str = "act-1", hours: float = 24, **more: object) -> Act:
        """An act that loosens, all the way."""
        act = self.act(kind, name, **more)
        self.serve(name)
        self.later(hours)
        lift(self.desk, name, CLERK)
        return act


def a_house(root: Path) -> House:
    return House(Office(root))


__all__ = ["BY", "CLERK", "KEYS", "START", "TWO", "House", "a_house", "a_party", "told"]
