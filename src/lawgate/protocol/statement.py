# SPDX-License-Identifier: Apache-2.0
"""What a reviewer signs: which rows they looked at, when, and which of them they accept (docs/spec/review.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import rfc8785

from lawgate.model.fault import Refused

FORMAT = "lawgate-review-1"
VERDICTS = ("accept", "decline")
MAX_BYTES = 1 << 20
_SEEN = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Looked:
    """One row a reviewer looked at, the UTC second, and whether they accept it."""

    row: int
    accepted: bool
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """A review: batch, hash of its decision leaf, who in which office, the UTC day, set commitment, rows in order."""

    batch: str
    decision: str
    reviewer: str
    office: str
    day: date
    set: str
    looked: tuple[Looked, ...]

    @property
    def accepted(self) -> tuple[int, ...]:
        """Numbers of the accepted rows."""
        return tuple(each.row for each in self.looked if each.accepted)


def set_commitment(commitments: Iterable[bytes]) -> str:
    """SHA-256 (hex) over the canonical list of the accepted rows' commitments (32 bytes each), in row order."""
    return sha256(rfc8785.dumps([each.hex() for each in commitments])).hexdigest()


def render(statement: Statement) -> bytes:
    """The canonical JSON (RFC 8785) that the reviewer signs."""
    rows: list[dict[str, str | int]] = [
        {"row": each.row, "verdict": VERDICTS[not each.accepted], "seen_at": each.seen_at.strftime(_SEEN)}
        for each in statement.looked
    ]
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "batch": statement.batch,
            "decision": statement.decision,
            "reviewer": statement.reviewer,
            "office": statement.office,
            "day": statement.day.isoformat(),
            "set": statement.set,
            "rows": rows,
        }
    )


def parse(data: bytes) -> Statement:
    """The statement in these bytes. Refused (`review_form`) unless rendering it again gives the same bytes."""
    try:
        statement = _statement(json.loads(data)) if len(data) <= MAX_BYTES else None
        good = statement is not None and render(statement) == data
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # Any shape but the one that `render` writes ends here; which one does not matter to the answer.
        good, statement = False, None
    if statement is None or not good:
        raise Refused("review_form", "the review is not written as the review printer writes it")
    return statement


def _statement(found: dict[str, Any]) -> Statement:
    return Statement(
        batch=_text(found["batch"]),
        decision=_text(found["decision"]),
        reviewer=_text(found["reviewer"]),
        office=_text(found["office"]),
        day=date.fromisoformat(found["day"]),
        set=_text(found["set"]),
        looked=tuple(_looked(each) for each in found["rows"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _looked(found: dict[str, Any]) -> Looked:
    row = found["row"]
    if isinstance(row, bool) or not isinstance(row, int):
        raise TypeError("not a row number")
    seen = datetime.strptime(found["seen_at"], _SEEN).replace(tzinfo=UTC)
    return Looked(row, VERDICTS.index(found["verdict"]) == 0, seen)
