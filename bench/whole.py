# SPDX-License-Identifier: Apache-2.0
"""The real route on an office made for the purpose: a request's files in, every decision rooted in the log."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from bench.data import ROOT, Case
from bench.process import Clock, folder_bytes, peaks
from lawgate.office.adjudicate import decide_batch
from lawgate.office.house import House
from lawgate.office.intake import receive
from lawgate.wiring.folder import create, open_house

AS_OF = datetime(2025, 11, 21, 12, tzinfo=UTC)
RULEBOOK = "us-26-6103"
# The agencies that ask in the made-up requests keep what they are given as they must.
SAFEGUARD = (
    '[[safeguard]]\nagency = "{}"\napproved_on = 2025-01-01\nto = "until further notice"\nsource = "synthetic"\n'
)
AGENCIES = ("us.dhs", "us.doj")


def whole(case: Case) -> dict[str, object]:
    """Receive and decide. Reports laps, totals, peaks, counts of outcomes and the bytes left in the office."""
    folder = Path(mkdtemp(prefix="office-", dir=case.lab))
    try:
        house = office(folder / "office", case)
        clock = Clock()
        got = receive(house.intake, case.request)
        clock.lap("parse")
        made = decide_batch(house.decide, got.batch.id, AS_OF, clock.lap)
        rows = {"accepted": made.accepted, "rejected": made.rejected, "survived": made.figures["survived"]}
        report = {"laps": clock.laps, **clock.total(), **peaks(), **rows, "patterns": made.figures["patterns"]}
        return {**report, "outcomes": _outcomes(made.figures), "left_bytes": folder_bytes(folder)}
    finally:
        shutil.rmtree(folder)


def imported(case: Case) -> dict[str, object]:
    """Import the records of a case and keep them beside it. Reports wall, CPU and peaks."""
    folder = Path(mkdtemp(prefix="office-", dir=case.lab))
    try:
        house = office(folder / "office", case)
        clock = Clock()
        house.import_records(case.lab / "records")
        clock.lap("import")
        (folder / "office" / "records").rename(case.keyed)
        return {**clock.total(), **peaks()}
    finally:
        shutil.rmtree(folder)


def office(folder: Path, case: Case) -> House:
    """A fresh office with the registers of the case, and its records if they were imported."""
    create(folder, ROOT / "rulebooks", RULEBOOK, "bench")
    for file in sorted((case.lab / "registers").glob("*.toml")):
        shutil.copy(file, folder / "registers")
    (folder / "registers" / "safeguards.toml").write_text("".join(SAFEGUARD.format(a) for a in AGENCIES))
    if case.keyed.exists():
        (folder / "records").symlink_to(case.keyed.resolve())
    return open_house(folder)


def _outcomes(figures: object) -> dict[str, int]:
    assert isinstance(figures, dict)
    return {k.removeprefix("row_outcome."): v for k, v in sorted(figures.items()) if k.startswith("row_outcome.")}
