# SPDX-License-Identifier: Apache-2.0
"""What an order's text covers, as somebody can tell who has the text and the leaves and nothing else.

Narrower than what the gateway knows: people, recipients, fields and years do not stand in the leaves, so they can never
show that a hand-out was outside. Only another provision, or a request of fewer rows, does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from lawgate.docket.printing import EFFECT_KEYS, FORMAT, ORDER_KEYS
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.order import EffectKind

_KIND = re.compile(r'kind = "([a-z_]+)"')
_NAMES = re.compile(r'provisions = ("every"|\[("[A-Za-z0-9._:-]+"(?:, "[A-Za-z0-9._:-]+")*)\])')
_ROWS = re.compile(r"rows_at_least = (0|[1-9][0-9]{0,7})")
_STEP = len(EFFECT_KEYS) + 2
BLOCKING = frozenset(kind.value for kind in EffectKind if kind.blocks)


@dataclass(frozen=True, slots=True)
class Scope:
    """One effect: its kind, the provisions it names (None for every one), and the fewest rows of a request."""

    kind: str
    provisions: tuple[str, ...] | None
    rows: int

    def why_outside(self, request: StageLeaf) -> str:
        """Why a request is outside, in words; empty when it may be inside."""
        named = None if self.provisions is None else {each.lower() for each in self.provisions}
        if named is not None and request.text("provision").lower() not in named:
            return "another provision"
        return "a request of fewer rows" if request.number("row_count") < self.rows else ""


def read_scopes(text: bytes, order: str) -> tuple[Scope, ...]:
    """Every effect of an order's text, in its order; none when the text is not exactly in the form of an order."""
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return ()
    count, rest = divmod(len(lines) - 1 - len(ORDER_KEYS), _STEP)
    if lines[-1] or rest or count < 1:
        return ()
    shape = [f"{key} = " for key in ORDER_KEYS] + ["", "[[effect]]", *(f"{key} = " for key in EFFECT_KEYS)] * count
    if not all(line.startswith(begins) for line, begins in zip(lines, shape, strict=False)):
        return ()
    if lines[:2] != [f'format = "{FORMAT}"', f'id = "{order}"']:
        return ()
    found = [_scope(lines[at : at + _STEP]) for at in range(len(ORDER_KEYS), len(lines) - 1, _STEP)]
    return tuple(each for each in found if each is not None) if None not in found else ()


def _scope(lines: Sequence[str]) -> Scope | None:
    kind, names, rows = _KIND.fullmatch(lines[2]), _NAMES.fullmatch(lines[3]), _ROWS.fullmatch(lines[8])
    if list(lines[:2]) != ["", "[[effect]]"] or not kind or not names or not rows:
        return None
    return Scope(kind[1], tuple(names[2][1:-1].split('", "')) if names[2] else None, int(rows[1]))


def scopes_shown(text: bytes, order: str, bars: Sequence[StageLeaf]) -> tuple[Scope, ...] | None:
    """The blocking effects that text and `order-bar` leaves show; None when everything counts as in scope.

    MalformedError `scope` when the text is another one than any leaf names, or has no effect that blocks.
    """
    if not text:
        return None
    digest = sha256(text).hexdigest()
    if digest not in [bar.text("instrument") for bar in bars]:
        raise MalformedError("scope", "digest of the order")
    scopes = read_scopes(text, order)
    kinds = tuple(sorted({scope.kind for scope in scopes}))
    same = all(bar.text("instrument") == digest and bar.texts("effects") == kinds for bar in bars)
    if not scopes or not same or any(bar.body["provisional"] for bar in bars):
        return None
    blocking = tuple(scope for scope in scopes if scope.kind in BLOCKING)
    if not blocking:
        raise MalformedError("scope", "no effect that keeps anything from leaving")
    return blocking


def outside(scopes: Sequence[Scope] | None, request: StageLeaf) -> str:
    """Why a request is outside of every scope, in words; empty when it may be inside one of them."""
    reasons = [""] if scopes is None else [scope.why_outside(request) for scope in scopes]
    return " and ".join(sorted(set(reasons))) if all(reasons) else ""
