# SPDX-License-Identifier: Apache-2.0
"""The canonical bytes of a decision: what replays to the same bytes.

A *pattern record* is RFC 8785 JSON. The *row table* is fixed width: row number (4 bytes, big endian), SHA-256 of the
claim as sent (32), SHA-256 of the pattern record (32), record handle or zero (8).
"""

from __future__ import annotations

import dataclasses
import hashlib

import rfc8785

from lawgate.model.decision import Decision, Pattern, Pins

ROW_WIDTH = 4 + 32 + 32 + 8
TAG = b"lawgate-pattern-v1\0"


def row_bytes(number: int, claim: bytes, pattern: bytes, record: int) -> bytes:
    """One row of the row table."""
    return number.to_bytes(4, "big") + claim + pattern + record.to_bytes(8, "big")


def pattern_record(pattern: Pattern, decision: Decision, pins: Pins) -> bytes:
    """The pattern, its decision and the pins as RFC 8785 JSON."""
    return rfc8785.dumps(
        {
            "v": 1,
            "clauses": pattern.clauses,
            "match": str(pattern.verdict),
            "row_outcome": str(decision.row_outcome),
            "outcome": str(decision.outcome),
            "findings": [
                [
                    f.element,
                    f.level,
                    str(f.status),
                    f.because,
                    str(f.leads_to or ""),
                    *f.also,
                    *(f"?{code}" for code in f.open),
                ]
                for f in decision.findings
            ],
            "orders": list(decision.orders),
            "grants": [[g.field, g.year] for g in decision.grants],
            "years": list(pattern.years),
            "pins": dataclasses.asdict(pins),
        }
    )


def pattern_digest(record: bytes) -> bytes:
    """SHA-256 of a pattern record under its own tag (32 bytes)."""
    return hashlib.sha256(TAG + record).digest()
