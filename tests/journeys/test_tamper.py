# SPDX-License-Identifier: Apache-2.0
"""Whoever changes a stored byte is found: one bit of each byte in turn, held against the log by the real check.

One bit (bit `place % 8`) and not the whole byte, because it is the least that can be changed. What finds a flip is the
part of `log verify` that is about that file, so that a flip costs milliseconds; whole runs are made beside.
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from journeys.office import SEED, Office, files_below, rewritten
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.tiles.check import verify as check_folder
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.quorum import Policy
from lawgate.office import audit as audits
from lawgate.office import stored as stored_files
from lawgate.office.audit import AuditDesk, audit
from lawgate.wiring.keeper import FOLDERS

IMMATERIAL = {"log/lock"}
"""Always empty: there is no byte to flip."""
ROOMS, PACKAGES, LOG, SALTS = "batches", "packages", "log", "keys/salt.key"
KEPT = 5


@contextmanager
def flipped(path: Path, place: int) -> Iterator[None]:
    """The file with one bit the other way, in place; put back afterwards."""
    with path.open("r+b", buffering=0) as file:
        was = os.pread(file.fileno(), 1, place)
        os.pwrite(file.fileno(), bytes([was[0] ^ 1 << place % 8]), place)
        try:
            yield
        finally:
            os.pwrite(file.fileno(), was, place)


@dataclass(frozen=True)
class Checks:
    """The parts of `log verify` for one batch of an office, each a function that says what is wrong."""

    office: Office
    batch: str

    @cached_property
    def desk(self) -> AuditDesk:
        house = self.office.house
        return AuditDesk(house.release, house.decide.engine.row_table)

    @cached_property
    def leaves(self) -> list[tuple[int, StageLeaf]]:
        return list(self.desk.release.decide.log.leaves())

    @cached_property
    def policy(self) -> Policy:
        return self.desk.release.release.policy

    def leaf(self, kind: str) -> StageLeaf:
        (found,) = [leaf for _, leaf in self.leaves if leaf.kind == kind and leaf.text("batch") == self.batch]
        return found

    def of(self, name: str) -> Callable[[], object]:
        """The check that is about this file of the office."""
        top, _, file = name.partition("/")
        decision = self.leaf("decision-batch")
        if top == LOG:
            return lambda: check_folder(self.office.folder / LOG, self.policy, verify)
        if name == SALTS:
            return lambda: list(audits.row_faults(self.desk, decision))
        if top == PACKAGES:
            return lambda: list(audits.package_faults(self.desk, self.leaf("prepared")))
        assert top == ROOMS
        file = file.rpartition("/")[2]
        if file.startswith("review-"):
            return lambda: list(audits.review_faults(self.desk, self.leaves, decision.text("batch")))
        if file.endswith(".bin"):
            return lambda: list(audits.accounting_faults(self.desk, self.leaf("prepared")))
        rooms, leaves = self.desk.release.decide.rooms, dict(self.leaves)
        return lambda: list(stored_files.file_faults(rooms, leaves, decision))


def stored(office: Office) -> list[Path]:
    """Everything that the log answers for: the log, the rooms, the packages, the salts."""
    found = [path for top in (LOG, ROOMS, PACKAGES) for path in files_below(office.folder / top)]
    return [
        path for path in (*found, office.folder / SALTS) if path.relative_to(office.folder).as_posix() not in IMMATERIAL
    ]


@pytest.fixture(scope="module")
def thirty(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Thirty rows decided, all of them reviewed, five accepted and packed."""
    top = tmp_path_factory.mktemp("thirty")
    office = opened.copy(top / "office")
    request = rewritten(opened.lab / "thirty", top / "request", rows=one_year)
    batch = office.decided(request)
    granted = [row["n"] for row in office.rows(batch) if row["grants"]]
    assert len(office.rows(batch)) == 30
    office.prepared(batch, granted[:KEPT], declined=granted[KEPT:])
    assert office.broken() == []
    return office


def the_batch(office: Office) -> str:
    (room,) = (office.folder / ROOMS).iterdir()
    return room.name


def one_year(rows: bytes) -> bytes:
    """The same year for everybody: few patterns, so that each of their bytes can be tried."""
    lines = rows.decode().split("\n")
    at = lines[0].split(",").index("taxable_periods")
    return "\n".join([lines[0], *(with_year(line, at) for line in lines[1:-1]), ""]).encode()


def with_year(line: str, at: int) -> str:
    cells = line.split(",", at + 1)
    return ",".join([*cells[:at], "2022", cells[at + 1]])


def places(office: Office, path: Path, size: str) -> range:
    """Every byte; at ci size every seventh of those log files that newer ones have replaced."""
    older = "tile" in path.parts and path.parent.suffix == ".p" and path.name != newest(path)
    return range(0, path.stat().st_size, 7 if older and size == "ci" else 1)


def newest(path: Path) -> str:
    return str(max(int(each.name) for each in path.parent.iterdir()))


def test_every_flipped_bit_is_found(thirty: Office, size: str) -> None:
    checks, tried, missed = Checks(thirty, the_batch(thirty)), 0, []
    for path in stored(thirty):
        name = path.relative_to(thirty.folder).as_posix()
        check = checks.of(name)
        assert check() == [], name
        for place in places(thirty, path, size):
            with flipped(path, place):
                tried += 1
                if not check():
                    missed.append((name, place))
    print(f"{tried:,} bits flipped one at a time, {len(missed):,} not found")
    assert missed == []
    assert tried > 40_000
    assert thirty.broken() == []


def test_the_command_says_what_is_broken(thirty: Office) -> None:
    (room,) = (thirty.folder / ROOMS).iterdir()
    (package,) = (thirty.folder / PACKAGES).iterdir()
    (paper,) = room.glob("review-*.json")
    told = {
        room / "patterns.jsonl": "patterns.jsonl is not the file the log names",
        room / "decisions.parquet": "decisions.parquet is not the file the log names",
        room / "cover.toml": "cover.toml is not the file the log names",
        paper: f"{paper.name} is not the review the log names",
        package / "package.tar": "its bytes are not those the log names",
        thirty.folder / SALTS: "rows and salts do not lead to the root in the log",
        thirty.folder / LOG / "checkpoint": "checkpoint",
    }
    for path, words in told.items():
        with flipped(path, path.stat().st_size // 2):
            done = thirty.call("log", "verify")
            assert (done.exit_code, "BROKEN" in done.stderr, words in done.stderr) == (1, True, True), done.output
    assert "whole:" in thirty.call("log", "verify").stdout


def test_a_checkpoint_is_broken_wherever_it_is_hit(thirty: Office) -> None:
    path = thirty.folder / LOG / "checkpoint"
    for at in range(0, path.stat().st_size, 29):
        with flipped(path, at):
            done = thirty.call("log", "verify")
        assert (done.exit_code, "BROKEN" in done.stderr, "checkpoint" in done.stderr) == (1, True, True), at


@pytest.mark.parametrize("name", ["patterns.jsonl", "decisions.parquet", "review-*.json", "cover.toml"])
def test_what_is_missing_is_found(thirty: Office, tmp_path: Path, name: str) -> None:
    office = thirty.copy(tmp_path / "office")
    (room,) = (office.folder / ROOMS).iterdir()
    (lost,) = room.glob(name)
    lost.unlink()
    assert any(lost.name in sentence or "cover" in sentence for sentence in office.broken())


STORE = {
    "batch": ["state = 'received'", "decision_leaf = 1", "as_of = '2020-01-01T00:00:00Z'", "accepted = 31", "id = 'x'"],
    "package": ["rows = 4", "prepared_leaf = 0", "id = 'x'"],
}


@pytest.mark.parametrize("change", [f"UPDATE {table} SET {what}" for table, many in STORE.items() for what in many])
def test_a_case_store_that_says_otherwise_is_found(thirty: Office, tmp_path: Path, change: str) -> None:
    office = thirty.copy(tmp_path / "office")
    with sqlite3.connect(office.folder / "cases.sqlite") as con:
        con.execute(change)
    con.close()
    assert any("case store" in sentence for sentence in office.broken())


def test_other_decisions_with_their_own_digests_are_found(thirty: Office, tmp_path: Path) -> None:
    """Somebody decides again, as it suits them, and stores a whole and consistent result."""
    office, other = thirty.copy(tmp_path / "office"), thirty.copy(tmp_path / "other")
    (room,) = (office.folder / ROOMS).iterdir()
    rows = (room / "decisions.parquet").read_bytes()
    assert audit(Checks(office, the_batch(office)).desk) == []
    other.decided(office.lab / "proper")
    (else_room,) = [path for path in (other.folder / ROOMS).iterdir() if path.name != room.name]
    for name in ("decisions.parquet", "patterns.jsonl"):
        (room / name).write_bytes((else_room / name).read_bytes())
    assert (room / "decisions.parquet").read_bytes() != rows
    assert len([sentence for sentence in office.broken() if "is not the file the log names" in sentence]) == 2


def test_random_places_of_a_large_batch(sized: Callable[[str], Office], tmp_path: Path, size: str) -> None:
    claims, times = ("128k", 10_000) if size == "full" else ("12.8k", 300)
    whole = sized(claims)
    office = whole.copy(tmp_path / "office")
    batch = office.once(office.lab / "honest")
    # So many people take a second keeper, which is there when it has a folder.
    (office.folder / FOLDERS[1]).mkdir(mode=0o700)
    office.prepared(batch, [row["n"] for row in office.rows(batch) if row["grants"]][:20])
    checks, rng = Checks(office, batch), random.Random(SEED)
    files = [path for path in stored(office) if ROOMS not in path.parts or path.parent.name == batch]
    sizes = [path.stat().st_size for path in files]
    missed = []
    for path in rng.choices(files, sizes, k=times):
        name, place = path.relative_to(office.folder).as_posix(), rng.randrange(path.stat().st_size)
        with flipped(path, place):
            if not checks.of(name)():
                missed.append((name, place))
    assert missed == []
    assert office.broken() == []
