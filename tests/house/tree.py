# SPDX-License-Identifier: Apache-2.0
"""The repository as the house rules see it: its files, its Python sources, and the words in them.

A rule is a function from one source (or one text) to complaints "path:line: what is wrong". Every rule is run
twice: over the tree, where it must find nothing, and over a planted violation, where it must find something.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "lawgate"
CORE = ("model", "law", "docket", "linkage", "scrutiny", "decide", "ledger", "protocol", "authority", "prove")
_NOT_OURS = {".git", ".venv", ".uv", "out", "build", "dist", "__pycache__", ".hypothesis", "uv.lock"}


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, its text, and (lazily) its tree and comments."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Return the parsed module."""
        return ast.parse(self.text, self.path)

    @cached_property
    def comments(self) -> list[tuple[int, str]]:
        """Return (line, text) of every comment."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [(t.start[0], t.string) for t in tokens if t.type == tokenize.COMMENT]

    @cached_property
    def docstrings(self) -> set[int]:
        """Return the identities of the nodes that are docstrings."""
        owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        return {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
        }

    @property
    def in_core(self) -> bool:
        """Say whether the file belongs to a pure package."""
        parts = self.path.split("/")
        return parts[:2] == ["src", "lawgate"] and len(parts) > 3 and parts[2] in CORE

    def at(self, line: int, words: str) -> str:
        """Return one complaint."""
        return f"{self.path}:{line}: {words}"


def planted(text: str, path: str = "src/lawgate/decide/planted.py") -> Source:
    """Return a source that stands nowhere, to show that a rule can fail."""
    return Source(path, text)


def files(*folders: str, endings: tuple[str, ...] = ("",)) -> Iterator[Path]:
    """Yield the repository's own files under the folders (default: all), sorted, caches and builds left out."""
    for top in [ROOT / folder for folder in folders] or [ROOT]:
        for path in sorted(top.rglob("*") if top.is_dir() else [top]):
            parts = path.relative_to(ROOT).parts
            if _NOT_OURS.intersection(parts) or any(p.endswith((".egg-info", "_cache")) for p in parts):
                continue
            if path.is_file() and path.name.endswith(endings):
                yield path


@lru_cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Return every Python file under the folders."""
    return tuple(Source(name(p), p.read_text("utf-8")) for p in files(*folders, endings=(".py",)))


def name(path: Path) -> str:
    """Return a path from the root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def texts(*folders: str, endings: tuple[str, ...] = ("",)) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of every text file under the folders; files that are not UTF-8 are left out."""
    for path in files(*folders, endings=endings):
        try:
            yield name(path), path.read_text("utf-8")
        except UnicodeDecodeError:  # a vector or an image: no words in it
            continue


def complaints(rule: Callable[[Source], Iterator[str]], found: tuple[Source, ...]) -> list[str]:
    """Run a rule over sources and return everything it says, at once."""
    return [words for source in found for words in rule(source)]


def identifiers(source: Source) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of every name a source defines or uses."""
    for node in ast.walk(source.tree):
        line = getattr(node, "lineno", 1)
        match node:
            case ast.Name(id=found) | ast.Attribute(attr=found) | ast.arg(arg=found) | ast.alias(name=found):
                yield line, found
            case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found) | ast.ClassDef(name=found):
                yield line, found
            case ast.keyword(arg=str(found)):
                yield line, found


def strings(source: Source, *, docstrings: bool = True) -> Iterator[tuple[int, str]]:
    """Yield (line, value) of every string constant, with or without docstrings."""
    for node in ast.walk(source.tree):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if text and (docstrings or id(node) not in source.docstrings):
            yield node.lineno, node.value


def spaced(words: str) -> str:
    """Return snake_case, kebab-case and CamelCase as lower-case words with single spaces between."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", words)
    return re.sub(r"[\W_]+", " ", split).lower().strip()
