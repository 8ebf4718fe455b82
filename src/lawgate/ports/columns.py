# SPDX-License-Identifier: Apache-2.0
"""Opaque columns: what crosses engine and record store. Rows of them are never Python objects."""

from __future__ import annotations

from typing import Protocol


class Columns(Protocol):
    """A stream of column batches, handed over through the Arrow C stream interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A PyCapsule holding an ArrowArrayStream."""
        ...
