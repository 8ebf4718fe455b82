# SPDX-License-Identifier: Apache-2.0
"""Inputs of the floors, made from the request's files without the route: clean numbers, typed facts.

Also what the decisions on those facts need: the clauses in groups, and a row's words read back as clause letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import duckdb

from bench.data import Case
from bench.received import house_of
from lawgate.drivers.duckdb.clauses import packed, unpack
from lawgate.drivers.duckdb.facts import claim_facts, request_facts, years_mask
from lawgate.drivers.duckdb.forms import name_columns, name_form, place_select
from lawgate.law.rulebook import Clause, Provision
from lawgate.model.decision import Pattern, Verdict
from lawgate.ports.engine import Plan

# Facts that come from the records or from the whole batch are spread over their values by the row's number.
YEARS = (2022, 2023)
SPREAD = {"text": "['unique', 'none', 'ambiguous', 'not_sought'][1 + n % 4]", "number": "n % 60", "flag": "n % 2 = 0"}


def make_ready(case: Case) -> None:
    """Write `numbers.parquet` (tin) and `facts.parquet` (one column for every fact of a row) of a case."""
    plan = _plan(case)
    case.ready.mkdir(exist_ok=True)
    con = duckdb.connect()
    for name in ("rows", "cases"):
        text = "all_varchar = true, header = true, delim = ',', quote = '\"', nullstr = '\\N'"
        con.execute(f"CREATE TABLE {name} AS FROM read_csv('{case.request / name}.csv', {text})")
    con.execute(
        f"COPY (SELECT replace(tin, '-', '') AS tin FROM rows WHERE tin <> '') TO '{case.ready / 'numbers.parquet'}'"
    )
    of_case, of_row = claim_facts(plan, "case"), claim_facts(plan, "row")
    raw = sorted({k.column for k in plan.rulebook.facts.values() if k.level == "row" and k.column})
    claims = (
        f"SELECT case_id, {', '.join(raw)}, taxable_periods, CAST({years_mask('taxable_periods')} AS BIGINT) AS years, "
        f"addr_line1 AS line1, addr_line2 AS line2, city, state, zip, "
        f"{name_columns(plan.names, 'first', 'middle', 'last', 'suffix')} FROM rows"
    )
    keep = f"case_id, {', '.join(raw)}, taxable_periods, years, name_first, name_last"
    formed = place_select(plan.addresses, f"({claims})", keep)
    con.execute(
        f"COPY (SELECT * EXCLUDE (n), {_listed(_spread(plan))} FROM (SELECT row_number() OVER () AS n, "
        f"{_listed(of_row)}, c.* EXCLUDE (key) FROM (SELECT *, {name_form(plan.names)} AS name_form FROM ({formed})) r "
        f"JOIN (SELECT case_id AS key, {_listed(of_case)} FROM cases) c ON c.key = r.case_id)) "
        f"TO '{case.ready / 'facts.parquet'}'"
    )


def words(case: Case) -> list[str]:
    """The engine's packed tests over `facts.parquet`: request clauses, record clauses, those of a batch."""
    plan = _plan(case)
    kinds = plan.rulebook.facts
    columns = {**request_facts(plan), **{n: f'"{n}"' for n, k in kinds.items() if k.level != "request"}}
    return [packed(some, columns) for some in groups(plan.provision.clauses)]


def provision(case: Case) -> Provision:
    """The provision whose clauses are tested."""
    return _plan(case).provision


def decided(law: Provision, found: Sequence[int], verdict: str) -> Pattern:
    """The pattern of one row's words. What the request as a whole must show is taken as shown: it costs no row."""
    letters: dict[str, str] = {}
    for word, some in zip(found, groups(law.clauses), strict=True):
        letters |= unpack(word, some)
    text = "".join(letters.get(f"{c.element}/{c.code}", "m") for c in law.clauses)
    return Pattern(text, Verdict(verdict), YEARS)


def read_words(found: Sequence[int], listed: Sequence[Sequence[Clause]]) -> list[str]:
    """`element/code` of the clauses that are not met or cannot be told."""
    pairs = [item for word, some in zip(found, listed, strict=True) for item in unpack(word, some).items()]
    return [name for name, letter in pairs if letter != "m"]


def groups(clauses: tuple[Clause, ...]) -> list[list[Clause]]:
    """Clauses of one word each: asked of the row alone, of the records, of the whole batch."""
    kinds = (("row", "request"), ("row", "record"), ("batch", "batch"))
    return [[c for c in clauses if (c.level, c.phase) == kind] for kind in kinds]


def _spread(plan: Plan) -> dict[str, str]:
    return {n: SPREAD[k.type] for n, k in plan.rulebook.facts.items() if k.level in ("record", "batch")}


def _listed(facts: dict[str, str]) -> str:
    return ", ".join(f'{expression} AS "{name}"' for name, expression in facts.items())


@lru_cache(maxsize=1)
def _plan(case: Case) -> Plan:
    """The plan of the office that received the request: law, grammars, officers, the facts of its cover."""
    return house_of(case)[1].plan


def request_values(case: Case) -> dict[str, str | date | bool | int | None]:
    """The facts of the request; those the floors do not state are unknown."""
    plan = _plan(case)
    return {name: plan.facts.get(name) for name, kind in plan.rulebook.facts.items() if kind.level == "request"}
