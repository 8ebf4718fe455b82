# SPDX-License-Identifier: Apache-2.0
"""From a review to the recipient's own files: what the office prepared and handed out, opened by `lawgate receive`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lawgate.office.handout import pull
from lawgate.surfaces.cli.app import build
from lawgate.wiring.main import doors
from unit.release.desk import BULK, PACKAGE, ROWS, Office, granted


def its_identity(office: Office) -> Path:
    """The identity file of the office's recipient."""
    (office.root / "me").write_text(str(office.identity))
    return office.root / "me"


def given_on(out: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text()) for path in sorted(out.iterdir())]


@pytest.mark.parametrize(("sealing", "ending"), [("age", "age"), ("approved", "jwe")])
@pytest.mark.parametrize("keepers", [1, 2])
def test_what_the_office_hands_out_opens_for_its_recipient(
    keepers: int, sealing: str, ending: str, tmp_path: Path
) -> None:
    office = Office(tmp_path, sealing=sealing)
    office.keepers = keepers
    rows = ROWS if keepers == 1 else BULK
    office.prepared(rows=rows)
    if keepers == 2:
        office.approve()
    done = pull(office.release(), PACKAGE, "rk-1", office.courier)
    box, mine = tmp_path / "out" / done.name, tmp_path / "mine"
    files = [f"keys.{ending}", f"keys-2.{ending}"][:keepers]
    assert sorted(path.name for path in box.iterdir()) == sorted([*files, "package.tar"])
    told = ["receive", str(box), "--identity", str(its_identity(office)), "--out", str(mine)]
    shown = CliRunner().invoke(build(doors()), told)
    assert f"{rows} listed = {rows} opened + 0 withheld + 0 damaged" in shown.output, shown.output
    assert [each["row_id"] for each in given_on(mine)] == [row.row_id for row in granted(rows)]
    assert "return or destroy by: 2030-08-01" in shown.output


def test_an_identity_the_custodian_leaves_out_withholds_its_record(tmp_path: Path) -> None:
    office, mine = Office(tmp_path), tmp_path / "mine"
    office.prepared()
    kept = tmp_path / "keys" / f"{PACKAGE}.txt"
    kept.write_text("".join(kept.read_text().splitlines(keepends=True)[:4]))
    done = pull(office.release(), PACKAGE, "rk-1", office.courier)
    box = tmp_path / "out" / done.name
    told = ["receive", str(box), "--identity", str(its_identity(office)), "--out", str(mine)]
    shown = CliRunner().invoke(build(doors()), told)
    assert "3 listed = 2 opened + 1 withheld + 0 damaged" in shown.output
    assert [each["row_id"] for each in given_on(mine)] == ["row-0", "row-1"]
