# SPDX-License-Identifier: Apache-2.0
"""Decide a batch: request facts, findings in columns, one decision per pattern, every row into the log."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from lawgate.decide.canonical import ROW_WIDTH, pattern_digest, pattern_record
from lawgate.decide.decide import decide
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.merkle import HASH
from lawgate.ledger.schema import Value
from lawgate.model.decision import Decision
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.bench import Bench, DecideDesk, bench_at, keep_pins, orders_over
from lawgate.office.stored import require_unchanged
from lawgate.ports.cases import BatchRow
from lawgate.ports.engine import Settled, Work

SUBTREE = "decisions"
PATTERNS, FIGURES = "patterns.jsonl", "figures.json"
Lap = Callable[[str], None]


def decide_batch(desk: DecideDesk, batch_id: str, as_of: datetime | None = None, lap: Lap = lambda _: None) -> BatchRow:
    """Decide every row of a received batch and root the decisions in the log.

    `as_of` is the instant whose law applies (now, unless said); orders are always those known now. `lap` is called
    with the name of each step when it ends. Refused E_BATCH when the batch cannot be decided (again).
    """
    _waiting(desk, batch_id)
    with desk.rooms.alone(batch_id):
        return _decide_alone(desk, batch_id, as_of, lap)


def _waiting(desk: DecideDesk, batch_id: str) -> BatchRow:
    batch = desk.cases.batch(batch_id)
    if batch is None or batch.state != "received":
        raise Refused("E_BATCH", "no batch of that id waits to be decided; `lawgate status` lists them")
    return batch


def _decide_alone(desk: DecideDesk, batch_id: str, as_of: datetime | None, lap: Lap) -> BatchRow:
    batch = _waiting(desk, batch_id)
    leaves = dict(desk.log.leaves())
    if logged := [
        at for at, leaf in leaves.items() if leaf.kind == "decision-batch" and leaf.text("batch") == batch_id
    ]:
        return _adopt(desk, batch, leaves, logged[0])
    bench = bench_at(desk, batch, as_of or desk.clock.now())
    if as_of is not None and not bench.cover.signed_at <= as_of <= desk.clock.now():
        raise Refused("E_AS_OF", "the law applied must be that of an instant between the signature and now")
    keep_pins(desk, bench)
    work = desk.engine.open(desk.rooms.path(batch.id), bench.plan)
    try:
        measured = find(desk, work, bench, lap)
        judged = judge(bench, work, measured)
        work.settle(judged.settled)
        desk.rooms.write(batch.id, PATTERNS, judged.patterns)
        desk.rooms.write(batch.id, FIGURES, judged.figures)
        lap("decide")
        root = _commit(desk, work, batch)
        lap("commit")
    finally:
        work.close()
    leaf = _log(desk, bench, root)
    lap("log")
    return save_decided(desk, batch, leaf, bench.pins.as_of)


def _adopt(desk: DecideDesk, batch: BatchRow, leaves: Mapping[int, StageLeaf], index: int) -> BatchRow:
    """A crash came between the leaf and the case store: the decision stands as logged, and no second one is made."""
    require_unchanged(desk.rooms, leaves, leaves[index])
    desk.log.publish()
    return save_decided(desk, batch, index, leaves[index].text("as_of"))


def save_decided(desk: DecideDesk, batch: BatchRow, leaf: int, as_of: str) -> BatchRow:
    """Bring the case store up to a logged decision; the batch as saved. Its figures are those kept in its room."""
    figures = read_figures(desk.rooms.read(batch.id, FIGURES)).figures
    made = dataclasses.replace(batch, state="decided", decision_leaf=leaf, as_of=as_of, figures=figures)
    desk.cases.save(made)
    return made


def find(desk: DecideDesk, work: Work, bench: Bench, lap: Lap = lambda _: None) -> dict[str, int]:
    """Both passes over the rows; counts of what the batch as a whole shows."""
    survived = work.find_request()
    lap("find (1)")
    measures = work.measure()
    lap("measure")
    # Decide before you look: only complete claims of rows that met every request-only element reach the records.
    store = desk.records.at(bench.pins.records, bench.cover.signed_on)
    work.find_record(store.candidates(work.survivors(), ()) if survived else None)
    lap("match, find (2)")
    return {"survived": survived, **{f"measure.{k}": v for k, v in dataclasses.asdict(measures).items()}}


@dataclass(frozen=True, slots=True)
class Judged:
    """Every pattern decided: the pattern records behind each other, one a line, and the figures of the batch."""

    settled: tuple[Settled, ...]
    patterns: bytes
    figures: bytes


@dataclass(frozen=True, slots=True)
class Counted:
    """What `figures.json` says: rows of each pattern in order of pattern number, and counts by name."""

    rows: tuple[int, ...]
    figures: dict[str, int]


def judge(bench: Bench, work: Work, measured: Mapping[str, int]) -> Judged:
    """One decision for each distinct pattern."""
    settled: list[Settled] = []
    records: list[bytes] = []
    rows: list[int] = []
    figures: Counter[str] = Counter()
    for count in work.patterns():
        decision = decide(bench.provision, count.pattern, bench.cover.fields, orders_over(bench, count.pattern))
        record = pattern_record(count.pattern, decision, bench.pins)
        records.append(record + b"\n")
        settled.append(Settled(count.number, pattern_digest(record), decision))
        rows.append(count.rows)
        _count(figures, decision, count.rows)
    figures["patterns"] = len(settled)
    counted: dict[str, Any] = {"v": 1, "rows": rows, "figures": {**measured, **figures}}
    return Judged(tuple(settled), b"".join(records), rfc8785.dumps(counted))


def read_figures(data: bytes) -> Counted:
    """The counts in the bytes of `figures.json`. LawgateError when these are not such bytes."""
    try:
        found = json.loads(data)
        return Counted(tuple(found["rows"]), dict(found["figures"]))
    except (ValueError, KeyError, TypeError):
        raise LawgateError("the stored figures of a batch cannot be read") from None


def _count(figures: Counter[str], decision: Decision, rows: int) -> None:
    figures[f"row_outcome.{decision.row_outcome}"] += rows
    figures[f"outcome.{decision.outcome}"] += rows
    figures[f"match.{decision.verdict}"] += rows
    against = [f for f in decision.findings if f.leads_to is not None]
    for finding in against:
        for code in finding.codes:
            figures[f"because.{finding.element}.{code}"] += rows
    first = next((f for f in against if f.level != "batch" and f.leads_to is decision.row_outcome), None)
    if first is not None:
        figures[f"first.{first.element}.{first.because}"] += rows
    if decision.orders:
        figures["under_orders"] += rows


def _commit(desk: DecideDesk, work: Work, batch: BatchRow) -> bytes:
    """The root over every row's commitment, stored. Refused E_COUNT, with nothing stored, when a row is missing."""

    def hashes() -> Iterator[bytes]:
        count = 0
        name = f"{batch.id}/{SUBTREE}"
        for piece in desk.leaf_hashes(work.row_table(), ROW_WIDTH, desk.salt_key(), name, batch.accepted):
            count += len(piece) // HASH
            yield piece
        if count != batch.accepted:
            raise Refused("E_COUNT", "rows accepted and rows decided differ; nothing is logged")

    # Hashing a million rows takes seconds: an order that comes meanwhile must not wait for the log's turn.
    with desk.grown(hashes()) as grown, desk.store() as store:
        store.keep_subtree(grown, subtree_name(batch.id, grown.root))
    return grown.root


def subtree_name(batch_id: str, root: bytes) -> str:
    """The name under which the commitments of a batch's decisions are stored.

    It carries the root's beginning, so that deciding again after a crash does not meet the tiles of the first try.
    """
    return f"{batch_id}.d{root.hex()[:12]}"


def _log(desk: DecideDesk, bench: Bench, root: bytes) -> int:
    batch, pins = bench.batch, bench.pins
    body: dict[str, Value] = {
        "batch": batch.id,
        "parse_leaf": batch.parse_leaf,
        "subtree": subtree_name(batch.id, root),
        "root": root.hex(),
        "rows": batch.accepted,
        "width": ROW_WIDTH,
        "patterns": desk.rooms.digest(batch.id, PATTERNS),
        "table": desk.rooms.digest(batch.id, "decisions.parquet"),
        "figures": desk.rooms.digest(batch.id, FIGURES),
        "as_of": pins.as_of,
        "known_at": instant(bench.basis.known_at),
        "rulebook": pins.rulebook,
        "agreements": pins.rulebook,
        "practices": pins.rulebook,
        "registers": pins.registers,
        "docket": pins.docket,
        "records": pins.records,
        "match_plan": pins.plan,
        "history": batch.parse_leaf,
        "program": pins.program,
    }
    index = desk.log.append(StageLeaf("decision-batch", instant(desk.clock.now()), body))
    desk.log.publish()
    return index
