# SPDX-License-Identifier: Apache-2.0
"""What every command shares: the way into an office folder, its options, and how a refusal is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from lawgate.model.fault import Faulty, LawgateError, Refused

if TYPE_CHECKING:
    from lawgate.model.meanings.entry import Group
    from lawgate.office.house import House
    from lawgate.office.orders import OrderDesk
    from lawgate.office.receive import Received
    from lawgate.office.statement_check import Checked
    from lawgate.ports.intake import Parsed

OFFICE = Annotated[Path, typer.Option("--office", "-o", envvar="LAWGATE_OFFICE", help="The office folder.")]
BATCH = Annotated[str, typer.Argument(help="Batch id, as `lawgate status` lists it.")]
PERSON = Annotated[str, typer.Option("--by", help="Person id of whoever does this.")]


@dataclass(frozen=True, slots=True)
class Offline:
    """What a requester can do without an office: read a request as the custodian will, and get the empty form."""

    validate: Callable[[Path], Parsed]
    template: Callable[[], dict[str, bytes]]


def _no_witness(*_words: object) -> NoReturn:
    raise LawgateError("this command line was put together without witnesses")


@dataclass(frozen=True, slots=True)
class WitnessDoors:
    """What wiring gives for witnesses: one that runs by itself, and an office whose witnesses are elsewhere.

    `init` takes a folder, a name and keys of logs and gives the public key; `know` makes a log known and gives its
    origin; `serve` ends with a signal and says where it listens; `found` makes an office from its list of witnesses and
    gives the log's public key.
    """

    init: Callable[[Path, str, Sequence[str]], str] = _no_witness
    know: Callable[[Path, str], str] = _no_witness
    serve: Callable[[Path, str, int, Callable[[str], None]], None] = _no_witness
    found: Callable[[Path, str, bytes], str] = _no_witness


def _nowhere(_rulebook: Path | None) -> Offline:
    raise LawgateError("this command line was put together without a rulebook")


def _no_shard(_folder: Path, _name: str, _after: Path) -> str:
    raise LawgateError("this command line was put together without shards")


def _no_check(_statement: bytes, _policy: bytes, _number: str) -> Checked:
    raise LawgateError("this command line was put together without the check of statements")


def _no_receiving(_folder: Path, _identity: Path) -> Received:
    raise LawgateError("this command line was put together without receiving")


@dataclass(frozen=True, slots=True)
class Doors:
    """What wiring gives the command line: how to make an office folder, how to open one, what needs none.

    `orders` opens the desk for orders and nothing else, so that it opens when the rest cannot be. `offline` takes the
    folder of a rulebook, None for the one shipped. `after` makes an office that goes on with a closed log of another
    folder, and gives the new log's public key. `check_statement` takes a statement, a policy's text and a number.
    `receive` opens a delivered folder with an identity file.
    """

    create: Callable[[Path, str], None]
    open: Callable[[Path], House]
    orders: Callable[[Path], OrderDesk]
    offline: Callable[[Path | None], Offline] = _nowhere
    after: Callable[[Path, str, Path], str] = _no_shard
    witness: WitnessDoors = WitnessDoors()
    check_statement: Callable[[bytes, bytes, str], Checked] = _no_check
    receive: Callable[[Path, Path], Received] = _no_receiving


@contextmanager
def answering() -> Iterator[None]:
    """Turn what a step refuses into a code, a plain sentence and how to mend it, on standard error.

    Exit status 1, or 2 for a machine fault. What each code means stands in docs/reference/codes.md.
    """
    from lawgate.model.meanings.steps import STEPS
    from lawgate.model.meanings.stops import STOPS, UNREADABLE_FILE

    try:
        yield
    except Faulty as faulty:
        for fault in faulty.faults:
            typer.echo(fault.sentence(), err=True)
        raise typer.Exit(1) from None
    except Refused as refused:
        typer.echo(f"not done: {refused}", err=True)
        _mend_refused(refused, STEPS)
        raise typer.Exit(1) from None
    except LawgateError as broken:
        typer.echo(f"stopped: {coded(broken)}", err=True)
        _mend_stopped(broken, STOPS)
        raise typer.Exit(2) from None
    except OSError as broken:
        typer.echo(f"stopped: {coded(broken)}", err=True)
        to_mend(STOPS, UNREADABLE_FILE)
        raise typer.Exit(2) from None


def coded(error: LawgateError | OSError) -> str:
    """What went wrong as code and sentence, for a place where the step itself is done and only this is told."""
    from lawgate.model.meanings.stops import UNREADABLE_FILE

    match error:
        case Refused():
            return str(error)
        case LawgateError():
            return f"{error.stop}: {error}"
    return f"{UNREADABLE_FILE}: {_said(error.filename) or 'a file'}: {error.strerror}"


def _said(path: object) -> str:
    """A path, if it may be said again: somebody may have typed a number where a file that holds it belongs."""
    from lawgate.ledger.schema import may_be_number

    return "" if path is None or may_be_number(str(path)) else str(path)


def _mend_refused(refused: Refused, steps: Group) -> None:
    from lawgate.model.meanings.bars import BARS
    from lawgate.protocol.bars import Barred

    if not isinstance(refused, Barred):
        to_mend(steps, refused.code)
        return
    for bar in refused.bars:
        to_mend(BARS, bar.code, named=True)


def _mend_stopped(broken: LawgateError, stops: Group) -> None:
    from lawgate.model.meanings.table import REASONS, mending

    told = [code for _, code in getattr(broken, "refusals", ())] or [getattr(broken, "code", "")]
    reasons = [code for code in told if broken.stop in REASONS and mending(REASONS[broken.stop], code)]
    for code in reasons:
        to_mend(REASONS[broken.stop], code, named=True)
    if not reasons:
        to_mend(stops, broken.stop)


def to_mend(group: Group, code: str, *, named: bool = False) -> None:
    """Say how to mend what a code stands for; `named` where several codes were told before."""
    from lawgate.model.meanings.table import mending

    if how := mending(group, code):
        typer.echo(f"to mend{f' `{code}`' if named else ''}: {how}", err=True)


def writing(doors: Doors, office: Path, *, taking_up: bool = False) -> House:
    """The house of an office folder for a command that writes: LawgateError when the office is read-only.

    `taking_up`: the command may make up what an interrupted run of it left; then only what it writes besides is shut.
    """
    house = doors.open(office)
    house.hold(taking_up)
    return house


def moment(text: str) -> datetime:
    """The instant in a text. Refused E_TIME when it is none, or lacks its offset: then it could be any zone's.

    Years are those an order can state: at the ends of the calendar a moment cannot be told in every zone.
    """
    from lawgate.docket.form import instant

    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        made = None
    if made is None or not instant(made):
        raise Refused("E_TIME", "this is no instant of the years 1900 to 2999, or it lacks its offset")
    return made


def writable(out: Path) -> None:
    """Make the folder for what a command writes. OSError where it cannot write: found out before a leaf says it did."""
    from tempfile import TemporaryFile

    out.mkdir(parents=True, exist_ok=True)
    TemporaryFile(dir=out).close()


class NoFolderError(LawgateError):
    """A folder that was named and is not there."""

    stop = "E_FOLDER"


def there(folder: Path) -> Path:
    """The folder. NoFolderError when there is none of that name: nobody has sent anything then."""
    if not folder.is_dir():
        raise NoFolderError(f"there is no folder {_said(folder) or 'of that name'}")
    return folder
