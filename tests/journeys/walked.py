# SPDX-License-Identifier: Apache-2.0
"""The source as a walk for ways round the bars sees it, and the list of all ways that are known (`ways.toml`)."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import typer

from lawgate.surfaces.cli.app import build
from lawgate.wiring.main import doors

SRC = Path(__file__).resolve().parents[2] / "src" / "lawgate"
WAYS = tomllib.loads(Path(__file__).with_name("ways.toml").read_text("utf-8"))


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """Every file of the source by its path below the package."""
    files = sorted(SRC.rglob("*.py"))
    return tuple((file.relative_to(SRC).as_posix(), ast.parse(file.read_text("utf-8"))) for file in files)


def called(name: str) -> set[str]:
    """Files of the source in which something of this name is called on something else."""
    return {
        file
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    }


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every verb below a command, by its whole name."""
    # Typer brings groups that are none of click's own.
    below = getattr(command, "commands", None)
    for name, each in (below or {}).items():
        yield from commands(each, (*path, name))
    if below is None:
        yield " ".join(path), command


def taken(command: click.Command) -> set[str]:
    """Every option and argument of a command, in all their spellings, hidden ones too."""
    return {
        word
        for each in command.params
        for word in ([each.name or ""] if each.param_type_name == "argument" else [*each.opts, *each.secondary_opts])
    }


def verbs() -> dict[str, click.Command]:
    """Every verb of the command line as wiring puts it together."""
    return dict(commands(typer.main.get_command(build(doors()))))
