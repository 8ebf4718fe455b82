# SPDX-License-Identifier: Apache-2.0
"""Show a reviewer one row: what the request says of it and what was found. A value only after a leaf says who read it.

Nothing of a record is shown: what the custodian has on file is no part of what a reviewer judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256

import rfc8785

from lawgate.authority.people import apart
from lawgate.ledger.commit import salts
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import Refused
from lawgate.office.explain import Explained, explain
from lawgate.office.release import Release, to_review
from lawgate.ports.claims import SentRow

FORMAT = "lawgate-read-1"
KIND = "audit-read"
NUMBER = "tin"
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Said:
    """One column of the request: `case` or `row`, its name, whether anything stands in it, and its text.

    `text` is empty unless it was revealed.
    """

    part: str
    column: str
    given: bool
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as its reviewer sees it: the letter, the columns as sent, and the leaf of the reading (None: masked)."""

    explained: Explained
    n: int
    line: int
    case_line: int
    said: tuple[Said, ...]
    leaf: int | None


def show(house: Release, batch_id: str, n: int, reader: str, reveal: str | None = None) -> Shown:
    """Row number `n` of a decided batch for `reader`, masked; with its values when `reveal` gives the reason.

    The reason, reader and row are kept in the batch's room and a leaf `audit-read` names them by digest, before any
    value is returned. The taxpayer number is never among them. Refused E_BATCH or E_ROW when there is no such row,
    E_READER when the reader does not hold the reviewing office today or belongs to the asking side, E_REVEAL for a
    reason that is blank or too long, E_MOVED when stored files are not those of the log.
    """
    batch = to_review(house, batch_id, [n])
    _may_read(house, reader, batch.asking)
    reason = None if reveal is None else _reason(reveal)
    room = house.decide.rooms.path(batch_id)
    found = explain(house.decide, batch_id, house.decide.engine.rows(room, [n])[0].row_id)
    sent = house.decide.claims.row(room, n)
    leaf = None if reason is None else _note(house, batch_id, n, reader, reason)
    return Shown(found, n, sent.line, sent.case_line, tuple(_said(sent, revealed=leaf is not None)), leaf)


def _may_read(house: Release, reader: str, asking: frozenset[str]) -> None:
    registers, today = house.review.registers(), house.decide.clock.now().astimezone(UTC).date()
    person = registers.people.get(reader)
    if person is None or person.holds_on(house.review.office, today) is None or not apart(registers, reader, asking):
        raise Refused("E_READER", "a row is shown to whoever holds the reviewing office today, and never to who asks")


def _reason(text: str) -> str:
    """The reason as it is kept."""
    reason = " ".join(text.split())
    if not reason or len(reason) > LONGEST:
        raise Refused("E_REVEAL", f"say why you look at the values, in 1 to {LONGEST} characters")
    return reason


def _note(house: Release, batch: str, n: int, reader: str, reason: str) -> int:
    """Keep who reads what and why, then log it; the index of the leaf.

    The paper has a salt: from its digest alone nobody can try out which row was read, which would tell what grants.
    """
    decide = house.decide
    with decide.rooms.alone(batch):
        earlier = sum(leaf.kind == KIND and leaf.text("batch") == batch for _, leaf in decide.log.leaves())
        at = instant(decide.clock.now())
        text: dict[str, str | int] = {
            "format": FORMAT,
            "batch": batch,
            "row": n,
            "person": reader,
            "reason": reason,
            "at": at,
        }
        paper = rfc8785.dumps({**text, "salt": salts(decide.salt_key(), f"{batch}/read", earlier, 1).hex()})
        digest = sha256(paper).hexdigest()
        decide.rooms.write(batch, read_name(digest), paper)
        body: dict[str, Value] = {
            "person": reader,
            "batch": batch,
            "scope": "row",
            "reason": "review",
            "rows": 1,
            "paper": digest,
        }
        return decide.log.append(StageLeaf(KIND, at, body))


def read_name(paper: str) -> str:
    """The name under which the paper of a reading is kept in its batch's room: by its SHA-256 (hex)."""
    return f"read-{paper}.json"


def _said(sent: SentRow, *, revealed: bool) -> Iterator[Said]:
    for part, texts in (("case", sent.case), ("row", sent.row)):
        for column, kept in texts.items():
            text = kept.reveal()
            yield Said(part, column, bool(text), text if revealed and column != NUMBER else "")
