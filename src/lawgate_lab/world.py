# SPDX-License-Identifier: Apache-2.0
"""What the lab knows of a made-up population, as columns of small numbers; text is made only when it is written."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lawgate_lab.seeds import Array, Column
from lawgate_lab.words import SUFFIXES, Lexicon, fold_ids

PRIMARY, SECONDARY, DEPENDENT = 0, 1, 2
KINDS = ("primary", "secondary", "dependent")
FIRST_YEAR, YEARS = 2018, 7


@dataclass
class Homes:
    """Addresses. Arrays of one length: street and unit and place are lexicon codes, `number` a house or box number.

    Street 0 with a number is a PO box; number 0 means that the number is missing. `building` is equal for the flats
    of one house.
    """

    street: Array
    number: Array
    unit: Array
    place: Array
    building: Array

    def complete(self) -> Array:
        """True where a number and a street, or a PO box, are present."""
        found: Array = self.number > 0
        return found


@dataclass
class World:
    """A population. Person arrays are indexed by record - 1; span arrays by person, then by year.

    `filed` is a bit per tax year from 2018. `first_span[i]:first_span[i + 1]` are the spans of person i.
    `family_of` is the household of each person; `issued` counts the serials used of each kind of number.
    """

    lexicon: Lexicon
    seed: int
    first: Array
    middle: Array
    last: Array
    suffix: Array
    born: Array
    tin: Array
    kind: Array
    deceased: Array
    flags: Array
    filed: Array
    household: Array
    homes: Homes
    span_person: Array
    span_home: Array
    span_from: Array
    span_to: Array
    first_span: Array
    issued: dict[str, int]
    _tins: tuple[Array, Array] | None = None

    def __len__(self) -> int:
        return len(self.first)

    def current_home(self, person: Array) -> Array:
        """The home on the latest return of each person; the person must have one."""
        found: Array = self.span_home[self.first_span[person + 1] - 1]
        return found

    def lived_at(self, person: Array, home: Array) -> Array:
        """True where the home is on some return of the person."""
        met = np.zeros(len(person), dtype=bool)
        spans = self.first_span[person + 1] - self.first_span[person]
        for step in range(int(spans.max(initial=0))):
            here = spans > step
            met[here] |= self.span_home[self.first_span[person[here]] + step] == home[here]
        return met

    def record_of(self, tins: Array) -> Array:
        """The record that has each number, 0 where nobody has it."""
        if self._tins is None:
            order = np.argsort(self.tin, kind="stable").astype(np.int32)
            self._tins = (self.tin[order], order)
        values, order = self._tins
        at = np.minimum(np.searchsorted(values, tins), len(values) - 1)
        return np.where(values[at] == tins, order[at] + 1, 0).astype(np.int64)

    def name_keys(self) -> Array:
        """A number per person, equal for equal folded first and last names."""
        given, family = fold_ids(self.lexicon.given), fold_ids(self.lexicon.family)
        size = len(family)
        pair = self.last.astype(np.int64) // size
        second = np.where(pair > 0, family[(pair - 1) % size] + 1, 0)
        keys: Array = (given[self.first] * (size + 1) + family[self.last % size]) * (size + 1) + second
        return keys

    def namesakes(self) -> Array:
        """True for each person with another of the same folded name, a child too, ever in the same building."""
        person = self.span_person
        _, name = np.unique(self.name_keys(), return_inverse=True)
        key = name[person].astype(np.int64) << 32 | self.homes.building[self.span_home]
        order = np.argsort(key, kind="stable")
        key, person = key[order], person[order]
        begins = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        shared = np.minimum.reduceat(person, begins) != np.maximum.reduceat(person, begins)
        flag = np.zeros(len(self), dtype=bool)
        flag[person[np.repeat(shared, np.diff(np.r_[begins, len(key)]))]] = True
        return flag


def taken(words: list[str] | tuple[str, ...], codes: Array) -> Column:
    """The words of the codes, as a pyarrow string array."""
    return pa.array(words, pa.string()).take(pa.array(codes))


def surnames(lexicon: Lexicon, codes: Array) -> Column:
    """The surnames of the codes, as a pyarrow string array."""
    size = len(lexicon.family)
    pair = codes // size
    text = taken(lexicon.family, codes % size)
    for lowest, highest, mark in ((1, size, " "), (size + 1, 2 * size, "-")):
        both = (pair >= lowest) & (pair <= highest)
        if both.any():
            second = taken(lexicon.family, (pair[both] - 1) % size)
            joined = pc.binary_join_element_wise(text.filter(pa.array(both)), second, mark)
            text = pc.replace_with_mask(text, pa.array(both), joined)
    return text


def name_columns(lexicon: Lexicon, first: Array, middle: Array, last: Array, suffix: Array) -> list[Column]:
    """First, middle, last name and suffix as pyarrow string arrays."""
    return [
        taken(lexicon.given, first),
        taken(lexicon.middles, middle),
        surnames(lexicon, last),
        taken(SUFFIXES, suffix),
    ]


def number_text(lexicon: Lexicon, number: Array) -> Column:
    """House or box numbers as a pyarrow string array."""
    return taken(lexicon.numbers, number) if lexicon.numbers else pa.array(number).cast(pa.string())


def address_columns(lexicon: Lexicon, street: Array, number: Array, unit: Array, place: Array) -> list[Column]:
    """line1, line2, city, state, zip as pyarrow string arrays, from lexicon codes."""
    numbers = number_text(lexicon, number)
    line1 = pc.binary_join_element_wise(numbers, taken(lexicon.streets, street), " ")
    box = pa.array((street == 0) & (number > 0))
    line1 = pc.if_else(box, pc.binary_join_element_wise("PO Box", numbers, " "), line1)
    line1 = pc.if_else(pa.array(number == 0), taken(lexicon.streets, street), line1)
    parts = [[row[i] for row in lexicon.places] for i in range(3)]
    return [line1, taken(lexicon.units, unit), *(taken(part, place) for part in parts)]


def dates(days: Array, absent: Any = None) -> Column:
    """Days since 1970 as `YYYY-MM-DD` text; an empty string where the mask `absent` is true."""
    text = pa.array(days.astype(np.int32)).cast(pa.date32()).cast(pa.string())
    return text if absent is None else pc.if_else(pa.array(absent), "", text)
