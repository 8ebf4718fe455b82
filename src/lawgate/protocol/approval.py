# SPDX-License-Identifier: Apache-2.0
"""What an approver signs, and what somebody who objects leaves behind (docs/spec/approvals.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar

import rfc8785

from lawgate.model.fault import Fault, Faulty, Scope

APPROVAL, OBJECTION = "lawgate-approval-1", "lawgate-objection-1"
LEGAL, DISCLOSURE = "legal", "disclosure"
ROLES = (DISCLOSURE, LEGAL)
MAX_BYTES, MAX_TEXT = 1 << 20, 1 << 16
_SAID = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to one package, over its exact set of rows.

    `set` is the set commitment, `prepared` the leaf hash (hex) of the package's leaf, `objections` the SHA-256 (hex) of
    every objection to the package or its batch so far, sorted; `device` the key it is signed with, as `device_of` names
    it; `said_at` a UTC second.
    """

    package: str
    set: str
    prepared: str
    objections: tuple[str, ...]
    person: str
    office: str
    role: str
    device: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Objection:
    """Why somebody who works on a batch or package (`subject`) says it should not go, and the UTC second.

    `set` is the set commitment of a package, empty for a batch; `salt` (hex) keeps anybody from trying texts against
    the digest that the log shows.
    """

    subject: str
    set: str
    person: str
    text: str
    said_at: datetime
    salt: str


def device_of(key: bytes) -> str:
    """How an approval names the key it is signed with: SHA-256 (hex) of the raw public key. One key is one device."""
    return sha256(key).hexdigest()


def render(approval: Approval) -> bytes:
    """The canonical JSON (RFC 8785) that the approver signs."""
    body = {name: getattr(approval, name) for name in _APPROVAL}
    objections, said = list(approval.objections), approval.said_at.astimezone(UTC).strftime(_SAID)
    return rfc8785.dumps({**body, "format": APPROVAL, "objections": objections, "said_at": said})


def parse(data: bytes) -> Approval:
    """The approval in these bytes. Faulty (`E_APPROVAL_FORM`) unless rendering it again gives the same bytes."""
    found = _only(data, _approval, render)
    if found is None or found.role not in ROLES or list(found.objections) != sorted(set(found.objections)):
        raise Faulty((_fault("E_APPROVAL_FORM", "the approval is not written as `lawgate approve paper` writes it"),))
    return found


def render_objection(objection: Objection) -> bytes:
    """The canonical JSON (RFC 8785) that is kept, and that the log names by its SHA-256."""
    body = {name: getattr(objection, name) for name in _OBJECTION}
    return rfc8785.dumps({**body, "format": OBJECTION, "said_at": objection.said_at.astimezone(UTC).strftime(_SAID)})


def parse_objection(data: bytes) -> Objection:
    """The objection in these bytes. Faulty (`E_OBJECTION_FORM`) unless rendering it again gives the same bytes."""
    found = _only(data, _objection, render_objection)
    if found is None or not may_be_said(found.text):
        raise Faulty((_fault("E_OBJECTION_FORM", "the kept objection is not one that `lawgate object` wrote"),))
    return found


def may_be_said(text: str) -> bool:
    """Whether a text can be kept as an objection: some words, of at most 64 KiB, without control signs.

    Whoever approves has it on the screen: a control sign could hide there what the text says.
    """
    shown = all(sign.isprintable() or sign in "\n\t" for sign in text)
    return bool(text.strip()) and shown and len(text.encode("utf-8", "replace")) <= MAX_TEXT


_APPROVAL = ("package", "set", "prepared", "person", "office", "role", "device")
_OBJECTION = ("subject", "set", "person", "text", "salt")
_Made = TypeVar("_Made", Approval, Objection)


def _only(data: bytes, read: Callable[[Mapping[str, Any]], _Made], write: Callable[[_Made], bytes]) -> _Made | None:
    try:
        made = read(json.loads(data)) if len(data) <= MAX_BYTES else None
        return made if made is not None and write(made) == data else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # Any shape but the one that the printer writes ends here; which one does not matter to the answer.
        return None


def _approval(found: Mapping[str, Any]) -> Approval:
    if not isinstance(found["objections"], list):
        raise TypeError("not a list")
    texts = {name: _text(found[name]) for name in _APPROVAL}
    return Approval(**texts, objections=tuple(map(_text, found["objections"])), said_at=_said(found))


def _objection(found: Mapping[str, Any]) -> Objection:
    return Objection(**{name: _text(found[name]) for name in _OBJECTION}, said_at=_said(found))


def _said(found: Mapping[str, Any]) -> datetime:
    return datetime.strptime(_text(found["said_at"]), _SAID).replace(tzinfo=UTC)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _fault(code: str, mend: str) -> Fault:
    return Fault(Scope.FILE, "paper", 0, "", code, mend)
