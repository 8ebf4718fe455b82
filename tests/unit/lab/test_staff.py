# SPDX-License-Identifier: Apache-2.0
"""Every officer a made request names is in the register of staff of its agency; lists only grow."""

import csv
from pathlib import Path

import numpy as np
import pytest

from lawgate.law.registers import read_registers
from lawgate_lab.honest import COVER
from lawgate_lab.request import CASE
from lawgate_lab.staff import list_staff, officers_of


@pytest.mark.parametrize("variant", ["affair", "honest", "proper"])
def test_every_officer_named_is_listed(folder: Path, variant: str) -> None:
    registers = read_registers({p.name: p.read_bytes() for p in (folder / "registers").glob("*.toml")})
    with (folder / variant / "cases.csv").open(encoding="utf-8", newline="") as text:
        cases = list(csv.DictReader(text))
    (agency,) = {c["engaged_agency"] for c in cases}
    (days,) = {s.span for s in registers.staff if s.agency == agency}
    listed = registers.officers(agency, days.start).own
    named = {person for c in cases for person in (c["engaged_official"], *c["recipients"].split(";"))}
    assert named <= listed


def test_lists_only_grow_and_are_in_order(tmp_path: Path) -> None:
    cases = np.zeros(3, dtype=CASE)
    cases["official"] = [20, 9, 20]
    assert officers_of(COVER, cases) == [f"person.doj.{n}" for n in (9, 10, 11, 20, 21, 22)]
    list_staff(tmp_path, COVER, cases)
    before = (tmp_path / "registers" / "staff.toml").read_text()
    list_staff(tmp_path, COVER, cases[1:2])
    assert (tmp_path / "registers" / "staff.toml").read_text() == before
    cases["official"] = 500
    list_staff(tmp_path, COVER, cases)
    after = (tmp_path / "registers" / "staff.toml").read_text()
    assert all(f'"person.doj.{n}"' in after for n in (9, 22, 500, 502)) and after != before
