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
from lawgate.docket import form
from lawgate.docket.acts import ActKind
from lawgate.docket.printing import print_order
from lawgate.docket.reading import EFFECT_TESTS, read_order
from lawgate.docket.register import Texts, sort
from lawgate.ledger.schema import fits, may_be_number
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import EVERY, PROVISIONAL, PROVISIONAL_STOP_HOURS, WITHOUT_PAPER, Effect, EffectKind, Order
from lawgate.office.orders import OrderDesk, enter_text, require_id

LASTS = timedelta(hours=PROVISIONAL_STOP_HOURS)
LONGEST_REASON = 1500
"""Characters; the note of an order also holds who signed a second stop."""
_REASON = form.line(LONGEST_REASON)
SAYS = "NOTHING WAS ENTERED"
SIGNATURE_BYTES = 64


def stop(
    desk: OrderDesk, person: str, recipients: Sequence[str], reason: str, second: str = "", signature: bytes = b""
) -> str:
    """Stop every release, or those to these recipients, now; the register's file name.

    Refused (`stop_again`) when the same human's last stop is not long over, unless `second`, another human of the
    custodian, signed `again_paper`; (`order_person`, `stop_reason`, `stop_recipients`, `stop_second`) when something
    typed could not be entered as it is. Nothing is written then. BindsUnloggedError as for `enter_order`.
    """
    _require_typed(person, recipients, reason)
    _require_second(second, signature)
    now = desk.clock.now().astimezone(UTC).replace(microsecond=0)
    before = last_stop(desk, person, now)
    if before is not None and not _countersigned(desk, person, before, recipients, second, signature):
        raise Refused(
            "stop_again",
            f"{before.id} was the last stop of the same person; a second person has to sign the next one. "
            f"{SAYS}. An order with a paper is entered with `lawgate order enter`",
        )
    with_whom = f" (second person {second}, signature {base64.b64encode(signature).decode()})" if second else ""
    note = f"{reason}{with_whom}"
    mark = sha256(repr((person, tuple(recipients), note)).encode()).hexdigest()
    effect = Effect(EffectKind.STOP, EVERY, EVERY, tuple(recipients) or EVERY, EVERY, EVERY, 0)
    name = f"stop-{now:%Y-%m-%d-%H-%M-%S}-{mark[:6]}"
    order = Order(name, WITHOUT_PAPER, person, PROVISIONAL, mark, now, now, now, now + LASTS, (effect,), note)
    text = print_order(order)
    return enter_text(desk, read_order(text, "order"), text, person)


def _require_typed(person: str, recipients: Sequence[str], reason: str) -> None:
    """Refuse what the text of an order could not hold, or what may be a taxpayer's number: it would stay for good."""
    require_id(person)
    if not _REASON(reason) or may_be_number(reason):
        why = f"write why in one line of at most {LONGEST_REASON} characters, without a number of nine digits. {SAYS}"
        raise Refused("stop_reason", why)
    listed = not recipients or EFFECT_TESTS["recipients"][0](list(recipients))
    if not listed or any(may_be_number(each) for each in recipients):
        raise Refused("stop_recipients", f"name recipients by their ids, each once. {SAYS}")


def _require_second(second: str, signature: bytes) -> None:
    if second and not (fits("id", second) and len(signature) == SIGNATURE_BYTES):
        raise Refused("stop_second", f"name the second person by their id, with their signature of 64 bytes. {SAYS}")


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
    except LawgateError:
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
