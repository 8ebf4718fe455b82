# SPDX-License-Identifier: Apache-2.0
"""Faults: what is wrong with something that was handed in, where, and how to mend it. Never the value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Scope(StrEnum):
    """What a fault refuses: the whole file, or one row."""

    FILE = "file"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `line` counts from 1 (the header), 0 when it concerns the whole file."""

    scope: Scope
    file: str
    line: int
    column: str
    code: str
    mend: str

    def sentence(self) -> str:
        """One line a person can act on."""
        where = f"{self.file}" + (f" line {self.line}" if self.line else "")
        return f"{self.code} [{self.scope}] {where}{f', column {self.column}' if self.column else ''}: {self.mend}"


class LawgateError(Exception):
    """Broken machinery: the door stays shut. Carries references, never values.

    `stop` is the stable code of the kind of trouble, by which screens find how to mend it (`model.meanings`).
    """

    stop: ClassVar[str] = "E_BROKEN"


class Refused(LawgateError):
    """A step that may not be taken now. `code` is stable; the text says why and what would cure it."""

    def __init__(self, code: str, why: str) -> None:
        """`code` is stable, `why` is a plain sentence without personal values."""
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


class Faulty(LawgateError):
    """Text of law, docket or settings that cannot be read; carries every fault found."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """All faults at once."""
        super().__init__("\n".join(f.sentence() for f in faults))
        self.faults = faults
