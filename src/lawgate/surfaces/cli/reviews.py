# SPDX-License-Identifier: Apache-2.0
"""`lawgate review show`: one row for the person who reviews it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import BATCH, OFFICE, PERSON, Doors, answering, writing

if TYPE_CHECKING:
    from lawgate.office.shown import Said, Shown

TITLES = {"case": "What the request says of the case", "row": "What the request says of the person"}


def add_show(review: typer.Typer, doors: Doors) -> None:
    """Add the command to the group `review`."""

    @review.command()
    def show(
        batch: BATCH,
        row: Annotated[int, typer.Argument(help="Number of the row, as `review list` shows it.")],
        by: PERSON,
        reveal: Annotated[
            str | None, typer.Option(help="Show the values; say why. The log keeps that you looked.")
        ] = None,
        office: OFFICE = Path(),
    ) -> None:
        """What the request says of one row, and what was found. Values stay hidden without --reveal REASON."""
        from lawgate.office.shown import show as shown

        with answering():
            house = doors.open(office) if reveal is None else writing(doors, office)
            found = shown(house.release, batch, row, by, reveal)
        typer.echo("\n".join(_lines(found)))


def _lines(found: Shown) -> Iterator[str]:
    from lawgate.surfaces.cli.letters import render

    yield render(found.explained)
    for part, line in (("case", found.case_line), ("row", found.line)):
        yield f"\n{TITLES[part]} (line {line} of {part}s.csv):"
        yield from (f"  {each.column:<18} {_told(each)}" for each in found.said if each.part == part)
    if found.leaf is None:
        yield "\nValues are hidden; --reveal REASON shows them and leaves an entry in the log that you looked."
    else:
        yield f"\nThat you looked, and why, is in the log under leaf {found.leaf}."


def _told(said: Said) -> str:
    """A value with nothing in it that could steer a screen."""
    if not said.given:
        return "(left empty)"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said.text) or "(given, not shown)"
