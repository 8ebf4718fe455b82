# SPDX-License-Identifier: Apache-2.0
"""The officers whom a made request names, listed in the custodian's register of staff: each by id, nobody real."""

import tomllib
from pathlib import Path

import numpy as np

from lawgate_lab.played import HOLDS_FROM, NO_END
from lawgate_lab.request import Cover
from lawgate_lab.seeds import Array

OTHERS_AT_MOST = 2
"""A case names its officer and up to so many more, with the numbers that follow."""


def officers_of(cover: Cover, cases: Array) -> list[str]:
    """Ids of every officer the cases can name, in the order of their numbers."""
    numbers = {int(n) + k for n in np.unique(cases["official"]) for k in range(OTHERS_AT_MOST + 1)}
    return [f"{cover.officers}{n}" for n in sorted(numbers)]


def list_staff(folder: Path, cover: Cover, cases: Array) -> None:
    """Adds the officers of one request to `registers/staff.toml` below `folder`; whoever is listed stays listed."""
    path = folder / "registers" / "staff.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = tomllib.loads(path.read_text(encoding="utf-8")).get("staff", []) if path.exists() else []
    people = {entry["agency"]: set(entry["people"]) for entry in listed}
    people.setdefault(cover.agency, set()).update(officers_of(cover, cases))
    entries = (_entry(agency, sorted(ids, key=_by_number)) for agency, ids in sorted(people.items()))
    path.write_text("\n".join(entries), encoding="utf-8")


def _by_number(person: str) -> tuple[str, int]:
    prefix, _, number = person.rpartition(".")
    return prefix, int(number)


def _entry(agency: str, people: list[str]) -> str:
    lines = "".join(f'  "{person}",\n' for person in people)
    return (
        f'[[staff]]\nagency = "{agency}"\nfrom = {HOLDS_FROM}\nto = {NO_END}\n'
        f'source = "made up by the lab: nobody works here"\npeople = [\n{lines}]\n'
    )
