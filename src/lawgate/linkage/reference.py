# SPDX-License-Identifier: Apache-2.0
"""The match plan's meaning for one claim: a slow, obviously right scorer that engines are compared with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lawgate.linkage.grammar import Name, NameGrammar, Place
from lawgate.model.decision import Verdict


@dataclass(frozen=True, slots=True)
class Supplied:
    """What a complete claim says: a number (may be empty), a name, a place, a birth date (ISO text, may be empty)."""

    tin: str
    name: Name
    place: Place
    dob: str


@dataclass(frozen=True, slots=True)
class OnFile:
    """One taxpayer in the records, in normal form, with every place and the tax years it was carried."""

    record: int
    tin: str
    name: Name
    dob: str
    places: tuple[tuple[Place, tuple[int, ...]], ...]
    files: bool = True


@dataclass(frozen=True, slots=True)
class Scored:
    """Verdict for one claim. `address_on_file` is None when the building fits but the row names no unit."""

    verdict: Verdict
    record: int
    address_on_file: bool | None


def score(claim: Supplied, records: Sequence[OnFile], names: NameGrammar) -> Scored:
    """Unique only when exactly one taxpayer fits by name and address, and by number where one is given.

    - by address: same first and last name, and the supplied building is (or was) theirs; the unit must be equal, except
      that a claim without a unit *nearly* fits any unit, which never confirms an address;
    - by number: same number, same first and last name, nothing stated that contradicts the record;
    - somebody known only from another's return (a dependent) is never the one meant;
    - anybody else of that name or a near one at that address, a dependent too, makes it ambiguous;
    - a number that fits nobody: none. A near name alone fits nobody.
    """
    at_place = {r.record: _fits(claim, r) for r in records if _same_name(claim.name, r.name)}
    there = {k: v for k, v in at_place.items() if v is not False}
    beside = {r.record for r in records if near(names, claim.name, r.name) and _fits(claim, r) is not False}
    if claim.tin:
        chosen = {r.record for r in records if r.files and r.tin == claim.tin and _same_name(claim.name, r.name)}
    else:
        chosen = set(there) & {r.record for r in records if r.files}
    if chosen and (len(chosen) > 1 or (set(there) | beside) - chosen):
        return Scored(Verdict.AMBIGUOUS, 0, None)
    if not chosen or _contradicts(claim, next(r for r in records if r.record in chosen)):
        return Scored(Verdict.NONE, 0, None)
    (record,) = chosen
    return Scored(Verdict.UNIQUE, record, at_place[record])


def _same_name(a: Name, b: Name) -> bool:
    return a.first == b.first and a.last == b.last and a.first != "" and a.last != ""


def sound(names: NameGrammar, text: str) -> str:
    """A name in letters, its spellings of one sound made equal."""
    for pattern, by in names.sounds:
        text = re.sub(pattern, by, text, flags=re.ASCII)
    return text


def near(names: NameGrammar, a: Name, b: Name) -> bool:
    """Whether two different names could be taken for one another.

    Either the given names begin alike and sound alike, or one is the beginning of the other (a second given name left
    out, a short form, a name cut off), and the family names sound alike, are two surnames in the other order, or one
    begins or ends with the other (a surname left out, a particle, a name cut off); or given and family name have
    changed places.
    """
    if _same_name(a, b) or not (a.first and a.last and b.first and b.last):
        return False
    first, last, other, family = (sound(names, text) for text in (a.first, a.last, b.first, b.last))
    if a.first[: names.begin] == b.first[: names.begin] and (first == other or _longer(names, a.first, b.first)):
        short, long = sorted((last, family), key=len)
        turned = len(last) == len(family) and last in family + family
        return turned or (len(short) >= names.part and (long.startswith(short) or long.endswith(short)))
    return a.last[: names.begin] == b.first[: names.begin] and first == family and last == other


def _longer(names: NameGrammar, one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return names.part <= len(short) <= len(long) - names.part and long.startswith(short)


def _fits(claim: Supplied, record: OnFile) -> bool | None:
    best: bool | None = False
    for place, _ in record.places:
        if place.building == claim.place.building and place.street:
            if place.unit == claim.place.unit:
                return True
            best = None if claim.place.unit == "" else best
    return best


def _contradicts(claim: Supplied, record: OnFile) -> bool:
    pairs = (
        (claim.name.middle, record.name.middle),
        (claim.name.suffix, record.name.suffix),
        (claim.dob, record.dob),
    )
    return any(a and b and a != b for a, b in pairs)
