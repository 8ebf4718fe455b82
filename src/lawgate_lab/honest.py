# SPDX-License-Identifier: Apache-2.0
"""A request as it should be made, with every kind of mistake put in at a small, labelled rate."""

from collections.abc import Callable, Mapping

import numpy as np

from lawgate_lab.affair import Draft
from lawgate_lab.labels import CIVIL, CODE, CRIMINAL, FORM, NAME_NOISE, PARTIAL, PLACEHOLDERS
from lawgate_lab.mistakes import choose_noise, next_residents, transposed
from lawgate_lab.reasons import own_reasons
from lawgate_lab.request import CASE, Cover
from lawgate_lab.rows import NO_DATE, Style, elsewhere, live_at, rows_of, rows_of_strangers
from lawgate_lab.seeds import Array, stream
from lawgate_lab.world import DEPENDENT, SECONDARY, YEARS, World

SIGNED = 20265  # 2025-06-26 in days since 1970
WITH_TIN, WITH_DOB, DASHED, ROWS_AN_OFFICIAL, SHARE_A_CASE = 0.60, 0.90, 0.3, 30, 0.4
RATES = {
    "blank_address": 0.008, "placeholder": 0.008, "partial_address": 0.008, "unit_missing": 0.010,
    "never_on_file": 0.012, "former_address": 0.020, "next_resident": 0.006, "address_style": 0.015,
    "not_in_file": 0.010, "namesake": 0.006, "namesake_tin": 0.004, "dependent": 0.003, "deceased": 0.004,
    "spouse_tin": 0.006, "transposed_tin": 0.008, "name_noise": 0.020, "period_not_filed": 0.010,
    "period_open": 0.006, "closed_case": 0.006, "role_relative": 0.006, "civil_statute": 0.006,
    "case_opened_after": 0.003,
}  # fmt: skip
COVER = Cover("req-2025-0101", "us.doj", "person.doj.1", "us.doj.attorney", "2025-06-26T10:00:00-04:00",
              "person.doj.2", "", "rk-doj-1", "person.doj.")  # fmt: skip
OFFICIALS_FROM = 1001
Change = Callable[[World, Array, Array, np.random.Generator], Array]
"""Puts a mistake into rows (given by index) where it can be put; gives back the indexes where it was."""


def _people(rows: Array, which: Array) -> Array:
    found: Array = rows["meant"][which] - 1
    return found


def _formed(form: str) -> Change:
    def change(_world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
        rows["form"][which], rows["home"][which] = FORM[form], -1
        return which

    return change


def _placeholder(_world: World, rows: Array, which: Array, rng: np.random.Generator) -> Array:
    rows["form"][which], rows["home"][which] = FORM["placeholder"], -1
    rows["arg"][which] = rng.integers(0, len(PLACEHOLDERS), len(which))
    return which


def _partial(_world: World, rows: Array, which: Array, rng: np.random.Generator) -> Array:
    rows["form"][which] = np.array([FORM[name] for name in PARTIAL])[rng.integers(0, len(PARTIAL), len(which))]
    rows["arg"][which], rows["home"][which] = rng.integers(0, 200, len(which)), -1
    return which


def _unit_missing(_world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    flats = which[rows["unit"][which] > 0]
    rows["form"][flats] = FORM["no_unit"]
    return flats


def _styled(_world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    rows["form"][which] = FORM["style"]
    return which


def _never(world: World, rows: Array, which: Array, rng: np.random.Generator) -> Array:
    elsewhere(world.lexicon, rows, np.isin(np.arange(len(rows)), which), rng)
    return which


def _former(world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    people = _people(rows, which)
    earlier = world.span_home[world.first_span[people]]
    moved = earlier != world.current_home(people)
    live_at(world, rows, which[moved], earlier[moved])
    done: Array = which[moved]
    return done


def _next(world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    found, home = next_residents(world, _people(rows, which))
    live_at(world, rows, which[found], home)
    return which[found]


def _spouse_tin(world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    """The number of the next or the previous person of the household, one of the two being the joint filer."""
    people = _people(rows, which)
    after = np.minimum(people + 1, len(world) - 1)
    before = np.maximum(people - 1, 0)
    forward = (world.kind[after] == SECONDARY) & (world.household[after] == world.household[people])
    back = (world.kind[people] == SECONDARY) & (world.household[before] == world.household[people])
    rows["tin"][which[forward]] = world.tin[after[forward]]
    rows["tin"][which[back]] = world.tin[before[back]]
    done: Array = which[forward | back]
    return done


def _transposed(world: World, rows: Array, which: Array, rng: np.random.Generator) -> Array:
    rows["tin"][which] = transposed(world, _people(rows, which), rng)
    return which


def _namesake_tin(world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    """The number of somebody else with the same first and last name."""
    other = _namesake_of(world)[_people(rows, which)]
    same = other >= 0
    rows["tin"][which[same]] = world.tin[other[same]]
    done: Array = which[same]
    return done


def _namesake_of(world: World) -> Array:
    """For each person somebody else with the same first and last name, -1 if there is nobody."""
    keys = world.name_keys()
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    found = np.full(len(world), -1, dtype=np.int64)
    found[order[1:][same]] = order[:-1][same]
    found[order[:-1][same]] = order[1:][same]
    return found


def _name_noise(world: World, rows: Array, which: Array, rng: np.random.Generator) -> Array:
    choose_noise(world.lexicon, rows, which, rng, NAME_NOISE)
    return which


def _not_filed(world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    gaps = ~world.filed[_people(rows, which)] & ((1 << YEARS) - 1)
    some = gaps > 0
    rows["periods"][which[some]] = gaps[some]
    return which[some]


def _open(_world: World, rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    rows["periods"][which] |= 1 << YEARS  # 2025: not closed when the request is signed
    return which


def _relative(_world: World, rows: Array, which: Array, rng: np.random.Generator) -> Array:
    rows["role"][which] = rng.integers(1, 4, len(which))
    return which


def _labelled(_world: World, _rows: Array, which: Array, _rng: np.random.Generator) -> Array:
    return which  # the case is changed when the cases are made


CHANGES: dict[str, Change] = {
    "blank_address": _formed("blank"), "placeholder": _placeholder, "partial_address": _partial,
    "unit_missing": _unit_missing, "never_on_file": _never, "former_address": _former, "next_resident": _next,
    "address_style": _styled, "namesake_tin": _namesake_tin, "spouse_tin": _spouse_tin, "transposed_tin": _transposed,
    "name_noise": _name_noise, "period_not_filed": _not_filed, "period_open": _open, "closed_case": _labelled,
    "role_relative": _relative, "civil_statute": _labelled, "case_opened_after": _labelled,
}  # fmt: skip


def _able(world: World) -> Array:
    found: Array = np.flatnonzero((world.kind != DEPENDENT) & (np.diff(world.first_span) > 0))
    return found


def _scarce(world: World) -> dict[str, Array]:
    """For each mistake that needs a particular kind of person: everybody of that kind."""
    able = _able(world)
    seen = np.diff(world.first_span) > 0
    return {
        "unit_missing": able[world.homes.unit[world.current_home(able)] > 0],
        "former_address": able[world.span_home[world.first_span[able]] != world.current_home(able)],
        "next_resident": able[next_residents(world, able)[0]],
        "namesake": np.flatnonzero(world.namesakes() & seen),
        "dependent": np.flatnonzero((world.kind == DEPENDENT) & seen),
        "deceased": able[world.deceased[able]],
        "spouse_tin": able[world.kind[able] == SECONDARY],
        "namesake_tin": able[_namesake_of(world)[able] >= 0],
        "period_not_filed": able[world.filed[able] != (1 << YEARS) - 1],
    }


def _cast(world: World, claims: int, seed: int, rates: Mapping[str, float]) -> tuple[Array, Array]:
    """Who is meant by each row (an index) and which mistake is to be made (an index into `rates`, -1 for none)."""
    rng, free = stream(seed, "honest/cast"), np.ones(len(world), dtype=bool)
    wanted = {label: max(1, round(claims * rate)) for label, rate in rates.items()}
    people, mistake, anybody = [], [], []
    scarce = _scarce(world)
    for k, (label, count) in enumerate(wanted.items()):
        if label in scarce:
            pool = scarce[label]
            chosen = rng.permutation(pool[free[pool]])[:count]
            free[chosen] = False
            people.append(chosen)
            mistake.append(np.full(len(chosen), k))
        else:
            anybody.append(np.full(count, k))
    able = _able(world)
    rest = rng.permutation(able[free[able]])[: claims - sum(map(len, people))]
    plain = np.full(len(rest), -1)
    labels = np.concatenate([*anybody, plain[:0]])[: len(rest)]
    plain[: len(labels)] = labels
    return np.concatenate([*people, rest]), np.concatenate([*mistake, plain])


def ordinary_periods(world: World, people: Array, rng: np.random.Generator) -> Array:
    """One to three years that each of the people filed, as bits."""
    bits = np.zeros(len(people), dtype=np.uint8)
    for _ in range(3):
        year = rng.integers(0, YEARS, len(people))
        bits |= (world.filed[people] >> year & 1).astype(np.uint8) << year.astype(np.uint8)
    latest = world.span_to[world.first_span[people + 1] - 1].astype(np.uint8)
    return np.where(bits == 0, np.uint8(1) << latest, bits).astype(np.uint8)


def honest_rows(world: World, claims: int, seed: int, rates: Mapping[str, float] | None = None) -> Array:
    """The rows of the honest request. A ValueError if the records hold too few people for them.

    `rates` are the shares of mistakes by label, RATES if none are given.
    """
    wanted = RATES if rates is None else rates
    if len(_able(world)) < claims:
        raise ValueError("too few people in the records for a request of this size")
    rng = stream(seed, "honest")
    people, mistake = _cast(world, claims, seed, wanted)
    rows = rows_of(world, people)
    rows["periods"] = ordinary_periods(world, people, rng)
    given = rng.random(len(rows)) < WITH_TIN
    rows["tin"] = np.where(given, world.tin[people], 0)
    rows["born"] = np.where(rng.random(len(rows)) < WITH_DOB, rows["born"], NO_DATE)
    for k, label in enumerate(wanted):
        which = np.flatnonzero(mistake == k)
        if label == "not_in_file":
            strangers = rows_of_strangers(world.lexicon, len(which), seed, "honest/strangers")
            strangers["periods"] = rows["periods"][which]
            rows[which] = strangers
        elif label in CHANGES:
            which = CHANGES[label](world, rows, which, rng)
        if label == "namesake":
            rows["tin"][which], rows["born"][which] = 0, NO_DATE
        if label != "name_noise":
            rows["defect"][which] = CODE[label]
    rows = rows[rng.permutation(len(rows))]
    rows["dashed"] = rng.random(len(rows)) < DASHED
    rows["reason"] = rng.integers(0, 1 << 40, len(rows))
    rows["review"], rows["deferred"] = 0, 0
    return rows


OWN_CASE = ("closed_case", "civil_statute", "case_opened_after")


def honest_cases(rows: Array, rng: np.random.Generator, officials_from: int = OFFICIALS_FROM) -> Array:
    """Sets the case of each row and gives the cases: one or a few rows each, one official for about thirty rows."""
    alone = np.isin(rows["defect"], [CODE[label] for label in OWN_CASE])
    begins = (rng.random(len(rows)) >= SHARE_A_CASE) | alone | np.r_[True, alone[:-1]]
    begins[::ROWS_AN_OFFICIAL] = True
    rows["case"] = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    n, defect = len(first), rows["defect"][first]
    cases = np.zeros(n, dtype=CASE)
    cases["opened"] = SIGNED - rng.integers(20, 900, n)
    cases["statute"] = rng.integers(CRIMINAL.start, CRIMINAL.stop, n)
    civil, after = defect == CODE["civil_statute"], defect == CODE["case_opened_after"]
    cases["statute"][civil] = rng.integers(CIVIL.start, CIVIL.stop, int(civil.sum()))
    cases["opened"][after] = SIGNED + rng.integers(1, 30, int(after.sum()))
    cases["status"] = defect == CODE["closed_case"]
    cases["kind"] = np.searchsorted([0.8, 0.9], rng.random(n))
    cases["a_party"] = np.where(cases["kind"] == 1, 1, 0)
    cases["official"] = officials_from + first // ROWS_AN_OFFICIAL
    cases["others"] = rng.integers(0, 3, n)
    return cases


def make_honest(world: World, claims: int, seed: int) -> Draft:
    """The honest request at the given number of rows."""
    rows = honest_rows(world, claims, seed)
    cases = honest_cases(rows, stream(seed, "honest/cases"))
    return Draft(rows, cases, Style("M", "", "case-doj-", own_reasons(cases["statute"])), COVER)
