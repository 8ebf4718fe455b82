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
from lawgate.office.alone import alone
from lawgate.office.quarantine import (
    ANSWERS,
    GIVE_BACK,
    HISTORY,
    OPEN,
    PACKAGE,
    QUARANTINED,
    SET_APART,
    Demanded,
    Prior,
    Recall,
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
    kept_paper,
    listed_rows,
    may_act,
    notices_of,
    of_leaf,
    plain,
    prior_disclosures,
    rows_paper,
    sent_of,
    source_of,
    stands_now,
    today,
)
from lawgate.office.recall_letters import WHY, Letter, demand, freeze

ANSWER_DAYS = 14
ORDER = "order"
NAMED = {HISTORY: "the ids of your own request", PACKAGE: "the names of the sealed records you were sent"}
"""How a letter says what its rows are listed by."""
HEADINGS = {HISTORY: "row_id", PACKAGE: "record"}
"""What stands over that list."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter that is in the log: to whom, its leaf, its file name, the text, and the rows it is about.

    `heading` says what names the rows; both are empty for a letter about all there is.
    """

    recipient: str
    leaf: int
    file: str
    text: bytes
    heading: str
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
    is named says that they stay), `recall_order` (it is not in force here), `recall_nothing`, `recall_again`,
    `batch_busy` (somebody else is calling it back). What breaks off before its last letter is taken up by `renew`.
    """
    may_act(desk, person)
    if reason not in WHY or (reason == ORDER) != bool(order) or not all(is_code(code) for code in codes):
        raise Refused("recall_reason", f"say why: {', '.join(WHY)}; an order is named with the last one, and only then")
    prior, stands = of_leaf(desk, source_leaf), stands_now(desk)
    if order:
        _require_asks(stands, order, covered_by(desk, prior))
    sent = sent_of(desk, prior, codes)
    if not sent:
        raise Refused("recall_nothing", "no row of that disclosure is of that kind")
    with alone(desk.rooms, f"{prior.name}-recalls"):
        known = [each for each in recalls(desk.log.leaves()).values() if each.source_leaf == source_leaf]
        if any((each.reason, each.order, set(each.codes)) == (reason, order, set(codes)) for each in known):
            raise Refused(
                "recall_again", "this was called back before, for the same reason; see `lawgate recall status`"
            )
        body: dict[str, Value] = {"recall": f"recall-{source_leaf}-{len(known) + 1}", "source_leaf": source_leaf}
        body |= {"reason": reason, "order": order, "codes": list(codes), "person": person}
        made = _open(desk, prior, body, sent, kept_in_place(stands, covered_by(desk, prior)))
    desk.log.publish()
    return made


def _open(desk: RecallDesk, prior: Prior, body: dict[str, Value], sent: Sequence[Sent], kept: Sequence[str]) -> Opened:
    """Keep the list of rows, log the recall, and write to each recipient."""
    id, reason, person = str(body["recall"]), str(body["reason"]), str(body["person"])
    rows, paper = sum(len(each.rows) for each in sent), rows_paper(desk, id, sent)
    body |= {"rows": rows, "rows_paper": sha256(paper).hexdigest()}
    with alone(desk.rooms, id):
        desk.rooms.write(id, ROWS_PAPER, paper)
        index = desk.log.append(StageLeaf("recall", instant(desk.clock.now()), body))
        letters = tuple(_demand(desk, id, index, reason, prior, each, kept, person) for each in sent)
    return Opened(id, index, rows, _kind(kept), letters)


def answer(
    desk: RecallDesk, recall: str, recipient: str, state: str, rows: int, paper: bytes, person: str, was: str = OPEN
) -> Demanded:
    """Record what a recipient answered for so many rows; how its rows stand then.

    Refused `recall_person`, `recall_unknown` when there is no such recall or recipient, `recall_answer` when so many
    rows are not open (or, with `was`, set apart), or `state` is none of ANSWERS, `batch_busy` when somebody else is at
    this recall.
    """
    may_act(desk, person)
    _demanded(desk, recall, recipient)
    with alone(desk.rooms, recall):
        after = _answered(_demanded(desk, recall, recipient), was, state, rows)
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
    """Write to each recipient of a recall without a letter, or with one that asks for something else than orders allow.

    An order that came since makes a demand to destroy one to set apart; one that ended makes it the other way round.
    Refused `recall_person`, `recall_unknown`, `recall_current` when everybody has a letter that asks what would be
    asked now, `batch_busy` when somebody else is at this recall.
    """
    may_act(desk, person)
    _recall(desk, recall)
    with alone(desk.rooms, recall):
        found = _recall(desk, recall)
        prior = source_of(desk, found)
        kept = kept_in_place(stands_now(desk), covered_by(desk, prior))
        sent = [each for each in listed_rows(desk, found) if _stale(found.demanded.get(each.recipient), kept)]
        if not sent:
            raise Refused("recall_current", "every recipient has a letter, and it asks what would be asked now")
        letters = tuple(_demand(desk, found.id, found.leaf, found.reason, prior, each, kept, person) for each in sent)
    desk.log.publish()
    return letters


def written(desk: RecallDesk, name: str) -> tuple[Written, ...]:
    """The letters that are in the log: the latest of a recall to each recipient, or the notices of an order's freeze.

    Refused `recall_unknown` when no letter is of that recall or order. LawgateError when one is not kept, or is another
    one than the log names.
    """
    leaves = list(desk.log.leaves())
    if (recall := recalls(leaves).get(name)) is not None:
        rows = {each.recipient: each.rows for each in listed_rows(desk, recall)}
        heading, by_index = HEADINGS[source_of(desk, recall).kind], dict(leaves)
        texts = {who: by_index[each.leaf].text("letter") for who, each in recall.demanded.items()}
        found = [
            Written(who, each.leaf, _stem(name, who), kept_paper(desk, name, texts[who]), heading, rows[who])
            for who, each in recall.demanded.items()
        ]
    else:
        found = [_notice_again(desk, at, leaf) for at, leaf in leaves if _tells_of(leaf, name)]
    if not found:
        raise Refused("recall_unknown", "no letter is of that recall or order; `lawgate recall status` lists recalls")
    return tuple(found)


def freeze_notices(desk: RecallDesk, order: str, person: str) -> tuple[Written, ...]:
    """Tell every recipient of an earlier disclosure that this order freezes, once for each disclosure, that it does.

    Refused `recall_person`, `recall_order` when no order of that id in force freezes anything that was sent,
    `batch_busy` when somebody else is telling of one of them.
    """
    may_act(desk, person)
    stands = stands_now(desk)
    bound = [each for each in prior_disclosures(desk) if order in frozen(stands, covered_by(desk, each))]
    if not bound:
        raise Refused("recall_order", "no order of that id is in force that freezes anything that was sent")
    made: list[Written] = []
    for prior in bound:
        with alone(desk.rooms, notices_of(prior.name)):
            told = {who for each in prior_disclosures(desk) if each.leaf == prior.leaf for who in each.noticed}
            wanted = [each for each in sent_of(desk, prior, (), every=True) if (order, each.recipient) not in told]
            made += [_notice(desk, prior, each, order, person) for each in wanted]
    desk.log.publish()
    return tuple(made)


def _require_asks(stands: Standing, order: str, covered: Sequence[Covered]) -> None:
    if order not in {each.id for each in stands.in_force}:
        raise Refused("recall_order", "no order of that id is in force")
    if order in bound_by(EffectKind.LEAVE_IN_PLACE, stands, covered):
        raise Refused("recall_left_in_place", "that order says that what was sent stays where it is")


def _kind(kept: Sequence[str]) -> str:
    return SET_APART if kept else GIVE_BACK


def _stale(known: Demanded | None, kept: Sequence[str]) -> bool:
    return known is None or bool(known.waiting and known.demand != _kind(kept))


def _recall(desk: RecallDesk, recall: str) -> Recall:
    found = recalls(desk.log.leaves()).get(recall)
    if found is None:
        raise Refused("recall_unknown", "there is no recall of that id; `lawgate recall status` lists them")
    return found


def _demanded(desk: RecallDesk, recall: str, recipient: str) -> Demanded:
    found = _recall(desk, recall).demanded
    if recipient not in found:
        raise Refused("recall_unknown", "that recall has no letter to that recipient")
    return found[recipient]


def _answered(known: Demanded, was: str, state: str, rows: int) -> Demanded:
    try:
        return answered(known, was, state, rows)
    except ValueError:
        open_rows, apart = known.states[OPEN], known.states[QUARANTINED]
        why = f"{open_rows} rows are open and {apart} set apart; an answer is one of {', '.join(ANSWERS)}"
        raise Refused("recall_answer", why) from None


def _letter(desk: RecallDesk, prior: Prior, sent: Sent, rows: int) -> Letter:
    day = today(desk)
    return Letter(sent.recipient, sent.people, prior.name, sent.sent_at, day, day + timedelta(days=ANSWER_DAYS), rows)


def _stem(name: str, recipient: str) -> str:
    return f"{name}-{plain(recipient)}"


def _freeze_stem(order: str, source_leaf: int, recipient: str) -> str:
    return f"freeze-{order}-{source_leaf}-{plain(recipient)}"


def _demand(
    desk: RecallDesk, id: str, recall_leaf: int, reason: str, prior: Prior, sent: Sent, kept: Sequence[str], person: str
) -> Written:
    """Write to one recipient, keep the letter, log it."""
    letter, stem = _letter(desk, prior, sent, len(sent.rows)), _stem(id, sent.recipient)
    text = demand(letter, _kind(kept), reason, (f"{stem}.csv", NAMED[prior.kind]), kept)
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
    return Written(sent.recipient, index, stem, text, HEADINGS[prior.kind], sent.rows)


def _notice(desk: RecallDesk, prior: Prior, sent: Sent, order: str, person: str) -> Written:
    text = freeze(_letter(desk, prior, sent, len(sent.rows)), (order,))
    keep_paper(desk, notices_of(prior.name), text)
    body: dict[str, Value] = {
        "order": order,
        "source_leaf": prior.leaf,
        "recipient": sent.recipient,
        "rows": len(sent.rows),
        "letter": sha256(text).hexdigest(),
        "person": person,
    }
    index = desk.log.append(StageLeaf("freeze-notice", instant(desk.clock.now()), body))
    return Written(sent.recipient, index, _freeze_stem(order, prior.leaf, sent.recipient), text, "", ())


def _tells_of(leaf: StageLeaf, order: str) -> bool:
    return leaf.kind == "freeze-notice" and leaf.text("order") == order


def _notice_again(desk: RecallDesk, at: int, leaf: StageLeaf) -> Written:
    source, who = leaf.number("source_leaf"), leaf.text("recipient")
    about = dict(desk.log.leaves())[source]
    name = about.text("history" if about.kind == HISTORY else "package")
    text = kept_paper(desk, notices_of(name), leaf.text("letter"))
    return Written(who, at, _freeze_stem(leaf.text("order"), source, who), text, "", ())
