# SPDX-License-Identifier: Apache-2.0
"""The case store: what the office knows of each batch and package. No personal value is ever in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch. `state`: received, refused (a file fault), decided. Leaf numbers are -1 until there is a leaf.

    `figures` are counts by name (rows by outcome, measures, seconds in thousandths).
    """

    id: str
    request_id: str
    provision: str
    agency: str
    recipient_key: str
    state: str
    sent: int
    accepted: int
    rejected: int
    parse_leaf: int
    decision_leaf: int
    as_of: str
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package of a batch, and the index of its `prepared` leaf."""

    id: str
    batch: str
    rows: int
    prepared_leaf: int


class CaseStore(Protocol):
    """Durable when a call returns. One writer at a time."""

    def save(self, batch: BatchRow) -> None:
        """Add a batch, or replace what is known of it."""
        ...

    def batch(self, id: str) -> BatchRow | None:
        """The batch `id`, or None."""
        ...

    def batches(self) -> Sequence[BatchRow]:
        """All batches, oldest first."""
        ...

    def add_package(self, package: PackageRow) -> None:
        """Add a package. LawgateError when its id is taken."""
        ...

    def packages(self, batch: str) -> Sequence[PackageRow]:
        """The packages of one batch, oldest first."""
        ...

    def every_package(self) -> Sequence[PackageRow]:
        """All packages, oldest first, also one of a batch that is not there."""
        ...
