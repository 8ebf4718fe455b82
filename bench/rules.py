# SPDX-License-Identifier: Apache-2.0
"""Find and decide with reasons, ours: on facts that are typed and ready, and from the raw text of the request.

What is timed on facts is the two-bit word of every clause for every row, one decision with its findings and citations
for every distinct pattern, and every row's pointer to its decision. From raw text the engine also reads the claims,
makes the normal forms and derives the facts; it is the route's own code, without records.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.data import Case
from bench.process import Clock
from bench.ready import decided, groups, provision, read_words, words
from bench.received import working
from lawgate.decide.decide import decide
from lawgate.drivers.duckdb.clauses import unpack
from lawgate.law.rulebook import Clause, Provision

Report = dict[str, object]
FIELDS = ("mailing_address",)


def per_decision(clock: Clock, count: int) -> Report:
    """What a clock shows, with the microseconds of wall and CPU time for each of `count` decisions."""
    total = clock.total()
    each = {f"{key}_us": round(1e6 * total[key] / max(1, count), 3) for key in ("wall", "cpu")}
    return {**total, **each, "decisions": count}


def on_facts(case: Case) -> Report:
    """Every row of `facts.parquet` decided."""
    con = duckdb.connect()
    con.execute(f"CREATE TABLE facts AS SELECT row_number() OVER () AS n, * FROM read_parquet('{facts_file(case)}')")
    made, law = words(case), provision(case)
    named = ", ".join(f"{word} AS w{i}" for i, word in enumerate(made))
    keys = ", ".join(f"w{i}" for i in range(len(made)))
    clock = Clock()
    con.execute(f'CREATE TABLE found AS SELECT n, "match.verdict" AS verdict, {named} FROM facts')
    con.execute(
        f"CREATE TABLE pattern AS SELECT row_number() OVER () AS number, {keys}, verdict FROM found GROUP BY ALL"
    )
    numbers, outcomes, reasons = [], [], []
    for number, *some, verdict in con.execute(f"SELECT number, {keys}, verdict FROM pattern").fetchall():
        decision = decide(law, decided(law, some, verdict), FIELDS)
        numbers.append(number)
        outcomes.append(str(decision.row_outcome))
        reasons.append([code for f in decision.findings if f.leads_to for code in f.codes])
    con.execute("CREATE TABLE settled AS SELECT unnest(?) AS number, unnest(?) AS outcome", [numbers, outcomes])
    con.execute(
        f"CREATE TABLE pointed AS SELECT n, number, outcome FROM found JOIN pattern USING ({keys}, verdict) "
        "JOIN settled USING (number)"
    )
    clock.lap("decide")
    rows = _count(con, "pointed")
    _keep_sample(con, keys, law, case.ready / "sample.json")
    return {
        **per_decision(clock, rows),
        "patterns": len(numbers),
        "reasons": len({r for some in reasons for r in some}),
    }


def from_raw(case: Case) -> Report:
    """Every row of the received request decided by the engine itself, from text; nobody is looked up."""
    with working(case) as (work, bench):
        clock = Clock()
        work.find_request()
        work.measure()
        work.find_record(None)
        found = work.patterns()
        for count in found:
            decide(bench.provision, count.pattern, bench.cover.fields)
        clock.lap("decide")
        early = Counter[str]()
        for count in found:
            early[_early(bench.provision.clauses, count.pattern.clauses)] += count.rows
        rows = sum(early.values())
        return {**per_decision(clock, rows), "patterns": len(found), **_agree(case, early)}


def _early(clauses: Sequence[Clause], letters: str) -> str:
    """The letters of the clauses that the row alone decides: all that both ways find from the same text."""
    pairs = zip(clauses, letters, strict=True)
    return "".join(letter for c, letter in pairs if (c.level, c.phase) == ("row", "request"))


def _agree(case: Case, early: Counter[str]) -> Report:
    """How many rows have letters that `on_facts` found for as many; rejected rows are in the facts alone."""
    kept = Counter(json.loads((case.ready / "early.json").read_text()))
    return {"compared": sum(early.values()), "different": sum((early - kept).values())}


def facts_file(case: Case) -> Path:
    """The typed facts of a case."""
    return case.ready / "facts.parquet"


def in_the_way(case: Case) -> list[list[str]]:
    """For the first rows of `facts.parquet`, the clauses not met or not told, as `on_facts` found them."""
    found: list[list[str]] = json.loads((case.ready / "sample.json").read_text())
    return found


SAMPLE = 2_000


def _keep_sample(con: duckdb.DuckDBPyConnection, keys: str, law: Provision, file: Path) -> None:
    rows = con.execute(f"SELECT {keys} FROM found WHERE n <= {SAMPLE} ORDER BY n").fetchall()
    listed = groups(law.clauses)
    file.write_text(json.dumps([read_words(row, listed) for row in rows]))
    early = Counter[str]()
    for word, count in con.execute("SELECT w0, count(*) FROM found GROUP BY w0").fetchall():
        early["".join(unpack(word, listed[0]).values())] += count
    file.with_name("early.json").write_text(json.dumps(early))


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
