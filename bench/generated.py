# SPDX-License-Identifier: Apache-2.0
"""The generator itself: what making records and a request costs, and whether a seed gives the same bytes again."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from tempfile import mkdtemp

from bench.data import Case
from bench.process import Clock, folder_bytes
from lawgate_lab.make import make


def generated(case: Case) -> dict[str, object]:
    """Records, registers, request and truth made in a folder of its own, which is removed again.

    Reports seconds, bytes, and one SHA-256 (hex) over the names and bytes of all files.
    """
    case.data.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="gen-", dir=case.data))
    try:
        clock = Clock()
        counts = make(folder, case.claims, case.records, case.variant, case.seed)
        clock.lap("gen")
        made = counts[case.variant]
        facts = {"rows": made["rows"], "clean": made["clean"], "bytes": folder_bytes(folder)}
        return {**clock.total(), **facts, "sha256": digest(folder)}
    finally:
        shutil.rmtree(folder)


def digest(folder: Path) -> str:
    """SHA-256 (hex) over relative names and bytes of all files below a folder, in the order of their names."""
    h = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = file.relative_to(folder).as_posix().encode()
        h.update(len(name).to_bytes(4, "big") + name)
        with file.open("rb") as data:
            h.update(hashlib.file_digest(data, "sha256").digest())
    return h.hexdigest()
