# SPDX-License-Identifier: Apache-2.0
"""The simulator on a screen: what came of the seeds, how to run one again, and which planted bugs were found."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from lawgate_lab.simulator.planted import Bug, plant
from lawgate_lab.simulator.run import Outcome, run


@dataclass(frozen=True, slots=True)
class Found:
    """How a planted bug fared: the seeds that were run, and the outcome that showed it (None: none did)."""

    bug: Bug
    seeds: int
    outcome: Outcome | None


def runs(seeds: range, steps: int, machine: str, jobs: int, bug: Bug | None = None) -> Iterator[Outcome]:
    """Every seed's outcome, in order."""
    one = partial(run, steps=steps, machine=machine, planted=plant(bug) if bug else frozenset())
    if jobs == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(one, seeds, chunksize=8)


def hunt(bug: Bug, seeds: range, steps: int, machine: str) -> Found:
    """Run seeds with a bug planted until one shows it."""
    outcomes = enumerate(runs(seeds, steps, machine, 1, bug), 1)
    return next((Found(bug, n, made) for n, made in outcomes if made.invariant), Found(bug, len(seeds), None))


def replay(outcome: Outcome, steps: int, machine: str, bug: Bug | None = None) -> str:
    """The command that runs a seed again, step by step the same."""
    planted = f" --bug {bug.name.lower()}" if bug else ""
    return f"lawgate-lab simulate --seed {outcome.seed} --steps {steps} --machine {machine}{planted}"


def lines(outcomes: list[Outcome], steps: int, machine: str, bug: Bug | None = None) -> Iterator[str]:
    """Sums over the seeds; each open one with what broke, at which step, and its command."""
    total = sum(each.steps for each in outcomes)
    yield (
        f"{len(outcomes)} seeds, {total} steps, {sum(each.leaves for each in outcomes)} leaves, "
        f"{sum(each.handed for each in outcomes)} keys handed out, "
        f"{sum(each.in_force for each in outcomes)} orders in force"
    )
    broken = [each for each in outcomes if each.invariant]
    for each in broken:
        yield f"seed {each.seed}, step {each.steps}, leaf {each.leaves}: {each.invariant}: {each.why}"
        yield f"  {replay(each, steps, machine, bug)}"
    yield f"{len(broken)} open seeds"


def tell(found: Found) -> str:
    """One line about a planted bug."""
    name = found.bug.name.lower()
    if found.outcome is None:
        return f"missed  {name}: {found.bug.value} ({found.seeds} seeds)"
    return f"found   {name}: seed {found.outcome.seed}, {found.outcome.invariant}: {found.outcome.why}"
