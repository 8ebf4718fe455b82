# SPDX-License-Identifier: Apache-2.0
"""Lines taken apart and characters judged: the exact definition that everything else must agree with."""

import csv
import io
import unicodedata

import pytest

from lawgate.posts.parser.fields import Shape, take_apart
from lawgate.posts.parser.text import characters, inert, spaces

OPEN = "E_NEWLINE_IN_FIELD"
SHAPES = [
    ("a,b", Shape(["a", "b"])),
    (",", Shape(["", ""])),
    ('a,"b,c"', Shape(["a", "b,c"])),
    ('"""x""",b', Shape(['"x"', "b"])),
    ("a", Shape([], "E_COLS")),
    ("a,b,", Shape([], "E_COLS")),
    ("", Shape([], "E_BLANK")),
    ("\t ", Shape([], "E_BLANK")),
    ("#a", Shape([], "E_BLANK")),
    ("#a,b", Shape([], "E_BLANK")),
    ('#a,"b', Shape([], OPEN, 1, torn=True)),
    ('a"b,c', Shape([], "E_QUOTE", 0)),
    ('a,"b,"c', Shape([], "E_QUOTE", 1)),
    ('a,"b"', Shape([], "E_QUOTE", 1)),
    ('a,""', Shape([], "E_QUOTE", 1)),
    ('a,b,c"', Shape([], "E_QUOTE")),
    ('a,"b', Shape([], OPEN, 1, torn=True)),
    ('a,"b""', Shape([], OPEN, 1, torn=True)),
]
TORN = [
    ("a,b", Shape([], OPEN, torn=True)),
    ('a""', Shape([], OPEN, torn=True)),
    ('a"', Shape([], OPEN)),
    ('a",b', Shape([], OPEN)),
    ('a","b', Shape([], OPEN, torn=True)),
    ('a"b', Shape([], "E_QUOTE", torn=True)),
    ('a",b"c', Shape([], "E_QUOTE", torn=True)),
]


@pytest.mark.parametrize(("line", "shape"), SHAPES)
def test_line(line: str, shape: Shape) -> None:
    assert take_apart(line, 2) == shape


@pytest.mark.parametrize(("line", "shape"), TORN)
def test_line_inside_a_quote(line: str, shape: Shape) -> None:
    assert take_apart(line, 2, torn=True) == shape


@pytest.mark.parametrize("line", [line for line, shape in SHAPES if shape.fields])
def test_an_accepted_line_is_what_a_standard_writer_writes(line: str) -> None:
    made = io.StringIO()
    csv.writer(made, lineterminator="").writerow(take_apart(line, 2).fields)
    assert made.getvalue() == line


def test_inert_characters_need_no_look_in_any_order() -> None:
    quiet = {c for c in map(chr, range(0x110000)) if inert(c)}
    assert not [c for c in quiet if characters(c) or spaces(c)]
    every = map(chr, range(0x110000))
    parts = [unicodedata.decomposition(c).split() for c in every]
    seconds = {chr(int(pair[1], 16)) for pair in parts if len(pair) == 2 and not pair[0].startswith("<")}
    assert not seconds & quiet  # nothing inert composes with what stands before it
    assert {"é", "ñ", "ễ", "ß", "王", "김", "ع", "’"} <= quiet
    assert not {"Ж", "Ο", "ա", "Ꭺ"} & quiet  # letters that must not stand beside Latin ones are looked at


def test_a_flood_of_marks_is_judged_in_linear_time() -> None:
    assert characters("a" + "\u0316\u0301" * 200_000) == "E_COMBINING"
