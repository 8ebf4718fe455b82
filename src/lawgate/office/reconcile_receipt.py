# SPDX-License-Identifier: Apache-2.0
"""The recipient's receipt: which sealed records arrived, counted by the recipient, signed by a person of that agency.

A receipt names sealed files by their SHA-256 and no person. It is taken whatever it says: that something is missing is
what reconciliation is there to find.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import rfc8785

from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.release import Release
from lawgate.ports.rooms import Rooms

FORMAT = "lawgate-receipt-1"
KIND = "ack"
LEAF = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What arrived. `delivery` is the name it came under, `received` the SHA-256 (hex) of each sealed record."""

    package: str
    delivery: str
    by: str
    at: str
    received: tuple[str, ...]

    @property
    def handout(self) -> int:
        """The index of the leaf of its hand-out, which ends the name of the delivery; -1 when it has none."""
        number = self.delivery.removeprefix(f"{self.package}-")
        return int(number) if LEAF.fullmatch(number) else -1


def write_receipt(package: str, delivery: str, by: str, at: datetime, received: Sequence[str]) -> bytes:
    """The bytes a recipient signs: RFC 8785, the digests sorted."""
    text: dict[str, Any] = {
        "format": FORMAT,
        "package": package,
        "delivery": delivery,
        "by": by,
        "at": instant(at),
        "received": sorted(received),
    }
    return rfc8785.dumps(text)


def read_receipt(data: bytes) -> Receipt:
    """The receipt in these bytes. Refused E_RECEIPT unless they are a receipt in its one spelling."""
    try:
        found = json.loads(data)
        made = Receipt(found["package"], found["delivery"], found["by"], found["at"], tuple(found["received"]))
        at = datetime.fromisoformat(made.at)
        texts = all(isinstance(each, str) for each in (made.package, made.delivery, made.by, *made.received))
        good = texts and write_receipt(made.package, made.delivery, made.by, at, made.received) == data
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        good = False
    if not good:
        raise Refused("E_RECEIPT", "these bytes are no receipt in its one spelling")
    return made


def take_receipt(house: Release, paper: bytes, signature: bytes) -> int:
    """Keep a signed receipt in its batch's room and log it; the index of its leaf. The same one again is logged once.

    Refused E_RECEIPT when it is of no delivery of this office, E_RECEIPT_SIGNED when it is not signed by a person who
    is in an office of the recipient on the day it states, and not later than now.
    """
    receipt, decide = read_receipt(paper), house.decide
    leaves = dict(decide.log.leaves())
    handout = leaves.get(receipt.handout)
    if handout is None or handout.kind != "handout" or handout.text("package") != receipt.package:
        raise Refused("E_RECEIPT", "the log has no hand-out of that package under that name")
    _signed(house, receipt, handout.text("recipient"), paper, signature)
    digest = sha256(paper).hexdigest()
    batch = leaves[handout.number("prepared_leaf")].text("batch")
    with decide.rooms.alone(batch):
        for at, leaf in decide.log.leaves():
            if leaf.kind == KIND and leaf.text("paper") == digest:
                return at
        decide.rooms.write(batch, f"{receipt_stem(digest)}.sig", signature)
        decide.rooms.write(batch, f"{receipt_stem(digest)}.json", paper)
        body: dict[str, Value] = {"package": receipt.package, "handout_leaf": receipt.handout, "paper": digest}
        return decide.log.append(StageLeaf(KIND, instant(decide.clock.now()), body))


def receipt_stem(digest: str) -> str:
    """The name, without its ending, under which a receipt is kept: by its SHA-256 (hex)."""
    return f"receipt-{digest}"


def _signed(house: Release, receipt: Receipt, agency: str, paper: bytes, signature: bytes) -> None:
    at = datetime.fromisoformat(receipt.at)
    person = house.release.registers().people.get(receipt.by)
    in_office = person is not None and agency in person.agencies_on(at.date())
    if person is None or not in_office or at > house.decide.clock.now():
        raise Refused("E_RECEIPT_SIGNED", "whoever it names holds no office of the recipient on that day")
    if not house.release.verify(person.key, paper, signature):
        raise Refused("E_RECEIPT_SIGNED", "the signature is not that person's over these very bytes")


def kept_receipt(rooms: Rooms, batch: str, digest: str) -> Receipt:
    """A receipt that was logged under this digest. Refused E_RECEIPT when it is not kept, or is another one."""
    try:
        paper = rooms.read(batch, f"{receipt_stem(digest)}.json")
    except LawgateError:
        paper = b""
    if sha256(paper).hexdigest() != digest:
        raise Refused("E_RECEIPT", f"batch {batch}: the receipt that the log names is not kept, or is another one")
    return read_receipt(paper)
