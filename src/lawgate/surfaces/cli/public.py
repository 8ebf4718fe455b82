# SPDX-License-Identifier: Apache-2.0
"""Commands about the public pages: build them, and build them again whenever an order comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, Doors, answering, coded

if TYPE_CHECKING:
    from lawgate.office.house import House

FOLLOWED = "public-site.txt"
"""File of an office folder that names the folder of pages to build again when an order comes in."""


NOT_COUNTED = "the page of statistics has no numbers:"


def add_public(app: typer.Typer, doors: Doors) -> None:
    """Add the group `public` to the command line."""
    public = typer.Typer(no_args_is_help=True, help="Pages for everybody, without a server.")
    app.add_typer(public, name="public")

    @public.command()
    def build(
        out: Path,
        follow: Annotated[
            bool, typer.Option("--follow", help="From now on build OUT again whenever an order comes in.")
        ] = False,
        office: OFFICE = Path(),
    ) -> None:
        """Write the pages into OUT: a new folder, an empty one, or one with these pages."""
        with answering():
            made, uncounted = build_site(doors.open(office), out)
            if follow:
                (office / FOLLOWED).write_text(f"{out.resolve()}\n", "utf-8")
        typer.echo(f"wrote {made} files; begin with {out / 'index.html'}")
        if follow:
            typer.echo("they are built again whenever an order comes in")
        if uncounted:
            typer.echo(f"{NOT_COUNTED} {uncounted}", err=True)
            raise typer.Exit(1)

    @public.command()
    def unfollow(office: OFFICE = Path()) -> None:
        """Do not build pages again when an order comes in. Those that are there stay as they are."""
        with answering():
            (office / FOLLOWED).unlink(missing_ok=True)
        typer.echo("no pages are built when an order comes in")


def build_site(house: House, out: Path) -> tuple[int, str]:
    """Write the pages as they are now; how many files, and what kept the statistics from being counted, if anything.

    Refused E_OUT for a folder that holds something else.
    """
    from lawgate.office.public import pages
    from lawgate.surfaces.site.render import INDEX, site

    old = _written_before(out, INDEX)
    found = pages(house)
    made = site(found)
    write_files(out, made)
    for name in old - made.keys():
        (out / name).unlink(missing_ok=True)
    return len(made), found.uncounted


def write_files(out: Path, made: Mapping[str, bytes]) -> None:
    """Write files in this order, each whole: a reader never meets half a page."""
    for name, data in made.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new")
        fresh.write_bytes(data)
        fresh.replace(target)


def _written_before(out: Path, index: str) -> set[str]:
    """Names of the files an earlier build left in the folder; none for a new or empty folder."""
    from lawgate.model.fault import Refused

    if not out.exists() or not any(out.iterdir()):
        return set()
    try:
        found = set(json.loads((out / index).read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        found = set()
    names = {name for name in found if isinstance(name, str) and ".." not in Path(name).parts}
    if not names or any(Path(name).is_absolute() for name in names):
        raise Refused("E_OUT", "the folder holds something that is not pages of this program; name another one")
    return names


def again_for_everybody(house: House, office: Path) -> None:
    """After an order was entered: build the pages again, if a folder of them is followed. The order binds anyway."""
    from lawgate.model.fault import LawgateError

    place = office / FOLLOWED
    try:
        if place.exists():
            out = Path(place.read_text("utf-8").strip())
            _, uncounted = build_site(house, out)
            typer.echo(f"the public pages say so: {out / 'index.html'}")
            if uncounted:
                typer.echo(f"{NOT_COUNTED} {uncounted}", err=True)
    except (LawgateError, OSError) as broken:
        not_built(office, coded(broken))


def not_built(office: Path, why: str = "the office could not be opened") -> None:
    """Say that the pages that are followed do not tell of an order yet; nothing when none are followed."""
    if (office / FOLLOWED).exists():
        typer.echo(f"THE ORDER BINDS, but the public pages were not built again: {why}", err=True)
        typer.echo("when that is mended: `lawgate public build`", err=True)
