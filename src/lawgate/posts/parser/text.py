# SPDX-License-Identifier: Apache-2.0
"""Characters a field may hold, judged one text at a time. This is the definition; `patterns` is its fast shadow."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BIDI = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
# Not of category Cf, yet nothing to see: Hangul fillers, joiners and variation selectors.
_UNSEEN = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)
_SIGNS = frozenset("°©®№℅")  # category So, but ordinary in addresses and citations
_FORBIDDEN = frozenset({"Cc", "Cn", "Co", "Cs", "Me", "So", "Zl", "Zp"})
_MARKS_AT_MOST = 4
# Alphabets with letters that cannot be told from Latin ones by eye; a word of Unicode's own name says which one it is.
_ALIKE = frozenset({"GREEK", "COPTIC", "CYRILLIC", "ARMENIAN", "CHEROKEE"})
_ODD_SPACE = re.compile(r"[^\S ]")
_PLAIN = re.compile(r"[ -~]*")


def characters(value: str) -> str | None:
    """The code of the first rule about characters that `value` breaks, or None. Spaces and length are not judged."""
    if _PLAIN.fullmatch(value):
        return None
    kinds = {_kind(character) for character in value}
    for code in ("E_NUL", "E_BIDI", "E_INVISIBLE", "E_CODEPOINT"):
        if code in kinds:
            return code
    # Marks are counted before the text is normalised, because ordering a long run of marks takes quadratic time.
    if "mark" in kinds and _longest_run_of_marks(value) > _MARKS_AT_MOST:
        return "E_COMBINING"
    return None if unicodedata.is_normalized("NFC", value) else "E_NORM"


def spaces(value: str) -> str | None:
    """E_SPACE when `value` begins or ends with a space or holds a space that is not U+0020; else None."""
    if value[:1] == " " or value[-1:] == " ":
        return "E_SPACE"
    return "E_SPACE" if _ODD_SPACE.search(value) else None


def name(value: str, full: bool) -> str | None:
    """E_SCRIPT_MIX or E_NAME for a text that names nobody, else None. `full`: one letter is no whole name.

    One letter of a script without capitals can be a whole name (a syllable, a character).
    """
    if not value.isascii() and len({_alphabet(character) for character in value} - {""}) > 1:
        return "E_SCRIPT_MIX"
    letters = [character for character in value if unicodedata.category(character)[0] == "L"]
    if not letters or (full and len(letters) == 1 and unicodedata.category(letters[0]) in ("Lu", "Ll", "Lt")):
        return "E_NAME"
    return None


@lru_cache(maxsize=4096)
def _alphabet(character: str) -> str:
    """LATIN, one of the alphabets that look like it, or '' for anything else: signs, marks, all other scripts."""
    words = unicodedata.name(character, "").split()
    if "LETTER" not in words:
        return ""
    return next((word for word in words if word == "LATIN" or word in _ALIKE), "")


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    if character == "\0":
        return "E_NUL"
    if character in _BIDI:
        return "E_BIDI"
    category = unicodedata.category(character)
    if category == "Cf" or character in _UNSEEN:
        return "E_INVISIBLE"
    if category in _FORBIDDEN and character not in _SIGNS:
        return "E_CODEPOINT"
    return "mark" if category[0] == "M" else "plain"


def _longest_run_of_marks(value: str) -> int:
    longest = run = 0
    for character in value:
        run = run + 1 if _kind(character) == "mark" else 0
        longest = max(longest, run)
    return longest


@lru_cache(maxsize=4096)
def inert(character: str) -> bool:
    """Whether this is a letter or sign that no rule forbids and that composes with nothing.

    A text of these and of ordinary ASCII alone needs no look. Marks, spaces and conjoining Hangul are left out, so such
    a text is NFC whatever their order. So are the alphabets that look like the Latin one: a name must not mix them.
    """
    point = ord(character)
    return (
        0xA1 <= point < 0x10000
        and not (0x1100 <= point < 0x1200 or 0xD7B0 <= point < 0xE000)
        and unicodedata.category(character)[0] in "LNPS"
        and _kind(character) == "plain"
        and _alphabet(character) not in _ALIKE
        and not unicodedata.combining(character)
        and unicodedata.normalize("NFC", character) == character
    )
