# SPDX-License-Identifier: Apache-2.0
"""The release protocol under faults: no invariant breaks, the same seed is the same run, planted bugs are found."""

from collections import Counter

import pytest
from typer.testing import CliRunner

from lawgate.protocol import steps
from lawgate.protocol.bars import Bar
from lawgate_lab.app import app
from lawgate_lab.simulator.clockwork import Run
from lawgate_lab.simulator.machines import ALL_PAIRS, PAIRS, Aware
from lawgate_lab.simulator.menu import FAULTS
from lawgate_lab.simulator.office import MOVED, Asking
from lawgate_lab.simulator.planted import Bug, plant
from lawgate_lab.simulator.run import Mode, mode_of, run
from lawgate_lab.simulator.screen import hunt
from lawgate_lab.simulator.sight import HERE

STEPS = 2_000
SEEDS = {"ci": 40, "full": 4_000}
WITHIN = 5 * ALL_PAIRS
"""Seeds within which the state-aware machine finds every planted bug: each pair of place and fault comes five times."""
MOVING = (13, 57, 84)
"""Seeds in which an order comes while a worker waits for the log's turn."""
SHOWN = {  # a seed that shows the bug, so that finding it takes no search at size ci; at full size the search is made
    "NO_FIRST_LOOK": 0,
    "BUSY_IGNORED": 0,
    "NOTHING_ASKED_IN_TURN": 9,
    "DOCKET_NOT_ASKED_IN_TURN": 429,
    "MOVED_DOCKET_NOT_LOOKED_AT": 240,
    "NO_PUBLISH": 1,
    "LEAF_REUSED": 1,
    "SENT_WITHOUT_SENDING": 1,
    "LEAF_NOT_SYNCED": 6,
    "TURN_IGNORED": 3,
    "TIME_RUNS_BACK": 1,
    "TABLE_BEFORE_LEAF": 0,
    "ACCOUNTED_AFTER": 1,
    "KEEPER_DOES_NOT_LOOK": 0,
    "KEEPER_BELIEVES_THE_NUMBER": 2,
    "LEAF_OF_ANOTHER_PACKAGE": 61,
    "LEAF_OF_AN_EARLIER_LEASE": 2,
    "LEAF_BEFORE_PREPARED": 473,
    "LEAF_NOT_SPENT": 39,
    "SPENT_TOO_LATE": 47,
    "SPENT_NOT_SYNCED": 2,
    "NO_LAST_LOOK_AT_THE_LEASE": 35,
    "NO_LOOK_AT_THE_LEASE": 35,
    "KEEPER_SENDS_AGAIN": 0,
    "TAR_ON_REQUEST": 0,
    "FRESH_IDENTITIES": 1,
    "SEALED_TO_WHO_ASKS": 1,
    "KEY_REMEMBERED": 8,
    "CONTENTS_UNCHECKED": 120,
    "ONE_WITNESS": 18,
    "CLOCK_UNCHECKED": 11,
    "LEAF_TIME_UNCHECKED": 37,
    "ORDERS_REMEMBERED": 3,
    "DOCKET_NOT_HELD_AGAINST_LOG": 34,
    "UNREADABLE_MEANS_NONE": 3,
    "UNKNOWN_SCOPE_COVERS_NOTHING": 3,
    "LEASE_BY_THE_WALL_CLOCK": 648,
    "LEASE_SLEEPS": 74,
    "LEASE_FOR_TEN_SECONDS": 168,
    "NO_DRAIN": 13,
    "DRAIN_SEES_THE_LOCK_ONLY": 62,
    "FIRST_KEEPER_ONLY": 94,
    "ORDER_NOT_SYNCED": 65,
    "BAR_NOT_TAKEN_UP": 39,
    "EXPOSURE_BY_THE_SECOND": 39,
    "GATE_LENT_TOO_EARLY": 16,
    "WITNESS_FORGETS": 13,
    "LIFT_BEFORE_LEAF": 3,
}


@pytest.mark.parametrize("machine", ["state-aware", "naive"])
def test_no_seed_breaks_an_invariant(machine: str, size: str) -> None:
    outcomes = [run(seed, STEPS, machine) for seed in range(SEEDS[size] // 2)]
    assert [each for each in outcomes if each.invariant] == []
    assert all(each.steps >= STEPS for each in outcomes)
    # Nothing is shown by a world in which nothing happens.
    assert sum(each.handed for each in outcomes) > 2 * len(outcomes)
    assert sum(each.in_force for each in outcomes) > len(outcomes)


@pytest.mark.parametrize("machine", ["state-aware", "naive"])
def test_the_same_seed_is_the_same_run(machine: str) -> None:
    assert [run(seed, STEPS, machine) for seed in (3, 8)] == [run(seed, STEPS, machine) for seed in (3, 8)]
    assert run(3, STEPS, machine) != run(5, STEPS, machine)


def test_every_pair_of_place_and_fault_comes_within_the_bound() -> None:
    tried = Counter(pair for seed in range(ALL_PAIRS) for pair in Aware(seed).pairs)
    assert set(tried) == set(PAIRS) and {fault for _, fault in PAIRS} == set(FAULTS)


def test_both_modes_are_run() -> None:
    assert {mode_of(seed) for seed in range(2)} == set(Mode)


def test_the_checks_are_the_programs_own() -> None:
    codes = {check.code for check in HERE}
    assert codes >= {"order", "docket", "witness", "clock", "prepared_leaf", "contents", "key_registered", "key_text"}


@pytest.mark.parametrize("bug", Bug, ids=lambda bug: bug.name.lower())
def test_a_planted_bug_is_found(bug: Bug, size: str) -> None:
    if size == "full":
        assert hunt(bug, range(WITHIN), STEPS, "state-aware").outcome is not None
    found = run(SHOWN[bug.name], STEPS, "state-aware", plant(bug))
    assert found.invariant, "the seed that showed this bug shows it no more: hunt for another"


def test_where_the_docket_moved_the_office_looks_again_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the program does: an order that does not cover the package only costs another look, one that does ends it."""
    moved, written = list[Asking](), list[Asking]()
    still, record = Asking._still, Asking._record

    def asked(self: Asking) -> tuple[Bar, ...]:
        found = still(self)
        if found is MOVED:
            moved.append(self)
        return found

    def recorded(self: Asking) -> Run[object]:
        made = yield from record(self)
        if self in moved and isinstance(made, int):
            written.append(self)
        return made

    monkeypatch.setattr(Asking, "_still", asked)
    monkeypatch.setattr(Asking, "_record", recorded)
    assert all(not run(seed, STEPS).invariant for seed in MOVING)
    assert len(moved) > len(written) > 0, "these seeds move no docket any more: look for others"


def test_a_step_left_out_of_the_program_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator runs the program's own steps: without the drain in `enter` itself an order comes too soon."""

    def no_drain() -> steps.Entering:
        whole = original()
        step = next(whole)
        while True:
            answer = None if isinstance(step, steps.Drain) else (yield step)
            try:
                step = whole.send(answer)
            except StopIteration as end:
                return int(end.value)

    original = steps.enter
    monkeypatch.setattr(steps, "enter", no_drain)
    assert any(run(seed, STEPS).invariant == "I3" for seed in range(40))


def test_a_keeper_that_spends_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = steps.hand

    def unspent(handout: int) -> steps.Handing:
        whole = original(handout)
        step = next(whole)
        while True:
            answer: object = True if isinstance(step, steps.Spend) else (yield step)
            try:
                step = whole.send(answer)
            except StopIteration as end:
                made: steps.Handed | steps.Stopped = end.value
                return made

    monkeypatch.setattr(steps, "hand", unspent)
    assert any(run(seed, STEPS).invariant in {"I9", "I1"} for seed in range(60))


def test_the_command_says_how_to_run_an_open_seed_again() -> None:
    seed = SHOWN["NO_DRAIN"]
    told = CliRunner().invoke(app, ["simulate", "--seed", str(seed), "--bug", "no_drain"])
    assert told.exit_code == 1 and "1 open seeds" in told.output
    command = next(line.split()[1:] for line in told.output.splitlines() if line.startswith("  lawgate-lab simulate"))
    again = CliRunner().invoke(app, command)
    assert again.exit_code == 1 and again.output == told.output


def test_the_command_without_open_seeds_and_with_a_bug_that_is_none() -> None:
    fine = CliRunner().invoke(app, ["simulate", "--seeds", "2", "--machine", "naive"])
    assert fine.exit_code == 0 and "0 open seeds" in fine.output
    refused = CliRunner().invoke(app, ["simulate", "--bug", "no_such_thing"])
    assert refused.exit_code == 2 and "no_such_thing" not in refused.output
