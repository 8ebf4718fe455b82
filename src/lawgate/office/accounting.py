# SPDX-License-Identifier: Apache-2.0
"""The private index of who is in which accounting entry: brought up to the log, made anew, its one root logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from lawgate.decide.canonical import ROW_WIDTH
from lawgate.law.read import read_rulebook
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.accounting import (
    HANDED_OUT,
    PREPARED,
    Entry,
    Head,
    Item,
    Seal,
    alpha,
    blinded,
    derived,
    entry_commitment,
    label,
    list_value,
)
from lawgate.ledger.accounting_map import root_of
from lawgate.ledger.commit import commit
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import Value
from lawgate.ledger.vrf import proof_to_hash
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.accounting_seals import read_seals
from lawgate.office.custodian import of_custodian
from lawgate.office.release import ACCOUNTING, Release
from lawgate.ports.accounting import AccountingIndex, Kept, Labels, Numbers, Pdf, Placed, Round
from lawgate.ports.signing import Verifier

ROOT, KEY, USE = "accounting-root", "key-registered", "accounting-vrf"
REGISTER = "accounting"
Leaves = Mapping[int, StageLeaf]


@dataclass(frozen=True, slots=True)
class AccountingDesk:
    """What accounting to people needs.

    `make_key` makes the key of the labels where there is none and says whether it did; `secret` is the office's
    accounting key (32 bytes); `seals` the bytes of the custodian's register of seals, empty when there is none;
    `known` says whether nine digits can be a number at all in this office.
    """

    release: Release
    labels: Labels
    make_key: Callable[[], bool]
    numbers: Numbers
    index: AccountingIndex
    secret: Callable[[], bytes]
    seals: Callable[[], bytes]
    known: Callable[[str], bool]
    pdf: Pdf
    policy: Policy
    verify: Verifier

    def rulebook(self) -> Rulebook:
        """The rulebook as of today."""
        today = self.release.decide.clock.now().astimezone(UTC).date()
        return _book(tuple(sorted(self.release.decide.law().items())), today)

    @property
    def law(self) -> Mapping[str, Mapping[str, str]]:
        """The rulebook's register about accounting, as of today."""
        return self.rulebook().registers.get(REGISTER, {})


@lru_cache(maxsize=2)
def _book(files: tuple[tuple[str, bytes], ...], day: date) -> Rulebook:
    """The rulebook of these bytes: read once for many statements, and again as soon as one byte is another."""
    return read_rulebook(dict(files), day)


def make_root(desk: AccountingDesk, by: str) -> Round:
    """Bring the index up to the log, make it anew under a fresh salt, log its root and publish; the round as logged.

    `by` is the person who does this. Refused E_PERSON for somebody who holds no office of the custodian; LawgateError
    when the stored entries are not those the log holds, or the register of seals cannot be followed.
    """
    decide = desk.release.decide
    review = desk.release.review
    if not of_custodian(review.registers(), review.office, by, decide.clock.now().astimezone(UTC).date()):
        raise Refused("E_PERSON", "whoever makes the index holds an office of the custodian; people.toml lists them")
    if desk.make_key():
        decide.log.append(_key_leaf(desk, by))
    leaves = dict(decide.log.leaves())
    _key_of(desk, leaves)
    for at, leaf in leaves.items():
        _take(desk, leaves, at, leaf)
    _whole(desk, leaves)
    desk.index.seal(_seals(desk, leaves))
    made = _round(desk, leaves)
    at = decide.log.append(_root_leaf(desk, made))
    decide.log.publish()
    desk.index.logged(at)
    return Round(made.number, made.head, made.entries, made.through, at)


def _key_leaf(desk: AccountingDesk, by: str) -> StageLeaf:
    now = instant(desk.release.decide.clock.now())
    body: dict[str, Value] = {
        "key": USE,
        "use": USE,
        "owner": "custodian",
        "public_key": desk.labels.public.digest.hex(),
    }
    return StageLeaf("key-registered", now, {**body, "people": [by], "usable_from": now})


def key_leaf(leaves: Leaves) -> int:
    """Index of the leaf that names the key of the labels. LawgateError when there is none."""
    for at in _key_leaves(leaves):
        return at
    raise LawgateError("the key of the accounting index is not in the log")


def _key_leaves(leaves: Leaves) -> list[int]:
    return [at for at, leaf in leaves.items() if leaf.kind == KEY and leaf.text("use") == USE]


def _key_of(desk: AccountingDesk, leaves: Leaves) -> None:
    """LawgateError unless the key in use is the one the log names: another one would give everybody another place."""
    if leaves[key_leaf(leaves)].text("public_key") != desk.labels.public.digest.hex():
        raise LawgateError("the key of the accounting index is not the one the log names")


def day_of(at: str) -> int:
    """The day of an instant of the log as a number, YYYYMMDD."""
    return int(at[:10].replace("-", ""))


def as_day(number: int) -> date:
    """The day of such a number. ValueError when there is no such day."""
    return datetime.strptime(str(number), "%Y%m%d").replace(tzinfo=UTC).date()


def _take(desk: AccountingDesk, leaves: Leaves, at: int, leaf: StageLeaf) -> None:
    if leaf.kind not in ("prepared", "handout") or desk.index.has(at):
        return
    day = day_of(leaf.at)
    if leaf.kind == "prepared":
        values = _values(desk, leaves, leaf)
        desk.index.add(Kept(value, Entry(PREPARED, at, at, row), day) for row, value in enumerate(values))
    else:
        prepared = leaf.number("prepared_leaf")
        people = desk.index.people(prepared)
        desk.index.add([Kept(value, Entry(HANDED_OUT, at, prepared, row), day) for row, value in people])


def entries_of(desk: AccountingDesk, prepared: StageLeaf) -> bytes:
    """The accounting entries of a package as stored. LawgateError unless they lead to the root in the log."""
    decide, package = desk.release.decide, prepared.text("package")
    data = decide.rooms.read(prepared.text("batch"), f"{package}.{ACCOUNTING}.bin")
    width = prepared.number("width")
    made = commit(data, width, decide.salt_key(), f"{package}/{ACCOUNTING}") if width == ROW_WIDTH else None
    if made is None or (made.root.hex(), made.count) != (prepared.text("root"), prepared.number("rows")):
        raise LawgateError(f"package {package}: the accounting entries do not lead to the root in the log")
    return data


def _values(desk: AccountingDesk, leaves: Leaves, prepared: StageLeaf) -> list[bytes]:
    """What stands for the person of each entry, in order."""
    data = entries_of(desk, prepared)
    records = [
        int.from_bytes(data[at + ROW_WIDTH - 8 : at + ROW_WIDTH], "big") for at in range(0, len(data), ROW_WIDTH)
    ]
    manifest = leaves[prepared.number("decision_leaf")].text("records")
    numbers = desk.numbers.of(manifest, records)
    return [value_of(desk, numbers[record].reveal()) for record in records]


def value_of(desk: AccountingDesk, number: str) -> bytes:
    """The 32 bytes that stand for a number; nobody without the key can compute them."""
    return proof_to_hash(desk.labels.public, desk.labels.prove(alpha(number)))


def expected(leaves: Leaves, through: int) -> int:
    """How many entries the first `through` leaves come to: anybody can count them in the public log."""
    kinds = ("prepared", "handout")
    return sum(leaf.number("rows") for at, leaf in leaves.items() if at < through and leaf.kind in kinds)


def _whole(desk: AccountingDesk, leaves: Leaves) -> None:
    if desk.index.count() != expected(leaves, len(leaves)):
        raise LawgateError("the accounting index does not hold exactly the entries of the log")


def _seals(desk: AccountingDesk, leaves: Leaves) -> Iterator[tuple[int, int | None, Seal, bool]]:
    """The seals that count today, as entries of the index are named."""
    review = desk.release.review
    found = read_seals(desk.seals(), desk.law, review.registers(), review.office)
    packages = {leaf.text("package"): at for at, leaf in leaves.items() if leaf.kind == "prepared"}
    today = day_of(instant(desk.release.decide.clock.now()))
    for each in found:
        if each.package not in packages:
            raise LawgateError("the register of seals names a package that is not in the log")
        at = packages[each.package]
        places = _places(desk, leaves[at], each.rows)
        if each.seal.until >= today:
            yield from ((at, place, each.seal, each.withheld) for place in places)


def _places(desk: AccountingDesk, prepared: StageLeaf, rows: Sequence[int] | None) -> Sequence[int | None]:
    if rows is None:
        return [None]
    data = entries_of(desk, prepared)
    numbers = [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), ROW_WIDTH)]
    if missing := set(rows) - set(numbers):
        raise LawgateError(f"the register of seals names {len(missing)} rows that are not in their package")
    return [numbers.index(row) for row in rows]


def items_of(secret: bytes, kept: Sequence[Kept]) -> list[Item]:
    """The lines of a person's list for these entries, under the office's accounting key."""
    return [Item(entry_commitment(entry_salt(secret, each.entry), each.entry), each.day, each.seal) for each in kept]


def entry_salt(secret: bytes, entry: Entry) -> bytes:
    """The salt of one entry: the same in every index, so that a closed entry can be held against itself later."""
    return derived(secret, "entry", 0, entry.body)


def derived_salt(desk: AccountingDesk, use: str, number: int, data: bytes) -> bytes:
    """32 secret bytes for a paper that the log names by its digest."""
    return derived(desk.secret(), use, number, data)


def list_salt(secret: bytes, number: int, value: bytes) -> bytes:
    """The salt of one person's list in one index."""
    return derived(secret, "list", number, value)


def _round(desk: AccountingDesk, leaves: Leaves) -> Round:
    secret, number = desk.secret(), sum(leaf.kind == ROOT for leaf in leaves.values())
    salt = derived(secret, "salt", number)
    shown, others = _placed(desk, number, salt)

    def close(root: bytes, others_root: bytes) -> Round:
        hidden = blinded(derived(secret, "others", number), others_root)
        head = Head(desk.labels.public.digest, salt, root, hidden)
        return Round(number, head, desk.index.count(), len(leaves), -1)

    return desk.index.replace(shown, others, close)


def _placed(desk: AccountingDesk, number: int, salt: bytes) -> tuple[list[Placed], list[Placed]]:
    """Everybody's place and list: what is shown, and what may not be."""
    secret = desk.secret()
    shown: list[Placed] = []
    others: list[Placed] = []
    for kept in desk.index.lists():
        for into, some in ((shown, [k for k in kept if not k.withheld]), (others, [k for k in kept if k.withheld])):
            if some:
                value = list_value(list_salt(secret, number, kept[0].value), items_of(secret, some))
                into.append(Placed(label(salt, kept[0].value), value))
    return shown, others


def audit_index(desk: AccountingDesk) -> list[str]:
    """What an auditor with sealed access finds wrong, each as a sentence without a value; empty when nothing is.

    Every row of the log is looked up once more and held against the index: that it is there, once, under the right
    person, and that both maps of the latest round are made of exactly these entries. Refused E_INDEX without an index.
    """
    made, leaves = desk.index.latest(), dict(desk.release.decide.log.leaves())
    if made is None or made.leaf not in leaves or leaves[made.leaf].text("root") != made.head.root.hex():
        raise Refused("E_INDEX", "there is no index that is in the log")
    _key_of(desk, leaves)
    # Under a second key somebody could have a second list.
    found = [f"leaf {at}: the log names another key of the accounting index" for at in _key_leaves(leaves)[1:]]
    for at, leaf in leaves.items():
        if at < made.through and leaf.kind in ("prepared", "handout"):
            first = at if leaf.kind == "prepared" else leaf.number("prepared_leaf")
            right = list(enumerate(_values(desk, leaves, leaves[first])))
            if list(desk.index.people(at)) != right:
                found.append(f"leaf {at}: the index does not have exactly its rows, each under the right person")
    shown, others = ([(each.label, each.value) for each in some] for some in _placed(desk, made.number, made.head.salt))
    hidden = blinded(derived(desk.secret(), "others", made.number), root_of(sorted(others)))
    if (root_of(sorted(shown)), hidden) != (made.head.map_root, made.head.others):
        found.append("the maps of the latest index are not made of the entries that are kept")
    if not desk.index.count() == made.entries == expected(leaves, made.through):
        found.append("the number of entries is not the one the log gives")
    return found


def _root_leaf(desk: AccountingDesk, made: Round) -> StageLeaf:
    body: dict[str, Value] = {"root": made.head.root.hex(), "entries": made.entries, "through": made.through}
    return StageLeaf("accounting-root", instant(desk.release.decide.clock.now()), body)
