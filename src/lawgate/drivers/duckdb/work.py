# SPDX-License-Identifier: Apache-2.0
"""One batch in hand: columns of findings from the claims, verdicts from candidates, patterns of both."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa

from lawgate.decide.canonical import ROW_WIDTH
from lawgate.drivers.duckdb import statements
from lawgate.drivers.duckdb.clauses import packed, unpack, word_type
from lawgate.drivers.duckdb.connection import asked, connect, parquet, quote, told
from lawgate.drivers.duckdb.facts import BASE_YEAR, by_text, claim_facts, request_facts, years_mask
from lawgate.drivers.duckdb.forms import name_columns, name_form, place_select
from lawgate.law.expression import facts_of
from lawgate.model.decision import Pattern, Verdict
from lawgate.model.fault import LawgateError
from lawgate.ports.columns import Columns
from lawgate.ports.engine import Measures, PatternCount, Plan, Settled

KEPT = "n, line, case_n, row_id, tin, dob, name_first, name_last, name_middle, name_suffix, years, claim_digest, reason"
CANDIDATE = """CREATE TEMP TABLE candidate AS SELECT n, record, files, by_tin, fit, contradicts, years, deceased,
  withheld, marks, others, minors FROM handed"""
NOBODY = pa.schema(
    {
        "n": pa.int32(),
        "record": pa.int64(),
        "files": pa.bool_(),
        "by_tin": pa.bool_(),
        "fit": pa.int8(),
        "contradicts": pa.bool_(),
        "years": pa.int64(),
        "deceased": pa.bool_(),
        "withheld": pa.bool_(),
        "marks": pa.int32(),
        "others": pa.int32(),
        "minors": pa.int32(),
    }
).empty_table()
CHUNK = 1 << 16
FACILITY = "row.facility"
LONG = ("reason_text",)  # goes into the text of a claim as its SHA-256: requests say the same few reasons many times


def years_of(mask: int) -> tuple[int, ...]:
    """Tax years of a bit mask, ascending."""
    return tuple(BASE_YEAR + k for k in range(mask.bit_length()) if mask >> k & 1)


def named(fact: str) -> str:
    """The column that holds a fact."""
    return f'"{fact}"'


class DuckWork:
    """`ports.engine.Work` in memory, spilling into the batch's own room."""

    def __init__(self, room: Path, plan: Plan) -> None:
        """`room` holds `rows.parquet` and `cases.parquet` as intake left them."""
        self._room, self._plan = room, plan
        self._con = connect(room, [])
        clauses = plan.provision.clauses
        self._early = [c for c in clauses if c.level == "row" and c.phase == "request"]
        self._batch = [c for c in clauses if c.level == "batch"]
        self._late = [c for c in clauses if c.level == "row" and c.phase == "record"]

    @told
    def find_request(self) -> int:
        """See `ports.engine.Work`."""
        plan = self._plan
        case, row = claim_facts(plan, "case"), claim_facts(plan, "row")
        columns = {**request_facts(plan), **{f: named(f) for f in (*case, *row)}}
        # What a clause says of the case alone is found once for each case, and goes on to its rows as part of a word.
        of_case = {i for i, c in enumerate(self._early) if set(facts_of(c.test)).isdisjoint(row)}
        of_row = packed(self._early, columns, set(range(len(self._early))) - of_case)
        kept = self._find_cases(case, packed(self._early, columns, of_case), [*row.values(), of_row])
        rows, said = self._said("rows", "row", {"taxable_periods": {"years": years_mask("taxable_periods")}})
        row = {f: x for f, x in row.items() if f not in said}
        raw = sorted({k.column for k in plan.rulebook.facts.values() if k.level == "row" and k.column})
        raw = ["taxable_periods", *map(named, said), *kept, *(c for c in raw if c not in KEPT.split(", "))]
        claims = statements.CLAIMS.format(
            rows=statements.WITH_CASE.format(rows=rows),
            names=name_columns(plan.names, "first", "middle", "last", "suffix"),
            years="years",
            more=statements.OF_CLAIM.format(text=self._joined("rows"), sources=", ".join(raw)),
        )
        self._con.execute(
            statements.FOUND.format(
                claims=claims,
                places=statements.PLACES.format(rows=parquet(self._room / "rows.parquet")),
                formed=place_select(plan.addresses, "claims", f"{KEPT}, {', '.join(raw)}", places="places"),
                name_form=name_form(plan.names),
                facility=named(FACILITY) if FACILITY in row else "''",
                facts=_as_columns(row),
                early=f"case_word + {of_row}",
                kept=", ".join(f"CASE WHEN survives THEN {c} ELSE '' END AS {c}" for c in statements.KEPT),
                open="true" if set(plan.letters.values()) == {"m"} else "false",
            )
        )
        return self._number("SELECT count(*) FROM found WHERE survives")

    def _find_cases(self, facts: dict[str, str], word: str, uses: Sequence[str]) -> list[str]:
        """One line for each case, with those of its facts that one of the texts `uses` names. Gives its columns."""
        cases, said = self._said("cases", "case", {})
        found = _as_columns({f: named(f) if f in said else x for f, x in facts.items()})
        kept = [named(f) for f in facts if any(named(f) in text for text in uses)]
        more = "".join(f", {fact}" for fact in kept)
        self._con.execute(
            statements.CASES.format(cases=cases, text=self._joined("cases"), facts=found, word=word, kept=more)
        )
        return ["official", "opened", "case_word", *kept]

    def _said(self, file: str, level: str, more: dict[str, dict[str, str]]) -> tuple[str, list[str]]:
        """The file joined with what follows from its texts, and the facts that it then has as columns."""
        source = parquet(self._room / f"{file}.parquet")
        joined, facts = source, by_text(self._plan, level)
        for column in {**facts, **more}:
            columns = {named(f): x for f, x in facts.get(column, {}).items()} | more.get(column, {})
            listed = ", ".join(f"{x} AS {name}" for name, x in columns.items())
            self._con.execute(statements.SAID.format(column=column, facts=listed, source=source))
            joined += statements.SAID_JOIN.format(column=column)
        return joined, [f for some in facts.values() for f in some]

    @told
    def measure(self) -> Measures:
        """See `ports.engine.Work`."""
        # Only homes with more people than this are counted exactly; a lower count can meet no clause.
        for statement in statements.BATCH:
            self._con.execute(statement.format(crowd=1))
        return Measures(*self._con.execute(statements.MEASURES).fetchall()[0])

    @told
    def survivors(self) -> Columns:
        """See `ports.engine.Work`."""
        found: Columns = self._con.sql(statements.SURVIVORS).to_arrow_reader(CHUNK)
        return found

    @told
    def find_record(self, candidates: Columns | None) -> None:
        """See `ports.engine.Work`."""
        self._con.register("handed", NOBODY if candidates is None else candidates)
        self._con.execute(CANDIDATE)
        self._con.unregister("handed")
        self._con.execute(statements.MATCHED)
        facts = {n: named(n) for n, k in self._plan.rulebook.facts.items() if k.level in ("record", "batch")}
        columns = {**request_facts(self._plan), **facts, **{"row.address_grade": "grade", FACILITY: "facility"}}
        unseen = sum(3 << 2 * i for i in range(len(self._late)))
        self._con.execute(
            statements.JUDGED.format(
                late=packed(self._late, columns),
                batch=packed(self._batch, columns),
                unseen=f"CAST({unseen} AS {word_type(self._late)})",
            )
        )
        for table in ("found", "matched", "candidate"):
            self._con.execute(f"DROP TABLE {table}")
        self._con.execute(statements.PATTERNS)

    @told
    def patterns(self) -> Sequence[PatternCount]:
        """See `ports.engine.Work`."""
        got = self._con.execute("SELECT * FROM pattern ORDER BY number").fetchall()
        return [
            PatternCount(number, Pattern(self._letters(early, batch, late), Verdict(verdict), years_of(years)), k)
            for number, early, batch, late, verdict, years, k in got
        ]

    @told
    def settle(self, decided: Sequence[Settled]) -> None:
        """See `ports.engine.Work`."""
        self._con.register("decided", _decided_table(decided))
        out = self._room / "decisions.parquet"
        part = out.with_suffix(".part")
        self._con.execute(f"COPY ({statements.DECISIONS}) TO {quote(str(part.resolve()))} (FORMAT parquet)")
        rows = self._number(f"SELECT count(*) FROM {parquet(self._room / 'rows.parquet')}")
        written = self._number(f"SELECT count(*) FROM {parquet(part)}")
        distinct = self._number(f"SELECT count(DISTINCT n) FROM {parquet(part)}")
        if not rows == written == distinct:
            part.unlink()
            raise LawgateError(f"{rows} rows led to {written} decisions; one decision for every row is the rule")
        part.chmod(0o600)
        with part.open("rb") as f:
            os.fsync(f.fileno())
        part.rename(out)
        folder = os.open(out.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def row_table(self) -> Iterator[bytes]:
        """See `ports.engine.Work`."""
        yield from row_table(self._room)

    def close(self) -> None:
        """See `ports.engine.Work`."""
        self._con.close()
        shutil.rmtree(self._room / "spill", ignore_errors=True)

    def _letters(self, early: int, batch: int, late: int) -> str:
        found = unpack(early, self._early) | unpack(batch, self._batch) | unpack(late, self._late)
        clauses = self._plan.provision.clauses
        return "".join(
            self._plan.letters[c.code] if c.level == "request" else found[f"{c.element}/{c.code}"] for c in clauses
        )

    def _joined(self, file: str) -> str:
        columns = self._con.execute(f"DESCRIBE SELECT * FROM {parquet(self._room / f'{file}.parquet')}").fetchall()
        text = [c[0] for c in columns if c[0] not in ("n", "line", "case_n")]
        said = [f"sha256({c})" if c in LONG else c for c in text]
        return f"concat_ws(chr(31), {', '.join(said)})"

    def _number(self, query: str) -> int:
        return int(self._con.execute(query).fetchall()[0][0])


def row_table(room: Path) -> Iterator[bytes]:
    """The canonical row table of a settled batch, in chunks of whole rows."""
    # The next chunk is read while the caller is busy with the one before it.
    chunks = _row_table(room)
    with closing(chunks), ThreadPoolExecutor(1) as other:
        coming = other.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = other.submit(next, chunks, None)
            yield chunk


def _row_table(room: Path) -> Generator[bytes]:
    con = connect(room, [], ordered=True)
    try:
        with asked():
            yield from _chunks(con, room)
    finally:
        con.close()


def _chunks(con: duckdb.DuckDBPyConnection, room: Path) -> Generator[bytes]:
    query = statements.ROW_TABLE.format(decisions=parquet(room / "decisions.parquet"))
    first = 0
    for batch in con.sql(query).to_arrow_reader(CHUNK):
        numbers, rows = batch.column(0), batch.column(1)
        if not numbers.equals(pa.arange(first, first + len(rows)).cast(pa.int32())):
            raise LawgateError("the decisions do not stand in the order of the rows")
        yield _joined_rows(rows)
        first += len(rows)


def _joined_rows(rows: pa.Array) -> bytes:
    try:
        fixed = rows.cast(pa.binary(ROW_WIDTH))
    except pa.ArrowInvalid:
        raise LawgateError("a row of the row table has the wrong width") from None
    if fixed.null_count:
        raise LawgateError("a row of the row table is missing")
    start = fixed.offset * ROW_WIDTH
    return bytes(memoryview(fixed.buffers()[1])[start : start + len(fixed) * ROW_WIDTH])


def _decided_table(decided: Sequence[Settled]) -> pa.Table:
    return pa.table(
        {
            "number": pa.array([s.number for s in decided], pa.int32()),
            "digest": pa.array([s.digest for s in decided], pa.binary()),
            "row_outcome": [str(s.decision.row_outcome) for s in decided],
            "outcome": [str(s.decision.outcome) for s in decided],
            "row_grants": [s.decision.row_outcome.grants for s in decided],
            "grants": [s.decision.outcome.grants for s in decided],
        }
    )


def _as_columns(facts: dict[str, str]) -> str:
    return ", ".join(f"{expression} AS {named(fact)}" for fact, expression in facts.items()) or "NULL AS no_fact"
