# SPDX-License-Identifier: Apache-2.0
"""Which lines of the parser an input reaches, and in which order: sampled with the interpreter's own trace."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType

from house.tree import ROOT

FOLDER = ROOT / "src/lawgate/posts/parser"
NAMES = ("child", "chunk", "cover", "fields", "file", "identifiers", "out", "patterns", "text")
FILES = tuple(FOLDER / f"{n}.py" for n in NAMES)
Arc = tuple[str, int, int]  # file, line before (0: entered), line


def _codes(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _codes(const)


def executable(file: Path) -> set[int]:
    """Lines of code inside functions; what runs at import is left out, and so are the names of classes."""
    found: set[int] = set()
    for code in _codes(compile(file.read_text("utf-8"), str(file), "exec")):
        # A function has names of its own, the body of a class has not. Three run only in a process of their own, one
        # only at import: the journeys start the real child.
        elsewhere = code.co_qualname.split(".")[0] in ("main", "_say_nothing", "to_descriptor", "_inert")
        if code.co_flags & 0x2 and not elsewhere:
            found |= {line for *_, line in code.co_lines() if line and line != code.co_firstlineno}
    return found


def arcs(run: Callable[[], object]) -> set[Arc]:
    """The steps from line to line that a run takes through the parser, in every thread."""
    seen: set[Arc] = set()
    wanted = {str(file): file.name for file in FILES}

    def enter(frame: FrameType, event: str, arg: object) -> object:
        name = wanted.get(frame.f_code.co_filename)
        return _follow(name, seen) if name else None

    before = sys.gettrace()
    threading.settrace(enter)
    sys.settrace(enter)
    try:
        run()
    finally:
        sys.settrace(before)
        threading.settrace(None)  # type: ignore[arg-type] # None takes the trace away
    return seen


def _follow(name: str, seen: set[Arc]) -> Callable[[FrameType, str, object], object]:
    last = 0

    def line(frame: FrameType, event: str, arg: object) -> object:
        nonlocal last
        if event == "line":
            seen.add((name, last, frame.f_lineno))
            last = frame.f_lineno
        return line

    return line


def covered(seen: set[Arc]) -> dict[str, tuple[int, int, list[int]]]:
    """For each file: lines reached, lines there are, and those not reached."""
    made = {}
    for file in FILES:
        lines = executable(file)
        hit = {line for name, _, line in seen if name == file.name} & lines
        made[file.name] = (len(hit), len(lines), sorted(lines - hit))
    return made
