# SPDX-License-Identifier: Apache-2.0
"""`lawgate receive`: what a recipient does with a hand-out, without an office and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import Doors, answering, there

if TYPE_CHECKING:
    from lawgate.office.receive import Received


def add_receive(app: typer.Typer, doors: Doors) -> None:
    """Add the command `receive`."""

    @app.command()
    def receive(
        folder: Annotated[Path, typer.Argument(help="The folder with package.tar and the file or files of keys.")],
        identity: Annotated[Path, typer.Option(help="Your identity file: what age-keygen or `jose jwk gen` wrote.")],
        out: Annotated[Path, typer.Option(help="A new or empty folder for the records.")],
    ) -> None:
        """For the recipient: open a hand-out, check every record against its manifest, write what opened."""
        from lawgate.model.fault import Refused
        from lawgate.office.receive import Fate
        from lawgate.office.receive_folder import write_received

        with answering():
            got = doors.receive(there(folder), identity)
            written = write_received(out, got)
            for sentence in told(got, written):
                typer.echo(sentence)
            if got.count(Fate.DAMAGED):
                raise Refused("E_DAMAGED", "records that are damaged were not written; the others were")


def told(got: Received, written: int) -> Iterator[str]:
    """The sentences about a received hand-out: counts, why a record did not open, and the terms. No personal value."""
    from lawgate.office.receive import Fate

    manifest, counts = got.manifest, " + ".join(f"{got.count(fate):,} {fate}" for fate in Fate)
    yield f"package {plain(manifest.package)} of batch {plain(manifest.batch)}, made for {plain(manifest.agency)}"
    yield f"SHA-256 of package.tar: {got.tar}"
    yield f"{len(got.items):,} listed = {counts}"
    for item in got.items:
        if item.fate is not Fate.OPENED:
            yield f"{item.fate}: {item.name}: {item.why}"
    if got.count(Fate.WITHHELD):
        yield "a withheld record was not disclosed to you; ask the custodian if you expected it"
    yield f"wrote {written:,} records, one file each, readable by you alone"
    for terms in got.terms:
        yield f"use: {plain(terms.use)}"
        yield f"purpose: {plain(terms.purpose)}{', and no other use' if terms.sole_use else ''}"
        yield f"return or destroy by: {terms.return_by.isoformat()}"


def plain(text: str) -> str:
    """A text from a hand-out without signs that would steer a screen."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
