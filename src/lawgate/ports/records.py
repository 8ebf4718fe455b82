# SPDX-License-Identifier: Apache-2.0
"""The custodian's records: one question, and no other."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from lawgate.ports.columns import Columns


class RecordStore(Protocol):
    """Answers only `candidates`. It offers no scan, range, prefix, area or number-kind query, on any driver."""

    @property
    def manifest(self) -> str:
        """SHA-256 (hex) of the manifest made at import, which names the SHA-256 of every file."""
        ...

    def candidates(self, claims: Columns, fields: tuple[str, ...]) -> Columns:
        """Taxpayers that a complete claim could mean.

        `claims`: n (int32), tin, name_first, name_last, name_middle, name_suffix, dob, building, unit (text, in normal
        form), years (int64, bit k = tax year 1980+k is listed). A claim with an empty name or building has no
        candidate.

        Returns one row per claim and candidate: n, record (int64), files (bool: false for somebody known only from
        another's return, who is never the one meant but may be another of that name there), by_tin (bool: the number
        is this taxpayer's and the name agrees), fit (int8: 2 the address is or was theirs, 1 the building is but no
        unit was named, 0 not, -1 somebody of another but near name lives or lived there, whose fields are left out),
        contradicts (bool), years (int64: listed years for which an address is on file),
        deceased, withheld (bool), marks (int32: the record's flags above the lowest),
        others, minors (int32: other people at the candidate's addresses in those years;
        counts only, kept nowhere).
        For each name in `fields` one more column of that name: a list of (span, line1, line2, city, state, zip),
        where bit k of `span` is tax year 1980+k.
        """
        ...


class RecordsRoom(Protocol):
    """Every import of the custodian's records that is still kept, each under the SHA-256 of its manifest."""

    def current(self) -> str:
        """The manifest (hex) of the latest import. LawgateError when there is none."""
        ...

    def check(self, manifest: str) -> None:
        """LawgateError, saying what is wrong, unless the import with this manifest is kept with every byte of it."""
        ...

    def at(self, manifest: str, day: date) -> RecordStore:
        """The import with this manifest; minors are counted on `day`. LawgateError when it is not kept."""
        ...
