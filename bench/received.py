# SPDX-License-Identifier: Apache-2.0
"""A request as intake leaves it, the real plan to find with, and the same claims and people as the peers read them.

Nothing here is timed. The peers of the match get clean columns: the normal forms that the route makes for itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bench.data import Case
from bench.whole import AS_OF, office
from lawgate.drivers.duckdb.forms import name_columns, place_select, sound
from lawgate.office.bench import Bench, bench_at
from lawgate.office.house import House
from lawgate.office.intake import receive
from lawgate.wiring.folder import open_house

if TYPE_CHECKING:
    from lawgate.ports.engine import Work
    from lawgate.ports.records import RecordStore

FILES = ("rows.parquet", "cases.parquet")
# The same columns on both sides. An empty part is NULL, which equals nothing in any of the peers.
COLUMNS = """nullif(tin, '') AS tin, nullif(name_first, '') AS name_first, nullif(name_last, '') AS name_last,
  nullif(CAST(dob AS VARCHAR), '') AS dob, CASE WHEN NOT starts_with(building, '|') THEN building END AS building, unit,
  nullif(split_part(building, '|', 1), '') AS street, nullif(split_part(building, '|', 4), '') AS zip"""
# One row for each person and place.
PEOPLE = f"""SELECT CAST(row_number() OVER () AS INTEGER) AS n, * FROM (
  SELECT DISTINCT record, files, {COLUMNS} FROM read_parquet('{{history}}'))"""
EVERY_ROW = f"SELECT n, 0::BIGINT AS record, true AS files, {COLUMNS} FROM ({{rows}}) ORDER BY n"
CLAIMS = f"""SELECT n, 0::BIGINT AS record, true AS files, {COLUMNS} FROM read_parquet('{{asked}}')
WHERE name_first <> '' AND name_last <> '' AND building <> '' ORDER BY n"""
MEANT = "SELECT n, meant FROM read_parquet('{rows}') r JOIN read_parquet('{truth}') t USING (row_id)"


def make_received(case: Case) -> None:
    """An office that has received the request. ValueError when intake refused it: there is nothing to measure then."""
    case.received.mkdir()
    house = office(case.received / "office", case)
    batch = receive(house.intake, case.request).batch
    if batch.state != "received":
        raise ValueError("intake refused the made-up request: it was made for another request format")


def make_match_ready(case: Case) -> None:
    """Clean claims and people for the peers, and whom each claim means.

    The claims are those that met every element of the request alone: no other claim ever reaches the records. Beside
    them stands every row of the request in the same columns.
    """
    case.peers.mkdir()
    with working(case) as (work, bench):
        work.find_request()
        pq.write_table(pa.table(work.survivors()), case.peers / "asked.parquet")
        room = house_of(case)[0].decide.rooms.path(bench.batch.id)
        rows = _formed(bench, room / "rows.parquet")
    made = {
        "people": PEOPLE.format(history=next(case.keyed.rglob("history.parquet"))),
        "claims": CLAIMS.format(asked=case.peers / "asked.parquet"),
        "every_row": EVERY_ROW.format(rows=rows),
        "meant": MEANT.format(rows=room / "rows.parquet", truth=case.truth),
    }
    con = duckdb.connect()
    for name, query in made.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE made AS {query}")
        con.execute(f"COPY ({_heard(con, case)}) TO '{case.peers / name}.parquet' (ROW_GROUP_SIZE 122880)")


def _heard(con: duckdb.DuckDBPyConnection, case: Case) -> str:
    """SELECT of what was made, in its order, with how the names sound where it has names. Done once for each name."""
    names = [c for c, *_ in con.execute("DESCRIBE made").fetchall() if c in ("name_first", "name_last")]
    if not names:
        return "FROM made"
    words = " UNION ".join(f"SELECT {name} AS word FROM made" for name in names)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE heard AS SELECT word, {sound(near_of(case)['sounds'], 'word')} AS sound "
        f"FROM ({words})"
    )
    joined = " ".join(f"LEFT JOIN heard {name}_heard ON {name}_heard.word = {name}" for name in names)
    sounds = ", ".join(f"{name}_heard.sound AS {name}_sound" for name in names)
    return f"SELECT made.*, {sounds} FROM made {joined} ORDER BY n"


def near_of(case: Case) -> dict[str, Any]:
    """What makes two names near ones, as the imported records keep it: begin, part, sounds."""
    near: dict[str, Any] = json.loads(next(case.keyed.rglob("near.json")).read_bytes())
    return near


def _formed(bench: Bench, rows: Path) -> str:
    """SELECT of the normal forms of all rows, as the route makes them of those it looks up."""
    names = name_columns(bench.plan.names, "first", "middle", "last", "suffix")
    text = "addr_line1 AS line1, addr_line2 AS line2, city, state, zip"
    source = f"(SELECT n, tin, dob, {names}, {text} FROM read_parquet('{rows}'))"
    return place_select(bench.plan.addresses, source, "n, tin, dob, name_first, name_last", False)


def house_of(case: Case) -> tuple[House, Bench]:
    """The office that received the request, and everything that is the same for all rows."""
    house = open_house(case.received / "office")
    (batch,) = house.decide.cases.batches()
    return house, bench_at(house.decide, batch, AS_OF)


@contextmanager
def working(case: Case) -> Iterator[tuple[Work, Bench]]:
    """The engine's work on a throw-away room with the request's files, so that nothing is left for the next round."""
    house, bench = house_of(case)
    room = Path(mkdtemp(prefix="room-", dir=case.received))
    try:
        for name in FILES:
            os.link(house.decide.rooms.path(bench.batch.id) / name, room / name)
        work = house.decide.engine.open(room, bench.plan)
        try:
            yield work, bench
        finally:
            work.close()
    finally:
        rmtree(room)


def store_of(case: Case, bench: Bench) -> RecordStore:
    """The records of the case, for the one question."""
    house, _ = house_of(case)
    return house.decide.records.at(bench.pins.records, bench.cover.signed_on)
