# SPDX-License-Identifier: Apache-2.0
"""Rule 10, every port a contract suite: each Protocol says what it promises, and tests hold drivers to it."""

import ast
from collections.abc import Iterator

from house.tree import Source, planted, sources


def ports(source: Source) -> Iterator[ast.ClassDef]:
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases):
            yield node


def without_suite(source: Source, suites: str) -> Iterator[str]:
    for port in ports(source):
        if port.name not in suites:
            yield source.at(port.lineno, f"tests/contract/ never names {port.name}")


def without_contract(source: Source) -> Iterator[str]:
    for port in ports(source):
        for step in port.body:
            silent = isinstance(step, ast.FunctionDef) and ast.get_docstring(step) is None
            if silent and not step.name.startswith("_"):
                yield source.at(step.lineno, f"{port.name}.{step.name} says nothing about what it promises")


PORT = planted("class Store(Protocol):\n    def take(self) -> int: ...\n", "src/lawgate/ports/store.py")


def test_every_port_has_a_suite() -> None:
    suites = "\n".join(source.text for source in sources("tests/contract"))
    assert [words for source in sources("src/lawgate/ports") for words in without_suite(source, suites)] == []
    assert list(without_suite(PORT, "nothing here"))
    assert not list(without_suite(PORT, "every Store driver"))


def test_every_promise_is_written() -> None:
    assert [words for source in sources("src/lawgate/ports") for words in without_contract(source)] == []
    assert list(without_contract(PORT))
