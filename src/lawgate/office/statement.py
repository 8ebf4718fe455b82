# SPDX-License-Identifier: Apache-2.0
"""The complete statement for one person: everything the index has of them, opened, with the way of each to the log.

A person who is in no entry, and one whose every entry may not be shown, get the same answer in the same form.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from lawgate.decide.canonical import ROW_WIDTH, pattern_digest
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.accounting import KINDS, OPEN, Entry, Item, acts, alpha, label, list_value
from lawgate.ledger.accounting_map import value_in
from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.commit import salts
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.vrf import proof_to_hash
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.accounting import (
    REGISTER,
    ROOT,
    AccountingDesk,
    day_of,
    entries_of,
    entry_salt,
    items_of,
    key_leaf,
    list_salt,
)
from lawgate.office.release import ACCOUNTING
from lawgate.ports.accounting import Kept, Round
from lawgate.ports.log import LogStore

FORMAT = "lawgate-statement-1"
SPOKEN = ("law", "authority", "word")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement: its canonical bytes (RFC 8785), how many entries it counts, and how many rows went out."""

    data: bytes
    entries: int
    acts: int


def clean(desk: AccountingDesk, text: str) -> str:
    """The nine digits somebody entered, if they can be in these records. Refused E_NUMBER for anything else."""
    number = nine_digits(text)
    if not desk.known(number):
        raise Refused("E_NUMBER", "this is no number that can be in these records; it was not looked up")
    return number


def nine_digits(text: str) -> str:
    """The nine digits somebody entered, plain or grouped. Refused E_NUMBER, without the value, for anything else."""
    number = text.strip().replace("-", "").replace(" ", "")
    if len(number) != 9 or not number.isascii() or not number.isdigit():
        raise Refused("E_NUMBER", "a number has nine digits; what was entered has not, and was not looked up")
    return number


def statement(desk: AccountingDesk, text: str) -> Stated:
    """The statement for the person with this number, as of the latest index.

    Refused E_NUMBER for what is no number here, E_INDEX when there is no index of today, or the published log does not
    reach as far as it. LawgateError when index, entries and log do not agree: nothing is shown that could be less than
    everything.
    """
    number = clean(desk, text)
    leaves = dict(desk.release.decide.log.leaves())
    made, at = current(desk, leaves)
    rulebook = desk.rulebook()
    law = rulebook.registers.get(REGISTER, {})
    proof = desk.labels.prove(alpha(number))
    value = proof_to_hash(desk.labels.public, proof)
    there = desk.index.prove(label(made.head.salt, value))
    kept = [each for each in desk.index.entries(value) if not each.withheld and _reached(each, made)]
    salt = list_salt(desk.secret(), made.number, value)
    items = items_of(desk.secret(), kept)
    if value_in(label(made.head.salt, value), there) != (list_value(salt, items) if items else None):
        raise LawgateError("the accounting index does not agree with its own map; make it anew")
    doc: Json = {
        "format": FORMAT,
        # The log's time never runs back, and may be ahead of this clock by what its leaves were.
        "made_at": max(instant(desk.release.decide.clock.now()), at),
        "key": f"{desk.labels.public.n:x}",
        "key_roots": [root.hex() for root in desk.labels.certificate()],
        "proof": proof.hex(),
        "index": {
            "salt": made.head.salt.hex(),
            "others": made.head.others.hex(),
            "path": [step.hex() for step in there.path],
            "there": [part.hex() for part in there.there or ()],
        },
        "list_salt": salt.hex() if items else "",
        "entries": [_line(desk, one, item) for one, item in zip(kept, items, strict=True)],
        "law": [dict(entry) for _, entry in sorted(law.items()) if entry.get("kind") in SPOKEN],
    }
    opened = [one.entry for one in kept if one.seal == OPEN]
    doc |= _evidence(desk, rulebook, leaves, made, opened)
    return Stated(rfc8785.dumps(doc), len(kept), acts(opened))


def current(desk: AccountingDesk, leaves: Mapping[int, StageLeaf]) -> tuple[Round, str]:
    """The latest index, logged and made today (UTC), with the time of its leaf. Refused E_INDEX otherwise."""
    made = desk.index.latest()
    if made is not None and made.leaf < 0:
        made = _adopt(desk, leaves, made)
    if made is None or made.leaf < 0:
        raise Refused("E_INDEX", "there is no index that is in the log")
    leaf = leaves.get(made.leaf)
    if leaf is None or leaf.kind != ROOT or leaf.text("root") != made.head.root.hex():
        raise LawgateError("the accounting index is not the one the log holds")
    # Seals end with a day, for everybody at once: an index of yesterday may still close what is open today.
    if day_of(leaf.at) < day_of(instant(desk.release.decide.clock.now())):
        raise Refused("E_INDEX", "the index is not of today")
    return made, leaf.at


def _adopt(desk: AccountingDesk, leaves: Mapping[int, StageLeaf], made: Round) -> Round:
    """A crash came between the leaf and the note of it: the leaf counts."""
    for at, leaf in leaves.items():
        if leaf.kind == ROOT and leaf.text("root") == made.head.root.hex():
            desk.index.logged(at)
            return Round(made.number, made.head, made.entries, made.through, at)
    return made


def _reached(kept: Kept, made: Round) -> bool:
    return kept.entry.leaf < made.through


def _line(desk: AccountingDesk, kept: Kept, item: Item) -> Json:
    """One entry: its closed line, and what opens it unless it is sealed."""
    seal, entry = kept.seal, kept.entry
    line: Json = {"commitment": item.commitment.hex(), "day": item.day, "until": seal.until, "opened": None}
    line |= {"authority": seal.authority, "paper": seal.paper.hex() if seal.until else ""}
    if seal == OPEN:
        opened = {"kind": KINDS[entry.kind], "leaf": entry.leaf, "prepared": entry.prepared, "row": entry.row}
        line["opened"] = {**opened, "salt": entry_salt(desk.secret(), entry).hex()}
    return line


def _evidence(
    desk: AccountingDesk, law: Rulebook, leaves: Mapping[int, StageLeaf], made: Round, entries: Sequence[Entry]
) -> Json:
    """Every leaf the statement rests on with its path, the rows opened, and what the custodian says of each."""
    decide = desk.release.decide
    wanted = {made.leaf, key_leaf(leaves)} | {at for entry in entries for at in (entry.leaf, entry.prepared)}
    packages = sorted({entry.prepared for entry in entries})
    data = {at: entries_of(desk, leaves[at]) for at in packages}
    rows = sorted({(entry.prepared, entry.row) for entry in entries})
    with decide.store() as log:
        note = log.checkpoint()
        if note is None:
            raise LawgateError("the log is not published")
        size = parse_note(note)[0].size
        if size <= max(wanted):
            raise Refused("E_INDEX", "no head that enough witnesses signed reaches as far as the index")
        shown = [_leaf(log, at, size) for at in sorted(wanted)]
        opened = [_opened(desk, log, leaves[at], at, row, data[at]) for at, row in rows]
    said = [_told(desk, law, leaves, at, row, data[at]) for at, row in rows]
    return {"checkpoint": note.decode(), "leaves": shown, "rows": opened, "told": said}


def told(desk: AccountingDesk, leaves: Mapping[int, StageLeaf], at: int, row: int) -> Json:
    """What the custodian says of one row of the package in leaf `at`: who, under what, why, which fields and years."""
    return _told(desk, desk.rulebook(), leaves, at, row, entries_of(desk, leaves[at]))


def _leaf(log: LogStore, at: int, size: int) -> Json:
    path = [b64encode(step).decode() for step in log.prove_inclusion(at, size)]
    return {"index": at, "leaf": log.read(at).decode(), "path": path}


def _opened(desk: AccountingDesk, log: LogStore, leaf: StageLeaf, at: int, row: int, data: bytes) -> Json:
    salt = salts(desk.release.decide.salt_key(), f"{leaf.text('package')}/{ACCOUNTING}", row, 1)
    path = log.prove_row(leaf.text("subtree"), row, leaf.number("rows"))
    mine = data[row * ROW_WIDTH : (row + 1) * ROW_WIDTH]
    return {"prepared": at, "row": row, "salt": salt.hex(), "data": mine.hex(), "path": [step.hex() for step in path]}


def _told(desk: AccountingDesk, law: Rulebook, leaves: Mapping[int, StageLeaf], at: int, row: int, data: bytes) -> Json:
    """Who, under what, for which purpose, which fields and years: the custodian's own words, no value among them."""
    decide, leaf = desk.release.decide, leaves[at]
    batch, pattern = leaf.text("batch"), data[row * ROW_WIDTH + 36 : row * ROW_WIDTH + 68]
    cover = decide.read_cover(decide.rooms.read(batch, "cover.toml"))
    lines = decide.rooms.read(batch, "patterns.jsonl").split(b"\n")
    record = next((line for line in lines if pattern_digest(line) == pattern), None)
    if record is None:
        raise LawgateError("the decision behind an accounting entry is not kept")
    grants = json.loads(record)["grants"]
    return {
        "prepared": at,
        "row": row,
        "recipient": leaf.text("recipient"),
        "provision": cover.provision,
        "citation": provision.citation if (provision := law.provision(cover.provision)) else "",
        "purpose": cover.purpose,
        "fields": sorted({field for field, _ in grants}),
        "years": sorted({year for _, year in grants}),
    }
