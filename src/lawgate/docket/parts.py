# SPDX-License-Identifier: Apache-2.0
"""What of a package an order can name, as a paper of its own: who asks, who receives, which fields, which years.

Its digest stands in the leaf of a hand-out, so that somebody outside can hold an order's scope against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

FORMAT = "lawgate-parts-1"
MAX_YEAR = 9999
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
_NAMES = ("requesters", "recipients", "fields")


@dataclass(frozen=True, slots=True)
class Parts:
    """Every name under which an order may mean who asks (agency, people) and who receives (agency, key, people)."""

    requesters: tuple[str, ...]
    recipients: tuple[str, ...]
    fields: tuple[str, ...]
    years: tuple[int, ...]


def print_parts(parts: Parts) -> bytes:
    """Canonical JSON (RFC 8785), each list rising. ValueError for parts that `read_parts` would not read."""
    lists: dict[str, Any] = {name: sorted(set(getattr(parts, name))) for name in _NAMES}
    made = _printed({"format": FORMAT, **lists, "years": sorted(set(parts.years))})
    read_parts(made)
    return made.encode()


def read_parts(text: str) -> Parts:
    """The parts in a text. ValueError unless it is their one spelling: an unknown part would look like none at all."""
    try:
        found = json.loads(text)
        same = _printed(found) == text
    except RecursionError:
        raise ValueError("not the parts of a package") from None
    if not same or not isinstance(found, dict) or sorted(found) != sorted(("format", *_NAMES, "years")):
        raise ValueError("not the parts of a package")
    whole = found["format"] == FORMAT and all(_rising(found[name], _is_name) for name in _NAMES)
    if not whole or not _rising(found["years"], _is_year):
        raise ValueError("not the parts of a package")
    return Parts(*(tuple(found[name]) for name in (*_NAMES, "years")))


def _printed(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_year(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_YEAR


def _rising(values: object, good: Callable[[object], bool]) -> bool:
    """Whether it is a list of good values, not empty, each greater than the one before."""
    shaped = isinstance(values, list) and bool(values) and all(good(each) for each in values)
    return shaped and isinstance(values, list) and all(one < other for one, other in pairwise(values))
