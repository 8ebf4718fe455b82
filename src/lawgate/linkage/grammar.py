# SPDX-License-Identifier: Apache-2.0
"""What the address and name grammar mean.

This is the definition; an engine renders the same data as columns and is held equal to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lawgate.linkage.folding import folded, letters, skeleton, unmasked, zip5
from lawgate.linkage.lexicon import (
    AddressGrammar,
    Fillers,
    NameGrammar,
    read_address_grammar,
    read_name_grammar,
)

__all__ = [
    "AddressGrammar",
    "Name",
    "NameGrammar",
    "Place",
    "facility_of",
    "folded",
    "letters",
    "name_of",
    "place_of",
    "read_address_grammar",
    "read_name_grammar",
    "zip5",
]

DIGITS = "0123456789 "
# Single letters and nothing else: "N / A" and "X X X", but no address.
SINGLES = "^([A-Z] )*[A-Z]( [0-9]+)*$"


@dataclass(frozen=True, slots=True)
class Place:
    """An address in normal form: `building` identifies street, town, state and ZIP; `unit` the home in it."""

    street: str
    unit: str
    building: str
    grade: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name in normal form. `form` is `person`, `blank` or `filler`."""

    first: str
    last: str
    middle: str
    suffix: str
    form: str


@dataclass(frozen=True, slots=True)
class _Town:
    name: str
    region: str
    zip5: str
    place: str
    kind: str
    whole: bool
    filler: bool
    loose: bool  # nothing but a town is said: the street line may name a country


def place_of(g: AddressGrammar, line1: str, line2: str, city: str, state: str, zip_code: str) -> Place:
    """The normal form and completeness grade (A0 absent, A1 city only, A2 partial, A4 complete, A5 facility)."""
    raw = folded(f"{line1} {line2}")
    street, unit = _street(g, raw)
    town = _town(g, city, state, zip_code)
    building = f"{street}|{town.place}"
    grade = _grade(g, raw, f"{line1} {line2}", street, town)
    return Place(street, unit, building, "A5" if grade == "A4" and building in g.facilities else grade)


def facility_of(g: AddressGrammar, place: Place) -> str:
    """The kind of facility an address is at: that of its building in the register, else of the first entry whose words
    fit. `other` when the register has neither, and nothing when the address is not one of a facility.
    """
    if place.grade != "A5":
        return ""
    fits = (kind for kind, words in g.kinds if re.search(words, place.street, re.ASCII))
    return dict(g.kinds_of).get(place.building) or next(fits, "other")


def _street(g: AddressGrammar, raw: str) -> tuple[str, str]:
    words = dict(g.words)
    line = " ".join(words.get(w, w) for w in raw.split(" "))
    for pattern, by in g.rewrites:
        line = re.sub(pattern, by, line, flags=re.ASCII)
    split = re.search(g.unit, line, re.ASCII)
    if split is None:
        return line, ""
    plain, own = split.group(2) or "", split.group(3) or ""
    return split.group(1), (plain + own).replace(" ", "-")


def _town(g: AddressGrammar, city: str, state: str, zip_code: str) -> _Town:
    words, code = dict(g.town_words), letters(state)
    name = " ".join(words.get(w, w) for w in folded(city).split(" "))
    region, digits = dict(g.regions).get(code, code), zip5(zip_code)
    place = f"{name}|{region}|{digits or folded(zip_code)}"
    filler = is_filler(g.fillers, name)
    kinds = () if filler else g.towns
    fit = next(((kind, whole) for kind, whole, p in kinds if re.search(p, place, re.ASCII)), ("us", False))
    loose = re.search(g.abroad[0], place, re.ASCII) is not None
    return _Town(name, region, digits, place, *fit, filler, loose)


def _grade(g: AddressGrammar, raw: str, written: str, street: str, town: _Town) -> str:
    if raw == "":
        nothing = not (town.name or town.region or town.zip5)
        return "A0" if nothing or town.filler else "A1"
    if says_nothing(g.fillers, folded(unmasked(written)) if "?" in raw else raw, street):
        return "A0"
    if goes_on(g.fillers, raw, town.name):
        return "A0"
    kind, whole = town.kind, town.whole
    if town.loose and re.search(g.abroad[1], street, re.ASCII):
        kind, whole = "abroad", True
    grade = next(grade for grade, pattern in dict(g.grades)[kind] if re.search(pattern, street, re.ASCII))
    return "A2" if grade in ("A4", "A5") and not whole else grade


def is_filler(f: Fillers, raw: str) -> bool:
    """Whether a folded line is made of phrases that say there is no address, and of digits, with one phrase at least.

    Digits may touch the ends of a phrase; a word of zeros counts as a phrase.
    """
    words = raw.split(" ")
    # For each place reached between two words: was a phrase among the words before?
    reached: list[set[bool]] = [{False}, *(set() for _ in words)]
    for at, before in enumerate(reached[:-1]):
        if not before:
            continue
        if re.fullmatch("[0-9]+", words[at], re.ASCII):
            reached[at + 1] |= {True} if re.fullmatch("0+", words[at]) else before
        for upto in range(at + 1, min(at + f.longest, len(words)) + 1):
            if _is_phrase(f, words[at:upto]):
                reached[upto].add(True)
    return True in reached[-1]


def _is_phrase(f: Fillers, words: list[str]) -> bool:
    bare = " ".join(words).strip("0123456789")
    return bare in f.phrases or (len(words) == 1 and any(re.fullmatch(s, bare, re.ASCII) for s in f.shapes))


def goes_on(f: Fillers, raw: str, town: str) -> bool:
    """Whether a folded line begins a phrase, and with the town behind it is one. Digits around do not count."""
    return raw.strip(DIGITS) in f.openings and f"{raw} {town}".strip(DIGITS) in f.phrases


def says_nothing(f: Fillers, raw: str, street: str) -> bool:
    """Whether a folded line is a filler or single letters, or a misspelt filler where `street` is no street address."""
    if is_filler(f, raw) or re.search(SINGLES, raw, re.ASCII):
        return True
    said = skeleton(raw)
    if re.search(f.unless, street, re.ASCII):
        return False
    return said in f.skeletons or any(one_slip(said, s) for s in f.long_skeletons)


def one_slip(one: str, other: str) -> bool:
    """Whether two texts are equal but for one sign left out, added, taken for another, or two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) + 1 < len(other):
        return False
    start = next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    a, b = one[start:], other[start:]
    if len(one) < len(other):
        return a == b[1:]
    return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def name_of(g: NameGrammar, first: str, middle: str, last: str, suffix: str) -> Name:
    """The normal form of a name; hyphens, spaces and accents make no difference."""
    given, family = letters(first), letters(last)
    end = folded(suffix).replace(" ", "")
    filler = given in g.fillers or family in g.fillers
    form = "blank" if not (given and family) else "filler" if filler else "person"
    return Name(given, family, letters(middle)[:1], dict(g.suffixes).get(end, end), form)
