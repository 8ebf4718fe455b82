# SPDX-License-Identifier: Apache-2.0
"""The story, told as it happened, on a virtual clock: seven scenes, each played with the program in one office."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lawgate_lab.story_facts import TABLE, Fact, moment
from lawgate_lab.story_notice import notice
from lawgate_lab.story_office import SEED, cleared, found, make_lab
from lawgate_lab.story_orders import later, stay
from lawgate_lab.story_requests import agreement, august, requests
from lawgate_lab.story_stop import stop
from lawgate_lab.story_told import Mark, Scene
from lawgate_lab.virtual_clock import VirtualClock

ROWS = 1_280
FEWEST, MOST = 1_000, 12_800


@dataclass(frozen=True)
class Told:
    """The whole story: its scenes, rows by name of what the lab made, and how its log stands at the end."""

    scenes: tuple[Scene, ...]
    made: dict[str, int]
    rows: int
    seed: int
    leaves: int
    broken: int
    seconds: float
    office: Path

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that is told."""
        return TABLE


def run(out: Path, rows: int = ROWS, scene: Callable[[Scene], None] = lambda _: None) -> Told:
    """Play the whole story into `out`; `scene` is given each scene as it ends. Ends by itself.

    FileExistsError for a folder that holds something else; ValueError for fewer or more rows than it is told with.
    """
    if not FEWEST <= rows <= MOST:
        raise ValueError(f"the story is told with {FEWEST:,} to {MOST:,} rows")
    begun, told = time.perf_counter(), list[Scene]()
    cleared(out)
    made = make_lab(out / "lab", rows)
    played = found(out / "office", out / "lab", VirtualClock(moment("office founded")))

    def end(each: Scene) -> Scene:
        told.append(each)
        scene(each)
        return each

    end(agreement(played))
    end(requests(played))
    left = end(august(played)).outcomes["history_leaf"]
    end(notice(played))
    fifth, waiting = stay(played, int(str(left)))
    end(fifth)
    end(later(played, waiting))
    end(stop(played))
    broken = sum(check.broken for check in played.house.check_log())
    size, _ = played.house.log_head()
    seconds = time.perf_counter() - begun
    return Told(tuple(told), made, rows, SEED, size, broken, seconds, played.folder)


__all__ = ["FEWEST", "MOST", "ROWS", "Mark", "Told", "run"]
