# SPDX-License-Identifier: Apache-2.0
"""A yearly report as tables: its numbers, and the leaves each of them was counted from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lawgate.office.reports import MEASURES, Place, Sheet
from lawgate.office.statistics_cells import ALL

NUMBERS = ("year", "agency", "provision", *MEASURES, "shown")
TRACE = ("year", "agency", "provision", "measure", "leaf", "kind", "leaf_hash")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report; a number that is not shown is None."""

    year: int
    agency: str
    provision: str
    requests: int | None
    instances: int | None
    taxpayers: int | None
    shown: bool


def rows(sheet: Sheet) -> tuple[Row, ...]:
    """Every cell, agency by agency, each agency's total behind its provisions, and the totals over all at the end."""
    return tuple(_row(sheet, (a, p)) for a in (*sheet.agencies, ALL) for p in (*sheet.provisions, ALL))


def _row(sheet: Sheet, place: Place) -> Row:
    agency, provision = place
    if place in sheet.hidden:
        return Row(sheet.year, agency, provision, None, None, None, False)
    found = sheet.cells[place]
    return Row(sheet.year, agency, provision, found.requests, found.instances, found.taxpayers, True)


def traces(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    """For each number that is shown the leaves it was counted from, one a line, in the columns `TRACE`.

    A total over a hidden cell names the whole log of the year (`0-N`) instead: the leaves that its shown parts do not
    have would be those of the hidden one, and could be counted.
    """
    return tuple(line for row in rows(sheet) if row.shown for line in _trace(sheet, (row.agency, row.provision)))


def _trace(sheet: Sheet, place: Place) -> Iterator[tuple[str, ...]]:
    covers_hidden = any(all(t in (ALL, part) for t, part in zip(place, cell, strict=True)) for cell in sheet.hidden)
    for measure, leaves in sheet.cells[place].leaves.items():
        head = (str(sheet.year), *place, measure)
        if covers_hidden:
            yield (*head, f"0-{sheet.size - 1}", "", "")
        else:
            yield from ((*head, str(leaf), *sheet.hashes[leaf]) for leaf in leaves)


def numbers_csv(sheet: Sheet) -> bytes:
    """The report as CSV: RFC 4180, UTF-8, a header; what is not shown is empty and `shown` is `no`."""
    lines = [[*_texts(row)] for row in rows(sheet)]
    return _csv(NUMBERS, lines)


def _texts(row: Row) -> Iterator[str]:
    for name in NUMBERS:
        value = getattr(row, name)
        yield ("yes" if value else "no") if name == "shown" else "" if value is None else str(value)


def trace_csv(sheet: Sheet) -> bytes:
    """The trace as CSV, in the same form."""
    return _csv(TRACE, traces(sheet))


def columns(sheet: Sheet) -> Mapping[str, list[int | str | bool | None]]:
    """The report by columns, typed, for a columnar file; what is not shown is None."""
    found = rows(sheet)
    return {name: [getattr(row, name) for row in found] for name in NUMBERS}


def _csv(header: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue().encode()
