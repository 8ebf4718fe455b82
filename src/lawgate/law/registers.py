# SPDX-License-Identifier: Apache-2.0
"""The custodian's registers from their TOML text: people and offices held, recipient keys, safeguard standing."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.period import UNTIL_FURTHER_NOTICE, Span
from lawgate.model.request import Person, RecipientKey, Registers, Tenure

Doc: TypeAlias = dict[str, Any]
FILES = ("people.toml", "recipients.toml", "safeguards.toml")


def read_registers(files: Mapping[str, bytes]) -> Registers:
    """The registers from file name -> bytes. Raises Faulty with every entry that cannot be read."""
    faults: list[Fault] = []
    docs = {name: _toml(name, files, faults) for name in FILES}
    people = {p.id: p for p in _each(docs, "people.toml", "person", _person, faults)}
    keys = {k.id: k for k in _each(docs, "recipients.toml", "recipient_key", _key, faults)}
    safe = dict(_each(docs, "safeguards.toml", "safeguard", _safeguard, faults))
    counts = [len(docs[f].get(k, [])) for f, k in zip(FILES, ("person", "recipient_key", "safeguard"), strict=True)]
    if not faults and counts != [len(people), len(keys), len(safe)]:
        faults.append(Fault(Scope.FILE, "registers", 0, "", "G_TWICE", "an id is listed twice"))
    if faults:
        raise Faulty(tuple(faults))
    h = hashlib.sha256(b"lawgate-registers-v1\0")
    for name in FILES:
        h.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return Registers(people, keys, safe, h.hexdigest())


def _toml(name: str, files: Mapping[str, bytes], faults: list[Fault]) -> Doc:
    try:
        return tomllib.loads(files[name].decode())
    except (KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        faults.append(Fault(Scope.FILE, name, 0, "", "G_TOML", "the file is missing, or not TOML 1.0 in UTF-8"))
        return {}


def _each(docs: dict[str, Doc], file: str, key: str, read: Any, faults: list[Fault]) -> list[Any]:
    made = []
    for i, table in enumerate(docs[file].get(key, []), 1):
        try:
            made.append(read(table))
        except (KeyError, TypeError, ValueError) as wrong:
            faults.append(Fault(Scope.FILE, file, 0, f"{key} {i}", "G_ENTRY", f"the entry cannot be read: {wrong}"))
    return made


def _span(table: Doc, start: str, end: str) -> Span:
    first, last = table[start], table[end]
    if not isinstance(first, date) or not (isinstance(last, date) or last == UNTIL_FURTHER_NOTICE):
        raise ValueError(f"`{start}` is a date, `{end}` a date or `{UNTIL_FURTHER_NOTICE}`")
    return Span(first, last if isinstance(last, date) else None)


def _person(p: Doc) -> Person:
    key = base64.b64decode(p["key"], validate=True)
    if len(key) != 32:
        raise ValueError("a key is 32 bytes")
    holds = tuple(Tenure(h["office"], h["agency"], _span(h, "from", "to")) for h in p.get("holds", []))
    return Person(p["id"], p["name"], key, holds)


def _key(k: Doc) -> RecipientKey:
    if not isinstance(k["registrars"], list) or len(set(k["registrars"])) < 2:
        raise ValueError("registrars is a list of two people")
    return RecipientKey(k["id"], k["agency"], k["age"], tuple(k["registrars"]), _span(k, "registered_on", "to"))


def _safeguard(s: Doc) -> tuple[str, Span]:
    if not s.get("source"):
        raise ValueError("an approval needs its source")
    return s["agency"], _span(s, "approved_on", "to")
