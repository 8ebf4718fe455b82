# SPDX-License-Identifier: Apache-2.0
"""The yearly reports of disclosures, counted from the log and the accounting entries that it roots.

Nothing else is asked: no case store, no records. Who is counted once is told by the record handle of an entry, and
what an entry says is held against the root in its leaf before it is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from lawgate.decide.canonical import ROW_WIDTH
from lawgate.law.read import read_rulebook
from lawgate.ledger.commit import commit
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import leaf_hash, leaf_hashes, root_of
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.bench import DecideDesk
from lawgate.office.release import ACCOUNTING
from lawgate.office.reports_rules import Kind, Purpose, Rules, read_rules
from lawgate.office.statistics_cells import ALL, grid, hide

OTHER = "other"
MEASURES = ("requests", "instances", "taxpayers")
Indexed = tuple[int, StageLeaf]
Person = tuple[str, int]
Place = tuple[str, str]
People = Callable[[StageLeaf, StageLeaf], frozenset[Person]]


@dataclass(frozen=True, slots=True)
class Act:
    """One request, or one hand-out, of the year: its leaf, and for a hand-out its rows and the leaf `prepared`."""

    place: Place
    leaf: int
    rows: int
    prepared: int | None
    people: frozenset[Person]


@dataclass(frozen=True, slots=True)
class Figure:
    """The three numbers of one cell, and the leaves each was counted from (by measure)."""

    requests: int
    instances: int
    taxpayers: int
    leaves: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One report on one year. `cells` has every agency with every provision, and `ALL` for the totals.

    `hidden` are the cells that are not shown; `elsewhere` names the logs that may hold another part of the year, where
    this one began or was closed in it. `at_most`: records were imported more than once, so that the same person
    may have two handles and the number of taxpayers is no more than an upper bound. `size` and `root` are those of the
    log up to the last leaf of the year, so that a later reading of the same log gives the same report.
    """

    kind: Kind
    year: int
    due: date
    draft: bool
    agencies: tuple[str, ...]
    provisions: tuple[str, ...]
    cells: Mapping[Place, Figure]
    hidden: frozenset[Place]
    at_most: bool
    elsewhere: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    left_out: tuple[tuple[str, str], ...]
    size: int
    root: str
    hashes: Mapping[int, tuple[str, str]]


def statutory(desk: DecideDesk, year: int, kind: str, *, draft: bool = False) -> Sheet:
    """The report `kind` on a year.

    Refused E_YEAR while the year is not over (a draft for the confidential report alone may be made before), E_UNSORTED
    when the log has disclosures of which nobody can tell whether they are left out, E_ENTRIES when accounting entries
    are not those of the log, E_NO_REPORT when the rulebook says nothing of such a report.
    """
    files = desk.law()
    rules = read_rules(files)
    if kind not in rules.kinds:
        raise Refused("E_NO_REPORT", "the rulebook has no report of that name")
    today = desk.clock.now().astimezone(UTC).date()
    public = not rules.kinds[kind].every_number
    if today.year <= year and (public or not draft):
        raise Refused("E_YEAR", "the year is not over: its numbers still move, and two states of them would show more")
    offices = read_rulebook(files, today).registers.get("offices", {})
    agencies = frozenset(entry.get("agency", "") for entry in offices.values())
    leaves = list(desk.log.leaves())
    return sheet(rules, rules.kinds[kind], year, leaves, rooted_people(desk), agencies, draft=draft)


def rooted_people(desk: DecideDesk) -> People:
    """A function: a leaf `prepared` and its decision's leaf in, the people of the package's accounting entries out.

    People are told apart by the import and the handle of their record. Refused E_ENTRIES unless the stored entries lead
    to the root in the leaf.
    """

    def people(prepared: StageLeaf, decision: StageLeaf) -> frozenset[Person]:
        package = prepared.text("package")
        entries = _entries(desk, prepared.text("batch"), f"{prepared.text('subtree')}.bin")
        width, rows = prepared.number("width"), prepared.number("rows")
        fits = width == ROW_WIDTH and len(entries) == width * rows > 0
        if not fits or _root(desk, package, entries, width) != prepared.text("root"):
            raise Refused("E_ENTRIES", f"package {package}: its accounting entries do not lead to the root in the log")
        handles = (entries[at + width - 8 : at + width] for at in range(0, len(entries), width))
        return frozenset((decision.text("records"), int.from_bytes(each, "big")) for each in handles)

    return people


def _entries(desk: DecideDesk, batch: str, name: str) -> bytes:
    try:
        return desk.rooms.read(batch, name)
    except LawgateError:
        return b""


def _root(desk: DecideDesk, package: str, entries: bytes, width: int) -> str:
    return commit(entries, width, desk.salt_key(), f"{package}/{ACCOUNTING}").root.hex()


def sheet(
    rules: Rules,
    kind: Kind,
    year: int,
    leaves: Sequence[Indexed],
    people: People,
    agencies: frozenset[str],
    *,
    draft: bool = False,
) -> Sheet:
    """The report from the leaves of a log. `agencies` are those known by name; any other one counts as `OTHER`."""
    upto = [(at, leaf) for at, leaf in leaves if int(leaf.at[:4]) <= year]
    acts = [_named(act, agencies, rules) for act in acts_of(upto, year, people) if _reported(act, rules)]
    rows = tuple(sorted({act.place[0] for act in acts}))
    columns = tuple(sorted({act.place[1] for act in acts}))
    arcs = grid(rows, columns)
    cells = {place: _figure([act for act in acts if _within(act.place, place)]) for place in arcs}
    instances, taxpayers, requests = (
        {place: getattr(cell, name) for place, cell in cells.items()} for name in ("instances", "taxpayers", "requests")
    )
    used = {leaf for cell in cells.values() for found in cell.leaves.values() for leaf in found}
    rendered = [leaf.render() for _, leaf in upto]
    return Sheet(
        kind=kind,
        year=year,
        due=rules.due(year),
        draft=draft,
        agencies=rows,
        provisions=columns,
        cells=cells,
        hidden=frozenset() if kind.every_number else hide(arcs, instances, taxpayers, requests),
        at_most=len({manifest for act in acts for manifest, _ in act.people}) > 1,
        elsewhere=tuple(_elsewhere(upto, year)),
        purposes=tuple(rules.purposes[each] for each in columns if each in rules.purposes),
        left_out=tuple((each.says, each.citation) for each in rules.left_out),
        size=len(upto),
        root=root_of(leaf_hashes(rendered)).hex(),
        hashes={at: (leaf.kind, leaf_hash(leaf.render()).hex()) for at, leaf in upto if at in used},
    )


def acts_of(leaves: Sequence[Indexed], year: int, people: People) -> Iterator[Act]:
    """Every request and every hand-out of a year, in the order of the log; each hand-out is a disclosure of its rows.

    A hand-out counts from its leaf on, whether or not one says that it arrived, and a second one of the same package
    counts again.
    """
    known = dict(leaves)
    requests = {leaf.text("batch"): leaf for _, leaf in leaves if leaf.kind == "request"}
    for at, leaf in leaves:
        if int(leaf.at[:4]) != year:
            continue
        if leaf.kind == "request":
            yield Act((leaf.text("requester"), leaf.text("provision")), at, 0, None, frozenset())
        elif leaf.kind == "handout":
            where = leaf.number("prepared_leaf")
            prepared = known[where]
            decision = known[prepared.number("decision_leaf")]
            asked = requests[prepared.text("batch")]
            place = (leaf.text("recipient"), asked.text("provision"))
            yield Act(place, at, leaf.number("rows"), where, people(prepared, decision))


def _elsewhere(leaves: Sequence[Indexed], year: int) -> Iterator[str]:
    """The log this one continues, when it began in the year, and the one it goes on in, when it was closed in it."""
    for _, leaf in leaves:
        if int(leaf.at[:4]) == year and leaf.kind == "start" and "previous" in leaf.body:
            yield leaf.text("previous")
        if int(leaf.at[:4]) == year and leaf.kind == "shard-close":
            yield leaf.text("next_origin")


def _reported(act: Act, rules: Rules) -> bool:
    """Whether an act is in the reports. Refused E_UNSORTED when a disclosure may or may not be."""
    provision = act.place[1]
    if any(each.takes(provision) for each in rules.left_out):
        return False
    if provision in rules.unsorted or (act.prepared is not None and provision not in rules.purposes):
        raise Refused("E_UNSORTED", f"nobody can tell what leaf {act.leaf} counts as; see {provision}")
    return True


def _named(act: Act, agencies: frozenset[str], rules: Rules) -> Act:
    """The act under names that are known: what a requester calls itself, or relies on, is not printed as it came."""
    agency, provision = act.place
    place = (
        agency if agency in agencies or act.prepared is not None else OTHER,
        provision if provision in rules.purposes else OTHER,
    )
    return Act(place, act.leaf, act.rows, act.prepared, act.people)


def _within(place: Place, cell: Place) -> bool:
    return all(total in (ALL, part) for part, total in zip(place, cell, strict=True))


def _figure(acts: Sequence[Act]) -> Figure:
    out = [act for act in acts if act.prepared is not None]
    asked = tuple(act.leaf for act in acts if act.prepared is None)
    people = frozenset(person for act in out for person in act.people)
    packages = tuple(sorted({act.prepared for act in out if act.prepared is not None}))
    leaves = {"requests": asked, "instances": tuple(act.leaf for act in out), "taxpayers": packages}
    return Figure(len(asked), sum(act.rows for act in out), len(people), leaves)
