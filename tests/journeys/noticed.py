# SPDX-License-Identifier: Apache-2.0
"""What the journeys of notice share: an order with terms, a register of parties, statements signed by played people."""

from __future__ import annotations

import base64
import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from journeys.office import AGENCY, REVIEWER, Office
from lawgate.docket.printing import print_order
from lawgate.model.order import EVERY, Effect, EffectKind, NoticeTerms, Order
from lawgate.office.notify import NotifyDesk
from lawgate.office.notify_served import Taken, statement, take_receipt
from lawgate.office.orders import enter_order
from lawgate.protocol.notice import Receipt, parse_served, print_receipt
from lawgate_lab.played import signing_key

COURT, COUNSEL = "court.of-made-up", "org.made-up"
CLERK, MAIL, HOOK = "clerk", "mail", "hook"
ORDER = "order-notice"
A_COURT = """[[party]]
id = "{court}"
name = "A Court"
kind = "court"
registrars = ["person.custodian.1", "person.custodian.5"]
[[party.address]]
id = "clerk"
kind = "paper"
where = "the clerk's counter"
from = 2020-01-01
to = "until further notice"
"""
PARTIES = (
    A_COURT
    + """
[[party]]
id = "{counsel}"
name = "An Organisation"
kind = "organisation"
counsel = "Counsel for the Organisation"
registrars = ["person.custodian.1", "person.custodian.5"]
[[party.address]]
id = "mail"
kind = "smtp"
where = "{mailbox}"
from = 2020-01-01
to = "until further notice"
[[party.address]]
id = "hook"
kind = "webhook"
where = "{hook}"
key = "{key}"
from = 2020-01-01
to = "until further notice"
"""
)


def register(office: Office, hook: str = "http://127.0.0.1:9/notice", key: bytes = b"", mail: str = "") -> None:
    """Write the register of parties."""
    text = PARTIES.format(
        court=COURT,
        counsel=COUNSEL,
        mailbox=mail or "counsel@organisation.example",
        hook=hook,
        key=base64.b64encode(key).decode(),
    )
    (office.folder / "registers" / "notice_parties.toml").write_text(text)


def notice_order(name: str, at: datetime, hours: int = 24, window: int = 72) -> bytes:
    """The text of an order that wants notice of everything this agency asks for."""
    terms = NoticeTerms(hours, (COURT, COUNSEL), window)
    effect = Effect(EffectKind.NOTICE, EVERY, (AGENCY,), EVERY, EVERY, EVERY, 0, notice=terms)
    at = at.replace(microsecond=0)
    return print_order(Order(name, "A Court", "1:30-cv-1", "stay", "a" * 64, at, at, at, None, (effect,), ""))


def under_notice(office: Office, rows: tuple[int, ...] = (0, 1)) -> str:
    """A package of these rows, prepared; then an order that wants notice of it."""
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, list(rows)).manifest.package
    enter_order(office.house.orders, notice_order(ORDER, datetime.now(UTC)), REVIEWER)
    return package


def at_time(desk: NotifyDesk, clock: object) -> NotifyDesk:
    """The same desk under another clock."""
    return dataclasses.replace(desk, clock=clock)


def serve(
    office: Office, desk: NotifyDesk, package: str, address: str, how: str, at: datetime, evidence: bytes = b""
) -> Taken:
    """State service at `party/address` as the played reviewer, sign it, hand it in."""
    party, _, name = address.partition("/")
    said = statement(desk, package, party, name, how, at, REVIEWER, evidence)
    signature = signing_key(office.seed, REVIEWER).sign(said)
    return take_receipt(desk, package, print_receipt(Receipt(parse_served(said), signature)), evidence)


def written(folder: Path, name: str, data: bytes) -> Path:
    """A file with these bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name
