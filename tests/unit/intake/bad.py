# SPDX-License-Identifier: Apache-2.0
"""Bad files B01 and B07 to B42, one request each, in the layout of the rulebook, with the fault each must give."""

import gzip
import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lawgate.model.layout import Column
from lawgate.ports.intake import Limits
from scenarios.bench import LAYOUT
from unit.intake.samples import Sent, text

HEADERS = {name: ",".join(c.name for c in getattr(LAYOUT, name)) for name in ("cases", "rows")}
GOOD_CASE = {
    "case_id": "case-1",
    "opened_on": "2025-03-03",
    "status": "active",
    "statute_cite": "18 USC 1343",
    "kind": "investigation",
    "engaged_official": "person.doj.2",
    "engaged_agency": "us.doj",
    "recipients": "person.doj.2;person.doj.3",
}
GOOD_ROW = {
    "case_id": "case-1",
    "role": "subject",
    "first": "Rosa",
    "last": "Marin",
    "dob": "1984-05-02",
    "addr_line1": "12 Elm Street",
    "addr_line2": "Apt 3",
    "city": "Dayton",
    "state": "OH",
    "zip": "45402",
    "tin": "900-12-0001",
    "taxable_periods": "2022;2023",
    "reason_text": "The returns show where the false invoices were written.",
}


def _line(columns: tuple[Column, ...], values: dict[str, str]) -> str:
    assert set(values) <= {c.name for c in columns}
    return ",".join(values.get(c.name, "") for c in columns)


def case(**changed: str) -> str:
    """One well-formed line of cases.csv, with some columns changed as written."""
    return _line(LAYOUT.cases, GOOD_CASE | changed)


def row(number: int = 1, **changed: str) -> str:
    """One well-formed line of rows.csv, with some columns changed as written."""
    return _line(LAYOUT.rows, {"row_id": f"row-{number}"} | GOOD_ROW | changed)


def rows(*last: str) -> bytes:
    """rows.csv with two good rows and then these: the first of them stands on line 4."""
    return text(HEADERS["rows"], [row(1), row(2), *last])


CASES = text(HEADERS["cases"], [case()])
GOOD = rows(row(3))
Place = tuple[str, str, int, str, str]  # scope, file, line, column, code


@dataclass(frozen=True)
class Bad:
    """One bad request: what is wrong with it, and every fault it must give (none: it is accepted)."""

    id: str
    what: str
    sent: Sent
    faults: Sequence[Place] = ()
    limits: Limits = field(default_factory=Limits)

    @property
    def name(self) -> str:
        """The number of the bad input, and what it is."""
        return f"{self.id} {self.what}"


def whole(id: str, what: str, data: bytes, code: str, line: int = 0, column: str = "", *along: Place) -> Bad:
    """A rows.csv that is refused as a file."""
    return Bad(id, what, Sent(CASES, data), (*along, ("file", "rows.csv", line, column, code)))


def one(id: str, what: str, code: str, column: str = "", line: str = "", **changed: str) -> Bad:
    """A row that is rejected, on line 4 after two good ones."""
    made = line or row(3, **changed)
    column = column or "".join(changed)
    return Bad(id, what, Sent(CASES, rows(made)), [("row", "rows.csv", 4, column, code)])


def fine(id: str, what: str, *lines: str) -> Bad:
    """Rows that are accepted."""
    return Bad(id, what, Sent(CASES, rows(*lines)))


def zipped(*names: str) -> bytes:
    """An archive with these members; a workbook is one with particular names in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, GOOD)
    return made.getvalue()


DIGEST = hashlib.sha256(GOOD).hexdigest()
HEAD, BODY = GOOD.split(b"\n", 1)
TORN = [("row", "rows.csv", n, "", "E_NEWLINE_IN_FIELD") for n in range(5, 8)]
TINS = ("000-00-0000", "666-01-0001", "123-00-4567", "123-45-0000", "333-33-3333", "999999999", "123456789")
LONG = "y" * (3 << 20)

FILES = [
    whole("B01", "empty", b"", "E_EMPTY"),
    whole("B01", "header only", HEAD + b"\n", "E_EMPTY"),
    whole("B07", "zip", zipped("rows.csv"), "E_TYPE"),
    whole("B07", "workbook", zipped("[Content_Types].xml", "xl/workbook.xml"), "E_TYPE"),
    whole("B07", "parquet", b"PAR1" + GOOD, "E_TYPE"),
    whole("B07", "pickle", b"\x80\x04\x95" + GOOD, "E_TYPE"),
    whole("B07", "sqlite", b"SQLite format 3\x00" + GOOD, "E_TYPE"),
    whole("B07", "gzip", gzip.compress(GOOD, mtime=0), "E_TYPE"),
    *(whole("B08", c, GOOD.decode().encode(c), "E_UTF8", 1) for c in ("utf-16", "utf-32")),
    whole("B08", "utf-16 big end", b"\xfe\xff" + GOOD.decode().encode("utf-16-be"), "E_UTF8", 1),
    whole("B09", "byte order mark", b"\xef\xbb\xbf" + GOOD, "E_BOM", 1),
    *(
        whole("B10", what, GOOD.replace(b"\nrow-2,case-1,subject,Rosa", b"\nrow-2,case-1,subject,Ro" + b), *at)
        for at in [("E_UTF8", 3, "first")]
        for what, b in (
            ("overlong", b"\xc0\xaf"),
            ("truncated", b"\xc3"),
            ("lone surrogate", b"\xed\xa0\x80"),
            ("0xff", b"\xff"),
        )
    ),
    whole("B12", "bare CR ends", GOOD.replace(b"\n", b"\r"), "E_LINE_END", 1),
    whole("B12", "one bare CR end", rows(row(3) + "\r" + row(4)), "E_LINE_END", 4),
    whole("B12", "CRLF", GOOD.replace(b"\n", b"\r\n"), "E_LINE_END", 1),
    whole("B12", "CRLF and LF mixed", GOOD[:-1] + b"\r\n", "E_LINE_END", 4),
    Bad(
        "B13",
        "quote that never ends",
        Sent(CASES, rows(row(3, reason_text='"never closed'), row(4), row(5), row(6))),
        [
            ("file", "rows.csv", 4, "", "E_QUOTE"),
            ("row", "rows.csv", 4, "reason_text", "E_NEWLINE_IN_FIELD"),
            *TORN,
        ],
    ),
    *(
        whole("B16", what, GOOD.replace(b",", by), "E_HEADER", 1)
        for what, by in (("semicolons", b";"), ("tabs", b"\t"))
    ),
    whole("B17", "no header", BODY, "E_HEADER", 1),
    whole("B18", "column twice", b"row_id," + GOOD, "E_HEADER", 1),
    whole("B18", "columns in another order", GOOD.replace(b"row_id,case_id", b"case_id,row_id", 1), "E_HEADER", 1),
    whole("B18", "one column more", HEAD + b",x\n" + BODY, "E_HEADER", 1),
    whole("B18", "other capitals", GOOD.replace(b"row_id", b"Row_ID", 1), "E_HEADER", 1),
    whole("B22", "10,000 columns", text(",".join(f"c{n}" for n in range(10_000)), [row()]), "E_HEADER", 1),
    Bad(
        "B23",
        "one row above the cap",
        Sent(CASES, GOOD),
        [("file", "rows.csv", 4, "", "E_ROWS")],
        Limits(rows=2),
    ),
    Bad(
        "B25",
        "rows after the stated ones",
        Sent(CASES, GOOD, [("rows = 3", "rows = 2")]),
        [("file", "rows.csv", 4, "", "E_TRAILER")],
    ),
    whole("B25", "bytes after the last line", GOOD + b"x", "E_TRAILER", 5),
    Bad(
        "B26",
        "another digest is stated",
        Sent(CASES, GOOD, [(DIGEST, DIGEST[::-1])]),
        [("file", "rows.csv", 0, "", "E_DIGEST")],
    ),
]

ROWS = [
    *(one("B11", f"NUL in {c}", "E_NUL", **{c: "a\0b"}) for c in ("last", "row_id", "reason_text")),
    one("B13", "quote inside an unquoted field", "E_QUOTE", addr_line1='5" pipe'),
    one("B13", "text after the closing quote", "E_QUOTE", addr_line1='"12, Elm" Street'),
    one("B14", "a column less", "E_COLS", line=row(3).rpartition(",")[0]),
    one("B15", "a column more", "E_COLS", line=row(3) + ","),
    one("B19", "blank line", "E_BLANK", line=" "),
    one("B19", "comment", "E_BLANK", line="# a comment"),
    one("B19", "comment with all its commas", "E_BLANK", "", "# " + row(3)),
    Bad("B19", "empty line", Sent(CASES, rows("", row(3))), [("row", "rows.csv", 4, "", "E_BLANK")]),
    Bad(
        "B20",
        "a row inside a quoted field",
        Sent(CASES, rows(row(3, reason_text='"begins, here'), row(4), 'ends here"', row(5))),
        [
            ("row", "rows.csv", 4, "reason_text", "E_NEWLINE_IN_FIELD"),
            ("row", "rows.csv", 5, "", "E_NEWLINE_IN_FIELD"),
            ("row", "rows.csv", 6, "", "E_NEWLINE_IN_FIELD"),
        ],
    ),
    one("B21", "field of 3 MB", "E_FIELD_LEN", reason_text=LONG),
    one("B21", "201 characters", "E_FIELD_LEN", addr_line1="é" * 201),
    one("B24", "no identifier", "E_ROW_ID", row_id=""),
    one("B24", "identifier used before", "E_ROW_ID", row_id="row-1"),
    one("B24", "used before but for a space", "E_ROW_ID", row_id="row-1 "),
    one("B27", "Cyrillic letter in a Latin name", "E_SCRIPT_MIX", last="M\u0430rin"),
    one("B27", "Greek letter in a Latin name", "E_SCRIPT_MIX", first="R\u03bfsa"),
    one("B28", "full-width digits", "E_DIGITS", tin="９００１" + "２０００１"),
    one("B28", "full-width digit in an identifier", "E_DIGITS", row_id="row-３"),
    one("B29", "zero-width joiner", "E_INVISIBLE", last="Mar\u200din"),
    one("B29", "zero-width space", "E_INVISIBLE", last="Mar\u200bin"),
    one("B29", "soft hyphen", "E_INVISIBLE", last="Mar\u00adin"),
    *(one("B30", f"override in {c}", "E_BIDI", **{c: "a\u202eb"}) for c in ("last", "case_id", "event_number")),
    one("B31", "500 marks on one letter", "E_COMBINING", last="a" + "\u0316" * 199),
    one("B31", "500 marks where there is room", "E_COMBINING", reason_text="a" + "\u0316" * 500),
    one("B32", "not NFC", "E_NORM", last="Garci\u0301a"),
    *(one("B33", f"U+{ord(c):04X}", "E_CODEPOINT", last=f"a{c}b") for c in ("\ue000", "\u0378", "\uffff", "\x07")),
    *(one("B36", repr(n), "E_NAME", last=n) for n in ("-", "...", "'", "O", "é", "J.")),
    one("B36", "first name of signs", "E_NAME", first="?"),
    one("B37", "space before", "E_SPACE", last=" Marin"),
    one("B37", "space behind", "E_SPACE", last="Marin "),
    one("B37", "no-break space", "E_SPACE", last="Van\u00a0Houten"),
    one("B38", "emoji", "E_CODEPOINT", addr_line1="12 Elm \U0001f3e0"),
    one("B38", "control picture", "E_CODEPOINT", addr_line1="12 Elm \u2400"),
    *(one("B40", n, "E_TIN", tin=n) for n in TINS),
    *(one("B41", n, "E_TIN", tin=n) for n in ("9.01E+08", "+900120001", "-900120001", "900120001.", "900120001.0")),
    *(one("B42", d, "E_DATE", dob=d) for d in ("2026-02-30", "02/03/04", "2099-01-01", "0001-01-01")),
]

ACCEPTED = [
    fine("B34", "dotless i, sharp s, ligature", *(row(n, last=x) for n, x in enumerate(("Işık", "Weiß", "ﬁnn"), 3))),
    fine(
        "B35",
        "names that look like nothing",
        *(row(n, last=x) for n, x in enumerate(("Null", "NA", "None", "True", "Nan"), 3)),
    ),
    fine(
        "B36", "a name of one syllable or two letters", *(row(n, last=x) for n, x in enumerate(("李", "김", "Ng"), 3))
    ),
    fine("B36", "an initial where one is usual", row(3, middle="Q", suffix="V")),
    fine(
        "B39",
        "a zero before the number, late",
        *(row(n, tin="") for n in range(3, 400)),
        row(400, tin="01234" + "5678"),
    ),
    fine("B40", "a number of a range that was never issued", row(3, tin="912-68-0001")),
]

TABLE = [*FILES, *ROWS, *ACCEPTED]


def above_the_real_cap() -> Bad:
    """B23 at its real size: 1,280,001 rows."""
    data = b"".join(f"{row(n)}\n".encode() for n in range(1, Limits().rows + 2))
    made = Bad("B23", "1,280,001 rows", Sent(CASES, HEADERS["rows"].encode() + b"\n" + data))
    return replace(made, faults=[("file", "rows.csv", Limits().rows + 2, "", "E_ROWS")])
