# SPDX-License-Identifier: Apache-2.0
"""A freeze on expansion: no practice that is newer than the order is decided by, and the rest is left to people."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, PRACTICE, Office, an_order
from lawgate.decide.frozen import without_new_practices
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.order import EVERY, EffectKind
from lawgate.office.bench import bench_at

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def freeze(agency: str = AGENCY, days_ago: int = 0, **scope: object) -> bytes:
    order = read_order(an_order("order-freeze", agency), "order")
    effect = dataclasses.replace(order.effects[0], kind=EffectKind.FREEZE_EXPANSION, **scope)
    back = order.entered_at - timedelta(days=days_ago)
    return print_order(dataclasses.replace(order, effective_at=back, learned_at=back, effects=(effect,)))


def practices(office: Office, batch: str) -> set[str]:
    desk = office.house.decide
    known = desk.cases.batch(batch)
    assert known is not None
    return {practice.id for practice in bench_at(desk, known, desk.clock.now()).rulebook.practices}


@pytest.fixture
def begun(office: Office) -> tuple[Office, str]:
    """A batch, and a practice that began ten days ago."""
    text = PRACTICE.format(digest="0" * 64)
    start = (datetime.now(UTC) - timedelta(days=10)).date().isoformat()
    place = next((office.folder / "rulebooks").iterdir()) / "practices" / "made-up.toml"
    place.write_text(text.replace("start = 2020-01-01", f"start = {start}"))
    return office, office.decided(office.lab / "proper", None)


@pytest.mark.parametrize(
    ("order", "left"),
    [
        (freeze(days_ago=11), {"few-people"}),
        (freeze(days_ago=9), {"few-people", "made-up"}),
        (freeze(agency="us.elsewhere", days_ago=11), {"few-people", "made-up"}),
        (freeze(days_ago=11, rows_at_least=50), {"few-people", "made-up"}),
        (freeze(agency="person.elsewhere.1", days_ago=11, recipients=EVERY), {"few-people", "made-up"}),
        (an_order("order-stop", AGENCY, datetime.now(UTC) - timedelta(days=11)), {"few-people", "made-up"}),
    ],
)
def test_a_practice_newer_than_the_order_is_not_decided_by(
    begun: tuple[Office, str], tmp_path: Path, order: bytes, left: set[str]
) -> None:
    office, batch = begun
    assert practices(office, batch) == {"few-people", "made-up"}
    (tmp_path / "order.toml").write_bytes(order)
    done = office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK)
    assert done.exit_code == 0, done.stderr
    assert practices(office, batch) == left
    assert ("enforced IN PART" in done.stderr) == (b"freeze_expansion" in order)


def test_the_earliest_of_several_freezes_counts(begun: tuple[Office, str]) -> None:
    office, batch = begun
    desk = office.house.decide
    known = desk.cases.batch(batch)
    assert known is not None
    bench = bench_at(desk, known, desk.clock.now())
    found = [read_order(freeze(days_ago=days), "order") for days in (1, 11)]
    both = dataclasses.replace(bench.standing, in_force=tuple(found))
    assert [p.id for p in without_new_practices(bench.rulebook, both, bench.cover).practices] == ["few-people"]
    assert without_new_practices(bench.rulebook, bench.standing, bench.cover) is bench.rulebook
