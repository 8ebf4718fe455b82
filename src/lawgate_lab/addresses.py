# SPDX-License-Identifier: Apache-2.0
"""How a supplied address is written: in full, with a part missing, as a placeholder, in another style."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lawgate_lab.labels import DUMMIES, FACILITIES, FORM, PLACEHOLDERS
from lawgate_lab.seeds import Array, Column
from lawgate_lab.words import Lexicon
from lawgate_lab.world import address_columns, number_text, taken

_SHORT = {"STREET": "ST", "AVENUE": "AVE", "DRIVE": "DR", "LANE": "LN", "ROAD": "RD", "COURT": "CT", "PLACE": "PL",
          "BOULEVARD": "BLVD", "TERRACE": "TER", "CIRCLE": "CIR", "TRAIL": "TRL"}  # fmt: skip
Lines = list[Column]


def _empty(n: int) -> Column:
    return pa.array([""] * n, pa.string())


def _from_table(table: tuple[tuple[str, ...], ...], arg: Array) -> Lines:
    return [taken(tuple(row[k] for row in table), arg % len(table)) for k in range(5)]


def _only(*kept: int) -> Callable[[Lines], Lines]:
    return lambda lines: [line if k in kept else _empty(len(line)) for k, line in enumerate(lines)]


def _crossing(words: Lexicon, part: Array, lines: Lines) -> Lines:
    one, other = (taken(words.streets, s) for s in (part["street"], part["street"] % (len(words.streets) - 1) + 1))
    # A post office box has no street to cross: the one street name alone is as incomplete.
    both = pc.utf8_trim_whitespace(pc.binary_join_element_wise(one, other, " and "))
    crossed = pc.replace_substring_regex(both, "^and ", "")
    return [crossed, _empty(len(part)), *lines[2:]]


def _styled(lines: Lines) -> Lines:
    """Capitals, abbreviated street kinds, and nothing else: the same address to the Post Office."""
    line1 = pc.utf8_upper(lines[0])
    for long, short in _SHORT.items():
        line1 = pc.replace_substring_regex(line1, f" {long}$", f" {short}")
    return [line1, pc.utf8_upper(lines[1]), pc.utf8_upper(lines[2]), *lines[3:]]


def _written(name: str, words: Lexicon, part: Any, lines: Lines) -> Lines:
    """The five address columns of rows that all have one form."""
    none = _empty(len(part))
    if name in {"placeholder", "dummy"}:
        return _from_table(PLACEHOLDERS if name == "placeholder" else DUMMIES, part["arg"])
    if name == "facility":
        return [taken(FACILITIES, part["arg"] % len(FACILITIES)), none, none, lines[3], none]
    if name == "crossing":
        return _crossing(words, part, lines)
    if name == "style":
        return _styled(lines)
    if name in {"no_number", "number_only"}:
        number = number_text(words, part["number"])
        return [taken(words.streets, part["street"]) if name == "no_number" else number, none, *lines[2:]]
    keep = {"blank": (), "no_unit": (0, 2, 3, 4), "city_only": (2, 3), "zip_only": (4,)}[name]
    return _only(*keep)(lines)


def supplied_address(words: Lexicon, rows: Array) -> Lines:
    """addr_line1, addr_line2, city, state, zip as written in the request."""
    lines = address_columns(words, rows["street"], rows["number"], rows["unit"], rows["place"])
    for name, code in FORM.items():
        which = rows["form"] == code
        if name == "full" or not which.any():
            continue
        mask = pa.array(which)
        changed = _written(name, words, rows[which], [line.filter(mask) for line in lines])
        lines = [pc.replace_with_mask(line, mask, new) for line, new in zip(lines, changed, strict=True)]
    return lines
