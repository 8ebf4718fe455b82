# SPDX-License-Identifier: Apache-2.0
"""`ports.accounting.AccountingIndex` in one SQLite file of its own: rollback journal, FULL synchronous, mode 0600."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine.interfaces import DBAPIConnection

from lawgate.ledger import accounting_map as maps
from lawgate.ledger.accounting import Entry, Head, Seal
from lawgate.model.fault import LawgateError
from lawgate.ports.accounting import Kept, Placed, Round

_META = sa.MetaData()
_WHO = sa.LargeBinary


def _table(name: str, keys: Sequence[str], **columns: type[sa.types.TypeEngine[Any]]) -> sa.Table:
    made = (sa.Column(each, kind, primary_key=each in keys, nullable=False) for each, kind in columns.items())
    return sa.Table(name, _META, *made, sqlite_with_rowid=False)


_NUMBER, _TEXT = sa.Integer, sa.Text
_ENTRY = _table(
    "entry",
    ("leaf", "prepared", "row"),
    leaf=_NUMBER,
    prepared=_NUMBER,
    row=_NUMBER,
    kind=_NUMBER,
    value=_WHO,
    day=_NUMBER,
    until=_NUMBER,
    authority=_TEXT,
    paper=_WHO,
    withheld=_NUMBER,
)
sa.Index("entry_value", _ENTRY.c.value)
_PLACE = _table("place", ("others", "label"), others=_NUMBER, label=_WHO, value=_WHO)
_PART = _table("part", ("level", "number"), level=_NUMBER, number=_NUMBER, hash=_WHO, labels=_NUMBER)
_ROUND = _table(
    "round",
    ("number",),
    number=_NUMBER,
    key=_WHO,
    salt=_WHO,
    map_root=_WHO,
    others=_WHO,
    entries=_NUMBER,
    through=_NUMBER,
    leaf=_NUMBER,
)
_PRAGMAS = ("PRAGMA journal_mode = DELETE", "PRAGMA synchronous = FULL")
_AT_ONCE = 20_000


class SqliteAccounting:
    """The index in one file. Every call is a LawgateError when the file cannot be used."""

    def __init__(self, file: Path) -> None:
        """Opens `file` at the first call, creating it readable by its owner only."""
        self._file = file
        self._engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)))
        sa.event.listen(self._engine, "connect", _configure)
        self._ready = False

    def add(self, entries: Iterable[Kept]) -> None:
        """See `ports.accounting.AccountingIndex`."""
        rows = iter(entries)
        with self._begin() as con:
            while some := [_row(each) for each in islice(rows, _AT_ONCE)]:
                if con.execute(insert(_ENTRY).on_conflict_do_nothing(), some).rowcount < len(some):
                    _same(con, some)

    def seal(self, seals: Iterable[tuple[int, int | None, Seal, bool]]) -> None:
        """See `ports.accounting.AccountingIndex`."""
        closed = _ENTRY.c.until != 0
        with self._begin() as con:
            con.execute(sa.update(_ENTRY).where(closed | (_ENTRY.c.withheld != 0)).values(_sealed(Seal(), False)))
            for prepared, row, seal, withheld in seals:
                which = _ENTRY.c.prepared == prepared
                which = which if row is None else which & (_ENTRY.c.row == row)
                con.execute(sa.update(_ENTRY).where(which).values(_sealed(seal, withheld)))

    def count(self) -> int:
        """See `ports.accounting.AccountingIndex`."""
        with self._begin() as con:
            return _count(con)

    def has(self, leaf: int) -> bool:
        """See `ports.accounting.AccountingIndex`."""
        with self._begin() as con:
            return con.execute(sa.select(_ENTRY.c.leaf).where(_ENTRY.c.leaf == leaf).limit(1)).first() is not None

    def people(self, leaf: int) -> Sequence[tuple[int, bytes]]:
        """See `ports.accounting.AccountingIndex`."""
        query = sa.select(_ENTRY.c.row, _ENTRY.c.value).where(_ENTRY.c.leaf == leaf).order_by(_ENTRY.c.row)
        with self._begin() as con:
            return [(row, value) for row, value in con.execute(query)]

    def entries(self, value: bytes) -> Sequence[Kept]:
        """See `ports.accounting.AccountingIndex`."""
        order = (_ENTRY.c.leaf, _ENTRY.c.prepared, _ENTRY.c.row)
        with self._begin() as con:
            return [
                _kept(row) for row in con.execute(sa.select(_ENTRY).where(_ENTRY.c.value == value).order_by(*order))
            ]

    def lists(self) -> Iterator[Sequence[Kept]]:
        """See `ports.accounting.AccountingIndex`."""
        order = (_ENTRY.c.value, _ENTRY.c.leaf, _ENTRY.c.prepared, _ENTRY.c.row)
        with self._begin() as con:
            found = con.execution_options(yield_per=_AT_ONCE).execute(sa.select(_ENTRY).order_by(*order))
            for _, rows in groupby(found, lambda row: row.value):
                yield [_kept(row) for row in rows]

    def replace(
        self, pairs: Iterable[Placed], others: Iterable[Placed], close: Callable[[bytes, bytes], Round]
    ) -> Round:
        """See `ports.accounting.AccountingIndex`."""
        shown, hidden = (sorted((each.label, each.value) for each in some) for some in (pairs, others))
        maps.checked(shown), maps.checked(hidden)
        parts = list(_parts(shown))
        made = close(parts[0]["hash"] if parts else maps.EMPTY, maps.root_of(hidden))
        with self._begin() as con:
            for table in (_PLACE, _PART):
                con.execute(sa.delete(table))
            for number, some in enumerate((shown, hidden)):
                _insert(con, _PLACE, [{"others": number, "label": label, "value": value} for label, value in some])
            _insert(con, _PART, parts)
            con.execute(sa.delete(_ROUND).where(_ROUND.c.number == made.number))
            con.execute(sa.insert(_ROUND).values(_of_round(made)))
        return made

    def logged(self, leaf: int) -> None:
        """See `ports.accounting.AccountingIndex`."""
        newest = sa.select(sa.func.max(_ROUND.c.number)).scalar_subquery()
        with self._begin() as con:
            con.execute(sa.update(_ROUND).where(_ROUND.c.number == newest).values(leaf=leaf))

    def latest(self) -> Round | None:
        """See `ports.accounting.AccountingIndex`."""
        with self._begin() as con:
            row = con.execute(sa.select(_ROUND).order_by(_ROUND.c.number.desc()).limit(1)).first()
        if row is None:
            return None
        head = Head(row.key, row.salt, row.map_root, row.others)
        return Round(row.number, head, row.entries, row.through, row.leaf)

    def prove(self, label: bytes) -> maps.MapProof:
        """See `ports.accounting.AccountingIndex`."""
        with self._begin() as con:
            depth = con.execute(sa.select(sa.func.coalesce(sa.func.max(_PART.c.level), 0))).scalar_one()

            def part(level: int, number: int) -> tuple[bytes, int]:
                where = (_PART.c.level == level) & (_PART.c.number == number)
                found = con.execute(sa.select(_PART.c.hash, _PART.c.labels).where(where)).one()
                return found.hash, found.labels

            def pairs(level: int, number: int) -> list[maps.Pair]:
                low = (number << (maps.BITS - level)).to_bytes(maps.WIDTH + 1, "big")
                high = ((number + 1) << (maps.BITS - level)).to_bytes(maps.WIDTH + 1, "big")
                where = (_PLACE.c.others == 0) & (_PLACE.c.label >= low[1:])
                if not high[0]:
                    where &= _PLACE.c.label < high[1:]
                query = sa.select(_PLACE.c.label, _PLACE.c.value).where(where).order_by(_PLACE.c.label)
                return [(each.label, each.value) for each in con.execute(query)]

            return maps.prove_kept(label, depth, part, pairs)

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        """Errors of the database by their kind: their text may hold a statement with its values."""
        try:
            if not self._ready:
                os.close(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
                _META.create_all(self._engine)
                self._ready = True
            with self._engine.begin() as con:
                yield con
        except sa.exc.SQLAlchemyError as broken:
            raise LawgateError(f"the accounting index cannot be used: {type(broken).__name__}") from None


def _parts(pairs: Sequence[maps.Pair]) -> Iterator[dict[str, Any]]:
    """Every kept part of the map, the root first."""
    depth = maps.bucket_depth(len(pairs))
    buckets: list[list[maps.Pair]] = [[] for _ in range(1 << depth)]
    for pair in pairs:
        buckets[int.from_bytes(pair[0], "big") >> (maps.BITS - depth)].append(pair)
    counts = [len(bucket) for bucket in buckets]
    for level, row in enumerate(maps.levels([maps.root_of(bucket, depth) for bucket in buckets], counts)):
        width = len(counts) // len(row)
        for number, hashed in enumerate(row):
            labels = sum(counts[number * width : (number + 1) * width])
            yield {"level": level, "number": number, "hash": hashed, "labels": labels}


def _insert(con: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), _AT_ONCE):
        con.execute(sa.insert(table), rows[at : at + _AT_ONCE])


def _row(kept: Kept) -> dict[str, Any]:
    entry = kept.entry
    where = {"leaf": entry.leaf, "prepared": entry.prepared, "row": entry.row, "kind": entry.kind}
    return {**where, "value": kept.value, "day": kept.day, **_sealed(kept.seal, kept.withheld)}


def _sealed(seal: Seal, withheld: bool) -> dict[str, Any]:
    return {"until": seal.until, "authority": seal.authority, "paper": seal.paper, "withheld": int(withheld)}


def _kept(row: sa.Row[Any]) -> Kept:
    seal = Seal(row.until, row.authority, row.paper)
    return Kept(row.value, Entry(row.kind, row.leaf, row.prepared, row.row), row.day, seal, bool(row.withheld))


def _of_round(made: Round) -> dict[str, Any]:
    head = {name: getattr(made.head, name) for name in ("key", "salt", "map_root", "others")}
    return {**head, **{name: getattr(made, name) for name in ("number", "entries", "through", "leaf")}}


def _count(con: sa.Connection) -> int:
    return int(con.execute(sa.select(sa.func.count()).select_from(_ENTRY)).scalar_one())


def _same(con: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """LawgateError when an entry that was there already is about somebody else."""
    for row in rows:
        where = sa.and_(*(_ENTRY.c[name] == row[name] for name in ("leaf", "prepared", "row")))
        if con.execute(sa.select(_ENTRY.c.value).where(where)).scalar_one() != row["value"]:
            raise LawgateError("an accounting entry is kept for somebody else than it is about")


def _configure(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
