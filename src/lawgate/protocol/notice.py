# SPDX-License-Identifier: Apache-2.0
"""Papers of notice: what is told before a transfer, and the signed statement that it, or another paper, was served.

One printer and one parser for each (RFC 8785); no person's data. Formats: docs/spec/notice.md.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar

import rfc8785

from lawgate.model.fault import Refused

NOTICE, ACT_NOTICE = "lawgate-notice-1", "lawgate-act-notice-1"
SERVED, RECEIPT = "lawgate-served-1", "lawgate-receipt-1"
HAND, FILED = "hand", "filed"
HOWS = ("smtp", "webhook", HAND, FILED)
"""How something was served: by mail with a report of its delivery, by the party's own answer, by hand, by filing."""
BOUNCED = "notice_bounced"
"""The code of the leaf `alarm` that says a notice came back; its subject is `bounce_of(...)`."""
UNSENT = "notice_unsent"
"""The code of the leaf `alarm` that says a notice could not be handed over; its subject is `bounce_of(...)`."""
MAX_BYTES = 1 << 20
_SECOND = "%Y-%m-%dT%H:%M:%SZ"
_DIGEST = re.compile(r"[0-9a-f]{64}")
# An id as leaves take it: what a leaf would refuse must not stand in a paper that it names.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
_NINE_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9]{3}([-._:/+=@]?)[0-9]{2}\1[0-9]{4}(?![0-9A-Za-z])")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Named:
    """An order by its id, its court, and its number there."""

    order: str
    court: str
    docket_number: str
    hours: int


@dataclass(frozen=True, slots=True)
class Addressed:
    """A party and the ids of every address the paper goes to."""

    party: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Notice of a transfer: package, set commitment, how many people, under what, to whom, under which orders.

    `parties_register` is the SHA-256 (hex) of the register that the addresses were taken from.
    """

    package: str
    set: str
    people: int
    provision: str
    citation: str
    recipient: str
    orders: tuple[Named, ...]
    parties: tuple[Addressed, ...]
    parties_register: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ActNotice:
    """Notice of an act that loosens: its leaf, its id, order and kind, the SHA-256 (hex) of its text and of its paper.

    `parties` are those who are told, each as `party/address`.
    """

    act_leaf: int
    act: str
    order: str
    kind: str
    instrument: str
    document: str
    effective: datetime
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """That one paper (SHA-256, hex) was served at one address of one party: how, when, who says so, on what it rests.

    `evidence` is the SHA-256 (hex) of a report of delivery or a stamped copy; empty when there is none.
    """

    notice: str
    party: str
    address: str
    how: str
    served_at: datetime
    by: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A statement of service with its Ed25519 signature (64 bytes) by the person, or the party, that it names."""

    served: Served
    signature: bytes


def served_as(party: str, address: str) -> str:
    """How a leaf names an address of a party."""
    return f"{party}/{address}"


def bounce_of(notice_leaf: int, party: str, address: str) -> str:
    """How a leaf names a notice that came back from an address."""
    return f"{notice_leaf}/{served_as(party, address)}"


def digest_of(paper: bytes) -> str:
    """SHA-256 (hex): how leaves and papers name a paper."""
    return sha256(paper).hexdigest()


def print_notice(notice: Notice) -> bytes:
    """The one text of a notice of transfer. Refused `notice_form` for a value that no parser would read back."""
    return _whole(rfc8785.dumps(_plain(NOTICE, notice)), _notice)


def print_act_notice(notice: ActNotice) -> bytes:
    """The one text of a notice of an act. Refused `notice_form` as for `print_notice`."""
    return _whole(rfc8785.dumps(_plain(ACT_NOTICE, notice)), _act_notice)


def print_served(served: Served) -> bytes:
    """The bytes that are signed. Refused `notice_form` as for `print_notice`."""
    return _whole(rfc8785.dumps(_plain(SERVED, served)), _served)


def print_receipt(receipt: Receipt) -> bytes:
    """The one text of a receipt: the statement and its signature. Refused `notice_form` as for `print_notice`."""
    plain = {"format": RECEIPT, "signature": b64encode(receipt.signature).decode()}
    return _whole(rfc8785.dumps({**plain, "served": _plain(SERVED, receipt.served)}), _receipt)


def parse_notice(data: bytes) -> Notice:
    """The notice of transfer in these bytes. Refused `notice_form` unless printing it again gives the same bytes."""
    return _parsed(data, _notice, print_notice)


def parse_act_notice(data: bytes) -> ActNotice:
    """The notice of an act in these bytes. Refused `notice_form` as for `parse_notice`."""
    return _parsed(data, _act_notice, print_act_notice)


def parse_served(data: bytes) -> Served:
    """The statement of service in these bytes, not signed yet. Refused `notice_form` as for `parse_notice`."""
    return _parsed(data, _served, print_served)


def parse_receipt(data: bytes) -> Receipt:
    """The receipt in these bytes; its signature is not checked here. Refused `notice_form` as for `parse_notice`."""
    return _parsed(data, _receipt, print_receipt)


def _plain(format: str, made: Notice | ActNotice | Served) -> dict[str, Any]:
    return {"format": format, **{k: _instant(v) if isinstance(v, datetime) else v for k, v in asdict(made).items()}}


def _refused() -> Refused:
    return Refused("notice_form", "a paper of notice is not written as its printer writes it")


def _whole(data: bytes, read: Callable[[dict[str, Any]], object]) -> bytes:
    """The same bytes when they can be read: nothing is signed or sent that nobody could read back."""
    try:
        read(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _refused() from None
    return data


def _parsed(data: bytes, read: Callable[[dict[str, Any]], _Made], show: Callable[[_Made], bytes]) -> _Made:
    try:
        made = read(json.loads(data)) if len(data) <= MAX_BYTES else None
        good = made is not None and show(made) == data
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Refused):
        # Any shape but the one that the printer writes ends here; which one does not matter to the answer.
        good, made = False, None
    if made is None or not good:
        raise _refused()
    return made


def _notice(found: dict[str, Any]) -> Notice:
    _named(found, NOTICE)
    orders = tuple(
        Named(_id(o["order"]), _line(o["court"]), _line(o["docket_number"]), _count(o["hours"]))
        for o in found["orders"]
    )
    if not orders:
        raise ValueError("orders")
    return Notice(
        package=_id(found["package"]),
        set=_digest(found["set"]),
        people=_count(found["people"]),
        provision=_id(found["provision"]),
        citation=_line(found["citation"]),
        recipient=_id(found["recipient"]),
        orders=orders,
        parties=_parties(found["parties"]),
        parties_register=_digest(found["parties_register"]),
        made_at=_moment(found["made_at"]),
    )


def _act_notice(found: dict[str, Any]) -> ActNotice:
    _named(found, ACT_NOTICE)
    parties = tuple(_address(each) for each in found["parties"])
    if not parties or list(parties) != sorted(set(parties)):
        raise ValueError("parties")
    return ActNotice(
        act_leaf=_count(found["act_leaf"]),
        act=_id(found["act"]),
        order=_id(found["order"]),
        kind=_id(found["kind"]),
        instrument=_digest(found["instrument"]),
        document=_digest(found["document"]),
        effective=_moment(found["effective"]),
        parties=parties,
    )


def _address(value: Any) -> str:
    party, _, address = _id(value).partition("/")
    return served_as(_id(party), _id(address))


def _served(found: dict[str, Any]) -> Served:
    _named(found, SERVED)
    if found["how"] not in HOWS:
        raise ValueError("how")
    return Served(
        notice=_digest(found["notice"]),
        party=_id(found["party"]),
        address=_id(found["address"]),
        how=found["how"],
        served_at=_moment(found["served_at"]),
        by=_id(found["by"]),
        evidence=_digest(found["evidence"]) if found["evidence"] else "",
    )


def _receipt(found: dict[str, Any]) -> Receipt:
    _named(found, RECEIPT)
    signature = b64decode(found["signature"], validate=True)
    if len(signature) != 64:
        raise ValueError("signature")
    return Receipt(_served(found["served"]), signature)


def _parties(found: Any) -> tuple[Addressed, ...]:
    made = tuple(Addressed(_id(p["party"]), tuple(_id(a) for a in p["addresses"])) for p in found)
    if not made or any(not each.addresses for each in made) or len({each.party for each in made}) != len(made):
        raise ValueError("parties")
    return made


def _named(found: dict[str, Any], format: str) -> None:
    if found["format"] != format:
        raise ValueError("format")


def _id(value: Any) -> str:
    if not isinstance(value, str) or _ID.fullmatch(value) is None or _NINE_DIGITS.search(value):
        raise ValueError("id")
    return value


def _digest(value: Any) -> str:
    if not isinstance(value, str) or _DIGEST.fullmatch(value) is None:
        raise ValueError("digest")
    return value


def _line(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 200:
        raise ValueError("line")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**8:
        raise ValueError("count")
    return value


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise TypeError("instant")
    return datetime.strptime(value, _SECOND).replace(tzinfo=UTC)


def _instant(moment: datetime) -> str:
    """The moment in UTC, to the second. ValueError without an offset: it could be any zone's."""
    if moment.tzinfo is None:
        raise ValueError("instant")
    return moment.astimezone(UTC).strftime(_SECOND)
