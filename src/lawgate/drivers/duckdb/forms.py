# SPDX-License-Identifier: Apache-2.0
"""Normal forms of names and addresses as columns: the engine's rendering of `linkage.grammar`.

Street lines and towns are read once for each distinct one, not once for each row; a house number that is digits only
changes nothing but itself, so `12 Oak St` and `14 Oak St` are read together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lawgate.drivers.duckdb.connection import quote
from lawgate.linkage import folding
from lawgate.linkage.grammar import SINGLES
from lawgate.linkage.lexicon import AddressGrammar, Fillers, NameGrammar

# Most texts are plain already. One look, which RE2 does in a single pass, spares them the dear replacements.
PLAIN = "[A-Za-z0-9]*( [A-Za-z0-9]+)* *"
ASCII = r"[\x00-\x7F]*"
ASCII_NO_QUESTION = r"[\x00-\x3E\x40-\x7F]*"
ASCII_DROPPED = f"[{''.join(c for c in folding.DROPPED if c.isascii())}]+"
FOREIGN_LETTER = f"[^\\x00-\\x7F{''.join(c for c in folding.DROPPED if not c.isascii())}]|[?]"
NUMBER = "[1-9][0-9]*"


def replaced(x: str, pattern: str, by: str) -> str:
    """SQL that replaces every match."""
    return f"regexp_replace({x}, {quote(pattern)}, {quote(by)}, 'g')"


def matches(x: str, pattern: str) -> str:
    """SQL that looks for a pattern."""
    return f"regexp_matches({x}, {quote(pattern)})"


def bare(x: str) -> str:
    """SQL for a text with its accents off, special letters spelled and foreign spaces and dashes made spaces."""
    single = {a: b for a, b in folding.SPELLED.items() if len(b) == 1}
    spelled = f"translate({x}, {quote(''.join(single))}, {quote(''.join(single.values()))})"
    for letter, by in folding.SPELLED.items():
        if letter not in single:
            spelled = f"replace({spelled}, {quote(letter)}, {quote(by)})"
    some = matches(x, f"[{''.join(folding.SPELLED)}]")
    plain = f"strip_accents(CASE WHEN {some} THEN {spelled} ELSE {x} END)"
    return replaced(plain, f"[{folding.PARTING}]", " ")


def folded(x: str) -> str:
    """SQL for `linkage.grammar.folded`. What is costly runs only where it can change something."""

    def kept(text: str, dropped: str) -> str:
        parted = replaced(text, folding.BETWEEN_DIGITS, "\\1 \\2")
        return replaced(parted, dropped, "")

    foreign = replaced(kept(bare(x), f"[{folding.DROPPED}]+"), folding.FOREIGN, "?")
    either = f"CASE WHEN regexp_full_match({x}, {quote(ASCII)}) THEN {kept(x, ASCII_DROPPED)} ELSE {foreign} END"
    spaced = replaced(f"replace({replaced(either, folding.KEPT, ' ')}, '#', ' # ')", " +", " ")
    return f"upper(trim(CASE WHEN regexp_full_match({x}, {quote(PLAIN)}) THEN {x} ELSE {spaced} END, ' '))"


def letters(x: str) -> str:
    """SQL for `linkage.grammar.letters`: only A to Z of the folded text; nothing when a letter cannot be folded."""
    all_or_none = replaced(bare(x), f"(?s)^.*(?:{FOREIGN_LETTER}).*$|[^A-Za-z]+", "")
    ascii_only = f"regexp_full_match({x}, {quote(ASCII_NO_QUESTION)})"
    only = f"CASE WHEN {ascii_only} THEN {replaced(x, '[^A-Za-z]+', '')} ELSE {all_or_none} END"
    return f"upper(CASE WHEN regexp_full_match({x}, '[A-Za-z]*') THEN {x} ELSE {only} END)"


def zip5(x: str) -> str:
    """SQL for `linkage.grammar.zip5`."""
    found = f"regexp_extract(trim({x}, ' '), '^([0-9]{{5}})([- ]?[0-9]{{4}})?$', 1)"
    return f"CASE WHEN regexp_full_match({x}, '[0-9]{{5}}') THEN {x} ELSE {found} END"


def texts(items: Iterable[str]) -> str:
    """Texts as an SQL list of literals, without the brackets."""
    return ", ".join(quote(i) for i in items)


def words(pairs: Sequence[tuple[str, str]], x: str) -> str:
    """SQL that replaces each word of a folded line by the lexicon's."""
    lexicon = f"map([{texts(a for a, _ in pairs)}], [{texts(b for _, b in pairs)}])"
    return f"array_to_string(list_transform(string_split({x}, ' '), lambda w: coalesce({lexicon}[w], w)), ' ')"


def first_fit(grades: Sequence[tuple[str, str]], group: int = 5) -> str:
    """SQL for the grade of the first pattern that fits `form_street`; NULL when none does.

    One pass tells whether any pattern of a group fits; only then each of them is tried.
    """
    groups = [grades[k : k + group] for k in range(0, len(grades), group)]
    some = [matches("form_street", "|".join(f"(?:{pattern})" for _, pattern in part)) for part in groups]
    each = [" ".join(f"WHEN {matches('form_street', p)} THEN {quote(grade)}" for grade, p in part) for part in groups]
    return f"CASE {' '.join(f'WHEN {fits} THEN CASE {whens} END' for fits, whens in zip(some, each, strict=True))} END"


def _says_nothing(f: Fillers, raw: str) -> str:
    bones, long = replaced(raw, folding.VOWELS_AND_SIGNS, ""), [len(s) for s in f.long_skeletons]
    # Most lines are too short to be looked at closely.
    slip = f"CASE WHEN length({bones}) BETWEEN {min(long) - 1} AND {max(long) + 1} THEN {matches(bones, f.slips)} END"
    misspelt = f"{bones} IN ({texts(sorted(f.skeletons))}) OR coalesce({slip}, false)"
    return f"""CASE WHEN {matches(raw, f.pattern)} OR {matches(raw, SINGLES)} THEN true
      WHEN {matches("form_street", f.unless)} THEN false ELSE {misspelt} END"""


def all_grades(g: AddressGrammar) -> str:
    """SQL for the grades of `form_street` in every kind of place, two letters each, in the order of `g.grades`.

    Where the lists of all kinds begin alike, the last of those patterns settles most lines for all kinds at once.
    """
    lists = [patterns for _, patterns in g.grades]
    same = next(k for k, each in enumerate(zip(*lists, strict=False)) if len(set(each)) > 1)
    each = " || ".join(f"coalesce({first_fit(patterns)}, '  ')" for patterns in lists)
    if same < 2:
        return each
    (*before, (grade, last)) = lists[0][:same]
    none = f"NOT {matches('form_street', '|'.join(f'(?:{pattern})' for _, pattern in before))}"
    return f"CASE WHEN {matches('form_street', last)} AND {none} THEN {quote(grade * len(lists))} ELSE {each} END"


def _said(g: AddressGrammar) -> str:
    opens = f"trim(form_raw, '0123456789 ') IN ({texts(sorted(g.fillers.openings))})"
    return f""", form_raw, {all_grades(g)} AS form_grades, {matches("form_street", g.abroad[1])} AS form_abroad,
        CASE WHEN form_raw = '' THEN 'B' WHEN {_says_nothing(g.fillers, "form_seen")} THEN 'N'
          WHEN {opens} THEN 'O' ELSE '' END AS form_said"""


def _seen() -> str:
    alike = f"translate(form_line, {quote(''.join(folding.LOOK_ALIKE))}, {quote(''.join(folding.LOOK_ALIKE.values()))})"
    # Only a text that does not fold wholly is looked at twice.
    return f""", CASE WHEN contains(form_raw, '?') THEN {alike} ELSE '' END AS form_alike,
        CASE WHEN contains(form_raw, '?') THEN {folded("form_alike")} ELSE form_raw END AS form_seen"""


def line_select(g: AddressGrammar, source: str, graded: bool = True) -> str:
    """SELECT of normal forms, and of what the grade needs, for each distinct `form_line` of `source`."""
    rewritten = "worded"
    for pattern, by in g.rewrites:
        rewritten = replaced(rewritten, pattern, by)
    some = matches("worded", "|".join(f"(?:{pattern})" for pattern, _ in g.rewrites))
    parts = f"regexp_extract(delivery, {quote(g.unit)}, ['s', 'u', 'v'])"
    split = f"CASE WHEN {matches('delivery', g.unit)} THEN {parts} ELSE {{'s': '', 'u': '', 'v': ''}} END"
    return f"""SELECT form_line, form_street, form_unit{_said(g) if graded else ""}
      FROM (SELECT *, CASE WHEN split.s <> '' THEN split.s ELSE delivery END AS form_street,
          replace(split.u || split.v, ' ', '-') AS form_unit
        FROM (SELECT *, {split} AS split
          FROM (SELECT *, CASE WHEN {some} THEN {rewritten} ELSE worded END AS delivery
            FROM (SELECT *, {words(g.words, "form_raw")} AS worded
              FROM (SELECT *{_seen() if graded else ""}
                FROM (SELECT form_line, {folded("form_line")} AS form_raw
                  FROM (SELECT DISTINCT form_line FROM ({source}))))))))"""


def town_select(g: AddressGrammar, source: str, graded: bool = True) -> str:
    """SELECT of normal forms, and of what the grade needs, for each distinct city, state and ZIP of `source`."""
    codes = f"map([{texts(a for a, _ in g.regions)}], [{texts(b for _, b in g.regions)}])"
    at = {kind: 1 + 2 * k for k, (kind, _) in enumerate(g.grades)}
    fits = " ".join(f"WHEN {matches('form_place', p)} THEN {at[kind] * (1 if w else -1)}" for kind, w, p in g.towns)
    nothing = "(form_town = '' AND form_region = '' AND form_zip = '')"
    kind = f"""CASE WHEN form_filler THEN {-at["us"]} {fits} ELSE {-at["us"]} END AS form_kind,
        {nothing} OR form_filler AS form_empty, {matches("form_place", g.abroad[0])} AS form_loose"""
    return f"""SELECT form_city, form_state, form_code, form_town, form_place{", " + kind if graded else ""}
      FROM (SELECT *, {matches("form_town", g.fillers.pattern) if graded else "false"} AS form_filler,
          form_town || '|' || form_region || '|'
          || CASE WHEN form_zip <> '' THEN form_zip ELSE {folded("form_code")} END AS form_place
        FROM (SELECT * REPLACE ({words(g.town_words, "form_town")} AS form_town,
            coalesce({codes}[form_region], form_region) AS form_region)
          FROM (SELECT *, {folded("form_city")} AS form_town, {letters("form_state")} AS form_region,
              {zip5("form_code")} AS form_zip
            FROM (SELECT DISTINCT city AS form_city, state AS form_state, zip AS form_code FROM {source}))))"""


def line_source(source: str, columns: str) -> str:
    """SELECT of `columns` with `form_head`, a house number of digits only, and `form_line`, the line to read."""
    written = "line1 || ' ' || line2"
    head = f"left({written}, strpos({written}, ' ') - 1)"
    return f"""SELECT {columns}, CASE WHEN regexp_full_match(head, {quote(NUMBER)}) THEN head ELSE '' END AS form_head,
        CASE WHEN form_head = '' THEN written ELSE '1' || substr(written, length(head) + 1) END AS form_line
      FROM (SELECT *, {written} AS written, {head} AS head FROM {source})"""


def _grade(g: AddressGrammar) -> str:
    at = {kind: 1 + 2 * k for k, (kind, _) in enumerate(g.grades)}
    usual, abroad = "substr(form_grades, abs(form_kind), 2)", f"substr(form_grades, {at['abroad']}, 2)"
    # A look-up by IN would become a join that every row pays for.
    phrase = matches("form_raw || ' ' || form_town", f"^[0-9 ]*(?:{'|'.join(sorted(g.fillers.phrases))})[0-9 ]*$")
    grade = f"""CASE WHEN building IS NULL THEN NULL
        WHEN form_said = '' AND form_kind > 0 AND NOT form_loose THEN {usual}
        WHEN form_said = 'B' THEN CASE WHEN form_empty THEN 'A0' ELSE 'A1' END
        WHEN form_said = 'N' OR (form_said = 'O' AND {phrase}) THEN 'A0'
        WHEN form_loose AND form_abroad THEN {abroad}
        WHEN form_kind < 0 AND {usual} IN ('A4', 'A5') THEN 'A2' ELSE {usual} END"""
    if not g.facilities:
        return grade
    known = f"building IN ({texts(sorted(g.facilities))})"
    return f"CASE WHEN {known} AND ({grade}) = 'A4' THEN 'A5' ELSE {grade} END"


def facility(g: AddressGrammar) -> str:
    """SQL for `linkage.grammar.facility_of`, over the columns of `place_select`."""
    whens = [f"WHEN building = {quote(b)} THEN {quote(kind)}" for b, kind in g.kinds_of]
    whens += [f"WHEN {matches('street', words)} THEN {quote(kind)}" for kind, words in g.kinds]
    return f"CASE WHEN grade IS NULL THEN NULL WHEN grade <> 'A5' THEN '' {' '.join(whens)} ELSE 'other' END"


def place_select(g: AddressGrammar, source: str, keep: str, graded: bool = True, places: str = "") -> str:
    """A SELECT over `source` (columns line1, line2, city, state, zip) that adds building, street, unit, and grade.

    All four are NULL where one of the five is. `source` is read three times, or once where `places` gives the same
    five columns at less cost. Records need no grade (`graded`), and leaving it out saves much of the work.
    """
    places = places or source
    grade = [f"{_grade(g)} AS grade"] if graded else []
    return f"""
    SELECT {", ".join((keep, "street", "unit", "building", *grade))}
    FROM (SELECT *, street || '|' || form_place AS building
      FROM (SELECT *, CASE WHEN form_head = '' THEN form_street ELSE form_head || substr(form_street, 2) END AS street,
          form_unit AS unit
        FROM ({line_source(source, "*")}) s
        LEFT JOIN ({line_select(g, line_source(places, "1 AS one"), graded)}) l USING (form_line)
        LEFT JOIN ({town_select(g, places, graded)}) t
          ON s.city = t.form_city AND s.state = t.form_state AND s.zip = t.form_code))"""


def name_columns(g: NameGrammar, first: str, middle: str, last: str, suffix: str) -> str:
    """SQL columns first, last, middle, suffix in normal form (`name_first` ...)."""
    ends = f"map([{texts(a for a, _ in g.suffixes)}], [{texts(b for _, b in g.suffixes)}])"
    end = f"replace({folded(suffix)}, ' ', '')"
    return (
        f"{letters(first)} AS name_first, {letters(last)} AS name_last, "
        f"substr({letters(middle)}, 1, 1) AS name_middle, "
        f"CASE WHEN {suffix} = '' THEN '' ELSE coalesce({ends}[{end}], {end}) END AS name_suffix"
    )


def name_form(g: NameGrammar) -> str:
    """SQL for the form of a name, over the columns of `name_columns`."""
    filled = " OR ".join(f"{name} IN ({texts(g.fillers)})" for name in ("name_first", "name_last"))
    return f"CASE WHEN name_first = '' OR name_last = '' THEN 'blank' WHEN {filled} THEN 'filler' ELSE 'person' END"


def sound(sounds: Sequence[tuple[str, str]], x: str) -> str:
    """SQL for `linkage.reference.sound`."""
    for pattern, by in sounds:
        x = replaced(x, pattern, by)
    return x


def near(begin: int, part: int) -> str:
    """SQL for `linkage.reference.near` of two different names, neither part of them empty.

    Over the columns said_first, said_last, name_first, name_last, and the same with `_sound` behind.
    """
    turned = "length(said_last_sound) = length(name_last_sound) AND contains(name_last_sound || name_last_sound, {})"
    within = " OR ".join(
        f"(length({short}) >= {part} AND (starts_with({long}, {short}) OR ends_with({long}, {short})))"
        for short, long in (("said_last_sound", "name_last_sound"), ("name_last_sound", "said_last_sound"))
    )
    longer = " OR ".join(
        f"(length({short}) >= {part} AND length({long}) >= length({short}) + {part} AND starts_with({long}, {short}))"
        for short, long in (("said_first", "name_first"), ("name_first", "said_first"))
    )
    given = f"""left(said_first, {begin}) = left(name_first, {begin})
      AND (said_first_sound = name_first_sound OR {longer})"""
    changed = f"left(said_last, {begin}) = left(name_first, {begin}) AND said_last_sound = name_first_sound"
    return f"""CASE WHEN {given} THEN ({turned.format("said_last_sound")}) OR {within}
      ELSE {changed} AND said_first_sound = name_last_sound END"""
