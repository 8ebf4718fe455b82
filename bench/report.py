# SPDX-License-Identifier: Apache-2.0
"""Reports: facts about the machine and the code, one JSON file of named reports, and a table to read."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.data import ROOT

LIBRARIES = ("duckdb", "pyarrow", "cryptography", "rfc8785", "numpy")
# What the table leaves to the JSON file.
DONE = ("runs", "size", "facts", "packages", "made")


def keep(file: Path, name: str, report: dict[str, Any]) -> None:
    """Put a report under its name into the JSON file; reports of other names stay."""
    kept = json.loads(file.read_text()) if file.exists() else {"reports": {}}
    stamp = {"commit": commit(), "changed": changed(), "made": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine()}
    kept["commit"] = stamp["commit"]
    kept["reports"][name] = {**stamp, **report}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def commit() -> str:
    """The commit of this work tree; empty outside a repository."""
    return _git("rev-parse", "--short=12", "HEAD")


def changed() -> bool:
    """Whether the code measured differs from that commit."""
    return bool(_git("status", "--porcelain", "--untracked-files=no", "--", "src/lawgate", "rulebooks", "bench"))


def machine() -> dict[str, Any]:
    """Cores, memory and versions. No host name: it says nothing about a figure."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(pages / 2**30, 1),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def table(report: dict[str, Any]) -> str:
    """The figures as lines: what, median, least, most."""
    lines = [f"{'':64}{'median':>10}{'min':>10}{'max':>10}"]
    for name, found in _figures("", {k: v for k, v in report.items() if k not in DONE}):
        if isinstance(found, list):
            lines += [f"{name}: {sentence}" for sentence in found]
            continue
        shown = found if isinstance(found, dict) else {"median": found}
        lines.append(f"{name:64}" + "".join(f" {shown[k]!s:>9}" for k in ("median", "min", "max") if k in shown))
    return "\n".join(lines)


def _figures(name: str, found: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(found, dict) or "median" in found:
        yield name, found
        return
    for key, value in found.items():
        yield from _figures(f"{name} {key}".strip(), value)


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
