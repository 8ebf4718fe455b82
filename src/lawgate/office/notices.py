# SPDX-License-Identifier: Apache-2.0
"""Papers that follow from the accounting: corrections to those who were given a value, notices on their trigger only.

Each paper is named in the log by its digest. It has a salt, so that nobody can try out what it says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import rfc8785

from lawgate.ledger.accounting import HANDED_OUT, Entry
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import Refused
from lawgate.office.accounting import AccountingDesk, derived_salt, entries_of, expected, value_of
from lawgate.office.statement import clean, told
from lawgate.protocol.statement import set_commitment

CORRECTION, NOTICE = "lawgate-correction-1", "lawgate-person-notice-1"
PERSON, FIELDS = "taxpayer", "fields"
LEAF = "notice"
Keep = Callable[[str, bytes], None]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its name, its bytes (canonical JSON), to whom it goes, and the leaf that names it."""

    name: str
    data: bytes
    to: str
    leaf: int


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a notice waits for, as recorded: kind, day, the paper (SHA-256, hex), and rows of one package."""

    kind: str
    day: date
    paper: str
    package: str
    rows: tuple[int, ...]


def corrections(desk: AccountingDesk, text: str, field: str, paper: str, keep: Keep) -> list[Paper]:
    """One correction for each prior recipient of this field of this person, kept by `keep(name, bytes)`, then logged.

    `text` is the person's number, `paper` the SHA-256 (hex) of what made the correction. A recipient who got the
    record by several packages gets a paper for each, so that every copy is found. The paper says which record by ids
    the recipient has; the corrected value goes by a package of its own, if at all. Refused E_NUMBER for what is no
    number, E_NOBODY when nobody was given this field of this person, E_FIELD when there is no such field at all,
    E_INDEX when the index does not reach to the last hand-out: whoever got the record then would not be told.
    """
    number, leaves = clean(desk, text), dict(desk.release.decide.log.leaves())
    if desk.index.count() != expected(leaves, len(leaves)):
        raise Refused("E_INDEX", "the index lacks something that was prepared or handed out since; make it anew first")
    kept = desk.index.entries(value_of(desk, number))
    given = {(each.entry.prepared, each.entry.row) for each in kept if each.entry.kind == HANDED_OUT}
    about = [(at, row, told(desk, leaves, at, row)) for at, row in sorted(given)]
    wanted = [each for each in about if field in each[2]["fields"]]
    if not wanted and field not in desk.rulebook().registers.get(FIELDS, {}):
        raise Refused("E_FIELD", "no field has that id, so nobody can have been given it; nobody was told")
    if not wanted:
        raise Refused("E_NOBODY", "nobody was given this field of this person through this office")
    body = {"format": CORRECTION, "field": field, "basis": paper}
    return [_send(desk, leaves, at, row, {**body, "years": said["years"]}, "", keep) for at, row, said in wanted]


def read_trigger(desk: AccountingDesk, data: bytes) -> Trigger:
    """What was recorded. Refused E_TRIGGER for a kind the rulebook does not list, and for a form that is not exact."""
    try:
        doc = tomllib.loads(data.decode())
        rows = doc["rows"]
        fits = set(doc) == {"kind", "day", "paper", "package", "rows"} and isinstance(doc["day"], date)
        exact = fits and not isinstance(doc["day"], datetime) and all(type(row) is int for row in rows)
        bytes.fromhex(doc["paper"])
        made = Trigger(doc["kind"], doc["day"], doc["paper"], doc["package"], tuple(rows))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        raise Refused("E_TRIGGER", "the record of what happened is not in its form") from None
    listed = desk.law.get(made.kind, {}).get("kind") == "trigger" if isinstance(made.kind, str) else False
    if not exact or not made.rows or len(made.paper) != 64 or not listed:
        raise Refused("E_TRIGGER", "this is none of the events that a notice waits for")
    if made.day > desk.release.decide.clock.now().date():
        raise Refused("E_TRIGGER", "the event lies ahead")
    return made


def notices(desk: AccountingDesk, trigger: Trigger, keep: Keep) -> list[Paper]:
    """One notice for each person of the rows the trigger names, kept, then logged; each names day and act, no value.

    The office addresses them: a notice names its row, and the records know the rest. Refused E_TRIGGER when the
    package was never handed out, or does not hold these rows: there is no act to give notice of.
    """
    leaves = dict(desk.release.decide.log.leaves())
    found = [at for at, leaf in leaves.items() if leaf.kind == "prepared" and leaf.text("package") == trigger.package]
    numbers = dict(_rows_of(desk, leaves, found[0])) if found else {}
    acts = [(at, leaf.at) for at, leaf in leaves.items() if leaf.kind == "handout" and found and _of(leaf, found[0])]
    if not acts or set(trigger.rows) - numbers.keys():
        raise Refused("E_TRIGGER", "no row that was handed out is named, so there is no act to give notice of")
    law = desk.law[trigger.kind]
    says = {name: law[name] for name in ("citation", "says_en", "says_es")}
    body = {"format": NOTICE, "event": trigger.kind, "event_day": trigger.day.isoformat(), "basis": trigger.paper}
    body |= {"days_of_act": ", ".join(at[:10] for _, at in acts), **says}
    return [_send(desk, leaves, found[0], numbers[row], dict(body), PERSON, keep) for row in trigger.rows]


def _of(leaf: StageLeaf, prepared: int) -> bool:
    return leaf.number("prepared_leaf") == prepared


def _rows_of(desk: AccountingDesk, leaves: Mapping[int, StageLeaf], at: int) -> Iterator[tuple[int, int]]:
    """Row number in the batch, and place in the package's accounting."""
    leaf, width = leaves[at], leaves[at].number("width")
    data = entries_of(desk, leaf)
    for place in range(leaf.number("rows")):
        yield int.from_bytes(data[place * width : place * width + 4], "big"), place


def _send(
    desk: AccountingDesk, leaves: Mapping[int, StageLeaf], at: int, row: int, body: Json, to: str, keep: Keep
) -> Paper:
    """Keep one paper and log its digest."""
    decide, leaf = desk.release.decide, leaves[at]
    number = next(n for n, place in _rows_of(desk, leaves, at) if place == row)
    view = decide.engine.rows(decide.rooms.path(leaf.text("batch")), [number])[0]
    sent = sum(each.kind == LEAF for _, each in decide.log.leaves())
    moment = instant(decide.clock.now())
    body |= {"package": leaf.text("package"), "row_id": view.row_id, "recipient": leaf.text("recipient")}
    body |= {"at": moment, "salt": derived_salt(desk, "paper", sent, Entry(1, at, at, row).body).hex()}
    data = rfc8785.dumps(body)
    digest = sha256(data).hexdigest()
    name = f"{body['format'].split('-')[1]}-{digest[:16]}.json"
    keep(name, data)
    values: dict[str, Value] = {
        "package": leaf.text("package"),
        "orders": [],
        "set": set_commitment([derived_salt(desk, "set", sent, Entry(1, at, at, row).body)]),
        "recipient": to or leaf.text("recipient"),
        "rows": 1,
        "paper": digest,
    }
    return Paper(name, data, to or leaf.text("recipient"), decide.log.append(StageLeaf("notice", moment, values)))
