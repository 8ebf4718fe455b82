# SPDX-License-Identifier: Apache-2.0
"""Address and name grammar: read from data, and what it means.

This is the definition; an engine renders the same data as columns and is held equal to it. Patterns use only what RE2
and Python's `re` read alike over folded text (A-Z, 0-9, # and single spaces).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass

DROPPED = "'’`´."
KEPT = "[^A-Za-z0-9#?]+"
# A letter or digit of another script is not dropped but becomes a `?`, so that it never disappears from a comparison.
FOREIGN = r"[^\x00-\x7F]+"
BETWEEN_DIGITS = "([0-9])[" + DROPPED + "]([0-9])"


@dataclass(frozen=True, slots=True)
class AddressGrammar:
    """Lexicon and ordered patterns of the address grammar, as read from `match/address.toml`."""

    words: tuple[tuple[str, str], ...]
    rewrites: tuple[tuple[str, str], ...]
    unit: str
    filler: str
    grades: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NameGrammar:
    """Fillers and suffixes of the name grammar, as read from `match/names.toml`."""

    fillers: tuple[str, ...]
    suffixes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An address in normal form: `building` identifies street, city, state and ZIP; `unit` the home in it."""

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


def read_address_grammar(text: bytes) -> AddressGrammar:
    """The grammar in `text` (TOML). Raises ValueError, KeyError or re.error when it is not one."""
    doc = tomllib.loads(text.decode())
    phrases = sorted(doc["fillers"]["phrases"], key=lambda p: (-len(p), p))
    if any(folded(p) != p for p in phrases):
        raise ValueError("filler phrases are written in folded form")
    either = "|".join(p for p in phrases if not _composed(p, phrases))
    made = AddressGrammar(
        words=tuple(sorted(doc["words"].items())),
        rewrites=tuple((r["pattern"], r["by"]) for r in doc["rewrite"]),
        unit=doc["unit"]["pattern"],
        filler=f"^([0-9]+ )*({either})( ({either}|[0-9]+))*$",
        grades=tuple((g["grade"], g["pattern"]) for g in doc["grade"]),
    )
    for pattern in (made.unit, made.filler, *(p for p, _ in made.rewrites), *(p for _, p in made.grades)):
        re.compile(pattern, re.ASCII)
    return made


def _composed(phrase: str, phrases: list[str]) -> bool:
    # A phrase made of others adds nothing to what they match together, but every repeat of it would double the ways in
    # which a backtracking matcher tries to read a long line.
    others = "|".join(p for p in phrases if p != phrase)
    return re.fullmatch(f"({others})( ({others}))*", phrase, re.ASCII) is not None


def read_name_grammar(text: bytes) -> NameGrammar:
    """The name grammar in `text` (TOML)."""
    doc = tomllib.loads(text.decode())
    return NameGrammar(tuple(doc["fillers"]), tuple(sorted(doc["suffixes"].items())))


def folded(text: str) -> str:
    """Accents off, upper case, apostrophes and full stops dropped, `#` a word, the rest single spaces, trimmed.

    Between two digits an apostrophe or full stop parts them. What is not ASCII after that is a `?`.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.category(c).startswith("M"))
    parted = re.sub(BETWEEN_DIGITS, r"\1 \2", bare).translate(dict.fromkeys(map(ord, DROPPED)))
    kept = re.sub(KEPT, " ", re.sub(FOREIGN, "?", parted))
    return re.sub(" +", " ", kept.replace("#", " # ")).strip(" ").upper()


def letters(text: str) -> str:
    """Only the letters A to Z of the folded text; nothing when it holds a letter that cannot be folded."""
    made = folded(text)
    return "" if "?" in made else re.sub("[^A-Z]", "", made)


def zip5(text: str) -> str:
    """The first five digits of a ZIP of five or nine digits, else an empty text."""
    hit = re.fullmatch("([0-9]{5})([- ]?[0-9]{4})?", text.strip(" "), re.ASCII)
    return hit.group(1) if hit else ""


def place_of(g: AddressGrammar, line1: str, line2: str, city: str, state: str, zip_code: str) -> Place:
    """The normal form and completeness grade (A0 absent, A1 city only, A2 partial, A4 complete, A5 facility)."""
    words = dict(g.words)
    line = " ".join(words.get(w, w) for w in folded(f"{line1} {line2}").split(" "))
    for pattern, by in g.rewrites:
        line = re.sub(pattern, by, line, flags=re.ASCII)
    split = re.match(g.unit, line, re.ASCII)
    street, unit = (split.group(1), split.group(2).replace(" ", "-")) if split else (line, "")
    town = (folded(city), letters(state), zip5(zip_code))
    building = "|".join((street, *town))
    return Place(street, unit, building, _grade(g, folded(f"{line1} {line2}"), street, town))


def _grade(g: AddressGrammar, raw: str, street: str, town: tuple[str, str, str]) -> str:
    city, state, zip_code = town
    if re.match(g.filler, raw, re.ASCII) or (raw == "" and not (city or state or zip_code)):
        return "A0"
    if raw == "":
        return "A1"
    grade = next(grade for grade, pattern in g.grades if re.search(pattern, street, re.ASCII))
    whole = bool(city and state and zip_code)
    return "A2" if grade in ("A4", "A5") and not whole else grade


def name_of(g: NameGrammar, first: str, middle: str, last: str, suffix: str) -> Name:
    """The normal form of a name; hyphens, spaces and accents make no difference."""
    given, family = letters(first), letters(last)
    end = folded(suffix).replace(" ", "")
    filler = given in g.fillers or family in g.fillers
    form = "blank" if not (given and family) else "filler" if filler else "person"
    return Name(given, family, letters(middle)[:1], dict(g.suffixes).get(end, end), form)
