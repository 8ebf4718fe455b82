# SPDX-License-Identifier: Apache-2.0
"""What nobody can skip, each as fast as a plain program does it: read, join, test, hash, append.

Each function does its untimed preparation, starts a clock, works, and returns the clock.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

import duckdb

from bench.data import Case
from bench.process import Clock
from bench.ready import words

SALT = 32
PER_SYNC = 10_000


def csv(case: Case) -> Clock:
    """Both files read as text, with every value hashed."""
    con = duckdb.connect()
    clock = Clock()
    for name in ("rows", "cases"):
        file = case.request / f"{name}.csv"
        columns = file.open().readline().strip().split(",")
        kinds = ", ".join(f"'{c}': 'VARCHAR'" for c in columns)
        options = f"header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = {{{kinds}}}"
        hashed = ", ".join(f"bit_xor(hash({c}))" for c in columns)
        con.execute(f"SELECT count(*), {hashed} FROM read_csv('{file}', {options})").fetchall()
    clock.lap("csv")
    return clock


def join(case: Case) -> Clock:
    """The numbers of the request joined with the numbers on record, and nothing more."""
    con = duckdb.connect()
    rows, people = case.ready / "numbers.parquet", case.lab / "records" / "taxpayers.parquet"
    clock = Clock()
    con.execute(
        f"SELECT count(*), bit_xor(hash(p.record)) FROM read_parquet('{people}') p "
        f"JOIN read_parquet('{rows}') r ON r.tin = p.tin"
    ).fetchall()
    clock.lap("join")
    return clock


def rules(case: Case) -> Clock:
    """Every clause tested on facts that are typed and in memory."""
    con = duckdb.connect()
    con.execute(f"CREATE TABLE facts AS FROM read_parquet('{case.ready / 'facts.parquet'}')")
    tests = ", ".join(f"bit_xor(hash({word}))" for word in words(case))
    clock = Clock()
    con.execute(f"SELECT {tests} FROM facts").fetchall()
    clock.lap("rules")
    return clock


def claims(case: Case) -> Clock:
    """The SHA-256 of what each claim says, its line and its case's as they were sent: what an entry stands for."""
    cases = dict(_keyed(case.request / "cases.csv", 0))
    said = [row + b"\x1e" + cases.get(key, b"") for key, row in _keyed(case.request / "rows.csv", 1)]
    clock = Clock()
    for claim in said:
        sha256(claim).digest()
    clock.lap("claims")
    return clock


def _keyed(file: Path, column: int) -> Iterator[tuple[bytes, bytes]]:
    """Each line after the header, and the text of an identifier in one of its first columns, which is never quoted."""
    with file.open("rb") as lines:
        next(lines)
        for line in lines:
            yield line.split(b",", column + 1)[column], line


def tree(case: Case) -> Clock:
    """The RFC 6962 root over salted entries of the row table's width."""
    entries = made_entries(case.claims)
    clock = Clock()
    root_of(entries)
    clock.lap("hash")
    return clock


def append(case: Case) -> Clock:
    """The bytes of those entries written to a file, with a sync after every 10,000."""
    entries = made_entries(case.claims)
    with TemporaryFile(dir=case.lab) as f:
        clock = Clock()
        for at in range(0, len(entries), PER_SYNC):
            f.write(b"".join(entries[at : at + PER_SYNC]))
            f.flush()
            os.fsync(f.fileno())
        clock.lap("append")
    return clock


def made_entries(count: int) -> list[bytes]:
    """Entries as long as a salt and a row of the row table."""
    from lawgate.decide.canonical import ROW_WIDTH

    tail = bytes(range(SALT + ROW_WIDTH - 4))
    return [n.to_bytes(4, "big") + tail for n in range(count)]


def root_of(entries: list[bytes]) -> bytes:
    """RFC 6962 root, level by level; an odd last node goes up as it is."""
    level = [sha256(b"\x00" + e).digest() for e in entries]
    while len(level) > 1:
        pairs = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]
    return level[0] if level else sha256().digest()
