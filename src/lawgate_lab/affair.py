# SPDX-License-Identifier: Apache-2.0
"""The request in the manner of June 2025: one statute, one reason, one official, most rows people not in the records.

Counts of rows that the 2025 check would have matched follow 42,695 and 4,594 of 1.28 million.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lawgate_lab.labels import CODE, DUMMIES, FACILITIES, FORM, KEEPS_NAME, NAME_NOISE, PARTIAL, PLACEHOLDERS
from lawgate_lab.mistakes import choose_noise, next_residents, transposed
from lawgate_lab.request import CASE, Cover
from lawgate_lab.rows import NO_DATE, Style, elsewhere, live_at, rows_of, rows_of_strangers
from lawgate_lab.seeds import Array, stream
from lawgate_lab.tins import tin
from lawgate_lab.world import DEPENDENT, World, taken

SIGNED = 20266  # 2025-06-27 in days since 1970
TIN_PATH, ADDRESS_PATH = 42_695 / 1_280_000, 4_594 / 1_280_000
ON_FILE, FORMER, NEXT, INSUFFICIENT = 0.24, 0.06, 0.12, 0.05  # of the TIN-path rows; the rest: never on file
OTHER_IN_FILE = {"blank_tin": 0.0025, "noise_tin": 0.005, "transposed": 0.005, "never_no_tin": 0.006}
BLANK, INVALID, NO_UNIT, PLACEHOLDER, DUMMY = 0.055, 0.026, 0.099, 0.016, 0.004  # of all rows
SHARING = 0.40  # of the people in the records: another taxpayer lives at the same home
WITH_TIN, ITIN_SHARE, DUPLICATE_TIN, NOISE_RATE = 0.20, 0.60, 0.002, 0.03
REASON = (
    "The individual is the subject of an investigation under 8 USC 1253(a)(1). The address is relevant because it "
    "will assist in determining whether the individual has failed to depart."
)
COVER = Cover("req-2025-0003", "us.dhs", "person.dhs.1", "us.dhs.head", "2025-06-27T14:00:00-04:00", "person.dhs.2",
              "agr-2025-04", "rk-dhs-1", "person.dhs.")  # fmt: skip
OFFICIAL = 900


@dataclass(frozen=True)
class Draft:
    """A request before it is written."""

    rows: Array
    cases: Array
    style: Style
    cover: Cover


def insufficient(rows: Array, which: Array, rng: np.random.Generator) -> None:
    """Gives the rows (indexes) a placeholder (two in three) or a partial address, and the label."""
    n = len(which)
    partial = rng.random(n) < 1 / 3
    forms = np.array([FORM[name] for name in PARTIAL])[rng.integers(0, len(PARTIAL), n)]
    rows["form"][which] = np.where(partial, forms, FORM["placeholder"])
    rows["arg"][which] = rng.integers(0, len(PLACEHOLDERS) * len(FACILITIES), n)
    rows["defect"][which] = np.where(partial, CODE["partial_address"], CODE["placeholder"])
    rows["home"][which] = -1


def _tin_path(world: World, people: Array, rng: np.random.Generator) -> Array:
    """Rows with the right name and number; three in ten with an address on file for that person."""
    rows = rows_of(world, people)
    rows["tin"] = world.tin[people]
    edges = np.round(np.cumsum([FORMER, NEXT, INSUFFICIENT, ON_FILE]) * len(people)).astype(np.int64)
    former, beside, poor, _current, never = np.split(np.arange(len(people)), edges)
    insufficient(rows, poor, rng)
    live_at(world, rows, former, world.span_home[world.first_span[people[former]]])
    rows["defect"][former] = CODE["former_address"]
    found, home = next_residents(world, people[beside])
    live_at(world, rows, beside[found], home)
    rows["defect"][beside[found]] = CODE["next_resident"]
    unknown = np.isin(np.arange(len(people)), never)
    unknown[np.setdiff1d(beside, beside[found])] = True
    elsewhere(world.lexicon, rows, unknown, rng)
    rows["defect"][unknown] = CODE["never_on_file"]
    noisy = np.flatnonzero(rng.random(len(rows)) < NOISE_RATE)
    choose_noise(world.lexicon, rows, noisy, rng, KEEPS_NAME)
    rows["defect"][world.deceased[people] & (rows["defect"] == 0)] = CODE["deceased"]
    return rows


def _others_in_file(world: World, people: Array, claims: int, rng: np.random.Generator) -> Array:
    """People in the records whom the 2025 check would still not match."""
    rows, at = rows_of(world, people), 0
    groups = {}
    for name, rate in OTHER_IN_FILE.items():
        groups[name] = np.arange(at, min(at + round(claims * rate), len(rows)))
        at += len(groups[name])
    blank, noisy, swapped, never = groups.values()
    rows["tin"][: never[0] if len(never) else len(rows)] = world.tin[people][: never[0] if len(never) else len(rows)]
    rows["form"][blank], rows["defect"][blank], rows["home"][blank] = FORM["blank"], CODE["blank_address"], -1
    choose_noise(world.lexicon, rows, noisy, rng, tuple(set(NAME_NOISE) - set(KEEPS_NAME)))
    rows["tin"][swapped] = transposed(world, people[swapped], rng)
    rows["defect"][swapped] = CODE["transposed_tin"]
    elsewhere(world.lexicon, rows, np.isin(np.arange(len(rows)), never), rng)
    rows["defect"][never] = CODE["never_on_file"]
    return rows


def _strangers(world: World, n: int, claims: int, seed: int, name: str) -> Array:
    """Rows of people in no record; they carry most of the address defects of the whole file."""
    rows, rng = rows_of_strangers(world.lexicon, n, seed, name), stream(seed, f"{name}/more")
    draw, scale = rng.random(n), claims / max(n, 1)
    edges = np.cumsum([BLANK - OTHER_IN_FILE["blank_tin"], INVALID, NO_UNIT, PLACEHOLDER, DUMMY]) * scale
    group = np.searchsorted(edges, draw, side="right")
    rows["form"][group == 0], rows["defect"][group == 0] = FORM["blank"], CODE["blank_address"]
    invalid = np.flatnonzero(group == 1)
    rows["form"][invalid] = np.array([FORM[form] for form in PARTIAL])[rng.integers(0, len(PARTIAL), len(invalid))]
    rows["defect"][invalid] = CODE["partial_address"]
    flats = np.flatnonzero(world.homes.unit > 0)
    live_at(world, rows, group == 2, flats[rng.integers(0, len(flats), int((group == 2).sum()))])
    rows["form"][group == 2], rows["defect"][group == 2] = FORM["no_unit"], CODE["unit_missing"]
    rows["form"][group == 3], rows["defect"][group == 3] = FORM["placeholder"], CODE["placeholder"]
    rows["form"][group == 4], rows["defect"][group == 4] = FORM["dummy"], CODE["dummy_address"]
    rows["arg"] = np.where(group == 4, rng.integers(0, len(DUMMIES), n), rng.integers(0, 240, n))
    return rows


def _stranger_tins(world: World, rows: Array, wanted: int, offset: int, rng: np.random.Generator) -> None:
    """Numbers nobody in the records has, on `wanted` of the rows; a few of them on two rows with two names."""
    chosen = rng.permutation(len(rows))[:wanted]
    itin = rng.random(len(chosen)) < ITIN_SHARE
    for kind, mask in (("itin", itin), ("ssn", ~itin)):
        serial = world.issued[kind] + offset + np.arange(int(mask.sum()))
        rows["tin"][chosen[mask]] = tin(kind, serial, world.seed)
    pairs = min(round(len(rows) * DUPLICATE_TIN / 2), len(chosen) // 2)
    rows["tin"][chosen[:pairs]] = rows["tin"][chosen[pairs : 2 * pairs]]
    twice = chosen[: 2 * pairs]
    rows["defect"][twice[rows["defect"][twice] == CODE["not_in_file"]]] = CODE["duplicate_tin"]


def statements(rows: Array, rng: np.random.Generator) -> None:
    """Order dates, grounds and the two yes/no statements of every row; labels only where nothing else is wrong."""
    n, draw = len(rows), rng.random(len(rows))
    rows["order"] = SIGNED - rng.integers(91, 7300, n)
    recent, future, missing = draw < 0.03, (draw >= 0.03) & (draw < 0.031), draw > 0.98
    rows["order"][recent] = SIGNED - rng.integers(1, 90, int(recent.sum()))
    rows["order"][future] = SIGNED + rng.integers(1, 365, int(future.sum()))
    rows["order"][missing] = NO_DATE
    inadmissible = rng.random(n) < 0.20
    rows["ground"] = np.where(inadmissible, rng.integers(5, 7, n), rng.integers(1, 5, n))
    deferred, review = rng.random(n) < 0.015, rng.random(n) < 0.02
    rows["deferred"], rows["review"] = np.where(deferred, 1, 2), np.where(review, 1, 2)
    rows["review"][rng.random(n) < 0.1] = 0
    for label, holds in (
        ("order_date_missing", missing), ("order_in_future", future), ("order_recent", recent),
        ("ground_inadmissibility", inadmissible), ("deferred_action", deferred),
        ("review_pending", rows["review"] == 1),
    ):  # fmt: skip
        rows["defect"][holds & (rows["defect"] == 0)] = CODE[label]


def _people(world: World, tin_n: int, other_n: int, rng: np.random.Generator) -> Array:
    """People for `tin_n` TIN-path rows (those who moved first, then those with a successor) and `other_n` others."""
    able = np.flatnonzero((world.kind != DEPENDENT) & (np.diff(world.first_span) > 0))
    home = world.current_home(able)
    shares = np.bincount(home, minlength=len(world.homes.street))[home] > 1
    moved = able[world.span_home[world.first_span[able]] != home]
    followed = moved[next_residents(world, moved)[0]]
    beside = rng.permutation(followed)[: round(tin_n * NEXT)]
    former = rng.permutation(np.setdiff1d(moved, beside))[: round(tin_n * FORMER)]
    free = ~np.isin(able, np.r_[beside, former])
    rest = tin_n + other_n - len(beside) - len(former)
    sharing = rng.permutation(able[free & shares])[: round(rest * SHARING)]
    alone = rng.permutation(able[free & ~shares])[: rest - len(sharing)]
    if len(beside) + len(former) != round(tin_n * NEXT) + round(tin_n * FORMER) or len(sharing) + len(alone) < rest:
        raise ValueError("too few people in the records for a request of this size")
    return np.concatenate([former, beside, rng.permutation(np.r_[sharing, alone])])


def affair_rows(world: World, claims: int, seed: int) -> Array:
    """The rows of the affair, in the order of the file. A ValueError if the records hold too few people for them."""
    rng = stream(seed, "affair")
    tin_n, address_n = round(claims * TIN_PATH), round(claims * ADDRESS_PATH)
    people = _people(world, tin_n, address_n + sum(round(claims * rate) for rate in OTHER_IN_FILE.values()), rng)
    by_tin = _tin_path(world, people[:tin_n], rng)
    by_address = rows_of(world, people[tin_n : tin_n + address_n])
    by_address["defect"][world.deceased[people[tin_n : tin_n + address_n]]] = CODE["deceased"]
    others = _others_in_file(world, people[tin_n + address_n :], claims, rng)
    strangers = _strangers(world, claims - len(people), claims, seed, "affair/strangers")
    with_tin = round(claims * WITH_TIN) - int((by_tin["tin"] > 0).sum()) - int((others["tin"] > 0).sum())
    _stranger_tins(world, strangers, max(with_tin, 0), 0, rng)
    noisy = np.flatnonzero(rng.random(len(strangers)) < NOISE_RATE)
    choose_noise(world.lexicon, strangers, noisy, rng, NAME_NOISE)
    rows = np.concatenate([by_tin, by_address, others, strangers])
    statements(rows, rng)
    return finished(rows, rng)


def finished(rows: Array, rng: np.random.Generator) -> Array:
    """The rows in random order, each its own case, all with the same periods."""
    rows = rows[rng.permutation(len(rows))]
    rows["periods"] = 0b0111_0000  # 2022, 2023, 2024 on every row
    rows["case"] = np.arange(len(rows))
    rows["dashed"] = rng.random(len(rows)) < 0.3
    return rows


def affair_cases(rows: Array, rng: np.random.Generator, signed: int = SIGNED) -> Array:
    """One case per row, all opened in the week before the request, all with the same official."""
    cases = np.zeros(len(rows), dtype=CASE)
    cases["opened"] = signed - rng.integers(2, 7, len(rows))
    cases["official"] = OFFICIAL
    return cases


def same_reason(reason: str) -> Any:
    """A function that gives every row the same reason."""
    return lambda part: taken((reason,), part["role"] * 0)


def make_affair(world: World, claims: int, seed: int) -> Draft:
    """The affair at the given number of rows."""
    rows = affair_rows(world, claims, seed)
    style = Style("E", "F", "case-dhs-", same_reason(REASON))
    return Draft(rows, affair_cases(rows, stream(seed, "affair/cases")), style, COVER)
