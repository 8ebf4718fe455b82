# SPDX-License-Identifier: Apache-2.0
"""From a decided batch to a reviewed, prepared package: what review and prepare need, gathered from the rooms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from lawgate.decide.canonical import ROW_WIDTH, pattern_digest, row_bytes
from lawgate.decide.find import holds
from lawgate.ledger.commit import Opening, commit, salts, verify_row
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import leaf_hash
from lawgate.model.decision import Grant
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.adjudicate import SUBTREE
from lawgate.office.bench import Bench, DecideDesk, bench_at, read_bench, shown_elements
from lawgate.office.handout import ReleaseDesk
from lawgate.office.pinned import decision_of
from lawgate.office.prepare import Accounted, GrantedRow, Outgoing, Prepared, prepare
from lawgate.office.redecide import held, pattern_from
from lawgate.office.review import Review, ReviewDesk, ToReview, paper, take_review
from lawgate.office.stored import require_unchanged, review_stem
from lawgate.ports.cases import BatchRow, PackageRow
from lawgate.ports.engine import RowView
from lawgate.ports.release import Disclosable
from lawgate.protocol.statement import Looked, parse

ACCOUNTING = "acc"
RETURN_DAYS = 90


@dataclass(frozen=True, slots=True)
class Release:
    """The desks that reviewing and preparing need together. `use_terms` stands in every record that leaves."""

    decide: DecideDesk
    review: ReviewDesk
    release: ReleaseDesk
    use_terms: str


def to_review(house: Release, batch_id: str, numbers: Sequence[int]) -> ToReview:
    """These rows of a decided batch as their reviewer meets them. LawgateError when the log does not hold them."""
    batch, leaf = _decided(house, batch_id)
    views = house.decide.engine.rows(house.decide.rooms.path(batch_id), numbers)
    bench = read_bench(house.decide, batch)
    return ToReview(
        batch_id,
        leaf_hash(leaf.render()).hex(),
        {v.n: _opened(house, batch, leaf, v).commitment for v in views},
        _granting(house.decide, batch_id, views),
        bench.people(),
        datetime.fromisoformat(leaf.at),
    )


def review_paper(house: Release, batch_id: str, reviewer: str, looked: Sequence[Looked]) -> bytes:
    """The bytes the reviewer signs for the rows they looked at."""
    return paper(to_review(house, batch_id, [each.row for each in looked]), house.review.office, reviewer, looked)


def to_look_at(house: Release, batch_id: str, limit: int) -> Sequence[RowView]:
    """The first `limit` rows of a decided batch whose outcome grants, by number.

    Refused E_BATCH when there is no such batch, E_MOVED when stored files are not those of the log.
    """
    _decided(house, batch_id)
    return house.decide.engine.granted(house.decide.rooms.path(batch_id), limit)


def hand_in_review(house: Release, batch_id: str, signed: bytes, signature: bytes) -> Review:
    """Check and log a signed review, and keep it in the batch's room."""
    _is_decided(house.decide, batch_id)
    with house.decide.rooms.alone(batch_id):
        return _take(house, batch_id, signed, signature)


def _take(house: Release, batch_id: str, signed: bytes, signature: bytes) -> Review:
    looked = [each.row for each in parse(signed).looked]
    earlier = _reviews(house, batch_id)
    papers = [each for each, _, _ in earlier]

    def keep(paper: bytes, its_signature: bytes) -> None:
        stem = review_stem(hashlib.sha256(paper).hexdigest())
        house.decide.rooms.write(batch_id, f"{stem}.sig", its_signature)
        house.decide.rooms.write(batch_id, f"{stem}.json", paper)

    return take_review(house.review, to_review(house, batch_id, looked), signed, signature, papers, keep)


def prepare_package(house: Release, batch_id: str, review: int | None = None) -> Prepared:
    """Seal the rows that one review of the batch accepted into a package. Barred with every reason against it.

    The review is the oldest one with accepted rows that are in no package, or the one whose leaf is `review`. Refused
    `review_missing` when there is no such review, `review_empty` when it accepted nothing, E_PACKAGED when its rows, or
    those of every review, are in a package.
    """
    _is_decided(house.decide, batch_id)
    with house.decide.rooms.alone(batch_id):
        return _prepare(house, batch_id, review)


def _prepare(house: Release, batch_id: str, wanted: int | None) -> Prepared:
    batch, decision = _decided(house, batch_id)
    number, review = _to_pack(house, batch_id, wanted)
    bench = read_bench(house.decide, batch)
    _unmoved(bench, decision)
    _holds_today(house.decide, batch)
    numbers = review.statement.accepted
    views = house.decide.engine.rows(house.decide.rooms.path(batch_id), numbers)
    rows = _granted_rows(house, batch, views)
    out = replace(
        _outgoing(house, bench, _free_id(house, f"{batch_id}-p{number:02d}")),
        elements=_shown(house.decide, bench, views),
    )
    made = prepare(
        house.release,
        out,
        rows,
        review,
        lambda wanted: _fetch(house, bench, {v.n: v.record for v in views}, [r for r in rows if r.number in wanted]),
        lambda package, wanted: _account(house, batch_id, package, [v for v in views if v.n in wanted]),
    )
    house.decide.cases.add_package(PackageRow(out.package, batch_id, len(rows), made.leaf))
    return made


def _to_pack(house: Release, batch_id: str, wanted: int | None) -> tuple[int, Review]:
    """The review to make a package of, and its number among the batch's reviews, from 1."""
    packed = _packed(house, batch_id)
    every = [(n, Review(*each)) for n, each in enumerate(_reviews(house, batch_id), 1)]
    chosen = [(n, each) for n, each in every if wanted in (None, each.leaf)]
    if not chosen:
        raise Refused("review_missing", "there is no such review of this batch; have rows reviewed first")
    accepted = [(n, each) for n, each in chosen if each.statement.accepted]
    if not accepted:
        raise Refused("review_empty", "no row was accepted, so there is nothing to make a package of")
    for n, each in accepted:
        if each.statement.set not in packed:
            return n, each
    names = sorted({packed[each.statement.set] for _, each in accepted})
    raise Refused("E_PACKAGED", f"the accepted rows are in package {', '.join(names)} already")


def _packed(house: Release, batch_id: str) -> dict[str, str]:
    """Package by set commitment, as the log has them; the case store is brought up to the log first."""
    known = {p.id for p in house.decide.cases.packages(batch_id)}
    found: dict[str, str] = {}
    for index, leaf in house.decide.log.leaves():
        if leaf.kind == "prepared" and leaf.text("batch") == batch_id:
            package = leaf.text("package")
            found[leaf.text("set")] = package
            if package not in known:
                house.decide.cases.add_package(PackageRow(package, batch_id, leaf.number("rows"), index))
    return found


def _free_id(house: Release, package: str) -> str:
    """The package's id, or the next one when a crash left keys behind under it: those can never be handed out."""
    for attempt in range(1, 10):
        name = package if attempt == 1 else f"{package}.{attempt}"
        if not any(keeper.keeps(name) for keeper in house.release.keepers):
            return name
    raise LawgateError(f"too many unfinished packages of {package}; see what keeps them from being prepared")


def _granting(desk: DecideDesk, batch_id: str, views: Sequence[RowView]) -> frozenset[int]:
    """Numbers of the rows that the decision grants and no re-decision holds."""
    stopped = held(desk, batch_id)
    return frozenset(v.n for v in views if v.pattern not in stopped and grants_of(desk, batch_id, v))


def grants_of(desk: DecideDesk, batch_id: str, view: RowView) -> frozenset[Grant]:
    """What the settled decision of a row grants; empty unless its outcome grants."""
    record = pattern_of(desk, batch_id, view)
    if record["outcome"] not in ("REQUIRE", "PERMIT"):
        return frozenset()
    return frozenset(Grant(field, year) for field, year in record["grants"])


def pattern_of(desk: DecideDesk, batch_id: str, view: RowView) -> dict[str, Any]:
    """The pattern record of a settled row, read from `patterns.jsonl`."""
    lines = desk.rooms.read(batch_id, "patterns.jsonl").split(b"\n")
    line = lines[view.pattern] if view.pattern < len(lines) else b""
    if pattern_digest(line) != view.pattern_digest:
        raise LawgateError(f"the pattern of row {view.n} of {batch_id} is not the one that was decided")
    found: dict[str, Any] = json.loads(line)
    return found


def _is_decided(desk: DecideDesk, batch_id: str) -> BatchRow:
    batch = desk.cases.batch(batch_id)
    if batch is None or batch.state != "decided":
        raise Refused("E_BATCH", "there is no decided batch of that id")
    return batch


def _decided(house: Release, batch_id: str) -> tuple[BatchRow, StageLeaf]:
    batch = _is_decided(house.decide, batch_id)
    leaves = dict(house.decide.log.leaves())
    require_unchanged(house.decide.rooms, leaves, leaves[batch.decision_leaf])
    return batch, leaves[batch.decision_leaf]


def _opened(house: Release, batch: BatchRow, leaf: StageLeaf, view: RowView) -> Opening:
    """The row's opening, after its place in the logged subtree was shown."""
    row = row_bytes(view.n, view.claim_digest, view.pattern_digest, view.record)
    opening = Opening(view.n, salts(house.decide.salt_key(), f"{batch.id}/{SUBTREE}", view.n, 1), row)
    size, root = leaf.number("rows"), bytes.fromhex(leaf.text("root"))
    with house.decide.store() as store:
        path = store.prove_row(leaf.text("subtree"), view.n, size)
    if not verify_row(root, size, opening, path):
        raise LawgateError(f"row {view.n} of {batch.id} is not the one the log holds")
    return opening


def _reviews(house: Release, batch_id: str) -> list[tuple[bytes, bytes, int]]:
    """Every review of the batch so far: paper, signature, leaf; in log order."""
    rooms, made = house.decide.rooms, []
    logged = [
        (index, leaf)
        for index, leaf in house.decide.log.leaves()
        if leaf.kind == "review" and leaf.text("batch") == batch_id
    ]
    for index, leaf in logged:
        stem = review_stem(leaf.text("paper"))
        signed, signature = rooms.read(batch_id, f"{stem}.json"), rooms.read(batch_id, f"{stem}.sig")
        if hashlib.sha256(signed).hexdigest() != leaf.text("paper"):
            raise LawgateError("a stored review is not the one the log holds")
        made.append((signed, signature, index))
    return made


def _unmoved(bench: Bench, decision: StageLeaf) -> None:
    """Refused when law, match plan or records are not those that were decided on."""
    pins = {"rulebook": bench.pins.rulebook, "match_plan": bench.pins.plan, "records": bench.pins.records}
    if moved := [name for name, digest in pins.items() if decision.text(name) != digest]:
        raise Refused("E_MOVED", f"changed since the decision: {', '.join(moved)}; the request has to be decided anew")


def _holds_today(desk: DecideDesk, batch: BatchRow) -> None:
    """Refused when the request as a whole would not pass under the law and the registers of today."""
    today = bench_at(desk, batch, desk.clock.now())
    if today.provision is None or not holds(today.provision, today.plan.facts):
        raise Refused("E_TODAY", "under today's law and registers the request as a whole does not hold any more")


def still_holds(desk: DecideDesk, batch_id: str) -> bool | None:
    """Whether a decided request may still be answered as decided; None, which bars, when that cannot be told.

    Law, match plan and records have to be those of the decision, and the request as a whole has to hold under the law
    and registers of today.
    """
    try:
        batch, leaf = _is_decided(desk, batch_id), decision_of(desk, batch_id)[1]
        _unmoved(read_bench(desk, batch), leaf)
        _holds_today(desk, batch)
    except Refused as refused:
        return False if refused.code in ("E_MOVED", "E_TODAY") else None
    except LawgateError:
        return None
    return True


def _granted_rows(house: Release, batch: BatchRow, views: Sequence[RowView]) -> list[GrantedRow]:
    _, leaf = _decided(house, batch.id)
    stopped = held(house.decide, batch.id)
    if orders := sorted({order for view in views for order in stopped.get(view.pattern, ())}):
        raise Refused("E_HELD", f"rows of this review are held since they were decided: {', '.join(orders)}")
    cases = house.decide.engine.cases(house.decide.rooms.path(batch.id), [v.n for v in views])
    return [
        GrantedRow(
            v.n,
            v.row_id,
            c.case_id,
            c.recipients,
            _opened(house, batch, leaf, v).commitment,
            grants_of(house.decide, batch.id, v),
        )
        for v, c in zip(views, cases, strict=True)
    ]


def _outgoing(house: Release, bench: Bench, package: str) -> Outgoing:
    cover = bench.cover
    if bench.provision is None:
        raise LawgateError("no provision is in force for a package")
    today: date = house.decide.clock.now().date()
    return Outgoing(
        package=package,
        batch=bench.batch.id,
        provision=cover.provision,
        citation=bench.provision.citation,
        agency=cover.agency,
        # Of the whole batch and with every id they have, as when it was decided: orders bind all of them.
        people=tuple(sorted(bench.people())),
        recipient_key=cover.recipient_key,
        purpose=cover.purpose,
        sole_use=cover.sole_use,
        use_terms=house.use_terms,
        return_by=today + timedelta(days=RETURN_DAYS),
        batch_rows=bench.batch.sent,
    )


def _shown(desk: DecideDesk, bench: Bench, views: Sequence[RowView]) -> tuple[str, ...]:
    """Ids of the elements that are shown as met for each of these rows."""
    records = [pattern_of(desk, bench.batch.id, view) for view in views]
    shown = [shown_elements(bench.provision, pattern_from(record)) for record in records]
    return tuple(sorted(frozenset.intersection(*shown))) if shown else ()


def _fetch(house: Release, bench: Bench, records: Mapping[int, int], rows: Sequence[GrantedRow]) -> list[Disclosable]:
    """The granted values of the rows, asked of the records by their complete claims once more."""
    desk, room = house.decide, house.decide.rooms.path(bench.batch.id)
    claims = desk.engine.claims(room, [r.number for r in rows], bench.plan)
    fields = sorted({g.field for r in rows for g in r.grants})
    answer = desk.records.at(bench.pins.records, bench.cover.signed_on).candidates(claims, tuple(fields))
    found = {field: desk.engine.values(answer, records, field) for field in fields}
    made = []
    for r in rows:
        values = {
            field: {y: v for y, v in found[field].get(r.number, {}).items() if Grant(field, y) in r.grants}
            for field in fields
        }
        made.append(Disclosable(r.number, r.row_id, r.case_id, r.recipients, values))
    return made


def _account(house: Release, batch_id: str, package: str, views: Sequence[RowView]) -> Accounted:
    """One accounting entry a row, durable before this returns: claim, decision, record, in a subtree of its own."""
    entries = b"".join(row_bytes(v.n, v.claim_digest, v.pattern_digest, v.record) for v in views)
    name = f"{package}.{ACCOUNTING}"
    house.decide.rooms.write(batch_id, f"{name}.bin", entries)
    made = commit(entries, ROW_WIDTH, house.decide.salt_key(), f"{package}/{ACCOUNTING}")
    with house.decide.store() as store:
        store.put_subtree([made.leaf_hashes], lambda _: name)
    return Accounted(name, made.root.hex(), made.count, ROW_WIDTH)
