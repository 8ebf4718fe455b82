# SPDX-License-Identifier: Apache-2.0
"""Commands of a witness: for a clerk, plaintiffs or an inspector general, apart from every office."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lawgate.surfaces.cli.doors import Doors, answering

KEY = Annotated[
    list[str] | None, typer.Option("--log", help="Public key of a log, as `lawgate log policy` prints it behind `log`.")
]

WITNESS = Annotated[
    list[str] | None,
    typer.Option(help="A witness elsewhere: its public key, a blank, its address. More than half of all must sign."),
]
POLICY = Annotated[
    Path | None, typer.Option(help="All witnesses and their quorum, in a file: a C2SP tlog-policy without `log`.")
]


def add_witness(app: typer.Typer, doors: Doors) -> None:
    """Add the group `witness` to the command line."""
    witness = typer.Typer(no_args_is_help=True, help="A witness: remembers the heads of logs it does not keep.")
    app.add_typer(witness, name="witness")

    @witness.command()
    def init(
        folder: Path,
        name: Annotated[str, typer.Option(help="The witness's name, best a domain of its own: witness.example/1.")],
        log: KEY = None,
    ) -> None:
        """Make the folder of a witness, and print its public key. The private one never leaves the folder."""
        with answering():
            key = doors.witness.init(folder, name, log or [])
        typer.echo(key)
        typer.echo(f"made {folder}; give the line above to whoever keeps the log, and publish it yourself", err=True)

    @witness.command()
    def know(folder: Path, log: str) -> None:
        """Make a log known to a witness, by the log's public key. A witness that is serving knows it at once."""
        with answering():
            origin = doors.witness.know(folder, log)
        typer.echo(f"known: {origin}")

    @witness.command()
    def serve(
        folder: Path,
        port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one and says which.")] = 8765,
        host: Annotated[str, typer.Option(help="Where to listen; this machine only unless said.")] = "127.0.0.1",
    ) -> None:
        """Answer heads of the logs it knows with cosignatures, until it is ended. Speaks C2SP tlog-witness by HTTP."""
        with answering():
            doors.witness.serve(folder, host, port, lambda place: typer.echo(f"listening on {place}"))


def tell_witnesses(log: str) -> None:
    """Say what a new office's witnesses have to be told before its log can be published."""
    typer.echo(f"the log's public key is {log}")
    typer.echo("each witness makes it known to itself: `lawgate witness know FOLDER KEY`; nothing is published before")


def listed(witnesses: Sequence[str], policy: Path | None) -> bytes:
    """The list of an office's witnesses as C2SP tlog-policy without `log`: a file's text, or more than half of these.

    Each of `witnesses` is a public key, a blank and an address. Empty when neither is given. UsageError for both.
    """
    if policy is not None and witnesses:
        raise typer.BadParameter("name the witnesses one by one, or in a file, not both")
    if policy is not None:
        return policy.read_bytes()
    if not witnesses:
        return b""
    names = [f"w{number}" for number in range(1, len(witnesses) + 1)]
    lines = [f"witness {name} {' '.join(said.split())}" for name, said in zip(names, witnesses, strict=True)]
    lines += [f"group enough {len(names) // 2 + 1} {' '.join(names)}", "quorum enough", ""]
    return "\n".join(lines).encode()
