# SPDX-License-Identifier: Apache-2.0
"""The custodian's registers from their TOML text.

People and offices held, recipient keys, safeguard standing; and, where a file for it is there, staff who sign nothing
and orders for disclosure as counsel read them. A file that is not there lists nobody and nothing.
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.period import UNTIL_FURTHER_NOTICE, Span
from lawgate.model.request import CourtOrder, Person, RecipientKey, Registers, Safeguard, Staff, Tenure

Doc: TypeAlias = dict[str, Any]
REQUIRED = ("people.toml", "recipients.toml", "safeguards.toml")
FILES = (*REQUIRED, "staff.toml", "court_orders.toml")
YEARS = range(1980, 2042)


def read_registers(files: Mapping[str, bytes]) -> Registers:
    """The registers from file name -> bytes. Raises Faulty with every entry that cannot be read."""
    faults: list[Fault] = []
    held = [name for name in FILES if name in files or name in REQUIRED]
    docs = {name: _toml(name, files, faults) for name in held}
    people = {p.id: p for p in _each(docs, "people.toml", "person", _person, faults)}
    keys = {k.id: k for k in _each(docs, "recipients.toml", "recipient_key", _key, faults)}
    safe = dict(_each(docs, "safeguards.toml", "safeguard", _safeguard, faults))
    staff = tuple(_each(docs, "staff.toml", "staff", _staff, faults))
    orders = {o.request: o for o in _each(docs, "court_orders.toml", "order", _order, faults)}
    listed = zip(FILES, ("person", "recipient_key", "safeguard", "staff", "order"), strict=True)
    counts = [len(docs.get(f, {}).get(k, [])) for f, k in listed]
    if not faults and counts != [len(people), len(keys), len(safe), len(staff), len(orders)]:
        faults.append(Fault(Scope.FILE, "registers", 0, "", "G_TWICE", "an id is listed twice"))
    if faults:
        raise Faulty(tuple(faults))
    h = hashlib.sha256(b"lawgate-registers-v1\0")
    for name in held:
        h.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return Registers(people, keys, safe, h.hexdigest(), staff, orders)


def _toml(name: str, files: Mapping[str, bytes], faults: list[Fault]) -> Doc:
    try:
        return tomllib.loads(files[name].decode())
    except (KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        faults.append(Fault(Scope.FILE, name, 0, "", "G_TOML", "the file is missing, or not TOML 1.0 in UTF-8"))
        return {}


def _each(docs: dict[str, Doc], file: str, key: str, read: Any, faults: list[Fault]) -> list[Any]:
    made = []
    for i, table in enumerate(docs.get(file, {}).get(key, []), 1):
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


def _safeguard(s: Doc) -> tuple[str, Safeguard]:
    suspended = s.get("suspended", [])
    if not s.get("source") or not all(each.get("source") for each in suspended):
        raise ValueError("an approval, and each finding that suspends it, needs its source")
    span = _span(s, "approved_on", "to")
    return s["agency"], Safeguard(span.start, span.end, tuple(_span(e, "from", "to") for e in suspended))


def _staff(s: Doc) -> Staff:
    if not s.get("source") or not _texts(s["people"]):
        raise ValueError("staff are listed each by person id, with a source")
    return Staff(s["agency"], frozenset(s["people"]), _span(s, "from", "to"))


def _order(o: Doc) -> CourtOrder:
    years, states = o["years"], o["states"]
    if not o.get("read_by") or not _texts(o["agencies"]) or not _texts(o["rows"]):
        raise ValueError("an order names the agencies and the rows it reaches, and who read it")
    if not isinstance(years, list) or not years or any(type(y) is not int or y not in YEARS for y in years):
        raise ValueError("`years` is a list of tax years")
    if not isinstance(states, dict) or not _texts(list(states.values())):
        raise ValueError("`states` has a text for each question the paper answers")
    if not _texts([o[key] for key in ("id", "request", "provision")]):
        raise ValueError("`id`, `request` and `provision` are texts")
    return CourtOrder(
        id=o["id"],
        request=o["request"],
        provision=o["provision"],
        agencies=frozenset(o["agencies"]),
        states=dict(states),
        rows=frozenset(o["rows"]),
        years=frozenset(years),
        span=_span(o, "from", "to"),
    )


def _texts(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(t, str) and t.strip() for t in found)
