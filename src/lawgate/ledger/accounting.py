# SPDX-License-Identifier: Apache-2.0
"""The private index of who is in which accounting entry: entries, lists, labels and the one root that is logged. Pure.

Formats are those of `docs/spec/accounting.md`. What is public is the root alone; everything else is shown to the person
concerned, and to auditors.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from lawgate.ledger.errors import MalformedError

HASH = 32
PREPARED, HANDED_OUT = 1, 2
KINDS = {PREPARED: "prepared", HANDED_OUT: "handed_out"}
BODY = 1 + 8 + 8 + 4
_PERSON, _LABEL, _ENTRY, _LIST = (
    b"lawgate-person-v1\0",
    b"lawgate-label-v1\0",
    b"lawgate-entry-v1\0",
    b"lawgate-list-v1\0",
)
_ROOT, _OTHER = b"lawgate-accounting-v1\0", b"lawgate-withheld-v1\0"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to one record about a person.

    `kind`: PREPARED or HANDED_OUT; `leaf` says so in the log; `prepared` is the leaf of the package, `row` the place in
    its accounting subtree.
    """

    kind: int
    leaf: int
    prepared: int
    row: int

    def __post_init__(self) -> None:
        """MalformedError for an entry of no kind, and for one that was handed out before it was prepared."""
        fits = self.leaf == self.prepared if self.kind == PREPARED else self.leaf > self.prepared
        if self.kind not in KINDS or not fits or self.prepared < 0 or not 0 <= self.row < 1 << 32:
            raise MalformedError("accounting_entry")

    @property
    def body(self) -> bytes:
        """The 21 bytes that are committed to."""
        return (
            bytes([self.kind])
            + self.leaf.to_bytes(8, "big")
            + self.prepared.to_bytes(8, "big")
            + self.row.to_bytes(4, "big")
        )


def read_entry(body: bytes) -> Entry:
    """The entry in its 21 bytes. MalformedError for anything else."""
    if len(body) != BODY:
        raise MalformedError("accounting_entry")
    numbers = (body[1:9], body[9:17], body[17:21])
    return Entry(body[0], *(int.from_bytes(each, "big") for each in numbers))


@dataclass(frozen=True, slots=True)
class Seal:
    """Until when (day as the number YYYYMMDD), by which authority (a code) and paper (SHA-256) an entry is closed."""

    until: int = 0
    authority: str = ""
    paper: bytes = bytes(HASH)


OPEN = Seal()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a person's list: commitment to the entry, its day (YYYYMMDD), and the seal if there is one."""

    commitment: bytes
    day: int
    seal: Seal = OPEN

    @property
    def data(self) -> bytes:
        """Its bytes in the list. MalformedError for a part that is too long."""
        name = self.seal.authority.encode()
        if len(self.commitment) != HASH or len(self.seal.paper) != HASH or len(name) > 64:
            raise MalformedError("accounting_item")
        return (
            self.commitment
            + self.day.to_bytes(4, "big")
            + self.seal.until.to_bytes(4, "big")
            + self.seal.paper
            + bytes([len(name)])
            + name
        )


@dataclass(frozen=True, slots=True)
class Head:
    """What the leaf `accounting-root` stands for: the key of the labels, this index's salt, and the two maps.

    `others` is a blinded root: what may not be shown at all is in a map of its own, and nobody can tell from this
    number whether that map is empty.
    """

    key: bytes
    salt: bytes
    map_root: bytes
    others: bytes

    @property
    def root(self) -> bytes:
        """32 bytes: the `root` of the leaf."""
        parts = (self.key, self.salt, self.map_root, self.others)
        if any(len(part) != HASH for part in parts):
            raise MalformedError("accounting_root")
        return sha256(_ROOT + b"".join(parts)).digest()


def alpha(identifier: str) -> bytes:
    """The input of the VRF for nine digits. MalformedError, without the value, for anything else."""
    if len(identifier) != 9 or not identifier.isascii() or not identifier.isdigit():
        raise MalformedError("person_number")
    return _PERSON + identifier.encode()


def label(salt: bytes, value: bytes) -> bytes:
    """The place of a person in one index: from that index's salt and the value the VRF gave (32 bytes each).

    The salt is another one each time, so the labels of two indexes have nothing in common for whoever lacks the value.
    """
    return sha256(_LABEL + salt + value).digest()


def entry_commitment(salt: bytes, entry: Entry) -> bytes:
    """Commitment to one entry under its own secret salt. It stays the same in every index, and is never public."""
    return sha256(_ENTRY + salt + entry.body).digest()


def list_value(salt: bytes, items: Sequence[Item]) -> bytes:
    """The value of a person in the map: their whole list, with its length. MalformedError for an empty one."""
    if not items or len(salt) != HASH:
        raise MalformedError("accounting_list")
    return sha256(_LIST + salt + len(items).to_bytes(4, "big") + b"".join([item.data for item in items])).digest()


def blinded(secret: bytes, map_root: bytes) -> bytes:
    """The root of the map that is not shown, under a secret: `Head.others`."""
    return sha256(_OTHER + secret + map_root).digest()


def derived(key: bytes, use: str, number: int, data: bytes = b"") -> bytes:
    """32 secret bytes for one use from the office's accounting key: HMAC-SHA-256, a name and number for each."""
    return hmac.digest(key, f"{use}\0{number}\0".encode() + data, "sha256")


def acts(entries: Sequence[Entry]) -> int:
    """How many rows were handed out: a row counts once, whatever its fields and however often its keys went."""
    return len({(entry.prepared, entry.row) for entry in entries if entry.kind == HANDED_OUT})
