# SPDX-License-Identifier: Apache-2.0
"""What a request said, as intake left it in a batch's room: read one row at a time, for a person who reviews it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lawgate.model.confidential import Confidential

Texts = Mapping[str, Confidential[str]]


@dataclass(frozen=True, slots=True)
class SentRow:
    """One accepted row and its case: column -> text as sent. `line` and `case_line` are places in the two files."""

    n: int
    line: int
    case_line: int
    row: Texts
    case: Texts


class SentClaims(Protocol):
    """The claims of a batch as they were sent. There is no call that gives more than one row of them."""

    def row(self, room: Path, n: int) -> SentRow:
        """Row number `n` (from 0) with its case.

        Refused E_ROW when there is no such row; LawgateError when the claims are missing or cannot be read.
        """
        ...

    def people(self, room: Path) -> frozenset[str]:
        """The person ids that any case names, as engaged or as recipients, as they were written; no empty one.

        LawgateError when the cases are missing or cannot be read.
        """
        ...
