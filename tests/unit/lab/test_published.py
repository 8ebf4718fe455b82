# SPDX-License-Identifier: Apache-2.0
"""The published tables: made from the figures alone, and the page in the repository is the one they make."""

import json
from pathlib import Path

from typer.testing import CliRunner

from lawgate_lab.app import app
from lawgate_lab.classes import ClassFigures, GroupFigures
from lawgate_lab.published import tables
from lawgate_lab.seeds import held_back

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
CLASSES = {"none": ClassFigures(1_000, 990, 1_000, 0, 10), "closed_case": ClassFigures(20, 1, 0, 1, 0)}
GROUP = {"accented": GroupFigures(98, 100, 900, 900), "itin_shaped": GroupFigures(0, 0, 990, 1_000)}
RUN = {
    "commit": "24d0a2600000", "seed": 5, "granted": 991, "false_grants": 1, "false_grants_at_most": 0.00478,
    "classes": {name: found.document() for name, found in CLASSES.items()},
    "groups": {name: found.document() for name, found in GROUP.items()},
}  # fmt: skip


def test_counts_and_intervals_stand_side_by_side() -> None:
    page = tables({"honest 1k": RUN, "old": {"commit": "24d0a26", "rows": 3}})
    assert "| `none` | yes | 1,000 | 990 | 0 [0, 0.368] | 10 of 1,000 [0.481, 1.83] |" in page
    assert "| `closed_case` | no | 20 | 1 | 1 [0.127, 24.9] | none proper |" in page
    assert "Of 991 grants 1 are false: at most 0.478 % of all grants" in page
    assert "| 98 of 100 | 900 of 900 | -2.000 [" in page
    assert "nobody to compare" in page
    assert "old" not in page.lower().split("## ")[1]


def test_without_figures_by_class_the_page_says_so() -> None:
    assert "No run with figures by class" in tables({"old": {"commit": "24d0a26", "rows": 3}})


def test_the_page_is_the_one_the_figures_make(tmp_path: Path) -> None:
    figures = REFERENCE / "accuracy.json"
    page = (REFERENCE / "accuracy-by-defect.md").read_text("utf-8")
    assert tables(json.loads(figures.read_text("utf-8"))) == page
    printed = CliRunner().invoke(app, ["accuracy", str(figures)])
    assert printed.exit_code == 0
    assert printed.output == page


def test_a_commit_gives_one_seed_and_another_commit_another() -> None:
    one = held_back("24d0a2600000ffff")
    assert one == held_back("24d0a2600000") >= 1000
    assert one != held_back("24d0a2600001")
