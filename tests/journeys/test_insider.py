# SPDX-License-Identifier: Apache-2.0
"""Files, records and instants changed between the steps: each step holds what it rests on against the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.office import AS_OF, REVIEWER, Office, seen
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.adjudicate import decide_batch
from lawgate.office.intake import receive
from lawgate.office.release import prepare_package, review_paper
from lawgate.protocol.statement import Looked


def _proper(office: Office) -> Path:
    return office.lab / "proper"


@pytest.mark.parametrize(
    "file", ["patterns.jsonl", "cover.toml", "cover.toml.sig", "cases.parquet", "decisions.parquet"]
)
def test_a_stored_file_that_changed_stops_review_and_package(office: Office, file: str) -> None:
    batch = office.decided(_proper(office))
    place = office.room(batch) / file
    place.chmod(0o600)
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)
    looked = [Looked(row, True, at) for row, at in seen([0])]
    with pytest.raises((Refused, LawgateError)):
        review_paper(office.house.release, batch, REVIEWER, looked)
    with pytest.raises((Refused, LawgateError)):
        prepare_package(office.house.release, batch)


def test_records_that_are_not_the_imported_ones_answer_nothing(office: Office) -> None:
    request = _proper(office)
    place = next((office.folder / "records").glob("*/history.parquet"))
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)
    batch = receive(office.house.intake, request).batch
    with pytest.raises(LawgateError, match="not those that were imported"):
        decide_batch(office.house.decide, batch.id, AS_OF)


@pytest.mark.parametrize("as_of", [datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=1)])
def test_the_law_applied_is_neither_older_than_the_signature_nor_to_come(office: Office, as_of: datetime) -> None:
    batch = receive(office.house.intake, _proper(office)).batch
    with pytest.raises(Refused) as refused:
        decide_batch(office.house.decide, batch.id, as_of)
    assert refused.value.code == "E_AS_OF"


def test_a_signer_who_left_the_register_stops_the_package(office: Office) -> None:
    batch = office.decided(_proper(office))
    people = office.folder / "registers" / "people.toml"
    people.write_text(people.read_text().replace('office = "us.doj.attorney"', 'office = "us.doj.gone"'))
    with pytest.raises(Refused) as refused:
        office.prepared(batch, [0])
    assert refused.value.code == "E_TODAY"
