# SPDX-License-Identifier: Apache-2.0
"""One row, judged exactly: its line taken apart, its fields against their columns. Pure; the definition of intake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lawgate.model.layout import Column
from lawgate.posts.parser.text import characters, name, spaces

ID = r"[A-Za-z0-9._:-]+"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIN = r"(?:[0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})"
YEARS = r"[0-9]{4}(?:;[0-9]{4})*"
# Numbers that cannot be anybody's: area 000 or 666, below area 900 group 00 or serial 0000, one digit nine times,
# counting up or down.
NOBODY = (
    r"^(?:000|666|[0-8][0-9]{2}-?(?:00|[0-9]{2}-?0000$)|123-?45-?6789$|987-?65-?4321$|"
    + "|".join(f"{d * 3}-?{d * 2}-?{d * 4}$" for d in "123456789")
    + ")"
)
_WITHIN = re.compile(r'(?:[^"]++|"")*+')
_SHAPES = {kind: re.compile(text) for kind, text in {"id": ID, "ids": f"{ID}(?:;{ID})*", "tin": TIN}.items()}
_ORDINARY = re.compile(r"[!-~](?:[ -~]*[!-~])?")  # ASCII text that breaks no rule about characters or spaces
_DATE, _NOBODY = re.compile(DATE), re.compile(NOBODY)
_CODES = {
    "id": "E_ID",
    "ids": "E_ID",
    "date": "E_DATE",
    "birth_date": "E_DATE",
    "tin": "E_TIN",
    "flag": "E_FLAG",
    "choice": "E_CHOICE",
}
FIRST_DAY = date(1900, 1, 1)
DAYS = ("date", "birth_date")
FAR = date(2199, 12, 31)
NAMES = ("name", "name_part")
_CLOSED, _LOOK_AT = frozenset({"date", "birth_date", "flag", "tin", "choice"}), 100


@dataclass(frozen=True, slots=True)
class Shape:
    """A line taken apart: its fields, or the `code` (and column, -1: the line) why not. `torn`: a quote is open."""

    fields: list[str]
    code: str = ""
    column: int = -1
    torn: bool = False


def take_apart(line: str, width: int, torn: bool = False) -> Shape:
    """Split one line (no line feed) into `width` fields. With `torn`, the line begins inside an open quote.

    A line that begins or ends inside a quote is E_NEWLINE_IN_FIELD, even if it would make a row by itself: another
    reader would take it for the text of a field. When the quote it begins in is closed wrongly, nobody can say where
    the next row begins: that is E_QUOTE with `torn`.
    """
    if torn:
        end = _end_of_quote(line, 0)
        rest = Shape([], torn=True) if end == len(line) else _split(line[end + 1 :])
        lost = rest.code == "E_QUOTE" or (end < len(line) and line[end + 1 : end + 2] not in ("", ","))
        return Shape([], "E_QUOTE" if lost else "E_NEWLINE_IN_FIELD", torn=rest.torn or lost)
    if not line.strip():
        return Shape([], "E_BLANK")
    found = _split(line)
    if not found.code and (line.startswith("#") or len(found.fields) != width):
        return Shape([], "E_BLANK" if line.startswith("#") else "E_COLS")
    return found if found.column < width else Shape([], found.code, torn=found.torn)


def _end_of_quote(line: str, start: int) -> int:
    found = _WITHIN.match(line, start)
    return found.end() if found else start


def _split(line: str) -> Shape:
    if '"' not in line:
        return Shape(line.split(","))
    fields: list[str] = []
    at = 0
    while True:
        if line.startswith('"', at):
            end = _end_of_quote(line, at + 1)
            if end == len(line):
                return Shape([], "E_NEWLINE_IN_FIELD", len(fields), torn=True)
            raw, at = line[at + 1 : end], end + 1
            wrong = "," not in raw and '"' not in raw
            value = raw.replace('""', '"')
        else:
            end = line.find(",", at)
            value, at = (line[at:], len(line)) if end < 0 else (line[at:end], end)
            wrong = '"' in value
        if wrong or line[at : at + 1] not in ("", ","):
            return Shape([], "E_QUOTE", len(fields))
        fields.append(value)
        if at == len(line):
            return Shape(fields)
        at += 1


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges fields against columns on a day. `reference` is the column that names a row of another file, or -1."""

    columns: tuple[Column, ...]
    reference: int
    day: date

    def row(self, fields: list[str]) -> list[tuple[int, str]]:
        """All faults of a row as (column, code), one a field at most. Uniqueness and references are not judged."""
        found = ((at, self.field(at, value)) for at, value in enumerate(fields))
        return [(at, code) for at, code in found if code]

    def field(self, at: int, value: str) -> str | None:
        """The code of the first rule that one field breaks, or None."""
        column = self.columns[at]
        if len(value) > most(column):
            return "E_FIELD_LEN"
        if not value:
            return self._absent(at) if column.required or at in (0, self.reference) else None
        if not _ORDINARY.fullmatch(value) and (code := characters(value) or spaces(value)):
            return code
        if column.kind in NAMES:
            return name(value, column.kind == "name")
        if column.kind == "text" or self._holds(column, value):
            return None
        foreign = column.kind not in ("flag", "choice") and any(c.isdecimal() and not c.isascii() for c in value)
        return "E_DIGITS" if foreign else _CODES.get(column.kind)

    def _absent(self, at: int) -> str:
        if at == 0:
            return "E_ROW_ID"
        return "E_CASE" if at == self.reference else "E_REQUIRED"

    def _holds(self, column: Column, value: str) -> bool:
        match column.kind:
            case "flag":
                return value in ("yes", "no")
            case "choice":
                return value in column.choices
            case "date" | "birth_date":
                return is_day(value, last_day(column.kind, self.day))
            case "years":
                return value.isascii()  # whether it lists any year is for the law, which can ask for a cure
            case kind:
                fits = _SHAPES[kind].fullmatch(value) is not None
                return fits and not (kind == "tin" and _NOBODY.match(value))


def is_id(value: str, column: Column) -> bool:
    """True for a text that could be an identifier in this column."""
    return len(value) <= most(column) and _SHAPES["id"].fullmatch(value) is not None


def most(column: Column) -> int:
    """The most characters of a field. Where the form alone fixes the length, a wrong form has the better code."""
    return max(column.limit, _LOOK_AT) if column.kind in _CLOSED else column.limit


def last_day(kind: str, today: date) -> date:
    """The last day a column of this kind may name: nobody is born after today; what else lies ahead is for the law."""
    return today if kind == "birth_date" else FAR


def is_day(value: str, last: date) -> bool:
    """True for a real calendar day written YYYY-MM-DD, from 1900 to `last`."""
    if not _DATE.fullmatch(value):
        return False
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return False
    return FIRST_DAY <= day <= last
