# SPDX-License-Identifier: Apache-2.0
"""Inputs of the floors, made from the request's files without the route: clean numbers, typed facts."""

from __future__ import annotations

from datetime import date

import duckdb

from bench.data import ROOT, Case
from lawgate.drivers.duckdb.clauses import packed
from lawgate.drivers.duckdb.facts import claim_facts, request_facts, years_mask
from lawgate.drivers.duckdb.forms import name_columns, name_form, place_select
from lawgate.law.read import read_rulebook
from lawgate.law.rulebook import Clause
from lawgate.linkage.grammar import read_address_grammar, read_name_grammar
from lawgate.ports.engine import Plan

BOOK = ROOT / "rulebooks" / "us-26-6103"
PROVISION = "i2"
SIGNED = date(2025, 6, 27)
# Facts that come from the records or from the whole batch are spread over their values by the row's number.
SPREAD = {"text": "['unique', 'none', 'ambiguous', 'not_sought'][1 + n % 4]", "number": "n % 60", "flag": "n % 2 = 0"}


def make_ready(case: Case) -> None:
    """Write `numbers.parquet` (tin) and `facts.parquet` (one column for every fact of a row) of a case."""
    plan = _plan()
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


def words() -> list[str]:
    """The engine's packed tests over `facts.parquet`: request clauses, record clauses, those of a batch."""
    plan = _plan()
    kinds = plan.rulebook.facts
    columns = {**request_facts(plan), **{n: f'"{n}"' for n, k in kinds.items() if k.level != "request"}}
    return [packed(some, columns) for some in _groups(plan.provision.clauses)]


def _groups(clauses: tuple[Clause, ...]) -> list[list[Clause]]:
    kinds = (("row", "request"), ("row", "record"), ("batch", "batch"))
    return [[c for c in clauses if (c.level, c.phase) == kind] for kind in kinds]


def _spread(plan: Plan) -> dict[str, str]:
    return {n: SPREAD[k.type] for n, k in plan.rulebook.facts.items() if k.level in ("record", "batch")}


def _listed(facts: dict[str, str]) -> str:
    return ", ".join(f'{expression} AS "{name}"' for name, expression in facts.items())


def _plan() -> Plan:
    files = {p.relative_to(BOOK).as_posix(): p.read_bytes() for p in BOOK.rglob("*.toml")}
    book = read_rulebook(files, SIGNED)
    provision = book.provision(PROVISION)
    if provision is None:
        raise LookupError("the rulebook has no such provision on that day")
    addresses, names = read_address_grammar(files["match/address.toml"]), read_name_grammar(files["match/names.toml"])
    return Plan(provision, book, addresses, names, {"request.signed_on": SIGNED}, "us.dhs", {})
