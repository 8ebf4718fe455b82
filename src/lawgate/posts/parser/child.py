# SPDX-License-Identifier: Apache-2.0
"""The child's life: read the instruction, lock up, read the four files, say what was found, end."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from types import TracebackType

import pyarrow as pa

from lawgate.model.layout import Layout
from lawgate.ports import intake
from lawgate.ports.intake import Instruction
from lawgate.posts.parser import cage
from lawgate.posts.parser.chunk import Rows
from lawgate.posts.parser.cover import Data, read_cover, read_signature
from lawgate.posts.parser.file import CsvFile, stated_of
from lawgate.posts.parser.identifiers import Numbers
from lawgate.posts.parser.out import Out, to_descriptor

_STDIN, _STDOUT = 0, 1
_SIGNATURE_BYTES = 1024


def main() -> None:
    """Do what the instruction on standard input says; frames go to standard output.

    An error ends the process with a fixed line on standard error and no traceback, which could hold values.
    """
    sys.excepthook = _say_nothing
    instruction = Instruction.from_json(_read(_STDIN, intake.FRAME_BYTES))
    pa.set_cpu_count(1)
    pa.enable_signal_handlers(False)  # they would open a pipe for every chunk
    cage.lock(instruction.parent, instruction.limits)
    read_request(instruction, Out(to_descriptor(_STDOUT)))


def read_request(instruction: Instruction, out: Out) -> None:
    """Read the files of one request and report on `out`: batches, faults, and a summary at the end."""
    summary: dict[str, object] = {}
    files = _read_texts(instruction.files, out, summary)
    cases_layout, rows_layout = instruction.layout.cases, instruction.layout.rows
    limits, day = instruction.limits, instruction.day

    cases = CsvFile(intake.CASES, intake.CASE_BATCH, Rows(cases_layout, -1, None, day), out, limits, Numbers())
    cases.read(instruction.files[intake.CASES], stated_of(files, intake.FILES[intake.CASES]))

    known = None if intake.CASES in out.refused else cases.numbers
    judged = Rows(rows_layout, reference_of(instruction.layout), known, day)
    rows = CsvFile(intake.ROWS, intake.ROW_BATCH, judged, out, limits)
    rows.read(instruction.files[intake.ROWS], stated_of(files, intake.FILES[intake.ROWS]))

    summary["cases"], summary["rows"] = [cases.sent, cases.accepted], [rows.sent, rows.accepted]
    out.end(summary)


def reference_of(layout: Layout) -> int:
    """Where in a row its case is named: the column that has the name of the first column of the cases."""
    return [column.name for column in layout.rows].index(layout.cases[0].name)


def _read_texts(descriptors: tuple[int, ...], out: Out, summary: dict[str, object]) -> object:
    """Read cover and signature into the summary; give what the cover states of the other files, or None."""
    cover = _read(descriptors[intake.COVER], intake.COVER_BYTES + 1)
    data: Data | None = None
    wrong: list[int] = []
    if descriptors[intake.COVER] < 0:
        out.fault(intake.COVER, "E_MISSING")
    elif len(cover) > intake.COVER_BYTES:
        out.fault(intake.COVER, "E_SIZE")
    else:
        data, wrong = read_cover(cover)
    for key in wrong:
        out.fault(intake.COVER, "E_COVER", column=key)
    signature = read_signature(_read(descriptors[intake.SIGNATURE], _SIGNATURE_BYTES))
    if signature is None:
        code = "E_MISSING" if descriptors[intake.SIGNATURE] < 0 else "E_SIGNATURE"
        out.fault(intake.SIGNATURE, code)
    summary["cover"], summary["digest"] = data, hashlib.sha256(cover).hexdigest()
    summary["signature"] = base64.b64encode(signature).decode() if signature else None
    return data["files"] if data else None


def _read(descriptor: int, most: int) -> bytes:
    """Up to `most` bytes from the start to the end of an open file; b'' when it is absent."""
    parts: list[bytes] = []
    while descriptor >= 0 and most > 0 and (part := os.read(descriptor, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _say_nothing(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    del kind, error, trace
    os.write(2, b"parser: stopped\n")
