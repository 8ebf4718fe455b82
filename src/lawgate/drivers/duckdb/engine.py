# SPDX-License-Identifier: Apache-2.0
"""`ports.engine.Engine` on DuckDB: opens batches, and looks at settled ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from lawgate.drivers.duckdb import statements
from lawgate.drivers.duckdb.connection import connect, parquet, told
from lawgate.drivers.duckdb.facts import years_mask
from lawgate.drivers.duckdb.forms import name_columns, place_select
from lawgate.drivers.duckdb.work import DuckWork, row_table, years_of
from lawgate.model.confidential import Confidential
from lawgate.model.fault import Refused
from lawgate.ports.columns import Columns
from lawgate.ports.engine import CaseView, Plan, RowView, ValuesByYear

CASES = """SELECT r.n, r.case_id, c.engaged_official, c.recipients FROM {rows} r JOIN {cases} c ON c.n = r.case_n
WHERE r.n IN (SELECT unnest(?::INTEGER[]))"""
VIEW = "SELECT n, row_id, line, pattern, record, others, minors, claim_digest, digest FROM {decisions}"


class DuckEngine:
    """Stateless; every call opens and closes its own connection."""

    def open(self, room: Path, plan: Plan) -> DuckWork:
        """See `ports.engine.Engine`."""
        return DuckWork(room, plan)

    @told
    def row(self, room: Path, row_id: str) -> RowView | None:
        """See `ports.engine.Engine`."""
        got = self._views(room, "WHERE row_id = ?", [row_id])
        return got[0] if got else None

    @told
    def rows(self, room: Path, numbers: Sequence[int]) -> Sequence[RowView]:
        """See `ports.engine.Engine`."""
        by = {v.n: v for v in self._views(room, "WHERE n IN (SELECT unnest(?::INTEGER[]))", [list(numbers)])}
        if missing := set(numbers) - by.keys():
            raise Refused("E_ROW", f"the batch has no row {min(missing)}; `lawgate review list` shows their numbers")
        return [by[n] for n in numbers]

    @told
    def granted(self, room: Path, limit: int) -> Sequence[RowView]:
        """See `ports.engine.Engine`."""
        return self._views(room, "WHERE grants ORDER BY n LIMIT ?", [limit])

    @told
    def claims(self, room: Path, numbers: Sequence[int], plan: Plan) -> Columns:
        """See `ports.engine.Engine`."""
        con = connect(room, [])
        try:
            con.execute("CREATE TEMP TABLE wanted AS SELECT unnest(?::INTEGER[]) AS n", [list(numbers)])
            granted = f"(SELECT n FROM {parquet(room / 'decisions.parquet')} WHERE grants AND n IN (FROM wanted))"
            claims = statements.CLAIMS.format(
                rows=f"{parquet(room / 'rows.parquet')} WHERE n IN {granted}",
                names=name_columns(plan.names, "first", "middle", "last", "suffix"),
                years=years_mask("taxable_periods"),
                more="",
            )
            keep = "n, tin, name_first, name_last, name_middle, name_suffix, dob, years"
            query = f"SELECT * EXCLUDE (street) FROM ({place_select(plan.addresses, f'({claims})', keep, False)})"
            found: Columns = con.sql(f"{query} ORDER BY n").to_arrow_table()
            return found
        finally:
            con.close()

    @told
    def cases(self, room: Path, numbers: Sequence[int]) -> Sequence[CaseView]:
        """See `ports.engine.Engine`."""
        con = connect(room, [])
        try:
            query = CASES.format(rows=parquet(room / "rows.parquet"), cases=parquet(room / "cases.parquet"))
            got = con.execute(query, [list(numbers)]).fetchall()
        finally:
            con.close()
        by = {n: CaseView(n, case, official, tuple(filter(None, named.split(";")))) for n, case, official, named in got}
        return [by[n] for n in numbers]

    def values(self, answer: Columns, records: Mapping[int, int], field: str) -> Mapping[int, ValuesByYear]:
        """See `ports.engine.Engine`."""
        made: dict[int, dict[int, Confidential[Mapping[str, str]]]] = {}
        for row in pa.table(answer).select(["n", "record", field]).to_pylist():
            if records.get(row["n"]) == row["record"]:
                spans = [(years_of(v.pop("span")), v) for v in row[field] or []]
                made[row["n"]] = {year: Confidential(dict(v)) for years, v in spans for year in years}
        return made

    def row_table(self, room: Path) -> Iterator[bytes]:
        """The canonical row table of a settled batch, in chunks of whole rows."""
        yield from row_table(room)

    def _views(self, room: Path, where: str, values: list[object]) -> list[RowView]:
        if not (room / "decisions.parquet").exists():
            raise Refused("E_BATCH", "the batch is not decided yet")
        con = connect(room, [])
        try:
            query = VIEW.format(decisions=parquet(room / "decisions.parquet"))
            return [RowView(*r) for r in con.execute(f"{query} {where}", values).fetchall()]
        finally:
            con.close()
