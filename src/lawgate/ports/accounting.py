# SPDX-License-Identifier: Apache-2.0
"""What accounting to a person needs from outside: a key for labels, one look-up of a number, an index, a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lawgate.ledger.accounting import OPEN, Entry, Head, Seal
from lawgate.ledger.accounting_map import MapProof
from lawgate.ledger.vrf import VrfPublicKey
from lawgate.model.confidential import Confidential


class Labels(Protocol):
    """The key that turns a person's number into a value nobody else can compute.

    Contract: one key for ever; the same input gives the same proof; nothing of the private half is in `repr`, an error
    or a file that others can read.
    """

    @property
    def public(self) -> VrfPublicKey:
        """The public key. LawgateError when there is no key that can be used."""

    def prove(self, alpha: bytes) -> bytes:
        """The proof (RFC 9381, section 4.1) for this input."""

    def certificate(self) -> tuple[bytes, ...]:
        """What shows that each input has one proof under this key, by `ledger.vrf_key`; always the same."""


class Numbers(Protocol):
    """Whose record a handle is: asked only for records that stand in an accounting entry of the log."""

    def of(self, manifest: str, records: Sequence[int]) -> Mapping[int, Confidential[str]]:
        """The taxpayer number of each of these records in one import. LawgateError when one is not there."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry of a person: the day of its leaf (YYYYMMDD), its seal, and whether it may not be shown at all.

    `value` (32 bytes) stands for the person; no number is kept.
    """

    value: bytes
    entry: Entry
    day: int
    seal: Seal = OPEN
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """One person in an index that is being made: label, value of the list, and the person's VRF value."""

    label: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Round:
    """One index as it was logged: its number from 0, its head, how many entries, the log size it reaches to, its leaf.

    `leaf` is -1 while it is made and not logged.
    """

    number: int
    head: Head
    entries: int
    through: int
    leaf: int


class AccountingIndex(Protocol):
    """The private index: readable by its owner only. What a call wrote is durable when it returns.

    Contract: one writer at a time; `replace` is all or nothing; the entries of a person come back in the order of
    leaf, package, row.
    """

    def add(self, entries: Iterable[Kept]) -> None:
        """Add entries; one that is there already stays once. LawgateError when it is there for somebody else."""

    def seal(self, seals: Iterable[tuple[int, int | None, Seal, bool]]) -> None:
        """Close entries, and open all others: (leaf `prepared`, row or None for all, seal, withheld or not)."""

    def count(self) -> int:
        """How many entries there are."""

    def has(self, leaf: int) -> bool:
        """Whether any entry is about this leaf."""

    def people(self, leaf: int) -> Sequence[tuple[int, bytes]]:
        """Row and person's value for each entry about a leaf, by row."""

    def entries(self, value: bytes) -> Sequence[Kept]:
        """All entries of one person; none for somebody unknown."""

    def lists(self) -> Iterable[Sequence[Kept]]:
        """The entries of every person, one person after the other."""

    def replace(
        self, pairs: Iterable[Placed], others: Iterable[Placed], close: Callable[[bytes, bytes], Round]
    ) -> Round:
        """Keep two maps in place of the ones before; the round that `close(root, root of the others)` gives.

        Pairs may come in any order. ValueError for a label that stands twice.
        """

    def logged(self, leaf: int) -> None:
        """Say in which leaf the latest round is."""

    def latest(self) -> Round | None:
        """The latest round; None before the first."""

    def prove(self, label: bytes) -> MapProof:
        """Proof for a label, there or not, in the map that is shown."""


class Pdf(Protocol):
    """Makes a page to keep: PDF/A and PDF/UA at once.

    Contract: the same template, data and second give the same bytes; nothing is read from outside the program; the
    language that `data` names is the language of the document.
    """

    def make(self, template: str, data: Mapping[str, object], second: int) -> bytes:
        """The page. `second` is the POSIX time that stands in it. LawgateError when it cannot be made."""
