# SPDX-License-Identifier: Apache-2.0
"""The files a run needs: made-up records and requests, keyed records, and ready inputs for the floors.

Everything is made once below the data folder and used again; nothing here is timed, but the import of the records is
measured when it happens.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCALES = {
    "1k": (1_000, 5_000),
    "12.8k": (12_800, 100_000),
    "128k": (128_000, 1_000_000),
    "1.28M": (1_280_000, 10_000_000),
}
SEED = 1
# What decides how keyed records look, and how the inputs of the floors do; they are made again when it changes.
KEYED = ("src/lawgate/drivers/duckdb/records.py", "src/lawgate/drivers/duckdb/forms.py", "rulebooks/us-26-6103/match/*")
READY = ("src/lawgate/drivers/duckdb/f*.py", "rulebooks/us-26-6103/**/*.toml", "bench/ready.py")


@dataclass(frozen=True, slots=True)
class Case:
    """One request against one set of records, and where their files are."""

    data: Path
    claims: int
    records: int
    variant: str

    @property
    def lab(self) -> Path:
        """The folder of the made-up files."""
        return self.data / f"{self.claims}x{self.records}"

    @property
    def request(self) -> Path:
        """The folder of the request."""
        return self.lab / self.variant

    @property
    def keyed(self) -> Path:
        """The records as an office keeps them."""
        return self.lab / "keyed-bench"

    @property
    def ready(self) -> Path:
        """Inputs of the floors."""
        return self.lab / f"ready-{self.variant}"

    @property
    def size(self) -> dict[str, object]:
        """Numbers of this case for the report."""
        files = [self.request / "rows.csv", self.request / "cases.csv"]
        return {
            "claims": self.claims,
            "records": self.records,
            "variant": self.variant,
            "csv_bytes": sum(f.stat().st_size for f in files),
            "keyed_bytes": sum(f.stat().st_size for f in self.keyed.glob("*.parquet")),
        }


def prepare(case: Case) -> dict[str, object]:
    """Make whatever is missing. Returns what the last import of these records cost (wall s, cpu s, peak MiB)."""
    from bench.process import run

    if not (case.lab / "records" / "addresses.parquet").exists() or not (case.request / "cover.toml").exists():
        _say(f"making {case.variant}, {case.claims} rows, {case.records} people")
        _lab(case)
    digest = digest_of(KEYED)
    note = case.keyed / "import.json"
    if not _is_of(note, digest):
        _say(f"importing {case.records} records")
        shutil.rmtree(case.keyed, ignore_errors=True)
        note.write_text(json.dumps({**run("import", case), "sources": digest}))
    digest = digest_of(READY)
    if not _is_of(case.ready / "made.json", digest):
        _say("making the inputs of the floors")
        (case.ready / "made.json").write_text(json.dumps({**run("ready", case), "sources": digest}))
    kept: dict[str, object] = json.loads(note.read_text())
    del kept["sources"]
    return kept


def digest_of(patterns: tuple[str, ...]) -> str:
    """SHA-256 (hex) over the files that the patterns name."""
    h = hashlib.sha256()
    for pattern in patterns:
        for file in sorted(ROOT.glob(pattern)):
            h.update(file.read_bytes())
    return h.hexdigest()


def _is_of(note: Path, digest: str) -> bool:
    return note.exists() and json.loads(note.read_text())["sources"] == digest


def _lab(case: Case) -> None:
    call = f"make(Path({str(case.lab)!r}), {case.claims}, {case.records}, {case.variant!r}, {SEED})"
    text = f"from pathlib import Path\nfrom lawgate_lab.make import make\n{call}"
    case.lab.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", text], check=True, stdout=sys.stderr)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
