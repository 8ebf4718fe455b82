# SPDX-License-Identifier: Apache-2.0
"""What an effect takes in, what an exception lets pass, what a stay in part takes out. Doubt takes in."""

from __future__ import annotations

from collections.abc import Collection

from lawgate.model.order import EVERY, Covered, Effect, Part


def covers(effect: Effect, covered: Covered) -> bool:
    """Whether every part of the effect's scope takes in the same part of `covered`.

    Whoever a scope names is meant with everybody below: `a.b` takes in `a.b.c`.
    """
    names = (
        _within(effect.provisions, (covered.provision,))
        and _below(effect.requesters, covered.requester)
        and _below(effect.recipients, covered.recipient)
        and _within(effect.fields, covered.fields)
    )
    unknown_year = not covered.years or min(covered.years) < 1
    years = effect.years == EVERY or unknown_year or bool(set(effect.years) & set(covered.years))
    return names and years and (covered.rows < 0 or covered.rows >= effect.rows_at_least)


def exempted(effect: Effect, covered: Covered) -> bool:
    """Whether an exception of a stop lets it pass: its provision, few enough rows, and every element shown as met."""
    return any(
        covered.provision.casefold() in {each.casefold() for each in rule.provisions}
        and 0 < covered.rows <= rule.rows_at_most
        and covered.elements.issuperset(rule.elements)
        for rule in effect.exceptions
    )


def taken_out(part: Part, at: int, covered: Covered) -> bool:
    """Whether a stay in part takes all of it out of the effect at this place (the first is 0)."""
    asks, gets = (covered.requester, covered.agency), (covered.recipient, covered.agency)
    return (
        (part.effects == EVERY or at + 1 in part.effects)
        and _inside(part.provisions, (covered.provision,))
        and (part.requesters == EVERY or any(_inside(part.requesters, (who,)) for who in asks))
        and (part.recipients == EVERY or any(_inside(part.recipients, (who,)) for who in gets))
        and _inside(part.fields, covered.fields)
        and (part.years == EVERY or (bool(covered.years) and set(covered.years) <= set(part.years)))
    )


def overlap(one: Effect, other: Effect) -> bool:
    """Whether there can be something that both effects take in."""
    return all(
        _meet(getattr(one, part), getattr(other, part))
        for part in ("provisions", "requesters", "recipients", "fields", "years")
    )


def _meet(one: Collection[str | int] | str, other: Collection[str | int] | str) -> bool:
    if EVERY in (one, other):
        return True
    pairs = [(str(a).casefold(), str(b).casefold()) for a in one for b in other]
    return any(a == b or a.startswith(b + ".") or b.startswith(a + ".") for a, b in pairs)


def _within(scope: Collection[str] | str, parts: tuple[str, ...]) -> bool:
    if scope == EVERY or not parts or "" in parts:
        return True
    # Another letter case is the same name: an order must not miss somebody by a capital.
    names = {name.casefold() for name in scope}
    return any(part.casefold() in names for part in parts)


def _below(scope: Collection[str] | str, who: str) -> bool:
    if scope == EVERY or not who:
        return True
    asked = who.casefold()
    return any(asked == name.casefold() or asked.startswith(name.casefold() + ".") for name in scope)


def _inside(scope: Collection[str] | str, parts: tuple[str, ...]) -> bool:
    if scope == EVERY:
        return True
    names = {name.casefold() for name in scope}
    return bool(parts) and all(part.casefold() in names for part in parts)
