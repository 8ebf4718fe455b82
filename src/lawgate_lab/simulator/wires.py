# SPDX-License-Identifier: Apache-2.0
"""The net: messages come late, twice, in another order, or not at all, and some machines cannot reach each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Generic, TypeVar

from lawgate_lab.simulator.clockwork import Clockwork, Pause, Process, Run

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Wires:
    """How bad the net is now: chances of losing and doubling a message, seconds it may take, pairs that are cut."""

    rand: Random
    loses: float = 0.0
    doubles: float = 0.0
    slow: float = 0.02
    cut: set[frozenset[str]] = field(default_factory=set)

    def reaches(self, one: Process, other: Process) -> bool:
        """Whether a message between the two arrives."""
        return frozenset((one.name, other.name)) not in self.cut and self.rand.random() >= self.loses

    def takes(self) -> float:
        """Seconds a message takes; as each draws its own, they overtake each other."""
        return self.rand.random() * self.slow


class _Answer(Generic[T]):
    """An answer on its way: `over` when nobody waits for it any more."""

    def __init__(self) -> None:
        self.over = False
        self.value: T | None = None


def call(
    clock: Clockwork, wires: Wires, caller: Process, server: Process, serve: Callable[[], Run[T]], wait: float
) -> Run[T | None]:
    """Ask another process and wait for its answer; None when nothing came back in time, whatever happened there."""
    answer: _Answer[T] = _Answer()
    waiting = clock.current

    def served() -> Run[None]:
        made = yield from serve()
        yield Pause(wires.takes(), "answering")
        if wires.reaches(server, caller) and not answer.over:
            answer.over, answer.value = True, made
            if waiting is not None:
                clock.wake(waiting)

    if wires.reaches(caller, server):
        for _ in range(2 if wires.rand.random() < wires.doubles else 1):
            if server.up:
                clock.spawn(server, served(), wires.takes())
    yield Pause(wait, "waiting")
    answer.over = True
    return answer.value
