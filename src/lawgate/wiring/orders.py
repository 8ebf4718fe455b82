# SPDX-License-Identifier: Apache-2.0
"""The door for orders: it needs the docket alone. Whatever else of the office is broken, a stop can be entered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.drivers.package.folders import PackageFolders
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.proof import LogProof
from lawgate.model.fault import LawgateError
from lawgate.office.orders import OrderDesk
from lawgate.ports.release import ReleaseLog
from lawgate.wiring.settings import FILE, NoOfficeError


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


def open_orders(folder: Path) -> OrderDesk:
    """The desk for orders of an office folder. It opens nothing: the docket at the first call, the log after it.

    NoOfficeError, and nothing is made, for a folder that has neither settings nor a docket: it was named by mistake.
    """
    if not (folder / FILE).exists() and not (folder / "docket").exists():
        raise NoOfficeError("this is not an office folder: it has neither settings.toml nor a docket")
    register, gate = FolderRegister(folder / "docket"), FileGate(folder / "gate")
    log, packages = LateLog(lambda: _log(folder)), PackageFolders(folder / "packages")
    return OrderDesk(register, log, gate, packages, SystemClock(), humans_of(folder))


def humans_of(folder: Path) -> Callable[[Iterable[str]], Iterable[str]]:
    """Every id of the people whom some ids name, by the registers of an office folder as they are when it is asked.

    LawgateError when they cannot be read.
    """

    def humans(ids: Iterable[str]) -> Iterable[str]:
        try:
            from lawgate.law.registers import read_registers

            texts = {file.name: file.read_bytes() for file in sorted((folder / "registers").glob("*.toml"))}
        except (ImportError, OSError) as lost:
            raise LawgateError(f"nobody can tell who is who ({type(lost).__name__})") from None
        return read_registers(texts).humans(ids)

    return humans


def _log(folder: Path) -> ReleaseLog:
    try:
        from lawgate.wiring.log import logged
        from lawgate.wiring.settings import read_settings
    except ImportError as lost:
        raise LawgateError(f"the installation lacks {lost.name}") from None
    return logged(folder, read_settings(folder)).log
