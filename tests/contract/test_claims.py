# SPDX-License-Identifier: Apache-2.0
"""What every SentClaims promises: one row as it was sent, the people of all cases, and no value by accident."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from contract.promises import Place, Suite
from lawgate.drivers.rooms.claims import ParquetClaims
from lawgate.model.confidential import Confidential
from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.claims import SentClaims, SentRow

CASES = [
    {"n": 0, "line": 2, "case_id": "c-0", "engaged_official": "person.a.1", "recipients": "person.a.2;person.a.3"},
    {"n": 1, "line": 4, "case_id": "c-1", "engaged_official": "", "recipients": " ;Person.A.4"},
]
ROWS = [
    {"n": 0, "line": 2, "case_n": 1, "row_id": "r-0", "last": "Made-up", "suffix": ""},
    {"n": 1, "line": 5, "case_n": 0, "row_id": "r-1", "last": "Ficticia", "suffix": "Jr"},
]


class Kept(ParquetClaims):
    """The two files as intake leaves them; the planted ones below go wrong in one thing each."""

    def __init__(self, room: Path) -> None:
        room.mkdir(exist_ok=True)
        for name, rows in (("cases", CASES), ("rows", ROWS)):
            parquet.write_table(pa.Table.from_pylist(rows), room / f"{name}.parquet", row_group_size=1)


CLAIMS: Suite[SentClaims] = Suite(Kept)


@CLAIMS.promise
def a_row_comes_with_its_case(place: Place[SentClaims]) -> None:
    found = place.open().row(place.root, 1)
    assert (found.n, found.line, found.case_line) == (1, 5, 2)
    assert {name: text.reveal() for name, text in found.row.items()} == {
        "row_id": "r-1",
        "last": "Ficticia",
        "suffix": "Jr",
    }
    assert found.case["case_id"].reveal() == "c-0"


@CLAIMS.promise
def a_row_prints_without_its_values(place: Place[SentClaims]) -> None:
    assert "Ficticia" not in repr(place.open().row(place.root, 1))


@CLAIMS.promise
def everybody_the_cases_name_is_named(place: Place[SentClaims]) -> None:
    assert place.open().people(place.root) == {"person.a.1", "person.a.2", "person.a.3", "Person.A.4"}


@CLAIMS.promise
def a_row_that_is_not_there_is_refused(place: Place[SentClaims]) -> None:
    claims = place.open()
    for n in (2, -1):
        with pytest.raises(Refused, match="E_ROW"):
            claims.row(place.root, n)


@CLAIMS.promise
def claims_that_cannot_be_read_are_an_error(place: Place[SentClaims]) -> None:
    claims = place.open()
    (place.root / "cases.parquet").write_bytes(b"PAR1 Ficticia")
    for ask in (lambda: claims.people(place.root), lambda: claims.row(place.root, 0)):
        with pytest.raises(LawgateError) as error:
            ask()
        assert "Ficticia" not in str(error.value)


@CLAIMS.breaks("a_row_comes_with_its_case")
class CaseByLine(Kept):
    """Gives the case that stands at the row's own place."""

    def row(self, room: Path, n: int) -> SentRow:
        found = super().row(room, n)
        return SentRow(n, found.line, found.line, found.row, super().row(room, 1 - n).case)


@CLAIMS.breaks("everybody_the_cases_name_is_named")
class OfficialsOnly(Kept):
    def people(self, room: Path) -> frozenset[str]:
        return frozenset(each for each in super().people(room) if each == "person.a.1")


class Telling(Confidential[str]):
    def __repr__(self) -> str:
        return self.reveal()


@CLAIMS.breaks("a_row_prints_without_its_values")
class Open(Kept):
    """Holds each text in something that shows it."""

    def row(self, room: Path, n: int) -> SentRow:
        found = super().row(room, n)
        told = {name: Telling(text.reveal()) for name, text in found.row.items()}
        return SentRow(n, found.line, found.case_line, told, found.case)


test_claims, test_a_planted_reader_is_seen = CLAIMS.tests()
