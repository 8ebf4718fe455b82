# SPDX-License-Identifier: Apache-2.0
"""What every command shares: the way into an office folder, its options, and how a refusal is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lawgate.office.house import House
    from lawgate.office.orders import OrderDesk
    from lawgate.ports.intake import Parsed

OFFICE = Annotated[Path, typer.Option("--office", "-o", envvar="LAWGATE_OFFICE", help="The office folder.")]
BATCH = Annotated[str, typer.Argument(help="Batch id, as `lawgate status` lists it.")]
PERSON = Annotated[str, typer.Option("--by", help="Person id of whoever does this.")]


@dataclass(frozen=True, slots=True)
class Offline:
    """What a requester can do without an office: read a request as the custodian will, and get the empty form."""

    validate: Callable[[Path], Parsed]
    template: Callable[[], dict[str, bytes]]


def _nowhere(_rulebook: Path | None) -> Offline:
    from lawgate.model.fault import LawgateError

    raise LawgateError("this command line was put together without a rulebook")


@dataclass(frozen=True, slots=True)
class Doors:
    """What wiring gives the command line: how to make an office folder, how to open one, what needs none.

    `orders` opens the desk for orders and nothing else, so that it opens when the rest cannot be. `offline` takes the
    folder of a rulebook, None for the one shipped.
    """

    create: Callable[[Path, str], None]
    open: Callable[[Path], House]
    orders: Callable[[Path], OrderDesk]
    offline: Callable[[Path | None], Offline] = _nowhere


@contextmanager
def answering() -> Iterator[None]:
    """Turn what a step refuses into a plain sentence on standard error and exit status 1 (2: a machine fault)."""
    from lawgate.model.fault import Faulty, LawgateError, Refused

    try:
        yield
    except Faulty as faulty:
        for fault in faulty.faults:
            typer.echo(fault.sentence(), err=True)
        raise typer.Exit(1) from None
    except Refused as refused:
        typer.echo(f"not done: {refused}", err=True)
        raise typer.Exit(1) from None
    except LawgateError as broken:
        typer.echo(f"stopped: {broken}", err=True)
        raise typer.Exit(2) from None
    except OSError as broken:
        typer.echo(f"stopped: {broken.filename or 'a file'}: {broken.strerror}", err=True)
        raise typer.Exit(2) from None
