# SPDX-License-Identifier: Apache-2.0
"""Intake: what the office asks of a parser of requests, and what parent and child of that parser say to each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from lawgate.model.fault import Fault
from lawgate.model.layout import Column, Layout
from lawgate.model.request import Cover

FILES = ("cover.toml", "cover.toml.sig", "cases.csv", "rows.csv")
COVER, SIGNATURE, CASES, ROWS, REQUEST = range(5)
COVER_KEYS = (
    "format",
    "request_id",
    "provision",
    "agency",
    "signer",
    "office",
    "signed_at",
    "contact",
    "purpose",
    "sole_use",
    "agreement",
    "recipient_key",
    "fields",
    "files",
)
KINDS = frozenset({"text", "name", "name_part", "id", "ids", "date", "birth_date", "flag", "tin", "years", "choice"})
COVER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of one file. `sent` is what the file holds, header apart; always `sent == accepted + rejected`."""

    sent: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What intake found: the cover and its exact bytes, the 64 bytes of the signature (not verified), counts, faults.

    `faults` holds every fault of file scope and the first 1,000 of row scope. `refused` when any is of file scope.
    """

    cover: Cover | None
    cover_bytes: bytes
    signature: bytes | None
    cases: Count
    rows: Count
    faults: tuple[Fault, ...]

    @property
    def refused(self) -> bool:
        """True when the request as a whole is refused; then nothing was accepted and no Parquet file exists."""
        return any(fault.scope == "file" for fault in self.faults)


class RequestParser(Protocol):
    """Reads the files of one request, strictly, somewhere they can do no harm."""

    def parse(self, request: Path, room: Path, layout: Layout, day: date) -> Parsed:
        """Read the four files in the folder `request` as they stood on `day`; write Parquet into the folder `room`.

        Never raises for what a request holds, whatever it holds: that is a Fault, without any value. A reader that
        crashes, hangs or answers nonsense is a file fault E_PARSER, with counts of zero.

        No file fault: `room` then holds, synced, `cases.parquet` (int32 `n` from 0, int32 `line`, the columns),
        `rows.parquet` (int32 `n`, int32 `line`, int32 `case_n` = the `n` of its case, the columns) with the accepted
        rows in file order, every column non-null text as sent ('' when empty; TINs as nine digits), and
        `faults.parquet` (scope, file, line, column, code, mend) with all row faults. Any file fault: none of the
        three exists, accepted is 0, rejected is sent.

        Each line after the header is then in exactly one of the two: accepted once, or named by a fault. A room that
        already holds one of the three, or an unusable layout, is a LawgateError: a room is used once.
        """
        ...

    def faults(self, room: Path) -> Iterator[Fault]:
        """The row faults that `parse` left in a room, in the order of the files and lines.

        LawgateError, at the latest when it is read that far, for a room whose faults are missing or spoilt.
        """
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one reading: rows and bytes a file, address space in bytes, processor and wall seconds."""

    rows: int = 1_280_000
    bytes: int = 4 << 30
    memory: int = 3 << 29
    seconds: int = 300


@dataclass(frozen=True, slots=True)
class Instruction:
    """All that the parent tells the child: its own process id, four open files (-1: absent), layout, day, limits."""

    parent: int
    files: tuple[int, ...]
    layout: Layout
    day: date
    limits: Limits

    def to_json(self) -> bytes:
        """The instruction as one JSON object."""
        return json.dumps(
            {
                "parent": self.parent,
                "files": self.files,
                "day": self.day.isoformat(),
                "layout": {"cases": _rows(self.layout.cases), "rows": _rows(self.layout.rows)},
                "limits": [self.limits.rows, self.limits.bytes, self.limits.memory, self.limits.seconds],
            }
        ).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Instruction:
        """The inverse of `to_json`; ValueError, KeyError or TypeError for anything else."""
        data = json.loads(text)
        layout = Layout(_columns(data["layout"]["cases"]), _columns(data["layout"]["rows"]))
        day, limits = date.fromisoformat(data["day"]), Limits(*data["limits"])
        return cls(data["parent"], tuple(data["files"]), layout, day, limits)


def _rows(columns: tuple[Column, ...]) -> list[list[object]]:
    return [[c.name, c.kind, c.limit, c.required, list(c.choices)] for c in columns]


def _columns(rows: list[list[object]]) -> tuple[Column, ...]:
    made = []
    for name, kind, limit, required, choices in rows:
        if not (isinstance(limit, int) and isinstance(choices, list)):
            raise TypeError("a column of the layout has the wrong types")
        made.append(Column(str(name), str(kind), limit, required is True, tuple(str(c) for c in choices)))
    return tuple(made)


# A frame on the pipe is: one byte that says what it is, eight bytes length (little-endian), the bytes themselves.
FRAME = "<cQ"
FRAME_BYTES = 64 << 20
CASE_BATCH, ROW_BATCH, FAULT_BATCH, END = b"C", b"R", b"F", b"E"
