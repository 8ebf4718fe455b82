# SPDX-License-Identifier: Apache-2.0
"""Every edge case of the rulebook comes out exactly as its lawyers wrote it down; what waits is named, not skipped."""

from fractions import Fraction
from pathlib import Path

import pytest

from lawgate.decide.decide import NO_PROVISION, decide
from lawgate.decide.explain import outside
from lawgate.model.outcome import Outcome
from lawgate.office.readings import NOT_LOOKED_UP, contests, eased
from lawgate.scrutiny.load import load
from scenarios import tally
from scenarios.bench import FILES, Played, Result, decisive, play, play_once, rulebook
from scenarios.book import Scenario, Table, coded, read_edges, scenario

BOOK = read_edges()
RUN = [e for e in BOOK.edges if e.runs and e.expect]
EVENTS = [e for e in BOOK.edges if e.runs and e.event]
"""Played in `tests/journeys/test_events.py`, each under its code."""
WAIT = [e for e in BOOK.edges if not e.runs]
BESIDE = [e for e in BOOK.beside if e.runs]
BESIDE_WAIT = [e for e in BOOK.beside if not e.runs]
NUMBERED = [f"E{n}" for n in range(1, 53)]


def ids(found: list[Scenario]) -> list[str]:
    return [e.id for e in found]


@pytest.mark.parametrize("edge", RUN, ids=ids(RUN))
def test_edge(edge: Scenario, tmp_path: Path) -> None:
    agree(edge, tmp_path)


@pytest.mark.parametrize("edge", BESIDE, ids=ids(BESIDE))
def test_beside(edge: Scenario, tmp_path: Path) -> None:
    agree(edge, tmp_path)


@pytest.mark.parametrize("edge", [*WAIT, *BESIDE_WAIT], ids=ids([*WAIT, *BESIDE_WAIT]))
def test_waits_with_its_result_fixed(edge: Scenario) -> None:
    tally.WAITS[edge.id] = edge.later
    assert edge.later.strip()
    if edge.expect:
        assert Outcome(edge.expect["row_outcome"]) in Outcome
        assert Outcome(edge.expect["outcome"]) in Outcome
    else:
        assert len(edge.event["state"].split()) > 4
        assert edge.event["code"].replace("_", "").isalpha()


GIVEN_WAIT = [e for e in (*WAIT, *BESIDE_WAIT) if e.given]


@pytest.mark.parametrize("edge", GIVEN_WAIT, ids=ids(GIVEN_WAIT))
def test_what_waits_does_not_run_yet(edge: Scenario, tmp_path: Path) -> None:
    for row in play(BOOK, edge, tmp_path).rows:
        came_out = (str(row.decision.row_outcome), str(row.decision.outcome))
        wanted = (edge.expect["row_outcome"], edge.expect["outcome"])
        assert came_out != wanted, "it comes out as written: take `later` away"


def agree(edge: Scenario, folder: Path) -> None:
    """Play a scenario and compare everything it fixes."""
    agree_with(edge, play_once(BOOK, edge, folder))
    tally.RAN.add(edge.id)


def agree_with(edge: Scenario, result: Result) -> None:
    """Compare everything a scenario fixes with what came out, for each row it speaks of."""
    wanted = edge.expect
    for number in wanted.get("rows", range(1, len(result.rows) + 1)):
        came_out = found(result, result.rows[number - 1])
        said = stated(wanted)
        assert {k: came_out[k] for k in said} == said
        assert turns_on(result, result.rows[number - 1]) == wanted.get("readings", {})
    if "load" in wanted:
        said = wanted["load"]
        assert result.measures.people_of_top_official == said["measured"]
        assert load(said["cases"], said["hours"]) == Fraction(said["seconds"])


def found(result: Result, row: Played) -> Table:
    """One row as it came out, in the words of a scenario."""
    decision, against = row.decision, decisive(row)
    held_by_order = bool(decision.orders) and decision.row_outcome.grants and against is None
    by_order = "" if not held_by_order else "orders_conflict" if result.conflict else "order_in_force"
    batch_holds = any(f.level == "batch" and f.leads_to is not None for f in decision.findings)
    assert row.looked == (str(decision.verdict) != "not_sought")
    return {
        "row_outcome": str(decision.row_outcome),
        "outcome": str(decision.outcome),
        "element": against.element if against else "orders" if held_by_order else "",
        "code": against.because if against else by_order,
        "status": str(against.status) if against else "",
        "against": [code for f in decision.findings if f.leads_to is not None for code in f.codes],
        "match": str(decision.verdict),
        "outside": list(outside(result.provision, decision)),
        "after_hand_out": "released" if decision.outcome.grants else "not released",
        "batch": "on hold" if batch_holds or decision.orders else "",
        "orders": list(decision.orders),
        "other_routes": list(decision.other_routes),
        "grants": [g.year for g in decision.grants],
        "values": row.values,
        "record": row.record,
        "others": row.others,
        "minors": row.minors,
    }


CONTESTS = contests(FILES)


def turns_on(result: Result, row: Played) -> Table:
    """Reading -> what the row would come to by itself under it, for each reading under which that is something else."""
    made: Table = {}
    for contest in CONTESTS:
        if result.provision is None or contest.element not in {e.id for e in result.provision.elements}:
            continue
        for reading in contest.readings:
            eased_to = eased(result.provision, contest.element, reading, row.pattern, result.facts)
            under = decide(result.provision, eased_to, result.asked) if eased_to else None
            made[reading.id] = str(under.row_outcome) if under else NOT_LOOKED_UP
    return {name: outcome for name, outcome in made.items() if outcome != str(row.decision.row_outcome)}


NOTHING: Table = {"record": 0, "grants": [], "values": {}, "others": 0, "minors": 0}
"""What comes out of a row that is not granted, whatever its scenario speaks of."""


def stated(wanted: Table) -> Table:
    """What a scenario states, as `found` would say it, and what it leaves out because nothing of the kind comes out."""
    grants, held = (Outcome(wanted[k]).grants for k in ("row_outcome", "outcome"))
    made: Table = {"batch": "", "orders": [], "after_hand_out": "not released", "other_routes": []}
    made |= {"against": [wanted["code"]]} if coded(wanted) else {"against": [], "status": ""}
    made |= {} if grants else NOTHING
    made |= {} if held else {"values": {}}
    made |= {k: v for k, v in wanted.items() if k not in ("rows", "load", "readings")}
    made["outside"] = [wanted["outside"]] if isinstance(wanted["outside"], str) else wanted["outside"]
    if "values" in made:
        made["values"] = {int(year): line for year, line in made["values"].items()}
    return made


def test_every_numbered_case_is_there_once() -> None:
    assert ids(list(BOOK.edges)) == NUMBERED
    assert len(RUN) + len(EVENTS) + len(WAIT) == 52
    names = ids(list(BOOK.edges) + list(BOOK.beside))
    assert len(set(names)) == len(names)
    assert {e.of for e in BOOK.beside} <= set(NUMBERED)
    assert all(e.id.startswith(f"{e.of}-") for e in BOOK.beside)


def test_what_runs_speaks_of_elements_there_are() -> None:
    book = rulebook(BOOK.usual["cover"]["signed_on"])
    codes = {(c.element, c.code) for p in book.provisions.values() for c in p.clauses}
    codes |= {("", ""), ("orders", "order_in_force"), ("orders", "orders_conflict")}
    codes |= {(NO_PROVISION.element, NO_PROVISION.because)}
    for edge in (*RUN, *BESIDE):
        assert (edge.expect["element"], edge.expect["code"]) in codes, edge.id


def test_nothing_that_is_refused_or_held_is_released_outside() -> None:
    for edge in (*BOOK.edges, *BOOK.beside):
        if edge.expect:
            grants = Outcome(edge.expect["outcome"]).grants
            assert ("after_hand_out" in edge.expect) == grants, edge.id
            assert edge.expect["outside"] != "released", edge.id


@pytest.mark.parametrize("edge", ["E1", "E2"])
def test_no_record_is_looked_at_for_an_address_that_is_none(edge: str, tmp_path: Path) -> None:
    (given,) = (e for e in BOOK.edges if e.id == edge)
    (row,) = play_once(BOOK, given, tmp_path).rows
    assert not row.looked
    assert (str(row.decision.verdict), row.record, row.others, row.values) == ("not_sought", 0, 0, {})


GOOD: Table = {
    "id": "E0",
    "says": "Something.",
    "given": {},
    "expect": {
        **{"row_outcome": "DENY", "outcome": "DENY", "element": "i2.6", "code": "withheld", "status": "not_met"},
        **{"match": "unique", "outside": "not released"},
    },
}


@pytest.mark.parametrize(
    "change",
    [
        {"expect": {"row_outcome": "DENY"}},
        {"expect": {k: v for k, v in GOOD["expect"].items() if k != "match"}},
        {"expect": {k: v for k, v in GOOD["expect"].items() if k != "status"}},
        {"expect": {}},
        {"expect": {}, "event": {"state": "Nothing happens here at all.", "code": "x"}, "given": {"repeat": 2}},
        {"event": {"state": "Nothing happens here at all.", "code": "nothing"}},
        {"given": {"colour": "red"}},
        {"says": ""},
        {"later": "see #12"},
        {"remark": "x"},
        {"of": "E1"},
    ],
)
def test_a_scenario_that_is_not_one_is_seen(change: Table) -> None:
    assert scenario(GOOD, beside=False).runs
    with pytest.raises(ValueError):
        scenario(GOOD | change, beside=False)
