# SPDX-License-Identifier: Apache-2.0
"""The identifiers of a file: which stood there before, and which number each has. Fast where they come in order."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


class Seen:
    """Every identifier of one file so far. While they ascend, comparing neighbours tells that none repeats."""

    def __init__(self) -> None:
        """None was seen yet."""
        self._ascending: list[pa.Array] = []
        self._last = ""
        self._all: set[str] | None = None

    def repeats(self, keys: pa.Array) -> list[int]:
        """Take the next identifiers (non-empty ASCII); positions of those that stood before them, ascending."""
        if self._all is None and self._ascends(keys):
            return []
        if self._all is None:
            self._all = {key for part in self._ascending for key in part.to_pylist()}
            self._ascending.clear()
        return _repeats(keys.to_pylist(), self._all)

    def _ascends(self, keys: pa.Array) -> bool:
        """Whether the keys go on ascending; then they are kept."""
        if not len(keys):
            return True
        rising = pc.all(pc.greater(keys.slice(1), keys.slice(0, len(keys) - 1)), min_count=0).as_py()
        if not rising or keys[0].as_py() <= self._last:
            return False
        self._ascending.append(keys)
        self._last = keys[-1].as_py()
        return True


def _repeats(keys: list[str], seen: set[str]) -> list[int]:
    new = set(keys)
    if len(new) == len(keys) and seen.isdisjoint(new):
        seen |= new
        return []
    found = []
    for at, key in enumerate(keys):
        if key in seen:
            found.append(at)
        seen.add(key)
    return found


class Numbers:
    """The number of each identifier of a file, from 0 in the order they were added; no identifier is added twice."""

    def __init__(self) -> None:
        """No identifier yet."""
        self._parts = [pa.array([], pa.string())]
        self._all: dict[str, int] | None = None
        self._reached = 0

    def add(self, keys: pa.Array) -> None:
        """Number more identifiers."""
        self._parts.append(keys)
        self._all = None

    def find(self, keys: pa.Array) -> pa.Array:
        """The number of each identifier as int32; null for one that was not added.

        Most files name their cases in the order in which these are listed: a window on from the last one found is
        looked at first, and all of them only for what is not there.
        """
        if len(self._parts) > 1:
            self._parts = [pa.concat_arrays(self._parts)]
        window = self._parts[0].slice(self._reached, 2 * len(keys))
        found = pc.add(pc.index_in(keys, value_set=window), pa.scalar(self._reached, pa.int32()))
        self._reached = max(self._reached, pc.max(found).as_py() or 0)
        return self._anywhere(keys, found) if found.null_count else found

    def _anywhere(self, keys: pa.Array, found: pa.Array) -> pa.Array:
        if self._all is None:
            self._all = {key: n for n, key in enumerate(self._parts[0].to_pylist())}
        absent = pc.is_null(found)
        numbers = pa.array([self._all.get(key) for key in keys.filter(absent).to_pylist()], pa.int32())
        return pc.replace_with_mask(found, absent, numbers)
