# SPDX-License-Identifier: Apache-2.0
"""How text is folded before it is compared: accents, case and marks go, and nothing readable disappears.

This is the definition; an engine renders the same constants as columns. Patterns here and in the grammar use only what
RE2 and Python's `re` read alike.
"""

from __future__ import annotations

import re
import unicodedata

# Marks inside a word: apostrophes of all kinds, the okina, a full stop, the middle dot. They go without a trace.
DROPPED = "'’‘`´ʹʻʼ′.·"
# Signs between words that are not ASCII: spaces, hyphens and dashes, quotation marks.
PARTING = "\u00a0\u2002\u2003\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2015\u2212“”„«»…•"
# Latin letters and signs that no accent explains, as they are written where there is no key for them.
SPELLED = {
    "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ŋ": "ng", "Ŋ": "NG", "ħ": "h", "Ħ": "H",
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    "ª": "a", "º": "o", "№": "No ", "½": " 1 2", "¼": " 1 4", "¾": " 3 4", "⅓": " 1 3", "⅔": " 2 3", "⅛": " 1 8",
}  # fmt: skip
KEPT = "[^A-Za-z0-9#?]+"
# A letter or digit of another script is not dropped but becomes a `?`, so that it never disappears from a comparison.
FOREIGN = r"[^\x00-\x7F]+"
BETWEEN_DIGITS = f"([0-9])[{DROPPED}]([0-9])"
VOWELS_AND_SIGNS = "[^B-DF-HJ-NP-TV-XZ]+"
# Signs of other scripts that look like a Latin letter. They are read only to recognise words that say "no address".
LOOK_ALIKE = (
    dict(
        zip(
            "АВЕЅІЈКМНОРСТУХаеіјкорсухѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧονικαρτυ",
            "ABESIJKMHOPCTYXaeijkopcyxsABEZHIKMNOPTYXovikaptu",
            strict=True,
        )
    )
    | {chr(0xFEE0 + c): chr(c) for c in range(0x21, 0x7F)}
    | {"\u3000": " "}
)

_PARTED = dict.fromkeys(map(ord, PARTING), " ")
_DROP = dict.fromkeys(map(ord, DROPPED))
_SPELL = str.maketrans(SPELLED)
_ALIKE = str.maketrans(LOOK_ALIKE)


def _bare(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.translate(_SPELL))
    return "".join(c for c in parts if not unicodedata.category(c).startswith("M")).translate(_PARTED)


def folded(text: str) -> str:
    """Accents off, upper case, apostrophes and full stops dropped, `#` a word, the rest single spaces, trimmed.

    Between two digits an apostrophe or full stop parts them. What is not ASCII after that is a `?`.
    """
    parted = re.sub(BETWEEN_DIGITS, r"\1 \2", _bare(text)).translate(_DROP)
    kept = re.sub(KEPT, " ", re.sub(FOREIGN, "?", parted))
    return re.sub(" +", " ", kept.replace("#", " # ")).strip(" ").upper()


def unmasked(text: str) -> str:
    """The text with letters of other scripts that look Latin, and wide forms, read as the Latin ones."""
    return text.translate(_ALIKE)


def letters(text: str) -> str:
    """Only the letters A to Z of the folded text; nothing when it holds a letter that cannot be folded."""
    made = folded(text)
    return "" if "?" in made else re.sub("[^A-Z]", "", made)


def zip5(text: str) -> str:
    """The first five digits of a ZIP of five or nine digits, else an empty text."""
    hit = re.fullmatch("([0-9]{5})([- ]?[0-9]{4})?", text.strip(" "), re.ASCII)
    return hit.group(1) if hit else ""


def skeleton(raw: str) -> str:
    """The consonants of a folded text, in order: what a slip in a vowel, a digit or a space leaves as it was."""
    return re.sub(VOWELS_AND_SIGNS, "", raw)
