# SPDX-License-Identifier: Apache-2.0
"""A locked-down DuckDB connection: no extensions, no outside files but the ones named, bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import duckdb
import pyarrow as pa

from lawgate.model.fault import LawgateError

P = ParamSpec("P")
T = TypeVar("T")

MEMORY = "900MB"


def connect(
    room: Path,
    allowed: Sequence[Path],
    *,
    memory: str = MEMORY,
    database: Path | None = None,
    ordered: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A connection that may read and write only below `room` and the `allowed` folders; spills into `room`.

    `ordered`: what is read from a file without an order comes as it stands there.
    """
    con = duckdb.connect(str(database) if database else ":memory:")
    for statement in (
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        f"SET memory_limit = {quote(memory)}",
        f"SET temp_directory = {quote(str(room / 'spill'))}",
        f"SET preserve_insertion_order = {str(ordered).lower()}",
        "SET enable_progress_bar = false",
        f"SET allowed_directories = [{', '.join(quote(str(p.resolve()) + '/') for p in (room, *allowed))}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        con.execute(statement)
    return con


class EngineError(LawgateError):
    """The database could not do its part: a stored file is spoilt, or the disk or the memory is full."""

    stop = "E_ENGINE"


@contextmanager
def asked() -> Iterator[None]:
    """What the database complains of as an EngineError. Its own words may hold values: only their kind is told."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException) as error:
        raise EngineError(f"the stored tables could not be read or worked on ({type(error).__name__})") from None


def told(method: Callable[P, T]) -> Callable[P, T]:
    """A method during which a complaint of the database becomes an EngineError."""

    @wraps(method)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        with asked():
            return method(*args, **kwargs)

    return made


def quote(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def parquet(path: Path) -> str:
    """A table function reading one Parquet file."""
    return f"read_parquet({quote(str(path.resolve()))})"
