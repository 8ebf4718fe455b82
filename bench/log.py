# SPDX-License-Identifier: Apache-2.0
"""The log alone: a batch's commitments, subtree and leaf against their floor; proofs of single rows; a whole audit.

No case files are needed: rows are made here, as wide as those of the row table. The floor does what nobody can leave
out, as fast as a plain program does it: salts, commitments, the tree's hashes, and the hashes written and synced.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256, shake_256
from pathlib import Path
from struct import iter_unpack
from tempfile import TemporaryDirectory, TemporaryFile

from bench.data import Case
from bench.process import Clock
from bench.rounds import Report, measured, middle, parts_of
from lawgate.decide.canonical import ROW_WIDTH
from lawgate.drivers import keys
from lawgate.drivers.tiles import TileLog, publish_head, verify
from lawgate.drivers.witness import LocalWitness, Quorum
from lawgate.ledger.commit import Opening, commit_pieces, salts, verify_row
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.note import COSIGNATURE, ED25519
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import FIELDS, Value

PARTS = ("log_floor", "log_batch", "log_proof", "log_audit")
AUDITED = 2_000_000 / 1_280_000
"""Leaves of the audited log for each row of the case: two million at the largest scale."""
TRIED, PIECE, AT_ONCE = 1000, 1 << 15, 10_000
ORIGIN, KEY, NAME = "bench/log", bytes(32), "bench/decisions"
LOG = keys.KeySigner(ORIGIN, ED25519, bytes(range(32)))
WITNESS = keys.KeySigner("bench/witness", COSIGNATURE, bytes(range(1, 33)))
POLICY = Policy(LOG.key, (WITNESS.key,), 1)
MOMENT = "2025-09-25T13:30:00Z"


def log(case: Case, runs: int) -> Report:
    """All parts in turn; the ratio of batch and floor is taken within a round."""
    case.data.mkdir(parents=True, exist_ok=True)
    rounds = [measured(PARTS, case, turn) for turn in range(runs)]
    ratios = {
        f"batch / floor, {key}": middle([r["log_batch"][key] / r["log_floor"][key] for r in rounds])
        for key in ("wall", "cpu")
    }
    kept = ("rows", "tried", "slowest_ms", "p99_ms", "leaves")
    facts = {part: {k: v for k, v in rounds[-1][part].items() if k in kept} for part in PARTS}
    slowest = middle([float(r["log_proof"]["slowest_ms"]) for r in rounds])
    return {
        "size": {"claims": case.claims, "leaves": round(case.claims * AUDITED)},
        "runs": runs,
        "parts": parts_of(rounds),
        "facts": facts,
        "ratios": ratios,
        "slowest proof of a row, ms": slowest,
    }


def floor(case: Case) -> Clock:
    """Salts, commitments and tree as plain loops; the leaf hashes and the nodes above them in one synced file."""
    pieces = list(made_rows(case.claims))
    with TemporaryFile(dir=case.data) as file:
        clock = Clock()
        level: list[bytes] = []
        for number, piece in enumerate(pieces):
            first = number * PIECE // 1024
            calls = range(first, first + -(-len(piece) // ROW_WIDTH // 1024))
            salted = b"".join([shake_256(KEY + call.to_bytes(8, "big")).digest(32 * 1024) for call in calls])
            pairs = zip(iter_unpack("32s", salted), iter_unpack(f"{ROW_WIDTH}s", piece), strict=False)
            level += [sha256(b"\x00" + salt + row).digest() for (salt,), (row,) in pairs]
        file.write(b"".join(level))
        while len(level) > 1:
            odd = level[-1:] if len(level) % 2 else []
            level = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)] + odd
        file.write(level[0])
        file.flush()
        os.fsync(file.fileno())
        clock.lap("floor")
    return clock


def batch(case: Case) -> dict[str, object]:
    """From rows in memory to a leaf that names their root, everything on the disk."""
    pieces = list(made_rows(case.claims))
    with a_log(case.data) as store:
        clock = Clock()
        root = store.put_subtree(commit_pieces(pieces, ROW_WIDTH, KEY, NAME), lambda _: "bench")
        clock.lap("commitments and subtree")
        store.append([a_leaf("prepared", subtree="bench", root=root.hex(), rows=case.claims, width=ROW_WIDTH)])
        clock.lap("leaf")
    return {**clock.total(), "laps": clock.laps, "rows": case.claims}


def proof(case: Case) -> dict[str, object]:
    """Open and prove single rows out of the stored tiles, each from nothing; each proof is checked, untimed."""
    rows = b"".join(made_rows(case.claims))
    chance, took = random.Random(1), []
    with a_log(case.data) as store:
        root = store.put_subtree(commit_pieces([rows], ROW_WIDTH, KEY, NAME), lambda _: "bench")
        store.append([a_leaf("alarm"), a_leaf("prepared", subtree="bench", root=root.hex(), rows=case.claims)])
        clock = Clock()
        for index in [0, case.claims - 1, *(chance.randrange(case.claims) for _ in range(TRIED - 2))]:
            start = time.perf_counter()
            path = store.prove_row("bench", index, case.claims)
            opened = Opening(index, salts(KEY, NAME, index, 1), rows[index * ROW_WIDTH : (index + 1) * ROW_WIDTH])
            store.prove_inclusion(1, store.size())
            took.append((time.perf_counter() - start) * 1000)
            if not verify_row(root, case.claims, opened, path):
                raise AssertionError("a proof that does not hold")
        clock.lap("proofs")
    took.sort()
    told = {"tried": len(took), "slowest_ms": round(took[-1], 3), "p99_ms": round(took[len(took) * 99 // 100], 3)}
    return {**clock.total(), **told}


def audit(case: Case) -> dict[str, object]:
    """The check of every byte of a log with many leaves: bundles, tiles, signatures, each leaf's form."""
    leaves, made = round(case.claims * AUDITED), a_leaf("sent", package="p")
    with TemporaryDirectory(dir=case.data) as folder:
        quorum = a_quorum(Path(folder))
        with TileLog.create(Path(folder) / "log", ORIGIN) as store:
            for start in range(0, leaves, AT_ONCE):
                some = range(start, min(start + AT_ONCE, leaves))
                store.append([made.replace(b'"p"', b'"p%d"' % number) for number in some])
            publish_head(store, LOG, POLICY, keys.verify, quorum)
        clock = Clock()
        found = verify(Path(folder) / "log", POLICY, keys.verify)
        clock.lap("audit")
    if found:
        raise AssertionError(found[0].sentence())
    return {**clock.total(), "leaves": leaves}


def made_rows(count: int) -> Iterator[bytes]:
    """Rows of the row table's width, `PIECE` at a time."""
    tail = bytes(range(ROW_WIDTH - 4))
    for start in range(0, count, PIECE):
        yield b"".join([n.to_bytes(4, "big") + tail for n in range(start, min(start + PIECE, count))])


@contextmanager
def a_log(data: Path) -> Iterator[TileLog]:
    """A new log on the disk, for one part."""
    with TemporaryDirectory(dir=data) as folder, TileLog.create(Path(folder) / "log", ORIGIN) as made:
        yield made


def a_quorum(folder: Path) -> Quorum:
    """One witness in the same folder."""
    witness = LocalWitness(folder / "witness", WITNESS, {ORIGIN: LOG.key}, keys.verify, lambda: 1_758_807_000)
    return Quorum([witness], POLICY, keys.verify)


def a_leaf(kind: str, **said: Value) -> bytes:
    """A leaf of a kind, with these fields and empty ones beside."""
    empty = {"digest": "00" * 32, "id": "x", "code": "x", "number": 0, "count": 0, "id?": "", "digest?": ""}
    body: dict[str, Value] = {name: empty[type_] for name, type_ in FIELDS[kind].items()}
    return StageLeaf(kind, MOMENT, {**body, **said}).render()
