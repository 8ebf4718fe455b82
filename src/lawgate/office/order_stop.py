# SPDX-License-Identifier: Apache-2.0
"""A stop without a paper: one person, at once, for a limited time. The same human's second one in a row needs another.

It is the one kind of order that ends by itself, unless a paper confirms it meanwhile (docs/decisions/0254).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from lawgate.authority.people import of_the_house
from lawgate.docket.acts import ActKind
from lawgate.docket.printing import print_order
from lawgate.docket.register import Texts, sort
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import EVERY, PROVISIONAL, PROVISIONAL_STOP_HOURS, Effect, EffectKind, Order
from lawgate.office.orders import OrderDesk, enter_order
from lawgate.ports.orders import RegisterBrokenError

LASTS = timedelta(hours=PROVISIONAL_STOP_HOURS)
COURT = "the custodian, without a paper"


def stop(
    desk: OrderDesk, person: str, recipients: Sequence[str], reason: str, second: str = "", signature: bytes = b""
) -> str:
    """Stop every release, or those to these recipients, now; the register's file name.

    Refused (`stop_again`) when the same human's last stop is not long over, unless `second`, another human of the
    custodian, signed `again_paper`; otherwise as `enter_order`.
    """
    now = desk.clock.now().astimezone(UTC).replace(microsecond=0)
    before = last_stop(desk, person, now)
    if before is not None and not _countersigned(desk, person, before, recipients, second, signature):
        raise Refused(
            "stop_again",
            f"{before.id} was the last stop of the same person; a second person has to sign the next one. "
            "NOTHING WAS ENTERED. An order with a paper is entered with `lawgate order enter`",
        )
    with_whom = f" (second person {second}, signature {base64.b64encode(signature).decode()})" if second else ""
    note = f"{reason}{with_whom}"
    mark = sha256(repr((person, tuple(recipients), note)).encode()).hexdigest()
    effect = Effect(EffectKind.STOP, EVERY, EVERY, tuple(recipients) or EVERY, EVERY, EVERY, 0)
    name = f"stop-{now:%Y-%m-%d-%H-%M-%S}-{mark[:6]}"
    order = Order(name, COURT, person, PROVISIONAL, mark, now, now, now, now + LASTS, (effect,), note)
    return enter_order(desk, print_order(order), person)


def again_paper(person: str, before: str, recipients: Sequence[str]) -> bytes:
    """What a second person signs so that somebody may stop again: by whom, after which stop, for whom."""
    lines = ("lawgate-stop-1", f"by {person}", f"after {before}", f"recipients {' '.join(recipients) or EVERY}")
    return ("\n".join(lines) + "\n").encode()


def last_stop(desk: OrderDesk, person: str, now: datetime) -> Order | None:
    """The newest stop of this human without a paper that runs, or ended no longer ago than one lasts; None for none.

    Where docket or registers cannot be read there is none: a stop has to go in all the same.
    """
    try:
        texts, same = sort(desk.register.texts()), {each.casefold() for each in desk.humans([person])}
    except (RegisterBrokenError, LawgateError):
        return None
    mine = [
        order
        for each in texts.orders
        if isinstance(order := each.what, Order)
        and order.kind == PROVISIONAL
        and order.docket_number.casefold() in same
        and not _confirmed(texts, order.id)
        and (order.ends is None or now < order.ends + LASTS)
    ]
    return mine[-1] if mine else None


def _confirmed(texts: Texts, order: str) -> bool:
    return any(act.kind is ActKind.VERIFY for act, _ in texts.acts_on(order))


def _countersigned(
    desk: OrderDesk, person: str, before: Order, recipients: Sequence[str], second: str, signature: bytes
) -> bool:
    if not second:
        return False
    lifting = desk.lifting()
    known = lifting.registers.people.get(second)
    apart = not lifting.registers.humans({second}) & lifting.registers.humans({person})
    day = desk.clock.now().astimezone(UTC).date()
    if known is None or not apart or not of_the_house(lifting.registers, lifting.office, second, day):
        return False
    return lifting.verify(known.key, again_paper(person, before.id, recipients), signature)
