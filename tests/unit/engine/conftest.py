# SPDX-License-Identifier: Apache-2.0
"""A settled batch of few rows: two granted, one held, four refused, each for a reason of its own."""

from pathlib import Path

import pytest

from differential.batches import ROW, Judged, cases_for, judge, plan_of, write_records, write_room
from lawgate.drivers.duckdb.records import ParquetRecords

PEOPLE = [
    {"record": 11, "tin": "900010001", "first": "Ana", "last": "Lopez"},
    {"record": 12, "tin": "900010002", "first": "Bo", "last": "Lopez"},
    {"record": 13, "tin": "900010003", "first": "Cy", "last": "Lopez", "deceased": True},
    {"record": 14, "tin": "900010004", "first": "Di", "last": "Lopez", "kind": "dependent"},
    {"record": 15, "tin": "900010005", "first": "Ed", "last": "Ng"},
    {"record": 16, "tin": "900010006", "first": "Ed", "last": "Ng"},
]
HOMES = [{"record": r, "line1": "12 Oak Street"} for r in range(11, 17)]
ROWS = [
    {**ROW, "row_id": "ana", "tin": "900010001", "taxable_periods": "2018;2022;2023", "case_id": "c1"},
    {**ROW, "row_id": "bo", "first": "Bo", "case_id": "c2"},
    {**ROW, "row_id": "cy", "first": "Cy"},
    {**ROW, "row_id": "nobody", "first": "Zoe"},
    {**ROW, "row_id": "two", "first": "Ed", "last": "Ng"},
    {**ROW, "row_id": "witness", "first": "Bo", "role": "witness", "reason_text": "another"},
    {**ROW, "row_id": "future", "taxable_periods": "2030"},
]


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> ParquetRecords:
    """The records of the few people."""
    return write_records(tmp_path_factory.mktemp("records"), PEOPLE, HOMES)


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The room of the batch."""
    return write_room(tmp_path_factory.mktemp("room"), cases_for(ROWS), ROWS)


@pytest.fixture(scope="session")
def settled(room: Path, records: ParquetRecords) -> dict[str, Judged]:
    """Row id -> what became of it."""
    return judge(room, records, plan_of())
