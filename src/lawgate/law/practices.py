# SPDX-License-Identifier: Apache-2.0
"""Agreements and practices of a rulebook from their TOML tables; what does not carry its form does not load."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from lawgate.law.elements import MISSHAPEN, Doc, what_is_wrong
from lawgate.law.parts import STANDARD
from lawgate.law.spans import span_of
from lawgate.model.fault import Fault, Scope
from lawgate.model.practice import (
    AGREEMENT_PARTS,
    CHANNELS,
    PRACTICE_PARTS,
    Agreement,
    Practice,
    missing,
    too_wide,
)

DIGEST = re.compile("[0-9a-f]{64}")
Made = TypeVar("Made", Practice, Agreement)


def read_practices(docs: Mapping[str, Doc], day: date, faults: list[Fault]) -> tuple[Practice, ...]:
    """The practices in force on `day`, in name order; what cannot be read is a fault."""

    def read(doc: Doc) -> Practice:
        made = practice_of(doc)
        # Looked up only here, where a reading of another shape is a fault of the practice that names it.
        contests = [d for n, d in docs.items() if n.startswith("readings/") and d.get("id") == STANDARD]
        readings = [r for d in contests for r in d["reading"]]
        if made.matching_standard not in [r["id"] for r in readings]:
            raise ValueError(f"`{made.matching_standard}` is no reading of what an address must be")
        return made

    return tuple(_in_force(docs, "practices/", read, day, faults).values())


def read_agreements(docs: Mapping[str, Doc], day: date, faults: list[Fault]) -> dict[str, Agreement]:
    """The agreements in force on `day` by id; what cannot be read is a fault."""
    return _in_force(docs, "agreements/", agreement_of, day, faults)


def _in_force(
    docs: Mapping[str, Doc], folder: str, read: Callable[[Doc], Made], day: date, faults: list[Fault]
) -> dict[str, Made]:
    made: dict[str, Made] = {}
    for name in sorted(n for n in docs if n.startswith(folder)):
        try:
            one = read(docs[name])
            if day in one.span and one.id in made:
                raise ValueError(f"`{one.id}` is in force twice on one day")
            if day in one.span:
                made[one.id] = one
        except MISSHAPEN as wrong:
            faults.append(Fault(Scope.FILE, name, 0, "", "L_PRACTICE", what_is_wrong(wrong)))
    return made


def practice_of(doc: Doc) -> Practice:
    """One practice. ValueError naming the part of its form that is missing, or what makes it too wide."""
    if lost := missing(doc, ("id", *PRACTICE_PARTS)):
        raise ValueError(f"a practice states: {', '.join(lost)}")
    if doc["channel"] not in CHANNELS:
        raise ValueError(f"a channel is one of {', '.join(CHANNELS)}")
    explanation = doc.get("explanation", "")
    if explanation != "" and not DIGEST.fullmatch(explanation):
        raise ValueError("`explanation` is the SHA-256 of the reasons, or empty")
    made = Practice(
        id=doc["id"],
        requester=doc["requester"],
        provision=doc["provision"],
        channel=doc["channel"],
        rows_a_request=_count(doc, "rows_a_request"),
        rows_a_year=_count(doc, "rows_a_year"),
        matching_standard=doc["matching_standard"],
        span=span_of(doc["in_force"], "start", "end"),
        explanation=explanation,
    )
    if wrong := too_wide(made):
        raise ValueError(wrong)
    return made


def agreement_of(doc: Doc) -> Agreement:
    """One agreement. ValueError naming the part of its form that is missing; an empty list never means all."""
    if lost := missing(doc, AGREEMENT_PARTS):
        raise ValueError(f"an agreement states: {', '.join(lost)}")
    lists = {key: _named(doc, key) for key in ("offices", "provisions", "fields")}
    span = span_of(doc["in_force"], "start", "end")
    return Agreement(
        doc["id"],
        doc["title"],
        doc["requester"],
        **lists,
        rows_at_most=_count(doc, "rows_at_most") if "rows_at_most" in doc else None,
        span=span,
        signers=_named(doc, "signers") if "signers" in doc else frozenset(),
    )


def _count(doc: Doc, key: str) -> int:
    if type(doc[key]) is not int or doc[key] < 1:
        raise ValueError(f"`{key}` is a whole number of at least 1")
    return int(doc[key])


def _named(doc: Doc, key: str) -> frozenset[str]:
    found = doc[key]
    if not isinstance(found, list) or not found or any(not isinstance(t, str) or t in ("", "*", "all") for t in found):
        raise ValueError(f"`{key}` lists each one by name")
    return frozenset(found)
