# SPDX-License-Identifier: Apache-2.0
"""Hold four counts of one package against each other: manifest, transmitted, received, accounted for.

Not only how many, but which: each sealed record is named by its SHA-256, each account entry by the place of its record
in the package. A difference is an incident: it leaves a leaf `alarm`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import pairwise

import rfc8785

from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.packaged import prepared_manifest
from lawgate.office.reconcile_receipt import KIND as ACK
from lawgate.office.reconcile_receipt import kept_receipt
from lawgate.office.release import Release
from lawgate.office.reports import rooted_people
from lawgate.protocol import manifest as manifests
from lawgate.protocol.statement import parse

ALARM = "reconciliation"
STAGES = ("accounted", "manifest", "transmitted", "received")
NAMED = 20
Indexed = tuple[int, StageLeaf]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two stages that do not agree: how many are missing in the later one, how many are there too many.

    `examples` are up to `NAMED` of them, by the names the stages use; a number that somebody was told has none.
    """

    subject: str
    earlier: str
    later: str
    had: int
    has: int
    missing: int
    extra: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One package, or one hand-out of it: how many each stage has (None: not reached, or nobody said), what differs."""

    package: str
    handout: int | None
    counts: Mapping[str, int | None]
    differences: tuple[Difference, ...]


def compare(subject: str, stages: Sequence[tuple[str, Collection[str] | None]]) -> tuple[Difference, ...]:
    """The differences between each stage and the one before it that was reached; a stage of None is passed over.

    A name that stands twice in one stage is a difference as well: it shows as one too many.
    """
    found: list[Difference] = []
    reached = [(name, list(items)) for name, items in stages if items is not None]
    for (before, had), (after, has) in pairwise(reached):
        missing, extra = sorted({*had} - {*has}), sorted({*has} - {*had})
        twice = len(has) - len({*has})
        if missing or extra or twice:
            names = tuple([*missing, *extra][:NAMED])
            found.append(
                Difference(subject, before, after, len(had), len(has), len(missing), len(extra) + twice, names)
            )
    return tuple(found)


def against_stated(subject: str, counted: int, stated: int) -> tuple[Difference, ...]:
    """A number that somebody was told, held against the number that left."""
    if counted == stated:
        return ()
    short = max(0, counted - stated)
    return (Difference(subject, "transmitted", "stated", counted, stated, short, max(0, stated - counted), ()),)


def reconcile(house: Release, stated: int | None = None) -> tuple[Reconciled, ...]:
    """Every package that was prepared, in log order; one entry for each hand-out of it.

    `stated` is what somebody was told of how many records left in all; it makes an entry of its own, named `stated`.
    """
    leaves = list(house.decide.log.leaves())
    found = [each for at, leaf in leaves if leaf.kind == "prepared" for each in _package(house, leaves, at, leaf)]
    if stated is not None:
        left = sum(leaf.number("rows") for _, leaf in leaves if leaf.kind == "handout")
        found.append(Reconciled("stated", None, {"transmitted": left}, against_stated("stated", left, stated)))
    return tuple(found)


def raise_alarms(house: Release, found: Sequence[Reconciled]) -> tuple[int, ...]:
    """Log an incident for each difference that has none yet; the indexes of the leaves of all of them."""
    decide = house.decide
    known = {
        (leaf.text("subject"), leaf.text("detail")): at
        for at, leaf in decide.log.leaves()
        if leaf.kind == "alarm" and leaf.text("code") == ALARM
    }
    made: list[int] = []
    for each in (difference for one in found for difference in one.differences):
        key = (each.subject, sha256(rfc8785.dumps(asdict(each))).hexdigest())
        if key not in known:
            body: dict[str, Value] = {"code": ALARM, "subject": key[0], "detail": key[1]}
            known[key] = decide.log.append(StageLeaf("alarm", instant(decide.clock.now()), body))
        made.append(known[key])
    if made:
        decide.log.publish()
    return tuple(made)


def _package(house: Release, leaves: Sequence[Indexed], at: int, prepared: StageLeaf) -> Iterator[Reconciled]:
    package = prepared.text("package")
    manifest = prepared_manifest(house.release.packages, prepared)
    sealed = None if manifest is None else [each.sha256 for each in manifest.records]
    accounted = _accounted(house, leaves, prepared, sealed)
    handed: list[tuple[int | None, StageLeaf | None]] = [
        (i, leaf) for i, leaf in leaves if leaf.kind == "handout" and leaf.number("prepared_leaf") == at
    ]
    for index, handout in handed or [(None, None)]:
        sent = None if handout is None else _transmitted(house, prepared, sealed, handout)
        got = None if index is None else _received(house, leaves, prepared.text("batch"), index)
        stages = list(zip(STAGES, (accounted, sealed if sealed is not None else (), sent, got), strict=True))
        counts = {name: None if items is None else len(items) for name, items in stages}
        yield Reconciled(package, index, counts, compare(package, stages))


def _accounted(
    house: Release, leaves: Sequence[Indexed], prepared: StageLeaf, sealed: Sequence[str] | None
) -> list[str]:
    """The sealed records that have an entry: the n-th entry, by row, is that of the n-th record of the manifest.

    An entry beyond the manifest, or of a row that its review did not accept, has a name of its own.
    """
    try:
        rooted_people(house.decide)(prepared, dict(leaves)[prepared.number("decision_leaf")])
        entries = house.decide.rooms.read(prepared.text("batch"), f"{prepared.text('subtree')}.bin")
        accepted = _accepted(house, leaves, prepared)
    except (Refused, KeyError):
        return []
    width = prepared.number("width")
    rows = [int.from_bytes(entries[at : at + 4], "big") for at in range(0, len(entries), width)]
    names = dict(enumerate(sealed or ()))
    return [
        names.get(place, f"entry {place}") if row in accepted else f"row not reviewed, entry {place}"
        for place, row in enumerate(rows)
    ]


def _accepted(house: Release, leaves: Sequence[Indexed], prepared: StageLeaf) -> frozenset[int]:
    for _, leaf in leaves:
        same = leaf.kind == "review" and leaf.text("batch") == prepared.text("batch")
        if same and leaf.text("set") == prepared.text("set"):
            return frozenset(parse(house.decide.rooms.read(leaf.text("batch"), _review(leaf))).accepted)
    return frozenset()


def _review(leaf: StageLeaf) -> str:
    return f"review-{leaf.text('paper')}.json"


def _transmitted(house: Release, prepared: StageLeaf, sealed: Sequence[str] | None, handout: StageLeaf) -> list[str]:
    """The sealed records of the tar that went out; where the leaf counts other rows, the difference has names too."""
    package, rows = prepared.text("package"), handout.number("rows")
    try:
        tar = house.release.packages.tar(package)
        names = [each.name for each in _records(house, tar)]
        found = [sha256(house.release.packages.member(tar, name)).hexdigest() for name in names]
    except LawgateError:
        found = []
    if len(found) == rows or sealed is None:
        return found
    return [*found[:rows], *(f"counted without a record, {n}" for n in range(len(found), rows))]


def _records(house: Release, tar: bytes) -> tuple[manifests.Sealed, ...]:
    return manifests.parse(house.release.packages.member(tar, manifests.NAME)).records


def _received(house: Release, leaves: Sequence[Indexed], batch: str, handout: int) -> list[str] | None:
    """What the latest receipt of a hand-out says; None when there is none. One that is lost is nothing received."""
    papers = [leaf.text("paper") for _, leaf in leaves if leaf.kind == ACK and leaf.number("handout_leaf") == handout]
    if not papers:
        return None
    try:
        return list(kept_receipt(house.decide.rooms, batch, papers[-1]).received)
    except Refused:
        return []
