# SPDX-License-Identifier: Apache-2.0
"""The parser under mutated lines, covers and requests; what counts as an execution is told in unit/intake/fuzz.py.

At size full ten million executions; their figures go into docs/reference/soak-intake.json.
"""

import json
import random
import secrets
import subprocess
import time
from itertools import islice

import pytest

from house.tree import ROOT
from unit.intake import corpus, fuzz, traced
from unit.intake.samples import Sent

FIGURES = ROOT / "docs/reference/soak-intake.json"
SIZES = {
    "ci": {"lines": 6_000, "covers": 600, "requests": 60, "tries": 0},
    "full": {"lines": 9_000_000, "covers": 980_000, "requests": 20_000, "tries": 20_000},
}
REACHED = 95  # percent of the parser's lines that the corpus alone must reach


def test_the_corpus_holds_and_reaches_the_parser() -> None:
    kept = corpus.load()
    reached = traced.covered(kept.steps)
    lines, there = (sum(each[k] for each in reached.values()) for k in (0, 1))
    assert lines * 100 >= there * REACHED, {name: missed for name, (_, _, missed) in reached.items()}
    assert len(kept.steps) > there, "more steps than lines: branches were taken both ways"


def test_nothing_mutated_breaks_what_is_always_true(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    seed = 11 if size == "ci" else secrets.randbits(32)
    aim, chance, lines = SIZES[size], random.Random(seed), fuzz.good_lines()
    done, seen = dict.fromkeys(("lines", "covers", "requests"), 0), set()
    begun = time.monotonic()
    try:
        for batch in fuzz.batches(chance, lines):
            judged, found = fuzz.holds_for_lines(batch)
            done["lines"] += judged
            seen |= found
            if done["lines"] >= aim["lines"]:
                break
        covers = [Sent().cover()]
        for _ in range(aim["covers"]):
            seen |= fuzz.holds_for_cover(fuzz.covers(chance, covers))
            done["covers"] += 1
        for _ in range(aim["requests"]):
            seen |= fuzz.holds_for_request(fuzz.requests(chance, lines))
            done["requests"] += 1
    except BaseException:
        with capsys.disabled():
            print(f"\nseed {seed}, after {done}")
        raise
    took = time.monotonic() - begun
    assert all(done[kind] >= aim[kind] for kind in done)
    assert len({code for _, code in seen if code in fuzz.ROW_CODES}) >= len(fuzz.ROW_CODES) - 2
    if size == "full":
        figures(seed, done, took, len(seen))


def figures(seed: int, done: dict[str, int], took: float, seen: int) -> None:
    """Write what a soak found, with the commit and the coverage of the corpus grown a little more."""
    kept = corpus.load()
    before = len(kept.lines) + len(kept.covers) + len(kept.requests)
    more = corpus.grow(kept, random.Random(seed), SIZES["full"]["tries"])
    reached = traced.covered(kept.steps)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    said = {
        "commit": commit.stdout.strip(),
        "seed": seed,
        "executions": sum(done.values()),
        **done,
        "seconds": round(took),
        "places_and_codes": seen,
        "lines_reached": {name: f"{hit} of {there}" for name, (hit, there, _) in reached.items()},
        "steps_reached": len(kept.steps),
        "corpus": before,
        "corpus_grown_by": more,
    }
    FIGURES.write_text(json.dumps(said, indent=2) + "\n", "utf-8")


PLANTED = {
    "a row lost": lambda kept, faults: kept.popitem(),
    "a fault lost": lambda kept, faults: faults.popitem(),
    "a value changed": lambda kept, faults: kept[min(kept)].__setitem__(3, "Other"),
    "another code": lambda kept, faults: faults[min(faults)].__setitem__(0, (0, "E_BLANK")),
    "both": lambda kept, faults: faults.__setitem__(min(kept), [(0, "E_ID")]),
}


@pytest.mark.parametrize("how", PLANTED)
def test_a_planted_mistake_is_seen(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = islice(fuzz.batches(random.Random(3), fuzz.good_lines()), 9)
    batch = next(lines for lines in made if all(fuzz.by_chunks(lines)))
    sound = fuzz.by_chunks

    def bent(lines: list[str]) -> object:
        kept, faults, judged = sound(lines)
        PLANTED[how](kept, faults)
        return kept, faults, judged

    fuzz.holds_for_lines(batch)
    monkeypatch.setattr(fuzz, "by_chunks", bent)
    with pytest.raises(AssertionError):
        fuzz.holds_for_lines(batch)
