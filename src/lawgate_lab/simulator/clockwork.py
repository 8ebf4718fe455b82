# SPDX-License-Identifier: Apache-2.0
"""Tasks of processes on one made-up time line: who goes on next, and what ends when a process dies."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Pause(NamedTuple):
    """A task waits so many seconds; `at` names the place it stands at, which is where something may happen to it."""

    seconds: float
    at: str


Run = Generator[Pause, None, T]
"""What a task runs: it pauses, and returns something at its end."""


@dataclass(slots=True, eq=False)
class Host:
    """A machine: its wall clock is `skew` seconds off, its monotonic clock runs at `rate`.

    It sleeps until the second `asleep`; `slept` seconds in all.
    """

    name: str
    skew: float = 0.0
    rate: float = 1.0
    asleep: float = 0.0
    slept: float = 0.0


@dataclass(slots=True, eq=False)
class Process:
    """One process. `life` counts its starts; a task of an earlier life never goes on."""

    name: str
    role: str
    host: Host
    up: bool = True
    life: int = 0
    begin: Callable[[], Run[None]] | None = None


@dataclass(slots=True, eq=False)
class Task:
    """A running piece of work of a process (None: of the world)."""

    process: Process | None
    life: int
    run: Run[object]
    ticket: int = 0
    about: str = ""


class Clockwork:
    """Goes from one moment to the next. `hook` sees every pause of a task and says how much longer it takes."""

    def __init__(self, hook: Callable[[Task, Pause], float]) -> None:
        """Nothing happens until `step`."""
        self.now = 0.0
        self.steps = 0
        self._hook = hook
        self._queue: list[tuple[float, int, int, Task]] = []
        self._count = 0
        self.current: Task | None = None

    def spawn(self, process: Process | None, run: Run[object], after: float = 0.0, about: str = "") -> Task:
        """A new task of a process, which begins after so many seconds."""
        task = Task(process, process.life if process else 0, run, about=about)
        self._push(task, after)
        return task

    def wake(self, task: Task) -> None:
        """Let a waiting task go on now."""
        task.ticket += 1
        self._push(task, 0.0)

    def _push(self, task: Task, after: float) -> None:
        self._count += 1
        heapq.heappush(self._queue, (self.now + after, self._count, task.ticket, task))

    def step(self) -> bool:
        """One task goes on to its next pause. False when nothing is left to do."""
        while self._queue:
            when, _, ticket, task = heapq.heappop(self._queue)
            process = task.process
            if ticket != task.ticket:
                continue
            if process is not None and (process.life != task.life or not process.up):
                task.run.close()
                continue
            self.now = max(self.now, when)
            if process is not None and process.host.asleep > self.now:
                self._push(task, process.host.asleep - self.now)
                continue
            self._go_on(task)
            return True
        return False

    def _go_on(self, task: Task) -> None:
        self.steps += 1
        self.current = task
        try:
            pause = next(task.run)
        except StopIteration:
            return
        finally:
            self.current = None
        longer = self._hook(task, pause)
        self._push(task, pause.seconds + longer)
