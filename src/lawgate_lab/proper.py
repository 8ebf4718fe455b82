# SPDX-License-Identifier: Apache-2.0
"""A small request with nothing wrong: a few people, one case, one officer who works on it."""

import zlib
from dataclasses import replace

import numpy as np

from lawgate_lab.affair import Draft
from lawgate_lab.honest import COVER, SIGNED, ordinary_periods
from lawgate_lab.labels import STATUTES
from lawgate_lab.reasons import own_reasons
from lawgate_lab.request import CASE
from lawgate_lab.rows import Style, rows_of
from lawgate_lab.seeds import stream
from lawgate_lab.truth import truth_of
from lawgate_lab.world import DEPENDENT, World


def make_proper(world: World, people: int, seed: int, name: str) -> Draft:
    """`people` clean rows in one case; another name gives other people. ValueError if so many cannot be found."""
    rng = stream(seed, f"proper/{name}")
    able = np.flatnonzero((world.kind != DEPENDENT) & (np.diff(world.first_span) > 0))
    candidates = rng.permutation(able)[: people * 8 + 64]
    rows = rows_of(world, candidates)
    rows["tin"] = world.tin[candidates]
    rows["periods"] = ordinary_periods(world, candidates, rng)
    rows = rows[truth_of(world, rows).clean][:people]
    if len(rows) < people:
        raise ValueError("too few people in the records for a request of this size")
    rows["reason"] = rng.integers(0, 1 << 40, people)
    cases = np.zeros(1, dtype=CASE)
    cases["opened"], cases["statute"] = SIGNED - rng.integers(60, 500), STATUTES.index("18 USC 1343")
    number = zlib.crc32(f"{seed}/{name}".encode())
    cases["official"] = 500 + number % 400
    cover = replace(COVER, request_id=f"req-2025-p{number:08x}")
    return Draft(rows, cases, Style("M", "", "case-doj-", own_reasons(cases["statute"])), cover)
