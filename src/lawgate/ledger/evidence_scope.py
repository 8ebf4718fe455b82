# SPDX-License-Identifier: Apache-2.0
"""What an order's text covers, as somebody can tell who has the text and the leaves and nothing else.

Narrower than what the gateway knows: another provision, or a request of fewer rows, stands in the leaves. Who asked and
received, which fields and which years, only count when the paper is shown whose digest the hand-out's leaf names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from lawgate.docket.parts import Parts
from lawgate.docket.printing import APPROVAL_KEYS, EFFECT_KEYS, EXCEPTION_KEYS, FORMAT, NOTICE_KEYS, ORDER_KEYS
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.parts_text import read_parts
from lawgate.model.order import EffectKind

_KIND = re.compile(r'kind = "([a-z_]+)"')
_NAMES = re.compile(r'[a-z]+ = ("every"|\[("[A-Za-z0-9._:-]+"(?:, "[A-Za-z0-9._:-]+")*)\])')
_YEARS = re.compile(r'years = ("every"|\[([1-9][0-9]{3}(?:, [1-9][0-9]{3})*)\])')
_ROWS = re.compile(r"rows_at_least = (0|[1-9][0-9]{0,7})")
_WHOLE = re.compile(r"[1-9][0-9]{0,7}")
_LISTED = re.compile(r'\["[A-Za-z0-9._:-]+"(?:, "[A-Za-z0-9._:-]+")*\]')
_NUMBERS = ("hours", "window_hours", "approvals", "rows_at_most")
_TERMS: Mapping[str, tuple[str, ...]] = {EffectKind.NOTICE.value: NOTICE_KEYS, EffectKind.APPROVAL.value: APPROVAL_KEYS}
_EXCEPTION = ["", "[[effect.exception]]"]
_STEP = len(EFFECT_KEYS) + 2
# A freeze on expansion holds at the hand-out what the log does not show from before: its whole scope is certified too.
BLOCKING = frozenset(kind.value for kind in EffectKind if kind.blocks or kind is EffectKind.FREEZE_EXPANSION)


@dataclass(frozen=True, slots=True)
class HandOut:
    """A hand-out as a stranger sees it: its leaf, that of its request, and the paper of its parts where it is shown."""

    leaf: StageLeaf
    request: StageLeaf
    parts: Parts | None = None

    def named(self, part: str) -> tuple[str, ...]:
        """Every name by which an order may mean who asks (`requesters`), who receives (`recipients`), or `fields`.

        What the leaves show is added to the paper: a paper can never make less of it.
        """
        if self.parts is None:
            return ()
        shown = {
            "requesters": (self.request.text("requester"), self.leaf.text("recipient")),
            "recipients": (self.leaf.text("recipient"), self.leaf.text("recipient_key")),
        }
        return (*getattr(self.parts, part), *shown.get(part, ()))


@dataclass(frozen=True, slots=True)
class Scope:
    """One effect: its kind, the names it lists of each part (None for every one), and the fewest rows of a request.

    `eased` when it has exceptions or terms that may be met. The scope is the whole one all the same: what is outside of
    it is outside of what is left of it.
    """

    kind: str
    provisions: tuple[str, ...] | None
    requesters: tuple[str, ...] | None
    recipients: tuple[str, ...] | None
    fields: tuple[str, ...] | None
    years: tuple[int, ...] | None
    rows: int
    eased: bool = False

    def why_outside(self, out: HandOut) -> str:
        """Why a hand-out is outside, in words; empty when it may be inside."""
        if _apart(self.provisions, (out.request.text("provision"),)):
            return "another provision"
        if out.request.number("row_count") < self.rows:
            return "a request of fewer rows"
        for part, why in (
            ("requesters", "asked by others"),
            ("recipients", "received by others"),
            ("fields", "other fields"),
        ):
            if _apart(getattr(self, part), out.named(part)):
                return why
        years = out.parts.years if out.parts else ()
        return "other years" if self.years is not None and years and not set(self.years) & set(years) else ""


def _apart(listed: tuple[str, ...] | None, names: Sequence[str]) -> bool:
    """Whether none of these names is listed, nor lies below one that is (as `a.b.c` below `a.b`).

    Never when the list is of every one, or no name is known.
    """
    known = tuple(f"{each.lower()}." for each in listed or ())
    return listed is not None and bool(names) and not any(f"{each.lower()}.".startswith(known) for each in names)


def read_scopes(text: bytes, order: str) -> tuple[Scope, ...]:
    """Every effect of an order's text, in its order; none when the text is not exactly in the form of an order."""
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return ()
    at, end = len(ORDER_KEYS), len(lines) - 1
    shape = [f"{key} = " for key in ORDER_KEYS]
    if lines[-1] or end <= at or not all(line.startswith(key) for line, key in zip(lines, shape, strict=False)):
        return ()
    if lines[:2] != [f'format = "{FORMAT}"', f'id = "{order}"']:
        return ()
    found: list[Scope] = []
    while at < end:
        scope = _scope(lines[at : at + _STEP])
        more = None if scope is None else _more(scope.kind, lines[at + _STEP : end])
        if scope is None or more is None:
            return ()
        found.append(replace(scope, eased=more > 0))
        at += _STEP + more
    return tuple(found)


def _scope(lines: Sequence[str]) -> Scope | None:
    if len(lines) != _STEP or lines[:2] != ["", "[[effect]]"]:
        return None
    if not all(line.startswith(f"{key} = ") for line, key in zip(lines[2:], EFFECT_KEYS, strict=True)):
        return None
    kind, years, rows = _KIND.fullmatch(lines[2]), _YEARS.fullmatch(lines[7]), _ROWS.fullmatch(lines[8])
    lists = [_NAMES.fullmatch(line) for line in lines[3:7]]
    if not kind or not years or not rows or None in lists:
        return None
    provisions, requesters, recipients, fields = [
        tuple(each[2][1:-1].split('", "')) if each and each[2] else None for each in lists
    ]
    listed = tuple(map(int, years[2].split(", "))) if years[2] else None
    return Scope(kind[1], provisions, requesters, recipients, fields, listed, int(rows[1]))


def _more(kind: str, lines: Sequence[str]) -> int | None:
    """How many lines behind the scope are this effect's terms or exceptions; None when they are not in their form."""
    if lines and lines[0]:
        terms = _TERMS.get(kind, ())
        return len(terms) if terms and _fit(lines, terms) else None
    count, step = 0, len(_EXCEPTION) + len(EXCEPTION_KEYS)
    while list(lines[count : count + 2]) == _EXCEPTION:
        if kind != EffectKind.STOP.value or not _fit(lines[count + 2 :], EXCEPTION_KEYS):
            return None
        count += step
    return count


def _fit(lines: Sequence[str], keys: Sequence[str]) -> bool:
    """Whether the lines begin with these keys, each with a value of its form."""
    if len(lines) < len(keys):
        return False
    shapes = [(f"{key} = ", _WHOLE if key in _NUMBERS else _LISTED) for key in keys]
    return all(
        line.startswith(begins) and shape.fullmatch(line[len(begins) :])
        for line, (begins, shape) in zip(lines, shapes, strict=False)
    )


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


def papers_shown(texts: Sequence[str], outs: Sequence[StageLeaf]) -> Mapping[str, Parts]:
    """The papers of parts by their digest (hex). MalformedError `scope` for one that none of the hand-outs names."""
    named, found = {leaf.body.get("parts") for leaf in outs}, dict[str, Parts]()
    for text in texts:
        digest = sha256(text.encode()).hexdigest()
        if digest not in named:
            raise MalformedError("scope", "digest of the parts")
        try:
            found[digest] = read_parts(text)
        except ValueError:
            raise MalformedError("scope", "parts") from None
    return found


def outside(scopes: Sequence[Scope] | None, out: HandOut) -> str:
    """Why a hand-out is outside of every scope, in words; empty when it may be inside one of them."""
    reasons = [""] if scopes is None else [scope.why_outside(out) for scope in scopes]
    return " and ".join(sorted(set(reasons))) if all(reasons) else ""
