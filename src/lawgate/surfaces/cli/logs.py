# SPDX-License-Identifier: Apache-2.0
"""Commands about the log: check it all, and what somebody outside needs to check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, Doors, answering, to_mend


def add_log(app: typer.Typer, doors: Doors) -> None:
    """Add the group `log` to the command line."""
    log = typer.Typer(no_args_is_help=True, help="The log that outsiders can check.")
    app.add_typer(log, name="log")
    _ends(log, doors)

    @log.command()
    def verify(office: OFFICE = Path()) -> None:
        """Recompute the whole log, and hold every stored batch and package against it."""
        with answering():
            house = doors.open(office)
            found = house.check_log()
        for each in found:
            said = f"{'BROKEN' if each.broken else 'note  '} {each.code}: {each.sentence}"
            typer.echo(said, err=each.broken)
        if broken := [each.code for each in found if each.broken]:
            _how_to_mend(broken)
            raise typer.Exit(1)
        with answering():
            size, root = house.log_head()
        typer.echo(f"whole: {size} leaves, root {root}")
        typer.echo(house.witness_note)

    @log.command()
    def policy(office: OFFICE = Path()) -> None:
        """Print whose signatures make a head of this log count: its key, its witnesses' keys, how many must sign."""
        from hashlib import sha256

        with answering():
            house = doors.open(office)
        typer.echo(house.log_policy, nl=False)
        origin = house.log_policy.split()[1].partition("+")[0]
        digest = sha256(house.log_policy.encode()).hexdigest()
        typer.echo(f"origin {origin}; SHA-256 of these lines {digest}, the `log_policy` of leaf 0", err=True)
        typer.echo(house.witness_note, err=True)

    @log.command()
    def prove(
        index: int,
        leaf: Annotated[Path | None, typer.Option(help="Write the bytes of the leaf itself into this file.")] = None,
        office: OFFICE = Path(),
    ) -> None:
        """Print the proof that a leaf is in the published log, as a C2SP tlog-proof file."""
        with answering():
            data, proof = doors.open(office).prove(index)
            if leaf is not None:
                leaf.write_bytes(data)
        typer.echo(proof, nl=False)


def _ends(log: typer.Typer, doors: Doors) -> None:
    @log.command()
    def fsck(office: OFFICE = Path()) -> None:
        """Derive the log again from its leaves, and say what it would take to mend what differs. Mends nothing."""
        with answering():
            found = doors.open(office).fsck()
        for check, takes in found:
            typer.echo(f"{'BROKEN' if check.broken else 'note  '} {check.code}: {check.sentence}", err=check.broken)
            typer.echo(f"       it takes: {takes}", err=check.broken)
        if any(check.broken for check, _ in found):
            raise typer.Exit(1)
        typer.echo("whole: every file follows from the leaves, and every table from the log")

    @log.command()
    def close(
        next_origin: Annotated[str, typer.Option(help="The name of the log in which this one goes on: NAME/log.")],
        reason: Annotated[
            str, typer.Option(help="year, broken or key; but for `year` nothing is waited for.")
        ] = "year",
        office: OFFICE = Path(),
    ) -> None:
        """Close the log for good. Nothing is written to it after that; `lawgate init NEW --after THIS` goes on."""
        with answering():
            head = doors.open(office).close_log(next_origin, reason)
        typer.echo(f"closed: {head.size} leaves, root {head.root.hex()}; it goes on as {next_origin}")


def _how_to_mend(codes: list[str]) -> None:
    """Each code once; of `leaf_malformed:leaf_form` the first part is the entry of the table."""
    from lawgate.model.meanings.log import FINDINGS

    for code in dict.fromkeys(each.partition(":")[0] for each in codes):
        to_mend(FINDINGS, code, named=True)
