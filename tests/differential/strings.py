# SPDX-License-Identifier: Apache-2.0
"""Addresses and names as people and programs write them, and as nobody should: seeded, made up."""

import unicodedata
from random import Random
from typing import NamedTuple

from differential.batches import addresses
from differential.unusual import unusual
from lawgate.linkage.folding import LOOK_ALIKE


class Written(NamedTuple):
    """The seven texts of an address and a name's four, as a request has them."""

    line1: str
    line2: str
    city: str
    state: str
    zip: str
    first: str
    middle: str
    last: str
    suffix: str


STREETS = (
    "Oak",
    "Pearlyn",
    "St. Mary's",
    "Núñez",
    "O’Hara",
    "Martin Luther King",
    "1st",
    "C O",
    "Unit",
    "North",
    "Box",
    "",
    "and Elm",
)
KINDS = ("Street", "St", "st.", "AVENUE", "Av.", "Blvd", "Place", "", "Road N", "Hwy 7", "Ter West", "Dr NW", "St So")
UNITS = (
    "",
    "",
    "#5",
    "# 5",
    "Apt 5",
    "APT#5",
    "Apt. B-2",
    "Unit # 12",
    "STE 100",
    "Room 4 Bed 2",
    "Flat É",
    "##7",
    "Apt",
)
PLACES = (
    "FAILED TO PROVIDE 90210",
    "NA NA 00000",
    "Don't Care 12345",
    "UNKNOWN ADDRESS",
    "",
    " ",
    "n/a",
    "N.A.",
    "P.O. Box 12",
    "PO BOX 12A",
    "P O Box",
    "POBOX 9",
    "Post Office Box 7",
    "RR 2 Box 15",
    "HC 68 Box 23A",
    "Rural Route 1 Box 1",
    "PSC 3 Box 4120",
    "CMR 450 Box 12",
    "Unit 2050 Box 4190",
    "General Delivery",
    "County Jail",
    "12 Elm St Detention Center",
    "77 State Prison Rd",
    "c/o ICE",
    "5 c/o Smith",
    "90210",
    "12",
    "12-14",
    "12 1/2 Oak St",
    "Oak Street",
    "#",
    "###",
    "Homeless",
    "SAME AS ABOVE",
    "same as above 12 34",
    "X X XX",
    "no sabe",
    "12 Unknown",
    "Unknown 12 Unknown",
    "UNIT UNIT 5",
)
CITIES = ("Hartvale", "St. Loüis", "New  York", "O'Fallon", "", " ", "Ciudad Juárez", "UNKNOWN", "Winston-Salem")
STATES = ("AK", "ak", "N.Y.", "", " ", "Ñ Y", "A1")
ZIPS = (
    "97303",
    "97303-1234",
    "973031234",
    "97303 1234",
    " 97303 ",
    "9730",
    "",
    "97303-",
    "٩٧٣٠٣",
    "97303\n",
    "97303-1234\n",
    "97303x",
)
FIRSTS = (
    "Ana",
    "José",
    "Mary Ann",
    "Jean-Luc",
    "D’Arcy",
    "",
    "UNK",
    "X",
    "Ўла",
    "김",
    "ſam",
    "ﬁn",
    "Kate",
    "Åsa",
    "LNU",
    "xxx",
)
SUFFIXES = ("", "Jr", "JR.", "iii", "Esq", "I.I.", "ＩＩ")
PHRASES = sorted(addresses().fillers.phrases)
ALIKE = {latin: [latin, *(a for a, b in LOOK_ALIKE.items() if b == latin)] for latin in LOOK_ALIKE.values()}
ODD = (
    "'’`´.#-/|&\\%_\"\t\n\r\x1f\u00a0\u2009\u200b\u202e\ufeff\u0301\u0327\u20dd"
    "\u212a\u212b\u1fef\u1ffd\u0340\u037e\u1e9e\ua64e가\U0001d400\U0001f5fa\u0958ﬃ①½ıİſßæøđ"
)


def written(rng: Random) -> Written:
    """One random address and name; about half are as a clerk writes them, the rest get worse."""
    made = [
        _line(rng),
        rng.choice(UNITS) if rng.random() < 0.6 else "",
        rng.choice(CITIES),
        rng.choice(STATES),
        rng.choice(ZIPS),
    ]
    if rng.random() < 0.3:
        made = list(unusual(rng.randrange(1 << 30)))
    elif rng.random() < 0.15:
        made = _filler(rng)
    made += [
        rng.choice(FIRSTS),
        rng.choice(FIRSTS),
        f"{rng.choice(FIRSTS)}{rng.choice(' -')}{rng.choice(FIRSTS)}",
        rng.choice(SUFFIXES),
    ]
    if rng.random() < 0.5:
        at = rng.randrange(len(made))
        made[at] = _worse(rng, made[at])
    if rng.random() < 0.05:
        made[rng.randrange(len(made))] = _any(rng)
    return Written(*made)


def _line(rng: Random) -> str:
    if rng.random() < 0.3:
        return f"{rng.choice(PLACES)} {rng.choice(UNITS)}" if rng.random() < 0.5 else rng.choice(PLACES)
    number = rng.choice((str(rng.randrange(30)), f"{rng.randrange(300)}B", "", "N6W23001", "12-34"))
    return " ".join(p for p in (number, rng.choice(STREETS), rng.choice(KINDS), rng.choice(UNITS)) if p)


def _filler(rng: Random) -> list[str]:
    words = rng.choice(PHRASES).split(" ")
    cut = rng.randrange(len(words) + 1)
    if rng.random() < 0.4:
        words = [_slip(rng, w) for w in words]
    if rng.random() < 0.3:
        words = ["".join(rng.choice(ALIKE.get(c, [c])) for c in w) for w in words]
    one, other = " ".join(words[:cut]), " ".join(words[cut:])
    digits = rng.choice(("", "", " 90210", " 00000", "5"))
    filled = [rng.choice(("", "12 ", "0 ")) + one, other + digits, "", "", ""]
    if rng.random() < 0.5:
        filled = [one, "", other, rng.choice(STATES), rng.choice(ZIPS)]
    return filled


def _slip(rng: Random, word: str) -> str:
    at = rng.randrange(len(word))
    return word[:at] + rng.choice(("", word[at] * 2, "X", word[at : at + 2][::-1])) + word[at + 1 :]


def _worse(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    match rng.randrange(5):
        case 0:
            return text[:at] + rng.choice(ODD) + text[at:]
        case 1:
            return text[:at] + rng.choice("  #.-") * rng.randrange(1, 4) + text[at:]
        case 2:
            return text.swapcase()
        case 3:
            return text[:at] + text[at + 1 :]
        case _:
            return (text + " ") * rng.randrange(2, 30)


def _any(rng: Random) -> str:
    # Characters younger than this Python's tables are left out: intake refuses them, and the database may know them.
    points = [rng.choice((rng.randrange(0x20, 0x7F), rng.randrange(0x20, 0x3000))) for _ in range(rng.randrange(60))]
    return "".join(c for c in map(chr, points) if unicodedata.category(c) != "Cn")
