# SPDX-License-Identifier: Apache-2.0
"""What the journeys about accounting share: numbers of the people of a package, and an index of any size."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from hashlib import sha256

import pyarrow.parquet as pq

from journeys.office import Office
from lawgate.decide.canonical import ROW_WIDTH
from lawgate.ledger.accounting import HANDED_OUT, PREPARED, Entry
from lawgate.ledger.commit import commit
from lawgate.ledger.leaf import StageLeaf
from lawgate.office.accounting import AccountingDesk, day_of, make_root, value_of
from lawgate.office.release import ACCOUNTING
from lawgate.ports.accounting import Kept, Round
from lawgate.wiring.log import logged
from lawgate.wiring.settings import read_settings

CLERK, OTHER = "person.custodian.5", "person.custodian.1"
ROWS = 500  # rows of one made-up package: the ceiling of the form
WITHHELD, SEALED = "law-enforcement-request", "suspended-for-a-time"
SEAL = """[[seal]]
package = "{package}"
rows = {rows}
authority = "{authority}"
until = {until}
paper = "{paper}"
by = ["{one}", "{two}"]
"""


def sealing(package: str, authority: str, until: str, rows: str = '"all"', two: str = OTHER) -> str:
    """One entry of the register of seals."""
    return SEAL.format(package=package, rows=rows, authority=authority, until=until, paper="a" * 64, one=CLERK, two=two)


def seal(office: Office, text: str) -> None:
    """Put this in the place of the register of seals."""
    (office.folder / "registers" / "seals.toml").write_text(text)


def numbers(office: Office, package: str) -> list[str]:
    """The numbers of the people in a package, in row order, out of the made-up records."""
    (held,) = office.folder.glob(f"batches/*/{package}.acc.bin")
    data = held.read_bytes()
    handles = [int.from_bytes(data[at + 68 : at + 76], "big") for at in range(0, len(data), 76)]
    by = dict(people(office))
    return [by[handle] for handle in handles]


def people(office: Office) -> list[tuple[int, str]]:
    """Handle and number of everybody in the made-up records."""
    table = pq.read_table(office.lab / "records" / "taxpayers.parquet", columns=["record", "tin"]).to_pylist()
    return [(row["record"], row["tin"]) for row in table]


def nobody(office: Office, package: str) -> str:
    """A number in the records that is in no entry."""
    known = set(numbers(office, package))
    return next(number for _, number in people(office) if number not in known)


def filled(office: Office, package: str, entries: int, asked: list[str]) -> tuple[AccountingDesk, Round]:
    """The desk of an office whose log and index have so many made-up entries more, and the round that was logged.

    Half of the entries are prepared rows, half hand-outs of them. The people of `asked` have some; everybody else is
    made up, by a value that stands for no number. The log is taken as it is: no table of the office follows it.
    """
    desk = office.house.accounting()
    log = logged(office.folder, read_settings(office.folder)).log
    decide = dataclasses.replace(desk.release.decide, log=log)
    desk = dataclasses.replace(desk, release=dataclasses.replace(desk.release, decide=decide))
    leaves = dict(log.leaves())
    model = next(leaf for leaf in leaves.values() if leaf.kind == "prepared" and leaf.text("package") == package)
    gone = next(leaf for leaf in leaves.values() if leaf.kind == "handout")
    values = [value_of(desk, number) for number in asked]
    desk.index.add(_made_up(desk, model, gone, entries // 2, values))
    return desk, make_root(desk, CLERK)


def _made_up(desk: AccountingDesk, model: StageLeaf, gone: StageLeaf, rows: int, values: list[bytes]) -> Iterator[Kept]:
    decide, batch = desk.release.decide, model.text("batch")
    row = decide.rooms.read(batch, f"{model.text('package')}.{ACCOUNTING}.bin")[:ROW_WIDTH]
    whose = _whose(rows, values)
    for number, first in enumerate(range(0, rows, ROWS)):
        count, package = min(ROWS, rows - first), f"made-up-{number}"
        data = row * count
        decide.rooms.write(batch, f"{package}.{ACCOUNTING}.bin", data)
        made = commit(data, ROW_WIDTH, decide.salt_key(), f"{package}/{ACCOUNTING}")
        said = {"package": package, "root": made.root.hex(), "rows": count}
        with decide.store() as log:
            name = f"{package}.{ACCOUNTING}"
            log.put_subtree([made.leaf_hashes], lambda _, name=name: name)
            prepared = log.size()
            one = StageLeaf("prepared", log_time(log), {**model.body, **said, "subtree": name})
            two = StageLeaf("handout", one.at, {**gone.body, **said, "prepared_leaf": prepared})
            log.append([one.render(), two.render()])
        for place in range(count):
            value, day = next(whose), day_of(one.at)
            yield Kept(value, Entry(PREPARED, prepared, prepared, place), day)
            yield Kept(value, Entry(HANDED_OUT, prepared + 1, prepared, place), day)


def _whose(rows: int, values: list[bytes]) -> Iterator[bytes]:
    """The value of each row's person: those asked for come up every so often, everybody else once."""
    every = max(1, rows // (2 * len(values)))
    for at in range(rows):
        yield values[at // every % len(values)] if at % every == 0 else sha256(at.to_bytes(8, "big")).digest()


def log_time(log: object) -> str:
    """The time of the latest leaf: a made-up leaf is never before it."""
    from lawgate.ledger.leaf import parse

    return parse(log.read(log.size() - 1)).at
