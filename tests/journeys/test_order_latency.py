# SPDX-License-Identifier: Apache-2.0
"""How long an order takes to its bar and into force while a large batch is decided and a package is pulled.

Speed is no test at size ci: there the numbers only have to be there, in their order. At size full the bounds of the
specification hold: 99 of 100 orders have their bar after 1 second and are in force after 5.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from house.tree import ROOT
from journeys.office import KEY, SEED, Office, allow_many, open_office
from journeys.soaked import keep, spread
from lawgate.office.intake import receive
from lawgate_lab.make import SIZES, make

BATCH = {"ci": "12.8k", "full": "1.28M"}
WANTED = 200
BAR_SECONDS, FORCE_SECONDS = 1.0, 5.0
ENV = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))}


@pytest.fixture
def top() -> Iterator[Path]:
    """On the disk, as an office lies; everything in it is deleted afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def prepared(top: Path, claims: str) -> tuple[Office, str, str]:
    """An office with a package that can be pulled, and a large batch that waits to be decided; both ids."""
    rows, people = SIZES[claims]
    make(top / "lab", rows, people, "proper", SEED, "small", 3)
    make(top / "lab", rows, people, "affair", SEED)
    office = allow_many(open_office(top / "office", top / "lab"))
    package = office.prepared(office.decided(office.lab / "small"), [0, 1]).manifest.package
    batch = receive(office.house.intake, office.lab / "affair").batch.id
    # The records lie beside the office, so that each round has a copy of everything else.
    (office.folder / "records").rename(top / "records")
    (office.folder / "records").symlink_to(top / "records")
    return office, package, batch


@contextmanager
def working(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A process that goes on until it is told to end, and is over when this is."""
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(command, env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait(300)


def ended(process: subprocess.Popen[str]) -> dict[str, object]:
    """Tell a process to end; what it did."""
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return json.loads(out)


def measured(
    office: Office, package: str, batch: str, out: Path
) -> tuple[Sequence[Sequence[float]], dict[str, int], float]:
    """Decide the batch beside a clerk and a puller: the orders begun meanwhile, how the pulls ended, the seconds."""
    folder = str(office.folder)
    with (
        working("unit.release.pressed", "puller", folder, package, KEY, str(out)) as puller,
        working("unit.release.pressed", "clerk", folder) as clerk,
    ):
        begun = time.monotonic()
        decided = office.start("decide", batch)
        over = time.monotonic()
        orders = [each for each in ended(clerk)["orders"] if begun <= each[0] <= over]
        pulls = ended(puller)["ended"]
    assert decided.returncode == 0, decided.stderr
    return orders, pulls, over - begun


def in_their_order(office: Office) -> None:
    """Each order has its bar, and is in force after it."""
    leaves = list(office.house.decide.log.leaves())
    bars = {index for index, leaf in leaves if leaf.kind == "order-bar"}
    forced = {leaf.number("bar_leaf"): index for index, leaf in leaves if leaf.kind == "in-force"}
    assert set(forced) == bars and all(bar < index for bar, index in forced.items())


def test_an_order_does_not_wait_for_a_batch(top: Path, size: str) -> None:
    """T53, I4: an order has the log's turn soon, whatever else is at work."""
    office, package, batch = prepared(top, BATCH[size])
    orders, pulls, seconds = [], Counter[str](), list[float]()
    while not orders or (size == "full" and len(orders) < WANTED):
        each = office.copy(top / f"round-{len(seconds)}")
        found, ended_so, took = measured(each, package, batch, top / f"out-{len(seconds)}")
        orders += found
        pulls.update(ended_so)
        seconds.append(round(took, 1))
        in_their_order(each)
    bars, forces = [each[1] for each in orders], [each[2] for each in orders]
    assert bars and all(0 < bar < force for bar, force in zip(bars, forces, strict=True))
    assert pulls, "nobody pulled meanwhile"
    said = {
        "rows": SIZES[BATCH[size]][0],
        "records": SIZES[BATCH[size]][1],
        "orders": len(orders),
        "decided_in_s": seconds,
        "pulls": dict(pulls),
        "enter_to_bar": spread(bars),
        "enter_to_in_force": spread(forces),
    }
    print(said)
    keep("orders beside a batch", size, said)
    if size == "full":
        assert len(orders) >= WANTED
        assert spread(bars)["p99_ms"] <= BAR_SECONDS * 1000
        assert spread(forces)["p99_ms"] <= FORCE_SECONDS * 1000
