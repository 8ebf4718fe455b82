# SPDX-License-Identifier: Apache-2.0
"""Reports of mail systems: what a delivery report (RFC 3464) or a reading report (RFC 8098) says of one notice.

They are not signed: a report is what a person's statement rests on, never more. One that says the mail came back
counts against it whoever handed it in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from lawgate.model.fault import Refused

DELIVERED, BOUNCED, UNSETTLED = "delivered", "bounced", "unsettled"
MAX_BYTES = 1 << 20
_ACTIONS = {"delivered": DELIVERED, "failed": BOUNCED}
"""What settles it. `relayed`, `expanded` and `delayed` say that it went on, not that it arrived."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report says: DELIVERED, BOUNCED or UNSETTLED, of which notice (SHA-256, hex), for which mailbox."""

    state: str
    notice: str
    mailbox: str


def read_report(data: bytes) -> Reported:
    """The report in a mail as it was received. Refused `notice_report` when it is none, or is about several mailboxes.

    Which notice it is about stands in the envelope id, or in the id of the message, that this office gave.
    """
    if len(data) > MAX_BYTES:
        raise _none()
    try:
        return _read(data)
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        # What the standard library's parser of mails fails with on parts in parts, or on broken parameters.
        raise _none() from None


def _read(data: bytes) -> Reported:
    # The plain policy: it takes headers as text. The richer one reads addresses and ids, and fails on broken ones.
    mail = message_from_bytes(data)
    kinds = {part.get_content_type(): part for part in mail.walk()}
    if (part := kinds.get("message/delivery-status")) is not None:
        return _delivery(part, mail)
    if (part := kinds.get("message/disposition-notification")) is not None:
        return _reading(part)
    raise _none()


def _delivery(part: Message, mail: Message) -> Reported:
    blocks = [each for each in _blocks(part) if each]
    about = [each for each in blocks if "final-recipient" in each]
    if len(about) != 1:
        raise _none()
    envelope = next((each["original-envelope-id"] for each in blocks if "original-envelope-id" in each), "")
    named = {*_DIGEST.findall(envelope), *_DIGEST.findall(_returned_id(mail))}
    mailbox = about[0].get("original-recipient", about[0]["final-recipient"])
    return _reported(_ACTIONS.get(about[0].get("action", "").lower(), UNSETTLED), named, mailbox)


def _reading(part: Message) -> Reported:
    fields = {name: value for block in _blocks(part) for name, value in block.items()}
    shown = fields.get("disposition", "").partition(";")[2].strip().lower().partition("/")[0]
    named = set(_DIGEST.findall(fields.get("original-message-id", "")))
    mailbox = fields.get("original-recipient", fields.get("final-recipient", ""))
    return _reported(DELIVERED if shown == "displayed" else UNSETTLED, named, mailbox)


def _reported(state: str, named: set[str], mailbox: str) -> Reported:
    kind, _, address = mailbox.partition(";")
    if len(named) != 1 or kind.strip().lower() != "rfc822" or not address.strip():
        raise _none()
    return Reported(state, named.pop(), address.strip())


def _blocks(part: Message) -> list[dict[str, str]]:
    """The groups of fields of a report, each by lower-case name."""
    payload = part.get_payload()
    if isinstance(payload, list):
        groups = [each for each in payload if isinstance(each, Message)]
        return [{name.lower(): _unfolded(value) for name, value in each.items()} for each in groups]
    made: list[dict[str, str]] = [{}]
    for line in str(payload).splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            made.append({})
        elif colon:
            made[-1].setdefault(name.strip().lower(), value.strip())
    return made


def _returned_id(mail: Message) -> str:
    """The Message-ID of the mail that the report returns, or of its headers."""
    for part in mail.walk():
        if part.get_content_type() == "text/rfc822-headers":
            found = message_from_bytes(str(part.get_payload()).encode("utf-8", "replace"))
            return _unfolded(found.get("message-id", ""))
        if part.get_content_type() == "message/rfc822" and part is not mail:
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            return _unfolded(inner.get("message-id", "")) if isinstance(inner, Message) else ""
    return ""


def _unfolded(value: object) -> str:
    """A field's text in one line."""
    return "".join(str(value).splitlines())


def _none() -> Refused:
    return Refused("notice_report", "this is no report about one delivery of a notice that this office sent")
