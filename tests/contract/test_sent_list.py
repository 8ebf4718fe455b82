# SPDX-License-Identifier: Apache-2.0
"""What every SentListParser and SentList promises: a list is read strictly, no entry is lost, no value is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from contract.promises import Place, Suite
from lawgate.drivers.parser.sent import ChildSentList
from lawgate.drivers.rooms.sent import ParquetSentList
from lawgate.model.fault import LawgateError
from lawgate.ports.history import LISTED, SENT, TRANSMISSIONS, SentKind, SentList, SentListParser, Transmission
from lawgate.ports.intake import Parsed
from unit.intake.samples import HereParser

DAY = date(2030, 5, 6)
SENDINGS = "transmission_id,sent_at,sent_to,received_by,sent_by,channel\n"
ENTRIES = "sent_id,transmission_id,row_id,basis,fields,years\n"
ONE = SENDINGS + "t1,2030-05-01T12:00:00Z,agency.a,p.1;p.2,p.9,post\n"
TWO = (
    ENTRIES
    + "s1,t1,r1,name_and_number,mailing_address,2024\n"
    + "s2,t1,r3,name_and_address,mailing_address,2023;2024\n"
    + "s3,t1,r1,name_and_number,mailing_address,2024\n"
    + "s4,t1,r9,unknown,mailing_address,\n"
)


def here(_: Path) -> SentListParser:
    """Over the reader without its child; the child itself is the same for requests, and has a suite of its own."""
    return ChildSentList(HereParser())


def stored(_: Path) -> SentList:
    return ParquetSentList()


PARSERS: Suite[SentListParser] = Suite(here)
LISTS: Suite[SentList] = Suite(stored)


def history(root: Path, sendings: str = ONE, entries: str = TWO) -> Path:
    folder = root / "history"
    folder.mkdir(parents=True)
    for name in LISTED:
        (folder / name).write_text(f"{name}\n")
    (folder / TRANSMISSIONS).write_text(sendings)
    (folder / SENT).write_text(entries)
    return folder


def read(place: Place[SentListParser], sendings: str = ONE, entries: str = TWO) -> tuple[Parsed, Path]:
    room = place.root / "room"
    room.mkdir(parents=True)
    return place.open().parse(history(place.root, sendings, entries), room, DAY), room


@PARSERS.promise
def a_good_list_is_read_whole(place: Place[SentListParser]) -> None:
    found, room = read(place)
    assert not found.faults
    assert (found.cases.accepted, found.rows.accepted) == (1, 4)
    assert parquet.read_table(room / "rows.parquet")["row_id"].to_pylist() == ["r1", "r3", "r1", "r9"]


@PARSERS.promise
def a_fault_names_the_file_of_the_list(place: Place[SentListParser]) -> None:
    found, _ = read(place, entries=TWO.replace("s2,t1", "s2,t7").replace("s3,t1", "s1,t1").replace("unknown", "guess"))
    assert {(f.file, f.line, f.column, f.code) for f in found.faults} == {
        (SENT, 3, "transmission_id", "E_CASE"),
        (SENT, 4, "sent_id", "E_ROW_ID"),
        (SENT, 5, "basis", "E_CHOICE"),
    }


@PARSERS.promise
def another_header_refuses_the_list(place: Place[SentListParser]) -> None:
    found, _ = read(place, sendings=ONE.replace("channel", "address", 1))
    assert found.refused
    assert {f.file for f in found.faults if f.scope == "file"} == {TRANSMISSIONS}


@PARSERS.promise
def no_fault_repeats_a_value(place: Place[SentListParser]) -> None:
    found, _ = read(place, entries=TWO.replace("mailing_address", "Zyxwvut road"))
    assert found.faults
    assert "Zyxwvut" not in repr(found.faults)


@PARSERS.promise
def the_digests_are_of_all_six_files(place: Place[SentListParser]) -> None:
    folder = history(place.root)
    before = place.open().digests(folder)
    assert set(before) == set(LISTED)
    for name in LISTED:
        text = (folder / name).read_bytes()
        (folder / name).write_bytes(text + b" ")
        assert {n for n, d in place.open().digests(folder).items() if d != before[n]} == {name}
        (folder / name).write_bytes(text)
    (folder / SENT).unlink()
    with pytest.raises(LawgateError):
        place.open().digests(folder)


@PARSERS.promise
def a_link_is_no_file_of_a_list(place: Place[SentListParser]) -> None:
    folder = history(place.root)
    (folder / SENT).rename(place.root / "elsewhere")
    (folder / SENT).symlink_to(place.root / "elsewhere")
    with pytest.raises(LawgateError):
        place.open().digests(folder)


def rooms(root: Path, twice: bool = False) -> tuple[Path, Path]:
    """A decided request of three rows and a list of four entries, one of them of a row that is not there."""
    asked, sent = root / "asked", root / "sent"
    asked.mkdir(parents=True)
    sent.mkdir()
    ids = ["r1", "r2", "r1" if twice else "r3"]
    parquet.write_table(
        pa.table({"row_id": ids, "pattern": pa.array([4, 5, 6], pa.int32())}), asked / "decisions.parquet"
    )
    parquet.write_table(_table(ONE), sent / "cases.parquet")
    parquet.write_table(_table(TWO), sent / "rows.parquet")
    return asked, sent


def _table(text: str) -> pa.Table:
    header, *lines = [line.split(",") for line in text.splitlines()]
    columns = {name: pa.array([line[at] for line in lines], pa.string()) for at, name in enumerate(header)}
    return pa.table({"n": pa.array(range(len(lines)), pa.int32()), **columns})


@LISTS.promise
def sendings_come_as_written(place: Place[SentList]) -> None:
    _, sent = rooms(place.root)
    expected = Transmission("t1", "2030-05-01T12:00:00Z", "agency.a", "p.1;p.2", "p.9", "post")
    assert list(place.open().transmissions(sent)) == [expected]


@LISTS.promise
def kinds_add_up_to_the_entries(place: Place[SentList]) -> None:
    found = place.open().kinds(*rooms(place.root))
    assert sum(each.entries for each in found) == 4
    assert SentKind(4, "t1", "name_and_number", "mailing_address", "2024", 2) in found
    assert SentKind(None, "t1", "unknown", "mailing_address", "", 1) in found


@LISTS.promise
def the_table_has_each_entry_once_in_its_order(place: Place[SentList]) -> None:
    asked, sent = rooms(place.root)
    table = place.open().table(asked, sent, told(place.open().kinds(asked, sent))).decode().splitlines()
    assert table[0] == "sent_id,row_id,transmission_id,basis,row_outcome,outcome,within_grant,against"
    assert table[1:] == [
        "s1,r1,t1,name_and_number,told 4",
        "s2,r3,t1,name_and_address,told 6",
        "s3,r1,t1,name_and_number,told 4",
        "s4,r9,t1,unknown,told None",
    ]


def told(kinds: Iterable[SentKind]) -> Mapping[tuple[int | None, str, str], str]:
    return {(k.pattern, k.fields, k.years): f"told {k.pattern}" for k in kinds}


@LISTS.promise
def two_decisions_of_one_row_are_refused(place: Place[SentList]) -> None:
    with pytest.raises(LawgateError):
        place.open().kinds(*rooms(place.root, twice=True))


@LISTS.promise
def a_spoilt_room_is_a_refusal_without_values(place: Place[SentList]) -> None:
    asked, sent = rooms(place.root)
    (sent / "rows.parquet").write_bytes(b"Zyxwvut")
    with pytest.raises(LawgateError) as broken:
        place.open().kinds(asked, sent)
    assert "Zyxwvut" not in str(broken.value)


class FollowsLinks(ChildSentList):
    """Takes whatever a name of the history leads to."""

    def digests(self, history: Path) -> Mapping[str, str]:
        if missing := [name for name in LISTED if not (history / name).exists()]:
            raise LawgateError(f"no {missing[0]}")
        return {name: sha256((history / name).read_bytes()).hexdigest() for name in LISTED}


@PARSERS.breaks("a_link_is_no_file_of_a_list")
def follows_links(_: Path) -> SentListParser:
    return FollowsLinks(HereParser())


class Forgetful(ParquetSentList):
    """Leaves out entries of rows that nobody decided."""

    def kinds(self, asked: Path, sent: Path) -> list[SentKind]:
        return [each for each in super().kinds(asked, sent) if each.pattern is not None]


@LISTS.breaks("kinds_add_up_to_the_entries", "the_table_has_each_entry_once_in_its_order")
def forgetful(_: Path) -> SentList:
    return Forgetful()


test_parsers_keep, test_broken_parser_is_seen = PARSERS.tests()
test_lists_keep, test_broken_list_is_seen = LISTS.tests()
