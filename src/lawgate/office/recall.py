# SPDX-License-Identifier: Apache-2.0
"""Call back what was sent: list the recipients, write to each, record what they answer, tell them of a freeze.

One person of the custodian is enough for each step: it only narrows. Nothing here deletes, and nothing is taken off the
list of what was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value, is_code
from lawgate.model.fault import Refused
from lawgate.model.order import Covered, EffectKind, Standing
from lawgate.office.quarantine import (
    ANSWERS,
    GIVE_BACK,
    OPEN,
    QUARANTINED,
    SET_APART,
    Demanded,
    Prior,
    answered,
    bound_by,
    frozen,
    kept_in_place,
    recalls,
)
from lawgate.office.recall_desk import (
    ROWS_PAPER,
    RecallDesk,
    Sent,
    covered_by,
    keep_paper,
    listed_rows,
    make_room,
    may_act,
    of_leaf,
    plain,
    prior_disclosures,
    rows_paper,
    sent_of,
    stands_now,
    today,
)
from lawgate.office.recall_letters import WHY, Letter, demand, freeze

ANSWER_DAYS = 14
ORDER = "order"


@dataclass(frozen=True, slots=True)
class Written:
    """A letter that is in the log: to whom, its leaf, its file name, the text, and the ids of the rows it is about."""

    recipient: str
    leaf: int
    file: str
    text: bytes
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A recall as opened: its id, the index of its leaf, rows (each of them one act), what it asks, and its letters."""

    id: str
    leaf: int
    rows: int
    demand: str
    letters: tuple[Written, ...]


def open_recall(
    desk: RecallDesk, source_leaf: int, reason: str, person: str, codes: Sequence[str] = (), order: str = ""
) -> Opened:
    """Call back an earlier disclosure, or the entries of an audited list that any of the codes stands against.

    Without codes: every row of a package, every entry of a list that would not be sent by itself. Where an order
    preserves the records, leaves them in place or freezes them, recipients are asked to set them apart and nobody is
    asked to destroy. Refused: `recall_reason`, `recall_person`, `recall_source`, `recall_left_in_place` (the order that
    is named says that they stay), `recall_order` (it is not in force here), `recall_nothing`, `recall_again`.
    """
    may_act(desk, person)
    if reason not in WHY or (reason == ORDER) != bool(order) or not all(is_code(code) for code in codes):
        raise Refused("recall_reason", f"say why: {', '.join(WHY)}; an order is named with the last one, and only then")
    prior, stands = of_leaf(desk, source_leaf), stands_now(desk)
    covered = covered_by(desk, prior)
    if order:
        _require_asks(stands, order, covered)
    sent = sent_of(desk, prior, codes)
    if not sent:
        raise Refused("recall_nothing", "no row of that disclosure is of that kind")
    known = [each for each in recalls(desk.log.leaves()).values() if each.source_leaf == source_leaf]
    if any((each.reason, each.order, set(each.codes)) == (reason, order, set(codes)) for each in known):
        raise Refused("recall_again", "this was called back before, for the same reason; see `lawgate recall status`")
    id = f"recall-{source_leaf}-{len(known) + 1}"
    rows = sum(len(each.rows) for each in sent)
    paper = rows_paper(desk, id, sent)
    body: dict[str, Value] = {
        "recall": id,
        "source_leaf": source_leaf,
        "reason": reason,
        "order": order,
        "codes": list(codes),
        "rows": rows,
        "rows_paper": sha256(paper).hexdigest(),
        "person": person,
    }
    make_room(desk, id, {ROWS_PAPER: paper})
    index = desk.log.append(StageLeaf("recall", instant(desk.clock.now()), body))
    kept = kept_in_place(stands, covered)
    letters = tuple(_demand(desk, id, index, reason, prior, each, kept, person) for each in sent)
    desk.log.publish()
    return Opened(id, index, rows, _kind(kept), letters)


def answer(
    desk: RecallDesk, recall: str, recipient: str, state: str, rows: int, paper: bytes, person: str, was: str = OPEN
) -> Demanded:
    """Record what a recipient answered for so many rows; how its rows stand then.

    Refused `recall_person`, `recall_unknown` when there is no such recall or recipient, `recall_answer` when so many
    rows are not open (or, with `was`, set apart), or `state` is none of ANSWERS.
    """
    may_act(desk, person)
    known = _demanded(desk, recall, recipient)
    try:
        after = answered(known, was, state, rows)
    except ValueError:
        open_rows, apart = known.states[OPEN], known.states[QUARANTINED]
        why = f"{open_rows} rows are open and {apart} set apart; an answer is one of {', '.join(ANSWERS)}"
        raise Refused("recall_answer", why) from None
    keep_paper(desk, recall, paper)
    body: dict[str, Value] = {
        "recall": recall,
        "recipient": recipient,
        "was": was,
        "state": state,
        "rows": rows,
        "paper": sha256(paper).hexdigest(),
        "person": person,
    }
    desk.log.append(StageLeaf("recall-answer", instant(desk.clock.now()), body))
    desk.log.publish()
    return after


def renew(desk: RecallDesk, recall: str, person: str) -> tuple[Written, ...]:
    """Write again to the recipients of a recall whose letter asks for something else than the orders of now allow.

    An order that came since makes a demand to destroy one to set apart; one that ended makes it the other way round.
    Refused `recall_person`, `recall_unknown`, `recall_current` when every letter asks what would be asked now.
    """
    may_act(desk, person)
    found = recalls(desk.log.leaves()).get(recall)
    if found is None:
        raise Refused("recall_unknown", "there is no recall of that id; `lawgate recall status` lists them")
    prior = of_leaf(desk, found.source_leaf)
    kept = kept_in_place(stands_now(desk), covered_by(desk, prior))
    stale = [each for each in found.demanded.values() if each.waiting and each.demand != _kind(kept)]
    if not stale:
        raise Refused("recall_current", "every letter still asks what would be asked now")
    names = {each.recipient for each in stale}
    sent = [each for each in listed_rows(desk, found) if each.recipient in names]
    letters = tuple(_demand(desk, found.id, found.leaf, found.reason, prior, each, kept, person) for each in sent)
    desk.log.publish()
    return letters


def freeze_notices(desk: RecallDesk, order: str, person: str) -> tuple[Written, ...]:
    """Tell every recipient of an earlier disclosure that this order freezes, once for each disclosure, that it does.

    Refused `recall_person`, `recall_order` when no order of that id in force freezes anything that was sent.
    """
    may_act(desk, person)
    stands = stands_now(desk)
    bound = [each for each in prior_disclosures(desk) if order in frozen(stands, covered_by(desk, each))]
    if not bound:
        raise Refused("recall_order", "no order of that id is in force that freezes anything that was sent")
    made: list[Written] = []
    for prior in bound:
        if order not in prior.noticed:
            made += [_notice(desk, prior, each, order, person) for each in sent_of(desk, prior, (), every=True)]
    desk.log.publish()
    return tuple(made)


def _require_asks(stands: Standing, order: str, covered: Sequence[Covered]) -> None:
    if order not in {each.id for each in stands.in_force}:
        raise Refused("recall_order", "no order of that id is in force")
    if order in bound_by(EffectKind.LEAVE_IN_PLACE, stands, covered):
        raise Refused("recall_left_in_place", "that order says that what was sent stays where it is")


def _kind(kept: Sequence[str]) -> str:
    return SET_APART if kept else GIVE_BACK


def _demanded(desk: RecallDesk, recall: str, recipient: str) -> Demanded:
    found = recalls(desk.log.leaves()).get(recall)
    if found is None or recipient not in found.demanded:
        raise Refused("recall_unknown", "there is no recall of that id, or it asks nothing of that recipient")
    return found.demanded[recipient]


def _letter(desk: RecallDesk, prior: Prior, sent: Sent, rows: int) -> Letter:
    day = today(desk)
    return Letter(sent.recipient, sent.people, prior.name, sent.sent_at, day, day + timedelta(days=ANSWER_DAYS), rows)


def _demand(
    desk: RecallDesk, id: str, recall_leaf: int, reason: str, prior: Prior, sent: Sent, kept: Sequence[str], person: str
) -> Written:
    """Write to one recipient, keep the letter, log it."""
    letter, stem = _letter(desk, prior, sent, len(sent.rows)), plain(sent.recipient)
    text = demand(letter, _kind(kept), reason, f"{id}-{stem}.csv", kept)
    keep_paper(desk, id, text)
    body: dict[str, Value] = {
        "recall": id,
        "recall_leaf": recall_leaf,
        "recipient": sent.recipient,
        "demand": _kind(kept),
        "orders": list(kept),
        "rows": len(sent.rows),
        "letter": sha256(text).hexdigest(),
        "answer_by": letter.answer_by.isoformat(),
        "person": person,
    }
    index = desk.log.append(StageLeaf("recall-demand", instant(desk.clock.now()), body))
    return Written(sent.recipient, index, f"{id}-{stem}", text, sent.rows)


def _notice(desk: RecallDesk, prior: Prior, sent: Sent, order: str, person: str) -> Written:
    letter, stem = _letter(desk, prior, sent, len(sent.rows)), f"freeze-{order}-{prior.leaf}-{plain(sent.recipient)}"
    text = freeze(letter, (order,))
    keep_paper(desk, f"{prior.name}-notices", text)
    body: dict[str, Value] = {
        "order": order,
        "source_leaf": prior.leaf,
        "recipient": sent.recipient,
        "rows": len(sent.rows),
        "letter": sha256(text).hexdigest(),
        "person": person,
    }
    index = desk.log.append(StageLeaf("freeze-notice", instant(desk.clock.now()), body))
    return Written(sent.recipient, index, stem, text, ())
