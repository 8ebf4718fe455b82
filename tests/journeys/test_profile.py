# SPDX-License-Identifier: Apache-2.0
"""An office of profile `synthetic` takes no records with a number that could be somebody's."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.office import Office, rewritten, sent
from lawgate.model.fault import Refused
from lawgate.wiring.folder import create, open_house
from lawgate.wiring.main import rulebooks
from lawgate_lab.make import make


def test_one_issuable_number_refuses_the_import(tmp_path: Path) -> None:
    lab, office = tmp_path / "lab", tmp_path / "office"
    make(lab, 300, 2_000, "affair", 3)
    create(office, rulebooks(), "us-26-6103", "test")
    for register in (lab / "registers").glob("*.toml"):
        shutil.copy(register, office / "registers")
    house = open_house(office)
    people = pq.read_table(lab / "records" / "taxpayers.parquet")
    numbers = people["tin"].to_pylist()
    # Group 50 is one that individual taxpayer numbers do use; no number is written out whole here.
    mixed = [numbers[0][:3] + "50" + numbers[0][5:], *numbers[1:]]
    at = people.schema.get_field_index("tin")
    pq.write_table(people.set_column(at, "tin", pa.array(mixed)), lab / "records" / "taxpayers.parquet")
    with pytest.raises(Refused) as refused:
        house.import_records(lab / "records")
    assert refused.value.code == "E_PROFILE"
    assert mixed[0] not in str(refused.value)
    assert not (office / "records" / "manifest.json").exists()
    pq.write_table(people, lab / "records" / "taxpayers.parquet")
    assert house.import_records(lab / "records")


def validated(request: Path) -> subprocess.CompletedProcess[str]:
    """What the requester's own command says of a request."""
    command = [sys.executable, "-m", "lawgate.wiring.main", "request", "validate", str(request)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_issuable_number_refuses_the_request(office: Office, tmp_path: Path) -> None:
    rows, _ = sent(office.lab / "thirty")
    number = next(row["tin"] for row in rows if row["tin"])
    digits = number.replace("-", "")
    mixed = digits[:3] + "50" + digits[5:]
    changed = rewritten(
        office.lab / "thirty", tmp_path / "request", rows=lambda data: data.replace(number.encode(), mixed.encode(), 1)
    )
    for done in (office.call("request", "receive", changed), validated(changed)):
        said = (done.stdout, done.stderr)
        assert "E_PROFILE [file] rows.csv line " in said[1]
        assert not any(mixed in text or mixed[5:] in text for text in said)
    (batch,) = office.house.decide.cases.batches()
    assert (batch.state, batch.accepted, batch.figures) == ("refused", 0, {"fault.E_PROFILE": 1})
    assert not (office.folder / "batches" / batch.id).exists()
    assert office.call("request", "receive", office.lab / "thirty").exit_code == 0
