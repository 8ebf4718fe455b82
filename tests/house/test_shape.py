# SPDX-License-Identifier: Apache-2.0
"""Sizes, names, headers: small files and functions, names that say something, public things explained."""

import ast
import re
from collections.abc import Iterator

import pytest

from house.tree import ROOT, Source, complaints, files, name, planted, sources

HEADER = "# SPDX-License-Identifier: Apache-2.0"
EMPTY_NAMES = frozenset(["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"])
FILE_LINES, CORE_LINES, SHELL_LINES = 400, 45, 60
CODES = r"(\[[\w,\s-]*\]|:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?"
UNEXPLAINED = re.compile(rf"#\s*(type:\s*ignore|noqa){CODES}\s*(?P<why>.*)$")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def empty_name(source: Source) -> Iterator[str]:
    words = {word for part in source.path.removesuffix(".py").split("/")[1:] for word in part.split("_")}
    if words & EMPTY_NAMES:
        yield source.at(1, "a name that says nothing")


def too_long(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield source.at(lines, f"{lines} lines; {FILE_LINES} at most")
    most = CORE_LINES if source.in_core else SHELL_LINES
    for node in ast.walk(source.tree):
        if isinstance(node, Function) and (size := (node.end_lineno or 0) - node.lineno + 1) > most:
            yield source.at(node.lineno, f"{node.name} has {size} lines; {most} at most")


def no_header(source: Source) -> Iterator[str]:
    if HEADER not in source.text.splitlines()[:2]:
        yield source.at(1, "no SPDX header")


def unexplained(source: Source) -> Iterator[str]:
    if ast.get_docstring(source.tree) is None:
        yield source.at(1, "the module says nothing about itself")
    for node in source.tree.body:
        public = isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")
        if public and ast.get_docstring(node) is None:
            yield source.at(node.lineno, f"{node.name} has no docstring")


def unfinished(source: Source) -> Iterator[str]:
    for line, text in source.comments:
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text):  # the words that are looked for, nothing left undone
            yield source.at(line, "unfinished work belongs in an issue")
        found = UNEXPLAINED.search(text)
        if found and not re.search(r"[a-z]{3}", found["why"]):
            yield source.at(line, "a silenced check needs its reason in the same line")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":  # looked for, raised nowhere
            yield source.at(node.lineno, "a stub: build it or leave it out")


CASES = [  # each rule with a violation planted as text, which it has to find: none of it is code of this house
    (empty_name, ("src",), planted("", "src/lawgate/office/date_utils.py")),
    (empty_name, ("src",), planted("", "src/lawgate/common/dates.py")),
    (too_long, ("src", "bench"), planted("x = 1\n" * 401)),
    (too_long, ("src", "bench"), planted("def f():\n" + "    x = 1\n" * 45)),
    (too_long, ("src", "bench"), planted("def f():\n" + "    x = 1\n" * 60, "src/lawgate/office/a.py")),
    (no_header, ("src", "tests", "bench", "scripts", "verifier"), planted('"""Doc."""\n')),
    (unexplained, ("src",), planted("x = 1\n")),
    (unexplained, ("src",), planted('"""Doc."""\ndef public():\n    return 1\n')),
    (unexplained, ("src",), planted('"""Doc."""\nclass Public:\n    pass\n')),
    (unfinished, ("src", "tests", "bench"), planted("x = 1  # TODO later\n")),  # planted
    (unfinished, ("src", "tests", "bench"), planted("x = f()  # type: ignore[arg-type]\n")),  # planted
    (unfinished, ("src", "tests", "bench"), planted("x = f()  # noqa: S608\n")),  # planted
    (unfinished, ("src", "tests", "bench"), planted("def f():\n    raise NotImplementedError\n")),  # planted
]


@pytest.mark.parametrize(("rule", "folders", "bad"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_rule(rule: object, folders: tuple[str, ...], bad: Source) -> None:
    assert complaints(rule, (bad,)), "the rule does not see its own violation"
    assert complaints(rule, sources(*folders)) == []


def test_a_good_file_passes() -> None:
    text = f'{HEADER}\n"""Doc."""\n\n\ndef public() -> int:\n    """Return one."""\n'
    text += "    return 1  # noqa: X1 why not\n"
    assert not [words for rule, _, _ in CASES for words in rule(planted(text))]


def test_scripts_carry_the_header() -> None:
    scripts = [*files(".ci"), *files("scripts")]
    assert [name(p) for p in scripts if HEADER not in p.read_text("utf-8").splitlines()[:2]] == []
    assert scripts
    assert (ROOT / "LICENSE").read_text("utf-8").lstrip().startswith("Apache License")
