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
from collections.abc import Iterable
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
# What decides how keyed records look; they are made again when it changes. So is everything else when its code does.
KEYED = ("src/lawgate/drivers/duckdb/records.py", "src/lawgate/drivers/duckdb/forms.py", "rulebooks/us-26-6103/match/*")
# Modules of the lab that make no file of records or requests.
NO_MAKERS = frozenset((
    "app", "card", "classes", "demo", "evaluate", "febrl", "figures", "intervals", "main", "office", "pseudo",
    "published", "replica", "report",
))  # fmt: skip
ROOM = ("src/lawgate/**/*.py", "rulebooks/us-26-6103/**/*.toml", "bench/ready.py", "bench/received.py")


@dataclass(frozen=True, slots=True)
class Case:
    """One request against one set of records, and where their files are."""

    data: Path
    claims: int
    records: int
    variant: str
    seed: int = SEED

    @property
    def lab(self) -> Path:
        """The folder of the made-up files."""
        seeded = "" if self.seed == SEED else f"-seed{self.seed}"
        return self.data / f"{self.claims}x{self.records}{seeded}"

    @property
    def request(self) -> Path:
        """The folder of the request."""
        return self.lab / self.variant

    @property
    def truth(self) -> Path:
        """What the lab knows of each row."""
        return self.lab / "truth" / f"{self.variant}.parquet"

    @property
    def keyed(self) -> Path:
        """The records as an office keeps them."""
        return self.lab / "keyed-bench"

    @property
    def ready(self) -> Path:
        """Inputs of the floors."""
        return self.lab / f"ready-{self.variant}"

    @property
    def received(self) -> Path:
        """An office that has received the request and decided nothing."""
        return self.lab / f"received-{self.variant}"

    @property
    def peers(self) -> Path:
        """What the peers of the match read, and the pairs that they and we found."""
        return self.lab / f"peers-{self.variant}"

    @property
    def size(self) -> dict[str, object]:
        """Numbers of this case for the report."""
        files = [self.request / "rows.csv", self.request / "cases.csv"]
        return {
            "claims": self.claims,
            "records": self.records,
            "variant": self.variant,
            "seed": self.seed,
            "csv_bytes": sum(f.stat().st_size for f in files),
            "keyed_bytes": sum(f.stat().st_size for f in self.keyed.glob("**/*.parquet")),
        }


def prepare(case: Case) -> dict[str, object]:
    """Make whatever is missing. Returns what the last import of these records cost (wall s, cpu s, peak MiB)."""
    _lab(case)
    keyed = _made("import", case, case.keyed, digest_of(KEYED))
    # What a received request and its facts look like may follow from any of the program's code, and from the records.
    digest = digest_of(ROOM) + digest_of(KEYED)
    _made("received", case, case.received, digest)
    _made("ready", case, case.ready, digest)
    return keyed


def prepare_match(case: Case) -> dict[str, object]:
    """As `prepare`, and the claims and people as the peers of the match read them."""
    keyed = prepare(case)
    _made("match_ready", case, case.peers, digest_of(ROOM) + digest_of(KEYED))
    return keyed


def _made(part: str, case: Case, folder: Path, digest: str) -> dict[str, object]:
    """What a preparing part cost when it was last run; it is run again when `digest` is another than then."""
    from bench.process import run

    note = folder / f"{part}.json"
    if not note.exists() or json.loads(note.read_text())["sources"] != digest:
        _say(f"preparing {part} of {case.claims} rows, {case.records} people")
        shutil.rmtree(folder, ignore_errors=True)
        report = run(part, case)
        folder.mkdir(exist_ok=True)
        note.write_text(json.dumps({**report, "sources": digest}))
    kept: dict[str, object] = json.loads(note.read_text())
    del kept["sources"]
    return kept


def digest_of(patterns: Iterable[str]) -> str:
    """SHA-256 (hex) over the files that the patterns name."""
    h = hashlib.sha256()
    for pattern in patterns:
        for file in sorted(ROOT.glob(pattern)):
            h.update(file.read_bytes())
    return h.hexdigest()


def makers() -> list[str]:
    """The files of the lab that decide what records and requests look like, from the root of the repository."""
    found = sorted(p for p in (ROOT / "src/lawgate_lab").iterdir() if p.suffix in (".py", ".toml"))
    return [p.relative_to(ROOT).as_posix() for p in found if p.stem not in NO_MAKERS]


def _lab(case: Case) -> None:
    """Records and request, made anew when the generator has changed since; then everything that hangs on them goes."""
    from lawgate_lab.groups import beside

    note, digest = case.lab / "generator.json", digest_of(makers())
    if not note.exists() or json.loads(note.read_text())["sources"] != digest:
        shutil.rmtree(case.lab, ignore_errors=True)
    # The groups beside the truth are what is written last.
    if beside(case.truth).exists():
        return
    _say(f"making {case.variant}, {case.claims} rows, {case.records} people")
    call = f"make(Path({str(case.lab)!r}), {case.claims}, {case.records}, {case.variant!r}, {case.seed})"
    text = f"from pathlib import Path\nfrom lawgate_lab.make import make\n{call}"
    case.lab.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", text], check=True, stdout=sys.stderr)
    note.write_text(json.dumps({"sources": digest}))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
