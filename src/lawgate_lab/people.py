# SPDX-License-Identifier: Apache-2.0
"""Makes a population: households, names, numbers, filing years, moves. Every rate here is in the benchmark card."""

from dataclasses import dataclass

import numpy as np

from lawgate_lab.homes import live, make_homes, spans
from lawgate_lab.seeds import Array, skewed, stream
from lawgate_lab.tins import tin
from lawgate_lab.words import Lexicon, lexicon
from lawgate_lab.world import DEPENDENT, FIRST_YEAR, PRIMARY, SECONDARY, YEARS, World

SIZES = (0.20, 0.28, 0.20, 0.17, 0.10, 0.05)  # households of one to six people: 2.84 on average
JOINT, OTHER_ADULT, GROWN_CHILD, LODGER = 0.45, 0.06, 0.14, 0.05
TWO_SURNAMES, HYPHENATED = 0.12, 0.02
MIXED_HOUSEHOLD, ITIN_INSIDE, ITIN_OUTSIDE = 0.08, 0.45, 0.005
GAP_YEAR, LATE_START, EARLY_STOP = 0.12, 0.04, 0.03
DECEASED, WITHHELD, SENIOR_JUNIOR, NAMESAKE_NEXT_DOOR = 0.006, 0.001, 0.006, 0.003
HEAD, SPOUSE, ADULT, GROWN, CHILD = range(5)
DAY_2024 = 19723  # 1 January 2024 in days since 1970


@dataclass(frozen=True)
class Families:
    """Who lives with whom: per person the household, its head (an index of persons) and the role in it."""

    household: Array
    head: Array
    role: Array
    count: int


def _families(n: int, seed: int) -> Families:
    rng = stream(seed, "families")
    sizes = 1 + np.searchsorted(np.cumsum(SIZES)[:-1], rng.random(n // 2 + 8))
    ends = np.cumsum(sizes)
    count = int(np.searchsorted(ends, n)) + 1
    starts = np.r_[0, ends[: count - 1]].astype(np.int32)
    household = np.repeat(np.arange(count, dtype=np.int32), sizes[:count])[:n]
    head = starts[household]
    place = np.arange(n, dtype=np.int32) - head
    draw, grown = rng.random(n), rng.random(n) < GROWN_CHILD
    role = np.where(grown, GROWN, CHILD).astype(np.int8)
    role[(place >= 2) & (draw < LODGER)] = ADULT
    role[(place == 1) & (draw < JOINT + OTHER_ADULT)] = ADULT
    role[(place == 1) & (draw < JOINT)] = SPOUSE
    role[place == 0] = HEAD
    return Families(household, head, role, count)


def draw_surnames(rng: np.random.Generator, words: Lexicon, n: int) -> Array:
    """`n` surname codes (int32), some of them of two surnames."""
    size = len(words.family)
    first, second = skewed(rng, size, n), skewed(rng, size, n)
    kind = rng.random(n)
    pair = np.where(kind < TWO_SURNAMES, second + 1, 0) + np.where(kind < HYPHENATED, size, 0)
    codes: Array = (first + size * pair).astype(np.int32)
    return codes


def draw_given(rng: np.random.Generator, words: Lexicon, n: int) -> tuple[Array, Array]:
    """`n` given-name codes (int16) and middle-name codes (uint8); four in ten have no middle name."""
    middle = rng.integers(1, len(words.middles), n).astype(np.uint8)
    middle[rng.random(n) < 0.4] = 0
    return skewed(rng, len(words.given), n).astype(np.int16), middle


def _names(families: Families, words: Lexicon, seed: int) -> tuple[Array, Array, Array, Array]:
    rng = stream(seed, "names")
    n = len(families.role)
    first, middle = draw_given(rng, words, n)
    own, size = draw_surnames(rng, words, n), len(words.family)
    last = own[families.head]
    apart = rng.random(n)
    keeps = (families.role == ADULT) | ((families.role == SPOUSE) & (apart < 0.25))
    last[keeps] = own[keeps]
    both = (families.role >= GROWN) & (apart < 0.08)  # a child with one surname of each parent
    last[both] = last[both] % size + size * (own[both] % size + 1)
    suffix = np.zeros(n, dtype=np.uint8)
    suffix[(families.role != CHILD) & (apart > 0.995)] = 3
    junior = np.flatnonzero((families.role >= GROWN) & (rng.random(n) < SENIOR_JUNIOR))
    first[junior], last[junior], suffix[junior] = first[families.head[junior]], last[families.head[junior]], 1
    suffix[families.head[junior]] = 2
    return first, middle, last, suffix


def _born(families: Families, seed: int) -> Array:
    rng = stream(seed, "born")
    n = len(families.role)
    years = (18 + 74 * rng.random(n) ** 1.4).astype(np.float32)  # more young adults than old ones
    years = years[families.head] + np.where(families.role == SPOUSE, rng.normal(0, 4, n), 0).astype(np.float32)
    alone = families.role == ADULT
    years[alone] = 18 + 60 * rng.random(int(alone.sum()))
    years[families.role == GROWN] = 18 + 12 * rng.random(int((families.role == GROWN).sum()))
    years[families.role == CHILD] = 18 * rng.random(int((families.role == CHILD).sum()))
    day: Array = (DAY_2024 - np.maximum(years, 0) * 365.25).astype(np.int32)
    return np.where(families.role <= ADULT, np.minimum(day, DAY_2024 - 18 * 365), day).astype(np.int32)


def _filed(families: Families, born: Array, deceased: Array, seed: int) -> Array:
    """A bit per tax year; a joint filer follows the head, a dependent appears on the head's returns."""
    rng = stream(seed, "filed")
    n, every = len(born), (1 << YEARS) - 1
    bits = np.full(n, every, dtype=np.uint8)
    gap = rng.random(n)
    bits[gap < GAP_YEAR] &= ~(1 << rng.integers(0, YEARS, int((gap < GAP_YEAR).sum()))).astype(np.uint8)
    late = (gap > 1 - LATE_START) | (families.role == GROWN) & (rng.random(n) < 0.5)
    bits[late] &= (every << rng.integers(1, 6, int(late.sum()))).astype(np.uint8)
    early = (gap > GAP_YEAR) & (gap < GAP_YEAR + EARLY_STOP) | deceased
    bits[early] &= (every >> rng.integers(1, 6, int(early.sum()))).astype(np.uint8)
    follow = (families.role == SPOUSE) & ~deceased & (rng.random(n) < 0.93) | (families.role == CHILD)
    bits[follow] = bits[families.head[follow]]
    birth = np.clip((born - DAY_2024) / 365.25 + 2024 - FIRST_YEAR, 0, 6).astype(np.uint8)
    child = families.role == CHILD
    bits[child] &= (every << birth[child].astype(np.int64)).astype(np.uint8)
    nothing = (bits == 0) & ~child
    bits[nothing] = np.where(deceased[nothing], 1, 1 << (YEARS - 1))
    return bits


def _numbers(families: Families, seed: int) -> tuple[Array, dict[str, int]]:
    rng = stream(seed, "numbers")
    n = len(families.role)
    mixed = (rng.random(families.count) < MIXED_HOUSEHOLD)[families.household]
    draw = rng.random(n)
    itin = np.where(mixed, (families.role == HEAD) | (draw < ITIN_INSIDE), draw < ITIN_OUTSIDE)
    serial = np.where(itin, np.cumsum(itin), np.cumsum(~itin)) - 1
    numbers = np.empty(n, dtype=np.int32)
    numbers[itin], numbers[~itin] = tin("itin", serial[itin], seed), tin("ssn", serial[~itin], seed)
    return numbers, {"itin": int(itin.sum()), "ssn": int(n - itin.sum())}


def _neighbours(families: Families, homes_now: Array, building: Array, seed: int) -> tuple[Array, Array]:
    """Pairs of household heads in one building: the second is given the first one's name."""
    rng = stream(seed, "neighbours")
    heads = np.flatnonzero(families.role == HEAD)
    order = np.argsort(building[homes_now], kind="stable")
    same = np.flatnonzero(building[homes_now[order[1:]]] == building[homes_now[order[:-1]]])
    wanted = min(len(same), max(1, int(families.count * NAMESAKE_NEXT_DOOR)))
    chosen = np.sort(rng.choice(same, wanted, replace=False)) if len(same) else same
    return heads[order[chosen]], heads[order[chosen + 1]]


def make_world(n: int, seed: int) -> World:
    """`n` people, the same for the same seed. Takes about 90 bytes a person; raises ValueError below 100 people."""
    if n < 100:
        raise ValueError("a population needs at least 100 people")
    words, families = lexicon(), _families(n, seed)
    first, middle, last, suffix = _names(families, words, seed)
    born, rng = _born(families, seed), stream(seed, "flags")
    taxpayer = families.role != CHILD
    deceased = taxpayer & (rng.random(n) < DECEASED)
    flags = (rng.random(n) < WITHHELD).astype(np.int8)
    filed = _filed(families, born, deceased, seed)
    homes = make_homes(families.count, words, seed)
    by_year = live(families.count, len(homes.street), seed)
    one, other = _neighbours(families, by_year[-1], homes.building, seed)
    first[other], last[other] = first[one], last[one]
    moved_out = _moved_out(families, seed)
    person, home, begins, ends = spans(filed, families.household, by_year, moved_out)
    numbers, issued = _numbers(families, seed)
    kind = np.select([families.role == SPOUSE, families.role == CHILD], [SECONDARY, DEPENDENT], PRIMARY).astype(np.int8)
    at = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(person, minlength=n), out=at[1:])
    return World(words, seed, first, middle, last, suffix, born, numbers, kind, deceased, flags, filed,
                 families.household, homes, person, home, begins, ends, at, issued)  # fmt: skip


def _moved_out(families: Families, seed: int) -> tuple[Array, Array]:
    """Per person another household and the year (0..7) from which he or she lives there; 7 means never."""
    rng = stream(seed, "moved out")
    n = len(families.role)
    rate = np.select([families.role == SPOUSE, (families.role == ADULT) | (families.role == GROWN)], [0.01, 0.04], 0.0)
    leaves = rng.random(n) < rate
    year = np.full(n, YEARS, dtype=np.int8)
    year[leaves] = rng.integers(2, YEARS, int(leaves.sum()))
    to = families.household.copy()
    to[leaves] = rng.integers(0, families.count, int(leaves.sum()))
    return to, year
