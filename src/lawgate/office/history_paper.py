# SPDX-License-Identifier: Apache-2.0
"""The paper two people sign before a list of earlier disclosures is decided again: which list, which law, who, why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import rfc8785

from lawgate.ledger.leaf import instant
from lawgate.ledger.note import Verify
from lawgate.ledger.schema import fits
from lawgate.model.fault import Refused
from lawgate.model.request import Person, Registers
from lawgate.office.custodian import agencies

FORMAT = "lawgate-history-audit-1"
MAX_BYTES = 1 << 16
PEOPLE = 2
LONGEST = 500


@dataclass(frozen=True, slots=True)
class AuditPaper:
    """What is signed: digest of the list (hex), rulebook by name and digest, the instant, the UTC day, two ids, why."""

    list: str
    rulebook: str
    rulebook_digest: str
    as_of: datetime
    day: date
    people: tuple[str, ...]
    reason: str


def list_digest(digests: Mapping[str, str]) -> str:
    """SHA-256 (hex) of a history: of what `sha256sum` prints of its files in byte order of their names."""
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
    return sha256(lines.encode()).hexdigest()


def render(paper: AuditPaper) -> bytes:
    """The canonical JSON (RFC 8785) that both sign."""
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "list": paper.list,
            "rulebook": paper.rulebook,
            "rulebook_digest": paper.rulebook_digest,
            "as_of": instant(paper.as_of),
            "day": paper.day.isoformat(),
            "people": list(paper.people),
            "reason": paper.reason,
        }
    )


def parse(data: bytes) -> AuditPaper:
    """The paper in these bytes. Refused (`audit_form`) unless rendering it again gives the same bytes."""
    try:
        paper = _paper(json.loads(data)) if len(data) <= MAX_BYTES else None
        good = paper is not None and render(paper) == data
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # Any shape but the one that `render` writes ends here; which one does not matter to the answer.
        good, paper = False, None
    if paper is None or not good:
        raise Refused("audit_form", "the paper is not written as `lawgate audit-paper` writes it")
    return paper


def _paper(found: dict[str, Any]) -> AuditPaper:
    people = tuple(found["people"])
    texts = (found["list"], found["rulebook"], found["rulebook_digest"], found["reason"], *people)
    if not all(isinstance(text, str) for text in texts) or not all(fits("id", person) for person in people):
        raise TypeError("not a text, or no id")
    as_of, day = datetime.fromisoformat(found["as_of"]), date.fromisoformat(found["day"])
    return AuditPaper(
        found["list"], found["rulebook"], found["rulebook_digest"], as_of, day, people, why(found["reason"])
    )


def why(text: str) -> str:
    """A reason as it is kept. Refused (`audit_reason`) when it is blank or longer than 500 characters."""
    reason = " ".join(text.split())
    if not reason or len(reason) > LONGEST or not reason.isprintable():
        raise Refused("audit_reason", f"say in 1 to {LONGEST} characters why the list is looked at")
    return reason


def require_two(
    registers: Registers, office: str, day: date, people: Sequence[str], outside: frozenset[str]
) -> tuple[Person, ...]:
    """The two people, who may do this together. Refused (`audit_people`) otherwise.

    Both hold an office, on that day, in the agency of whoever holds `office`; they are two humans, which one key in two
    offices is not, and hold two different offices; neither is one of `outside` (who asked, received or sent).
    """
    found = [registers.people[person] for person in people if person in registers.people]
    own = agencies(registers, office, day)
    held = [{t.office for t in p.holds if t.agency in own and day in t.span} for p in found]
    strange = registers.humans(outside)
    apart = all(person.id.casefold() not in strange for person in found)
    two = len(people) == len(found) == len({p.key for p in found}) == PEOPLE and all(held)
    if not (two and apart and held[0] != held[1] and len(held[0] | held[1]) >= PEOPLE):
        raise Refused(
            "audit_people",
            "two people sign who hold two offices of the custodian today, and neither asked, received or sent",
        )
    return tuple(found)


def require_signed(people: Sequence[Person], paper: bytes, signatures: Sequence[bytes], verify: Verify) -> None:
    """Refused (`audit_signature`) unless each of the people has signed exactly these bytes."""
    for person in people:
        if not any(verify(person.key, paper, signature) for signature in signatures):
            raise Refused("audit_signature", "a signature is missing, or does not hold over these bytes")


def today(now: datetime) -> date:
    """The UTC day of a moment."""
    return now.astimezone(UTC).date()
