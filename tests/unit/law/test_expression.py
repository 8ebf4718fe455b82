# SPDX-License-Identifier: Apache-2.0
"""Reading an expression: every operator, and every wrong form with words that say what is wrong."""

import tomllib

import pytest

from lawgate.law.expression import (
    All,
    Any,
    AtLeast,
    AtMost,
    DaysFrom,
    Expr,
    In,
    Is,
    Not,
    NotAfter,
    Present,
    Starts,
    facts_of,
    read_expression,
)

VALUES: dict[str, object] = {
    "parameter:many": ("a", "b"),
    "parameter:three": 3,
    "parameter:none": (),
    "register:r": "c",
}


def read(text: str) -> Expr:
    return read_expression(tomllib.loads(f"test = {text}")["test"], VALUES)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{present = 'f'}", Present("f")),
        ("{is = ['f', 'x']}", Is("f", "x")),
        ("{is = ['f', '']}", Is("f", "")),
        ("{is = ['f', true]}", Is("f", True)),
        ("{is = ['f', 3]}", Is("f", 3)),
        ("{is = ['f', {parameter = 'three'}]}", Is("f", 3)),
        ("{is = ['f', {register = 'r'}]}", Is("f", "c")),
        ("{in = ['f', 'x']}", In("f", ("x",))),
        ("{in = ['f', 'x', {parameter = 'many'}, ['y', 'z']]}", In("f", ("x", "a", "b", "y", "z"))),
        ("{starts = ['f', 'x', 'y']}", Starts("f", ("x", "y"))),
        ("{at_least = ['f', 1]}", AtLeast("f", 1)),
        ("{at_most = ['f', {parameter = 'three'}]}", AtMost("f", 3)),
        ("{days_from = ['f', 'g', 90]}", DaysFrom("f", "g", 90)),
        ("{not_after = ['f', 'g']}", NotAfter("f", "g")),
        ("{not = {present = 'f'}}", Not(Present("f"))),
        ("{all = [{present = 'f'}, {present = 'g'}]}", All((Present("f"), Present("g")))),
        ("{any = [{not = {is = ['f', 1]}}]}", Any((Not(Is("f", 1)),))),
    ],
)
def test_every_operator(text: str, meant: Expr) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("'present'", "a table with one key"),
        ("'x'", "a table with one key"),
        ("3", "a table with one key"),
        ("[]", "a table with one key"),
        ("{}", "one key, found []"),
        ("{present = 'f', is = ['f', 1]}", "found ['is', 'present']"),
        ("{equals = ['f', 1]}", "`equals` is not an operator"),
        ("{equals = 1}", "`equals` is not an operator"),
        ("{ALL = [{present = 'f'}]}", "`ALL` is not an operator"),
        ("{present = ['f']}", "`present` takes a text"),
        ("{present = true}", "`present` takes a text"),
        ("{not = ['f']}", "a table with one key"),
        ("{not = 'f'}", "a table with one key"),
        ("{all = []}", "`all` takes a list of at least one"),
        ("{any = {present = 'f'}}", "`any` takes a list of at least one"),
        ("{any = ['f']}", "a table with one key"),
        ("{is = 'f'}", "`is` takes a list of 2"),
        ("{is = ['f']}", "`is` takes a list of 2"),
        ("{is = ['f', 1, 2]}", "`is` takes a list of 2"),
        ("{is = [1, 'f']}", "`is` takes a text"),
        ("{is = ['f', 1.5]}", "`is` takes one text, whole number, true or false"),
        ("{is = ['f', 2024-01-01]}", "`is` takes one text, whole number, true or false"),
        ("{is = ['f', {parameter = 'many'}]}", "`is` takes one text, whole number, true or false"),
        ("{is = ['f', {parameter = 'lost'}]}", "no parameter named `lost` is in force"),
        ("{is = ['f', {}]}", "a table with one key"),
        ("{is = ['f', {parameter = 'three', register = 'r'}]}", "a table with one key"),
        ("{in = ['f']}", "`in` takes a list of two or more"),
        ("{in = ['f', 1]}", "`in` takes texts"),
        ("{in = ['f', 'x', 1]}", "`in` takes texts"),
        ("{in = ['f', {parameter = 'none'}]}", "`in` takes texts, at least one"),
        ("{in = ['f', []]}", "`in` takes texts, at least one"),
        ("{starts = ['f', '']}", "no empty text"),
        ("{starts = ['f', 'x', '']}", "no empty text"),
        ("{at_least = ['f', 'x']}", "`at_least` takes a whole number"),
        ("{at_least = ['f', true]}", "`at_least` takes a whole number"),
        ("{at_least = ['f', 1.0]}", "`at_least` takes a whole number"),
        ("{at_most = ['f', 1, 2]}", "`at_most` takes a list of 2"),
        ("{days_from = ['f', 'g']}", "`days_from` takes a list of 3"),
        ("{days_from = ['f', 'g', '90']}", "`days_from` takes a whole number"),
        ("{days_from = ['f', 3, 90]}", "`days_from` takes a text"),
        ("{not_after = ['f']}", "`not_after` takes a list of 2"),
        ("{not_after = ['f', 3]}", "`not_after` takes a text"),
        ("{not_after = ['f', 'g', 'h']}", "`not_after` takes a list of 2"),
    ],
)
def test_every_wrong_form(text: str, says: str) -> None:
    with pytest.raises(ValueError) as refused:
        read(text)
    assert says in str(refused.value)


def test_facts_of_finds_every_fact() -> None:
    text = "{all = [{any = [{is = ['a', 1]}, {in = ['b', 'x']}]}, {not = {starts = ['c', 'x']}}, {present = 'd'}, "
    text += "{at_least = ['e', 1]}, {at_most = ['f', 1]}, {days_from = ['g', 'h', 1]}, {not_after = ['i', 'j']}]}"
    assert list(facts_of(read(text))) == list("abcdefghij")
