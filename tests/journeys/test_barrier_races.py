# SPDX-License-Identifier: Apache-2.0
"""Order against release, by processes that really run at once: nothing leaves behind a bar, whoever comes first."""

from __future__ import annotations

import random
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.soaked import keep, spread
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
        entered, pulled = workers.race(Clerk(str(root), number / 100, 3600.0, "other-1"), Puller(str(root), 1, 0.0))
        assert isinstance(pulled, Pulled) and pulled.ended == ["handed out"]
        assert broken(root) == []
