# SPDX-License-Identifier: Apache-2.0
"""The same clauses on the same facts by the rule peers: Cedar in batches, plain Python lambdas.

Each gets facts that are typed and ready (ours are as well, or are made from text first), names every clause that stands
in the way of a row, and gives no citation, no outcome and no pattern. The answers are held against ours untimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from bench.data import Case
from bench.process import Clock
from bench.ready import groups, provision, request_values
from bench.rules import SAMPLE, Report, facts_file, in_the_way, per_decision
from bench.written import Facts, lambdas, plain, policies
from lawgate.law.rulebook import Clause

BATCH = 1_000
# So many rows are decided by a peer: enough for a figure per decision, few enough for a peer a thousand times slower.
CEDAR_ROWS, LAMBDA_ROWS = 10_000, 100_000
REQUEST = {"principal": 'Asker::"us"', "action": 'Action::"disclose"', "resource": 'Row::"r"'}


def cedar(case: Case) -> Report:
    """Decisions by Cedar in batches of 1,000; policies and entities are parsed beforehand, once."""
    import cedarpy

    law = cedarpy.PolicySet.from_str(policies(tested(case)))
    nobody = cedarpy.Entities.from_json_str("[]")
    known = [{k: v for k, v in row.items() if v is not None} for row in ready_facts(case, CEDAR_ROWS)]
    asked = [{**REQUEST, "context": row} for row in known]
    found: list[set[str]] = []
    clock = Clock()
    for at in range(0, len(asked), BATCH):
        for got in cedarpy.is_authorized_batch(asked[at : at + BATCH], law, nobody):
            # Where nothing forbids, the one policy without a name permits; named reasons are those that forbid.
            found.append(set(got.diagnostics.id_annotations_by_reason.values()))
            if got.diagnostics.errors:
                raise ValueError(f"Cedar could not evaluate: {got.diagnostics.errors[0]}")
    clock.lap("decide")
    return {**per_decision(clock, len(found)), **_agree(case, found)}


def python(case: Case) -> Report:
    """Decisions by one plain lambda a clause."""
    tests = lambdas(tested(case))
    rows = list(ready_facts(case, LAMBDA_ROWS))
    found: list[list[str]] = []
    clock = Clock()
    for facts in rows:
        found.append([name for name, test in tests if not test(facts)])
    clock.lap("decide")
    return {**per_decision(clock, len(found)), **_agree(case, [set(some) for some in found[:SAMPLE]])}


def tested(case: Case) -> list[Clause]:
    """Every clause that a row can fail."""
    return [clause for some in groups(provision(case).clauses) for clause in some]


def ready_facts(case: Case, limit: int) -> Iterator[Facts]:
    """The first rows of the typed facts as dicts, with the facts of the request."""
    whole = {name: plain(value) for name, value in request_values(case).items()}
    got = duckdb.connect().execute(f"FROM read_parquet('{facts_file(case)}') LIMIT {limit}")
    names = [c[0] for c in got.description]
    for row in got.fetchall():
        yield {**whole, **dict(zip(names, map(plain, row), strict=True))}


def _agree(case: Case, found: Sequence[set[str]]) -> Report:
    ours = in_the_way(case)
    same = sum(set(mine) == theirs for mine, theirs in zip(ours, found, strict=False))
    compared = min(len(ours), len(found))
    return {"compared": compared, "different": compared - same}
