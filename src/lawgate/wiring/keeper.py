# SPDX-License-Identifier: Apache-2.0
"""Entry of the key keeper: `python -I -m lawgate.wiring.keeper OFFICE FOLDER NUMBER [--listen SOCKET]`.

Without `--listen` it holds one conversation on its standard input, a socket, and ends. With it, it is there for good,
as a service manager starts it, under the account that owns OFFICE. FOLDER is its own; of OFFICE it locks a gate.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from lawgate.authority.gates import Sources
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.keeper.client import READY, SocketKeeper, listening, started
from lawgate.drivers.keeper.memory import FileMemory
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.drivers.package.folders import FolderCourier, KeyFolder, PackageFolders
from lawgate.drivers.tiles.reader import TileReader
from lawgate.law.read import digest_of, plan_digest, read_rulebook
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.request import Registers
from lawgate.ports.clock import Clock
from lawgate.posts.keeper.keeper import Keeper, KeeperDesk
from lawgate.posts.keeper.replay import Replay
from lawgate.posts.keeper.serve import converse, serve
from lawgate.wiring.orders import lifting_of
from lawgate.wiring.sealers import sealers
from lawgate.wiring.settings import Settings, read_settings
from lawgate.wiring.sources import law_of, paper_rooms, parties, time_rule
from lawgate.wiring.witness import read_listed

FOLDERS = ("keeper", "keeper-2")
GATES = ("gate", "gate-2")
PACKAGES = "packages"
USAGE = "usage: python -I -m lawgate.wiring.keeper OFFICE FOLDER 0|1 [--listen SOCKET]"
Leaves = Sequence[tuple[int, StageLeaf]]


def keepers_of(folder: Path, settings: Settings) -> tuple[SocketKeeper, ...]:
    """The keepers of an office: each where its settings say it listens, or else started when it is needed.

    A second keeper is there only when the settings name it, or its folder lies in the office.
    """
    places = [settings.keeper, settings.second_keeper]
    made = []
    for number, (place, own) in enumerate(zip(places, FOLDERS, strict=True)):
        if place:
            made.append(SocketKeeper(listening(Path(place))))
        elif number == 0 or (folder / own).is_dir():
            root = folder.resolve()
            made.append(SocketKeeper(started([str(root), str(root / own), str(number)])))
    return tuple(made)


def keeper_at(office: Path, own: Path, number: int, clock: Clock | None = None) -> Keeper:
    """The keeper of an office whose folder of keys is `own`; `clock` as for `folder.open_house`."""
    settings = read_settings(office)
    law = partial(_files, office / "rulebooks" / settings.rulebook, "**/*.toml")
    replay = Replay(lambda: TileReader(office / "log"), FileMemory(own))
    clock, sealer = clock or SystemClock(), sealers(settings.sealing or "age")
    keys = KeyFolder(own / PACKAGES)

    def rulebook() -> Rulebook:
        return read_rulebook(law(), clock.now().date())

    def registers() -> Registers:
        return read_registers(_files(office / "registers", "*.toml"))

    sources = Sources(
        publish=lambda: None,
        leaves=replay.leaves,
        proof=replay.proof,
        texts=FolderRegister(office / "docket").texts,
        registers=registers,
        holds=partial(_holds, replay.last, law, office / "records" / "manifest.json"),
        sealable=sealer.is_recipient,
        moment=clock.now,
        policy=read_listed(office).policy,
        verify=verify,
        office=settings.review_office,
        ceilings=rulebook().ceilings,
        rulebook=rulebook,
        time_rule=lambda day: time_rule(law(), day),
        parties=partial(parties, office),
        lifting=lifting_of(office),
        papers=paper_rooms(office).read,
        law_of=partial(law_of, office, law),
    )
    gate = FileGate(office / GATES[number])
    return Keeper(KeeperDesk(number, gate, sources, PackageFolders(office / "packages"), keys, sealer, replay.size))


def _holds(
    leaves: Callable[[], Leaves], law: Callable[[], dict[str, bytes]], manifest: Path, batch: str
) -> bool | None:
    """Whether law, match plan and records are still those of the decision. The rest the office has to ask."""
    decided = [leaf for _, leaf in leaves() if leaf.kind == "decision-batch" and leaf.text("batch") == batch]
    if not decided:
        return None
    files = law()
    try:
        records = hashlib.sha256(manifest.read_bytes()).hexdigest()
    except OSError:
        return None
    found = {"rulebook": digest_of(files), "match_plan": plan_digest(files), "records": records}
    # Every decision of the batch: a later leaf with other digests makes nothing of the first one right.
    return all(leaf.text(name) == digest for leaf in decided for name, digest in found.items())


def _files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.glob(pattern)) if p.is_file()}


def main(arguments: Sequence[str]) -> None:
    """Talk until the other side ends, or for good. SystemExit (2), and a sentence, for any other line."""
    office, own, number, place = _asked(arguments)
    os.umask(0o077)
    if place is not None:
        with _listening_at(place, office) as door:
            serve(door, partial(keeper_at, office, own, number), FolderCourier)
    keeper = keeper_at(office, own, number)
    with socket.socket(fileno=0) as talk:
        talk.sendall(READY)
        converse(talk, keeper, FolderCourier)


def _asked(arguments: Sequence[str]) -> tuple[Path, Path, int, Path | None]:
    """Office, own folder, number and, when it is to listen, the socket."""
    match list(arguments):
        case [office, own, ("0" | "1") as number]:
            return Path(office), Path(own), int(number), None
        case [office, own, ("0" | "1") as number, "--listen", place]:
            return Path(office), Path(own), int(number), Path(place)
    raise _ended(USAGE)


@contextmanager
def _listening_at(place: Path, office: Path) -> Iterator[socket.socket]:
    """The socket, in the place of one that a keeper who died left there."""
    with ExitStack() as held:
        try:
            if office.stat().st_uid != os.geteuid():
                raise _ended("the key keeper of this version runs under the account that owns the office folder")
            # Whoever has the lock is the only one who listens, so a socket that lies there is nobody's. The lock ends
            # with the process, however that ends.
            lock = os.open(f"{place}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            held.callback(os.close, lock)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if place.is_socket():
                place.unlink()
            door = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            door.bind(str(place))
            door.listen(8)
        except BlockingIOError:
            raise _ended("a key keeper listens there already") from None
        except OSError as error:
            raise _ended(f"the key keeper cannot listen there: {error.strerror or 'the path is too long'}") from None
        yield door


def _ended(why: str) -> SystemExit:
    sys.stderr.write(why + "\n")
    return SystemExit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
