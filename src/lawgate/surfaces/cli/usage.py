# SPDX-License-Identifier: Apache-2.0
"""A command that was not written as it takes its words is answered like every other refusal: code, sentence, cure."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from lawgate.model.meanings.stops import WRONG_USE

OURS = re.compile(r"((Invalid value for|Option) '--?[a-z][a-z-]*')?[^'\"]*")
"""A sentence up to the first quotation. Only an option of ours that was given a wrong value, or none, is quoted."""


def plain(message: str) -> str:
    """What was wrong, without what was typed: somebody may have typed a number or a name where none belongs."""
    if message.startswith("Missing "):  # names what should be there, and nothing that is
        return message
    found = OURS.match(message.partition(": ")[0].partition(" (")[0])
    return found.group().strip() if found else ""


class Spoken(TyperGroup):
    """The top of a command line. Wrong use ends with exit status 2, as everywhere."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and leave the process with its status; the result when it does not stand alone."""
        rest = {"complete_var": complete_var, "windows_expand_args": windows_expand_args, **extra}
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **rest)
        try:
            status = super().main(args, prog_name, standalone_mode=False, **rest)
        except typer.TyperException as wrong:
            _say(wrong)
            status = wrong.exit_code
        except typer.Abort:
            typer.echo("stopped before the end", err=True)
            status = 1
        sys.exit(status if isinstance(status, int) else 0)


def _say(wrong: typer.TyperException) -> None:
    """Nothing when the help was all there was to say."""
    if not (message := wrong.format_message().strip().rstrip(".")):
        return
    context = getattr(wrong, "ctx", None)
    near = ", ".join(sorted(getattr(wrong, "possibilities", None) or ()))
    typer.echo(f"not done: {WRONG_USE}: {plain(message)}{f'; there is {near}' if near else ''}", err=True)
    typer.echo(f"to mend: `{context.command_path if context else 'lawgate'} --help` says how it is written", err=True)
