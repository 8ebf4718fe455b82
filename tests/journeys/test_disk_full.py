# SPDX-License-Identifier: Apache-2.0
"""A disk of the custodian's that takes nothing more is not the requester's fault."""

import errno
from pathlib import Path

import pytest

from journeys.office import Office
from lawgate.drivers.parser import room as rooms
from lawgate.model.fault import LawgateError
from lawgate.office.intake import receive


@pytest.mark.parametrize("group", [1, rooms._GROUP])
def test_a_full_disk_is_machinery(office: Office, monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(rooms, "_GROUP", group)
    monkeypatch.setattr(rooms.parquet.ParquetWriter, "write_table", full)
    with pytest.raises((LawgateError, OSError)) as told:
        receive(office.house.intake, office.lab / "proper")
    assert "E_PARSER" not in str(told.value)
    assert list(office.house.decide.cases.batches()) == [], "no refusal is recorded against the requester"
    assert list(Path(office.folder / "batches").iterdir()) == []
    monkeypatch.undo()
    assert receive(office.house.intake, office.lab / "proper").batch.state == "received"
