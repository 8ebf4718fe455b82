# SPDX-License-Identifier: Apache-2.0
"""Killed at any point of preparing, handing out or entering an order, and again while taking up: nothing is lost,
nothing goes unlogged, nothing goes after an order.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from journeys.soaked import keep
from lawgate.model.fault import LawgateError
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.office.prepare import prepare
from lawgate.office.review import Review
from lawgate.protocol.bars import Barred
from unit.release.desk import BULK, PACKAGE, ROWS, HandClock, Office, fetched, granted, outgoing
from unit.release.kills import Killable, Told, run
from unit.release.promises import Folder, broken, readable
from unit.release.racer import RacingOffice, keep_papers, noon, order_text, prepare_office

Place = Callable[[], int]
EACH = {"ci": 6, "full": 10_000}
"""At most so many points of each deed; at size full that is every one."""
TWICE = {"ci": 8, "full": 600}
WANTED, WANTED_TWICE = 2_000, 100


class Kills:
    """Offices to kill in, and a count of what was killed where."""

    def __init__(self, top: Path, size: str) -> None:
        self.top, self.size, self.chance = top, size, random.Random(11)
        self.count: Counter[str] = Counter()
        self.points: set[str] = set()
        self.reviews: dict[int, Review] = {}
        for keepers in (1, 2):
            prepare_office(top / f"ready-{keepers}", keepers)
            self.reviews[keepers] = reviewed(top / f"reviewed-{keepers}", keepers)
        self.order = order_text("order-1", 3600.0)

    def copy(self, name: str) -> Path:
        """A fresh copy of one of the offices."""
        root = self.top / "at"
        if root.exists():
            shutil.rmtree(root)
        return shutil.copytree(self.top / name, root)

    def places(self, name: str, keepers: int, deed: Callable[[Killable], object]) -> list[int]:
        """Numbers of the points of a deed: all, or some that are drawn."""
        points = run(self.copy(name), keepers, deed).points
        self.points |= set(points)
        numbers = range(1, len(points) + 1)
        return list(numbers) if len(points) <= EACH[self.size] else sorted(self.chance.sample(numbers, EACH[self.size]))

    def kill(self, what: str, root: Path, keepers: int, deed: Callable[[Killable], object], place: int) -> Told:
        """One kill; everything that was acknowledged is there, and every promise holds."""
        told = run(root, keepers, deed, place)
        self.count[what] += told.killed
        found = Folder.read(root)
        for index, kind in told.leaves().items():
            assert found.leaves[index].kind == kind, f"acknowledged and lost: leaf {index}"
        assert broken(root) == []
        return told


def reviewed(root: Path, keepers: int) -> Review:
    """An office where everything was decided and reviewed, and nothing prepared."""
    office, rows = Office(root, HandClock(noon())), BULK if keepers > 1 else ROWS
    keep_papers(office)
    return office.review(office.decide(rows), office.looked(range(rows)))


@pytest.fixture
def kills(size: str) -> Iterator[Kills]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Kills(Path(folder), size)


def goes_out(root: Path, keepers: int, package: str = PACKAGE) -> None:
    """The next pull works, with a leaf of its own, and nobody holds the gate."""
    office = RacingOffice(root, keepers)
    assert office.gates[0].drain() and office.gates[1].drain()
    before = len(Folder.read(root).of("handout"))
    done = pull(office.desk(), package, "rk-1", office.courier)
    assert (root / "out" / done.name / "keys.age").is_file()
    assert len(Folder.read(root).of("handout")) == before + 1
    assert broken(root) == []


def is_barred(root: Path, keepers: int) -> None:
    """The next pull is stopped by an order, and by nothing else; the recipient has not a byte more."""
    office, before = RacingOffice(root, keepers), readable(root)
    with pytest.raises(Barred) as barred:
        pull(office.desk(), PACKAGE, "rk-1", office.courier)
    assert {bar.code for bar in barred.value.bars} == {"order"}
    assert readable(root) == before
    assert broken(root) == []


def comes_into_force(root: Path, text: bytes) -> None:
    """An order can always be brought into force: the same text again, or, where half of it lies there, another id."""
    desk = RacingOffice(root).orders()
    known = list(desk.register.texts().values())
    enter_order(desk, order_text("order-2", 3600.0) if known and text not in known else text, "person.c.1")
    found = Folder.read(root)
    assert {index for index, _ in found.of("order-bar")} == {
        leaf.number("bar_leaf") for _, leaf in found.of("in-force")
    }


def after_an_order(root: Path, keepers: int, text: bytes, told: Told) -> None:
    """It binds if it was acknowledged, or if any of it is in the docket; else the next pull works."""
    if any((root / "docket").iterdir()):
        is_barred(root, keepers)
    else:
        assert "in force" not in told.said
        goes_out(root, keepers)
    comes_into_force(root, text)
    is_barred(root, keepers)


def test_killed_at_any_point(kills: Kills, size: str) -> None:
    """I1, I3, I7, I8 over all points, and I25: a second kill while taking up again."""
    for keepers in (1, 2):
        killed_handing_out(kills, keepers)
        killed_entering(kills, keepers)
        killed_preparing(kills, keepers)
        killed_twice(kills, keepers)
    print(dict(kills.count), len(kills.points))
    assert all(kills.count.values())
    assert {
        "half of keys.age",
        "half of package.tar",
        "before keeper0.open",
        "after log.append in-force",
    } <= kills.points
    total, twice = sum(kills.count.values()), kills.count["while taking up again"]
    if size == "full":
        assert total >= WANTED and twice >= WANTED_TWICE
    keep("kills", size, {"kills": total, **dict(kills.count), "kinds_of_points": len(kills.points), "lost": 0})


def killed_handing_out(kills: Kills, keepers: int) -> None:
    name = f"ready-{keepers}"
    for place in kills.places(name, keepers, Killable.pull):
        root = kills.copy(name)
        kills.kill(f"handing out, {keepers} keeper(s)", root, keepers, Killable.pull, place)
        goes_out(root, keepers)


def killed_entering(kills: Kills, keepers: int) -> None:
    name, deed = f"ready-{keepers}", partial(Killable.enter, text=kills.order)
    for place in kills.places(name, keepers, deed):
        root = kills.copy(name)
        told = kills.kill("entering an order", root, keepers, deed, place)
        after_an_order(root, keepers, kills.order, told)


def killed_preparing(kills: Kills, keepers: int) -> None:
    name, review = f"reviewed-{keepers}", kills.reviews[keepers]
    deed = partial(Killable.prepare, review=review)
    for place in kills.places(name, keepers, deed):
        root = kills.copy(name)
        kills.kill(f"preparing, {keepers} keeper(s)", root, keepers, deed, place)
        taken_up(root, keepers, review)


def taken_up(root: Path, keepers: int, review: Review) -> None:
    """A package with its leaf can be pulled; one without never, and another one is prepared in its place."""
    office = RacingOffice(root, keepers)
    if Folder.read(root).of("prepared"):
        approved(office)
        return goes_out(root, keepers)
    with pytest.raises(LawgateError):
        pull(office.desk(), PACKAGE, "rk-1", office.courier)
    assert readable(root) == {}
    rows = BULK if keepers > 1 else ROWS
    prepare(office.desk(), outgoing("pkg-0002", rows), granted(rows), review, fetched, office.account)
    approved(office, "pkg-0002")
    return goes_out(root, keepers, "pkg-0002")


def approved(office: RacingOffice, package: str = PACKAGE) -> None:
    """A package of many people has its approvals."""
    if office.keepers > 1:
        office.approve(package)


def killed_twice(kills: Kills, keepers: int) -> None:
    """A pull or an order is killed, and what takes it up again is killed too."""
    name, enter = f"ready-{keepers}", partial(Killable.enter, text=kills.order)
    long = {deed: len(run(kills.copy(name), keepers, deed).points) for deed in (Killable.pull, enter)}
    for turn in range(TWICE[kills.size] // 2):
        first, second = ((Killable.pull, Killable.pull), (enter, enter), (Killable.pull, enter))[turn % 3]
        root = kills.copy(name)
        kills.kill("before taking up", root, keepers, first, kills.chance.randint(1, long[first]))
        again = second if second is not enter or not any((root / "docket").iterdir()) else _again(root, kills.order)
        told = kills.kill("while taking up again", root, keepers, again, kills.chance.randint(1, long[second] // 2))
        if second is enter:
            after_an_order(root, keepers, kills.order, told)
        else:
            goes_out(root, keepers)


def _again(root: Path, text: bytes) -> Callable[[Killable], object]:
    """Enter the same text again, or another one where half of the first lies there."""
    known = list(RacingOffice(root).register.texts().values())
    return partial(Killable.enter, text=text if text in known else order_text("order-3", 3600.0))
