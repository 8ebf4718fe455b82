# SPDX-License-Identifier: Apache-2.0
"""An office of profile `synthetic` takes no records with a number that could be somebody's."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

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
