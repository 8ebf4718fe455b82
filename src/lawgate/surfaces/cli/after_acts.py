# SPDX-License-Identifier: Apache-2.0
"""What follows an act on an order: who is told how it stands, and what is done again because of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lawgate.surfaces.cli.again import again_under_orders
from lawgate.surfaces.cli.doors import Doors, coded
from lawgate.surfaces.cli.public import again_for_everybody, not_built

if TYPE_CHECKING:
    from lawgate.office.orders import OrderDesk


def again_after_act(doors: Doors, office: Path) -> None:
    """After an act that counts, or was lifted: the pages and every decided batch again. It counts whatever comes."""
    from lawgate.model.fault import LawgateError

    try:
        house = doors.open(office)
    except (LawgateError, OSError) as broken:
        typer.echo(f"THE ACT COUNTS, but stored decisions were not decided again: {coded(broken)}", err=True)
        typer.echo("when that is mended: `lawgate redecide`", err=True)
        not_built(office)
        return
    # First: deciding again can take long, and people are to see at once what applies.
    again_for_everybody(house, office)
    again_under_orders(house)


def say_who_verified(desk: OrderDesk, order: str) -> None:
    """After a verification: of how many humans the signatures hold. The order binds whatever comes of this."""
    from lawgate.docket.history import VERIFIERS
    from lawgate.model.fault import LawgateError
    from lawgate.office.order_acts import verifiers

    try:
        humans = verifiers(desk, order)
    except (LawgateError, OSError) as broken:
        typer.echo(f"{order} binds; whose signatures hold cannot be told now: {coded(broken)}", err=True)
        return
    typer.echo(f"signatures that hold on verifications of {order}: of {humans} people of the custodian")
    if humans < VERIFIERS:
        typer.echo(f"{order} binds, and is not shown as verified before those of {VERIFIERS} hold", err=True)
