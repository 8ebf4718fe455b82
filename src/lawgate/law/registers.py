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
from typing import Any, TypeAlias

from lawgate.law.elements import MISSHAPEN, text_of, what_is_wrong
from lawgate.law.spans import span_of
from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.request import (
    CourtOrder,
    Person,
    RecipientKey,
    Registers,
    ReportsTo,
    Safeguard,
    Staff,
    Tenure,
)

Doc: TypeAlias = dict[str, Any]
REQUIRED = ("people.toml", "recipients.toml", "safeguards.toml")
FILES = (*REQUIRED, "staff.toml", "court_orders.toml")
YEARS = range(1980, 2042)
# What an entry of each file may hold. A key nobody reads would be a misspelt one, and what it says would not bind.
KEYS = {
    "person": {"id", "name", "key", "holds", "reports_to", "human"},
    "recipient_key": {"id", "agency", "age", "registered_on", "registrars", "to"},
    "safeguard": {"agency", "approved_on", "to", "source", "suspended"},
    "staff": {"agency", "from", "to", "source", "people"},
    "order": {"id", "request", "provision", "agencies", "rows", "years", "from", "to", "read_by", "states"},
}


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
    if faults:
        raise Faulty(tuple(faults))
    counts = [len(docs.get(f, {}).get(k, [])) for f, k in zip(FILES, KEYS, strict=True)]
    if counts != [len(people), len(keys), len(safe), len(staff), len(orders)]:
        raise Faulty((Fault(Scope.FILE, "registers", 0, "", "G_TWICE", "an id is listed twice"),))
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
    """Every entry under `key` that can be read; a fault that names file and entry for each that cannot."""
    doc = docs.get(file, {})
    listed = doc.get(key, [])
    if set(doc) - {key} or not isinstance(listed, list):
        faults.append(Fault(Scope.FILE, file, 0, "", "G_SHAPE", f"the file holds a list of [[{key}]] and nothing else"))
        return []
    made = []
    for i, table in enumerate(listed, 1):
        try:
            if set(table) - KEYS[key]:
                raise ValueError("a key is not one of those of the format")
            made.append(read(table))
        except MISSHAPEN as wrong:
            mend = f"the entry cannot be read: {what_is_wrong(wrong)}"
            faults.append(Fault(Scope.FILE, file, 0, f"{key} {i}", "G_ENTRY", mend))
    return made


def _tables(table: Doc, key: str) -> list[Doc]:
    """The list of tables under `key`, empty when there is none. ValueError for anything else."""
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError(f"`{key}` is a list of tables")
    return found


def _person(p: Doc) -> Person:
    key = base64.b64decode(p["key"], validate=True)
    if len(key) != 32:
        raise ValueError("a key is 32 bytes")
    holds = tuple(
        Tenure(text_of(h, "office"), text_of(h, "agency"), span_of(h, "from", "to")) for h in _tables(p, "holds")
    )
    chart = _tables(p, "reports_to")
    if any(set(line) != {"person", "from", "to"} for line in chart):
        raise ValueError("a line of `reports_to` has `person`, `from`, `to` and nothing else")
    lines = tuple(ReportsTo(text_of(line, "person"), span_of(line, "from", "to")) for line in chart)
    human = text_of(p, "human") if "human" in p else ""
    return Person(text_of(p, "id"), text_of(p, "name"), key, holds, lines, human)


def _key(k: Doc) -> RecipientKey:
    if not _texts(k["registrars"]) or len(set(k["registrars"])) < 2:
        raise ValueError("registrars is a list of two people")
    id, agency, age = (text_of(k, key) for key in ("id", "agency", "age"))
    return RecipientKey(id, agency, age, tuple(k["registrars"]), span_of(k, "registered_on", "to"))


def _safeguard(s: Doc) -> tuple[str, Safeguard]:
    suspended = _tables(s, "suspended")
    if not s.get("source") or not all(each.get("source") for each in suspended):
        raise ValueError("an approval, and each finding that suspends it, needs its source")
    span = span_of(s, "approved_on", "to")
    return text_of(s, "agency"), Safeguard(span.start, span.end, tuple(span_of(e, "from", "to") for e in suspended))


def _staff(s: Doc) -> Staff:
    if not s.get("source") or not _texts(s["people"]):
        raise ValueError("staff are listed each by person id, with a source")
    return Staff(text_of(s, "agency"), frozenset(s["people"]), span_of(s, "from", "to"))


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
        span=span_of(o, "from", "to"),
    )


def _texts(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(t, str) and t.strip() for t in found)
