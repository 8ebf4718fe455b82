# SPDX-License-Identifier: Apache-2.0
"""`lawgate-lab found` makes a new office and nothing else: what lies in a folder already stays as it is."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from lawgate_lab.app import app
from lawgate_lab.make import make

SEED = 3


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("found") / "lab"
    make(folder, 10, 3000, "proper", SEED, "proper", 3)
    return folder


def found(lab: Path, office: Path, seed: int = SEED) -> tuple[int, str, bool]:
    done = CliRunner().invoke(app, ["found", str(lab), str(office), "--seed", str(seed)])
    return done.exit_code, done.output, isinstance(done.exception, SystemExit | None)


def files(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_an_office_with_its_orders_is_never_replaced(lab: Path, tmp_path: Path) -> None:
    office = tmp_path / "office"
    assert found(lab, office)[0] == 0
    (office / "docket" / "0001-order-1.toml").write_bytes(b"an order")
    before = files(office)
    status, said, clean = found(lab, office)
    assert (status, "E_OFFICE" in said, clean) == (2, True, True), said
    assert files(office) == before


def test_a_folder_that_only_looks_like_an_office_is_left_alone(lab: Path, tmp_path: Path) -> None:
    for name in ("settings.toml", "thesis.txt"):
        (tmp_path / name).write_text("x = 1")
    before = files(tmp_path)
    status, said, clean = found(lab, tmp_path)
    assert (status, "E_OFFICE" in said, clean) == (2, True, True), said
    assert files(tmp_path) == before


def test_another_seed_or_no_lab_leaves_no_half_made_office(lab: Path, tmp_path: Path) -> None:
    for where, seed, why in ((lab, SEED + 1, "--seed"), (tmp_path / "none", SEED, "lacks registers")):
        status, said, clean = found(where, tmp_path / "office", seed)
        assert (status, why in said, clean) == (2, True, True), said
        assert not (tmp_path / "office").exists()
