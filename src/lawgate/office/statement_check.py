# SPDX-License-Identifier: Apache-2.0
"""Check a statement without the office: its bytes, a policy got elsewhere, and the person's own number."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from lawgate.ledger.accounting import (
    HANDED_OUT,
    KINDS,
    PREPARED,
    Entry,
    Head,
    Item,
    Seal,
    acts,
    alpha,
    entry_commitment,
    label,
    list_value,
)
from lawgate.ledger.accounting_map import MapProof, root_from, value_in
from lawgate.ledger.commit import Opening, verify_row
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, parse
from lawgate.ledger.merkle import leaf_hash, verify_inclusion
from lawgate.ledger.quorum import Policy, check
from lawgate.ledger.vrf import VrfPublicKey
from lawgate.ledger.vrf import verify as verify_vrf
from lawgate.ledger.vrf_key import verify_key
from lawgate.model.fault import Refused
from lawgate.model.meanings.log import FORMS
from lawgate.model.meanings.table import meaning
from lawgate.office.accounting import KEY, ROOT, USE, day_of
from lawgate.office.statement import FORMAT
from lawgate.ports.signing import Verifier

LONGEST = 1 << 26
PARTS = {
    "format",
    "made_at",
    "key",
    "key_roots",
    "proof",
    "index",
    "list_salt",
    "entries",
    "law",
    "checkpoint",
    "leaves",
    "rows",
    "told",
}
Leaves = dict[int, StageLeaf]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a statement was shown to say: entries counted, those still sealed, rows that went out, log size reached.

    `made_at` and `seconds` (POSIX, of the witnesses) say when; `key` is the digest (hex) of the key that was used.
    """

    entries: int
    sealed: int
    acts: int
    through: int
    total: int
    made_at: str
    seconds: int
    key: str


def check_statement(data: bytes, number: str, policy: Policy, verify: Verifier) -> Checked:
    """What the statement shows. Refused E_STATEMENT, saying which part does not hold, for the first that does not.

    `number` is nine digits, the reader's own and not one the statement names: it names none.
    """
    try:
        doc = json.loads(data) if len(data) <= LONGEST else {}
        if not isinstance(doc, dict) or set(doc) != PARTS or doc["format"] != FORMAT or rfc8785.dumps(doc) != data:
            raise ValueError("the form")
        return _checked(doc, number, policy, verify)
    except MalformedError as wrong:
        raise _refused(meaning(FORMS, wrong.code) or wrong.code) from None
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise _refused("the form") from None
    except ValueError as wrong:
        # What a library says could quote the statement; our own reasons never do.
        raise _refused(str(wrong) if type(wrong) is ValueError and len(str(wrong)) < 80 else "the form") from None


def _refused(part: str) -> Refused:
    return Refused("E_STATEMENT", f"this does not hold: {part}")


def _checked(doc: dict[str, Any], number: str, policy: Policy, verify: Verifier) -> Checked:
    seen = check(doc["checkpoint"].encode(), policy, verify)
    leaves = _leaves(doc["leaves"], seen.checkpoint.size, seen.checkpoint.root)
    key = VrfPublicKey(int(_hex(doc["key"], pad=True).hex(), 16))
    roots = [(at, leaf) for at, leaf in leaves.items() if leaf.kind == ROOT]
    keys = [leaf for leaf in leaves.values() if leaf.kind == KEY and leaf.text("use") == USE]
    if len(roots) != 1 or len(keys) != 1 or keys[0].text("public_key") != key.digest.hex():
        raise ValueError("the leaves of the index and of its key")
    # It costs more than all else here, the larger the key the more: only for the one that the log names.
    verify_key(key, [_hex(each) for each in doc["key_roots"]])
    at, root = roots[0]
    index = doc["index"]
    head = Head(key.digest, _hex(index["salt"]), _map_root(index, key, doc, number), _hex(index["others"]))
    if head.root.hex() != root.text("root") or root.number("through") > at:
        raise ValueError("the root of the index")
    items, entries = _lines(doc, leaves, root.number("through"), doc["made_at"])
    _rows(doc["rows"], entries, leaves)
    _told(doc["told"], doc["rows"], leaves)
    sealed = sum(item.seal.until != 0 for item in items)
    spoken = (doc["made_at"], seen.seconds, key.digest.hex())
    return Checked(len(items), sealed, acts(entries), root.number("through"), root.number("entries"), *spoken)


def _hex(text: str, *, pad: bool = False) -> bytes:
    """The bytes of small hex digits, in the one way to write them."""
    whole = "0" + text if pad and len(text) % 2 else text
    made = bytes.fromhex(whole)
    if made.hex() != whole or (pad and text.startswith("0")):
        raise ValueError("the form")
    return made


def _leaves(shown: Sequence[dict[str, Any]], size: int, root: bytes) -> Leaves:
    """The leaves shown, each found in the witnessed log."""
    made: Leaves = {}
    for each in shown:
        at, data = each["index"], each["leaf"].encode()
        path = [b64decode(step, validate=True) for step in each["path"]]
        if type(at) is not int or set(each) != {"index", "leaf", "path"} or at in made:
            raise ValueError("the form of the leaves")
        if not verify_inclusion(leaf_hash(data), at, size, path, root):
            raise ValueError("the way of a leaf to the head of the log")
        made[at] = parse(data)
    return made


def _map_root(index: dict[str, Any], key: VrfPublicKey, doc: dict[str, Any], number: str) -> bytes:
    """The root of the map that this person's place leads to, with their list, or with none.

    The root is computed from what is shown; whether it is the logged one is for the caller to see.
    """
    value = verify_vrf(key, alpha(number), _hex(doc["proof"]))
    mine = label(_hex(index["salt"]), value)
    there = [_hex(part) for part in index["there"]]
    if len(there) not in (0, 2) or set(index) != {"salt", "others", "path", "there"}:
        raise ValueError("the form of the place")
    proof = MapProof(tuple(_hex(step) for step in index["path"]), (there[0], there[1]) if there else None)
    items = [_item(each) for each in doc["entries"]]
    found = list_value(_hex(doc["list_salt"]), items) if items else None
    if value_in(mine, proof) != found or (not items and doc["list_salt"]):
        raise ValueError("the list of entries is not the one in the index")
    return root_from(mine, proof)


def _item(line: dict[str, Any]) -> Item:
    if set(line) != {"commitment", "day", "until", "opened", "authority", "paper"}:
        raise ValueError("the form of an entry")
    if type(line["day"]) is not int or type(line["until"]) is not int:
        raise ValueError("the form of an entry")
    paper = _hex(line["paper"]) if line["until"] else bytes(32)
    if not line["until"] and (line["paper"] or line["authority"]):
        raise ValueError("an entry that is open names an authority")
    return Item(_hex(line["commitment"]), line["day"], Seal(line["until"], line["authority"], paper))


def _lines(doc: dict[str, Any], leaves: Leaves, through: int, made_at: str) -> tuple[list[Item], list[Entry]]:
    """Every line, and the entries of those that are open: each one that has no seal, or whose day has come."""
    items, entries = [], []
    for line in doc["entries"]:
        item, opened = _item(line), line["opened"]
        if opened is None and not (item.seal.authority and item.seal.until >= day_of(made_at)):
            raise ValueError("an entry is closed without an authority, or past its day")
        if opened is not None:
            if item.seal.until:
                raise ValueError("an entry is open and sealed at once")
            entries.append(_entry(opened, item, leaves, through))
        items.append(item)
    if made_at < max((leaf.at for leaf in leaves.values()), default=""):
        raise ValueError("the statement is older than what it shows")
    return items, entries


def _entry(opened: dict[str, Any], item: Item, leaves: Leaves, through: int) -> Entry:
    kinds = {word: kind for kind, word in KINDS.items()}
    entry = Entry(kinds[opened["kind"]], opened["leaf"], opened["prepared"], opened["row"])
    numbers = (opened["leaf"], opened["prepared"], opened["row"])
    exact = set(opened) == {"kind", "leaf", "prepared", "row", "salt"} and all(type(n) is int for n in numbers)
    if not exact or entry.leaf >= through:
        raise ValueError("the form of an entry")
    if entry_commitment(_hex(opened["salt"]), entry) != item.commitment:
        raise ValueError("what is shown of an entry is not what was committed to")
    leaf, prepared = leaves[entry.leaf], leaves[entry.prepared]
    fits = leaf.kind == {PREPARED: "prepared", HANDED_OUT: "handout"}[entry.kind] and prepared.kind == "prepared"
    if not fits or day_of(leaf.at) != item.day:
        raise ValueError("the leaf of an entry is about something else")
    same = ("root", "recipient")
    if entry.kind == HANDED_OUT and (
        leaf.number("prepared_leaf") != entry.prepared or any(leaf.text(name) != prepared.text(name) for name in same)
    ):
        raise ValueError("the hand-out is of another package")
    return entry


def _rows(shown: Sequence[dict[str, Any]], entries: Sequence[Entry], leaves: Leaves) -> None:
    """Every row of an open entry is shown, and found in the accounting of its package."""
    if {(each["prepared"], each["row"]) for each in shown} != {(entry.prepared, entry.row) for entry in entries}:
        raise ValueError("the rows shown are not those of the entries")
    for each in shown:
        if set(each) != {"prepared", "row", "salt", "data", "path"} or type(each["row"]) is not int:
            raise ValueError("the form of a row")
        leaf = leaves[each["prepared"]]
        opening = Opening(each["row"], _hex(each["salt"]), _hex(each["data"]))
        path = [_hex(step) for step in each["path"]]
        good = len(opening.row) == leaf.number("width") and verify_row(
            bytes.fromhex(leaf.text("root")), leaf.number("rows"), opening, path
        )
        if not good:
            raise ValueError("a row is not in the accounting of its package")


def _told(told: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]], leaves: Leaves) -> None:
    """The custodian's words are about the rows shown, in their order, and name the recipient the log names."""
    keys = {"prepared", "row", "recipient", "provision", "citation", "purpose", "fields", "years"}
    if [(each["prepared"], each["row"]) for each in told] != [(each["prepared"], each["row"]) for each in rows]:
        raise ValueError("what is told is not about the rows")
    for each in told:
        if set(each) != keys or each["recipient"] != leaves[each["prepared"]].text("recipient"):
            raise ValueError("the recipient told is not the one in the log")
