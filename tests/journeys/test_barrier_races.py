# SPDX-License-Identifier: Apache-2.0
"""Order against release, by processes that really run at once: nothing leaves behind a bar, whoever comes first."""

from __future__ import annotations

import random
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from journeys.soaked import keep, spread
from lawgate.docket.standing import digest
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.office.handout import pull
from lawgate.office.orders import BindsUnloggedError, enter_order
from lawgate.protocol.bars import CLOCK_SECONDS, Barred
from unit.release.desk import PACKAGE, START, Office, an_order, an_order_text
from unit.release.promises import Folder, broken, readable
from unit.release.racer import Clerk, Entered, Pulled, Puller, Workers, prepare_office

RACES = {"ci": 60, "full": 5_000}
KINDS = (("one keeper", 1, 1), ("two pullers", 1, 2), ("two keepers", 2, 1), ("two of each", 2, 2))
"""What races: keepers, and pullers beside the clerk."""


@pytest.fixture
def top() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(3)
    yield made
    made.end()


class Course:
    """Races over fresh copies of two prepared offices."""

    def __init__(self, top: Path, workers: Workers, seed: int) -> None:
        self.top, self.workers, self.chance = top, workers, random.Random(seed)
        self.ended: Counter[str] = Counter()
        self.entered: list[Entered] = []
        self.slipped = 0
        for keepers in (1, 2):
            prepare_office(top / f"ready-{keepers}", keepers)
        self.long = {keepers: self._undisturbed(keepers) for keepers in (1, 2)}
        self.least = min(self.long.values()) / 2

    def _undisturbed(self, keepers: int) -> float:
        """Seconds of one pull with nobody else about: the second one, when everything is loaded."""
        root = shutil.copytree(self.top / f"ready-{keepers}", self.top / "alone")
        (made,) = self.workers.race(Puller(str(root), keepers, 0.0))
        (made,) = self.workers.race(Puller(str(root), keepers, 0.0))
        shutil.rmtree(root)
        assert made.ended == ["handed out"]
        return made.seconds

    def run(self, number: int) -> None:
        """One race, and everything that has to hold after it."""
        _, keepers, pullers = KINDS[number % len(KINDS)]
        root = shutil.copytree(self.top / f"ready-{keepers}", self.top / f"race-{number}")
        length, chance = self.long[keepers], self.chance
        clerk = Clerk(str(root), chance.uniform(0, 1.5 * length), chance.choice((0.0, 3600.0)))
        others = [
            Puller(str(root), keepers, chance.uniform(0, length / 3), chance.choice((1, 2))) for _ in range(pullers)
        ]
        entered, *pulled = self.workers.race(clerk, *others)
        # A machine with other work takes longer for a pull than it did alone: the clerk's delays follow what comes out,
        # so that about as many races end one way as the other.
        self.long[keepers] = max(self.least, length * (0.96 if self.judge(root, entered, pulled) else 1.04))
        shutil.rmtree(root)

    def judge(self, root: Path, entered: Entered, pulled: list[Pulled]) -> bool:
        """Every promise, of this race; whether a key went out before the bar."""
        found = Folder.read(root)
        assert broken(root) == []
        assert entered.at_force == entered.after == readable(root), "bytes came after the order was in force"
        heads = {file: head for each in pulled for file, head in each.head.items()}
        assert all(leaf < heads[file] for file, leaf in found.keys().items()), "a key before its leaf was cosigned"
        bars, force = found.of("order-bar"), found.of("in-force")
        assert (len(bars), len(force)) == (1, 1)
        self.slipped += len(force[0][1].texts("exposed"))
        self.entered.append(entered)
        self.ended.update(how for each in pulled for how in each.ended)
        out = bool(found.keys())
        self.ended["a race with keys out before the bar" if out else "a race with nothing out"] += 1
        return out


def test_nothing_leaves_behind_the_bar(
    top: Path, workers: Workers, size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """I1, I3, I4, T26: over the whole length of a pull, one or two pullers, one or two keepers."""
    seed = 5 if size == "ci" else secrets.randbits(32)
    course = Course(top, workers, seed)
    for number in range(RACES[size]):
        try:
            course.run(number)
        except BaseException:
            with capsys.disabled():
                print(f"\nrace {number} of seed {seed}")
            raise
    said = {
        "races": RACES[size],
        "seed": seed,
        "ended": dict(sorted(course.ended.items())),
        "slipped_between_effect_and_bar": course.slipped,
        "enter_to_bar": spread([each.bar for each in course.entered]),
        "enter_to_in_force": spread([each.force for each in course.entered]),
        "after_the_bar": 0,
    }
    print(said)
    # Both ways, or the races would show nothing: some were handed out before, some were stopped.
    assert course.ended["a race with keys out before the bar"] > RACES[size] / 10
    assert course.ended["a race with nothing out"] > RACES[size] / 10
    assert any(how.endswith("order") for how in course.ended)
    keep("barrier races", size, said)


def test_an_order_about_others_stops_nobody_here(top: Path, workers: Workers) -> None:
    """The races would also be won by an office that hands out nothing at all."""
    prepare_office(top / "ready", 1)
    for number in range(4):
        root = shutil.copytree(top / "ready", top / f"race-{number}")
        _, pulled = workers.race(Clerk(str(root), number / 100, 3600.0, "other-1"), Puller(str(root), 1, 0.0))
        assert isinstance(pulled, Pulled) and pulled.ended == ["handed out"]
        assert broken(root) == []


class Impatient:
    """A gate that nobody waits for: an order comes as far as its bar."""

    def drain(self) -> bool:
        raise LawgateError("nobody waits here")


def barred_by(office: Office, text: bytes) -> None:
    """Enter an order up to its bar: the hand-out under way holds the gate."""
    with pytest.raises(BindsUnloggedError):
        enter_order(replace(office.orders(), gate=Impatient()), text, "person.c.1")
    assert office.kinds("order-bar")


class Between:
    """A log that lets somebody in between the last look and the leaf `handout`."""

    def __init__(self, office: Office, first: Callable[[], object]) -> None:
        self._office, self._first, self._done = office, first, False

    def __getattr__(self, name: str) -> object:
        return getattr(self._office.log, name)

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        if leaf.kind == "handout" and not self._done:
            self._done = True
            self._first()
        return self._office.log.append(leaf, still)


def test_an_order_between_the_look_and_the_leaf(top: Path) -> None:
    """I3: the leaf itself would stand behind the bar, and count as a hand-out after an order."""
    office = Office(top)
    office.prepared()
    log = Between(office, lambda: barred_by(office, an_order_text()))
    with pytest.raises(Barred) as barred:
        pull(office.release(log=log), PACKAGE, "rk-1", office.courier)
    assert (barred.value.step, {bar.code for bar in barred.value.bars}) == ("looked", {"order"})
    assert (office.kinds("handout"), readable(top), broken(top)) == ([], {}, [])


def test_another_order_between_the_look_and_the_leaf(top: Path) -> None:
    """It covers nothing here: the leaf names the docket with it, and the keys go."""
    office = Office(top)
    office.prepared()
    effect = replace(an_order().effects[0], recipients=("us.agency-z",))
    text = an_order_text("other-1", effects=(effect,))
    log = Between(office, lambda: barred_by(office, text))
    pull(office.release(log=log), PACKAGE, "rk-1", office.courier)
    (leaf,) = office.kinds("handout")
    assert leaf.text("standing") == digest(office.register.texts())
    assert broken(top) == []


def test_an_order_dated_a_little_ahead_binds_at_once(top: Path) -> None:
    """A clerk's clock may be ahead of ours; what is in the docket binds all the same, and nothing slips between."""
    office = Office(top)
    office.prepared()
    ahead = START + timedelta(seconds=CLOCK_SECONDS)
    enter_order(
        office.orders(), an_order_text("order-1", entered_at=ahead, learned_at=ahead, effective_at=ahead), "p.c"
    )
    with pytest.raises(Barred) as barred:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert {bar.code for bar in barred.value.bars} == {"order"}
    assert (office.kinds("handout"), readable(top)) == ([], {})
