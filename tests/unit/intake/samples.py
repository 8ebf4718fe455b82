# SPDX-License-Identifier: Apache-2.0
"""Small well-formed requests for the tests of intake, ways to spoil them, and a parser without a child process."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lawgate.drivers.parser.answer import Answer
from lawgate.drivers.parser.driver import ChildParser
from lawgate.model.layout import Column, Layout
from lawgate.ports.intake import FILES, Instruction, Limits, Parsed
from lawgate.posts.parser.child import read_request
from lawgate.posts.parser.out import Out

DAY = date(2025, 11, 21)
LAYOUT = Layout(
    (
        Column("case_id", "id", 60, True),
        Column("opened_on", "date", 10, True),
        Column("kind", "choice", 20, True, ("investigation", "proceeding")),
        Column("engaged", "id", 60, False),
        Column("recipients", "ids", 200, False),
    ),
    (
        Column("row_id", "id", 60, True),
        Column("case_id", "id", 60, True),
        Column("role", "choice", 10, True, ("subject", "witness")),
        Column("last", "name", 40, True),
        Column("dob", "birth_date", 10, False),
        Column("address", "text", 60, False),
        Column("pending", "flag", 3, False),
        Column("tin", "tin", 11, False),
        Column("years", "years", 60, False),
        Column("reason", "text", 300, False),
    ),
)
CASE_HEADER, ROW_HEADER = (",".join(c.name for c in columns) for columns in (LAYOUT.cases, LAYOUT.rows))
COVER = """format = "lawgate-request-1"
request_id = "req-2025-0003"
provision = "i2"
agency = "agency.one"
signer = "person.1"
office = "office.head"
signed_at = 2025-06-27T14:00:00-04:00
contact = "person.2"
purpose = "criminal_investigation"
sole_use = true
agreement = ""
recipient_key = "rk-1"
fields = ["mailing_address"]
[files]
"""


def case(number: int = 0, **changed: str) -> str:
    """One well-formed line of cases.csv, with some columns changed (as written, quotes and all)."""
    values = [f"case-{number}", "2024-02-29", "investigation", "person.3", "person.3;person.4"]
    return _line(LAYOUT.cases, values, changed)


def row(number: int = 0, **changed: str) -> str:
    """One well-formed line of rows.csv, with some columns changed (as written, quotes and all)."""
    tin = f"9{number % 100:02d}-{number % 50:02d}-{number % 9999 + 1:04d}"
    reason = '"Filed ""late"", then moved"' if number % 3 else "Return shows the home"
    last = ("García", "Smith", "O'Brien", "Nguyễn")[number % 4]
    values = [f"row-{number}", f"case-{number}", "subject", last, "1970-01-31", f"{number} Elm Road", "no", tin]
    return _line(LAYOUT.rows, [*values, "2021;2022", reason], changed)


def _line(columns: tuple[Column, ...], values: list[str], changed: dict[str, str]) -> str:
    made = dict(zip([c.name for c in columns], values, strict=True))
    assert set(changed) <= set(made)
    return ",".join((made | changed).values())


def text(header: str, lines: Sequence[str]) -> bytes:
    """A CSV file."""
    return "".join(f"{line}\n" for line in (header, *lines)).encode()


@dataclass
class Sent:
    """A request to be written: CSV bytes, the cover made to fit them, and changes to the cover."""

    cases: bytes = field(default_factory=lambda: text(CASE_HEADER, [case(n) for n in range(3)]))
    rows: bytes = field(default_factory=lambda: text(ROW_HEADER, [row(n) for n in range(3)]))
    changes: Sequence[tuple[str, str]] = ()
    signature: bytes = base64.b64encode(bytes(range(64))) + b"\n"
    without: Sequence[str] = ()

    def cover(self) -> bytes:
        """The cover, stating the CSV files as they are unless changed."""
        stated = "".join(
            f'"{name}" = {{ sha256 = "{hashlib.sha256(data).hexdigest()}", rows = {_rows(data)} }}\n'
            for name, data in zip(FILES[2:], (self.cases, self.rows), strict=True)
        )
        made = COVER + stated
        for old, new in self.changes:
            assert old in made, old
            made = made.replace(old, new, 1)
        return made.encode("utf-8", "surrogateescape")

    def write(self, folder: Path) -> Path:
        """Write the files into a new folder."""
        folder.mkdir(parents=True)
        files = zip(FILES, (self.cover(), self.signature, self.cases, self.rows), strict=True)
        for name, data in files:
            if name not in self.without:
                (folder / name).write_bytes(data)
        return folder


def _rows(data: bytes) -> int:
    return max(data.count(b"\n") + (data[-1:] not in (b"", b"\n")) - 1, 0)


class HereParser(ChildParser):
    """The same parser without the child process: for many small files."""

    def _converse(self, instruction: Instruction, answer: Answer) -> None:
        frames: list[bytes] = []
        read_request(instruction, Out(lambda part: frames.append(bytes(part)) or len(part)))
        while frames:
            head = frames.pop(0)
            answer.take(head[:1], bytearray(frames.pop(0) if int.from_bytes(head[1:], "little") else b""))


def parse(sent: Sent, folder: Path, limits: Limits | None = None) -> Parsed:
    """Write and parse a request without a child; the room is `folder/room`."""
    (folder / "room").mkdir(parents=True)
    return HereParser(limits).parse(sent.write(folder / "request"), folder / "room", LAYOUT, DAY)
