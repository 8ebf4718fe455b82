# SPDX-License-Identifier: Apache-2.0
"""Prepare a package: each record sealed to an identity of its own, the identities kept, everything accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import rfc8785

from lawgate.authority.approvals import rules_of
from lawgate.authority.look import Evidence, Look, look
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.decision import Grant
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.handout import ReleaseDesk
from lawgate.office.review import Review
from lawgate.ports.release import PARTS, REVIEW, SIGNATURE, Disclosable
from lawgate.protocol import manifest as manifests
from lawgate.protocol.bars import Barred, bars
from lawgate.protocol.manifest import Manifest, Sealed
from lawgate.protocol.statement import set_commitment

FORMAT = "lawgate-record-1"
LATER = frozenset({"prepared_leaf", "contents", "approvals", "notice"})
"""Bars that only a prepared package can pass: approvals and notice are of a package. Every other one counts here."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What every record of the package has in common.

    `agency` asks and receives; `people` are the person ids on its side; `batch_rows` the rows of the whole request;
    `elements` those shown as met for every row of the package.
    """

    package: str
    batch: str
    provision: str
    citation: str
    agency: str
    people: tuple[str, ...]
    recipient_key: str
    purpose: str
    sole_use: bool
    use_terms: str
    return_by: date
    batch_rows: int
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantedRow:
    """One accepted row: numbers and ids, who receives it, its commitment (32 bytes) and what was granted."""

    number: int
    row_id: str
    case_id: str
    recipients: tuple[str, ...]
    commitment: bytes
    grants: frozenset[Grant]


@dataclass(frozen=True, slots=True)
class Accounted:
    """The accounting entries of a package, one for each row, already durable: subtree id, root (hex), rows, width."""

    subtree: str
    root: str
    rows: int
    width: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A package that can be pulled: its manifest and the index of its leaf."""

    manifest: Manifest
    leaf: int


Json = str | bool | list[str]
Fetch = Callable[[tuple[int, ...]], Sequence[Disclosable]]
Account = Callable[[str, tuple[int, ...]], Accounted]


def prepare(
    desk: ReleaseDesk, out: Outgoing, rows: Sequence[GrantedRow], review: Review, fetch: Fetch, account: Account
) -> Prepared:
    """Seal the accepted rows into a package, account for each, and log it.

    `fetch(row numbers)` gives the records; `account(package, row numbers)` writes the accounting entries. Barred with
    every reason that stands against it now; Refused (`review_rows`) when the rows are not those of the review;
    LawgateError when the records are not exactly what was granted: no row more or less, no value that was not granted,
    and no granted one that is gone. Without a leaf `prepared` a package that a crash
    left behind can never be pulled.
    """
    rows = sorted(rows, key=lambda row: row.number)
    numbers = tuple(row.number for row in rows)
    statement = review.statement
    if numbers != statement.accepted or set_commitment(row.commitment for row in rows) != statement.set:
        raise Refused("review_rows", "a package holds exactly the rows its review accepted")
    manifest = _manifest(desk, out, rows, review)
    seen = look(desk.sources, Evidence(manifest, review.paper, review.signature, None, len(rows)), out.recipient_key)
    if found := tuple(bar for bar in bars(seen.facts) if bar.code not in LATER):
        raise Barred(found)
    if manifest.custody > len(desk.keepers):
        raise Refused("E_CUSTODY", "so many people need a second key keeper; this office has none")
    records = _checked(rows, fetch(numbers))
    members, identities = _seal(desk, out, records, manifest.custody, _recipient(seen))
    manifest = replace(manifest, records=tuple(_sealed(name, data) for name, data in members))
    files = [(manifests.NAME, manifests.render(manifest)), *members]
    # Identities first: a package without them is only unusable, the other way round they would be lost.
    for keeper, each in zip(desk.keepers, identities, strict=False):
        keeper.keep(out.package, each)
    beside = {REVIEW: review.paper, SIGNATURE: review.signature, **({PARTS: seen.parts} if seen.parts else {})}
    tar = desk.packages.put(out.package, files, beside)
    leaf = _leaf(desk, manifest, tar, seen, account(out.package, numbers))
    return Prepared(manifest, desk.log.append(leaf))


def _manifest(desk: ReleaseDesk, out: Outgoing, rows: Sequence[GrantedRow], review: Review) -> Manifest:
    grants = {grant for row in rows for grant in row.grants}
    # Without a key in the register this names none, and the look bars.
    key = desk.registers().recipients.get(out.recipient_key)
    return Manifest(
        package=out.package,
        batch=out.batch,
        provision=out.provision,
        purpose=out.purpose,
        agency=out.agency,
        recipient_key=out.recipient_key,
        recipient_text=manifests.text_digest("" if key is None else key.age),
        people=out.people,
        recipients=tuple(sorted({person for row in rows for person in row.recipients})),
        fields=tuple(sorted({grant.field for grant in grants})),
        years=tuple(sorted({grant.year for grant in grants})),
        batch_rows=out.batch_rows,
        set=review.statement.set,
        review=review.digest,
        records=(),
        custody=2 if out.batch_rows >= rules_of(desk.rulebook()).threshold else 1,
        elements=out.elements,
    )


def _checked(rows: Sequence[GrantedRow], records: Sequence[Disclosable]) -> list[Disclosable]:
    """The records in row order. LawgateError unless each row has exactly one, holding all its grants and nothing else.

    A granted year whose value is gone would leave a request that must be answered half answered, and nobody told.
    """
    found = sorted(records, key=lambda record: record.row_number)
    if [record.row_number for record in found] != [row.number for row in rows]:
        raise LawgateError("the records are not those of the accepted rows")
    for row, record in zip(rows, found, strict=True):
        values = {Grant(name, year) for name, years in record.values.items() for year in years}
        same = (record.row_id, record.case_id, record.recipients) == (row.row_id, row.case_id, row.recipients)
        if not same or not values or not values <= row.grants:
            raise LawgateError("a record holds something else than was granted")
        if values != row.grants:
            raise LawgateError(f"a record lacks a value that row {row.number} was granted; nothing was prepared")
    return found


def _seal(
    desk: ReleaseDesk, out: Outgoing, records: Sequence[Disclosable], custody: int, recipient: str
) -> tuple[list[tuple[str, bytes]], list[bytes]]:
    """Sealed records by file name, and for each keeper the text of its identities, each under its record's name.

    Everything is sealed in the kind of the recipient's key.
    With two keepers a record is sealed twice, and the custodian's own keeper has the key of the outer seal.
    """
    members: list[tuple[str, bytes]] = []
    identities: list[list[str]] = [[] for _ in range(custody)]
    ending = desk.sealer.ending(recipient)
    for place, record in enumerate(records, 1):
        name, data = manifests.record_name(place, ending), _payload(out, record)
        for kept in reversed(identities):
            identity = desk.sealer.fresh_for(recipient)
            data = desk.sealer.seal(data, identity.recipient)
            kept.append(f"# {name}\n{identity.secret}\n")
        members.append((name, data))
    return members, ["".join(kept).encode() for kept in identities]


def _recipient(seen: Look) -> str:
    if seen.facts.key is None:
        raise LawgateError("no recipient key after all bars were passed")
    return seen.facts.key.age


def _payload(out: Outgoing, record: Disclosable) -> bytes:
    """One record as the recipient reads it: canonical JSON, what it is for, and only the granted values."""
    values: Mapping[str, Mapping[str, str | Mapping[str, str]]] = {
        name: {str(year): value.reveal() for year, value in years.items()} for name, years in record.values.items()
    }
    text: dict[str, Json] = {
        "format": FORMAT,
        "provision": out.provision,
        "citation": out.citation,
        "batch": out.batch,
        "package": out.package,
        "purpose": out.purpose,
        "sole_use": out.sole_use,
        "use_terms": out.use_terms,
        "return_by": out.return_by.isoformat(),
    }
    text |= {"row_id": record.row_id, "case_id": record.case_id, "recipients": list(record.recipients)}
    return rfc8785.dumps({**text, "values": values})


def _sealed(name: str, data: bytes) -> Sealed:
    return Sealed(name, sha256(data).hexdigest(), len(data))


def _leaf(desk: ReleaseDesk, manifest: Manifest, tar: bytes, seen: Look, kept: Accounted) -> StageLeaf:
    if seen.decision is None or kept.rows != len(manifest.records):
        raise LawgateError("every row of a package has an accounting entry, and the package a decision")
    body: dict[str, Value] = {
        "package": manifest.package,
        "batch": manifest.batch,
        "decision_leaf": seen.decision,
        "subtree": kept.subtree,
        "root": kept.root,
        "rows": kept.rows,
        "width": kept.width,
        "set": manifest.set,
        "ciphertext": sha256(tar).hexdigest(),
        "size": len(tar),
        "recipient": manifest.agency,
        "recipient_key": manifest.recipient_key,
        "recipient_text": manifest.recipient_text,
        **({"parts": sha256(seen.parts).hexdigest()} if seen.parts else {}),
    }
    return StageLeaf("prepared", instant(desk.clock.now()), body)
