# SPDX-License-Identifier: Apache-2.0
"""The words the lab makes people and places from: given names, surnames, streets, towns. They are in words.toml.

Given names and the head of the surname list are ordinary names of many origins, drawn independently of each other;
the tail of the surnames and every street and town are put together from syllables. Nobody is meant.
"""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np

from lawgate_lab.seeds import Array, stream

REGIONS = (
    "CT MA ME NH NJ RI VT",
    "DE NY PA",
    "MD NC SC VA WV DC",
    "AL FL GA MS TN",
    "IN KY MI OH",
    "IA MN MT ND SD WI",
    "IL KS MO NE",
    "AR LA OK TX",
    "AZ CO ID NM NV UT WY",
    "AK CA HI OR WA",
)
SUFFIXES = ("", "Jr", "Sr", "II", "III")
_SPECIAL = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE"})


def fold(text: str) -> str:
    """Upper-case ASCII letters only: no accents, spaces, hyphens or apostrophes. The coarsest equality of names."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return "".join(letter for letter in plain.upper() if "A" <= letter <= "Z")


def unaccented(text: str) -> str:
    """The text with its accents lost and everything else kept."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def fold_ids(words: list[str]) -> Array:
    """One number per word, equal for words that fold to the same letters. Shape: (len(words),)."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(fold(word), len(seen)) for word in words], dtype=np.int64)


@dataclass(frozen=True)
class Lexicon:
    """Every word list a world is coded against; a code is an index into one of these lists.

    A surname code is `a` (one surname of `family`), or `a + S * (b + 1)` for "a b", or `a + S * (S + b + 1)` for "a-b",
    where S is the length of `family`. `streets[0]` and `units[0]` are empty. `places` are (city, state, zip).
    A house or box number stands for itself, unless `numbers` lists their texts; 0 always means a missing number.
    """

    given: list[str]
    family: list[str]
    middles: list[str]
    streets: list[str]
    units: list[str]
    places: list[tuple[str, str, str]]
    numbers: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _words() -> dict[str, list[str]]:
    listed = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return {key: text.split() for key, text in listed.items()}


def _places(count: int) -> list[tuple[str, str, str]]:
    rng = stream(0, "places")
    words = _words()
    towns = [a + b for a, b in product(words["town"], words["town_end"])]
    zips = rng.permutation(np.arange(10_000))
    made: list[tuple[str, str, str]] = []
    serial = 0
    while len(made) < count:
        town = towns[serial % len(towns)]
        region = int(rng.integers(10))
        states = REGIONS[region].split()
        state = states[int(rng.integers(len(states)))]
        for _ in range(int(rng.integers(1, 4))):  # a town has one to three ZIP codes, each of one town only
            made.append((town, state, f"{region}{int(zips[len(made)]):04d}"))
        serial += 1
    return made[:count]


def _family() -> list[str]:
    words = _words()
    spaced = {"De", "Del", "San", "Van", "Von"}
    listed = [w.replace("-", " ") if w.split("-")[0] in spaced else w for w in words["family"]]
    tail = [a + b + c for a, b, c in product(words["family_begin"], words["family_middle"], words["family_end"])]
    order = stream(0, "family").permutation(len(tail))[:5400]
    return list(dict.fromkeys(listed + [tail[i] for i in order]))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The word lists of the generator, the same for every seed: some 400 given names and 5,800 surnames."""
    words = _words()
    kinds = words["street_kind"]
    stems = [a + b for a, b in product(words["street"], words["street_end"])]
    streets = [""] + [f"{stem} {kinds[(i * 7 + k * 5) % len(kinds)]}" for i, stem in enumerate(stems) for k in (0, 1)]
    middles = ["", *"ABCDEFGHIJKLMNOPRSTVWY", "Lee", "Ann", "María", "José", "del Carmen", "Marie", "Alan", "Ngọc"]
    units = ["", *(f"Apt {n}" for n in range(1, 61)), *(f"Unit {n}" for n in range(1, 61))]
    return Lexicon(list(dict.fromkeys(words["given"])), _family(), middles, streets, units, _places(2000))
