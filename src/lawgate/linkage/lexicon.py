# SPDX-License-Identifier: Apache-2.0
"""The address and name grammar as read from data: words, patterns, fillers. What they mean is in `grammar`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawgate.linkage.folding import folded, letters, skeleton

MACRO = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Fillers:
    """What says that there is no address: `phrases` (the `longest` has so many words), `shapes` of one word.

    `pattern` (RE2) fits the same lines as the phrases and shapes do. `skeletons` are the consonants of phrases that are
    recognised misspelt, `long_skeletons` those that may have one slip more, and `slips` (RE2) fits just these. A street
    that fits `unless` is not misspelt. `openings` are the first words of phrases that have more.
    """

    phrases: frozenset[str]
    longest: int
    shapes: tuple[str, ...]
    openings: frozenset[str]
    pattern: str
    skeletons: frozenset[str]
    long_skeletons: tuple[str, ...]
    slips: str
    unless: str


@dataclass(frozen=True, slots=True)
class AddressGrammar:
    """Lexicon and ordered patterns of the address grammar, as read from `match/address.toml`.

    `grades` has, for each kind of place, its patterns in order; `towns` pairs of kind, completeness and pattern.
    `facilities` are normal forms `street|town|state|ZIP` of registered facilities; `kinds` pairs of a kind of facility
    and words in the street line (RE2), `kinds_of` pairs of such a normal form and its kind.
    """

    words: tuple[tuple[str, str], ...]
    town_words: tuple[tuple[str, str], ...]
    regions: tuple[tuple[str, str], ...]
    rewrites: tuple[tuple[str, str], ...]
    unit: str
    fillers: Fillers
    towns: tuple[tuple[str, bool, str], ...]
    abroad: tuple[str, str]
    grades: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    facilities: frozenset[str] = frozenset()
    kinds: tuple[tuple[str, str], ...] = ()
    kinds_of: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NameGrammar:
    """The name grammar, as read from `match/names.toml`.

    `sounds` are rewrites that make spellings of one sound equal; near given names share their first `begin` letters,
    and a part of a family name counts from `part` letters on.
    """

    fillers: tuple[str, ...]
    suffixes: tuple[tuple[str, str], ...]
    begin: int
    part: int
    sounds: tuple[tuple[str, str], ...]


def read_address_grammar(text: bytes, facilities: bytes = b"") -> AddressGrammar:
    """The grammar in `text`, and the register of facilities beside it (both TOML).

    Raises ValueError, KeyError or re.error when it is not one.
    """
    doc = tomllib.loads(text.decode())
    entries = tomllib.loads(facilities.decode()).get("entry", [])
    classes = {name: list(words) for name, words in doc["classes"].items()}
    classes["facility"] += [e["words"] for e in entries if e.get("words")]
    macros = {name: "|".join(words) for name, words in classes.items()}

    def full(pattern: str) -> str:
        made = MACRO.sub(lambda m: macros[m[1]], pattern)
        re.compile(made, re.ASCII)
        return made

    fillers = _fillers(doc["fillers"], doc["misspelt"], full(doc["misspelt"]["unless"]))
    kinds = sorted({kind for g in doc["grade"] for kind in g["in"]})
    grades = {k: tuple((g["grade"], full(g["pattern"])) for g in doc["grade"] if k in g["in"]) for k in kinds}
    made = AddressGrammar(
        words=tuple(sorted(doc["words"].items())),
        town_words=tuple(sorted(doc["town_words"].items())),
        regions=tuple(sorted(doc["regions"].items())),
        rewrites=tuple((full(r["pattern"]), r["by"]) for r in doc["rewrite"]),
        unit=full(doc["unit"]["pattern"]),
        fillers=fillers,
        towns=tuple((t["kind"], t["whole"], full(t["pattern"])) for t in doc["town"]),
        abroad=(full(doc["abroad"]["town"]), full(doc["abroad"]["street"])),
        grades=tuple(grades.items()),
        facilities=frozenset(e["building"] for e in entries if e.get("building")),
        kinds=tuple((e["kind"], full(rf"\b({e['words']})\b")) for e in entries if e.get("words")),
        kinds_of=tuple((e["building"], e["kind"]) for e in entries if e.get("building")),
    )
    _check(made, classes)
    return made


def _check(g: AddressGrammar, classes: Mapping[str, Sequence[str]]) -> None:
    if any(folded(w) != w or " " in w for w, _ in (*g.words, *g.town_words)):
        raise ValueError("words of the lexicon are single words in folded form")
    if any(letters(name) != name for name, _ in g.regions):
        raise ValueError("a state is written in letters only")
    if {code for _, code in g.regions} - {*classes["state"], *classes["island"]}:
        raise ValueError("the code of a state is none of those in the classes")
    if {kind for kind, _, _ in g.towns} - dict(g.grades).keys():
        raise ValueError("a kind of place has no grades")
    if any(patterns[-1][1] != "." for _, patterns in g.grades):
        raise ValueError("the last grade of a kind of place fits every line")
    if any(b.count("|") != 3 for b in g.facilities):
        raise ValueError("a building is street|town|state|ZIP in normal form")


def _fillers(doc: Mapping[str, Any], misspelt: Mapping[str, Any], unless: str) -> Fillers:
    shapes = tuple(doc["shapes"])
    phrases = sorted({p for words in doc.values() if isinstance(words, list) for p in words} - set(shapes))
    if any(folded(p) != p or not p for p in phrases):
        raise ValueError("filler phrases are written in folded form")
    known = frozenset(phrases)
    simple = [p for p in phrases if not _composed(p.split(" "), known - {p})]
    one = f"[0-9]*(?:{'|'.join((*simple, *shapes))})[0-9]*|0+"
    bones = frozenset(s for p in phrases if len(s := skeleton(p)) >= misspelt["consonants"])
    long = tuple(sorted(s for s in bones if len(s) >= misspelt["consonants_of_long"]))
    words = [p.split(" ") for p in phrases]
    return Fillers(
        phrases=known,
        longest=max(map(len, words)),
        shapes=shapes,
        openings=frozenset(" ".join(w[:k]) for w in words for k in range(1, len(w))),
        pattern=f"^(?:[0-9]+ )*(?:{one})(?: (?:{one}|[0-9]+))*$",
        skeletons=bones,
        long_skeletons=long,
        unless=unless,
        slips=f"^(?:{'|'.join(map(_slips, long))})$",
    )


def _composed(words: Sequence[str], known: frozenset[str]) -> bool:
    # A phrase made of others adds nothing to what they match together.
    return not words or any(
        " ".join(words[:k]) in known and _composed(words[k:], known) for k in range(1, len(words) + 1)
    )


def _slips(text: str) -> str:
    # A pattern for the text with at most one sign left out, added, taken for another, or two neighbours swapped.
    if text == "":
        return ".?"
    swapped = f"|{text[1]}{text[0]}{text[2:]}" if len(text) > 1 else ""
    return f"(?:{text[0]}{_slips(text[1:])}|.{text}|.?{text[1:]}{swapped})"


def read_name_grammar(text: bytes) -> NameGrammar:
    """The name grammar in `text` (TOML). Raises KeyError or ValueError when it is not one."""
    doc = tomllib.loads(text.decode())
    near = doc["near"]
    sounds = tuple((s["pattern"], s["by"]) for s in near["sound"])
    made = NameGrammar(
        tuple(doc["fillers"]), tuple(sorted(doc["suffixes"].items())), int(near["begin"]), int(near["part"]), sounds
    )
    if any(letters(w) != w for w in made.fillers):
        raise ValueError("fillers are written in letters only")
    if made.begin < 1 or made.part < 1:
        raise ValueError("near names share at least one letter")
    for pattern, _ in sounds:
        re.compile(pattern, re.ASCII)
    return made
