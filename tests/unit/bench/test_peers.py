# SPDX-License-Identifier: Apache-2.0
"""The peers do the same work: their answers are ours where the definitions coincide, and a missing one is named."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawgate.law.evaluate import evaluate
from lawgate.law.expression import (
    All,
    AtLeast,
    AtMost,
    DaysFrom,
    Expr,
    In,
    Is,
    Not,
    NotAfter,
    Present,
    Starts,
)
from lawgate.law.expression import (
    Any as Some,
)
from unit.bench.conftest import ROOT

Need = Callable[[str], Path]
TREES = [
    Present("text"),
    Is("text", "a"),
    Is("flag", True),
    In("text", ("a", "b")),
    Starts("text", ("a", "x*")),
    AtLeast("number", 3),
    AtMost("number", 3),
    All((Is("text", "a"), AtLeast("number", 3))),
    Some((Is("text", "a"), AtLeast("number", 3))),
    Not(Some((Is("flag", False), Not(AtMost("number", 2))))),
    Not(All((Present("text"), Is("flag", True)))),
]
FACTS = [
    {"text": text, "flag": flag, "number": number}
    for text in ("a", "", "x*y", None)
    for flag in (True, False, None)
    for number in (2, 3, None)
]
DATED = [DaysFrom("early", "late", 2), NotAfter("early", "late"), Not(NotAfter("early", "late"))]
DAYS = [{"early": a, "late": b} for a in (10, 11, None) for b in (9, 11, 12, None)]


@pytest.fixture(scope="module")
def installed(request: pytest.FixtureRequest) -> None:
    need: Need = request.getfixturevalue("need")
    for name in ("cedarpy", "pandas", "splink"):
        need(f"dist:{name}")


def clause(test: Expr) -> Any:
    from lawgate.law.rulebook import Clause

    made = object.__new__(Clause)
    for name, value in {"element": "e", "code": "c", "test": test}.items():
        object.__setattr__(made, name, value)
    return made


def plain_answer(test: Expr, facts: dict[str, Any]) -> bool:
    """Whether the definition says that the test is surely met; day numbers become days."""
    from datetime import date

    days = {k: date.fromordinal(v) for k, v in facts.items() if k in ("early", "late") and v is not None}
    return evaluate(test, {**facts, **days}) is True


@pytest.mark.parametrize("tree", [*TREES, *DATED], ids=repr)
def test_lambdas_and_cedar_say_what_the_definition_says(tree: Expr, inside: None, installed: None) -> None:
    import cedarpy
    from bench.written import lambdas, policies

    ((_, test),) = lambdas([clause(tree)])
    law = cedarpy.PolicySet.from_str(policies([clause(tree)]))
    for facts in DAYS if tree in DATED else FACTS:
        wanted = plain_answer(tree, facts)
        context = {k: v for k, v in facts.items() if v is not None}
        asked = {"principal": 'A::"a"', "action": 'B::"b"', "resource": 'C::"c"', "context": context}
        got = cedarpy.is_authorized(asked, law, [])
        assert (test(facts), got.allowed, got.diagnostics.errors) == (wanted, wanted, [])


def test_a_test_nobody_has_words_for_is_an_error(inside: None) -> None:
    from bench.written import CEDAR, PYTHON

    for tongue in (CEDAR, PYTHON):
        with pytest.raises(LookupError, match="tuple"):
            tongue.test(())


def test_every_row_gets_the_same_clauses_from_all(everything: dict[str, Any]) -> None:
    found = everything
    alike = {p: found["answers"][p] for p in ("raw", "lambdas", "cedar")}
    assert alike == {p: {"compared": 1000, "different": 0} for p in alike}
    for part in ("facts", "raw", "lambdas", "cedar"):
        each = found["per_decision"][part]["wall_us"]["median"]
        assert found["found"][part]["decisions"] == 1000
        assert each == pytest.approx(1000 * found["parts"][part]["wall"]["median"], abs=0.01)


def test_the_same_rules_of_matching_give_the_same_pairs(everything: dict[str, Any], size: str) -> None:
    found = everything
    alike = {p: found["answers"][p] for p in ("pandas", "splink_deterministic")}
    assert alike == {p: {"only_ours": 0, "only_theirs": 0} for p in alike}
    more = found["answers"]["splink_whole_file"]
    assert more["only_ours"] == 0 and more["only_theirs"] > 0, "rows that fail the law alone are linked too"
    ours = found["found"]["match"]
    assert ours["verdicts"]["unique"] > 500
    assert ours["one_and_wrong"] == 0
    assert ours["one_and_right"] >= ours["verdicts"]["unique"]
    named = ["splink_probabilistic was not measured: it was left out by --without"]
    assert found["missing"] == (named if size == "ci" else [])
    assert size == "ci" or found["found"]["splink_probabilistic"]["one_and_right"] > 500


def test_pairs_that_differ_are_counted_on_either_side(tmp_path: Path, inside: None) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from bench.data import Case
    from bench.matching import differences

    case = Case(tmp_path, 3, 3, "affair")
    pairs = case.peers / "pairs"
    pairs.mkdir(parents=True)
    ours = {"n": [1, 2, 4], "record": [5, 6, 9], "near": [False, False, True]}
    theirs = {"n": [2, 3, 3], "record": [6, 7, 8], "near": [False, False, False]}
    pq.write_table(pa.table(ours), pairs / "match.parquet")
    for name in ("pandas", "splink_deterministic"):
        pq.write_table(pa.table(theirs), pairs / f"{name}.parquet")
    # Pandas is not asked for people of near names.
    assert differences(case, "pandas") == {"only_ours": 1, "only_theirs": 2}
    assert differences(case, "splink_deterministic") == {"only_ours": 2, "only_theirs": 2}


def test_ratios_are_taken_within_a_round(inside: None) -> None:
    from bench.peers import ratios

    def turn(k: float) -> dict[str, dict[str, Any]]:
        laps = {lap: {"wall": k, "cpu": k} for lap in ("find (1)", "measure", "decide", "log")}
        of = {p: {"wall": k * w, "cpu": k * w} for p, w in (("match", 1), ("splink_deterministic", 4), ("whole", 8))}
        each = {p: {"wall_us": k * w, "cpu_us": k * w} for p, w in (("raw", 2), ("facts", 1), ("cedar", 60))}
        return {**of, **each, "whole": {**of["whole"], "laps": laps}}

    found = ratios([turn(1.0), turn(10.0), turn(3.0)], 1_000_000)
    medians = {name.removesuffix(", wall"): r["median"] for name, r in found.items() if name.endswith("wall")}
    assert medians == {
        "P4 Cedar / ours from raw, per decision": 30.0,
        "Cedar / ours on facts, per decision": 60.0,
        "P3 whole / splink_deterministic": 2.0,
        "splink_deterministic / our match": 4.0,
        "P4 Cedar / laps of the route that find and decide, per decision": 20.0,
    }
    assert all(r["min"] == r["max"] for r in found.values())


def test_a_missing_peer_is_named_and_the_others_run(inside: None) -> None:
    from bench.peers import MATCH, RULES, able

    there: dict[str, str | None] = {"cedarpy": None, "pandas": "3.1.1", "splink": None}
    parts, said = able((*RULES, *MATCH), there)
    assert parts == ["facts", "raw", "lambdas", "match", "pandas"]
    assert [sentence.split()[0] for sentence in said] == [
        *("cedar", "splink_deterministic", "splink_whole_file", "splink_probabilistic")
    ]
    assert all("is not installed" in s and "requirements-peers.lock" in s for s in said)


def test_a_missing_peer_is_said_on_the_screen_and_in_the_table(inside: None) -> None:
    from bench.report import table

    program = (
        "import bench.peers as p; p._version = lambda name: None; p.prepare_match = lambda case: {};"
        "p.measured = lambda parts, case, turn: {k: {'wall': 1.0, 'cpu': 1.0, 'peak_mib': 1} for k in parts};"
        "from bench.data import Case; Case.size = {}; from pathlib import Path;"
        "from bench.report import table; print(table(p.match(Case(Path('.'), 1, 1, 'affair'), 1)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    for text in (done.stderr, done.stdout):
        assert "splink_deterministic was not measured: splink is not installed" in text
    assert "missing: x" in table({"missing": ["x"]})
