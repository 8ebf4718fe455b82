# SPDX-License-Identifier: Apache-2.0
"""No rulebook, practice or setting raises a ceiling of the form floor, or makes a wait shorter."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.office import BOOK
from journeys.walked import WAYS, sources
from lawgate.authority.lifts import loosening_hours
from lawgate.law.read import read_rulebook
from lawgate.model.fault import Faulty
from lawgate.model.form import (
    BULK_AT_MOST,
    KEY_COOLOFF_HOURS,
    ROWS_PER_PACKAGE,
    ROWS_REVIEWED_A_DAY,
    Ceilings,
    bulk_threshold,
    key_cooloff,
)
from lawgate.model.order import LOOSENING_WAIT_HOURS
from lawgate.wiring.main import rulebooks

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))


def test_i24_the_numbers_of_the_floor_are_what_the_list_says() -> None:
    for name, value in WAYS["floor"].items():
        module, _, constant = name.rpartition(".")
        assert getattr(importlib.import_module(f"lawgate.{module}"), constant) == value, name


def test_i24_nothing_sets_a_number_of_the_floor() -> None:
    constants = {name.rpartition(".")[2] for name in WAYS["floor"]}
    files = {name.rpartition(".")[0].replace(".", "/") + ".py" for name in WAYS["floor"]}
    found = {
        (file, target.lineno)
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if (isinstance(target, ast.Attribute) and target.attr in constants)
        or (isinstance(target, ast.Name) and target.id in constants and file not in files)
    }
    assert found == set()
    names = {node.id for _, tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert "setattr" not in names


def test_i24_ceilings_come_from_the_rulebook_through_the_form_alone() -> None:
    made = {
        file
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Ceilings"
    }
    assert made == {"law/read.py"}


@given(st.integers(), st.integers())
def test_i24_a_ceiling_is_lower_or_refused(day: int, package: int) -> None:
    try:
        made = Ceilings(day, package)
    except ValueError:
        assert not (1 <= day <= ROWS_REVIEWED_A_DAY and 1 <= package <= ROWS_PER_PACKAGE)
    else:
        assert 1 <= made.reviewed_a_day <= ROWS_REVIEWED_A_DAY
        assert 1 <= made.per_package <= ROWS_PER_PACKAGE


@given(ANYTHING)
def test_i24_parameters_only_lower_and_lengthen(stated: object) -> None:
    assert 1 <= bulk_threshold(stated) <= BULK_AT_MOST
    assert key_cooloff(stated).total_seconds() >= KEY_COOLOFF_HOURS * 3600
    assert loosening_hours(stated) >= LOOSENING_WAIT_HOURS


def law() -> dict[str, bytes]:
    book = rulebooks() / BOOK
    return {file.relative_to(book).as_posix(): file.read_bytes() for file in book.rglob("*.toml")}


@pytest.mark.parametrize("line", ["reviewed_a_day = 201", "per_package = 501", "per_package = 0", "other = 1"])
def test_i24_a_rulebook_that_raises_a_ceiling_is_refused(line: str) -> None:
    files, name = law(), line.partition(" =")[0]
    head = files["rulebook.toml"].decode()
    files["rulebook.toml"] = (
        head.replace("[ceilings]", f"[ceilings]\n{line}")
        if name == "other"
        else re.sub(rf"(?m)^{name} = .*$", line, head)
    ).encode()
    with pytest.raises(Faulty) as refused:
        read_rulebook(files, datetime(2025, 6, 30, tzinfo=UTC).date())
    assert "L_CEILING" in {fault.code for fault in refused.value.faults}


def test_i24_every_parameter_that_is_read_by_name_is_on_the_list() -> None:
    read: dict[str, set[str]] = {}
    for file, tree in sources():
        names: Mapping[str, Any] = vars(importlib.import_module(f"lawgate.{file[:-3].replace('/', '.')}"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and "parameters.get" in ast.unparse(node.func) and node.args:
                (found,) = node.args
                name = found.value if isinstance(found, ast.Constant) else names[ast.unparse(found)]
                read.setdefault(str(name), set()).add(file)
    assert set(read) == set(WAYS["parameters"])
