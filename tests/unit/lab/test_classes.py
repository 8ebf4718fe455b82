# SPDX-License-Identifier: Apache-2.0
"""What counts as a false grant and as a false refusal, row by row; the measure can fail in each of its columns."""

from typing import Any

import pyarrow as pa
import pytest

from lawgate_lab.classes import ASK, EXPECTED, GROUPS, NO, YES, ClassFigures, class_figures, group_figures, per_grant
from lawgate_lab.labels import DEFECTS, KEEPS_NAME, NAME_NOISE

RIGHT = {"meant": 7, "record": 7, "confirmed": True, "otherwise": "", "row_outcome": "REQUIRE"}


def one(defect: str, **changed: Any) -> ClassFigures:
    """The figures of a table of one row, and of nothing else."""
    found = class_figures(table([{**RIGHT, "defect": defect, **changed}]))
    (figures,) = found.values()
    return figures


def table(rows: list[dict[str, Any]]) -> pa.Table:
    kinds = {"meant": pa.int64(), "record": pa.int64(), "confirmed": pa.bool_(), "row_outcome": pa.string()}
    return pa.table({k: pa.array([row[k] for row in rows], kinds.get(k)) for k in rows[0]})


def test_every_defect_has_an_expectation_and_names_are_never_refused_outright() -> None:
    assert set(EXPECTED) == set(DEFECTS)
    assert {EXPECTED[label] for label in NAME_NOISE} == {YES, ASK}
    assert {label for label in NAME_NOISE if EXPECTED[label] == YES} == set(KEEPS_NAME)
    assert [EXPECTED[label] for label in ("none", "name_maiden", "spouse_tin")] == [YES, ASK, NO]


@pytest.mark.parametrize("defect", ["none", "address_style", "name_maiden"])
def test_the_right_record_at_an_address_on_file_is_no_false_grant(defect: str) -> None:
    assert one(defect).false_grants == 0


@pytest.mark.parametrize(
    ("defect", "changed"),
    [
        ("none", {"record": 8}),
        ("none", {"confirmed": False}),
        ("name_maiden", {"record": 8}),
        ("closed_case", {}),
        ("none", {"otherwise": "deceased"}),
        ("address_style", {"otherwise": "withheld"}),
        ("none", {"otherwise": "namesake_at_building", "record": 8}),
    ],
)
def test_a_false_grant_is_counted(defect: str, changed: dict[str, Any]) -> None:
    assert one(defect, **changed).false_grants == 1


@pytest.mark.parametrize(
    ("defect", "changed", "false"),
    [
        ("none", {}, 1),
        ("address_style", {}, 1),
        ("name_maiden", {}, 0),
        ("closed_case", {}, 0),
        ("none", {"otherwise": "namesake_at_building"}, 0),
        ("former_address", {"otherwise": "deceased"}, 0),
    ],
)
@pytest.mark.parametrize("outcome", ["DENY", "RETURN_FOR_CURE", "HOLD", None])
def test_a_refusal_is_false_where_the_request_was_proper(
    defect: str, changed: dict[str, Any], false: int, outcome: str | None
) -> None:
    found = one(defect, **changed, row_outcome=outcome, record=0 if outcome else None)
    assert (found.false_refusals, found.false_grants, found.granted) == (false, 0, 0)


def test_classes_are_labels_or_else_what_stands_against_the_row() -> None:
    rows = [
        {**RIGHT, "defect": "none"},
        {**RIGHT, "defect": "none", "otherwise": "deceased"},
        {**RIGHT, "defect": "closed_case", "otherwise": "deceased"},
    ]
    found = class_figures(table(rows))
    assert {name: (c.rows, c.proper, c.false_grants) for name, c in found.items()} == {
        "none": (1, 1, 0),
        "deceased": (1, 0, 1),
        "closed_case": (1, 0, 1),
    }
    assert per_grant(found)[:2] == (2, 3)


def test_groups_compare_clean_rows_and_one_that_intake_rejected_counts_as_refused() -> None:
    sides = dict.fromkeys(GROUPS, False)
    rows = [{**RIGHT, **sides, "clean": True, "accented": k % 2 == 0, "row_outcome": "REQUIRE"} for k in range(8)]
    rows[0]["row_outcome"] = "RETURN_FOR_CURE"
    rows[1]["row_outcome"] = None
    rows[2]["clean"] = False
    found = group_figures(table(rows))
    accented = found["accented"]
    assert (accented.yes, accented.of, accented.other_yes, accented.other_of) == (2, 3, 3, 4)
    assert accented.difference == pytest.approx(2 / 3 - 3 / 4)
    assert accented.interval.low < 2 / 3 - 3 / 4 < accented.interval.high
    assert found["itin_shaped"].difference == 0
