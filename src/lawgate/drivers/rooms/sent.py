# SPDX-License-Identifier: Apache-2.0
"""`ports.history.SentList` over the Parquet files of two rooms. Of the request only row ids and patterns are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute, parquet

from lawgate.model.fault import LawgateError
from lawgate.ports.history import SentKind, Transmission

CASES, ROWS, DECISIONS = "cases.parquet", "rows.parquet", "decisions.parquet"
ENTRY = ("sent_id", "row_id", "transmission_id", "basis", "fields", "years")
BY_KIND = ("pattern", "transmission_id", "basis", "fields", "years")
HEADER = b"sent_id,row_id,transmission_id,basis,row_outcome,outcome,within_grant,against\n"


class ParquetSentList:
    """Stateless: every call reads afresh."""

    def transmissions(self, room: Path) -> Sequence[Transmission]:
        """See `ports.history.SentList`."""
        names = ("transmission_id", "sent_at", "sent_to", "received_by", "sent_by", "channel")
        with _reading():
            listed = parquet.read_table(room / CASES, columns=list(names)).to_pylist()
        return [Transmission(*(row[name] for name in names)) for row in listed]

    def kinds(self, asked: Path, sent: Path) -> Sequence[SentKind]:
        """See `ports.history.SentList`."""
        with _reading():
            found = _entries(asked, sent).group_by(list(BY_KIND)).aggregate([([], "count_all")])
            rows = found.sort_by([(name, "ascending") for name in BY_KIND]).to_pylist()
        return [
            SentKind(r["pattern"], r["transmission_id"], r["basis"], r["fields"], r["years"], r["count_all"])
            for r in rows
        ]

    def table(self, asked: Path, sent: Path, told: Mapping[tuple[int | None, str, str], str]) -> bytes:
        """See `ports.history.SentList`."""
        with _reading():
            entries = _entries(asked, sent)
            pattern = compute.fill_null(entries["pattern"].cast(pa.string()), "")
            keys = compute.binary_join_element_wise(pattern, entries["fields"], entries["years"], "|")
            coded = keys.combine_chunks().dictionary_encode()
            lines = {_key(*key): text for key, text in told.items()}
            rest = pa.array([lines[key] for key in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)
            own = [entries[name] for name in ENTRY[:4]]
            text = compute.binary_join_element_wise(*own, rest, ",")
        return HEADER + b"".join(f"{line}\n".encode() for line in text.to_pylist())


def _key(pattern: int | None, fields: str, years: str) -> str:
    return "|".join(("" if pattern is None else str(pattern), fields, years))


def _entries(asked: Path, sent: Path) -> Any:
    """Every entry of the list, in its order, with the pattern of its row or NULL."""
    entries = parquet.read_table(sent / ROWS, columns=["n", *ENTRY]).cast(
        pa.schema([("n", pa.int32()), *((name, pa.string()) for name in ENTRY)])
    )
    decided = parquet.read_table(asked / DECISIONS, columns=["row_id", "pattern"])
    if len(compute.unique(decided["row_id"])) != decided.num_rows:
        raise LawgateError("two decisions have one row id")
    decided = decided.cast(pa.schema([("row_id", pa.string()), ("pattern", pa.int64())]))
    joined = entries.join(decided, "row_id", join_type="left outer").sort_by("n")
    if joined.num_rows != entries.num_rows:
        raise LawgateError("entries of the list were lost beside the decisions")
    return joined


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException, KeyError):
        # What went wrong may quote a value.
        raise LawgateError("the list of what was sent cannot be read beside its decisions") from None
