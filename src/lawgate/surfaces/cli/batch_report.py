# SPDX-License-Identifier: Apache-2.0
"""What a batch came to, in plain text: counts, the first thing in the way, what the batch as a whole shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lawgate.law.rulebook import Provision
from lawgate.ports.cases import BatchRow, PackageRow
from lawgate.scrutiny.load import seconds_per_case

MEASURES = (
    ("measure.officials", "officers named as engaged"),
    ("measure.people_of_top_official", "people under the busiest of them"),
    ("measure.distinct_reasons", "different reason texts"),
    ("measure.top_reason_permille", "rows (of 1,000) that share the commonest reason"),
    ("measure.top_opening_day_permille", "rows (of 1,000) whose cases were opened on the commonest day"),
)


def render(batch: BatchRow, provision: Provision | None, packages: list[PackageRow]) -> str:
    """The report on one batch. Numbers of rows only; no row, no person."""
    return "\n".join(_lines(batch, provision, packages))


def _lines(batch: BatchRow, provision: Provision | None, packages: list[PackageRow]) -> Iterator[str]:
    f = batch.figures
    yield f"Batch {batch.id}: {batch.state}"
    yield f"{batch.sent:,} rows sent = {batch.accepted:,} accepted + {batch.rejected:,} rejected"
    if batch.state != "decided":
        return
    yield f"Decided under the law as of {batch.as_of}; rooted in leaf {batch.decision_leaf}"
    yield f"{f['survived']:,} rows met everything the request alone can show; only these were looked up"
    yield from _counts("\nRow by row (each row for itself)", f, "row_outcome.")
    yield from _counts("\nTogether (with what the batch shows and the orders that cover it)", f, "outcome.")
    yield "\nThe first thing in the way, row by row:"
    for code, rows in _sorted(f, "first."):
        yield f"  {rows:>10,}  {_says(provision, code)}"
    yield "\nThe batch as a whole:"
    for name, says in MEASURES:
        yield f"  {f[name]:>10,}  {says}"
    load = seconds_per_case(max(1, f["measure.people_of_top_official"]))
    yield f"  {load:>10,.2f}  seconds of a 2,080-hour working year that officer has for each case"
    for code, rows in _sorted(f, "because."):
        if _level(provision, code) == "batch":
            yield f"  {rows:>10,}  rows: {_says(provision, code)}"
    yield f"\n{f.get('under_orders', 0):,} rows are under orders in force when it was decided."
    for package in packages:
        yield f"Package {package.id}: {package.rows} rows, prepared in leaf {package.prepared_leaf}"


def _counts(title: str, figures: Mapping[str, int], prefix: str) -> Iterator[str]:
    yield title + ":"
    for name, rows in _sorted(figures, prefix):
        yield f"  {rows:>10,}  {name}"


def _sorted(figures: Mapping[str, int], prefix: str) -> list[tuple[str, int]]:
    found = [(k.removeprefix(prefix), v) for k, v in figures.items() if k.startswith(prefix)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _level(provision: Provision | None, code: str) -> str:
    clauses = provision.clauses if provision else ()
    return next((c.level for c in clauses if code == f"{c.element}.{c.code}"), "")


def _says(provision: Provision | None, code: str) -> str:
    clauses = provision.clauses if provision else ()
    return next((f"{c.says} [{c.element}]" for c in clauses if code == f"{c.element}.{c.code}"), code)
