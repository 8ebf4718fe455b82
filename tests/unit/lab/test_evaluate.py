# SPDX-License-Identifier: Apache-2.0
"""Figures of a request of a few rows, every one of them worked out by hand."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lawgate_lab.evaluate import Figures, evaluate
from lawgate_lab.groups import beside

TRUTH = [
    # row, defect, meant, confirmed, clean, excluded, otherwise, accented
    ("r1", "none", 1, True, True, "", "", True),
    ("r2", "none", 2, True, True, "", "", False),
    ("r3", "name_capitals", 3, True, False, "defect", "", False),
    ("r4", "name_capitals", 4, True, False, "defect", "deceased", False),
    ("r5", "never_on_file", 5, False, False, "defect", "no_number_or_po_box", False),
    ("r6", "none", 6, True, True, "", "", True),
]
DECIDED = [
    # row, row outcome, outcome, record
    ("r1", "REQUIRE", "HOLD", 1),
    ("r2", "REQUIRE", "REQUIRE", 9),
    ("r3", "RETURN_FOR_CURE", "RETURN_FOR_CURE", 0),
    ("r4", "REQUIRE", "REQUIRE", 4),
    ("r5", "DENY", "DENY", 0),
]


def table(names: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    return pa.table(dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True)))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    known = table("row_id defect meant confirmed clean excluded otherwise accented", TRUTH)
    decisions, truth = tmp_path / "decisions.parquet", tmp_path / "truth" / "x.parquet"
    truth.parent.mkdir()
    pq.write_table(table("row_id row_outcome outcome record", DECIDED), decisions)
    pq.write_table(known.drop_columns(["otherwise", "accented"]), truth)
    sides = known.select(["row_id", "otherwise", "accented"])
    for name in ("two_surnames", "itin_shaped"):
        sides = sides.append_column(name, sides["accented"])
    pq.write_table(sides, beside(truth))
    return decisions, truth


def counts(figures: Figures) -> dict[str, tuple[int, ...]]:
    return {
        name: (c.rows, c.granted, c.proper, c.false_grants, c.false_refusals) for name, c in figures.classes.items()
    }


def test_every_count_is_the_one_worked_out_by_hand(files: tuple[Path, Path]) -> None:
    figures = evaluate(*files, None)
    assert (figures.rows, figures.rejected, figures.granted, figures.wrong) == (5, 1, 3, 1)
    assert counts(figures) == {
        "none": (3, 2, 3, 1, 1),  # another record granted; a clean row rejected at intake
        "name_capitals": (2, 1, 1, 1, 1),  # somebody deceased granted; a harmless row returned
        "never_on_file": (1, 0, 0, 0, 0),
    }
    accented = figures.groups["accented"]
    assert (accented.yes, accented.of, accented.other_yes, accented.other_of) == (1, 2, 1, 1)
    assert (figures.clean, figures.clean_granted, figures.false_refusals) == (3, 2, {"rejected": 1})


def test_the_document_is_plain_data_and_the_lines_hold_the_bound(files: tuple[Path, Path]) -> None:
    figures = evaluate(*files, None)
    document = json.loads(json.dumps(figures.document()))
    assert document["false_grants"] == 2
    assert document["false_grants_at_most"] == pytest.approx(0.983, abs=5e-4)  # 2 of 3: 1 - p**3 is 5 %
    assert document["classes"]["none"]["false_refusals_95"] == [0.0084, 0.906]
    assert any("false grants, of any kind: 2 of 3 grants, at most 9.83e-01" in line for line in figures.lines())


def test_without_groups_the_reason_for_exclusion_is_all_that_is_known(files: tuple[Path, Path]) -> None:
    beside(files[1]).unlink()
    figures = evaluate(*files, None)
    assert figures.groups == {}
    assert counts(figures)["name_capitals"] == (2, 1, 2, 0, 1)


def test_decisions_of_another_request_are_refused(files: tuple[Path, Path]) -> None:
    decisions, truth = files
    pq.write_table(table("row_id row_outcome outcome record", [("r9", "DENY", "DENY", 0)]), decisions)
    with pytest.raises(ValueError, match="not of one request"):
        evaluate(decisions, truth, None)
