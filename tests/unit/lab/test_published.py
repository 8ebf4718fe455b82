# SPDX-License-Identifier: Apache-2.0
"""The published tables: made from the figures alone, and the page in the repository is the one they make."""

import json
import re
from itertools import pairwise
from pathlib import Path

from typer.testing import CliRunner

from lawgate_lab.app import app
from lawgate_lab.classes import GROUPS, ClassFigures, GroupFigures, within_alike
from lawgate_lab.published import _wanted, tables
from lawgate_lab.seeds import held_back

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
CLASSES = {
    "none": ClassFigures(1_000, 990, 1_000, 0, 0, 10),
    "closed_case": ClassFigures(20, 1, 0, 0, 1, 0),
    "period_not_filed": ClassFigures(30, 4, 10, 15, 0, 6),
}
GROUP = {
    "accented": GroupFigures(98, 100, 900, 900),
    "itin_shaped": GroupFigures(0, 0, 990, 1_000),
    "two_surnames": GroupFigures(99_990, 100_000, 899_910, 900_000),
}
RUN = {
    "commit": "24d0a2600000", "seed": 5, "rows": 1_050, "rejected": 2, "granted": 995, "wrong": 0,
    "wrong_at_most": 0.00301, "false_grants": 1, "false_grants_at_most": 0.00476, "clean": 1_000, "clean_granted": 990,
    "classes": {name: found.document() for name, found in CLASSES.items()},
    "groups": {name: found.document() for name, found in GROUP.items()},
}  # fmt: skip


OLD = {
    "none": {"proper": 5, "rows": 9},
    "period_not_filed": {"proper": 0, "rows": 9},
    "namesake": {"proper": 0, "rows": 1},
}
TWINS = {"accents": {"says": "accents lost", "touched": 2_000, "different": 0}}


def test_counts_and_intervals_stand_side_by_side() -> None:
    page = tables({"honest 1k": RUN, "old": {"commit": "24d0a26", "rows": 3}})
    assert "| `none` | yes | 1,000 | 990 | 0 of 1,000 (0–0.368) | 10 of 1,000 (0.481–1.83) |" in page
    assert "| `closed_case` | no | 20 | 1 | 1 of 20 (0.127–24.9) | no such row |" in page
    assert "| `period_not_filed` | yes 10, ask 15, no 5 | 30 |" in page
    assert (
        "| honest 1k | 1,052 | 2 | 995 | 0 (at most 0.301 %) | 1 (at most 0.476 %) | 990 of 1,000 (98.169–99.519) |"
        in page
    )
    assert "old" not in page.lower().split("## all runs")[1]


def test_a_difference_is_told_with_its_interval_and_what_it_says_of_the_limit() -> None:
    lines = tables({"honest 1k": RUN}).splitlines()
    accented, itin, two = (next(line for line in lines if line.startswith(f"| {GROUPS[g]} ")) for g in GROUP)
    assert "98 of 100 (98.000 %) | 900 of 900 (100.000 %) | -2.000 (" in accented and accented.endswith("left open |")
    assert itin.endswith("| nobody to compare | not shown |")
    assert two.endswith("| within 0.1 |")
    assert within_alike(0.11, 0.3) == within_alike(-0.3, -0.11) == "beyond 0.1"


def test_no_nought_without_its_upper_bound_and_no_rate_without_its_rows() -> None:
    lines = tables(json.loads((REFERENCE / "accuracy.json").read_text("utf-8"))).splitlines()
    heads = {line for line, below in pairwise(lines) if below.startswith("|---")}
    cells = [c.strip() for line in lines if line.startswith("| ") and line not in heads for c in line.split("|")[2:-1]]
    shares = [c for c in cells if " of " in c or c.endswith((")", "%"))]
    assert len(shares) > 300
    whole = re.compile(
        r"[\d,]+ of [\d,]+ \([\d.]+(–[\d.]+| %)\)|[\d,]+ \(at most [\d.]+ %\)|[-+][\d.]+ \([-+].* to .*\)"
    )
    assert [c for c in shares if not whole.fullmatch(c)] == []


def test_runs_stand_by_source_and_size() -> None:
    names = ["affair 1k", "honest 1.28M", "febrl 10k", "honest 12.8k", "other", "honest 128k", "pseudopeople 13.9k"]
    page = tables(dict.fromkeys(names, RUN))
    found = [line.removeprefix("## ").lower() for line in page.splitlines() if line.startswith("## ")][1:]
    assert found == [
        "honest 12.8k", "honest 128k", "honest 1.28m", "pseudopeople 13.9k", "febrl 10k", "affair 1k", "other",
    ]  # fmt: skip


def test_figures_that_do_not_say_what_was_expected_claim_nothing() -> None:
    assert [_wanted(label, found) for label, found in OLD.items()] == ["yes 5, ask or no 4", "ask or no", "ask"]


def test_pairs_stand_behind_the_runs() -> None:
    page = tables({"honest 1k": RUN, "alike 1k": {"commit": "24d0a2600000", "seed": 5, "twins": TWINS}})
    assert page.endswith("| accents lost | 2,000 | 0 (at most 0.15 %) |\n")


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
