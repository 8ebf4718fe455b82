# SPDX-License-Identifier: Apache-2.0
"""Decide a batch's patterns again under the orders of now. No row is touched: who is meant and what is shown stays.

Only `outcome` can change. A re-decision that is stricter counts at once for whatever has not left; one that is easier
is written down and opens nothing (docs/decisions/0142).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lawgate.decide.canonical import pattern_record
from lawgate.decide.decide import decide
from lawgate.docket.standing import standing
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.decision import Pattern, Verdict
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.outcome import Outcome
from lawgate.office.adjudicate import FIGURES, PATTERNS, read_figures
from lawgate.office.bench import Bench, DecideDesk, basis_now, orders_over
from lawgate.office.pinned import decision_of, pinned_bench

KIND = "redecision"


@dataclass(frozen=True, slots=True)
class Redecided:
    """What a re-decision came to: rows by outcome before and after, and the leaf (None when nothing changed)."""

    batch: str
    leaf: int | None
    before: Mapping[str, int]
    after: Mapping[str, int]


def redecide(desk: DecideDesk, batch_id: str) -> Redecided:
    """Decide the patterns of a batch again under the orders known now, and log what comes out if it is not the same.

    Refused E_BATCH without a decision in the log, E_MOVED when stored patterns are not those of the log or do not
    come out again; LawgateError when the law they were decided by is not kept.
    """
    index, decision = decision_of(desk, batch_id)
    with desk.rooms.alone(batch_id):
        then = pinned_bench(desk, index)
        lines = stored_lines(desk, then, decision)
        rows = read_figures(intact(desk, batch_id, FIGURES, decision.text("figures"))).rows
        if len(rows) != len(lines):
            raise Refused("E_MOVED", "the stored figures count other patterns than there are")
        docket, known_at = desk.orders.texts(), basis_now(desk, then.basis.as_of).known_at
        now = under(then, docket, known_at, desk.program, desk.lifted(docket, then.registers, known_at))
        made = b"".join(record + b"\n" for record in decided_again(now, lines))
        before = _counted(latest(desk, batch_id, decision)[1], rows)
        leaf = _logged(desk, now, index, made, rows)
    return Redecided(batch_id, leaf, before, _counted(made, rows))


def under(
    bench: Bench,
    docket: Mapping[str, bytes],
    known_at: datetime,
    program: str,
    lifted: frozenset[str] = frozenset(),
) -> Bench:
    """The same bench under another docket: law, registers and records stay those of the decision."""
    stands = standing(docket, known_at, lifted)
    basis = dataclasses.replace(bench.basis, docket=docket, known_at=known_at, program=program)
    pins = dataclasses.replace(bench.pins, docket=stands.digest, program=program)
    return dataclasses.replace(bench, basis=basis, standing=stands, pins=pins)


def decided_again(bench: Bench, lines: Sequence[bytes]) -> Iterator[bytes]:
    """A pattern record for each stored one, in order, under the bench's orders."""
    for line in lines:
        pattern = pattern_in(line)
        decision = decide(bench.provision, pattern, bench.cover.fields, orders_over(bench, pattern))
        yield pattern_record(pattern, decision, bench.pins)


def latest(desk: DecideDesk, batch_id: str, decision: StageLeaf) -> tuple[StageLeaf, bytes]:
    """The newest leaf on a batch's patterns, and their records as it names them: a re-decision, or else the decision.

    Refused E_MOVED when the stored records are not those.
    """
    again = [leaf for _, leaf in desk.log.leaves() if leaf.kind == KIND and leaf.text("batch") == batch_id]
    if not again:
        return decision, intact(desk, batch_id, PATTERNS, decision.text("patterns"))
    return again[-1], intact(desk, batch_id, named(again[-1].text("patterns")), again[-1].text("patterns"))


def held(desk: DecideDesk, batch_id: str) -> Mapping[int, tuple[str, ...]]:
    """Patterns whose latest re-decision grants nothing, by number, each with the orders that cover it.

    Empty when there is no re-decision.
    """
    _, decision = decision_of(desk, batch_id)
    leaf, records = latest(desk, batch_id, decision)
    if leaf.kind != KIND:
        return {}
    found = enumerate(json.loads(line) for line in records.splitlines())
    return {number: tuple(each["orders"]) for number, each in found if not Outcome(each["outcome"]).grants}


def named(digest: str) -> str:
    """The file of a re-decision's records: named by what is in it, so that no crash leaves a half-true name."""
    return f"redecided-{digest}.jsonl"


def stored_lines(desk: DecideDesk, then: Bench, decision: StageLeaf) -> list[bytes]:
    """The stored pattern records of a decision, once each was shown to come out again under the pins of then."""
    lines = intact(desk, then.batch.id, PATTERNS, decision.text("patterns")).splitlines()
    if list(decided_again(then, lines)) != lines:
        raise Refused("E_MOVED", "these patterns are decided otherwise by this program; see `lawgate replay`")
    return lines


def intact(desk: DecideDesk, batch_id: str, name: str, digest: str) -> bytes:
    """A stored file of a batch. Refused E_MOVED when its SHA-256 (hex) is not `digest`."""
    data = desk.rooms.read(batch_id, name)
    if hashlib.sha256(data).hexdigest() != digest:
        raise Refused("E_MOVED", f"batch {batch_id}: {name} is not the file the log names")
    return data


def pattern_in(line: bytes) -> Pattern:
    """The pattern of a stored record. LawgateError when these bytes are no such record."""
    try:
        return pattern_from(json.loads(line))
    except (KeyError, TypeError, ValueError):
        raise LawgateError("a stored pattern cannot be read") from None


def pattern_from(record: Mapping[str, Any]) -> Pattern:
    """The pattern of a record. KeyError, TypeError or ValueError when it is none."""
    return Pattern(record["clauses"], Verdict(record["match"]), tuple(record["years"]))


def _counted(records: bytes, rows: Sequence[int]) -> dict[str, int]:
    made: Counter[str] = Counter()
    for line, count in zip(records.splitlines(), rows, strict=True):
        made[json.loads(line)["outcome"]] += count
    return dict(made)


def _logged(desk: DecideDesk, now: Bench, index: int, made: bytes, rows: Sequence[int]) -> int | None:
    batch, digest = now.batch.id, hashlib.sha256(made).hexdigest()
    newest, _ = latest(desk, batch, dict(desk.log.leaves())[index])
    if newest.text("patterns") == digest:
        return None
    desk.pins.keep(now.pins.docket, now.basis.docket)
    desk.rooms.write(batch, named(digest), made)
    under_orders = [bool(json.loads(line)["orders"]) for line in made.splitlines()]
    body: dict[str, Value] = {
        "batch": batch,
        "decision_leaf": index,
        "patterns": digest,
        "docket": now.pins.docket,
        "known_at": instant(now.basis.known_at),
        "rows": sum(rows),
        "held": sum(count for count, yes in zip(rows, under_orders, strict=True) if yes),
        "program": now.pins.program,
    }
    made_leaf = desk.log.append(StageLeaf(KIND, instant(desk.clock.now()), body))
    desk.log.publish()
    return made_leaf
