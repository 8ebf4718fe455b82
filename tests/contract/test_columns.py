# SPDX-License-Identifier: Apache-2.0
"""What all Columns promise: one Arrow stream capsule that any reader takes, whoever made it and whoever reads it."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from contract import batch
from contract.promises import Driver, Place, Suite
from differential.batches import cases_for, judge, plan_of, write_records, write_room
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.work import DuckWork
from lawgate.ports.columns import Columns
from unit.engine.conftest import HOMES, PEOPLE, ROWS

OPEN: list[DuckWork] = []


@pytest.fixture(autouse=True)
def closing() -> object:
    """A stream of survivors lives as long as its work."""
    yield
    while OPEN:
        OPEN.pop().close()


def survivors(place: Path) -> Columns:
    """Complete claims of a batch in hand."""
    work = DuckEngine().open(write_room(place, cases_for(ROWS), ROWS), plan_of())
    OPEN.append(work)
    work.find_request()
    return work.survivors()


def candidates(place: Path) -> Columns:
    """What the records say of them, with a field that is a list."""
    return write_records(place / "records", PEOPLE, HOMES).candidates(survivors(place / "room"), ("mailing_address",))


def claims(place: Path) -> Columns:
    """Claims of settled rows."""
    room = write_room(place / "room", cases_for(ROWS[:2]), ROWS[:2])
    judge(room, write_records(place / "records", PEOPLE, HOMES), plan_of())
    return DuckEngine().claims(room, [0, 1], plan_of())


COLUMNS: Suite[Columns] = Suite(survivors, candidates, claims)


@COLUMNS.promise
def it_hands_over_one_stream_capsule(place: Place[Columns]) -> None:
    capsule = place.open().__arrow_c_stream__()
    assert type(capsule).__name__ == "PyCapsule"
    assert '"arrow_array_stream"' in repr(capsule), "the name that the Arrow interface gives it"


@COLUMNS.promise
def any_reader_takes_it(place: Place[Columns]) -> None:
    """Through nothing but the stream: the wrapping object has no other attribute."""

    class Only:
        def __init__(self, columns: Columns) -> None:
            self._columns = columns

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return self._columns.__arrow_c_stream__(requested_schema)

    made = batch.table(Only(place.open()))
    assert made.num_rows > 0 and made.schema.names[0] == "n"
    made.validate(full=True)
    con = duckdb.connect()
    con.register("handed", Only(made))
    assert con.execute("SELECT count(*) FROM handed").fetchone() == (made.num_rows,)
    con.close()


@COLUMNS.promise
def a_schema_may_be_asked_for(place: Place[Columns]) -> None:
    """None, or the very schema it has: both are taken."""
    columns = place.open()
    schema = getattr(columns, "schema", None)
    capsule = columns.__arrow_c_stream__(schema.__arrow_c_schema__() if isinstance(schema, pa.Schema) else None)
    assert '"arrow_array_stream"' in repr(capsule)


def bent(change: Callable[[pa.Table], object]) -> Driver[Columns]:
    """Columns whose stream is something else made of them."""

    class Bent:
        def __init__(self, place: Path) -> None:
            self._table = batch.table(batch.answer())

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return change(self._table)

    return Bent


ALL = ("it_hands_over_one_stream_capsule", "any_reader_takes_it", "a_schema_may_be_asked_for")
COLUMNS.breaks(*ALL)(bent(lambda table: table.to_pylist()))
COLUMNS.breaks(*ALL)(bent(lambda table: table.schema.__arrow_c_schema__()))
COLUMNS.breaks(*ALL)(bent(lambda table: table))
COLUMNS.breaks("any_reader_takes_it")(bent(lambda table: table.slice(0, 0).__arrow_c_stream__()))


test_columns, test_planted_columns_are_seen = COLUMNS.tests()
