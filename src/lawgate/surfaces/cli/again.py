# SPDX-License-Identifier: Apache-2.0
"""Commands that look at a decided batch once more: replay, redecide, readings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import BATCH, OFFICE, Doors, answering, coded, to_mend, writing

if TYPE_CHECKING:
    from lawgate.office.house import House
    from lawgate.office.redecide import Redecided


def add_again(app: typer.Typer, doors: Doors) -> None:
    """Add the commands to the command line."""

    @app.command()
    def replay(batch: BATCH, office: OFFICE = Path()) -> None:
        """Decide a batch again from what its decision names, and hold every byte against the log."""
        from lawgate.model.meanings.log import REPLAYS
        from lawgate.office.replay import replay as again
        from lawgate.surfaces.cli.replays import render

        with answering():
            found = again(doors.open(office).decide, batch)
        typer.echo(render(found))
        if not found.same:
            code = "replay_missing" if found.missing else "replay_differs"
            typer.echo(f"not done: {code}: batch {batch}", err=True)
            to_mend(REPLAYS, code)
            raise typer.Exit(1)

    @app.command()
    def redecide(
        batch: Annotated[str, typer.Argument(help="Batch id; every decided batch unless said.")] = "",
        office: OFFICE = Path(),
    ) -> None:
        """Decide stored patterns again under the orders of now. Rows, records and findings are not touched."""
        from lawgate.office.redecide import redecide as again

        status = 0
        with answering():
            house = writing(doors, office)
            names = [batch] if batch else decided(house)
        for name in names:
            try:
                with answering():
                    typer.echo(told(again(house.decide, name)))
            except typer.Exit as stopped:  # told already; one spoilt batch must not keep the others as they were
                status = max(status, stopped.exit_code)
        if not names:
            typer.echo("no batch has been decided yet")
        raise typer.Exit(status)

    @app.command()
    def readings(batch: BATCH, office: OFFICE = Path()) -> None:
        """How many rows would come out how under each contested reading. The strictest one decides."""
        from lawgate.office.readings import readings as counted
        from lawgate.surfaces.cli.contests import render

        with answering():
            found = counted(doors.open(office).decide, batch)
        typer.echo(render(found))


def decided(house: House) -> list[str]:
    """Ids of the decided batches, oldest first."""
    return [each.id for each in house.decide.cases.batches() if each.state == "decided"]


def told(found: Redecided) -> str:
    """One re-decision in one line."""
    if found.leaf is None:
        return f"{found.batch}: nothing changes"
    pairs = [(n, found.before.get(n, 0), found.after.get(n, 0)) for n in sorted({*found.before, *found.after})]
    moved = "; ".join(f"{name} from {was:,} to {now:,} rows" for name, was, now in pairs if was != now)
    return f"{found.batch}: decided again in leaf {found.leaf}: {moved or 'no outcome changes'}"


def again_under_orders(house: House) -> None:
    """After an order was entered: every decided batch again. The order binds whatever comes of this."""
    from lawgate.model.fault import LawgateError
    from lawgate.office.redecide import redecide

    for batch in decided(house):
        try:
            typer.echo(told(redecide(house.decide, batch)))
        except LawgateError as error:
            typer.echo(
                f"{batch}: the order binds, but stored decisions were not decided again: {coded(error)}", err=True
            )


def warn_of_names(house: House, text: Callable[[], bytes]) -> None:
    """Say which names of an order nobody here knows. It binds as it is written whatever comes of this."""
    from lawgate.model.fault import LawgateError
    from lawgate.office.names import unknown_names

    try:
        for name in unknown_names(house.decide, text()):
            typer.echo(f"CHECK THE SPELLING: {name} is not known here; the order binds only what it names", err=True)
    except LawgateError as error:
        typer.echo(f"the order binds; its names could not be compared with the registers: {coded(error)}", err=True)
