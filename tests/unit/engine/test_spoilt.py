# SPDX-License-Identifier: Apache-2.0
"""A stored table that cannot be read stops the step with one kind of error, which says nothing of what is in it."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from differential.batches import addresses, cases_for, names, plan_of, write_records, write_room
from lawgate.drivers.duckdb.connection import EngineError
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.records import import_records
from lawgate.model.fault import LawgateError, Refused
from unit.engine.conftest import HOMES, PEOPLE, ROWS

SECRET = b"PAR1 Zoe Lopez 12 Oak Street PAR1"
ASKED: dict[str, Callable[[Path], object]] = {
    "rows.parquet": lambda room: DuckEngine().open(room, plan_of()).find_request(),
    "cases.parquet": lambda room: DuckEngine().open(room, plan_of()).find_request(),
    "decisions.parquet": lambda room: DuckEngine().row(room, "ana"),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_spoilt_table(name: str, tmp_path: Path) -> None:
    room = write_room(tmp_path, cases_for(ROWS), ROWS)
    (room / name).write_bytes(SECRET)
    with pytest.raises(EngineError) as stopped:
        ASKED[name](room)
    assert stopped.value.stop == "E_ENGINE"
    said = str(stopped.value)
    assert "Zoe" not in said and str(tmp_path) not in said and stopped.value.__cause__ is None


def test_a_row_table_that_cannot_be_read(tmp_path: Path) -> None:
    room = write_room(tmp_path, cases_for(ROWS), ROWS)
    (room / "decisions.parquet").write_bytes(SECRET)
    with pytest.raises(EngineError):
        list(DuckEngine().row_table(room))


@pytest.mark.parametrize("name", ["taxpayers.parquet", "addresses.parquet"])
def test_records_that_cannot_be_read_are_not_imported(name: str, tmp_path: Path) -> None:
    write_records(tmp_path, PEOPLE, HOMES)
    (tmp_path / "source" / name).write_bytes(SECRET)
    with pytest.raises(Refused) as refused:
        import_records(tmp_path / "source", tmp_path / "again", addresses(), names())
    assert refused.value.code == "E_RECORDS" and "Zoe" not in refused.value.why


@pytest.mark.parametrize(
    ("name", "fields"), [("history.parquet", ()), ("by_home.parquet", ()), ("lines.parquet", ("mailing_address",))]
)
def test_records_that_were_spoilt_since(name: str, fields: tuple[str, ...], tmp_path: Path) -> None:
    """The manifest would tell as well; whichever comes first, no word of the file comes out."""
    records = write_records(tmp_path, PEOPLE, HOMES)
    room = write_room(tmp_path / "room", cases_for(ROWS), ROWS)
    (tmp_path / "keyed" / name).write_bytes(SECRET)
    work = DuckEngine().open(room, plan_of())
    try:
        assert work.find_request()
        with pytest.raises(LawgateError) as stopped:
            records.candidates(work.survivors(), fields)
    finally:
        work.close()
    assert "Zoe" not in str(stopped.value)


def test_a_match_reads_no_address_as_it_is_written(tmp_path: Path) -> None:
    """Values are opened only for whoever asks for a field: a match alone does not touch their file."""
    records = write_records(tmp_path, PEOPLE, HOMES)
    room = write_room(tmp_path / "room", cases_for(ROWS), ROWS)
    (tmp_path / "keyed" / "lines.parquet").unlink()
    work = DuckEngine().open(room, plan_of())
    try:
        assert work.find_request()
        assert pa.table(records.candidates(work.survivors(), ())).num_rows
    finally:
        work.close()
