# SPDX-License-Identifier: Apache-2.0
"""Makes a folder: records, registers, requests, their truth, and the card."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from lawgate_lab.affair import Draft, make_affair
from lawgate_lab.card import add_variant, read_card, world_facts, write_card
from lawgate_lab.chain import make_chain
from lawgate_lab.groups import beside, write_groups
from lawgate_lab.honest import make_honest
from lawgate_lab.people import make_world
from lawgate_lab.played import write_registers
from lawgate_lab.proper import make_proper
from lawgate_lab.records import write_records
from lawgate_lab.request import write_request
from lawgate_lab.staff import list_staff
from lawgate_lab.truth import truth_of, write_truth
from lawgate_lab.world import World

SIZES = {"12.8k": (12_800, 100_000), "128k": (128_000, 1_000_000), "1.28M": (1_280_000, 10_000_000)}
ALL = ("affair", "honest", "proper")


class OtherData(Exception):
    """The folder holds records of another seed or size; nothing was written."""


def write_draft(folder: Path, name: str, world: World, draft: Draft, seed: int) -> dict[str, Any]:
    """Writes a request below `folder`/`name` and its truth; gives back its counts."""
    write_request(folder / name, world.lexicon, draft.rows, draft.cases, draft.style, draft.cover, seed)
    list_staff(folder, draft.cover, draft.cases)
    truth = truth_of(world, draft.rows)
    path = folder / "truth" / f"{name}.parquet"
    write_truth(truth, path)
    write_groups(world, truth, beside(path))
    card = read_card(folder)
    add_variant(card, name, truth)
    write_card(folder, card)
    return truth.counts()


def population(folder: Path, people: int, seed: int) -> World:
    """The population of the folder: made, and written unless the same one is there. Raises OtherData."""
    _same(folder, people, seed, "generator")
    world = make_world(people, seed)
    keep(folder, world, seed, "generator")
    return world


def _same(folder: Path, people: int, seed: int, source: str) -> None:
    card = read_card(folder)
    if card and (card["seed"], card["source"], card["records"]["people"]) != (seed, source, people):
        raise OtherData("this folder holds other records: choose another folder, or the same seed and size")


def keep(folder: Path, world: World, seed: int, source: str) -> None:
    """Writes the population, the registers and a new card, unless they are there already. Raises OtherData."""
    _same(folder, len(world), seed, source)
    if not read_card(folder):
        write_records(world, folder / "records")
        write_registers(folder, seed)
        facts = {"seed": seed, "source": source, "synthetic": True, "records": world_facts(world), "variants": {}}
        write_card(folder, facts)


def drafts(world: World, claims: int, seed: int, variant: str, name: str, people: int) -> Iterable[tuple[str, Draft]]:
    """The requests of a variant, one after the other, with the name of the folder of each."""
    single: dict[str, Callable[[], Draft]] = {
        "affair": lambda: make_affair(world, claims, seed),
        "honest": lambda: make_honest(world, claims, seed),
    }
    for wanted in ALL if variant == "all" else (variant,):
        if wanted == "chain":
            yield from make_chain(world, claims, seed)
        elif wanted == "proper":
            yield name, make_proper(world, people, seed, name)
        else:
            yield wanted, single[wanted]()


def make(
    folder: Path, claims: int, records: int, variant: str, seed: int, name: str = "proper", people: int = 3
) -> dict[str, dict[str, Any]]:
    """Makes the folder; gives back the counts of each request written. Raises OtherData, ValueError (too small)."""
    world = population(folder, records, seed)
    return {
        title: write_draft(folder, title, world, draft, seed)
        for title, draft in drafts(world, claims, seed, variant, name, people)
    }
