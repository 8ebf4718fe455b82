# SPDX-License-Identifier: Apache-2.0
"""Rule 2, the core never touches the world: no clock, file, network, randomness, database or screen in it."""

import ast
import re
import sys
from collections.abc import Iterator

import pytest

from house.tree import Source, complaints, planted, sources

WORLD = frozenset(
    re.findall(
        r"\w+",
        """
        atexit asyncio builtins code concurrent csv ctypes dbm email fcntl fileinput ftplib gc getpass glob http
        importlib io locale logging marshal mmap multiprocessing os pathlib pickle platform queue random secrets
        select selectors shelve shutil signal smtplib socket sqlite3 ssl subprocess sys tempfile threading time
        urllib uuid warnings webbrowser zoneinfo
        """,
    )
)
LIBRARIES = frozenset({"rfc8785"})
SOLVER = frozenset({"z3"})
CALLS = frozenset(["open", "print", "input", "eval", "exec", "compile", "__import__", "globals", "breakpoint"])
CLOCKS = frozenset(["now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp"])


def world(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                found = [n.name.split(".")[0] for n in names]
            case ast.ImportFrom(module=str(module), level=0):
                found = [module.split(".")[0]]
            case ast.Call(func=ast.Name(id=called)) if called in CALLS:
                yield source.at(node.lineno, f"calls {called}()")
                continue
            case ast.Attribute(attr=called) if called in CLOCKS:
                yield source.at(node.lineno, f"reads a clock with .{called}")
                continue
            case _:
                continue
        yield from (source.at(node.lineno, f"imports {top}") for top in found if forbidden(source, top))


def forbidden(source: Source, top: str) -> bool:
    if top in sys.stdlib_module_names:
        return top in WORLD
    allowed = LIBRARIES | (SOLVER if "/prove/" in source.path else frozenset())
    return top != "lawgate" and top not in allowed


def test_core_never_touches_the_world() -> None:
    assert complaints(world, tuple(s for s in sources("src/lawgate") if s.in_core)) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os\n",
        "import os.path as p\n",
        "from pathlib import Path\n",
        "import pyarrow\n",
        "def f():\n    import duckdb\n",
        "from datetime import datetime\nx = datetime.now()\n",
        "import datetime as d\nx = d.date.today\n",
        "x = open('a')\n",
        "print(1)\n",
        "import z3\n",
    ],
)
def test_world_in_core_is_seen(text: str) -> None:
    assert list(world(planted(text)))


def test_pure_imports_pass() -> None:
    text = "import hashlib\nfrom datetime import date\nimport rfc8785\nfrom lawgate.model import outcome\n"
    assert not list(world(planted(text)))
    assert not list(world(planted("import z3\n", "src/lawgate/prove/render.py")))
