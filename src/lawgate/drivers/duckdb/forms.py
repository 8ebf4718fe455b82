# SPDX-License-Identifier: Apache-2.0
"""Normal forms of names and addresses as columns: the engine's rendering of `linkage.grammar`."""

from __future__ import annotations

from collections.abc import Sequence

from lawgate.drivers.duckdb.connection import quote
from lawgate.linkage.grammar import BETWEEN_DIGITS, DROPPED, FOREIGN, KEPT, AddressGrammar, NameGrammar

# Most texts are plain already. One look, which RE2 does in a single pass, spares them the dear replacements.
PLAIN = "[A-Za-z0-9]*( [A-Za-z0-9]+)* *"


def folded(x: str) -> str:
    """SQL for `linkage.grammar.folded`. The second pass runs only where a `#` stands, because it is dear."""
    parted = f"regexp_replace(strip_accents({x}), {quote(BETWEEN_DIGITS)}, '\\1 \\2', 'g')"
    ascii_only = f"regexp_replace(translate({parted}, {quote(DROPPED)}, ''), {quote(FOREIGN)}, '?', 'g')"
    kept = f"regexp_replace({ascii_only}, {quote(KEPT)}, ' ', 'g')"
    spread = f"regexp_replace(replace({kept}, '#', ' # '), ' +', ' ', 'g')"
    whole = f"CASE WHEN contains({x}, '#') THEN {spread} ELSE {kept} END"
    return f"upper(trim(CASE WHEN regexp_full_match({x}, {quote(PLAIN)}) THEN {x} ELSE {whole} END, ' '))"


def letters(x: str) -> str:
    """SQL for `linkage.grammar.letters`: only A to Z of the folded text."""
    foreign = f"regexp_matches(translate(strip_accents({x}), {quote(DROPPED)}, ''), {quote(FOREIGN + '|[?]')})"
    only = f"CASE WHEN {foreign} THEN '' ELSE regexp_replace(strip_accents({x}), '[^A-Za-z]+', '', 'g') END"
    return f"upper(CASE WHEN regexp_full_match({x}, '[A-Za-z]*') THEN {x} ELSE {only} END)"


def zip5(x: str) -> str:
    """SQL for `linkage.grammar.zip5`."""
    found = f"regexp_extract(trim({x}, ' '), '^([0-9]{{5}})([- ]?[0-9]{{4}})?$', 1)"
    return f"CASE WHEN regexp_full_match({x}, '[0-9]{{5}}') THEN {x} ELSE {found} END"


def words(g: AddressGrammar, x: str) -> str:
    """SQL that replaces each word of a folded line by the lexicon's."""
    keys = ", ".join(quote(a) for a, _ in g.words)
    values = ", ".join(quote(b) for _, b in g.words)
    lexicon = f"map([{keys}], [{values}])"
    return f"array_to_string(list_transform(string_split({x}, ' '), lambda w: coalesce({lexicon}[w], w)), ' ')"


def first_fit(grades: Sequence[tuple[str, str]], certain: bool = False) -> str:
    """SQL for the grade of the first pattern that fits `street`; NULL when none does, unless one is `certain` to.

    By halves: one pass tells whether any pattern of the first half fits.
    """
    if len(grades) == 1:
        (grade, pattern), *_ = grades
        return (
            quote(grade) if certain else f"CASE WHEN regexp_matches(street, {quote(pattern)}) THEN {quote(grade)} END"
        )
    half = (len(grades) + 1) // 2
    some = "|".join(f"({pattern})" for _, pattern in grades[:half])
    fits = f"regexp_matches(street, {quote(some)})"
    return f"CASE WHEN {fits} THEN {first_fit(grades[:half], True)} ELSE {first_fit(grades[half:], certain)} END"


def place_select(g: AddressGrammar, source: str, keep: str) -> str:
    """A SELECT over `source` (columns line1, line2, city, state, zip) that adds building, street, unit and grade."""
    rewritten = "worded"
    for pattern, by in g.rewrites:
        rewritten = f"regexp_replace({rewritten}, {quote(pattern)}, {quote(by)}, 'g')"
    # Finding out that no pattern fits is cheap; replacing and extracting are not.
    some = "|".join(f"({pattern})" for pattern, _ in g.rewrites)
    line = f"CASE WHEN regexp_matches(worded, {quote(some)}) THEN {rewritten} ELSE worded END"
    parts = f"regexp_extract(delivery, {quote(g.unit)}, ['s', 'u'])"
    split = f"CASE WHEN regexp_matches(delivery, {quote(g.unit)}) THEN {parts} ELSE {{'s': '', 'u': ''}} END"
    grade = first_fit(g.grades)
    whole = "(town <> '' AND region <> '' AND zip5 <> '')"
    nothing = "(raw = '' AND town = '' AND region = '' AND zip5 = '')"
    return f"""
    SELECT {keep}, street, unit, street || '|' || town || '|' || region || '|' || zip5 AS building,
      CASE WHEN regexp_matches(raw, {quote(g.filler)}) OR {nothing} THEN 'A0'
           WHEN raw = '' THEN 'A1'
           ELSE (CASE WHEN NOT {whole} AND ({grade}) IN ('A4', 'A5') THEN 'A2' ELSE {grade} END)
      END AS grade
    FROM (SELECT *, CASE WHEN split.s <> '' THEN split.s ELSE delivery END AS street, replace(split.u, ' ', '-') AS unit
      FROM (SELECT *, {split} AS split
        FROM (SELECT *, {line} AS delivery
          FROM (SELECT *, {words(g, "raw")} AS worded
            FROM (SELECT *, {folded("line1 || ' ' || line2")} AS raw, {folded("city")} AS town,
                {letters("state")} AS region, {zip5("zip")} AS zip5 FROM {source})))))"""


def name_columns(g: NameGrammar, first: str, middle: str, last: str, suffix: str) -> str:
    """SQL columns first, last, middle, suffix in normal form (`name_first` ...)."""
    ends = f"map([{', '.join(quote(a) for a, _ in g.suffixes)}], [{', '.join(quote(b) for _, b in g.suffixes)}])"
    end = f"replace({folded(suffix)}, ' ', '')"
    return (
        f"{letters(first)} AS name_first, {letters(last)} AS name_last, "
        f"substr({letters(middle)}, 1, 1) AS name_middle, "
        f"CASE WHEN {suffix} = '' THEN '' ELSE coalesce({ends}[{end}], {end}) END AS name_suffix"
    )


def name_form(g: NameGrammar) -> str:
    """SQL for the form of a name, over the columns of `name_columns`."""
    fillers = ", ".join(quote(f) for f in g.fillers)
    filled = " OR ".join(f"list_contains([{fillers}], {name})" for name in ("name_first", "name_last"))
    return f"CASE WHEN name_first = '' OR name_last = '' THEN 'blank' WHEN {filled} THEN 'filler' ELSE 'person' END"
