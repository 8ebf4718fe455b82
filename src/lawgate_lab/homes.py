# SPDX-License-Identifier: Apache-2.0
"""Homes, and who lives in which of them in which year: a home left by one household is taken by the next."""

import numpy as np

from lawgate_lab.seeds import Array, stream
from lawgate_lab.words import Lexicon
from lawgate_lab.world import YEARS, Homes

FLATS, BOXES, VACANT, MOVES_A_YEAR = 0.28, 0.04, 0.06, 0.06
MOST_FLATS = 60


def _distinct(rng: np.random.Generator, count: int, top: tuple[int, int, int]) -> Array:
    """`count` different (street, place, number) triples below `top`, in random order. Shape (count, 3)."""
    streets, places, numbers = top
    codes = np.zeros(0, dtype=np.int64)
    while len(codes) < count:
        more = rng.integers(0, streets * places * numbers, count - len(codes) + 8)
        codes = np.unique(np.r_[codes, more])
    codes = rng.permutation(codes)[:count]
    return np.stack([codes // numbers // places, codes // numbers % places, codes % numbers + 1], axis=1)


def make_homes(households: int, words: Lexicon, seed: int) -> Homes:
    """A few more homes than households: houses, flats sharing a building's address, PO boxes."""
    rng = stream(seed, "homes")
    total = int(households * (1 + VACANT)) + 4
    flats, boxes = int(total * FLATS), int(total * BOXES)
    places = len(words.places)
    # All buildings come from one draw without repetition, so a house never has the address of a block of flats.
    size = rng.integers(4, 41, flats // 12 + 2)
    size = size[: int(np.searchsorted(np.cumsum(size), flats)) + 1]
    houses = total - flats - boxes
    street = _distinct(rng, len(size) + houses, (len(words.streets) - 1, places, 9_999))
    box = _distinct(rng, boxes, (1, places, 99_999))
    block = np.repeat(np.arange(len(size)), size)[:flats]
    row = np.r_[block, np.arange(len(size), len(street))]
    unit = np.zeros(total, dtype=np.uint8)
    nth = np.arange(flats) - np.r_[0, np.cumsum(size)][block]
    unit[:flats] = nth + 1 + np.where(rng.random(len(size)) < 0.15, MOST_FLATS, 0)[block]
    return Homes(
        street=np.r_[street[row, 0] + 1, np.zeros(boxes)].astype(np.int32),
        number=np.r_[street[row, 2], box[:, 2]].astype(np.int32),
        unit=unit,
        place=np.r_[street[row, 1], box[:, 1]].astype(np.int32),
        building=np.r_[row, len(street) + np.arange(boxes)].astype(np.int32),
    )


def live(households: int, homes: int, seed: int) -> Array:
    """The home of each household in each year, at most two moves each. Shape (7, households), int32."""
    rng = stream(seed, "moves")
    order = rng.permutation(homes).astype(np.int32)
    now: Array = order[:households].copy()
    vacant: Array = order[households:]
    moved = np.zeros(households, dtype=np.int8)
    by_year = np.empty((YEARS, households), dtype=np.int32)
    by_year[0] = now
    for year in range(1, YEARS):
        movers = np.flatnonzero((rng.random(households) < MOVES_A_YEAR) & (moved < 2))
        pool = rng.permutation(np.r_[now[movers], vacant])
        now[movers], vacant = pool[: len(movers)], pool[len(movers) :]
        moved[movers] += 1
        by_year[year] = now
    return by_year


def spans(
    filed: Array, household: Array, by_year: Array, moved_out: tuple[Array, Array], step: int = 500_000
) -> tuple[Array, Array, Array, Array]:
    """Unbroken runs of filed years at one home: person, home, first and last year (0..6), sorted by person."""
    to, year_out = moved_out
    parts = []
    for a in range(0, len(filed), step):
        b = min(a + step, len(filed))
        years = np.arange(YEARS)[:, None]
        home = np.where(years >= year_out[a:b], by_year[:, to[a:b]], by_year[:, household[a:b]])
        on = (filed[a:b] >> years & 1).astype(bool)
        joined = np.zeros((YEARS + 1, b - a), dtype=bool)  # row y: year y goes on with year y - 1
        joined[1:YEARS] = on[1:] & on[:-1] & (home[1:] == home[:-1])
        person, begins = np.nonzero((on & ~joined[:-1]).T)
        ends = np.nonzero((on & ~joined[1:]).T)[1]
        parts.append(((person + a).astype(np.int32), home[begins, person], begins.astype(np.int8),
                      ends.astype(np.int8)))  # fmt: skip
    person, home, begins, ends = (np.concatenate(part) for part in zip(*parts, strict=True))
    return person, home, begins, ends
