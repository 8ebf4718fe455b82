# SPDX-License-Identifier: Apache-2.0
"""Made-up orders and acts on them, for tests of the docket."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lawgate.docket.act_text import digest_of, print_act, signed_part
from lawgate.docket.acts import Act, ActKind, Signature
from lawgate.docket.printing import print_order
from lawgate.docket.register import sort
from lawgate.docket.standing import covering, standing
from lawgate.drivers.keys import KeySigner
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Order, Standing, State

NOON = datetime(2030, 5, 6, 12, 0, tzinfo=UTC)
STOP = Effect(EffectKind.STOP, EVERY, EVERY, EVERY, EVERY, EVERY, 0)
PAPER = "ab" * 32
WHAT = Covered("p1", "us.agency-a", "us.agency-a", ("mailing_address",), (2021,), 3, agency="us.agency-a")
EMPTY = base64.b64encode(bytes(64)).decode()


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def an_order(name: str = "order-1", *effects: Effect, kind: str = "stay", since: datetime = NOON, **more) -> Order:
    return replace(
        Order(name, "A Court", "1:30-cv-1", kind, PAPER, since, since, since, None, effects or (STOP,), ""), **more
    )


def an_act(kind: ActKind, name: str, since: datetime, order: str = "order-1", people: int = 2, **more) -> Act:
    signatures = tuple(Signature(f"person.c.{n}", "custodian.docket", EMPTY) for n in range(1, people + 1))
    return replace(Act(name, order, kind, "", PAPER, since, since, since, None, "", (), signatures), **more)


def signed(act: Act, **keys: KeySigner) -> Act:
    """The act signed by these people (`person_c_1=key`) as reviewers."""
    people = [(name.replace("_", "."), key) for name, key in keys.items()]
    text = signed_part(act)
    made = [Signature(p, "custodian.review", base64.b64encode(key.sign(text)).decode()) for p, key in people]
    return replace(act, signatures=tuple(made))


def printed(*what: Order | Act) -> dict[str, bytes]:
    """The register after these were entered, in this order."""
    return {
        f"{n:04d}-{each.id}.toml": print_act(each) if isinstance(each, Act) else print_order(each)
        for n, each in enumerate(what, 1)
    }


def lifts(*acts: Act) -> frozenset[str]:
    return frozenset(digest_of(print_act(act)) for act in acts)


def believed(texts: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Every verification of a docket, as if each signature on it held and were another human's."""
    acts = {each.digest: each.what for each in sort(texts).acts}
    return {digest: act.people for digest, act in acts.items() if isinstance(act, Act) and act.kind is ActKind.VERIFY}


def stands(texts: Mapping[str, bytes], hours: float, *acts: Act) -> Standing:
    """What stands so many hours after noon, these acts having been lifted; every signature on a verification holds."""
    return standing(texts, at(hours), lifts(*acts), held=believed(texts))


def state(texts: Mapping[str, bytes], hours: float, *acts: Act, order: str = "order-1") -> State:
    return next(each.state for each in stands(texts, hours, *acts).stood if each.order.id == order)


def binds(texts: Mapping[str, bytes], hours: float, *acts: Act, what: Covered = WHAT) -> bool:
    return bool(covering(stands(texts, hours, *acts), what))
