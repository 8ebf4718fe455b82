# SPDX-License-Identifier: Apache-2.0
"""The same people once more, otherwise written: one thing about them is changed, and everything else stays equal.

A made-up honest request and its records are judged as they are, and again after a change that should make no
difference to anybody: accents lost in the records, surnames of several words in another order, numbers of the other
kind. Rows and people are paired, so that nothing else can explain a difference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from differential.batches import FACTS, Judged, addresses, book_files, judge, names, plan_of
from lawgate.drivers.duckdb.records import ParquetRecords, import_records
from lawgate.law.read import read_layout
from lawgate.model.request import Officers
from lawgate_lab.honest import COVER
from lawgate_lab.make import make
from lawgate_lab.tins import ITIN_FROM, tin
from lawgate_lab.words import unaccented

SIGNED = date(2025, 6, 26)
NAMES = ("first", "middle", "last", "suffix")
# A new text for each of the old ones, and the columns it is for.
Change = Callable[[Sequence[str]], Sequence[str]]


def plain(texts: Sequence[str]) -> list[str]:
    """Names without their accents."""
    return [unaccented(text) for text in texts]


def turned(texts: Sequence[str]) -> list[str]:
    """Surnames of several words with the first word behind the others."""
    return [" ".join([*words[1:], words[0]]) for words in (text.replace("-", " ").split(" ") for text in texts)]


def other_kind(texts: Sequence[str]) -> list[str]:
    """Every number replaced, one for one, by one of the other kind; both kinds stay in the never-issued ranges."""
    itin = np.array([int(text[3:5] or 0) >= ITIN_FROM for text in texts])
    serial = np.where(itin, np.cumsum(itin), np.cumsum(~itin)) - 1
    made = np.where(itin, tin("ssn", serial, 1), tin("itin", np.where(itin, 0, serial), 1))
    return [str(number) if text else "" for text, number in zip(texts, made.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class Twin:
    """What is changed: these columns of the records, and of the request too if `both`."""

    says: str
    columns: tuple[str, ...]
    change: Change
    both: bool


TWINS = {
    "accents": Twin("accents lost in the records and kept in the request", NAMES, plain, both=False),
    "surname_order": Twin("surnames of several words in another order, in both", ("last",), turned, both=True),
    "number_kind": Twin("every number of the other kind, in both", ("tin",), other_kind, both=True),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Rows that are clean and of somebody whose name or number the change touches; those that came out otherwise."""

    touched: int
    different: int


class Original:
    """An honest request as the lab makes it, its records, and what became of its rows."""

    def __init__(self, folder: Path, rows: int, people: int, seed: int) -> None:
        """Makes `rows` rows about `people` people below `folder`, and judges them."""
        make(folder / "lab", rows, people, "honest", seed)
        self.folder = folder
        self.people = parquet.read_table(folder / "lab" / "records" / "taxpayers.parquet")
        self.rows = _texts(folder / "lab" / "honest" / "rows.csv")
        self.rows = _with(self.rows, "tin", pc.replace_substring(self.rows["tin"], "-", ""))
        self.cases = _texts(folder / "lab" / "honest" / "cases.csv")
        truth = parquet.read_table(folder / "lab" / "truth" / "honest.parquet").to_pylist()
        self.clean = {t["row_id"]: t["meant"] for t in truth if t["clean"]}
        self.judged = self._judged("as-is", self.people, self.rows)

    def pair(self, name: str) -> Pair:
        """How the clean rows come out when the change is made."""
        twin = TWINS[name]
        people, rows = self.people, self.rows
        for column in twin.columns:
            given = [*people[column].to_pylist(), *(rows[column].to_pylist() if twin.both else [])]
            old = sorted(set(given))
            table = pa.table({"old": old, "new": pa.array(twin.change(old), pa.string())})
            people = _with(people, column, _replaced(people[column], table))
            rows = _with(rows, column, _replaced(rows[column], table)) if twin.both else rows
        changed = self._changed(people, rows, twin.columns)
        found = self._judged(name, people, rows)
        return Pair(len(changed), sum(_said(found[r]) != _said(self.judged[r]) for r in changed))

    def _changed(self, people: pa.Table, rows: pa.Table, columns: Sequence[str]) -> set[str]:
        """The clean rows that are written otherwise, or are about somebody who is on file otherwise now."""
        about = {
            record
            for c in columns
            for record in self.people["record"].filter(pc.not_equal(people[c], self.people[c])).to_pylist()
        }
        own = {
            row for c in columns for row in self.rows["row_id"].filter(pc.not_equal(rows[c], self.rows[c])).to_pylist()
        }
        return {row for row, meant in self.clean.items() if meant in about or row in own}

    def _judged(self, name: str, people: pa.Table, rows: pa.Table) -> dict[str, Judged]:
        source, room = self.folder / name / "source", self.folder / name / "room"
        source.mkdir(parents=True)
        room.mkdir()
        parquet.write_table(people, source / "taxpayers.parquet")
        (source / "addresses.parquet").hardlink_to(self.folder / "lab" / "records" / "addresses.parquet")
        import_records(source, self.folder / name / "keyed", addresses(), names())
        _room(room, self.cases, rows)
        records = ParquetRecords(self.folder / name / "keyed", SIGNED)
        own = frozenset(pc.unique(self.cases["engaged_official"]).to_pylist())
        own |= {who for said in pc.unique(self.cases["recipients"]).to_pylist() for who in said.split(";")}
        facts = {**FACTS, "request.signed_on": SIGNED, "request.office_agency": COVER.agency}
        return judge(room, records, plan_of(facts, COVER.agency, Officers(own)))


def _said(found: Judged) -> tuple[object, ...]:
    return (found.decision.row_outcome, found.verdict, found.record, found.pattern.years)


def _texts(file: Path) -> pa.Table:
    head = csv.ConvertOptions(column_types=dict.fromkeys(file.open().readline().strip().split(","), pa.string()))
    return csv.read_csv(file, parse_options=csv.ParseOptions(newlines_in_values=True), convert_options=head)


def _with(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _replaced(column: pa.ChunkedArray, table: pa.Table) -> pa.ChunkedArray:
    return pa.chunked_array(
        [table["new"].combine_chunks().take(pc.index_in(column.combine_chunks(), table["old"].combine_chunks()))]
    )


def _room(folder: Path, cases: pa.Table, rows: pa.Table) -> None:
    """`cases.parquet` and `rows.parquet` as intake leaves them."""
    layout = read_layout(book_files())
    at = {case: n for n, case in enumerate(cases["case_id"].to_pylist())}
    numbers: Mapping[str, list[int]] = {"case_n": [at[case] for case in rows["case_id"].to_pylist()]}
    for file, table, columns, more in (("cases", cases, layout.cases, {}), ("rows", rows, layout.rows, numbers)):
        count = table.num_rows
        made = {"n": range(count), "line": range(2, count + 2), **more}
        texts = {c.name: table[c.name] if c.name in table.column_names else pa.array([""] * count) for c in columns}
        whole = pa.table({**{k: pa.array(v, pa.int32()) for k, v in made.items()}, **texts})
        parquet.write_table(whole, folder / f"{file}.parquet")
