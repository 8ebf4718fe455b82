# SPDX-License-Identifier: Apache-2.0
"""Commands about orders. They come in by a door of their own, which nothing else of the office can close."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.again import again_under_orders, warn_of_names
from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, coded
from lawgate.surfaces.cli.public import again_for_everybody, not_built

if TYPE_CHECKING:
    from lawgate.office.house import House


def add_orders(app: typer.Typer, doors: Doors) -> None:
    """Add the group `order` to the command line."""
    order = typer.Typer(no_args_is_help=True, help="Court orders and other stops.")
    app.add_typer(order, name="order")

    @order.command()
    def enter(
        file: Path,
        by: PERSON,
        unreadable: Annotated[str, typer.Option(help="Enter a paper nobody can read, under this name.")] = "",
        office: OFFICE = Path(),
    ) -> None:
        """Enter an order. It binds at once; one person is enough."""
        from lawgate.office.orders import enter_order, enter_unreadable, not_enforced

        with answering():
            desk = doors.orders(office)
            text = _paper(file)
            with _nothing_entered():
                name = enter_unreadable(desk, unreadable, text, by) if unreadable else enter_order(desk, text, by)
        typer.echo(f"{name} is in force")
        for sentence in () if unreadable else not_enforced(text):
            typer.echo(sentence, err=True)
        if (house := _house(doors, office)) is not None:
            if not unreadable:
                warn_of_names(house, text)
            # First: deciding again can take long, and people are to see at once what applies.
            again_for_everybody(house, office)
            again_under_orders(house)
        else:
            not_built(office)

    @order.command("list")
    def listed(office: OFFICE = Path()) -> None:
        """Orders in force now."""
        from lawgate.docket.standing import standing

        with answering():
            desk = doors.orders(office)
            stands = standing(desk.register.texts(), desk.clock.now())
        for one in stands.in_force:
            until = one.ends.isoformat() if one.ends else "until further notice"
            typer.echo(f"{one.id}  {one.kind}  {', '.join(e.kind for e in one.effects)}  {until}")
        for name in stands.unreadable:
            typer.echo(f"{name}  unreadable: binds everything")


@contextmanager
def _nothing_entered() -> Iterator[None]:
    """After the faults of an order: say that it does not bind, and what can be done at once."""
    from lawgate.model.fault import Faulty

    try:
        yield
    except Faulty as faulty:
        for fault in faulty.faults:
            typer.echo(fault.sentence(), err=True)
        typer.echo(
            "NOTHING WAS ENTERED. Mend the text and enter it; if that takes time, enter the paper with", err=True
        )
        typer.echo("--unreadable NAME at once: it then binds everything (docs/spec/docket.md).", err=True)
        raise typer.Exit(1) from None


def _paper(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        typer.echo("NOTHING WAS ENTERED.", err=True)
        raise


def _house(doors: Doors, office: Path) -> House | None:
    """The rest of the office, for what follows an order; None, after saying so, when it cannot be opened."""
    from lawgate.model.fault import LawgateError

    try:
        return doors.open(office)
    except (LawgateError, OSError) as broken:
        why = coded(broken)
    typer.echo(f"THE ORDER BINDS, but names and stored decisions were not looked at: {why}", err=True)
    typer.echo("when that is mended: `lawgate redecide`", err=True)
    return None
