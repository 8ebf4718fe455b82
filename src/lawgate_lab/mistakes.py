# SPDX-License-Identifier: Apache-2.0
"""Mistakes that need a look at the population: transposed numbers, neighbours' addresses, names spelled otherwise."""

from functools import lru_cache

import numpy as np

from lawgate_lab.labels import CODE, NAME_NOISE
from lawgate_lab.seeds import Array
from lawgate_lab.tins import in_range
from lawgate_lab.words import Lexicon, unaccented
from lawgate_lab.world import World


def transposed(world: World, people: Array, rng: np.random.Generator) -> Array:
    """The people's numbers with two neighbouring digits exchanged: never their own, still of a never-issued range."""
    own = world.tin[people].astype(np.int64)
    found = own.copy()
    start = rng.integers(0, 7, len(own))
    for step in range(7):
        power = 10 ** ((start + step) % 7)
        a, b = own // power % 10, own // (power * 10) % 10
        swapped = own + (a - b) * (power * 10 - power)
        take = (found == own) & (swapped != own) & in_range(swapped)
        take &= (swapped % 10_000 > 0) & ~_same_name(world, people, swapped)
        found = np.where(take, swapped, found)
    stuck = found == own  # all digits alike: change the last one instead
    found[stuck] = own[stuck] // 10 * 10 + (own[stuck] % 10 + 1) % 9 + 1
    return found.astype(np.int32)


def _same_name(world: World, people: Array, tins: Array) -> Array:
    owner = np.maximum(world.record_of(tins) - 1, 0)
    same = (world.first[owner] == world.first[people]) & (world.last[owner] == world.last[people])
    found: Array = same & (world.record_of(tins) > 0)
    return found


def next_residents(world: World, people: Array) -> tuple[Array, Array]:
    """For each person who left a home, another home of whoever lived there next: (indexes into `people`, homes).

    The home given was never that person's. People without such a successor are left out.
    """
    order = np.lexsort((world.span_from, world.span_home))
    person, home = world.span_person[order], world.span_home[order]
    follows = np.flatnonzero((home[1:] == home[:-1]) & (person[1:] != person[:-1]))
    after = order[follows + 1]
    before = after - 1  # the successor's span just before that one, where it is the same person's
    real = (after > 0) & (world.span_person[before] == world.span_person[after])
    leaver, came_from = person[follows][real], world.span_home[before[real]]
    real = ~world.lived_at(leaver, came_from)
    leaver, came_from = leaver[real], came_from[real]
    unique, at = np.unique(leaver, return_index=True)
    slot = np.minimum(np.searchsorted(unique, people), max(len(unique) - 1, 0))
    if not len(unique):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    found = np.flatnonzero(unique[slot] == people)
    return found, came_from[at[slot[found]]]


@lru_cache(maxsize=4)
def _accented(words: tuple[str, ...]) -> Array:
    return np.array([unaccented(word) != word for word in words])


def choose_noise(words: Lexicon, rows: Array, which: Array, rng: np.random.Generator, kinds: tuple[str, ...]) -> None:
    """Gives the rows (indexes) a kind of name noise that changes them, and its label where no other is set."""
    code = np.array([NAME_NOISE.index(kind) for kind in sorted(kinds)])[rng.integers(0, len(kinds), len(which))]
    size = len(words.family)
    part = rows[which]
    accented = _accented(tuple(words.given))[part["first"]] | _accented(tuple(words.family))[part["last"] % size]
    capitals, respelled = NAME_NOISE.index("name_capitals"), NAME_NOISE.index("name_spelled_otherwise")
    instead = capitals if "name_capitals" in kinds else respelled
    code = np.where((code == NAME_NOISE.index("name_hyphen")) & (part["last"] < size), instead, code)
    code = np.where((code == NAME_NOISE.index("name_accents_lost")) & ~accented, instead, code)
    rows["noise"][which] = code + 1
    labels = np.array([CODE[label] for label in NAME_NOISE])[code]
    bare = np.isin(part["defect"], [CODE["none"], CODE["not_in_file"]])
    rows["defect"][which[bare]] = labels[bare]
