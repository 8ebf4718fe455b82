# SPDX-License-Identifier: Apache-2.0
"""What the child says, as frames on its only way out. Faults leave as numbers, never as text."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable

import pyarrow as pa

from lawgate.model.code import INDEX
from lawgate.model.fault import Scope
from lawgate.ports import intake

_FAULTS = pa.schema(
    [
        pa.field(n, t, nullable=False)
        for n, t in [("file", pa.int8()), ("line", pa.int32()), ("column", pa.int16()), ("code", pa.int16())]
    ]
)
_FLUSH = 20_000


class Out:
    """Writes frames to a descriptor through `write` (like os.write: bytes in, count out)."""

    def __init__(self, write: Callable[[memoryview], int]) -> None:
        """`write` may take part of what it is given."""
        self._write = write
        self._faults: list[tuple[int, int, int, int]] = []
        self.refused: set[int] = set()

    def fault(self, file: int, code: str, scope: Scope = Scope.FILE, line: int = 0, column: int = -1) -> None:
        """Report one fault; `column` counts from 0 in the file's own list of columns, -1 is none."""
        if scope is Scope.FILE:
            self.refused.add(file)
        self._faults.append((file, line, column, INDEX[code, scope]))
        if len(self._faults) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Send the faults gathered so far."""
        if self._faults:
            columns = zip(*self._faults, strict=True)
            arrays = [pa.array(values, f.type) for values, f in zip(columns, _FAULTS, strict=True)]
            self._faults.clear()
            self.batch(intake.FAULT_BATCH, pa.RecordBatch.from_arrays(arrays, schema=_FAULTS))

    def batch(self, tag: bytes, batch: pa.RecordBatch) -> None:
        """Send one Arrow record batch, as a stream of its own."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        self._frame(tag, memoryview(sink.getvalue()))

    def end(self, summary: dict[str, object]) -> None:
        """Send the last frame; without it the parent believes nothing."""
        self.flush()
        self._frame(intake.END, memoryview(json.dumps(summary).encode()))

    def _frame(self, tag: bytes, payload: memoryview) -> None:
        for part in (memoryview(struct.pack(intake.FRAME, tag, len(payload))), payload):
            rest = part
            while len(rest):
                rest = rest[self._write(rest) :]


def to_descriptor(descriptor: int) -> Callable[[memoryview], int]:
    """A `write` for an open descriptor."""
    return lambda data: os.write(descriptor, data)
