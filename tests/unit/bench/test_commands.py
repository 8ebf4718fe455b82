# SPDX-License-Identifier: Apache-2.0
"""The bench commands run and report well-formed figures. What the figures are is no test: a shared machine is noisy."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from lawgate.ledger.merkle import Frontier, grow
from unit.bench.conftest import Bench

SPLINK = {"splink_deterministic", "splink_whole_file", "splink_probabilistic"}
PARTS = {"csv", "join", "rules", "claims", "hash", "append"}
LAPS = {"parse", "find (1)", "measure", "match, find (2)", "decide", "commit", "log"}


def test_one_run_reports_floors_laps_memory_and_ratios(everything: dict[str, Any]) -> None:
    found = everything
    assert set(found["parts"]) > PARTS | {"whole", "facts", "raw", "match"}
    assert set(found["laps"]) >= LAPS
    assert found["floor"]["wall"]["median"] > 0
    assert 0 < found["memory"]["child_mib"] < found["memory"]["sum_mib"]
    assert all(r["min"] <= r["median"] <= r["max"] for r in found["ratios"].values())
    assert {name.split()[0] for name in found["ratios"]} >= {"P1", "P2", "P3", "P4", "P5", "P6"}


def a_part(part: str, _case: object) -> dict[str, Any]:
    """What a part might report."""
    laps = {lap: {"wall": 1.0, "cpu": 1.0} for lap in LAPS}
    facts = {"accepted": 3, "survived": 2, "patterns": 1, "outcomes": {"DENY": 3}, "left_bytes": 5}
    memory = {"own_mib": 1, "child_mib": 1, "sum_mib": 2, "peak_mib": 1}
    each = {"wall_us": 1.0, "cpu_us": 1.0, "decisions": 1, "compared": 1, "different": 0}
    return {"wall": 1.0, "cpu": 2.0, **memory, **({"laps": laps, **facts} if part == "whole" else each)}


@pytest.mark.parametrize(
    ("command", "more", "parts"),
    [
        ("floors", [], PARTS),
        ("whole", [], PARTS | {"whole"}),
        ("rules", [], {"facts", "raw", "lambdas", "cedar"}),
        ("match", ["--seed", "held-back"], {"match", "pandas", *SPLINK}),
    ],
)
def test_each_command_runs_its_parts_and_keeps_one_report(
    command: str, more: list[str], parts: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: None
) -> None:
    import bench.__main__ as entry
    from bench import peers, rounds

    there = {"cedarpy": "1", "pandas": "1", "splink": "1"}
    monkeypatch.setattr(rounds, "run", a_part)
    monkeypatch.setattr(peers, "installed", lambda: there)
    monkeypatch.setattr(peers, "differences", lambda _case, _part: {"only_ours": 0, "only_theirs": 0})
    for module in (rounds, peers):
        monkeypatch.setattr(module, "prepare", lambda _case: {"wall": 1.0})
    monkeypatch.setattr(peers, "prepare_match", lambda _case: {"wall": 1.0})
    monkeypatch.setattr("bench.data.Case.size", {})
    file = tmp_path / "bench.json"
    file.write_text(json.dumps({"reports": {"other": {"kept": True}}}))
    entry.main([command, "--runs", "2", "--json", str(file), *more])
    kept = json.loads(file.read_text())["reports"]
    assert set(kept) == {"other", f"{command} 128k affair"}
    assert set(kept[f"{command} 128k affair"]["parts"]) == parts


def test_growth_is_the_ratio_to_the_size_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inside: None) -> None:
    from bench import rounds
    from bench.data import Case

    def part(name: str, case: Case) -> dict[str, Any]:
        return {**a_part(name, case), "wall": case.records / 1000}

    monkeypatch.setattr(rounds, "run", part)
    monkeypatch.setattr(rounds, "prepare", lambda _case: {"wall": 1.0})
    monkeypatch.setattr("bench.data.Case.size", {})
    found = rounds.growth([Case(tmp_path, 10, n, "affair") for n in (1000, 2000, 6000)], 1)
    assert set(found["steps"]) == {"1000", "2000", "6000"}
    assert {name: r["wall"]["median"] for name, r in found["ratios"].items()} == {"1000 -> 2000": 2, "2000 -> 6000": 3}


def test_the_generator_makes_the_same_bytes_again_and_others_for_a_seed_nobody_knew(bench: Bench) -> None:
    found = bench("gen", "--runs", "2")
    assert found["same_bytes"] == {"1000x5000": True}
    held_back = found["held_back"]
    assert held_back["other_bytes"] is True
    assert held_back["seed"] >= 1000
    assert held_back["rows"] == found["made"]["1000x5000"]["rows"] == 1000


def test_a_digest_covers_names_and_bytes(tmp_path: Path, inside: None) -> None:
    from bench.generated import digest

    (tmp_path / "a").write_text("one")
    first = digest(tmp_path)
    assert digest(tmp_path) == first
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = digest(tmp_path)
    (tmp_path / "b").write_text("two")
    assert len({first, renamed, digest(tmp_path)}) == 3


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 1000])
def test_the_hashing_floor_makes_the_tree_of_the_log(count: int, inside: None) -> None:
    from bench.floors import made_entries, root_of

    entries = made_entries(count)
    leaves = b"".join(sha256(b"\x00" + entry).digest() for entry in entries)
    assert root_of(entries) == grow(Frontier(), leaves)[0].root()


def test_what_the_generator_made_is_made_again_when_the_generator_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: None
) -> None:
    from bench import data

    case, made = data.Case(tmp_path, 10, 3000, "proper"), []

    def making(words: list[str], **_rest: object) -> None:
        made.append(words)
        case.truth.parent.mkdir(parents=True)
        case.truth.with_name("proper.groups.parquet").touch()

    monkeypatch.setattr(data.subprocess, "run", making)
    data._lab(case)
    (case.lab / "keyed-bench").mkdir()
    data._lab(case)
    assert len(made) == 1
    monkeypatch.setattr(data, "digest_of", lambda _files: "another")
    data._lab(case)
    assert len(made) == 2
    assert not (case.lab / "keyed-bench").exists()


def test_the_makers_are_those_that_write_records_and_requests(inside: None) -> None:
    from bench.data import makers

    found = {Path(name).stem for name in makers()}
    assert found >= {"make", "people", "rows", "request", "words", "played", "truth"}
    assert not found & {"evaluate", "published", "report"}
