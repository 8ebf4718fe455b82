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


def taken_out(part: Part, at: int, effect: Effect, covered: Covered) -> bool:
    """Whether a stay in part takes all of it out of this effect of an order, at its place (the first is 0).

    A stay for an agency frees it, its parts and their people of what the order says of any of these agencies or of
    everybody, never of what it says of a person or a key by name: that is out only where the part names the same, or is
    for every requester and recipient.
    """
    everybody = part.requesters == EVERY and part.recipients == EVERY
    return (
        (part.effects == EVERY or at + 1 in part.effects)
        and _inside(part.provisions, (covered.provision,))
        and (everybody or _frees(part.requesters, effect.requesters, covered.requester, covered.agency))
        and (everybody or _frees(part.recipients, effect.recipients, covered.recipient, covered.agency))
        and _inside(part.fields, covered.fields)
        and (part.years == EVERY or (bool(covered.years) and set(covered.years) <= set(part.years)))
    )


def _frees(out: Collection[str] | str, meant: Collection[str] | str, who: str, agency: str) -> bool:
    """Whether one scope of a part frees whoever the same scope of the effect takes in under the name `who`."""
    named = () if meant == EVERY else [name for name in meant if _below((name,), who)]
    # A name that does not take in the agency is somebody's own: what is said for the agency is not said of them.
    if any(not agency or not _below((name,), agency) for name in named):
        return out != EVERY and _inside(out, (who,))
    # An unknown agency lies in everything, for whatever covers; for what frees, in nothing. And an agency that is named
    # besides one above it is meant by itself.
    apart = len(named) > 1 and _inside(named, (agency,))
    return out == EVERY or _inside(out, (who,)) or (bool(agency) and not apart and _below(out, agency))


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
