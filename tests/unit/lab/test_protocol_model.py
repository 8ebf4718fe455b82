# SPDX-License-Identifier: Apache-2.0
"""The model: eight simpler designs fail, each in its own way, and the ninth holds and needs each of its safeguards."""

import pytest
from typer.testing import CliRunner

from lawgate_lab.app import app
from lawgate_lab.model_checker import USUAL, Property, World, check
from lawgate_lab.model_designs import DESIGNS, Safeguard
from lawgate_lab.model_screen import OWN

D8 = DESIGNS["D8"]
CALM, CRASHES, LOSS, HANG = World(2, 0, 0, 0), World(2, 2, 0, 0), World(2, 0, 1, 0), World(2, 0, 0, 1)
late, unlooked, overtaken, part, unlogged, more, unaccounted, two, stuck = Property

BREAKS = {
    "D0": {late, unlooked, part},
    "D1": {late, part},
    "D2": {late, unlogged, more, unaccounted},
    "D3": {late, unlogged, more},
    "D4": {late, unlooked, overtaken, unlogged, more, two, stuck},
    "D5": {late, overtaken, unlogged, more, two, stuck},
    "D6": {late, unlogged, more, two, stuck},
    "D7": {unlogged, more, two},
}
# What a later design takes away, and where it shows: (design, property, world, first design that is free of it there).
LADDER = [
    ("D0", unlooked, CALM, "D1"),
    ("D1", part, CALM, "D2"),
    ("D2", unaccounted, CALM, "D3"),
    ("D3", late, CALM, "D5"),  # the gate ends D3's way to it, sending again after a crash opens another: D4 has that
    ("D4", unlooked, CRASHES, "D5"),
    ("D5", overtaken, CALM, "D6"),
    ("D6", late, LOSS, "D7"),
    ("D6", stuck, HANG, "D7"),
    ("D7", two, LOSS, "D8"),
    ("D7", unlogged, CRASHES, "D8"),
]
WITHOUT = {
    Safeguard.SEALED: {unlooked, late, part},
    Safeguard.LEAF_FIRST: {unlogged, more, unaccounted},
    Safeguard.HELD: {late, two},
    Safeguard.DRAIN: {late},
    Safeguard.NO_REPLAY: {unlooked, unlogged, more, late},
    Safeguard.LOOKS_AGAIN: {overtaken, unlooked, late},
    Safeguard.BAR: {overtaken},
    Safeguard.LEASE: {stuck},
    Safeguard.WAIT_OUT: {late},
    Safeguard.MARGIN: {late},
    Safeguard.OWN_LEAF: {unlogged, more},
    Safeguard.GATE_WAITS: {two},
    Safeguard.GATE: set(),  # without a gate there is no lease and nothing is ever sent: the look at vacuity sees it
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_simpler_design_fails_with_the_shortest_way_there(name: str) -> None:
    verdict = check(DESIGNS[name])
    assert not verdict.holds and verdict.delivers and set(verdict.traces) == BREAKS[name]
    assert OWN[name] in verdict.traces and all(verdict.traces.values())


@pytest.mark.parametrize(("name", "broken", "world", "free"), LADDER)
def test_each_step_of_the_ladder_takes_its_fault_away(name: str, broken: Property, world: World, free: str) -> None:
    assert broken in check(DESIGNS[name], world).traces
    assert broken not in check(DESIGNS[free], world).traces


@pytest.mark.parametrize("world", [USUAL, World(2, 5, 1, 1), World(3, 3, 1, 1), World(2, 2, 2, 2)], ids=str)
def test_d8_holds_delivers_and_withholds(world: World) -> None:
    verdict = check(D8, world)
    assert verdict.traces == {} and verdict.delivers and verdict.withholds and verdict.holds
    assert verdict.states > 10_000


@pytest.mark.parametrize("safeguard", Safeguard, ids=lambda each: each.name)
def test_d8_without_any_one_of_its_safeguards_fails(safeguard: Safeguard) -> None:
    if safeguard not in D8.has:
        assert safeguard is Safeguard.LOOK_EACH, "only where readable parts stream"
        return
    verdict = check(D8.without(safeguard))
    assert not verdict.holds and set(verdict.traces) == WITHOUT[safeguard]


def test_the_session_that_was_lost_is_the_whole_story_of_d6() -> None:
    way = check(DESIGNS["D6"], LOSS).traces[late]
    assert [says for says in way if "worker B" in says] == [], "one worker is enough"
    assert way[-3].endswith("does not notice") or "loses the session" in " ".join(way)
    assert way[-2:] == ("nobody holds the gate any more: the order is in force", "worker A sends the key")


def test_a_shortest_way_cannot_be_shortened_by_fewer_faults() -> None:
    assert len(check(DESIGNS["D3"], CALM).traces[late]) == len(check(DESIGNS["D3"]).traces[late])


def test_a_design_has_only_what_it_has() -> None:
    with pytest.raises(ValueError, match="does not have"):
        DESIGNS["D0"].without(Safeguard.GATE)


def test_the_table_and_one_story_on_the_screen() -> None:
    shown = CliRunner().invoke(app, ["model"])
    lines = shown.output.splitlines()
    assert shown.exit_code == 0 and [line.split()[2] for line in lines[1:]] == ["fails"] * 8 + ["holds"]
    told = CliRunner().invoke(app, ["model", "--design", "d5"]).output
    assert "overtaken: somebody new gets the gate although the order was entered.\n  1. " in told
    assert "  4. Worker A takes the gate and sees no order in force.\n\n" in told
    bare = CliRunner().invoke(app, ["model", "--design", "D8", "--without", "margin"]).output
    assert "D8 without margin" in bare and "fails" in bare


@pytest.mark.parametrize("words", [["--design", "D9"], ["--design", "D8", "--without", "luck"]])
def test_what_is_not_there_is_refused_without_saying_it_again(words: list[str]) -> None:
    refused = CliRunner().invoke(app, ["model", *words])
    assert refused.exit_code == 2 and words[-1] not in refused.output
