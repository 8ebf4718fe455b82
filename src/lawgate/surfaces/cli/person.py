# SPDX-License-Identifier: Apache-2.0
"""Commands about one person: what was handed out about them, corrections to those who have it, notices.

A number is read from a file or from standard input. There is no option and no argument that takes one: a command line
is seen by everybody on the machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, writing

if TYPE_CHECKING:
    from lawgate.office.notices import Paper

NUMBER = Annotated[
    Path, typer.Option("--number-from", help="File that holds the person's number; - for standard input.")
]
LONGEST = 64
"""Bytes of a number file that are read: nothing longer is a number."""
LANGUAGE = Annotated[str, typer.Option("--language", help="en, es, or both.")]


def add_person(app: typer.Typer, doors: Doors) -> None:
    """Add the group `person` to the command line."""
    person = typer.Typer(no_args_is_help=True, help="What was handed out about one person, for that person.")
    app.add_typer(person, name="person")
    _index(person, doors)
    _statement(person, doors)
    _papers(person, doors)


def _index(person: typer.Typer, doors: Doors) -> None:
    @person.command()
    def index(by: PERSON, office: OFFICE = Path()) -> None:
        """Make the private index anew and log its root; statements rest on an index of the same day."""
        from lawgate.office.accounting import make_root

        with answering():
            made = make_root(writing(doors, office).accounting(), by)
        typer.echo(f"{made.entries:,} entries up to leaf {made.through - 1}; the root is in leaf {made.leaf}")

    @person.command()
    def audit(office: OFFICE = Path()) -> None:
        """Look every row of the log up once more and hold it against the index; for auditors with sealed access."""
        from lawgate.office.accounting import audit_index

        with answering():
            found = audit_index(doors.open(office).accounting())
        for sentence in found:
            typer.echo(f"BROKEN {sentence}", err=True)
        if found:
            raise typer.Exit(1)
        typer.echo("whole: every row of the log is in the index, once, under the right person")


def _statement(person: typer.Typer, doors: Doors) -> None:
    @person.command()
    def statement(
        out: Annotated[Path, typer.Argument(help="Folder for the statement; it must not be there yet.")],
        number: NUMBER = Path("-"),
        language: LANGUAGE = "both",
        office: OFFICE = Path(),
    ) -> None:
        """Write the complete statement for one person: JSON with every proof, HTML, and PDF to keep."""
        from lawgate.office.statement import statement as stated
        from lawgate.office.statement_page import html, languages, page, pdf

        with answering():
            wanted = languages(language)
            house = doors.open(office)
            desk = house.accounting()
            made = stated(desk, _number(number))
            files = {"statement.json": made.data}
            for each in wanted:
                said = page(made.data, each, synthetic=house.profile == "synthetic")
                files |= {f"statement.{each}.html": html(said), f"statement.{each}.pdf": pdf(desk.pdf, made.data, said)}
            out.mkdir(mode=0o700)
            for name, data in files.items():
                (out / name).write_bytes(data)
        typer.echo(f"wrote {len(files)} files into {out}")

    @person.command()
    def verify(
        file: Annotated[Path, typer.Argument(help="The file statement.json.")],
        policy: Annotated[Path, typer.Option(help="Keys that sign the log, from somebody you trust.")],
        number: NUMBER = Path("-"),
    ) -> None:
        """Check a statement without the office, with your own number and a policy that did not come with it."""
        with answering():
            found = doors.check_statement(file.read_bytes(), policy.read_bytes(), _number(number))
        typer.echo("whole. Shown by this file and your number:")
        typer.echo(f"- entries counted: {found.entries}, of them still sealed: {found.sealed}; none is left out")
        typer.echo(f"- records about this number that were handed out: {found.acts}")
        typer.echo(
            f"- it reaches to entry {found.through - 1} of the log, {found.total} entries of all people together"
        )
        typer.echo(f"- the key of the index is {found.key}; it is the same for everybody, compare it with others")
        typer.echo("What this cannot prove:")
        typer.echo("- that nothing left by a way that never passed through this office's program")
        typer.echo("- purpose, fields and years: those are the custodian's own words")
        typer.echo("- that the index has every row under the right person: auditors with sealed access check that")
        typer.echo("- whether the law lets something be kept from you altogether: this reads the same either way")


def _papers(person: typer.Typer, doors: Doors) -> None:
    @person.command()
    def corrections(
        field: Annotated[str, typer.Argument(help="Field that was corrected, by its id.")],
        basis: Annotated[Path, typer.Argument(help="The paper that made the correction.")],
        out: Annotated[Path, typer.Argument(help="Folder for the papers.")],
        number: NUMBER = Path("-"),
        office: OFFICE = Path(),
    ) -> None:
        """Write one correction for each recipient who was given this field of this person."""
        from hashlib import sha256

        from lawgate.office.notices import corrections as made

        with answering():
            desk = writing(doors, office).accounting()
            papers = made(desk, _number(number), field, sha256(basis.read_bytes()).hexdigest(), _keeper(out))
        _tell(papers)

    @person.command()
    def notices(
        trigger: Annotated[Path, typer.Argument(help="Record of a charge or of proposed discipline (TOML).")],
        out: Annotated[Path, typer.Argument(help="Folder for the notices.")],
        office: OFFICE = Path(),
    ) -> None:
        """Write the notice to each person concerned; only a recorded charge or proposed discipline leads to one."""
        from lawgate.office.notices import notices as made
        from lawgate.office.notices import read_trigger

        with answering():
            desk = writing(doors, office).accounting()
            papers = made(desk, read_trigger(desk, trigger.read_bytes()), _keeper(out))
        _tell(papers)


def _keeper(folder: Path) -> Callable[[str, bytes], None]:
    """Writes papers into a folder, never over one that is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(name: str, data: bytes) -> None:
        with (folder / name).open("xb") as file:
            file.write(data)

    return keep


def _tell(papers: list[Paper]) -> None:
    for each in papers:
        typer.echo(f"{each.name} for {each.to}, named in leaf {each.leaf}")


def _number(source: Path) -> str:
    """The number in a file or on standard input; at a terminal it is asked for, and not shown.

    What is no plain text stays none: every character that is not ASCII becomes one that no number has.
    """
    if source != Path("-"):
        try:
            with source.open("rb") as file:
                return file.read(LONGEST).decode("ascii", "replace")
        except OSError as error:
            # What was typed as the file's name may be the number, in whatever spelling.
            raise OSError(error.errno, error.strerror) from None
    if sys.stdin.isatty():
        return str(typer.prompt("The person's number (it is not shown)", hide_input=True, err=True))
    return sys.stdin.buffer.readline(LONGEST).decode("ascii", "replace")
