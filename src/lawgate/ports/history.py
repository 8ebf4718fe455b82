# SPDX-License-Identifier: Apache-2.0
"""What auditing a list of earlier disclosures asks from outside: its strict reading, and its rows beside decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from lawgate.ports.intake import Parsed

TRANSMISSIONS, SENT = "transmissions.csv", "sent.csv"
REQUEST = ("cover.toml", "cover.toml.sig", "cases.csv", "rows.csv")
LISTED = (*REQUEST, TRANSMISSIONS, SENT)
"""The files of a history: what was asked, as it came, and what was sent."""


@dataclass(frozen=True, slots=True)
class Transmission:
    """One sending, as the list states it: when, to which agency, who received it there, who sent it, and how."""

    id: str
    sent_at: str
    sent_to: str
    received_by: str
    sent_by: str
    channel: str


@dataclass(frozen=True, slots=True)
class SentKind:
    """Entries of the list that are alike: pattern of the row (None: no accepted row has that id), and what was sent.

    `fields` and `years` are as written, `;` between them.
    """

    pattern: int | None
    transmission: str
    basis: str
    fields: str
    years: str
    entries: int


class SentListParser(Protocol):
    """Reads `transmissions.csv` and `sent.csv` as strictly as a request, somewhere they can do no harm."""

    def parse(self, history: Path, room: Path, day: date) -> Parsed:
        """Read the two files in the folder `history`; `room` then holds them as Parquet, `cases` and `rows`.

        Faults name the files of the list. As `ports.intake.RequestParser.parse`, but there is no cover and no
        signature of its own.
        """
        ...

    def digests(self, history: Path) -> Mapping[str, str]:
        """SHA-256 (hex) of each file of LISTED. LawgateError when one is not there or cannot be read."""
        ...


class SentList(Protocol):
    """A list that was read, in the room of its own, and the decided request beside it in another."""

    def transmissions(self, room: Path) -> Sequence[Transmission]:
        """Every sending, in the order of the file."""
        ...

    def kinds(self, asked: Path, sent: Path) -> Sequence[SentKind]:
        """Entries counted by kind, in a fixed order. The counts add up to the entries of the list."""
        ...

    def table(self, asked: Path, sent: Path, told: Mapping[tuple[int | None, str, str], str]) -> bytes:
        """CSV, one line an entry in the order of the list: sent_id, row_id, transmission_id, basis, and what is told.

        `told` maps (pattern, fields, years) to the rest of the line. No other column of either room is read.
        """
        ...
