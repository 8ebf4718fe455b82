# SPDX-License-Identifier: Apache-2.0
"""The letters to recipients, in plain words. None of them holds a name, a number or an address of anybody.

Letters to the people concerned are no part of a recall: what starts those is another event, and it has its own step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from string import Template

from lawgate.office.quarantine import GIVE_BACK, SET_APART

HEAD = Template("""To: $recipient
For: $people
From: the custodian of the records
Date: $day
About: $name, sent to you on $sent
""")

GIVE_BACK_TEXT = Template("""
$why
This concerns $rows of the rows you have of it. They are listed in the file $file by $named.

What we ask of you, for each of these rows and every copy and extract of it:

1. Stop using it today, and pass it on to nobody.
2. Give it back to us, or destroy it so that nobody can read it again.
3. Tell us in writing by $answer_by, for each row, that it was given back, destroyed, or kept, and why it was kept;
   who has seen it; and to whom it was passed on.

If a court has ordered you to keep it, do not destroy it. Set it apart instead, so that nobody can use it, and send us
the order.
""")

SET_APART_TEXT = Template("""
$why
This concerns $rows of the rows you have of it. They are listed in the file $file by $named.

An order keeps these records where they are ($orders). DO NOT DESTROY THEM. What we ask of you instead, for each of
these rows and every copy and extract of it:

1. Stop using it today, and pass it on to nobody.
2. Set it apart, so that nobody can read or use it: out of every system in use, under one named person.
3. Tell us in writing by $answer_by who that person is, where it is, who has seen it, and to whom it was passed on.

When the order ends you will get another letter from us. Until then nothing may be destroyed.
""")

FREEZE_TEXT = Template("""
An order binds what you have of this disclosure: $orders. All $rows rows of it are frozen.

Until we tell you otherwise in writing: nobody looks at it, uses it, copies it, passes it on, relies on it, or destroys
it. Give this letter and the order to whoever has it, and tell us in writing by $answer_by that you did, who that
is, and where it is kept. Nothing here says whether what was sent was rightly sent.
""")

WHY = {
    "custodian_error": "We sent you records that we should not have sent. The mistake is ours.",
    "use_breach": "What we sent you was used for something else than it was given for.",
    "order": "An order asks that what we sent you be called back.",
}
"""Why something is called back, as the letter says it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What all letters about one disclosure say: to whom, for which people there, what it was and when it went."""

    recipient: str
    people: Sequence[str]
    name: str
    sent: str
    day: date
    answer_by: date
    rows: int


def demand(letter: Letter, kind: str, reason: str, listed: tuple[str, str], orders: Sequence[str]) -> bytes:
    """The letter of a recall: `kind` is SET_APART or GIVE_BACK. ValueError for anything else.

    `listed` is the file that lists the rows, and what it lists them by.
    """
    texts = {GIVE_BACK: GIVE_BACK_TEXT, SET_APART: SET_APART_TEXT}
    if kind not in texts or reason not in WHY:
        raise ValueError("there is no such letter")
    return _written(letter, texts[kind], why=WHY[reason], file=listed[0], named=listed[1], orders=", ".join(orders))


def freeze(letter: Letter, orders: Sequence[str]) -> bytes:
    """The notice that an order freezes what a recipient has."""
    return _written(letter, FREEZE_TEXT, orders=", ".join(orders))


def _written(letter: Letter, text: Template, **more: str) -> bytes:
    head = HEAD.substitute(
        recipient=letter.recipient,
        people=", ".join(letter.people) or "whoever has it",
        day=letter.day.isoformat(),
        name=letter.name,
        sent=letter.sent,
    )
    rows, by = f"{letter.rows:,}", letter.answer_by.isoformat()
    return (head + text.substitute(rows=rows, answer_by=by, **more)).encode()
