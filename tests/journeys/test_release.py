# SPDX-License-Identifier: Apache-2.0
"""From a decision to a value on the recipient's screen, with the age program; and what happens under an order."""

import json
import subprocess
from pathlib import Path

import pytest

from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.protocol.bars import Barred
from unit.release.desk import PACKAGE, Office, an_order_text


def test_a_recipient_opens_the_package_with_age(tmp_path: Path, need) -> None:
    age = need("age")
    office = Office(tmp_path)
    office.prepared()
    done = pull(office.release(), PACKAGE, "rk-1", office.courier)
    box = tmp_path / "out" / done.name
    (box / "me.txt").write_text(f"{office.identity}\n")
    shell = f"{age} -d -i me.txt keys.age > ids.txt && tar xf package.tar && {age} -d -i ids.txt 0002.age"
    shown = subprocess.run(["sh", "-c", shell], cwd=box, capture_output=True, check=True)
    record = json.loads(shown.stdout)
    assert record["row_id"] == "row-1"
    address = {"line1": "1 Made-up Way", "city": "Springfield"}
    assert record["values"] == {"mailing_address": {"2021": address, "2022": address}}
    assert record["purpose"] == "investigation"
    assert record["return_by"] == "2030-08-01"
    assert json.loads((box / "manifest.json").read_text())["package"] == PACKAGE
    # An identity opens its own record and no other.
    ids = (box / "ids.txt").read_text().splitlines()
    (box / "one.txt").write_text(ids[1] + "\n")
    opened = [[age, "-d", "-i", "one.txt", name] for name in ("0001.age", "0002.age")]
    codes = [subprocess.run(each, cwd=box, capture_output=True, check=False).returncode for each in opened]
    assert codes == [0, 1]
    assert [len(office.kinds(kind)) for kind in ("review", "prepared", "handout", "sent")] == [1, 1, 1, 1]


def test_after_an_order_no_byte_leaves(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.prepared()
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    enter_order(office.orders(), an_order_text(), "person.c.1")
    before = sorted(tmp_path.glob("out/*"))
    with pytest.raises(Barred) as refused:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert [(bar.code, bar.orders) for bar in refused.value.bars] == [("order", ("order-1",))]
    assert sorted(tmp_path.glob("out/*")) == before
    (in_force,) = office.kinds("in-force")
    (handout,) = [index for index, leaf in office.log.leaves() if leaf.kind == "handout"]
    assert in_force.texts("exposed") == (f"{PACKAGE}@{handout}",)
    assert in_force.number("exposed_rows") == 3
