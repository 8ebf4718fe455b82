# SPDX-License-Identifier: Apache-2.0
"""The corpus of the fuzzer: inputs that once reached a new step of the parser or a new code in a new column.

Kept compressed and as base64, one input a line, so that any bytes are possible and no number in it can be read as
somebody's.
"""

from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from house.tree import ROOT
from unit.intake import fuzz
from unit.intake.samples import Sent
from unit.intake.traced import Arc, arcs

FOLDER = ROOT / "tests/corpus/intake"
Seen = set[object]


@dataclass
class Corpus:
    """Lines, covers and requests that are kept, and everything they reach."""

    lines: list[bytes] = field(default_factory=list)
    covers: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    seen: Seen = field(default_factory=set)

    def try_out(self, kind: str, data: bytes) -> bool:
        """Run one input under the trace; keep it when it reaches anything new. True when it was kept."""
        found: set[object] = set()

        def run() -> None:
            found.update(judged(kind, data))

        found |= arcs(run)
        new = {(kind, each) for each in found} - self.seen
        if new:
            self.seen |= new
            getattr(self, kind).append(data)
        return bool(new)

    @property
    def steps(self) -> set[Arc]:
        """Every step through the parser that some input took."""
        return {each for _, each in self.seen if len(each) == 3}  # type: ignore[misc] # pairs, as try_out makes them


def judged(kind: str, data: bytes) -> set[fuzz.Feature]:
    """Put one input of the corpus to what it is for."""
    if kind == "lines":
        return fuzz.holds_for_lines(data.decode().split("\n"))[1]
    if kind == "covers":
        return fuzz.holds_for_cover(data)
    return fuzz.holds_for_request([base64.b64decode(part) for part in data.split(b":")])


def packed(files: Sequence[bytes]) -> bytes:
    """A request as one input."""
    return b":".join(map(base64.b64encode, files))


def load() -> Corpus:
    """The corpus as kept in the repository, every input run once under the trace."""
    made = Corpus()
    for kind in ("lines", "covers", "requests"):
        for line in (FOLDER / f"{kind}.txt").read_text("ascii").split():
            data = zlib.decompress(base64.b64decode(line))
            if not made.try_out(kind, data):
                getattr(made, kind).append(data)
    return made


def save(corpus: Corpus) -> None:
    """Write the corpus into the repository."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind in ("lines", "covers", "requests"):
        text = "".join(f"{base64.b64encode(zlib.compress(data, 9)).decode()}\n" for data in getattr(corpus, kind))
        (FOLDER / f"{kind}.txt").write_text(text, "ascii")


def grow(corpus: Corpus, chance: random.Random, tries: int) -> int:
    """Try mutated inputs of all three kinds; how many were kept."""
    lines = fuzz.good_lines()
    covers, kept = [*corpus.covers, Sent().cover()], 0
    for turn in range(tries):
        match turn % 8:
            case 0:
                kept += corpus.try_out("requests", packed(fuzz.requests(chance, lines)))
            case 1 | 2:
                kept += corpus.try_out("covers", fuzz.covers(chance, covers))
            case _:
                line = fuzz.mutated(chance.choice(lines), chance, lines)
                kept += corpus.try_out("lines", line.encode())
    return kept


def seeds(corpus: Corpus, tries: Sequence[tuple[str, bytes]]) -> None:
    """Begin with known inputs."""
    for kind, data in tries:
        corpus.try_out(kind, data)
