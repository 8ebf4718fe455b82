# SPDX-License-Identifier: Apache-2.0
"""Entry point of the `lawgate` command."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from lawgate.surfaces.cli.app import build
from lawgate.surfaces.cli.doors import Doors, Offline, WitnessDoors
from lawgate.surfaces.cli.resort import in_thread, last_resort

if TYPE_CHECKING:
    from lawgate.office.house import House
    from lawgate.office.orders import OrderDesk
    from lawgate.office.receive import Received
    from lawgate.office.statement_check import Checked

SHIPPED = "_rulebooks"


def rulebooks() -> Path:
    """The folder of rulebooks shipped with the program, or the one beside the source."""
    spec = find_spec("lawgate")
    root = Path(str(spec.origin)).parent if spec else Path()
    shipped = root / SHIPPED
    return shipped if shipped.is_dir() else root.parent.parent / "rulebooks"


def doors() -> Doors:
    """What the command line opens; nothing of it is opened yet."""
    witnesses = WitnessDoors(_init, _know, _serve, _found)
    return Doors(_create, _open, _orders, _offline, _after, witnesses, _check_statement, _receive)


def main() -> None:
    """Run the command line. What nobody foresaw is told by its type and place, and never with a value."""
    from typer.main import get_command

    sys.excepthook = last_resort
    threading.excepthook = in_thread
    # The command itself and not the Typer object: that would put its own hook, which prints values, in place of ours.
    get_command(build(doors()))()


def _create(folder: Path, name: str) -> None:
    _found(folder, name, b"")


def _found(folder: Path, name: str, witnesses: bytes) -> str:
    from lawgate.wiring.folder import create

    return create(folder, rulebooks(), _book(), name, witnesses)


def _after(folder: Path, name: str, closed: Path) -> str:
    from lawgate.wiring.folder import create

    return create(folder, rulebooks(), _book(), name, after=closed)


def _book() -> str:
    return min(p.name for p in rulebooks().iterdir() if (p / "rulebook.toml").exists())


def _init(folder: Path, name: str, logs: Sequence[str]) -> str:
    from lawgate.wiring.witness import init

    return init(folder, name, logs)


def _know(folder: Path, log: str) -> str:
    from lawgate.wiring.witness import know

    return know(folder, log)


def _serve(folder: Path, host: str, port: int, listening: Callable[[str], None]) -> None:
    from lawgate.wiring.witness import serve

    serve(folder, host, port, listening)


def _offline(rulebook: Path | None) -> Offline:
    from lawgate.wiring.offline import offline

    shipped = sorted(p.parent for p in rulebooks().glob("*/rulebook.toml"))
    return offline(rulebook or shipped[0])


def _orders(folder: Path) -> OrderDesk:
    from lawgate.wiring.orders import open_orders

    return open_orders(folder)


def _check_statement(statement: bytes, policy: bytes, number: str) -> Checked:
    from lawgate.wiring.accounting import check

    return check(statement, policy, number)


def _receive(folder: Path, identity: Path) -> Received:
    from lawgate.wiring.sealers import receive_handout

    return receive_handout(folder, identity)


def _open(folder: Path) -> House:
    from lawgate.wiring.folder import open_house

    return open_house(folder)


if __name__ == "__main__":
    main()
