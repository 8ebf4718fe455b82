# SPDX-License-Identifier: Apache-2.0
"""The paper with the names by which an order can mean a package: how it is printed and read.

Its digest stands in the leaf of a hand-out: somebody outside can hold an order's scope against it. Its names are
of the type of a leaf's ids: the paper may go out, and what could be a taxpayer's number stands in neither.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import rfc8785

from lawgate.docket.parts import Parts
from lawgate.ledger.schema import fits

FORMAT = "lawgate-parts-1"
MAX_YEAR = 9999
_NAMES = ("requesters", "recipients", "fields")


def print_parts(parts: Parts) -> bytes:
    """Canonical JSON (RFC 8785), each list rising. ValueError for parts that `read_parts` would not read."""
    lists: dict[str, Any] = {name: sorted(set(getattr(parts, name))) for name in _NAMES}
    made = rfc8785.dumps({"format": FORMAT, **lists, "years": sorted(set(parts.years))})
    read_parts(made.decode())
    return made


def read_parts(text: str) -> Parts:
    """The parts in a text. ValueError unless it is their one spelling: an unknown part would look like none at all."""
    try:
        found = json.loads(text)
        same = rfc8785.dumps(found) == text.encode()
    except RecursionError:
        raise ValueError("not the parts of a package") from None
    if not same or not isinstance(found, dict) or sorted(found) != sorted(("format", *_NAMES, "years")):
        raise ValueError("not the parts of a package")
    whole = found["format"] == FORMAT and all(_rising(found[name], _is_name) for name in _NAMES)
    if not whole or not _rising(found["years"], _is_year):
        raise ValueError("not the parts of a package")
    return Parts(*(tuple(found[name]) for name in (*_NAMES, "years")))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and fits("id", value)


def _is_year(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_YEAR


def _rising(values: object, good: Callable[[object], bool]) -> bool:
    """Whether it is a list of good values, not empty, each greater than the one before."""
    shaped = isinstance(values, list) and bool(values) and all(good(each) for each in values)
    return shaped and isinstance(values, list) and all(one < other for one, other in pairwise(values))
