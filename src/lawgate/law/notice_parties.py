# SPDX-License-Identifier: Apache-2.0
"""Who is given notice, and where: the optional register `notice_parties.toml`, with every address a party has."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from lawgate.law.elements import MISSHAPEN, Doc, text_of, what_is_wrong
from lawgate.law.spans import span_of
from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.period import Span

FILE = "notice_parties.toml"
COURT, ORGANISATION = "court", "organisation"
SMTP, WEBHOOK, PAPER = "smtp", "webhook", "paper"
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{1,59}")
_MAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}")
_HTTP = re.compile(r"https?://[!-~]{1,1000}")
_PARTY = {"id", "name", "kind", "counsel", "registrars", "address"}
_ADDRESS = {"id", "kind", "where", "key", "from", "to"}


@dataclass(frozen=True, slots=True)
class NoticeAddress:
    """One address: its id, its kind (smtp, webhook, paper), where that is, and the days on which it counts.

    `key` is the Ed25519 public key (32 bytes) under which a webhook signs its receipts; empty for none.
    """

    id: str
    kind: str
    where: str
    key: bytes
    span: Span


@dataclass(frozen=True, slots=True)
class NoticeParty:
    """A court, or an organisation with the counsel who receives for it, and every address it has."""

    id: str
    name: str
    kind: str
    counsel: str
    registrars: tuple[str, ...]
    addresses: tuple[NoticeAddress, ...]

    def on(self, day: date) -> tuple[NoticeAddress, ...]:
        """The addresses that count on a day."""
        return tuple(each for each in self.addresses if day in each.span)


@dataclass(frozen=True, slots=True)
class NoticeParties:
    """The parties by id, and the SHA-256 (hex) of the register's text; of no text when there is no register."""

    parties: Mapping[str, NoticeParty]
    digest: str


def read_notice_parties(files: Mapping[str, bytes]) -> NoticeParties:
    """The register out of the office's registers (file name -> bytes); without it nobody can be given notice.

    Faulty with every entry that cannot be read.
    """
    text = files.get(FILE, b"")
    faults = list[Fault]()
    parties = dict[str, NoticeParty]()
    for number, table in enumerate(_listed(text, faults), 1):
        try:
            found = _party(table)
            if found.id in parties:
                raise ValueError("a party is listed twice")
            parties[found.id] = found
        except MISSHAPEN as wrong:
            mend = f"the entry cannot be read: {what_is_wrong(wrong)}"
            faults.append(Fault(Scope.FILE, FILE, 0, f"party {number}", "G_ENTRY", mend))
    if faults:
        raise Faulty(tuple(faults))
    return NoticeParties(MappingProxyType(parties), hashlib.sha256(text).hexdigest())


def _listed(text: bytes, faults: list[Fault]) -> list[Any]:
    try:
        doc = tomllib.loads(text.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        faults.append(Fault(Scope.FILE, FILE, 0, "", "G_TOML", "the file is missing, or not TOML 1.0 in UTF-8"))
        return []
    listed = doc.get("party", [])
    if set(doc) - {"party"} or not isinstance(listed, list):
        faults.append(Fault(Scope.FILE, FILE, 0, "", "G_SHAPE", "the file holds a list of [[party]] and nothing else"))
        return []
    return listed


def _party(table: Doc) -> NoticeParty:
    if set(table) - _PARTY:
        raise ValueError("a key is not one of those of the format")
    registrars, listed = table["registrars"], table["address"]
    if not isinstance(registrars, list) or not all(isinstance(r, str) and r for r in registrars):
        raise ValueError("`registrars` lists people by their ids")
    if len(set(registrars)) < 2:
        raise ValueError("two people register a party")
    kind, counsel = text_of(table, "kind"), table.get("counsel", "")
    if kind not in (COURT, ORGANISATION) or not isinstance(counsel, str) or (kind == ORGANISATION and not counsel):
        raise ValueError("a party is a court, or an organisation with its counsel")
    if not isinstance(listed, list) or not listed:
        raise ValueError("a party has at least one address")
    addresses = tuple(_address(each) for each in listed)
    if len({each.id for each in addresses}) != len(addresses):
        raise ValueError("two addresses of a party have one id")
    return NoticeParty(_id(table), text_of(table, "name"), kind, counsel, tuple(registrars), addresses)


def _address(table: Doc) -> NoticeAddress:
    if set(table) - _ADDRESS:
        raise ValueError("a key of an address is not one of those of the format")
    kind, where = text_of(table, "kind"), text_of(table, "where")
    key = base64.b64decode(table.get("key", ""), validate=True)
    shape = {SMTP: _MAIL, WEBHOOK: _HTTP}.get(kind)
    if kind not in (SMTP, WEBHOOK, PAPER) or (shape is not None and shape.fullmatch(where) is None):
        raise ValueError("an address is smtp with a mailbox, webhook with an https address, or paper")
    if len(key) not in ((0, 32) if kind == WEBHOOK else (0,)):
        raise ValueError("only a webhook has a key, of 32 bytes")
    return NoticeAddress(_id(table), kind, where, key, span_of(table, "from", "to"))


def _id(table: Doc) -> str:
    found = text_of(table, "id")
    if _ID.fullmatch(found) is None:
        raise ValueError("an id has 2 to 60 of a-z, 0-9, dot and hyphen")
    return found
