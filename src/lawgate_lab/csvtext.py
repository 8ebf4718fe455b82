# SPDX-License-Identifier: Apache-2.0
"""Writes columns of text as the CSV of docs/spec/request-format.md: LF, quotes only where they are needed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lawgate_lab.seeds import Column


def _quoted(column: Column) -> Column:
    needs = pc.match_substring_regex(column, '[",]')
    if not pc.any(needs).as_py():
        return column
    inner = pc.replace_substring(column, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', inner, '"', ""), column)


def _lines(columns: list[Column]) -> bytes:
    joined = pc.binary_join_element_wise(*(_quoted(column) for column in columns), ",")
    text = pc.binary_join_element_wise(joined, "", "\n").cast(pa.large_string())
    return bytes(memoryview(text.buffers()[2])[: pc.sum(pc.binary_length(text)).as_py()])  # lines lie end to end


def write_csv(path: Path, header: tuple[str, ...], pieces: Iterable[list[Column]]) -> tuple[str, int]:
    """Writes the header and the pieces (lists of equally long string arrays); gives back SHA-256 hex and rows."""
    digest, rows = hashlib.sha256(), 0
    with path.open("wb") as out:
        first = (",".join(header) + "\n").encode()
        for data, count in _blocks(first, pieces):
            digest.update(data)
            out.write(data)
            rows += count
    return digest.hexdigest(), rows


def _blocks(first: bytes, pieces: Iterable[list[Column]]) -> Iterable[tuple[bytes, int]]:
    yield first, 0
    for columns in pieces:
        if len(columns[0]):
            yield _lines(columns), len(columns[0])
