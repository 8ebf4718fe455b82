# SPDX-License-Identifier: Apache-2.0
"""The model on a screen: a table of the nine designs, and the way to each fault of one of them in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lawgate_lab.model_checker import Property, Verdict
from lawgate_lab.model_designs import DESIGNS, Design, Safeguard

OWN = {
    "D0": Property.UNLOOKED,
    "D1": Property.PART,
    "D2": Property.UNACCOUNTED,
    "D3": Property.LATE,
    "D4": Property.UNLOOKED,
    "D5": Property.OVERTAKEN,
    "D6": Property.LATE,
    "D7": Property.MORE,
}
"""For each design the fault that a later one takes away: why that one had to be built."""


def choose(design: str, without: Iterable[str] = ()) -> Design:
    """A design by its name, without some of its safeguards. ValueError when there is no such design or safeguard."""
    if design.upper() not in DESIGNS:
        raise ValueError(f"there is no such design; there are {', '.join(DESIGNS)}")
    chosen, known = DESIGNS[design.upper()], {each.name.lower(): each for each in Safeguard}
    for name in without:
        if name not in known:
            raise ValueError(f"there is no such safeguard; there are {', '.join(known)}")
        chosen = chosen.without(known[name])
    return chosen


def table(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """A line for each design: states, verdict, and each broken property with the steps of its shortest way."""
    yield f"{'design':<8}{'states':>8}  {'verdict':<8} what breaks, and after how many steps"
    for verdict in verdicts:
        breaks = ", ".join(f"{broken.name.lower()} {len(way)}" for broken, way in _ordered(verdict))
        yield f"{verdict.design.name:<8}{verdict.states:>8}  {_word(verdict):<8} {breaks or _vacuous(verdict)}".rstrip()


def story(verdict: Verdict) -> Iterator[str]:
    """The design, and for each property that breaks the shortest way there, one numbered sentence a step."""
    design = verdict.design
    yield f"{design.name}: {design.says}. {verdict.states} states, {_word(verdict)}."
    if not verdict.traces:
        yield _vacuous(verdict)
    for broken, way in _ordered(verdict):
        yield ""
        yield f"{broken.name.lower()}: {broken.value}."
        yield from (f"  {number}. {says[0].upper()}{says[1:]}." for number, says in enumerate(way, 1))
        if broken is Property.STUCK:
            yield "  From here nothing that can happen by itself brings the order into force."


def _ordered(verdict: Verdict) -> list[tuple[Property, tuple[str, ...]]]:
    own = OWN.get(verdict.design.name)
    return sorted(verdict.traces.items(), key=lambda item: (item[0] is not own, len(item[1])))


def _word(verdict: Verdict) -> str:
    return "holds" if verdict.holds else "fails"


def _vacuous(verdict: Verdict) -> str:
    delivers = "" if verdict.delivers else "it can never deliver"
    withholds = "" if verdict.withholds else "it can never withhold what has travelled"
    return "; ".join(filter(None, (delivers, withholds))) or "nothing; it can deliver, and it can be stopped"
