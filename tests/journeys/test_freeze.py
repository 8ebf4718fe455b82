# SPDX-License-Identifier: Apache-2.0
"""A freeze on expansion: what the log shows was answered before it goes on; what exceeds that is held and barred."""

import dataclasses
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.office import AGENCY, KEY, PRACTICE, SEED, Office, an_order, sent
from lawgate.decide.frozen import without_new_practices
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.order import EVERY, EffectKind
from lawgate.office.bench import bench_at
from lawgate.office.handout import pull
from lawgate.office.orders import not_enforced
from lawgate.office.redecide import redecide
from lawgate.protocol.bars import Barred
from lawgate_lab.make import make

HELD, GOES_ON = {"HOLD"}, {"REQUIRE"}


def freeze(agency: str = AGENCY, days_ago: int = 0, **scope: object) -> bytes:
    order = read_order(an_order("order-freeze", agency), "order")
    effect = dataclasses.replace(order.effects[0], kind=EffectKind.FREEZE_EXPANSION, **scope)
    back = order.entered_at - timedelta(days=days_ago)
    return print_order(dataclasses.replace(order, effective_at=back, learned_at=back, effects=(effect,)))


def frozen(office: Office, **scope: object) -> None:
    """Put a freeze into the docket: from there it binds."""
    office.house.orders.register.enter("order-freeze", freeze(**scope))


def practices(office: Office, batch: str) -> set[str]:
    desk = office.house.decide
    known = desk.cases.batch(batch)
    assert known is not None
    return {practice.id for practice in bench_at(desk, known, desk.clock.now()).rulebook.practices}


def outcomes(office: Office, batch: str) -> set[object]:
    return {row["outcome"] for row in office.rows(batch)}


def orders_on(office: Office, batch: str) -> set[str]:
    return {order for record in office.patterns(batch) for order in record["orders"]}


def handed(office: Office, package: str, place: Path) -> None:
    house = office.house
    pull(house.release.release, package, KEY, house.courier(place))


@pytest.fixture(scope="module")
def once_answered(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that gave the department three records before any freeze."""
    place = tmp_path_factory.mktemp("answered")
    office = opened.copy(place / "office")
    batch = office.decided(office.lab / "proper", None)
    handed(office, office.prepared(batch, [0, 1, 2]).manifest.package, place)
    # Rows were looked at on a clock ahead of ours, and the log carries that on.
    last = max(leaf.at for _, leaf in office.house.decide.log.leaves())
    while datetime.fromisoformat(last) + timedelta(seconds=1) > datetime.now(UTC):
        time.sleep(0.2)
    return office


@pytest.fixture
def answered(once_answered: Office, tmp_path: Path) -> Office:
    """The same in a folder of one's own."""
    return once_answered.copy(tmp_path / "answered")


def write_practice(office: Office, start: str) -> None:
    text = PRACTICE.format(digest="0" * 64)
    place = next((office.folder / "rulebooks").iterdir()) / "practices" / "made-up.toml"
    place.write_text(text.replace("start = 2020-01-01", f"start = {start}"))


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


@pytest.fixture
def begun(office: Office) -> tuple[Office, str]:
    """A batch, and a practice that began ten days ago."""
    write_practice(office, in_days(-10))
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
    begun: tuple[Office, str], order: bytes, left: set[str]
) -> None:
    office, batch = begun
    assert practices(office, batch) == {"few-people", "made-up"}
    office.house.orders.register.enter("order-entered", order)
    assert practices(office, batch) == left
    assert any("enforced IN PART" in each for each in not_enforced(order)) == (b"freeze_expansion" in order)


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


def test_what_was_answered_before_goes_on_to_the_hand_out(answered: Office, tmp_path: Path) -> None:
    frozen(answered)
    batch = answered.decided(answered.lab / "second", None)
    assert (outcomes(answered, batch), orders_on(answered, batch)) == (GOES_ON, set())
    handed(answered, answered.prepared(batch, [0, 1, 2]).manifest.package, tmp_path / "second")


def test_somebody_who_was_given_nothing_before_is_held_and_barred(office: Office, tmp_path: Path) -> None:
    """The package was prepared before the freeze: office and keeper see it at the hand-out, deciding again holds it."""
    batch = office.decided(office.lab / "proper", None)
    package = office.prepared(batch, [0, 1, 2]).manifest.package
    frozen(office)
    with pytest.raises(Barred) as barred:
        handed(office, package, tmp_path / "out")
    assert {bar.code for bar in barred.value.bars} == {"order"}
    assert "order-freeze" in str(barred.value)
    assert redecide(office.house.decide, batch).after == {"HOLD": 3}
    again = office.decided(office.lab / "second", None)
    assert (outcomes(office, again), orders_on(office, again)) == (HELD, {"order-freeze"})


def test_a_practice_written_later_with_an_earlier_day_is_seen_through(answered: Office, tmp_path: Path) -> None:
    frozen(answered)
    write_practice(answered, "2020-01-01")
    # Its own day says that it was there; the log says that it was not.
    make(tmp_path / "lab", 10, 3000, "proper", SEED, "sixty", 60)
    batch = answered.decided(tmp_path / "lab" / "sixty", None)
    assert practices(answered, batch) == {"few-people", "made-up"}
    assert orders_on(answered, batch) == {"order-freeze"}
    assert outcomes(answered, batch).isdisjoint(GOES_ON)
    # What was there goes on under the text of before, which office and keeper find among what decisions keep.
    few = answered.decided(answered.lab / "second", None)
    assert (outcomes(answered, few), orders_on(answered, few)) == (GOES_ON, set())
    package = answered.prepared(few, [0, 1, 2]).manifest.package
    handed(answered, package, tmp_path / "few")
    # Without that text nobody can tell what was there.
    shutil.rmtree(answered.folder / "pins" / "lists")
    with pytest.raises(Barred, match="order-freeze"):
        handed(answered, package, tmp_path / "again")


def test_a_freeze_on_a_person_is_held_against_officials_of_the_cases(office: Office, tmp_path: Path) -> None:
    _, cases = sent(office.lab / "proper")
    named = sorted({value for case in cases for key, value in case.items() if value.startswith("person.")})
    assert named, "cases name people"
    frozen(office, requesters=(named[-1],))
    batch = office.decided(office.lab / "proper", None)
    assert orders_on(office, batch) == {"order-freeze"}
    assert outcomes(office, batch) == HELD


def test_a_freeze_on_somebody_else_holds_nothing(office: Office) -> None:
    frozen(office, requesters=("person.elsewhere.1",))
    batch = office.decided(office.lab / "proper", None)
    assert (outcomes(office, batch), orders_on(office, batch)) == (GOES_ON, set())
