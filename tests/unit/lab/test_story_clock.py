# SPDX-License-Identifier: Apache-2.0
"""The story's clock: it only goes on, only the story moves it, and nothing of the product is told the time by it."""

import ast
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from lawgate_lab.virtual_clock import VirtualClock

PRODUCT = Path(__file__).resolve().parents[3] / "src" / "lawgate"
NOON = datetime(2025, 4, 7, 12, 0, tzinfo=timezone(timedelta(hours=-4)))
TAKE_A_CLOCK = {"open_house", "keeper_at", "create"}


def test_it_stands_until_it_is_moved_and_says_utc() -> None:
    clock = VirtualClock(NOON)
    assert clock.now() == clock.now() == NOON and clock.now().tzinfo is UTC
    assert clock.on(timedelta(seconds=1)) == clock.now() == NOON + timedelta(seconds=1)
    assert clock.at(NOON + timedelta(hours=1)).tzinfo is UTC


def test_it_is_never_moved_back_and_never_without_an_offset() -> None:
    clock = VirtualClock(NOON)
    for moment in (NOON - timedelta(seconds=1), NOON.replace(tzinfo=None)):
        with pytest.raises(ValueError, match="order"):
            clock.at(moment)
    assert clock.now() == NOON


def test_a_lease_lasts_by_the_machine() -> None:
    clock = VirtualClock(NOON)
    first = clock.monotonic()
    clock.on(timedelta(days=300))
    assert 0 <= clock.monotonic() - first < 60


def passing_a_clock(source: str) -> list[str]:
    """Calls of what takes a clock that pass one, from anywhere but `wiring` itself."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [(call, getattr(call.func, "id", getattr(call.func, "attr", ""))) for call in calls]
    return [
        name
        for call, name in named
        if name in TAKE_A_CLOCK
        and (any(each.arg == "clock" for each in call.keywords) or (name == "open_house" and len(call.args) > 1))
    ]


def test_no_command_of_the_product_passes_a_clock() -> None:
    found = {str(file): passing_a_clock(file.read_text(encoding="utf-8")) for file in PRODUCT.rglob("*.py")}
    assert {file: names for file, names in found.items() if names} == {}
    assert passing_a_clock("open_house(folder, mine)\ncreate(a, b, c, d, clock=mine)") == ["open_house", "create"]
