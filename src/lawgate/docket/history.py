# SPDX-License-Identifier: Apache-2.0
"""How one order stands after the acts on it. Two times: `at` in law, and what had been entered (`register.sort`).

An act that tightens counts from the earlier of learning and effect. One that loosens counts from its effect, and only
when it was lifted; acts are taken in the order of entry, so that a later one that tightens has the last word.
Whose signatures on a verification hold decides what a state is called, and never whether an order binds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lawgate.docket.acts import ENDINGS, STAYS, Act, ActKind, Direction
from lawgate.docket.reading import entered_as
from lawgate.docket.register import Entered, Texts, place
from lawgate.model.order import PROVISIONAL, Order, State, Stood

VERIFIERS = 2
Held = Mapping[str, Collection[str]]
"""SHA-256 (hex) of a verification's text -> one name for each human whose signature on it holds."""
NOBODY: Held = {}


def begins(found: Order | Act) -> datetime:
    """From when an order, or an act that tightens, counts: nobody may wait for the later of the two."""
    return min(found.learned_at, found.effective_at)


def counts(act: Act, digest: str, at: datetime, lifted: Collection[str]) -> bool:
    """Whether an act counts at a moment."""
    if act.direction is Direction.LOOSEN:
        return digest in lifted and act.effective_at <= at
    return begins(act) <= at


def stood(
    order: Order, texts: Texts, at: datetime, lifted: Collection[str] = frozenset(), held: Held = NOBODY
) -> Stood:
    """The state of an order that has begun, since when it binds without a gap, and which parts are stayed."""
    made = _Folding(order, texts, at, lifted, held, begins(order))
    for act, digest in counted(order.id, texts, at, lifted):
        made.take(act, digest)
    return made.end()


def counted(order: str, texts: Texts, at: datetime, lifted: Collection[str]) -> tuple[tuple[Act, str], ...]:
    """The acts on an id that count, each with the SHA-256 (hex) of its text.

    Where two instruments have one id, none that loosens does: which one is meant?
    """
    alone = texts.ids.get(order, 0) == 1
    return tuple(
        (act, digest)
        for act, digest in texts.acts_on(order)
        if counts(act, digest, at, lifted) and (alone or act.direction is not Direction.LOOSEN)
    )


def rejected(file: str, texts: Texts, at: datetime, lifted: Collection[str]) -> bool:
    """Whether two people found that a text nobody can read is no order, or has nothing to do with this office."""
    found = [(each, each.what) for each in texts.acts if isinstance(each.what, Act)]
    about = [(each.digest, act) for each, act in found if act.kind is ActKind.REJECT and _about(each, act, file, texts)]
    return any(counts(act, digest, at, lifted) for digest, act in about)


def means_one(act: Act, texts: Texts) -> bool:
    """Whether it is clear which instrument an act is about: the only one of its id, or a text that a reject names."""
    acts = [each for each in texts.acts if each.what == act]
    named = act.kind is ActKind.REJECT and any(_about(e, act, file, texts) for e in acts for file in texts.unreadable)
    return texts.ids.get(act.order, 0) == 1 or named


def _about(entered: Entered, act: Act, file: str, texts: Texts) -> bool:
    """Whether an act is about the text in a file that nobody can read.

    Where more than one has the id, the act has to be entered after it and to name this very text as its document; and
    where one of them is an order that can be read, the act may mean that one.
    """
    number = entered_as(file)
    if number is None or number[1] != act.order:
        return False
    if texts.ids.get(act.order, 0) == 1:
        return True
    named = act.document == texts.digests[file] and place(file) < place(entered.file)
    return named and all(each.what.id != act.order for each in texts.orders)


@dataclass(slots=True)
class _Folding:
    """One order while its acts are taken. `since` is the latest moment at which it began to bind again.

    `verifiers` are the names under verifications, whoever wrote them; `humans` those whose signatures hold.
    """

    order: Order
    texts: Texts
    at: datetime
    lifted: Collection[str]
    held: Held
    since: datetime
    verifiers: set[str] = field(default_factory=set)
    humans: set[str] = field(default_factory=set)
    stays: list[Act] = field(default_factory=list)
    reversed: bool = False
    ended: State | None = None

    def take(self, act: Act, digest: str) -> None:
        """One act that counts."""
        match act.kind:
            case ActKind.VERIFY:
                self.verified(act)
                self.humans |= set(self.held.get(digest, ()))
            case ActKind.STAY_END:
                self.again(act, bool(self.stays))
                self.stays = []
            case ActKind.EXTEND:
                self.revive(act, State.EXPIRED)
            case ActKind.REVERSAL:
                self.reversed = True
            case ActKind.RECALL:
                self.reversed = False
                self.revive(act, State.VACATED)
            case _ if act.kind in STAYS:
                self.stays.append(act)
            case _:
                self.ended = self.ended or self.ending(act)

    def ending(self, act: Act) -> State | None:
        """The state in which this act ends the order; None when it does not."""
        match act.kind:
            case ActKind.REJECT:
                return State.REJECTED
            case ActKind.EXPIRY:
                return State.EXPIRED
            case ActKind.MANDATE if self.reversed:
                return State.VACATED
            case ActKind.MODIFY:
                return State.SUPERSEDED if self.in_place(act.successor) else None
            case _ if act.kind in ENDINGS:
                return State.DISSOLVED
        return None

    def in_place(self, successor: str) -> bool:
        """Whether the order that takes the place of this one is there and binds whole: there is no gap between them.

        Once anything else than a further modification has loosened it, this order binds again, and for good: an act
        that tightens the other one is one person's, and may take no order away.
        """
        found = [each.what for each in self.texts.orders if isinstance(each.what, Order) and each.what.id == successor]
        # One that ends by itself takes nobody's place, nor does an older one: two could each stand for the other.
        ids = [each.what.id for each in self.texts.orders if isinstance(each.what, Order)]
        later = successor in ids and ids.index(successor) > ids.index(self.order.id)
        began = len(found) == 1 and later and begins(found[0]) <= self.at and found[0].kind != PROVISIONAL
        if not began or self.texts.ids.get(successor, 0) != 1:
            return False
        # One that was modified in turn binds itself, or another one binds in its place.
        acts = [act for act, _ in counted(successor, self.texts, self.at, self.lifted)]
        loosened = [act for act in acts if act.direction is Direction.LOOSEN and act.kind is not ActKind.MODIFY]
        for act in loosened:
            self.again(act, True)
        return not loosened

    def verified(self, act: Act) -> None:
        ran_out = self.order.ends is not None and begins(act) >= self.order.ends
        self.again(act, self.order.kind == PROVISIONAL and not self.verifiers and ran_out)
        self.verifiers |= {person.casefold() for person in act.people}

    def revive(self, act: Act, state: State) -> None:
        """It binds again if it had ended in this way."""
        self.again(act, self.ended is state)
        self.ended = None if self.ended is state else self.ended

    def again(self, act: Act, yes: bool) -> None:
        if yes:
            # The latest moment: what was served before it was served under an order that did not bind.
            self.since = max(self.since, min(max(act.entered_at, act.effective_at), self.at))

    def end(self) -> Stood:
        """What all of them come to."""
        lapsed = [act.until for act in self.stays if act.until is not None and act.until <= self.at]
        self.since = max([self.since, *lapsed])
        live = [act for act in self.stays if act.until is None or self.at < act.until]
        parts = tuple(part for act in live for part in act.stayed)
        state = self.state(live)
        return Stood(self.order, state, self.since if state.binds else None, parts if state.binds else ())

    def state(self, live: Sequence[Act]) -> State:
        if self.ended or self.ran_out():
            return self.ended or State.EXPIRED
        whole = [act.kind for act in live if not act.stayed]
        if whole:
            return State.STAYED if ActKind.STAY in whole else State.ADMIN_STAYED
        if live:
            return State.PARTIALLY_STAYED
        if self.reversed:
            return State.REVERSED_MANDATE_PENDING
        if len(self.humans) < VERIFIERS:
            return State.REPORTED
        return State.IN_FORCE if self.order.effective_at <= self.at else State.PENDING_EFFECTIVE

    def ran_out(self) -> bool:
        """Whether a stop without a paper has come to its end, and no paper confirms it."""
        ends = self.order.ends
        return self.order.without_paper and not self.verifiers and ends is not None and ends <= self.at
