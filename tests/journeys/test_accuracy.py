# SPDX-License-Identifier: Apache-2.0
"""Nobody else's address, and a prompt yes: the real route over made-up requests whose truth is known."""

import json
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from house.tree import ROOT
from journeys.office import SEED, Office, open_office
from lawgate_lab.evaluate import OTHERWISE, Figures, evaluate, upper_bound
from lawgate_lab.make import SIZES
from lawgate_lab.pseudo import pseudopeople
from lawgate_lab.replica import replica_2025

YES_AT_LEAST = 0.95
FIGURES = ROOT / "docs" / "reference" / "accuracy.json"
CLAIMS = {"ci": ["12.8k"], "full": list(SIZES)}
BATCH_FINDINGS = {("batch", "i2.A.engaged", "load_implausible"), ("batch", "i2.B.iv.reason", "one_reason_for_most")}


def figures_of(office: Office, variant: str) -> tuple[str, Figures]:
    """The request by the real route, and its figures."""
    request = office.lab / variant
    batch = office.once(request)
    by_number = replica_2025(office.lab / "records", request).row_ids_tin
    figures = evaluate(office.room(batch) / "decisions.parquet", office.lab / "truth" / f"{variant}.parquet", by_number)
    print(f"{variant}, seed {SEED}", *figures.lines(), sep="\n")
    return batch, figures


def keep(variant: str, claims: str, figures: Figures, size: str) -> None:
    """At full size the figures go into the reference, each with the commit it was measured at."""
    if size != "full":
        return
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    known[f"{variant} {claims}"] = {"commit": commit, "seed": SEED, "python": platform.python_version()}
    known[f"{variant} {claims}"] |= figures.document()
    FIGURES.write_text(as_text(known))


def as_text(runs: dict[str, dict[str, object]]) -> str:
    """JSON with one figure a line, so that a difference is one line too."""
    blocks = []
    for name, run in sorted(runs.items()):
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value, sort_keys=True)}" for key, value in run.items())
        blocks.append(f" {json.dumps(name)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def test_an_honest_request(sized: Callable[[str], Office], size: str) -> None:
    for claims in CLAIMS[size]:
        office = sized(claims)
        _, figures = figures_of(office, "honest")
        keep("honest", claims, figures, size)
        holds(figures, claims)
        assert figures.clean == clean_rows(office, "honest")
        assert figures.yes_rate >= YES_AT_LEAST


def test_the_affair(sized: Callable[[str], Office], size: str) -> None:
    for claims in CLAIMS[size]:
        office = sized(claims)
        batch, figures = figures_of(office, "affair")
        keep("affair", claims, figures, size)
        holds(figures, claims)
        assert all(found >= BATCH_FINDINGS for found in office.failed(batch))
        assert set(figures.outcomes) <= set(OTHERWISE)


def test_pseudopeople(tmp_path: Path, need, size: str) -> None:
    need("dist:pseudopeople")
    pseudopeople(tmp_path / "lab", SEED)
    _, figures = figures_of(open_office(tmp_path / "office", tmp_path / "lab"), "pseudopeople")
    assert figures.rows > 10_000
    assert figures.wrong == 0
    assert figures.yes_rate >= YES_AT_LEAST
    # Known limit: `4th st` without a house number passes for number and street. It is still on file for that person.
    assert figures.unconfirmed <= figures.granted // 400
    keep("pseudopeople", f"{figures.rows / 1000:.1f}k", figures, size)


def holds(figures: Figures, claims: str) -> None:
    """Every row is decided or rejected, nobody else's record, no address that is not on file."""
    # The lab writes an address or two that intake will not read; those rows were never clean.
    assert figures.rows + figures.rejected == SIZES[claims][0]
    assert figures.rejected <= 1 + figures.rows // 10_000
    assert (figures.wrong, figures.unconfirmed) == (0, 0)
    nobody_new(figures)


def clean_rows(office: Office, variant: str) -> int:
    return sum(pq.read_table(office.lab / "truth" / f"{variant}.parquet", columns=["clean"])["clean"].to_pylist())


def nobody_new(figures: Figures) -> None:
    """Of the rows the 2025 check sends on name and number: a yes only to an address on file, else one of three."""
    assert figures.replica is not None
    assert set(figures.replica) == {"REQUIRE", "REQUIRE unconfirmed", *OTHERWISE, "rejected"}
    assert figures.replica["REQUIRE unconfirmed"] == 0
    assert figures.replica["rejected"] <= figures.rejected
    assert 0 < figures.replica["REQUIRE"] < sum(figures.replica.values())


def test_the_bound_is_the_exact_one() -> None:
    assert upper_bound(0, 10_000) == pytest.approx(1 - 0.05 ** (1 / 10_000), rel=1e-9)
    # A published table's values for 1 of 20 and 3 of 50.
    assert upper_bound(1, 20) == pytest.approx(0.2161, abs=5e-5)
    assert upper_bound(3, 50) == pytest.approx(0.1478, abs=5e-5)
    assert (upper_bound(0, 0), upper_bound(5, 5)) == (1.0, 1.0)
    with pytest.raises(ValueError, match="more bad ones"):
        upper_bound(2, 1)


def test_a_wrong_grant_would_be_counted(sized: Callable[[str], Office], tmp_path: Path) -> None:
    """The measure itself can fail: the same decisions against another truth."""
    made = sized("12.8k")
    batch = made.once(made.lab / "honest")
    truth = pq.read_table(made.lab / "truth" / "honest.parquet")
    other = truth.set_column(2, "meant", pc.add(truth["meant"], 1)).set_column(
        4, "confirmed", pc.invert(truth["confirmed"])
    )
    pq.write_table(other, tmp_path / "other.parquet")
    by_number = replica_2025(made.lab / "records", made.lab / "honest").row_ids_tin
    figures = evaluate(made.room(batch) / "decisions.parquet", tmp_path / "other.parquet", by_number)
    assert figures.wrong == figures.granted > 10_000
    assert figures.replica is not None
    assert figures.replica["REQUIRE unconfirmed"] > 5_000
