# SPDX-License-Identifier: Apache-2.0
"""The layout of the request's CSV files, as intake needs it. Filled from a rulebook's fact declarations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, `kind` of text, longest length in characters, and whether it must be filled.

    Kinds: `text`, `name` (text that is more than signs or one letter, in one alphabet), `name_part` (the same, one
    letter is enough), `id` (`[A-Za-z0-9._:-]+`), `ids` (ids separated by `;`), `date` (YYYY-MM-DD or empty),
    `birth_date` (the same, not after the day of receipt), `flag` (`yes`, `no` or empty), `tin` (nine digits, or
    NNN-NN-NNNN, or empty), `years` (meant to be YYYY separated by `;`; a text that lists none is for the law to judge,
    not for intake), `choice` (one of `choices`).
    """

    name: str
    kind: str
    limit: int
    required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of `cases.csv` and `rows.csv`, in file order."""

    cases: tuple[Column, ...]
    rows: tuple[Column, ...]
