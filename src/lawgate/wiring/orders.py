# SPDX-License-Identifier: Apache-2.0
"""The door for orders: it needs the docket alone. Whatever else of the office is broken, a stop can be entered."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lawgate.authority.lifts import BEGUN, ENDED, NOTICE, RECEIPT, WAIT, Lifting, lifted, loosening_hours
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.drivers.package.folders import PackageFolders
from lawgate.drivers.tiles.files import sync_folder
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.proof import LogProof
from lawgate.model.fault import LawgateError
from lawgate.model.request import Registers
from lawgate.office.order_leaves import outlived
from lawgate.office.orders import OrderDesk
from lawgate.ports.release import PackageStore, ReleaseLog
from lawgate.wiring.settings import FILE, NoOfficeError

if TYPE_CHECKING:
    from lawgate.office.bench import Lifted

ACTS = "acts"
"""The folder beside the docket with papers about acts: proofs, notices, receipts."""
PART = "writing-"
WAITS = (f".{BEGUN}", f".{ENDED}")


class LateLog:
    """A `ReleaseLog` (see `ports.release`) that is not opened before something is asked of it."""

    def __init__(self, opened: Callable[[], ReleaseLog]) -> None:
        """What `opened` raises comes out of every call."""
        self._opened = opened
        self._log: ReleaseLog | None = None

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        """Store one leaf; its index."""
        return self._now().append(leaf, still)

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        """Every leaf."""
        return list(self._now().leaves())

    def publish(self) -> None:
        """Publish the head."""
        self._now().publish()

    def proof(self, index: int) -> LogProof:
        """Path and published checkpoint."""
        return self._now().proof(index)

    def _now(self) -> ReleaseLog:
        if self._log is None:
            self._log = self._opened()
        return self._log


class LatePackages:
    """A `PackageStore` (see `ports.release`) that is not opened before something is asked of it."""

    def __init__(self, opened: Callable[[], PackageStore]) -> None:
        """What `opened` raises comes out of every call."""
        self._opened = opened

    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        """Keep a package; its tar."""
        return self._opened().put(package, members, beside)

    def tar(self, package: str) -> bytes:
        """The stored tar."""
        return self._opened().tar(package)

    def member(self, tar: bytes, name: str) -> bytes:
        """One file of the tar."""
        return self._opened().member(tar, name)

    def beside(self, package: str, name: str) -> bytes:
        """One file of the package's folder."""
        return self._opened().beside(package, name)


def open_orders(folder: Path) -> OrderDesk:
    """The desk for orders of an office folder. It opens nothing: the docket at the first call, log and packages after.

    NoOfficeError, and nothing is made, for a folder that has neither settings nor a docket: it was named by mistake.
    """
    if not (folder / FILE).exists() and not (folder / "docket").exists():
        raise NoOfficeError("this is not an office folder: it has neither settings.toml nor a docket")
    # An office that died in the middle has given its gate back, and the second keeper may still be at work.
    register, gate = FolderRegister(folder / "docket"), FileGate(folder / "gate", also=(folder / "gate-2",))
    log, packages = LateLog(lambda: _log(folder)), LatePackages(lambda: PackageFolders(folder / "packages"))
    return OrderDesk(
        register,
        log,
        gate,
        packages,
        SystemClock(),
        humans_of(folder),
        keep_of(folder),
        lifting_of(folder),
        kept_of(folder),
    )


def keep_of(folder: Path) -> Callable[[str, bytes], None]:
    """Where papers about acts are kept, durably: a folder beside the docket.

    What is there stays as it is, unless `order_leaves.outlived` says that it is worth nothing.
    """
    kept = kept_of(folder)

    def keep(name: str, paper: bytes) -> None:
        place = folder / ACTS
        place.mkdir(mode=0o700, exist_ok=True)
        if not (place / name).exists() or outlived(name, _read(place / name), paper, kept):
            _put(place, name, paper)
        # Also what was there already: whoever wrote it may not have come to this.
        sync_folder(place)
        sync_folder(folder)

    return keep


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""  # what the disk does not give back any more


def _put(place: Path, name: str, paper: bytes) -> None:
    """Write a paper whole or not at all. Each writer has a file of its own, which no reader takes for a paper."""
    handle, made = tempfile.mkstemp(prefix=PART, dir=place)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(paper)
            out.flush()
            os.fsync(out.fileno())
        Path(made).replace(place / name)
    except OSError:
        Path(made).unlink(missing_ok=True)
        raise


def kept_of(folder: Path) -> Callable[[str], bytes]:
    """What `keep_of` kept under a name; empty when there is nothing. OSError when it cannot be read."""

    def kept(name: str) -> bytes:
        place = folder / ACTS / name
        return place.read_bytes() if place.exists() else b""

    return kept


def lifting_of(folder: Path) -> Callable[[], Lifting]:
    """What acts that loosen are judged by, as registers, rulebook, policy and kept proofs are when it is asked.

    LawgateError when any of them cannot be read.
    """

    def lifting() -> Lifting:
        try:
            from lawgate.drivers.keys.verify import verify
            from lawgate.law.read import read_rulebook
            from lawgate.wiring.settings import read_settings
            from lawgate.wiring.sources import parties
            from lawgate.wiring.witness import read_listed

            settings, registers = read_settings(folder), _registers(folder)
            law = folder / "rulebooks" / settings.rulebook
            files = {file.relative_to(law).as_posix(): file.read_bytes() for file in law.glob("**/*.toml")}
            stated = read_rulebook(files, SystemClock().now().date()).parameters.get(WAIT)
            waits = {file.name: file.read_bytes() for file in (folder / ACTS).glob("*.*") if file.suffix in WAITS}
            told, papers = parties(folder), _papers(folder / ACTS)
        except (ImportError, OSError) as lost:
            raise LawgateError(f"no act can be judged ({type(lost).__name__})") from None
        policy, hours = read_listed(folder).policy, loosening_hours(stated)
        return Lifting(registers, policy, verify, settings.review_office, waits, told, papers, hours)

    return lifting


def lifted_of(folder: Path, leaves: Callable[[], Iterable[tuple[int, StageLeaf]]]) -> Lifted:
    """Which acts of a docket may loosen at a moment, by given registers and by the log up to then.

    The same docket, registers and moment give the same answer later, as long as the papers about acts are kept and
    the register of notice parties has who was told. LawgateError when it cannot be told.
    """
    lifting = lifting_of(folder)

    def asked(docket: Mapping[str, bytes], registers: Registers, at: datetime) -> frozenset[str]:
        until = [(index, leaf) for index, leaf in leaves() if leaf.at <= instant(at)]
        if not any(leaf.kind == "lift" for _, leaf in until):
            return frozenset()
        return lifted(until, docket, replace(lifting(), registers=registers), at)

    return asked


def _papers(acts: Path) -> dict[str, bytes]:
    """Notices of acts and receipts by the SHA-256 (hex) that they are kept under."""
    files = (file for each in (NOTICE, RECEIPT) for file in acts.glob(f"{each}*"))
    return {file.name.partition("-")[2]: file.read_bytes() for file in files}


def _registers(folder: Path) -> Registers:
    from lawgate.law.registers import read_registers

    return read_registers({file.name: file.read_bytes() for file in sorted((folder / "registers").glob("*.toml"))})


def humans_of(folder: Path) -> Callable[[Iterable[str]], Iterable[str]]:
    """Every id of the people whom some ids name, by the registers of an office folder as they are when it is asked.

    LawgateError when they cannot be read.
    """

    def humans(ids: Iterable[str]) -> Iterable[str]:
        try:
            registers = _registers(folder)
        except (ImportError, OSError) as lost:
            raise LawgateError(f"nobody can tell who is who ({type(lost).__name__})") from None
        return registers.humans(ids)

    return humans


def _log(folder: Path) -> ReleaseLog:
    try:
        from lawgate.wiring.log import logged
        from lawgate.wiring.settings import read_settings
    except ImportError as lost:
        raise LawgateError(f"the installation lacks {lost.name}") from None
    return logged(folder, read_settings(folder)).log
