# SPDX-License-Identifier: Apache-2.0
"""The engine: columns of findings over a whole batch, one Python object per pattern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lawgate.law.evaluate import Facts
from lawgate.law.rulebook import Provision, Rulebook
from lawgate.linkage.grammar import AddressGrammar, NameGrammar
from lawgate.model.confidential import Confidential
from lawgate.model.decision import Decision, Pattern
from lawgate.model.request import CourtOrder, Officers
from lawgate.ports.columns import Columns

NOBODY = Officers()


@dataclass(frozen=True, slots=True)
class Plan:
    """What the engine needs to find with: provision, rulebook, grammars, and the facts of the request.

    `officers` are the people of the register on the day of signing, `order` the one that came with the request.
    Whoever is not among the officers is unknown, which leaves the row open.
    """

    provision: Provision
    rulebook: Rulebook
    addresses: AddressGrammar
    names: NameGrammar
    facts: Facts
    agency: str
    letters: Mapping[str, str]
    officers: Officers = NOBODY
    order: CourtOrder | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of the batch as a whole (counts, and shares in thousandths)."""

    rows: int
    cases: int
    officials: int
    people_of_top_official: int
    distinct_reasons: int
    top_reason_permille: int
    top_opening_day_permille: int


@dataclass(frozen=True, slots=True)
class PatternCount:
    """One distinct pattern, its number within the batch, and how many rows show it."""

    number: int
    pattern: Pattern
    rows: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What the office decided for pattern `number`; `digest` is that of its pattern record."""

    number: int
    digest: bytes
    decision: Decision


@dataclass(frozen=True, slots=True)
class RowView:
    """One row as the office sees it: numbers, codes and handles, no personal value."""

    n: int
    row_id: str
    line: int
    pattern: int
    record: int
    others: int
    minors: int
    claim_digest: bytes
    pattern_digest: bytes


ValuesByYear = Mapping[int, Confidential[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case of one row: its id, the officer said to be engaged, and the people who would receive."""

    n: int
    case_id: str
    official: str
    recipients: tuple[str, ...]


class Work(Protocol):
    """One batch in hand. Steps are called in this order; each sees only what the earlier ones left."""

    def find_request(self) -> int:
        """Normal forms and request-only clauses for every row; returns how many rows met all of them."""
        ...

    def measure(self) -> Measures:
        """Batch facts, and the clauses that rest on them."""
        ...

    def survivors(self) -> Columns:
        """Complete claims of the rows that met every request-only element, as RecordStore.candidates takes them."""
        ...

    def find_record(self, candidates: Columns | None) -> None:
        """Match verdict per claim and the clauses that rest on the records; None when nobody was looked up."""
        ...

    def patterns(self) -> Sequence[PatternCount]:
        """Distinct patterns in a fixed order. The row counts add up to the rows of the batch."""
        ...

    def settle(self, decided: Sequence[Settled]) -> None:
        """Write `decisions.parquet` for the batch, durably; one decision for every row, or LawgateError."""
        ...

    def row_table(self) -> Iterator[bytes]:
        """The canonical row table in row order, in chunks of whole rows of `ROW_WIDTH` bytes."""
        ...

    def close(self) -> None:
        """Drop everything that is not durable."""
        ...


class Engine(Protocol):
    """Opens batches for work, and looks at settled ones."""

    def open(self, room: Path, plan: Plan) -> Work:
        """Work on the claims in `room` (`rows.parquet`, `cases.parquet` as intake left them)."""
        ...

    def row(self, room: Path, row_id: str) -> RowView | None:
        """One settled row by its row id, or None when the batch has none of that id."""
        ...

    def rows(self, room: Path, numbers: Sequence[int]) -> Sequence[RowView]:
        """Settled rows by row number, in that order."""
        ...

    def row_table(self, room: Path) -> Iterator[bytes]:
        """The canonical row table of a settled batch, in chunks of whole rows of `ROW_WIDTH` bytes."""
        ...

    def granted(self, room: Path, limit: int) -> Sequence[RowView]:
        """The first `limit` rows whose outcome grants, by row number."""
        ...

    def cases(self, room: Path, numbers: Sequence[int]) -> Sequence[CaseView]:
        """The cases of these rows, in that order."""
        ...

    def claims(self, room: Path, numbers: Sequence[int], plan: Plan) -> Columns:
        """Complete claims of settled rows whose outcome grants, as RecordStore.candidates takes them."""
        ...

    def values(self, answer: Columns, records: Mapping[int, int], field: str) -> Mapping[int, ValuesByYear]:
        """Row number -> tax year -> value of `field`, for the candidate that was decided on (`records`: n -> handle).

        `answer` is what RecordStore.candidates gave with that field. Only for the rows of one package.
        """
        ...
