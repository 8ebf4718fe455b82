# SPDX-License-Identifier: Apache-2.0
"""A freeze on expansion: what was answered before it goes on, whatever exceeds that is held while the order stands.

What was before is what the log shows: the rulebook that its last leaf before the freeze names, read from a text with
that very digest, and those to whom keys were handed out. What cannot be shown was not there, and nothing goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import NoReturn

from lawgate.docket.history import begins
from lawgate.docket.standing import applies
from lawgate.law.read import digest_of, plan_digest, read_rulebook
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import Faulty, LawgateError
from lawgate.model.order import Covered, EffectKind, Order, Standing
from lawgate.model.practice import CHANNELS, EVERYBODY, Practice

Indexed = tuple[int, StageLeaf]
LawOf = Callable[[str], Mapping[str, bytes]]
"""The texts of a rulebook, file name -> bytes, by its SHA-256 (hex). LawgateError when they are not kept."""
NAMES_LAW = frozenset({"start", "decision-batch"})
YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Then:
    """How it was when a freeze began: its law as it would read today, and to whom keys had gone (in one letter case).

    `practices` are those of that law which had begun on an earlier day than the freeze; `plan` the digest of matching.
    """

    law: Rulebook
    practices: tuple[Practice, ...]
    plan: str
    recipients: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What would be answered now: of a whole request, or of one package of it.

    `rows` are those of the request, `agreement` the one it names ("" for none, None when nobody can tell). `law` and
    `plan` are those of now. `elsewhere` are people named to receive who serve other agencies only; `gone(practice)` how
    many rows one year would have with this package under a practice.
    """

    agency: str
    provision: str
    agreement: str | None
    fields: tuple[str, ...]
    rows: int
    law: Rulebook
    plan: str
    elsewhere: frozenset[str]
    gone: Callable[[Practice], int]


def nothing_packed(_practice: Practice) -> int:
    """The rows of a year where there is no package yet: its volume is asked for at the hand-out."""
    return 0


def untold(_digest: str) -> NoReturn:
    """No text of any rulebook is known here: what a desk says that keeps none. LawgateError."""
    raise LawgateError("nobody here keeps the texts of earlier rulebooks")


def frozen(
    stands: Sequence[Standing], covered: Collection[Covered], asked: Asked, then: Callable[[Order], Then | None]
) -> tuple[str, ...]:
    """Ids of the orders in force that freeze this under any of its names, and that it goes beyond."""
    ids = (
        order.id
        for one in stands
        for order in one.in_force
        if any(_freezes(one, order, at, covered) for at in range(len(order.effects))) and beyond(asked, then(order))
    )
    return tuple(dict.fromkeys(ids))


def freezing(stands: Standing) -> bool:
    """Whether any order in force freezes anything."""
    return any(each.kind is EffectKind.FREEZE_EXPANSION for order in stands.in_force for each in order.effects)


def _freezes(stands: Standing, order: Order, at: int, covered: Collection[Covered]) -> bool:
    freeze = order.effects[at].kind is EffectKind.FREEZE_EXPANSION
    return freeze and any(applies(stands, order, at, each) for each in covered)


def beyond(asked: Asked, then: Then | None) -> bool:
    """Whether it goes beyond what was before: in practice, provision, fields, agreement, matching, recipient, volume.

    A text that was changed since is a new one, also where it was made narrower: nobody here can tell.
    """
    if then is None or asked.plan != then.plan or asked.elsewhere:
        return True
    was = then.law.provision(asked.provision)
    if was is None or was != asked.law.provision(asked.provision):
        return True
    if not asked.fields or not set(asked.fields) <= set(was.fields):
        return True
    if asked.agreement is None or not _same_agreement(asked, then):
        return True
    return not any(_goes_on(asked, then, practice) for practice in then.practices)


def _same_agreement(asked: Asked, then: Then) -> bool:
    named = asked.agreement or ""
    was = then.law.agreements.get(named)
    return not named or (was is not None and was == asked.law.agreements.get(named))


def _goes_on(asked: Asked, then: Then, practice: Practice) -> bool:
    """Whether this practice of before, unchanged, takes it in: so many rows, and for somebody who was answered."""
    taken = practice.covers(asked.agency, asked.provision, CHANNELS[0], asked.rows)
    known = practice.requester != EVERYBODY or asked.agency.casefold() in then.recipients
    return taken and known and practice in asked.law.practices and asked.gone(practice) <= practice.rows_a_year


def then_of(leaves: Callable[[], Sequence[Indexed]], law_of: LawOf, day: date, order: Order) -> Then | None:
    """How it was when an order began to bind, its law read for `day`; None when log and texts cannot show it."""
    since = begins(order)
    # Up to the first leaf that is not from before: a clock that was set back later makes nothing earlier.
    past = [leaf for _, leaf in takewhile(lambda each: _earlier(each[1], order.id, since), leaves())]
    named = [leaf.text("rulebook") for leaf in past if leaf.kind in NAMES_LAW]
    if not named:
        return None
    try:
        texts = law_of(named[-1])
        law = read_rulebook(texts, day) if digest_of(texts) == named[-1] else None
    except (Faulty, LawgateError):
        return None
    if law is None:
        return None
    first = since.astimezone(UTC).date()
    begun = tuple(each for each in law.practices if each.span.start < first)
    to = frozenset(leaf.text("recipient").casefold() for leaf in past if leaf.kind == "handout")
    return Then(law, begun, plan_digest(texts), to)


def _earlier(leaf: StageLeaf, order: str, since: datetime) -> bool:
    entered = leaf.kind == "order-bar" and leaf.text("order") == order
    return not entered and datetime.fromisoformat(leaf.at) < since


def gone_with(leaves: Sequence[Indexed], package: str, rows: int, at: datetime) -> Callable[[Practice], int]:
    """For a practice: the rows of all packages that went out under it in the 366 days before `at`, with these rows of
    this package. What a hand-out was asked for and cannot be told counts.
    """
    by = dict(leaves)
    asked = {leaf.text("batch"): leaf for leaf in by.values() if leaf.kind == "request"}
    sent = {
        leaf.text("package"): leaf
        for leaf in by.values()
        if leaf.kind == "handout" and datetime.fromisoformat(leaf.at) > at - YEAR and leaf.text("package") != package
    }

    def under(practice: Practice, leaf: StageLeaf) -> bool:
        made = by.get(leaf.number("prepared_leaf"))
        request = asked.get(made.text("batch")) if made is not None and made.kind == "prepared" else None
        if request is None:
            return True
        who, what = request.text("requester"), request.text("provision")
        return practice.covers(who, what, CHANNELS[0], request.number("row_count"))

    return lambda practice: rows + sum(leaf.number("rows") for leaf in sent.values() if under(practice, leaf))
