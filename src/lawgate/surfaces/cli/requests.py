# SPDX-License-Identifier: Apache-2.0
"""Commands about the files of a request: validate and template for the requester, faults for both sides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import BATCH, OFFICE, Doors, answering, there

if TYPE_CHECKING:
    from lawgate.ports.intake import Count, Parsed

RULEBOOK = Annotated[Path | None, typer.Option(help="Folder of the rulebook; the one shipped unless said.")]
SHOWN, LISTED = 20, 1000
CLEAN = (
    "Clean: the custodian can read every row. Whether the signature holds, and what each row is answered, "
    "is not decided here."
)
RECIPE = (
    "To check: the SHA-256 of faults.parquet is `faults` in parse.json; parse.tlog-proof shows that parse.json is a "
    "leaf of the log (docs/spec/log.md, section 7)."
)


def counted(name: str, count: Count) -> str:
    """The sentence that accounts for every row of a file."""
    return f"{name}: {count.sent:,} sent = {count.accepted:,} accepted + {count.rejected:,} rejected"


def some_faults(found: Parsed, batch: str) -> Iterator[str]:
    """The first faults, and how many more there are; all of a batch are listed by another command."""
    yield from (fault.sentence() for fault in found.faults[:SHOWN])
    if (more := len(found.faults) - SHOWN) > 0:
        # Beyond so many the parser counts no further; the file of faults has them all.
        least = "at least " if len(found.faults) >= LISTED else ""
        where = "" if found.refused else f"; `lawgate request faults {batch}` lists all"
        yield f"and {least}{more:,} more{where}"


def add_requests(request: typer.Typer, doors: Doors) -> None:
    """Add the commands to the group `request`."""

    @request.command()
    def validate(folder: Path, rulebook: RULEBOOK = None) -> None:
        """Read a request as the custodian will, without sending it: every fault, where it is, how to mend it."""
        with answering():
            found = doors.offline(rulebook).validate(there(folder))
        _say(found)
        if found.faults:
            raise typer.Exit(1)

    @request.command()
    def template(folder: Path, rulebook: RULEBOOK = None) -> None:
        """Write the empty form of a request: four files with places to fill."""
        from lawgate.model.fault import Refused

        with answering():
            files = doors.offline(rulebook).template()
            if taken := [name for name in files if (folder / name).exists()]:
                raise Refused("E_TEMPLATE", f"there already: {', '.join(taken)}")
            _write(files, folder)
        typer.echo(f"wrote {', '.join(files)} into {folder}. Next: fill every empty place of cover.toml, a line in")
        typer.echo("the CSV files for each case and person, sign the bytes of cover.toml, `lawgate request validate`.")

    @request.command()
    def faults(
        batch: BATCH,
        line: Annotated[int, typer.Option(help="Only this line of a file; the header is line 1.")] = 0,
        file: Annotated[str, typer.Option(help="Only this file: cases.csv or rows.csv.")] = "",
        proof: Annotated[Path | None, typer.Option(help="Write what an outsider checks into this folder.")] = None,
        office: OFFICE = Path(),
    ) -> None:
        """Which rows of a received batch were rejected and why, held against the log; no value is shown."""
        from lawgate.office.rejected import proof_files, rejected

        with answering():
            desk = doors.open(office).intake
            found = rejected(desk, batch, line, file)
            files = proof_files(desk, batch) if proof else {}
            _write(files, proof)
        for fault in found.faults:
            typer.echo(fault.sentence())
        typer.echo(f"{found.rejected:,} rows rejected; rooted in leaf {found.leaf} as {found.digest}")
        if proof:
            typer.echo(f"wrote {', '.join(files)} into {proof}. {RECIPE}")


def _write(files: dict[str, bytes], folder: Path | None) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _say(found: Parsed) -> None:
    for fault in found.faults:
        typer.echo(fault.sentence(), err=True)
    typer.echo(counted("cases.csv", found.cases))
    typer.echo(counted("rows.csv", found.rows))
    if found.refused:
        typer.echo("Refused: a fault of file scope refuses the whole request.")
    elif found.faults:
        more = " More row faults exist than are listed." if len(found.faults) >= LISTED else ""
        typer.echo(f"Faulty: the rows named would be rejected, the others read.{more}")
    else:
        typer.echo(CLEAN)
