# SPDX-License-Identifier: Apache-2.0
"""The two larger requests before the affair, scaled from 7.6 and 7.3 to 1.28 million: most people are the same."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from lawgate_lab.affair import (
    COVER,
    REASON,
    SIGNED,
    Draft,
    affair_cases,
    affair_rows,
    finished,
    same_reason,
    statements,
)
from lawgate_lab.labels import CODE, FORM
from lawgate_lab.rows import Style, rows_of, rows_of_strangers
from lawgate_lab.seeds import Array, stream
from lawgate_lab.world import DEPENDENT, World

FIRST, SECOND, KEPT, IN_FILE, BLANK = 7.6 / 1.28, 7.3 / 1.28, 0.95, 0.01, 0.055


def _more(world: World, n: int, used: Array, seed: int, name: str) -> Array:
    """`n` further rows: a few people in the records who are not yet in the chain, the rest in no record."""
    rng = stream(seed, name)
    free = (world.kind != DEPENDENT) & (np.diff(world.first_span) > 0)
    free[used[used > 0] - 1] = False
    people = rng.permutation(np.flatnonzero(free))[: round(n * IN_FILE)]
    strangers = rows_of_strangers(world.lexicon, n - len(people), seed, f"{name}/strangers")
    blank = rng.random(len(strangers)) < BLANK
    strangers["form"][blank], strangers["defect"][blank] = FORM["blank"], CODE["blank_address"]
    rows = np.concatenate([rows_of(world, people), strangers])
    statements(rows, rng)
    return rows


def make_chain(world: World, claims: int, seed: int) -> Iterator[tuple[str, Draft]]:
    """`chain-1` (no reasons given), `chain-2`, then `affair`, whose people are all in `chain-2`."""
    rng, third = stream(seed, "chain"), affair_rows(world, claims, seed)
    added = _more(world, round(claims * SECOND) - claims, third["meant"], seed, "chain/second")
    second = np.concatenate([third, added])
    kept = second[rng.random(len(second)) < KEPT]
    others = _more(world, round(claims * FIRST) - len(kept), second["meant"], seed, "chain/first")
    first = np.concatenate([kept, others])
    for name, drawn, request, day, reason in (
        ("chain-1", first, "req-2025-0001", 5, ""),
        ("chain-2", second, "req-2025-0002", 24, REASON),
    ):
        rows = finished(drawn, rng)
        style = Style("E", "F", f"case-dhs-{name[-1]}-", same_reason(reason))
        cover = replace(COVER, request_id=request, signed_at=f"2025-06-{day:02d}T11:00:00-04:00")
        yield name, Draft(rows, affair_cases(rows, rng, SIGNED - 27 + day), style, cover)
    style = Style("E", "F", "case-dhs-", same_reason(REASON))
    yield "affair", Draft(third, affair_cases(third, stream(seed, "affair/cases")), style, COVER)
