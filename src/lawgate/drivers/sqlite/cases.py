# SPDX-License-Identifier: Apache-2.0
"""`ports.cases.CaseStore` on SQLite: rollback journal, FULL synchronous, one writer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from lawgate.model.fault import LawgateError
from lawgate.ports.cases import BatchRow, PackageRow

_META = sa.MetaData()
_BATCH = sa.Table(
    "batch",
    _META,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    *(
        sa.Column(c, sa.Text, nullable=False)
        for c in ("request_id", "provision", "agency", "recipient_key", "state", "as_of", "figures")
    ),
    *(
        sa.Column(c, sa.Integer, nullable=False)
        for c in ("sent", "accepted", "rejected", "parse_leaf", "decision_leaf")
    ),
)
_PACKAGE = sa.Table(
    "package",
    _META,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("batch", sa.Text, sa.ForeignKey("batch.id"), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("prepared_leaf", sa.Integer, nullable=False),
)
_PRAGMAS = ("PRAGMA journal_mode = DELETE", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")


class SqliteCases:
    """The case store in one SQLite file. Every call is a LawgateError when the file cannot be used."""

    def __init__(self, file: Path) -> None:
        """Opens `file`, creating the tables when they are not there."""
        self._engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)))
        sa.event.listen(self._engine, "connect", _configure)
        with _told():
            _META.create_all(self._engine)

    def save(self, batch: BatchRow) -> None:
        """See `ports.cases.CaseStore`."""
        values = {f: getattr(batch, f) for f in BatchRow.__dataclass_fields__}
        values["figures"] = json.dumps(dict(batch.figures), sort_keys=True)
        with _told(), self._engine.begin() as con:
            if not con.execute(_BATCH.update().where(_BATCH.c.id == batch.id).values(values)).rowcount:
                con.execute(_BATCH.insert().values(values))

    def batch(self, id: str) -> BatchRow | None:
        """See `ports.cases.CaseStore`."""
        return next((b for b in self._batches(_BATCH.c.id == id)), None)

    def batches(self) -> Sequence[BatchRow]:
        """See `ports.cases.CaseStore`."""
        return self._batches(sa.true())

    def add_package(self, package: PackageRow) -> None:
        """See `ports.cases.CaseStore`."""
        values = {f: getattr(package, f) for f in PackageRow.__dataclass_fields__}
        with _told():
            try:
                with self._engine.begin() as con:
                    con.execute(_PACKAGE.insert().values(values))
            except sa.exc.IntegrityError:
                raise LawgateError(f"the case store cannot take package {package.id}") from None

    def packages(self, batch: str) -> Sequence[PackageRow]:
        """See `ports.cases.CaseStore`."""
        return self._packages(_PACKAGE.c.batch == batch)

    def every_package(self) -> Sequence[PackageRow]:
        """See `ports.cases.CaseStore`."""
        return self._packages(sa.true())

    def _packages(self, where: sa.ColumnElement[bool]) -> list[PackageRow]:
        columns = [_PACKAGE.c[f] for f in PackageRow.__dataclass_fields__]
        with _told(), self._engine.connect() as con:
            return [PackageRow(*row) for row in con.execute(sa.select(*columns).where(where).order_by(_PACKAGE.c.seq))]

    def _batches(self, where: sa.ColumnElement[bool]) -> list[BatchRow]:
        columns = [_BATCH.c[f] for f in BatchRow.__dataclass_fields__]
        with _told(), self._engine.connect() as con:
            rows = con.execute(sa.select(*columns).where(where).order_by(_BATCH.c.seq)).mappings()
            return [BatchRow(**{**row, "figures": json.loads(row["figures"])}) for row in rows]


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the database by their kind: their text may hold a statement with its values."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, ValueError) as broken:
        raise LawgateError(f"the case store (cases.sqlite) cannot be used: {type(broken).__name__}") from None


def _configure(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
