# SPDX-License-Identifier: Apache-2.0
"""Ways a name comes out differently in a request. Each takes and gives first, middle, last, suffix."""

from collections.abc import Callable

from lawgate_lab.words import Lexicon, unaccented

Name = tuple[str, str, str, str]
_RESPELLED = (("c", "k"), ("y", "i"), ("z", "s"), ("v", "b"), ("ph", "f"), ("j", "y"), ("n", "nn"), ("l", "ll"),
              ("e", "ee"), ("a", "ah"), ("o", "oh"), ("i", "y"), ("u", "oo"))  # fmt: skip


def _swapped(first: str, middle: str, last: str, suffix: str, _words: Lexicon, _salt: int) -> Name:
    """Two surnames in the other order; with one surname, first and last exchanged; a letter lost if all are equal."""
    parts = last.replace("-", " ").split(" ")
    if len(set(parts)) > 1:
        return first, middle, " ".join([*parts[1:], parts[0]]), suffix
    return (last, middle, first, suffix) if last != first else (first, middle, last[:-1], suffix)


def _hyphen(first: str, middle: str, last: str, suffix: str, _words: Lexicon, _salt: int) -> Name:
    joined = last.replace("-", " ") if "-" in last else last.replace(" ", "-")
    return first.replace("-", " "), middle, joined, suffix


def _accents_lost(first: str, middle: str, last: str, suffix: str, _words: Lexicon, _salt: int) -> Name:
    return unaccented(first), unaccented(middle), unaccented(last), suffix


def _respelled(first: str, middle: str, last: str, suffix: str, _words: Lexicon, salt: int) -> Name:
    for step in range(len(_RESPELLED)):
        old, new = _RESPELLED[(salt + step) % len(_RESPELLED)]
        if old in last[1:]:
            return first, middle, last[0] + last[1:].replace(old, new, 1), suffix
    return first, middle, last + "h", suffix


def _maiden(first: str, middle: str, last: str, suffix: str, words: Lexicon, salt: int) -> Name:
    other = words.family[salt % len(words.family)]
    return first, middle, other if other != last else words.family[(salt + 1) % len(words.family)], suffix


def _truncated(first: str, middle: str, last: str, suffix: str, _words: Lexicon, _salt: int) -> Name:
    """Cut at 15 letters where that bites, else two letters short; never left as it was."""
    cut = last[:15] if len(last) > 15 else last[: max(1, len(last) - 2)]
    return first, middle, cut.rstrip(), suffix


def _capitals(first: str, middle: str, last: str, suffix: str, _words: Lexicon, _salt: int) -> Name:
    return first.upper(), middle.upper(), last.upper(), suffix.upper()


def _suffix_in_last(first: str, middle: str, last: str, suffix: str, _words: Lexicon, _salt: int) -> Name:
    return first, middle, f"{last} {suffix or 'Jr'}", ""


NOISE: dict[str, Callable[[str, str, str, str, Lexicon, int], Name]] = {
    "name_swapped": _swapped,
    "name_hyphen": _hyphen,
    "name_accents_lost": _accents_lost,
    "name_spelled_otherwise": _respelled,
    "name_maiden": _maiden,
    "name_truncated": _truncated,
    "name_capitals": _capitals,
    "name_suffix_in_last": _suffix_in_last,
}
