# SPDX-License-Identifier: Apache-2.0
"""Rule 4, doubt denies: no broad `except`, none that swallows, and nothing that runs data as code."""

import ast
from collections.abc import Iterator

import pytest

from house.tree import Source, complaints, planted, sources

BROAD = frozenset({"Exception", "BaseException"})
RUNS_DATA = frozenset({"eval", "exec", "__import__"})
UNPICKLES = frozenset({"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle"})


def broad_except(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else BROAD
            if caught & BROAD and not cleans_up(node):
                yield source.at(node.lineno, "catches everything: name the errors you expect")


def cleans_up(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler only tidies and raises the same error again; it must say BaseException to do so."""
    named = isinstance(handler.type, ast.Name) and handler.type.id == "BaseException"
    last = handler.body[-1]
    return named and isinstance(last, ast.Raise) and last.exc is None


def swallowing_except(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        match node:
            case ast.ExceptHandler(body=body) if all(does_nothing(step) for step in body):
                yield source.at(node.lineno, "an except that only goes on: doubt must lead somewhere")
            case ast.Attribute(attr="suppress") | ast.alias(name="suppress"):
                yield source.at(node.lineno, "contextlib.suppress: doubt must lead somewhere")


def does_nothing(step: ast.stmt) -> bool:
    constant = isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    return constant or isinstance(step, ast.Pass | ast.Continue)


def runs_data(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Name(id=called)) if called in RUNS_DATA:
                yield source.at(node.lineno, f"calls {called}()")
            case ast.Import(names=names) if any(n.name.split(".")[0] in UNPICKLES for n in names):
                yield source.at(node.lineno, "imports a module that turns bytes into code")
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in UNPICKLES:
                yield source.at(node.lineno, "imports a module that turns bytes into code")


RULES = (broad_except, swallowing_except, runs_data)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_tree_keeps(rule: object) -> None:
    assert complaints(rule, sources("src")) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (broad_except, "try:\n    f()\nexcept Exception as e:\n    raise Broken from e\n"),
        (broad_except, "try:\n    f()\nexcept (ValueError, BaseException):\n    g()\n"),
        (broad_except, "try:\n    f()\nexcept:\n    g()\n"),
        (broad_except, "try:\n    f()\nexcept BaseException:\n    g()\n"),
        (swallowing_except, "try:\n    f()\nexcept ValueError:\n    pass\n"),
        (swallowing_except, "for x in y:\n    try:\n        f()\n    except ValueError:\n        continue\n"),
        (swallowing_except, "try:\n    f()\nexcept ValueError:\n    ...\n"),
        (swallowing_except, "from contextlib import suppress\n"),
        (runs_data, "eval('1')\n"),
        (runs_data, "import pickle\n"),
        (runs_data, "from marshal import loads\n"),
    ],
)
def test_planted_is_seen(rule: object, text: str) -> None:
    assert complaints(rule, (planted(text),))


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    f()\nexcept ValueError as e:\n    raise Broken('x') from e\n",
        "try:\n    f()\nexcept BaseException:\n    close()\n    raise\n",
    ],
)
def test_a_handled_error_passes(text: str) -> None:
    assert not [words for rule in RULES for words in rule(planted(text))]
