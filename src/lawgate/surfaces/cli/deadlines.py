# SPDX-License-Identifier: Apache-2.0
"""The command that counts a period which a paper states in days or hours, and tells every step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, Doors, answering, moment

if TYPE_CHECKING:
    from lawgate.docket.clock import Counted


def add_deadlines(order: typer.Typer, doors: Doors) -> None:
    """Add the command to the group `order`."""

    @order.command()
    def deadline(
        start: Annotated[str, typer.Argument(metavar="FROM", help="The event or hour it runs from, with offset.")],
        days: Annotated[int, typer.Option(help="So many days.")] = 0,
        hours: Annotated[int, typer.Option(help="Or so many hours.")] = 0,
        office: OFFICE = Path(),
    ) -> None:
        """When a period ends that a paper states in days or hours, with every step of counting."""
        from lawgate.office.deadlines import deadline as counted

        with answering():
            rule, found = counted(doors.open(office).decide.law(), moment(start), days, hours)
        typer.echo(f"counted by {rule.id} ({rule.citation})")
        for line in _lines(found):
            typer.echo(line)


def _lines(found: Counted) -> Iterator[str]:
    for reading in found.readings:
        yield f"{reading.reading}: ends {reading.ends.isoformat()}"
        yield from (f"    {step}" for step in reading.steps)
    # Of what binds the longer is the stricter, of what frees the shorter.
    earliest = min(found.readings, key=lambda each: each.ends)
    yield f"for the stated end of an order (`ends`): {found.acts.ends.isoformat()}"
    yield f"for the lapse of a stay (`order paper --until`): {earliest.ends.isoformat()}"
