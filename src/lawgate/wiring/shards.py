# SPDX-License-Identifier: Apache-2.0
"""Close a log for good, and give the office in which it goes on what binds it: the docket, the registers, the seam."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.drivers.package.folders import PackageFolders
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.fold import CLOSE, State, fold
from lawgate.ledger.leaf import StageLeaf, instant, parse
from lawgate.ledger.quorum import check
from lawgate.ledger.quorum_text import render_listed
from lawgate.ledger.schema import Value
from lawgate.model.fault import Refused
from lawgate.office.orders import OrderDesk, complete_orders
from lawgate.wiring.holding import HeldLog
from lawgate.wiring.log import Logged, logged
from lawgate.wiring.orders import humans_of
from lawgate.wiring.settings import read_settings
from lawgate.wiring.witness import read_listed

YEAR, REASONS = "year", ("year", "broken", "key")
"""Why a log is closed: its time is over, it cannot be continued, its key is not to be trusted any more."""
_ORIGIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}/log")


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed log: its witnessed head, the origin it names next, its leaves, the witnesses elsewhere it had."""

    head: Checkpoint
    next_origin: str
    leaves: tuple[StageLeaf, ...]
    witnesses: bytes


class _Quiet(HeldLog):
    """A new log that its witnesses may not know yet: what is appended is published by the first step after that."""

    def publish(self) -> None:
        """Nothing."""


def close(made: Logged, log: HeldLog, next_origin: str, reason: str) -> Checkpoint:
    """Write the leaf that closes the log for good, and publish its head; that head.

    Refused E_SHARD when the next name or the reason is none. When the reason is only that the time is over: Refused
    E_SHARD_OPEN while something is under way, and as for every writing step when the office is read-only.
    """
    if not _ORIGIN.fullmatch(next_origin) or next_origin == made.policy.origin or reason not in REASONS:
        raise Refused("E_SHARD", f"name another log (NAME/log) and one of these reasons: {', '.join(REASONS)}")
    if reason == YEAR:
        log.hold()
    with made.store() as opened:
        leaves = [parse(opened.read(index)) for index in range(opened.size())]
        if leaves and leaves[-1].kind == CLOSE:
            raise Refused("E_CLOSED", f"this log is closed for good; it goes on as {leaves[-1].text('next_origin')}")
        if reason == YEAR and (waiting := _under_way(fold(enumerate(leaves)))):
            raise Refused("E_SHARD_OPEN", f"still under way: {', '.join(waiting)}")
        at = max(instant(SystemClock().now()), leaves[-1].at if leaves else "")
        body: dict[str, Value] = {"size": len(leaves), "next_origin": next_origin, "reason": reason}
        opened.append([StageLeaf("shard-close", at, body).render()])
        head = opened.head()
    made.log.publish()
    return head


def _under_way(state: State) -> list[str]:
    """Batches that wait to be decided, packages that nobody was given."""
    given = {each.package for each in state.handouts.values()}
    waiting = [f"batch {each.id}" for each in state.batches.values() if each.state == "received"]
    return waiting + [f"package {name}" for name in state.packages if name not in given]


def closed(folder: Path, origin: str) -> Closed:
    """The closed log of an office folder, whose last leaf names `origin`, under a head that its witnesses cosigned.

    Refused E_SHARD_NEXT when it is not closed, not published to its end, or names another log; E_SHARD_DAY on the day
    of its last review: what one person reviewed that day would be counted from zero.
    """
    made = logged(folder, read_settings(folder))
    with made.store() as opened:
        leaves = tuple(parse(opened.read(index)) for index in range(opened.size()))
        note = opened.checkpoint()
    try:
        head = check(note or b"", made.policy, verify).checkpoint
    except MalformedError:
        raise Refused("E_SHARD_NEXT", "the head of the closed log is not published under its witnesses") from None
    if not leaves or leaves[-1].kind != CLOSE or head.size != len(leaves):
        raise Refused("E_SHARD_NEXT", "that log is not closed, or its last leaf is not published")
    if leaves[-1].text("next_origin") != origin:
        raise Refused("E_SHARD_NEXT", f"that log goes on as {leaves[-1].text('next_origin')}, and not as {origin}")
    today = datetime.now(UTC).date().isoformat()
    if any(leaf.kind == "review" and leaf.text("day") >= today for leaf in leaves):
        raise Refused("E_SHARD_DAY", "there were reviews today; begin the next log tomorrow, so that they still count")
    listed = read_listed(folder)
    text = "".join(line for line in render_listed(listed).splitlines(keepends=True) if not line.startswith("log "))
    return Closed(head, origin, leaves, text.encode() if listed.places else b"")


def carry(old: Path, new: Path) -> None:
    """Bring registers and docket of a closed office into a new one, file by file and as they are."""
    shutil.copytree(old / "registers", new / "registers", dirs_exist_ok=True)
    for file in sorted((old / "docket").iterdir()):
        _keep(new / "docket" / file.name, file.read_bytes())
    handle = os.open(new / "docket", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def carry_orders(folder: Path, made: Logged, before: Sequence[StageLeaf]) -> None:
    """Log every order of the closed log in the new one, as it was; then whatever else the docket holds."""
    log, clock = _Quiet(made.log, lambda: None), SystemClock()
    for leaf in before:
        if leaf.kind == "order-bar":
            log.append(StageLeaf("order-bar", instant(clock.now()), leaf.body))
    gate, packages = FileGate(folder / "gate"), PackageFolders(folder / "packages")
    desk = OrderDesk(FolderRegister(folder / "docket"), log, gate, packages, clock, humans_of(folder))
    complete_orders(desk)


def _keep(file: Path, data: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
